/**
 * What bad input gets at the HTTP door: for each kind a problem document with code, rule, citation and what to do next,
 * a refusal that can be kept, and not one entry more. The world is founded and worked in over HTTP, by the real clock.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Signatory } from '../cli/client.ts'
import * as example from '../cli/example.ts'
import { actInFile } from '../cli/file.ts'
import { officials, registrar } from '../cli/people.ts'
import {
  type JsonObject,
  newNonce,
  sha256,
  signDocument,
  signingKey,
  utf8,
} from '../ledger/index.ts'
import { packOfMethod, pinOf } from '../procurement/index.ts'
import type { ServiceKeys } from '../signer/keys.ts'
import {
  canonical,
  expectProblem,
  instant,
  MINUTE_MS,
  problemSchema,
  raw,
  type Row,
  type Said,
  say,
  seal,
  send,
  type Sent,
  type Served,
  traces,
} from '../tests/bad-input.ts'
import { named, usd } from '../tests/file-builder.ts'
import { openWorld, serviceKeys, type World } from '../tests/world.ts'
import { paths } from '../web/paths.ts'

/* Statements, right and wrong */

const sayHere = (t: string, who: Signatory, payload: unknown, said: Said = {}) =>
  say(t, who, payload, { aud: real.pins.origin, ...said })

function statement(t: string, who: Signatory, payload: unknown, said: Said = {}): Sent {
  return seal(canonical(sayHere(t, who, payload, said)), who.key, t)
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
  sayHere('requisition.submit', who, example.requisition, { tender, ...said })

/** An envelope of the right form, some text changed after it was signed. */
function tampered(from: string | RegExp, to: string): Sent {
  const { body } = seal(canonical(submission(rosa, `${DRAFT}-x`)), rosa.key)
  const changed = String(body).replace(from, () => to)
  if (changed === body) throw new Error('nothing was changed')
  return { body: changed }
}

/* The world */

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
      payload: example.requisition,
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
afterAll(() => real.end())

const funds = { ...example.funds, availableUntil: '2099-09-30' } as unknown as JsonObject

function approval(changes: JsonObject = {}): JsonObject {
  const pack = packOfMethod('us.quote')
  if (!pack) throw new Error('no pack has us.quote')
  return { ...example.approval, pack: { ...pinOf(pack) }, ...changes }
}

const atReal = (): Served => ({
  url: real.url,
  owner: real.owner,
  receiptKey: real.pins.receiptKey,
})

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
    malformed('JSON of a great depth', text('['.repeat(8_000) + ']'.repeat(8_000))),
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
    invalid('with a mark in its text that reorders what is read', () =>
      respelt('rangers', 'range\u202ers'),
    ),
    invalid('without the procurement that it is about', () =>
      unread(statement('requisition.submit', rosa, example.requisition)),
    ),
    invalid('that opens a procurement whose name is no ocid', () =>
      unread(seal(canonical(submission(rosa, 'ocds-gr4n1t-../../evil?x#<b>')), rosa.key)),
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
