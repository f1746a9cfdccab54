/**
 * What bad input gets at the HTTP door: for each kind a problem document with code, rule, citation and what to do next,
 * a refusal that can be kept, and not one entry more. Two worlds: `real` is founded and worked in over HTTP, by the real
 * clock; `played` is the recorded example, whose clock stands on the day that a row needs.
 */
import { request as httpRequest } from 'node:http'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Signatory } from '../cli/client.ts'
import { actInFile, readProcurement } from '../cli/file.ts'
import { officials, registrar } from '../cli/people.ts'
import * as example from '../cli/example.ts'
import type { Sql } from '../db/connection.ts'
import {
  emptyRoot,
  encodeCanonical,
  fromBase64Url,
  gateKey,
  type JsonObject,
  newNonce,
  pae,
  parseEnvelope,
  payloadTypeOf,
  sha256,
  signDocument,
  type SigningKey,
  signingKey,
  type Statement,
  toBase64,
  toBase64Url,
  utf8,
  verifyReceipt,
  verifyRefusal,
} from '../ledger/index.ts'
import { packOfMethod, pinOf } from '../procurement/index.ts'
import type { ServiceKeys } from '../signer/keys.ts'
import { DUE, keyOf, named, usd } from '../tests/file-builder.ts'
import { noon } from '../tests/purchase-builder.ts'
import { createRecord, type RecordBuilder, signed } from '../tests/record-builder.ts'
import { openRecordedWorld, type RecordedWorld } from '../tests/recorded-world.ts'
import { openWorld, serviceKeys, type World } from '../tests/world.ts'
import { paths } from '../web/paths.ts'

/* What is sent, and what must come back */

interface Sent {
  body: Uint8Array | string
  path?: string
  headers?: Record<string, string>
  /** Statement hash, where the service can know it: then the refusal is signed. */
  hash?: string
}

interface Served {
  url: string
  owner: Sql
  receiptKey: string
}

const problemSchema = z.strictObject({
  type: z.string().startsWith('urn:tenderbook:problem:'),
  title: z.string().min(3),
  status: z.int(),
  detail: z.string().min(3),
  code: z.string().min(3),
  rule: z.string().min(3),
  cite: z.string().min(3),
  next: z.string().min(3),
  errors: z.array(z.strictObject({ pointer: z.string(), detail: z.string().min(3) })).optional(),
  refusal: z.record(z.string(), z.unknown()).optional(),
  traceId: z.uuid(),
})

interface Answered {
  status: number
  text: string
  media: string
}

async function send(
  { url }: Pick<Served, 'url'>,
  { body, path, headers }: Sent,
): Promise<Answered> {
  const answer = await fetch(new URL(path ?? paths.api.statements, url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.from(body),
  })
  const media = answer.headers.get('content-type') ?? ''
  return { status: answer.status, text: await answer.text(), media }
}

/** Everything that an act could leave behind: entries, hidden statements, arrivals that would hold up the close. */
async function traces({ owner }: Served): Promise<unknown> {
  const [counts] = await owner`
    select (select count(*) from entry) as entries, (select size from log_head) as size,
      (select count(*) from sealed) as sealed, (select count(*) from arrival_open) as open`
  return counts
}

/** Sends, and looks at the problem from every side. */
async function expectProblem(served: Served, sent: Sent, status: number, code: string) {
  const before = await traces(served)
  const answer = await send(served, sent)
  expect(answer, answer.text).toMatchObject({ status })
  expect(answer.media).toMatch(/^application\/problem\+json/)
  const problem = problemSchema.parse(JSON.parse(answer.text))
  expect(problem).toMatchObject({ status, code, type: `urn:tenderbook:problem:${code}` })
  if (sent.hash === undefined) expect(problem.refusal).toBeUndefined()
  else {
    // JSON that the signer has made; its canonical bytes are what the receipt key has signed.
    const envelope = encodeCanonical(problem.refusal as JsonObject)
    const refusal = verifyRefusal(envelope, gateKey(fromBase64Url(served.receiptKey)))
    expect(refusal).toMatchObject({ statementHash: sent.hash, code, rule: problem.rule })
  }
  expect(await traces(served)).toEqual(before)
  return problem
}

/* Statements, right and wrong */

const instant = (ms = 0, now = Date.now()): string =>
  new Date(now + ms).toISOString().replace('Z', '000Z')
const MINUTE_MS = 60_000

type Said = Partial<Record<keyof Statement, unknown>>

/** The body of a statement of the `real` world, as this person would say it now. */
function say(
  t: string,
  who: Signatory,
  payload: unknown,
  said: Said = {},
): Record<string, unknown> {
  const now = Date.now()
  return {
    v: 1,
    t,
    aud: real.pins.origin,
    actor: who.person,
    role: 'RQ',
    kid: who.key.kid,
    nonce: newNonce(crypto.getRandomValues(new Uint8Array(16))),
    issuedAt: instant(0, now),
    notAfter: instant(5 * MINUTE_MS, now),
    payload,
    seen: { size: 0, root: toBase64Url(emptyRoot) },
    ...said,
  }
}

const canonical = (value: unknown): string =>
  // The tests' own values are JSON.
  new TextDecoder().decode(encodeCanonical(value as JsonObject))

