import { describe, expect, test } from 'vitest'
import { encodeCanonical, fromBase64Url, toBase64Url, type JsonObject } from '../ledger/index.ts'
import { bidsRoot, closeCommit } from '../sealing/index.ts'
import {
  createFile,
  DUE,
  type FileBuilder,
  named,
  ORG,
  pointOf,
  type Said,
} from '../tests/file-builder.ts'
import { disclosedBids } from './disclosure.ts'
import { closeCommitment, readResult } from './opening.ts'
import { CLOCK } from './register-rows.ts'
import { addMicroseconds } from './training.ts'

const clockCode = (file: FileBuilder, type: string, payload: object, said: Said = {}) =>
  file.code(type, CLOCK, payload, { cause: file.owed(type)[0]?.cause ?? named('none'), ...said })

describe('a key holder', () => {
  const join = (file: FileBuilder, changed: object = {}, person = 'h-cascade', said: Said = {}) =>
    file.code(
      'opening.member',
      person,
      { ...file.member('h-cascade'), ...changed },
      { role: 'OO', ...said },
    )

  test('joins before publication, with a proof that its key opens', () => {
    const file = createFile().toApproved()
    expect(join(file)).toBe('accepted')
    expect(join(createFile().toDraft())).toBe('out-of-turn')
    expect(join(createFile().toOpen())).toBe('out-of-turn')
    const pop = file.member('h-cascade')['pop'] as JsonObject
    expect(join(file, { pop: { ...pop, opened: named('other') } })).toBe('possession')
    expect(join(file, { id: 'another' })).toBe('possession')
    const other = createFile({ ocid: 'ocds-213czf-other' }).member('h-cascade')['pop'] as JsonObject
    expect(join(file, { pop: other })).toBe('possession')
  })
  test('joins for its own organisation, in the group of the method, once', () => {
    const file = createFile().toApproved()
    expect(join(file, { org: ORG })).toBe('unknown-org')
    expect(join(file, { group: 'auditors' })).toBe('opening-key')
    file.act('opening.member', 'h-cascade', file.member('h-cascade'))
    expect(join(file)).toBe('already-done')
    expect(join(file, {}, 'h-inspector')).toBe('already-done')
  })
  test('uses a key that was never used before', () => {
    const file = createFile().toApproved()
    file.register.set(`opening/${pointOf(`h-cascade for ${file.ocid}`)}`, {
      tender: 'ocds-213czf-other',
    })
    expect(join(file)).toBe('opening-key')
  })
  test('is neither requester nor officer', () => {
    const file = createFile()
    file.act('role.grant', 'p-reg', { person: 'p-rosa', role: 'OO', org: ORG })
    expect(join(file.toApproved(), {}, 'p-rosa')).toBe('separation')
  })
  test('answers pings while bids can still be sealed anew', () => {
    const file = createFile().toOpen()
    const ping = {
      envelope: 'main',
      group: 'officers',
      id: 'h-cascade',
      challenge: named('c'),
      opened: named('o'),
    }
    expect(file.code('opener.ping', 'h-inspector', ping)).toBe('not-a-key-holder')
    file.act('opener.ping', 'h-cascade', ping)
    expect(file.state.open.opening.pings).toMatchObject([{ id: 'h-cascade' }])
  })
})

describe('before publication', () => {
  test('the clock owes the recipient, holders owe their membership, the officer the request', () => {
    const file = createFile().toApproved()
    expect(file.owed('opening.recipient')).toMatchObject([{ role: 'CK' }])
    expect(file.owed('opening.member')).toMatchObject([{ role: 'OO' }])
    expect(file.owed('solicitation.publish')).toMatchObject([{ role: 'CO' }])
    const keyed = createFile().toKeyed()
    expect([...keyed.owed('opening.recipient'), ...keyed.owed('opening.member')]).toEqual([])
  })
})

describe('the close', () => {
  const close = (at: string) => {
    const file = createFile().toOpen().withBids()
    file.at = at
    return clockCode(file, 'deadline.close', file.closing())
  }
  test('is refused one microsecond before the deadline', () =>
    expect(close(addMicroseconds(DUE, -1n))).toBe('too-early'))
  test('is refused at the deadline: a bid may still come', () =>
    expect(close(DUE)).toBe('too-early'))
  test('is accepted one microsecond after it', () =>
    expect(close(addMicroseconds(DUE, 1n))).toBe('accepted'))
  test('happens once', () => {
    const file = createFile().toClosed()
    const cause = file.entries.at(-1)?.statement.cause ?? ''
    expect(file.code('deadline.close', CLOCK, file.closing(), { cause })).toBe('already-done')
  })
  test('tells neither who bid nor how many', () => {
    const shapes = [[], undefined].map((plans) => {
      const { open } = createFile().toClosed(plans).state
      return {
        stage: open.stage,
        members: Object.keys(open.opening).sort(),
        commit: open.opening.close?.commit.length,
      }
    })
    expect(shapes[0]).toEqual(shapes[1])
  })
  test('commits to what the sealing side commits to', () => {
    const salt = new Uint8Array(32).fill(3)
    const hashes = ['a', 'b', 'c'].map(named)
    const root = bidsRoot(hashes.map(fromBase64Url))
    expect(closeCommitment(salt, hashes)).toEqual(closeCommit(salt, 3, root))
    expect(closeCommitment(salt, [])).toEqual(
      // Vector of the format: count 0, root SHA-256 of nothing.
      new Uint8Array(
        Buffer.from('72c2dc189b2033ede239ff26b3ea009c803e56c86fd6de7f18500a4d7128c63e', 'hex'),
      ),
    )
  })
})

