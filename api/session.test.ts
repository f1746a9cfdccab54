import type { Request } from 'express'
import { describe, expect, test } from 'vitest'
import { cookieOf, credentialOf, isCrossSite } from './session.ts'

/** As much of a request as the session looks at. */
function requestWith(method: string, headers: Record<string, string>): Request {
  const type = headers['content-type'] ?? ''
  return {
    method,
    protocol: 'http',
    get: (name: string) => headers[name],
    is: (wanted: string) => (type === '' ? null : type === wanted ? type : false),
  } as unknown as Request
}

const url = 'https://tenderbook.example'
const id = 'a'.repeat(43)

describe('the cookie', () => {
  test('is bound to the host and to https where there is https', () => {
    expect(cookieOf(url)).toMatchObject({
      name: '__Host-sid',
      options: { secure: true, httpOnly: true, sameSite: 'strict', path: '/' },
    })
    expect(cookieOf('http://localhost:3000').name).toBe('sid')
  })

  test('is read by its name only; a bearer token goes before it', () => {
    const cookie = `other=x; __Host-sid=${id}`
    expect(credentialOf(requestWith('GET', { cookie }), '__Host-sid')).toEqual({
      id,
      from: 'cookie',
    })
    expect(credentialOf(requestWith('GET', { cookie }), 'sid')).toBeUndefined()
    const both = requestWith('GET', { cookie, authorization: `Bearer ${'b'.repeat(43)}` })
    expect(credentialOf(both, '__Host-sid')).toMatchObject({ from: 'bearer' })
  })

  test('of another form is no credential', () => {
    for (const value of ['', 'short', `${id}"`, 'x'.repeat(200)]) {
      expect(credentialOf(requestWith('GET', { cookie: `sid=${value}` }), 'sid')).toBeUndefined()
    }
  })
})

describe('a changing request', () => {
  const cookie = { id, from: 'cookie' } as const
  const bearer = { id, from: 'bearer' } as const
  const own = { 'sec-fetch-site': 'same-origin', origin: url, 'content-type': 'application/json' }

  test('with the cookie must come from a page of this service, as JSON', () => {
    expect(isCrossSite(requestWith('POST', own), cookie, url)).toBe(false)
    const wrong: Record<string, string>[] = [
      {},
      { ...own, 'sec-fetch-site': 'cross-site' },
      { ...own, 'sec-fetch-site': 'same-site' },
      { ...own, origin: 'https://evil.example' },
      { ...own, origin: 'null' },
      { ...own, 'content-type': 'application/x-www-form-urlencoded' },
      { ...own, 'content-type': 'text/plain' },
      { 'sec-fetch-site': 'same-origin' },
      { origin: url },
    ]
    for (const headers of wrong) {
      expect(isCrossSite(requestWith('POST', headers), cookie, url), JSON.stringify(headers)).toBe(
        true,
      )
    }
  })

  test('of a program needs no such headers, but must not carry another site’s', () => {
    expect(isCrossSite(requestWith('POST', {}), bearer, url)).toBe(false)
    expect(isCrossSite(requestWith('POST', {}), undefined, url)).toBe(false)
    expect(isCrossSite(requestWith('POST', { origin: 'https://evil.example' }), bearer, url)).toBe(
      true,
    )
    expect(
      isCrossSite(requestWith('PUT', { 'sec-fetch-site': 'cross-site' }), undefined, url),
    ).toBe(true)
  })

  test('reading is free', () => {
    expect(isCrossSite(requestWith('GET', { 'sec-fetch-site': 'cross-site' }), cookie, url)).toBe(
      false,
    )
  })
})