/** Signs whatever text stands for the body, right or wrong. */
function seal(body: string | Uint8Array, key: SigningKey, t = 'requisition.submit'): Sent {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  const payloadType = payloadTypeOf(t)
  const message = pae(payloadType, bytes)
  const envelope = {
    payload: toBase64(bytes),
    payloadType,
    signatures: [{ keyid: key.kid, sig: toBase64(key.sign(message)) }],
  }
  return { body: JSON.stringify(envelope), hash: toBase64Url(sha256(message)) }
}

/** A statement of the right form; the hash of it is known to whoever reads it. */
function statement(t: string, who: Signatory, payload: unknown, said: Said = {}): Sent {
  return seal(canonical(say(t, who, payload, said)), who.key, t)
}

/** The service cannot know the hash of what it cannot read. */
const unread = ({ body, path, headers }: Sent): Sent => ({
  body,
  ...(path === undefined ? {} : { path }),
  ...(headers === undefined ? {} : { headers }),
})

/** Of a body of the right form, some text changed before it is signed. */
function respelt(from: string | RegExp, to: string): Sent {
  const body = canonical(submission(rosa, `${DRAFT}-x`))
  const changed = body.replace(from, () => to)
  if (changed === body) throw new Error('nothing was changed')
  return unread(seal(changed, rosa.key))
}

const submission = (who: Signatory, tender: string, said: Said = {}) =>
  say('requisition.submit', who, example.requisition, { tender, ...said })

/** An envelope of the right form, some text changed after it was signed. */
function tampered(from: string | RegExp, to: string): Sent {
  const { body } = seal(canonical(submission(rosa, `${DRAFT}-x`)), rosa.key)
  const changed = String(body).replace(from, () => to)
  if (changed === body) throw new Error('nothing was changed')
  return { body: changed }
}

/* The two worlds */

const DRAFT = 'ocds-gr4n1t-draft'
const FUNDED = 'ocds-gr4n1t-funded'
const APPROVED = 'ocds-gr4n1t-approved'

let real: World
let services: ServiceKeys
let rosa: Signatory
let sam: Signatory
let dana: Signatory
let rg: Signatory
let stranger: Signatory

let builder: RecordBuilder
let played: RecordedWorld

beforeAll(async () => {
  real = await openWorld()
  services = await serviceKeys(real)
  rosa = await real.person(officials.rosa.person)
  sam = await real.person(officials.sam.person)
  dana = await real.person(officials.dana.person)
  rg = await real.person(registrar.person)
  stranger = { person: 'p-rosa', key: signingKey(sha256(utf8('a stranger'))) }
  for (const tender of [DRAFT, FUNDED, APPROVED])
    await real.client.act(rosa, {
      t: 'requisition.submit',
      role: 'RQ',
      payload: example.requisition as unknown as JsonObject,
      place: { tender, phase: 'draft' },
    })
  for (const tender of [FUNDED, APPROVED])
    await actInFile(real.client, sam, tender, {
      t: 'funds.certify',
      role: 'BU',
      payload: funds,
    })
  await actInFile(real.client, sam, APPROVED, {
    t: 'requisition.approve',
    role: 'AP',
    payload: approval(),
  })
  const role = { person: 'p-rosa', role: 'AP', org: 'granite-lakes' }
  await real.client.act(rg, { t: 'role.grant', role: 'RG', payload: role })
})
afterAll(async () => {
  await Promise.all([real.end(), played.end()])
})

const funds = { ...example.funds, availableUntil: '2099-09-30' } as unknown as JsonObject

function approval(changes: JsonObject = {}): JsonObject {
  const pack = packOfMethod('us.quote')
  if (!pack) throw new Error('no pack has us.quote')
  return { ...example.approval, pack: { ...pinOf(pack) }, ...changes } as unknown as JsonObject
}

const atReal = (): Served => ({
  url: real.url,
  owner: real.owner,
  receiptKey: real.pins.receiptKey,
})

/* The rows */

type Row = readonly [what: string, make: () => Sent, status: number, code: string]

