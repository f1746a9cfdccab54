/**
 * No input gives a 5xx: envelopes with changed bytes, statements of every type with changed members and good signatures,
 * any address with any query, headers and body.
 */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, test } from 'vitest'
import type { Signatory } from '../cli/client.ts'
import * as example from '../cli/example.ts'
import { officials } from '../cli/people.ts'
import { newNonce } from '../ledger/index.ts'
import { racesDeadline } from '../procurement/index.ts'
import { canonical, expectNoFault, raw, say, seal, send } from '../tests/bad-input.ts'
import { keyOf, named } from '../tests/file-builder.ts'
import { createRecord, type RecordBuilder } from '../tests/record-builder.ts'
import { openRecordedWorld, type RecordedWorld } from '../tests/recorded-world.ts'
import { openWorld, type World } from '../tests/world.ts'
import { paths } from '../web/paths.ts'

const TENDER = 'ocds-gr4n1t-any'

let real: World
let rosa: Signatory
let dana: Signatory
let builder: RecordBuilder
let played: RecordedWorld

beforeAll(async () => {
  real = await openWorld()
  rosa = await real.person(officials.rosa.person)
  dana = await real.person(officials.dana.person)
  builder = createRecord()
  builder.toScheduled()
  played = await openRecordedWorld(builder)
  await played.catchUp()
})
afterAll(async () => {
  await Promise.all([real.end(), played.end()])
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
  test('bytes of an envelope that were changed are no fault of ours', async () => {
    const said = { aud: real.pins.origin, tender: TENDER }
    const body = canonical(say('requisition.submit', rosa, example.requisition, said))
    const envelope = Buffer.from(seal(body, rosa.key).body)
    const change = fc.tuple(fc.nat(envelope.length - 1), fc.nat(4), fc.uint8Array({ maxLength: 4 }))
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        async (changes, isArrival) => {
          let changed: Uint8Array = envelope
          for (const [at, gone, come] of changes)
            changed = Buffer.concat([changed.subarray(0, at), come, changed.subarray(at + gone)])
          const path = isArrival ? paths.api.arrivals : paths.api.statements
          expectNoFault(await send(real, { body: changed, path }))
        },
      ),
      { numRuns: 200 },
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
          const { t, actor, role, payload, cause } = said
          const fresh = {
            ...builder.statement(t, actor, payload),
            ...(cause === undefined ? { role } : { role, cause }),
            nonce: newNonce(crypto.getRandomValues(new Uint8Array(16))),
          }
          const changed = isWhole
            ? mutate(fresh, place, how)
            : { ...fresh, payload: mutate(payload, place, how) }
          const sent = seal(canonical(changed), keyOf(actor), t)
          const path = racesDeadline(t) ? paths.api.arrivals : paths.api.statements
          expectNoFault(await send(played, { ...sent, path }))
        },
      ),
      { numRuns: 200 },
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
      TENDER,
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
          expectNoFault(await raw(real.url, { method, path, headers: all, ...sent }), method)
        },
      ),
      { numRuns: 400 },
    )
  })
})
