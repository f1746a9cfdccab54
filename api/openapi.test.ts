import { expect, test } from 'vitest'
import { paths } from '../web/paths.ts'
import { endpointsOf } from './app.ts'
import type { Deps } from './deps.ts'
import { openapiDocument } from './openapi.ts'

// The table is built from its dependencies and does not call them.
const parts = {} as Parameters<typeof endpointsOf>[1]
const deps = { config: { origin: 'a.example/b', publicUrl: 'http://localhost' } } as unknown as Deps
const endpoints = endpointsOf(deps, parts)
const document = openapiDocument(endpoints, deps.config.publicUrl)

test('every address of the API is served, and every served one is in the table of paths', () => {
  const served = new Set(endpoints.map(({ path }) => path))
  const { api, file, health } = paths
  const known = new Set<string>([api, file, health].flatMap((group) => Object.values(group)))
  known.delete(paths.api.root)
  expect([...served].sort()).toEqual([...known].sort())
})

test('the OpenAPI document has every endpoint, with a summary and the form of its problems', () => {
  for (const { method, path } of endpoints) {
    const operation = document.paths?.[path.replaceAll(/:(\w+)/g, '{$1}')]?.[method]
    expect(operation?.summary, path).toMatch(/./)
    const codes = Object.keys(operation?.responses ?? {})
    expect(codes.length, path).toBeGreaterThan(0)
  }
  expect(document.openapi).toBe('3.1.0')
  expect(document.components?.schemas).toHaveProperty('Problem')
})

test('what needs a session says so', () => {
  for (const { method, path, signedIn } of endpoints) {
    const operation = document.paths?.[path.replaceAll(/:(\w+)/g, '{$1}')]?.[method]
    expect(operation?.security !== undefined, path).toBe(signedIn === true)
  }
})