describe('what is no signed statement', () => {
  const text = (body: string | Uint8Array) => (): Sent => ({ body })
  const malformed = (what: string, make: () => Sent): Row => [what, make, 400, 'malformed-envelope']
  const invalid = (what: string, make: () => Sent): Row => [what, make, 400, 'invalid-statement']
  const envelopes: Row[] = [
    malformed('nothing', text('')),
    malformed('half a JSON', text('{"payload":')),
    malformed('a list', text('[]')),
    malformed('null', text('null')),
    malformed('a number', text('7')),
    malformed('bytes that are no UTF-8', text(new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]))),
    malformed('a byte order mark', () => tampered('{"payload"', '\u{feff}{"payload"')),
    malformed('JSON of a great depth', text('['.repeat(20_000) + ']'.repeat(20_000))),
    malformed('spacing', () => tampered('","payloadType"', '", "payloadType"')),
    malformed('a member twice', () => tampered('{"payload":', '{"payload":"","payload":')),
    malformed('a member more', () => tampered(/\}$/, ',"signed":true}')),
    malformed('a __proto__', () => tampered('{"payload"', '{"__proto__":{},"payload"')),
    malformed('no signature', () => tampered(/\[.*\]/, '[]')),
    malformed('two signatures', () => tampered(/\[(.*)\]/, '[{},{}]')),
    malformed('a short signature', () => tampered(/"sig":"[^"]*"/, '"sig":"AAAA"')),
    malformed('base64url', () => tampered(/"sig":"[^"]{4}/, '"sig":"_-_-')),
    malformed('spare bits in base64', () =>
      tampered(/"sig":"[^"]*"/, `"sig":"${'A'.repeat(85)}B=="`),
    ),
    malformed('a receipt instead of a statement', () => ({
      body: signDocument('application/vnd.tenderbook.receipt.v1+json', { v: 1 }, services.receipt)
        .envelope,
    })),
  ]
  const bodies: Row[] = [
    malformed('that is no JSON', () => unread(seal('requisition', rosa.key))),
    malformed('with spacing', () => respelt('{"actor"', '{ "actor"')),
    malformed('with members in another order', () => respelt('"v":1}', '"t":"x","v":1}')),
    malformed('with a member twice', () => respelt('"v":1}', '"v":1,"v":1}')),
    malformed('with 1.0', () => respelt('"v":1}', '"v":1.0}')),
    malformed('with 1e0', () => respelt('"v":1}', '"v":1e0}')),
    malformed('with a fraction', () => respelt('"size":0', '"size":0.5')),
    malformed('with -0', () => respelt('"size":0', '"size":-0')),
    malformed('with a number over 2^53', () => respelt('"size":0', '"size":9007199254740993')),
    malformed('with null', () => respelt('"size":0', '"size":null')),
    malformed('with a member that statements do not have', () => respelt('"v":1}', '"v":1,"w":1}')),
    malformed('with a __proto__', () => respelt('"payload":{', '"payload":{"__proto__":{"a":1},')),
    malformed('with a constructor', () => respelt('"payload":{', '"payload":{"constructor":1,')),
    malformed('with text that is not in NFC', () => respelt('rangers', 'range\u0301rs')),
    malformed('with a lone surrogate', () => respelt('rangers', 'range\\ud800rs')),
    malformed('with JSON of a great depth', () =>
      respelt('"payload":{', `"payload":{"a":${'['.repeat(5_000)}${']'.repeat(5_000)},`),
    ),
    malformed('with 33 levels', () =>
      respelt('"payload":{', `"payload":{"a":${'['.repeat(31)}${']'.repeat(31)},`),
    ),
    malformed('without a nonce', () => respelt(/"nonce":"[^"]*",/, '')),
    malformed('with a short nonce', () => respelt(/"nonce":"[^"]*"/, '"nonce":"AAAA"')),
    malformed('of another version', () => respelt('"v":1}', '"v":2}')),
    malformed('with a time of another form', () => respelt(/000Z","kid"/, 'Z","kid"')),
    malformed('with an actor that holds a NUL', () => respelt('"p-rosa"', '"p-\\u0000"')),
    invalid('with a validity that ends before it begins', () =>
      unread(seal(canonical(submission(rosa, `${DRAFT}-x`, { notAfter: instant(-1) })), rosa.key)),
    ),
    invalid('that disagrees with its payloadType', () =>
      unread(seal(canonical(submission(rosa, `${DRAFT}-x`)), rosa.key, 'funds.certify')),
    ),
    invalid('that names another key than the envelope', () =>
      unread(seal(canonical(submission(rosa, `${DRAFT}-x`)), sam.key)),
    ),
    invalid('of an unknown type', () =>
      unread(statement('funds.spend', rosa, {}, { tender: DRAFT })),
    ),
    invalid('with an unknown member in its payload', () =>
      unread(
        statement(
          'requisition.submit',
          rosa,
          { ...example.requisition, bribe: '1' },
          {
            tender: `${DRAFT}-x`,
          },
        ),
      ),
    ),
    invalid('with a NUL in its text', () => respelt('rangers', 'range\\u0000rs')),
    invalid('without the procurement that it is about', () =>
      unread(statement('requisition.submit', rosa, example.requisition)),
    ),
    invalid('of the register with a procurement', () =>
      unread(
        statement(
          'role.end',
          rg,
          {
            person: 'p-rosa',
            role: 'AP',
            org: 'granite-lakes',
            reason: { code: 'left', text: 'Left.' },
          },
          {
            role: 'RG',
            tender: DRAFT,
          },
        ),
      ),
    ),
    invalid('of a person with a cause, which is the clock’s', () =>
      unread(seal(canonical(submission(rosa, `${DRAFT}-x`, { cause: named('cause') })), rosa.key)),
    ),
  ]
  const atBoth = (rows: Row[]) =>
    rows.flatMap((row) =>
      [paths.api.statements, paths.api.arrivals].map((path) => [...row, path] as const),
    )

  test.each(atBoth(envelopes))(
    '%s is refused as malformed',
    async (_, make, status, code, path) => {
      await expectProblem(atReal(), { ...make(), path }, status, code)
    },
  )
  test.each(atBoth(bodies))('a body %s is refused', async (_, make, status, code, path) => {
    await expectProblem(atReal(), { ...make(), path }, status, code)
  })

  test('what is wrong in a payload is named member by member', async () => {
    const payload = { line: '', more: true }
    const sent = statement('funds.certify', sam, payload, { role: 'BU', tender: DRAFT })
    const { errors } = await expectProblem(atReal(), unread(sent), 400, 'invalid-statement')
    expect(errors?.map(({ pointer }) => pointer).sort()).toEqual([
      '/payload',
      '/payload/amount',
      '/payload/availableUntil',
      '/payload/fiscalYear',
      '/payload/line',
    ])
  })

  test.each<Row>([
    ['an envelope over 48 KiB', () => ({ body: 'x'.repeat(48 * 1024 + 1) }), 413, 'too-large'],
    [
      'an envelope over what holds a body',
      () => ({ body: 'x'.repeat(47 * 1024) }),
      413,
      'too-large',
    ],
    ['a body over 32 KiB', () => unread(padded(32_769)), 413, 'too-large'],
    [
      'another media type',
      () => ({ body: '{}', headers: { 'content-type': 'text/plain' } }),
      415,
      'media-type',
    ],
    [
      'compressed bytes',
      () => ({ body: '{}', headers: { 'content-encoding': 'gzip' } }),
      415,
      'media-type',
    ],
  ])('%s is not taken', async (_, make, status, code) => {
    await expectProblem(atReal(), make(), status, code)
    await expectProblem(atReal(), { ...make(), path: paths.api.arrivals }, status, code)
  })

  test('the greatest body is read', async () => {
    const sent = unread(padded(32_768))
    await expectProblem(atReal(), sent, 400, 'invalid-statement')
  })

  test('an envelope that does not say how long it is, is cut off at the same size', async () => {
    const before = await traces(atReal())
    const body = Buffer.alloc(60_000, 'x')
    const answer = await raw(real.url, { method: 'POST', path: paths.api.statements, body })
    expect(answer.status).toBe(413)
    expect(problemSchema.parse(JSON.parse(answer.text)).code).toBe('too-large')
    expect(await traces(atReal())).toEqual(before)
  })

  /** A statement whose body has so many bytes. */
  function padded(size: number): Sent {
    const body = canonical(submission(rosa, `${DRAFT}-x`))
    const pad = 'x'.repeat(size - Buffer.byteLength(body))
    return seal(body.replace('"need":"', `"need":"${pad}`), rosa.key)
  }
})

describe('a statement that is refused', () => {
  const rows: Row[] = [
    [
      'by a key that nobody enrolled',
      () => seal(canonical(submission(stranger, `${DRAFT}-x`)), stranger.key),
      401,
      'unknown-key',
    ],
    [
      'with a signature over other bytes',
      () => {
        const sent = seal(canonical(submission(rosa, `${DRAFT}-x`)), rosa.key)
        const { signatures } = JSON.parse(
          String(seal(canonical(submission(rosa, `${DRAFT}-y`)), rosa.key).body),
        ) as { signatures: unknown }
        const envelope = JSON.parse(String(sent.body)) as object
        return { ...sent, body: JSON.stringify({ ...envelope, signatures }) }
      },
      401,
      'bad-signature',
    ],
    [
      'for a person, by the receipt key',
      () => {
        const who = { person: 'p-rosa', key: services.receipt }
        return seal(canonical(submission(who, `${DRAFT}-x`)), who.key)
      },
      403,
      'key-purpose',
    ],
    [
      'for a person, by the worker key',
      () => certify(DRAFT, {}, { person: 'clock', key: services.worker }),
      403,
      'key-purpose',
    ],
    [
      'for the clock, by a person',
      () =>
        statement(
          'file.close',
          dana,
          {},
          {
            role: 'CK',
            tender: APPROVED,
            phase: 'approved',
            cause: named('cause'),
          },
        ),
      403,
      'key-purpose',
    ],
    [
      'for a person, though it is the clock’s',
      () => statement('file.close', dana, {}, { role: 'CO', tender: APPROVED, phase: 'approved' }),
      403,
      'key-purpose',
    ],
    [
      'by the clock, which owes no such thing',
      () =>
        statement(
          'file.close',
          { person: 'clock', key: services.worker },
          {},
          {
            role: 'CK',
            tender: APPROVED,
            phase: 'approved',
            cause: named('cause'),
          },
        ),
      409,
      'already-done',
    ],
    [
      'by the key of another person',
      () => certify(DRAFT, {}, { person: 'p-sam', key: rosa.key }),
      403,
      'other-person',
    ],
    [
      'meant for another log',
      () =>
        seal(
          canonical(submission(rosa, `${DRAFT}-x`, { aud: 'tenderbook.localhost/other/2026' })),
          rosa.key,
        ),
      421,
      'other-log',
    ],
    ['about a procurement that there is not', () => certify(`${DRAFT}-x`), 404, 'unknown-tender'],
    [
      'that opens a procurement again',
      () => seal(canonical(submission(rosa, DRAFT)), rosa.key),
      409,
      'tender-exists',
    ],
    [
      'that opens a procurement of another publisher',
      () => seal(canonical(submission(rosa, 'ocds-000000-x')), rosa.key),
      404,
      'unknown-tender',
    ],
    [
      'after its notAfter',
      () => {
        const times = { issuedAt: instant(-2 * MINUTE_MS), notAfter: instant(-MINUTE_MS) }
        return seal(canonical(submission(rosa, `${DRAFT}-x`, times)), rosa.key)
      },
      410,
      'expired',
    ],
    [
      'valid for longer than five minutes',
      () =>
        seal(
          canonical(submission(rosa, `${DRAFT}-x`, { notAfter: instant(6 * MINUTE_MS) })),
          rosa.key,
        ),
      422,
      'validity',
    ],
    [
      'from the future',
      () => {
        const times = { issuedAt: instant(6 * MINUTE_MS), notAfter: instant(7 * MINUTE_MS) }
        return seal(canonical(submission(rosa, `${DRAFT}-x`, times)), rosa.key)
      },
      422,
      'not-yet-issued',
    ],
    ['out of turn', () => approve(APPROVED, sam, { phase: 'approved' }), 409, 'out-of-turn'],
    ['signed for another stage', () => certify(APPROVED, { phase: 'draft' }), 409, 'stale-phase'],
    [
      'that cites terms before there are any',
      () => certify(DRAFT, { tenderHead: named('head') }),
      409,
      'stale-head',
    ],
    [
      'that is not part of the method',
      () => {
        const reason = { code: 'publication-ends', text: 'Nothing more was published.' }
        return statement(
          'file.end',
          dana,
          { reason },
          { role: 'CO', tender: APPROVED, phase: 'approved' },
        )
      },
      422,
      'not-in-method',
    ],
    [
      'in a role that the act is not for',
      () => approve(FUNDED, dana, { role: 'CO' }),
      403,
      'role-missing',
    ],
    ['in a role that the person does not hold', () => approve(FUNDED, dana), 403, 'role-missing'],
    [
      'of the register, by who is no registrar',
      () => {
        const payload = { person: 'p-rosa', role: 'CO', org: 'granite-lakes' }
        return statement('role.grant', rosa, payload, { role: 'RG' })
      },
      403,
      'role-missing',
    ],
    ['against the duty matrix', () => approve(FUNDED, rosa), 403, 'separation'],
    ['without funds', () => approve(DRAFT, sam), 422, 'no-funds'],
    [
      'sent where acts go that race a deadline',
      () => ({ ...certify(DRAFT), path: paths.api.arrivals }),
      422,
      'wrong-address',
    ],
  ]

  test.each(rows)('%s leaves no trace but a signed refusal', async (_, make, status, code) => {
    await expectProblem(atReal(), make(), status, code)
  })

  test('because its nonce was used for other bytes can be kept as evidence too', async () => {
    const nonce = newNonce(crypto.getRandomValues(new Uint8Array(16)))
    const first = await send(atReal(), certify(DRAFT, { nonce }))
    expect(first.status, first.text).toBe(201)
    await expectProblem(atReal(), certify(DRAFT, { nonce, phase: 'open' }), 409, 'nonce-used')
  })

  test('by a key that was revoked is refused as by an unknown one', async () => {
    const ines = await real.person('p-ines')
    const enquiry = () =>
      statement(
        'role.end',
        ines,
        {
          person: 'p-ines',
          role: 'AU',
          org: 'granite-lakes',
          reason: { code: 'left', text: 'Left.' },
        },
        { role: 'RG' },
      )
    await expectProblem(atReal(), enquiry(), 403, 'role-missing')
    const payload = { kid: ines.key.kid, reason: { code: 'lost', text: 'Lost.' } }
    const revoked = await send(atReal(), statement('key.revoke', ines, payload, { role: 'AU' }))
    expect(revoked.status, revoked.text).toBe(201)
    await expectProblem(atReal(), enquiry(), 401, 'unknown-key')
  })

  function certify(tender: string, said: Said = {}, who = sam): Sent {
    const place = { role: 'BU', tender, phase: 'draft' }
    const payload = { ...funds, amount: usd(1) }
    return statement('funds.certify', who, payload, { ...place, ...said })
  }

  function approve(tender: string, who: Signatory, said: Said = {}): Sent {
    const place = { role: 'AP', tender, phase: 'draft' }
    return statement('requisition.approve', who, approval(), { ...place, ...said })
  }
})

describe('a statement that is accepted', () => {
  const recordedSchema = z.looseObject({
    receipt: z.record(z.string(), z.unknown()),
    index: z.int(),
    again: z.boolean(),
  })

  test('gets the same receipt for the same bytes, and one entry', async () => {
    const sent = seal(canonical(submission(rosa, 'ocds-gr4n1t-twice')), rosa.key)
    const first = await send(atReal(), sent)
    expect(first.status, first.text).toBe(201)
    const before = await traces(atReal())
    await real.sequence()
    const second = await send(atReal(), sent)
    expect(second.status).toBe(200)
    const [one, two] = [first, second].map(({ text }) => recordedSchema.parse(JSON.parse(text)))
    expect(JSON.stringify(two?.receipt)).toBe(JSON.stringify(one?.receipt))
    expect([one?.again, two?.again]).toEqual([false, true])
    expect(await traces(atReal())).toEqual(before)
    const kept = await raw(real.url, { method: 'GET', path: `/api/receipts/${sent.hash ?? ''}` })
    expect(kept.text).toBe(JSON.stringify(one?.receipt))
  })

  test('gets one entry also where the same bytes come many times at once', async () => {
    const sent = seal(canonical(submission(rosa, 'ocds-gr4n1t-many')), rosa.key)
    const answers = await Promise.all(Array.from({ length: 8 }, () => send(atReal(), sent)))
    expect(answers.map(({ status }) => status).sort()).toEqual([
      200, 200, 200, 200, 200, 200, 200, 201,
    ])
    const receipts = answers.map(({ text }) =>
      JSON.stringify(recordedSchema.parse(JSON.parse(text)).receipt),
    )
    expect(new Set(receipts).size).toBe(1)
  })
})

describe('further on in a procurement', () => {
  const atPlayed = (): Served => played
  /** What an actor's client signs now, as the builder makes it. */
  function act(...made: Parameters<RecordBuilder['statement']>): Sent {
    const { envelope, hash } = signed(builder.statement(...made))
    return { body: envelope, hash: toBase64Url(hash) }
  }
  const arriving = (sent: Sent): Sent => ({ ...sent, path: paths.api.arrivals })
  const reason = { code: 'correction', text: 'A word was wrong.' }
  let oldHead: string

  beforeAll(async () => {
    builder = createRecord()
    builder.toOpen()
    oldHead = builder.state.open.solicitation?.head ?? ''
    played = await openRecordedWorld(builder)
    await played.catchUp()
    const water = {
      path: '/description',
      from: builder.terms()['description'] ?? '',
      to: 'Tablets that float.',
    }
    builder.act('solicitation.amend', 'p-dana', { changes: [water], material: true, reason })
    await played.catchUp()
  })
  const bid = { vendor: 'v-pinyon', dollars: 20_776 }
  const open: Row[] = [
    [
      'under terms that were amended since',
      () => {
        const payload = {
          role: 'CO',
          from: 'p-dana',
          to: 'p-other',
          reason: { code: 'leave', text: 'Leave.' },
        }
        return act('file.assign', 'p-dana', payload, { tenderHead: oldHead })
      },
      409,
      'stale-head',
    ],
    [
      'that bids under terms that were amended since',
      () =>
        arriving(
          act('bid.commit', 'p-pinyon', builder.bid(bid), { notAfter: DUE, tenderHead: oldHead }),
        ),
      409,
      'stale-head',
    ],
    [
      'that bids for another procurement than it is signed for',
      () => {
        const sealed = builder.bid(bid)
        // Just made by the builder.
        const header = { ...(sealed['header'] as JsonObject), tender: 'ocds-213czf-gl-26-999' }
        return arriving(act('bid.commit', 'p-pinyon', { ...sealed, header }, { notAfter: DUE }))
      },
      422,
      'commitment',
    ],
    [
      'that bids without its files',
      () =>
        arriving(
          act('bid.commit', 'p-pinyon', builder.bid({ ...bid, seq: 1, dollars: 18_500 }), {
            notAfter: DUE,
          }),
        ),
      422,
      'blob-missing',
    ],
    [
      'that bids, sent where acts go that race no deadline',
      () => act('bid.commit', 'p-pinyon', builder.bid(bid), { notAfter: DUE }),
      422,
      'wrong-address',
    ],
    [
      'that signs for a second time what another procurement waits for',
      () => act('solicitation.amend.cosign', 'p-sam', { of: named('elsewhere') }, { role: 'AP' }),
      409,
      'nothing-pending',
    ],
  ]
  test.each(open)('a statement %s is refused while bids come in', async (_, make, status, code) => {
    await expectProblem(atPlayed(), make(), status, code)
  })

  test('a bid gets the same receipt for the same bytes', async () => {
    builder.withBids()
    await played.catchUp()
    const last = builder.log.entries.at(-1)
    const sent = arriving({ body: last?.signed.envelope ?? '' })
    const [one, two] = [await send(atPlayed(), sent), await send(atPlayed(), sent)]
    expect(one.status, one.text).toBe(200)
    expect(two.text).toBe(one.text)
  })

  test('a bid after the deadline is a sealed entry, and its receipt says late', async () => {
    builder.waitUntil('2026-01-27T21:00:00.000001Z')
    played.setClock()
    const before = await traces(atPlayed())
    const payload = builder.bid({ ...bid, seq: 2, dollars: 18_000 })
    await played.upload()
    const said = { notAfter: DUE, issuedAt: '2026-01-27T20:59:00.000000Z' }
    const sent = arriving(act('bid.commit', 'p-pinyon', payload, said))
    const answer = await send(atPlayed(), sent)
    expect(answer.status, answer.text).toBe(200)
    const { receipt: envelope, index } = z
      .looseObject({ receipt: z.record(z.string(), z.unknown()), index: z.int() })
      .parse(JSON.parse(answer.text))
    const key = gateKey(fromBase64Url(played.receiptKey))
    const receipt = verifyReceipt(encodeCanonical(envelope as JsonObject), key)
    expect(receipt).toMatchObject({
      decision: 'late',
      code: 'late',
      rule: 'us.late',
      index,
      statementHash: sent.hash,
      arrivedAt: '2026-01-27T21:00:00.000001Z',
      deadline: DUE,
    })
    expect(receipt.blind).toBeDefined()
    const shown = await raw(played.url, { method: 'GET', path: `/api/entries/${index}` })
    expect(shown.text).not.toMatch(/pinyon|bid\.commit|late/)
    expect(await traces(atPlayed())).not.toEqual(before)
    expect((await send(atPlayed(), sent)).text).toBe(
      answer.text.replace('"again":false', '"again":true'),
    )
  })

  const opened: Row[] = [
    ['that awards over the warrant', () => award(250_001), 403, 'over-warrant'],
    ['that awards more than is certified', () => award(21_581), 422, 'no-funds'],
    [
      'that decides, by an officer who bought it for herself',
      () => act('award.decide', 'p-rosa', builder.award(), { role: 'CO' }),
      403,
      'role-missing',
    ],
  ]
  const award = (dollars: number): Sent =>
    act('award.decide', 'p-dana', builder.award({}, 'v-northfork', dollars))

  describe('after the opening', () => {
    beforeAll(async () => {
      builder.clock('deadline.close', builder.closing())
      for (const id of ['h-inspector', 'h-cascade'])
        builder.act('opening.release', id, builder.release(id), { role: 'OO' })
      builder.clock('opening.result', builder.result())
      builder.waitUntil(noon('2026-01-28'))
      await played.catchUp()
    })
    test.each(opened)('a statement %s is refused', async (_, make, status, code) => {
      const sent = make()
      await played.upload()
      await expectProblem(atPlayed(), sent, status, code)
    })
  })

  describe('under a contract', () => {
    beforeAll(async () => {
      builder.act('award.decide', 'p-dana', builder.award())
      builder.act('order.sign', 'p-dana', builder.order())
      builder.act('order.accept', 'p-northfork', { of: builder.contract.hash })
      builder.waitUntil(noon('2026-03-09'))
      const delivery = builder.announce()
      builder.waitUntil(noon('2026-03-11'))
      builder.report(delivery)
      builder.waitUntil(noon('2026-03-12'))
      builder.submitBill('NF-2041')
      await played.catchUp()
    })
    test('an invoice under a number that was used before is refused', async () => {
      const bill = builder.bill('NF-2041')
      await played.upload()
      await expectProblem(
        atPlayed(),
        act('invoice.submit', 'p-northfork', bill),
        409,
        'invoice-number-used',
      )
    })
    test('a payment that one person would sign twice is refused', async () => {
      builder.clock('invoice.match')
      builder.act('payment.schedule', 'p-sam', builder.schedule())
      builder.waitUntil(noon('2026-04-10'))
      const payload = { payment: builder.payment.hash, endToEndId: 'GL-26-014-1' }
      const of = builder.act('payment.release', 'p-sam', payload)
      await played.catchUp()
      const twice = act('payment.release.cosign', 'p-sam', { of }, { role: 'TR' })
      await expectProblem(atPlayed(), twice, 403, 'role-missing')
    })
  })
})

/* What nobody thought of */

const nasty: unknown[] = [
  ...[
    '',
    ' ',
    '\0',
    'a\0b',
    '__proto__',
    'constructor',
    'toString',
    'x'.repeat(5_000),
    '\u{1f3de}',
    '\u202e',
  ],
  ...[
    '0',
    '-1',
    '9'.repeat(40),
    '1e9',
    '0001-01-01',
    '2026-02-30',
    '9999-12-31T23:59:59.999999Z',
    '../..',
  ],
  ...[
    'ocds-213czf-gl-26-014',
    named('anything'),
    'p-sam',
    'USD',
    0,
    -1,
    Number.MAX_SAFE_INTEGER,
    true,
  ],
  ...[[], {}, [[]], [{}], { toString: 1 }, [named('a'), named('a')], [1, 'a', true]],
]
const anyNasty = fc.constantFrom(...nasty)
const anyPlace = fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 6 })

