import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  auditExport,
  fromBase64Url,
  parseExport,
  toBase64,
  toBase64Url,
  utf8,
  verifyProof,
  fromBase64,
} from '../ledger/index.ts'
import { createReplayer } from '../procurement/index.ts'
import { keyOf, OCID, ORIGIN, type BidPlan } from '../tests/file-builder.ts'
import { createRecord, type RecordBuilder } from '../tests/record-builder.ts'
import { openRecordedWorld, type RecordedWorld } from '../tests/recorded-world.ts'
import { citedBy } from './exported.ts'
import { challengeText } from './sessions.ts'

/** Who may read what, and when: the example, stage by stage, as different people see it over HTTP. */
let builder: RecordBuilder
let world: RecordedWorld

beforeAll(async () => {
  builder = createRecord()
  builder.toOpen()
  world = await openRecordedWorld(builder)
  await world.catchUp()
})
afterAll(() => world.end())

const tokens = new Map<string, string>()
const tokenForm = z.object({ token: z.string() })

/** Signs in with the person's key of the example. */
async function signIn(person: string): Promise<Response> {
  const { kid } = keyOf(person)
  const asked = await send('/api/challenges', { kid })
  const { challenge } = z.object({ challenge: z.string() }).parse(await asked.json())
  const signature = toBase64Url(keyOf(person).sign(challengeText(ORIGIN, challenge)))
  return await send('/api/sessions', { kid, challenge, signature })
}

async function tokenOf(person: string): Promise<string> {
  const known = tokens.get(person)
  if (known !== undefined) return known
  const { token } = tokenForm.parse(await (await signIn(person)).json())
  tokens.set(person, token)
  return token
}