describe('a release', () => {
  const release = (file: FileBuilder, changed: object = {}, person = 'h-cascade') =>
    file.code(
      'opening.release',
      person,
      { ...file.release('h-cascade'), ...changed },
      { role: 'OO' },
    )

  test('is refused before the close', () => {
    expect(release(createFile().toOpen())).toBe('out-of-turn')
  })
  test('is for the holder of that key, and final', () => {
    const file = createFile().toClosed()
    expect(release(file, {}, 'h-inspector')).toBe('not-a-key-holder')
    expect(release(file, { group: 'auditors' })).toBe('not-a-key-holder')
    file.act('opening.release', 'h-cascade', file.release('h-cascade'))
    expect(release(file)).toBe('already-done')
  })
  test('is sealed to every recipient of the opening key, and uploaded', () => {
    const file = createFile().toClosed()
    const [to] = file.release('h-cascade')['to'] as JsonObject[]
    expect(release(file, { to: [{ ...to, kid: named('another') }] })).toBe('opening-key')
    expect(release(file, { to: [to, to] })).toBe('opening-key')
    file.blobs.delete(named('release h-cascade'))
    expect(
      file.code('opening.release', 'h-cascade', {
        ...file.release('h-cascade'),
        to: [{ ...to, ctHash: named('absent') }],
      }),
    ).toBe('blob-missing')
  })
  test('is owed by each holder within an hour of the close, in real time', () => {
    const file = createFile().toClosed()
    const { real } = file.state.open.opening.close ?? {}
    const owed = file.owed('opening.release')
    expect(owed.map(({ person }) => person)).toEqual(['p-sam', 'h-inspector', 'h-cascade'])
    for (const duty of owed)
      expect(duty).toMatchObject({
        clock: 'real',
        from: real,
        by: addMicroseconds(real ?? '', 3_600_000_000n),
      })
  })
  test('that fewer than k have made in an hour is put on record, and can still be made', () => {
    const file = createFile().toClosed()
    file.act('opening.release', 'h-cascade', file.release('h-cascade'))
    file.clock('opening.delayed')
    expect(file.state.open.opening.delayed).toMatchObject({ released: ['h-cascade'] })
    expect(file.owed('opening.delayed')).toEqual([])
    file.act('opening.release', 'p-sam', file.release('p-sam'), { role: 'OO' })
    expect(file.owed('opening.result')).toHaveLength(1)
  })
})

describe('a vendor in trouble', () => {
  test('shows its own shares, until the result', () => {
    const file = createFile().toClosed()
    const [bid] = file.state.sealed?.bids ?? []
    const shares = {
      officers: [{ id: 'h-cascade', share: toBase64Url(new Uint8Array(33).fill(1)) }],
    }
    const prove = (commitHash = '', actor = 'p-ironwood', on = file) =>
      on.code('bid.prove', actor, { commitHash, shares })
    expect(prove(bid?.commitHash)).toBe('accepted')
    expect(prove(bid?.commitHash, 'p-pinyon')).toBe('unknown-reference')
    expect(prove(named('other'))).toBe('unknown-reference')
    file.act('bid.prove', 'p-ironwood', { commitHash: bid?.commitHash, shares })
    expect(file.state.sealed?.proofs).toHaveProperty(bid?.commitHash ?? '')
    const opened = createFile().toOpened()
    expect(prove(opened.state.sealed?.bids[0]?.commitHash, 'p-ironwood', opened)).toBe(
      'out-of-turn',
    )
  })
})