/** Something else at some place of a value: another value, one member less, one more, the same twice. */
function mutate(value: unknown, place: number[], how: { kind: number; by: unknown }): unknown {
  const [step = 0, ...rest] = place
  if (typeof value !== 'object' || value === null) return how.by
  const names = Object.keys(value)
  if (names.length === 0) return how.by
  const name = names[step % names.length] ?? ''
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value)
    ? [...(value as unknown[])]
    : { ...value }
  const member = Reflect.get(value, name) as unknown
  if (rest.length > 0 && typeof member === 'object')
    Reflect.set(copy, name, mutate(member, rest, how))
  else if (how.kind === 0) Reflect.set(copy, name, how.by)
  else if (how.kind === 1) Reflect.deleteProperty(copy, name)
  else if (Array.isArray(copy)) copy.push(how.kind === 2 ? how.by : member)
  else Reflect.set(copy, 'more', how.by)
  return Array.isArray(copy) ? copy.filter((one) => one !== undefined) : copy
}

describe('whatever comes in', () => {
  const isNoFault = (answer: Answered, method = 'POST'): void => {
    expect(answer.status, answer.text).toBeLessThan(500)
    if (method !== 'HEAD' && answer.media.startsWith('application/problem+json'))
      problemSchema.parse(JSON.parse(answer.text))
  }

  test('bytes of an envelope that were changed are no fault of ours', async () => {
    const envelope = Buffer.from(seal(canonical(submission(rosa, `${DRAFT}-f`)), rosa.key).body)
    const change = fc.tuple(fc.nat(envelope.length - 1), fc.nat(4), fc.uint8Array({ maxLength: 4 }))
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        async (changes, isArrival) => {
          let body: Uint8Array = envelope
          for (const [at, gone, come] of changes)
            body = Buffer.concat([body.subarray(0, at), come, body.subarray(at + gone)])
          const path = isArrival ? paths.api.arrivals : paths.api.statements
          isNoFault(await send(atReal(), { body, path }))
        },
      ),
      { numRuns: Number(process.env['N'] ?? 200) },
    )
  })

  test('statements of every type, changed and signed by who may sign them, are no fault of ours', async () => {
    const { entries } = builder.log
    await fc.assert(
      fc.asyncProperty(
        fc.nat(entries.length - 1),
        anyPlace,
        fc.record({ kind: fc.nat(3), by: anyNasty }),
        fc.boolean(),
        async (index, place, how, isWhole) => {
          const said = entries[index]?.signed.statement
          if (!said) return
          const { actor, role, tender, tenderHead, phase, cause, t, payload } = said
          const now = builder.statement(t, actor, payload, {
            role: role as 'RQ',
            ...(cause === undefined ? {} : { cause }),
          })
          const kept = {
            ...(tender === undefined ? {} : { tender }),
            ...(tenderHead === undefined ? {} : { tenderHead }),
            ...(phase === undefined || now.phase === undefined ? {} : { phase: now.phase }),
          }
          const fresh = {
            ...now,
            ...kept,
            nonce: newNonce(crypto.getRandomValues(new Uint8Array(16))),
          }
          const changed = isWhole
            ? mutate(fresh, place, how)
            : { ...fresh, payload: mutate(payload, place, how) }
          const sent = seal(canonical(changed), keyOf(actor), t)
          const isArrival = t === 'bid.commit' || t === 'bid.withdraw'
          const path = isArrival ? paths.api.arrivals : paths.api.statements
          isNoFault(await send(played, { ...sent, path }))
        },
      ),
      { numRuns: Number(process.env['N'] ?? 200) },
    )
  })

  const anyText = fc.oneof(
    fc.constantFrom(
      '%',
      '%00',
      '%ff',
      '%ed%a0%80',
      '%2e%2e%2f',
      '..',
      '-1',
      '1e9',
      '9'.repeat(30),
      '0x1',
      'NaN',
    ),
    fc.constantFrom(
      '__proto__',
      'constructor',
      "'%20or%201=1--",
      named('x'),
      DRAFT,
      'p-dana',
      '0',
      '40',
      'log.found',
    ),
    fc.string({ unit: 'binary-ascii', maxLength: 20 }).map(encodeURIComponent),
    fc.string({ unit: 'grapheme', maxLength: 10 }).map(encodeURIComponent),
  )
  const patterns = [
    ...Object.values(paths.api),
    ...Object.values(paths.page),
    '/:any',
    '/log/:any/:any',
  ]
  const queryNames = [
    'from',
    'to',
    'limit',
    'tender',
    'type',
    'actor',
    'envelope',
    'role',
    'stage',
    'q',
    'page',
    'x[y]',
    'id',
    'kid',
  ]
  const anyPath = fc
    .tuple(
      fc.constantFrom(...patterns),
      fc.array(anyText, { minLength: 3, maxLength: 3 }),
      fc.constantFrom('', '', '.json', '.csv', '/', '//x'),
      fc.array(fc.tuple(fc.constantFrom(...queryNames), anyText), { maxLength: 3 }),
    )
    .map(([pattern, texts, ending, query]) => {
      const parts = [...texts]
      const path = pattern.replace(/:\w+/g, () => parts.pop() ?? '')
      const search = query.map(([name, value]) => `${name}=${value}`).join('&')
      return `${path}${ending}${search === '' ? '' : `?${search}`}`
    })
  const headerText = fc
    .string({ unit: 'binary-ascii', maxLength: 40 })
    .map((text) => text.replaceAll(/[^ -~]/g, '').trim())
  const anyHeaders = fc.dictionary(
    fc.constantFrom(
      ...[
        'accept',
        'authorization',
        'cookie',
        'origin',
        'sec-fetch-site',
        'if-none-match',
        'range',
      ],
      ...[
        'accept-language',
        'content-type',
        'content-encoding',
        'x-forwarded-for',
        'host',
        'last-event-id',
      ],
    ),
    fc.oneof(
      headerText,
      fc.constantFrom(
        'text/html',
        'application/json',
        '*/*;q=x',
        'null',
        'http://[',
        'gzip',
        'bytes=-1',
        'sid=__proto__',
      ),
      fc.constantFrom(
        'Bearer AAAAAAAAAAAAAAAAAAAAAAAA',
        'Bearer',
        'application/json; charset=utf-7',
      ),
    ),
    { maxKeys: 4 },
  )
  const anyBody = fc.oneof(
    fc.constant(undefined),
    fc.uint8Array({ maxLength: 50 }),
    fc.json({ maxDepth: 3 }).map((text) => Buffer.from(text)),
    fc
      .dictionary(
        fc.constantFrom(
          'kid',
          'challenge',
          'signature',
          'salt',
          'bytes',
          'media',
          'tender',
          'reader',
          'envelope',
          'id',
          'pub',
          'secret',
        ),
        anyNasty,
      )
      .map((body) => Buffer.from(JSON.stringify(body))),
  )

  test('any address, query, header and body is no fault of ours', async () => {
    const token = await real.client.session(dana)
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('GET', 'GET', 'GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH'),
        anyPath,
        anyHeaders,
        anyBody,
        fc.boolean(),
        async (method, path, headers, body, isSignedIn) => {
          const session = isSignedIn ? { authorization: `Bearer ${token}` } : {}
          const sent = method === 'GET' || method === 'HEAD' || body === undefined ? {} : { body }
          const all = { ...session, ...headers }
          isNoFault(await raw(real.url, { method, path, headers: all, ...sent }), method)
        },
      ),
      { numRuns: Number(process.env['N'] ?? 400) },
    )
  })
})

/* Bytes as they are, past what fetch would put right */

interface Raw {
  method: string
  path: string
  headers?: Record<string, string>
  body?: Uint8Array
}

function raw(url: string, { method, path, headers = {}, body }: Raw): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const type = body ? { 'content-type': 'application/json' } : {}
    // Each on a connection of its own: a service that will not read on closes it.
    const sent = httpRequest({
      ...{ agent: false, hostname, port, method, path },
      headers: { ...type, ...headers },
    })
    sent.on('error', reject)
    sent.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          text: Buffer.concat(chunks).toString(),
          media: response.headers['content-type'] ?? '',
        })
      })
    })
    // Without a length the body goes out in chunks.
    if (body) sent.write(body)
    sent.end()
  })
}