async function send(
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return await fetch(new URL(path, world.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

/** GET as a person of the example, or as nobody. */
async function get(path: string, person?: string): Promise<Response> {
  const headers = person === undefined ? {} : { authorization: `Bearer ${await tokenOf(person)}` }
  return await fetch(new URL(path, world.url), { headers })
}

const codeForm = z.object({ code: z.string() })
async function codeOf(path: string, person?: string): Promise<string> {
  return codeForm.parse(await (await get(path, person)).json()).code
}

const file = `/api/procurements/${OCID}`

/** What the public can fetch of a running procurement, without the clock that pages carry. */
async function publicView(): Promise<string[]> {
  await world.sequence()
  const addresses = [
    '/',
    '/index.json',
    `/procurements/${OCID}`,
    `/procurements/${OCID}.json`,
    file,
    `${file}/entries`,
    `/api/due?ocid=${OCID}`,
    '/api/procurements?stage=open',
    `/entries?tender=${OCID}`,
    `/api/entries?tender=${OCID}`,
    '/api/entries?type=bid.commit',
    `/api/register/vendor/v-northfork`,
  ]
  const texts = await Promise.all(addresses.map(async (path) => (await get(path)).text()))
  const record = parseExport(new Uint8Array(await (await get(`${file}/export`)).arrayBuffer()))
  const { entries, revealed, payloads } = record
  const exported = {
    entries: entries.map(({ index, entry }) => [index, entry]),
    revealed,
    payloads,
  }
  return [...texts, JSON.stringify(exported)].map(withoutClock)
}

/** What a vendor that has sent nothing is told about an open request. */
async function rivalView(): Promise<string[]> {
  const acts = ['bid.commit', 'bid.withdraw', 'question.ask'].map((t) => `acts/${t}`)
  const texts = await Promise.all(
    [...acts, 'bid'].map(async (end) =>
      (await get(`/procurements/${OCID}/${end}`, 'p-pinyon')).text(),
    ),
  )
  return texts.map(withoutClock)
}

/** The server's time and the size of the log grow with every act of anybody. */
const withoutClock = (text: string): string =>
  text
    .replaceAll(/"(now|legalNow)":"[^"]*"/g, '')
    .replaceAll(/data-now="[^"]*"/g, '')
    .replaceAll(/(\d+ (days?|hours?|minutes?) ?)+left/g, 'left')
    .replaceAll(/"size":\d+/g, '')
    .replaceAll(/\d+ entries in the record/g, '')
    .replaceAll(/"later":\d+/g, '')

const plans: BidPlan[] = [
  { vendor: 'v-ironwood', dollars: 19_622 },
  { vendor: 'v-northfork', dollars: 19_888 },
  { vendor: 'v-pinyon', dollars: 20_776 },
]

describe('before the opening', () => {
  let commitHash: string

  test('no bid, one bid and three bids cannot be told apart by anything public', async () => {
    const none = await publicView()
    const rivals = await rivalView()
    const [first, ...rest] = plans
    if (!first) throw new Error('the example has bids')
    commitHash = builder.commitBid(first)
    await world.catchUp()
    expect(await publicView()).toEqual(none)
    expect(await rivalView()).toEqual(rivals)
    for (const plan of rest) builder.commitBid(plan)
    await world.catchUp()
    expect(await publicView()).toEqual(none)
  })

  test('a vendor sees what it has sent itself, and nobody else does', async () => {
    const path = `/procurements/${OCID}/bid`
    const ironwoods = await (await get(path, 'p-ironwood')).text()
    expect(ironwoods).toContain('This one, version 1.')
    for (const plan of plans.slice(1)) expect(ironwoods).not.toContain(plan.vendor)
    for (const person of ['p-dana', 'p-ines', 'p-sam', 'h-inspector'])
      expect((await get(path, person)).status).toBe(403)
    const form = await (await get(`/procurements/${OCID}/acts/bid.commit`, 'p-ironwood')).text()
    expect(form).toContain('Version 1 counts until you submit another.')
    expect(form).toContain(`&quot;replaces&quot;:&quot;${commitHash}&quot;`)
  })

  test('a sealed statement is found by its signer, by nobody else', async () => {
    for (const path of [`/api/statements/${commitHash}`, `/api/receipts/${commitHash}`]) {
      expect((await get(path, 'p-ironwood')).status).toBe(200)
      for (const other of [undefined, 'p-northfork', 'p-dana', 'p-ines', 'p-reg']) {
        expect(await codeOf(path, other)).toBe('not-found')
      }
    }
  })

  test('nobody reads bids, not the officer and not the auditor', async () => {
    expect(await codeOf(`${file}/opened`)).toBe('not-signed-in')
    for (const person of ['p-dana', 'p-ines', 'p-sam', 'p-ironwood']) {
      expect(await codeOf(`${file}/opened`, person)).toBe('not-disclosed')
    }
  })

  test('shares are for key holders, and only once bidding has closed', async () => {
    expect(await codeOf(`${file}/opening-work`)).toBe('not-signed-in')
    for (const person of ['p-dana', 'p-ines', 'h-inspector']) {
      expect(await codeOf(`${file}/opening-work`, person)).toBe('not-disclosed')
    }
  })

  test('questions are for the officer', async () => {
    expect((await get(`${file}/questions`, 'p-dana')).status).toBe(200)
    for (const person of ['p-ines', 'p-sam', 'p-ironwood', 'p-rosa']) {
      expect(await codeOf(`${file}/questions`, person)).toBe('not-disclosed')
    }
  })
})

describe('after the opening', () => {
  const bidsForm = z.object({ bids: z.array(z.looseObject({ vendor: z.string() })) })
  const vendorsSeenBy = async (person: string): Promise<string[]> => {
    const { bids } = bidsForm.parse(await (await get(`${file}/opened`, person)).json())
    return bids.map(({ vendor }) => vendor).sort()
  }

  beforeAll(async () => {
    builder.clock('deadline.close', builder.closing())
    for (const holder of ['h-inspector', 'h-cascade']) {
      builder.act('opening.release', holder, builder.release(holder), { role: 'OO' })
    }
    builder.clock('opening.result', builder.result())
    await world.catchUp()
  })

  test('the officer and auditors read every bid, a vendor its own, others none', async () => {
    const all = ['v-ironwood', 'v-northfork', 'v-pinyon']
    expect(await vendorsSeenBy('p-dana')).toEqual(all)
    expect(await vendorsSeenBy('p-ines')).toEqual(all)
    expect(await vendorsSeenBy('p-pinyon')).toEqual(['v-pinyon'])
    for (const person of ['p-sam', 'p-rosa', 'p-priya', 'h-inspector']) {
      expect(await codeOf(`${file}/opened`, person)).toBe('not-disclosed')
    }
  })

  test('the public is told neither bidders nor how many, under this method', async () => {
    const view = await (await get(file)).text()
    expect(JSON.parse(view)).toMatchObject({ stage: 'opened', bids: { disclosed: [] } })
    expect(view).not.toContain('"count"')
    for (const { vendor } of plans) expect(view).not.toContain(vendor)
  })

  test('an auditor’s export shows what was opened, the public’s does not', async () => {
    await world.sequence()
    const audited = parseExport(
      new Uint8Array(await (await get(`${file}/export`, 'p-ines')).arrayBuffer()),
    )
    const open = parseExport(new Uint8Array(await (await get(`${file}/export`)).arrayBuffer()))
    expect(open.revealed).toEqual([])
    expect(audited.entries.length).toBeGreaterThanOrEqual(open.entries.length)
  })
})

/** Commitments of the documents that the statements of one type cite. */
const citedIn = (t: string): string[] =>
  builder.log.entries
    .filter(({ signed }) => signed.statement.t === t)
    .flatMap(({ signed }) => citedBy(builder.state.open, signed.statement))

describe('after the award', () => {
  beforeAll(async () => {
    builder.waitUntil('2026-01-28T18:00:00.000000Z')
    builder.act('award.decide', 'p-dana', builder.award())
    builder.act('order.sign', 'p-dana', builder.order())
    await world.catchUp()
    await world.sequence()
  })

  test('the public is told the winner, the price and how many, and no loser', async () => {
    const view = await (await get(file)).text()
    expect(JSON.parse(view)).toMatchObject({
      bids: { count: 3, disclosed: [{ vendor: 'v-northfork', price: { amount: '1988800' } }] },
      award: { lots: [{ vendor: 'v-northfork' }] },
    })
    const page = await (await get(`/procurements/${OCID}`)).text()
    for (const text of [view, page]) {
      for (const loser of ['v-ironwood', 'v-pinyon', '1962200', '19,622', '20,776']) {
        expect(text).not.toContain(loser)
      }
    }
  })

  test('the whole record carries what its reader may read, and is decided anew from the file', async () => {
    const [published] = citedIn('solicitation.publish')
    const [result] = citedIn('opening.result')
    const hide = world.owner`
      update payload set reader = 'file' where commit = ${fromBase64Url(result ?? '')}`
    expect((await hide).count).toBe(1)
    const { vkey } = z.object({ vkey: z.string() }).parse(await (await get('/api/log')).json())
    const read = async (person?: string) => {
      const answer = await get('/api/log/export', person)
      const record = parseExport(new Uint8Array(await answer.arrayBuffer()))
      const verdict = auditExport(record, { vkey, rules: createReplayer(ORIGIN) })
      expect(verdict).toMatchObject({ verdict: 'verified', verified: builder.log.entries.length })
      return { commits: record.payloads.map(({ commit }) => commit), record, verdict }
    }
    const open = await read()
    expect(open.commits).toContain(published)
    expect(open.commits).not.toContain(result)
    expect(open.record.revealed).toEqual([])
    const audited = await read('p-ines')
    expect(audited.commits).toEqual([...open.commits, result].sort())
    expect(audited.record.revealed).toHaveLength(3)
    expect(audited.verdict.hidden).toBeLessThan(open.verdict.hidden)
    expect((await read('p-sam')).record).toEqual(open.record)
  })

  test('a page and the JSON beside it are the same projection', async () => {
    const beside = await (await get(`/procurements/${OCID}.json`)).text()
    const api = await (await get(file)).text()
    expect(withoutClock(beside)).toBe(withoutClock(api))
  })

  test('each entry’s proof file verifies its bytes', async () => {
    const { vkey } = z.object({ vkey: z.string() }).parse(await (await get('/api/log')).json())
    const form = z.looseObject({ entry: z.string() })
    for (const index of [0, 7, 40]) {
      const { entry } = form.parse(await (await get(`/api/entries/${index}`)).json())
      const proof = await (await get(`/api/entries/${index}/proof`)).text()
      expect(() => verifyProof(fromBase64(entry), proof, { vkey })).not.toThrow()
      expect(() => verifyProof(utf8('another'), proof, { vkey })).toThrow()
    }
  })
})

describe('documents', () => {
  const salt = toBase64Url(new Uint8Array(32).fill(6))
  const commits: Record<string, string> = {}
  const store = async (person: string, document: object): Promise<string> => {
    const authorization = `Bearer ${await tokenOf(person)}`
    const answer = await send(
      '/api/payloads',
      { salt, media: 'text/html', ...document },
      { authorization },
    )
    expect(answer.status).toBe(201)
    return z.object({ commit: z.string() }).parse(await answer.json()).commit
  }

  beforeAll(async () => {
    const bytes = toBase64(utf8('<script>alert(1)</script>'))
    const secret = toBase64(utf8('account 1'))
    commits['public'] = await store('p-dana', { bytes, reader: 'public', tender: OCID })
    commits['file'] = await store('p-dana', { bytes: secret, tender: OCID })
    commits['bank'] = await store('p-northfork', { bytes: toBase64(utf8('account 2')) })
  })

  test('a public one is read by anyone, and never as a page of this service', async () => {
    const answer = await get(`/api/payloads/${commits['public'] ?? ''}`)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-disposition')).toContain('attachment')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
  })

  test('one of a file is read by its officer and auditors', async () => {
    const path = `/api/payloads/${commits['file'] ?? ''}`
    expect((await get(path, 'p-dana')).status).toBe(200)
    expect((await get(path, 'p-ines')).status).toBe(200)
    for (const person of [undefined, 'p-sam', 'p-rosa', 'p-northfork']) {
      expect(await codeOf(path, person)).toBe('not-disclosed')
    }
  })

  test('one of no file, as bank details, is read by who pays, registers and audits', async () => {
    const path = `/api/payloads/${commits['bank'] ?? ''}`
    for (const person of ['p-sam', 'p-priya', 'p-reg', 'p-ines']) {
      expect((await get(path, person)).status).toBe(200)
    }
    for (const person of [undefined, 'p-dana', 'p-rosa', 'p-ironwood']) {
      expect(await codeOf(path, person)).toBe('not-disclosed')
    }
  })

  test('nobody stores one without a session', async () => {
    const answer = await send('/api/payloads', { salt, bytes: '', media: 'text/plain' })
    expect(answer.status).toBe(401)
  })
})

describe('sessions', () => {
  test('a challenge works once, and only for the key that it was given to', async () => {
    const { kid } = keyOf('p-dana')
    const asked = await send('/api/challenges', { kid })
    const { challenge } = z.object({ challenge: z.string() }).parse(await asked.json())
    const signed = (person: string) =>
      toBase64Url(keyOf(person).sign(challengeText(ORIGIN, challenge)))
    const wrong = await send('/api/sessions', { kid, challenge, signature: signed('p-sam') })
    expect(wrong.status).toBe(401)
    const used = await send('/api/sessions', { kid, challenge, signature: signed('p-dana') })
    expect(codeForm.parse(await used.json()).code).toBe('sign-in-failed')
  })

  test('an unknown key gets a challenge like any other, and no session', async () => {
    const { kid } = keyOf('nobody')
    const answer = await send('/api/challenges', { kid })
    expect(answer.status).toBe(201)
    expect((await signIn('nobody')).status).toBe(401)
  })

  test('a browser’s cookie is out of reach of scripts and of other sites', async () => {
    const cookie = (await signIn('p-dana')).headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/^sid=[\w.-]+; Path=\/; HttpOnly; SameSite=Strict$/)
  })

  test('with a cookie only a page of this service changes anything', async () => {
    const cookie = ((await signIn('p-dana')).headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    const body = { salt: toBase64Url(new Uint8Array(32)), bytes: '', media: 'text/plain' }
    const own = { cookie, origin: new URL(world.url).origin, 'sec-fetch-site': 'same-origin' }
    expect((await send('/api/payloads', body, own)).status).toBe(201)
    for (const headers of [
      { cookie },
      { ...own, 'sec-fetch-site': 'cross-site' },
      { ...own, origin: 'https://evil.example' },
      { cookie, origin: own.origin },
    ]) {
      const answer = await send('/api/payloads', body, headers)
      expect(codeForm.parse(await answer.json()).code).toBe('cross-site')
    }
  })

  test('signing out ends the session at once, and a token that has ended is said to have', async () => {
    const { token } = tokenForm.parse(await (await signIn('p-dana')).json())
    const headers = { authorization: `Bearer ${token}` }
    const me = async () => (await fetch(new URL('/api/me', world.url), { headers })).status
    expect(await me()).toBe(200)
    await fetch(new URL('/api/sessions', world.url), { method: 'DELETE', headers })
    expect(await me()).toBe(401)
  })

  test('a key that is revoked ends its sessions', async () => {
    const { token } = tokenForm.parse(await (await signIn('p-priya')).json())
    const headers = { authorization: `Bearer ${token}` }
    const { kid } = keyOf('p-priya')
    builder.act(
      'key.revoke',
      'p-priya',
      { kid, reason: { code: 'lost', text: 'Lost.' } },
      { role: 'TR' },
    )
    await world.catchUp()
    expect((await fetch(new URL('/api/me', world.url), { headers })).status).toBe(401)
  })
})

test('bytes of another hash are no blob', async () => {
  const hash = toBase64Url(fromBase64Url(keyOf('x').kid))
  const answer = await fetch(new URL(`/api/blobs/${hash}`, world.url), {
    method: 'PUT',
    headers: {
      authorization: `Bearer ${await tokenOf('p-ironwood')}`,
      'content-type': 'application/octet-stream',
    },
    body: 'something else',
  })
  expect(codeForm.parse(await answer.json()).code).toBe('blob-differs')
})