describe('a result', () => {
  const result = (
    file: FileBuilder,
    change: (document: JsonObject) => JsonObject,
    changed: object = {},
  ) => {
    const said = file.result()
    const doc = said['result'] as { commit: string }
    const document = JSON.parse(new TextDecoder().decode(file.document(doc.commit))) as JsonObject
    const other = file.doc('other.json', change(document))
    return clockCode(file, 'opening.result', { ...said, result: other, ...changed })
  }
  const released = () => createFile().toReleased()
  const bidsOf = (document: JsonObject) => document['bids'] as JsonObject[]

  test('needs k releases, and names who released', () => {
    const early = createFile().toClosed()
    early.act('opening.release', 'h-cascade', early.release('h-cascade'))
    expect(
      clockCode(early, 'opening.result', { ...early.result(), released: ['h-cascade', 'p-sam'] }),
    ).toBe('already-done')
    expect(result(released(), (document) => document)).toBe('accepted')
    expect(result(released(), (document) => document, { released: ['p-sam', 'h-cascade'] })).toBe(
      'not-a-key-holder',
    )
  })
  test('opens what the close has committed to: count, root, salt, every bid once in order', () => {
    const close = (changed: object) =>
      result(released(), (document) => ({
        ...document,
        close: { ...(document['close'] as JsonObject), ...changed },
      }))
    expect(close({ count: '2' })).toBe('commitment')
    expect(close({ root: named('other') })).toBe('commitment')
    expect(close({ salt: named('other') })).toBe('commitment')
    const bids = (change: (bids: JsonObject[]) => JsonObject[]) =>
      result(released(), (document) => ({ ...document, bids: change(bidsOf(document)) }))
    expect(bids((all) => all.slice(1))).toBe('commitment')
    expect(bids((all) => all.toReversed())).toBe('commitment')
    expect(bids((all) => [...all.slice(0, 2), { ...all[2], commitHash: named('other') }])).toBe(
      'commitment',
    )
  })
  test('reads out the price that was committed to before the deadline', () => {
    const file = released()
    const cheaper = (document: JsonObject) => {
      const [first, ...others] = bidsOf(document)
      return {
        ...document,
        bids: [{ ...first, public: { amount: '1', currency: 'USD' } }, ...others],
      }
    }
    expect(result(file, cheaper)).toBe('commitment')
  })
  test('is of the form, and uploaded', () => {
    expect(result(released(), () => ({ bids: [] }))).toBe('payload-missing')
    const file = released()
    const absent = { ...(file.result()['result'] as JsonObject), commit: named('absent') }
    expect(clockCode(file, 'opening.result', { ...file.result(), result: absent })).toBe(
      'payload-missing',
    )
    expect(readResult(encodeCanonical({ close: 1 }))).toBeUndefined()
    expect(readResult(new Uint8Array([1, 2]))).toBeUndefined()
  })
  test('keeps void bids with their code, without a price', () => {
    const file = released()
    const [bid] = file.state.sealed?.bids ?? []
    file.clock('opening.result', file.result([bid?.commitHash ?? '']))
    expect(file.state.sealed?.opened?.[0]).toEqual({
      commitHash: bid?.commitHash,
      vendor: 'v-ironwood',
      lot: 'main',
      status: 'void',
      code: 'V2',
    })
    expect(file.state.sealed?.opened?.[1]).toMatchObject({
      status: 'opened',
      price: { amount: '1988800', currency: 'USD' },
    })
  })
  test('of no bids is a result too', () => {
    const file = createFile().toOpened([])
    expect(file.state.open.stage).toBe('opened')
    expect(file.state.sealed?.opened).toEqual([])
  })
})

describe('disclosure', () => {
  const envelopeOf = (file: FileBuilder, commitHash: string): JsonObject => {
    const entry = file.entries.find(({ hash }) => hash === commitHash)
    if (entry === undefined) throw new Error('no such bid')
    const { statement } = entry
    return {
      payload: Buffer.from(encodeCanonical(statement as unknown as JsonObject)).toString('base64'),
      payloadType: 'application/vnd.tenderbook.bid.commit.v1+json',
      signatures: [{ keyid: statement.kid, sig: Buffer.alloc(64).toString('base64') }],
    }
  }
  const reveal = (file: FileBuilder, index: number | undefined, commitHash: string) =>
    clockCode(
      file,
      'opening.reveal',
      { index: index ?? 0, blind: named('blind'), revealed: envelopeOf(file, commitHash) },
      {
        cause: file.state.open.opening.result?.hash ?? '',
      },
    )

  test('under plain shows every opened bid at the opening', () => {
    const file = createFile({ method: 'plain' }).toOpened()
    expect(disclosedBids(file.state)).toHaveLength(3)
    const [duty] = file.owed('opening.reveal')
    const [bid] = file.state.sealed?.bids ?? []
    expect(duty).toMatchObject({ role: 'CK', subject: String(bid?.index) })
    expect(reveal(file, bid?.index, bid?.commitHash ?? '')).toBe('accepted')
    expect(reveal(file, 0, bid?.commitHash ?? '')).toBe('commitment')
    file.clock('opening.reveal', {
      index: bid?.index,
      blind: named('b'),
      revealed: envelopeOf(file, bid?.commitHash ?? ''),
    })
    expect(file.owed('opening.reveal')).toHaveLength(2)
    expect(reveal(file, bid?.index, bid?.commitHash ?? '')).toBe('already-done')
    const broken = {
      index: 1,
      blind: named('b'),
      revealed: { payload: 'e30=', payloadType: 'x', signatures: [{ keyid: named('k'), sig: '' }] },
    }
    expect(clockCode(file, 'opening.reveal', broken)).toBe('not-disclosed')
  })
  test('under us.quote shows nothing at the opening', () => {
    const file = createFile().toOpened()
    expect(disclosedBids(file.state)).toEqual([])
    expect(file.owed('opening.reveal')).toEqual([])
  })
})
