import { beforeEach, describe, expect, test } from 'vitest'
import {
  blindHash,
  commit,
  fromBase64Url,
  parseCanonical,
  parseEntry,
  sha256,
  toBase64Url,
  utf8,
  type Json,
  type SignedStatement,
} from '../ledger/index.ts'
import {
  bidsRoot,
  blobName,
  bindHeader,
  closeCommit,
  generateMemberKey,
  openShare,
  parseCapsule,
  sealBid,
  sealRelease,
  SUITE,
  type OpeningKey,
  type OpeningKeyPair,
  type ReleasedShares,
  type SealedParts,
} from '../sealing/index.ts'
import type { Opening, UnsignedStatement } from './contract.ts'
import {
  appendEnvelope,
  clockStatement,
  ORIGIN,
  PERSON,
  rehearseSigner,
  statementOf,
  TENDER,
  type RehearsedSigner,
} from './rehearsal.ts'

const OF = { tender: TENDER, envelope: 'main' }
const HOLDERS = ['h-cascade', 'h-inspector', 'p-sam']
const DAY_MS = 24 * 3_600_000

interface Bid extends SealedParts {
  statement: SignedStatement
  commitHash: string
  index: number
}

let rehearsed: RehearsedSigner
let keys: Map<string, OpeningKeyPair>
let openingKey: OpeningKey
let publication: SignedStatement
let bids: Bid[]

beforeEach(async () => {
  rehearsed = await rehearseSigner()
  keys = new Map()
  for (const id of HOLDERS) keys.set(id, await generateMemberKey())
  const members = [...keys].map(([id, { publicKey }]) => ({ id, pub: toBase64Url(publicKey) }))
  openingKey = {
    envelope: 'main',
    suite: SUITE,
    groups: [{ name: 'officers', k: 2, members }],
    recipients: [await rehearsed.signer.recipient(OF)],
    opensAfter: 'deadline',
    rule: 'live',
  }
  publication = statementOf('solicitation.publish', {}, { tender: TENDER })
  rehearsed.log.append(publication)
  bids = []
  rehearsed.log.openings.set(`${TENDER} main`, { openingKey, bids: [] })
})

async function bid(vendor: string, amount: string): Promise<Bid> {
  const subject = {
    aud: ORIGIN,
    tender: TENDER,
    tenderHead: toBase64Url(sha256(utf8('head'))),
    lot: 'main',
    vendor,
    submitter: `p-${vendor}`,
    kid: PERSON.kid,
    seq: '1',
  }
  const files = [{ name: 'offer.txt', media: 'text/plain', bytes: utf8(`offer of ${vendor}`) }]
  const price = { currency: 'USD', lines: [], amount }
  const parts = await sealBid({
    subject,
    openingKey,
    capsuleLen: 16_384,
    slots: 1,
    price,
    answers: [],
    files,
  })
  for (const blob of [parts.capsule, ...parts.blobs]) rehearsed.log.blobs.set(blobName(blob), blob)
  const statement = statementOf('bid.commit', parts.payload, { tender: TENDER })
  const index = rehearsed.log.appendSealed(statement)
  const made = { ...parts, statement, commitHash: toBase64Url(statement.hash), index }
  bids.push(made)
  setState({})
  return made
}

function setState(changes: {
  close?: { commit: string; hash: string; real: string }
  result?: string
}): void {
  const state = rehearsed.log.openings.get(`${TENDER} main`)
  rehearsed.log.openings.set(`${TENDER} main`, {
    ...state,
    openingKey,
    ...changes,
    bids: bids.map(({ commitHash, index }) => ({ commitHash, index })),
  })
}

async function close(): Promise<SignedStatement> {
  const cause = toBase64Url(publication.hash)
  const closing = await rehearsed.signer.closing({ ...OF, cause })
  const payload = { envelope: 'main', commit: toBase64Url(closing.commit) }
  const envelope = await rehearsed.signer.sign(
    clockStatement('deadline.close', payload, publication),
  )
  const signed = appendEnvelope(rehearsed.log, envelope)
  const real = '2026-01-02T03:04:05.000000Z'
  setState({ close: { commit: payload.commit, hash: toBase64Url(signed.hash), real } })
  return signed
}

/** The holder's release of every bid, after `change`. */
async function release(id: string, change = (shares: ReleasedShares) => shares): Promise<void> {
  const key = keys.get(id)
  if (!key) throw new Error(`no holder ${id}`)
  const shares: ReleasedShares = new Map()
  for (const { commitHash, payload } of bids) {
    const envelope = payload.shares['officers']?.find((sealed) => sealed.id === id)
    if (!envelope) throw new Error('no envelope')
    const context = { ...envelope, group: 'officers', header: bindHeader(payload.header) }
    shares.set(commitHash, await openShare(key, context))
  }
  const context = { ...OF, group: 'officers', id }
  const { to, blobs } = await sealRelease(change(shares), context, openingKey.recipients)
  for (const blob of blobs) rehearsed.log.blobs.set(blobName(blob), blob)
  const payload = { envelope: 'main', group: 'officers', id, to }
  rehearsed.log.append(statementOf('opening.release', payload, { tender: TENDER }))
}

const noShares = (shares: ReleasedShares): ReleasedShares =>
  new Map([...shares.keys()].map((commitHash) => [commitHash, null]))

async function open(): Promise<Opening> {
  const opening = await rehearsed.signer.open(OF)
  if ('waiting' in opening) throw new Error(`waiting: ${opening.waiting}`)
  return opening
}

function read({ document }: Opening): { [name: string]: Json } {
  return parseCanonical(document) as { [name: string]: Json } // an object, by what it is compared with
}

function resultStatement(
  { document, salt, released }: Opening,
  cause: SignedStatement,
): UnsignedStatement {
  const result = {
    name: 'opening.json',
    media: 'application/json',
    size: document.length,
    commit: toBase64Url(commit(salt, document)),
  }
  return clockStatement('opening.result', { envelope: 'main', released, result }, cause)
}

describe('a close', () => {
  test('commits to the bids that count, and to the same for the same cause', async () => {
    await bid('v-ironwood', '100')
    await bid('v-northfork', '90')
    const cause = toBase64Url(publication.hash)
    const first = await rehearsed.signer.closing({ ...OF, cause })
    expect(await rehearsed.signer.closing({ ...OF, cause })).toEqual(first)
    const other = await rehearsed.signer.closing({ ...OF, cause: bids[0]?.commitHash ?? '' })
    expect(other).not.toEqual(first)
  })

  test('is signed only with the commitment that the signer computes', async () => {
    await bid('v-ironwood', '100')
    const payload = { envelope: 'main', commit: toBase64Url(sha256(utf8('another count'))) }
    const signed = rehearsed.signer.sign(clockStatement('deadline.close', payload, publication))
    await expect(signed).rejects.toMatchObject({ code: 'not-allowed' })
    const closing = await rehearsed.signer.closing({ ...OF, cause: toBase64Url(publication.hash) })
    const before = { envelope: 'main', commit: toBase64Url(closing.commit) }
    await bid('v-northfork', '90')
    const late = rehearsed.signer.sign(clockStatement('deadline.close', before, publication))
    await expect(late).rejects.toMatchObject({ code: 'not-allowed' })
  })

  test('counts no bid that its entry does not prove', async () => {
    const { index } = await bid('v-ironwood', '100')
    const row = rehearsed.log.rows[index]
    if (!row) throw new Error('no row')
    rehearsed.log.rows[index] = { ...row, sealed: { envelope: publication.envelope } }
    const closing = rehearsed.signer.closing({ ...OF, cause: toBase64Url(publication.hash) })
    await expect(closing).rejects.toMatchObject({ code: 'not-recorded' })
  })

  test('of a tender that is not in the record is refused', async () => {
    const closing = rehearsed.signer.closing({
      tender: 'ocds-000000-2',
      envelope: 'main',
      cause: '',
    })
    await expect(closing).rejects.toMatchObject({ code: 'not-recorded' })
  })
})

describe('what opens the commitment of a close', () => {
  test('is shown after the close, and not before', async () => {
    const { statement } = await bid('v-ironwood', '100')
    await expect(rehearsed.signer.closed(OF)).rejects.toMatchObject({ code: 'not-allowed' })
    const closed = await close()
    const { salt, count, root } = await rehearsed.signer.closed(OF)
    expect({ count, root }).toEqual({ count: '1', root: toBase64Url(bidsRoot([statement.hash])) })
    const commitment = closeCommit(fromBase64Url(salt), 1, fromBase64Url(root))
    expect(toBase64Url(commitment)).toBe(closed.statement.payload['commit'])
  })
})

describe('an opening', () => {
  test('waits for the close, then for k holders of the group', async () => {
    await bid('v-ironwood', '100')
    expect(await rehearsed.signer.open(OF)).toEqual({ waiting: 'not-closed' })
    await close()
    expect(await rehearsed.signer.open(OF)).toEqual({ waiting: 'releases' })
    await release('p-sam')
    expect(await rehearsed.signer.open(OF)).toEqual({ waiting: 'releases' })
    await release('h-inspector')
    expect(await rehearsed.signer.open(OF)).not.toHaveProperty('waiting')
  })

  test('shows count and root of the close, every bid, and the price that was sealed', async () => {
    const one = await bid('v-ironwood', '1250000')
    const two = await bid('v-northfork', '990000')
    const closed = await close()
    await release('p-sam')
    await release('h-cascade')
    const opening = await open()
    const said = read(opening)
    const hashes = [one, two].map(({ statement }) => statement.hash)
    const { salt, count, root } = said['close'] as { [name: string]: string } // of the document's form
    expect({ count, root }).toEqual({ count: '2', root: toBase64Url(bidsRoot(hashes)) })
    const commitment = closeCommit(fromBase64Url(salt ?? ''), 2, bidsRoot(hashes))
    expect(closed.statement.payload['commit']).toBe(toBase64Url(commitment))
    expect(said['bids']).toMatchObject([
      {
        commitHash: one.commitHash,
        status: 'opened',
        public: { amount: '1250000', currency: 'USD' },
      },
      {
        commitHash: two.commitHash,
        status: 'opened',
        public: { amount: '990000', currency: 'USD' },
      },
    ])
    expect(said['faults']).toEqual([])
    expect(opening.released).toEqual(['h-cascade', 'p-sam'])
    const capsules = opening.capsules.map(({ hash, bytes }) => {
      expect(sha256(bytes)).toEqual(hash)
      return parseCapsule(bytes).price
    })
    expect(capsules).toMatchObject([{ amount: '1250000' }, { amount: '990000' }])
  })

  test('of no bids is an opening too', async () => {
    await close()
    await release('p-sam')
    await release('h-cascade')
    expect(read(await open())).toMatchObject({ close: { count: '0' }, bids: [], faults: [] })
  })

  test('gives the same bytes again, after a restart and whatever was released since', async () => {
    await bid('v-ironwood', '100')
    await close()
    await release('p-sam')
    await release('h-inspector', noShares)
    expect(await rehearsed.signer.open(OF)).toEqual({ waiting: 'undecided' })
    await release('h-cascade')
    const first = await open()
    expect(read(first)['faults']).toEqual([{ id: 'h-inspector', commitHash: bids[0]?.commitHash }])
    const again = await rehearsed.restart()
    await again.verify()
    expect(await again.signer.open(OF)).toEqual(first)
  })

  test('is not changed by what comes after the first capsule was opened', async () => {
    const spoiled = await bid('v-ironwood', '100')
    await bid('v-northfork', '90')
    await close()
    const withoutFirst = (shares: ReleasedShares) => new Map(shares).set(spoiled.commitHash, null)
    await release('p-sam', withoutFirst)
    await release('h-inspector', withoutFirst)
    const first = await open()
    expect(read(first)['bids']).toMatchObject([
      { status: 'void', code: 'V2' },
      { status: 'opened' },
    ])

    const proof = { commitHash: spoiled.commitHash, shares: spoiled.shares }
    rehearsed.log.appendSealed(statementOf('bid.prove', proof, { tender: TENDER }))
    await release('h-cascade', noShares)
    const later = await open()
    expect({ ...later, released: [] }).toEqual({ ...first, released: [] })
    expect(later.released).toEqual(HOLDERS)
  })

  test('takes the shares that a vendor shows before it', async () => {
    const saved = await bid('v-ironwood', '100')
    await close()
    await release('p-sam', noShares)
    await release('h-inspector', noShares)
    const proof = { commitHash: saved.commitHash, shares: saved.shares }
    rehearsed.log.appendSealed(statementOf('bid.prove', proof, { tender: TENDER }))
    const said = read(await open())
    expect(said['bids']).toMatchObject([{ status: 'opened' }])
    expect(said['faults']).toMatchObject(
      [{ id: 'h-cascade' }, { id: 'h-inspector' }, { id: 'p-sam' }].slice(1),
    )
  })

  test('is not held up by a release or a proof that is rubbish', async () => {
    const { commitHash } = await bid('v-ironwood', '100')
    await close()
    const rubbish = [
      {},
      { envelope: 'main', group: 'officers', id: 'h-cascade', to: [{ kid: 'x' }] },
    ]
    for (const payload of rubbish)
      rehearsed.log.append(statementOf('opening.release', payload, { tender: TENDER }))
    for (const shares of [{ officers: [{ id: 'p-sam', share: '?' }] }, 'none'])
      rehearsed.log.appendSealed(
        statementOf('bid.prove', { commitHash, shares }, { tender: TENDER }),
      )
    await release('p-sam')
    await release('h-inspector')
    expect(read(await open())['bids']).toMatchObject([{ status: 'opened' }])
  })

  test('counts a release that does not open as an answer without shares', async () => {
    await bid('v-ironwood', '100')
    await close()
    await release('p-sam')
    const [copy] = openingKey.recipients
    const junk = new Uint8Array(16_400).fill(1)
    rehearsed.log.blobs.set(blobName(junk), junk)
    const to = [
      { kid: copy?.kid ?? '', enc: copy?.pub ?? '', ctHash: blobName(junk), ctLen: '16400' },
    ]
    const payload = { envelope: 'main', group: 'officers', id: 'h-inspector', to }
    rehearsed.log.append(statementOf('opening.release', payload, { tender: TENDER }))
    expect(await rehearsed.signer.open(OF)).toEqual({ waiting: 'undecided' })
    await release('h-cascade')
    const said = read(await open())
    expect(said['bids']).toMatchObject([{ status: 'opened' }])
    expect(said['faults']).toMatchObject([{ id: 'h-inspector' }])
  })

  test('after a day holds what is missing for lost', async () => {
    await bid('v-ironwood', '100')
    await close()
    await release('p-sam')
    await release('h-inspector', noShares)
    expect(await rehearsed.signer.open(OF)).toEqual({ waiting: 'undecided' })
    rehearsed.clock.now += DAY_MS
    expect(await rehearsed.signer.open(OF)).toEqual({ waiting: 'undecided' })
    rehearsed.clock.now += 1
    expect(read(await open())['bids']).toMatchObject([{ status: 'void', code: 'V2' }])
  })

  test('waits while stored bytes are missing or altered, and voids nothing for it', async () => {
    const { capsule, blobs } = await bid('v-ironwood', '100')
    await close()
    await release('p-sam')
    await release('h-cascade')
    for (const bytes of [capsule, ...blobs]) {
      rehearsed.log.blobs.delete(blobName(bytes))
      expect(await rehearsed.signer.open(OF)).toEqual({ waiting: 'blobs' })
      rehearsed.log.blobs.set(blobName(bytes), new Uint8Array(bytes.length))
      expect(await rehearsed.signer.open(OF)).toEqual({ waiting: 'blobs' })
      rehearsed.log.blobs.set(blobName(bytes), bytes)
    }
    expect(read(await open())['bids']).toMatchObject([{ status: 'opened' }])
  })

  test('of other bids than those closed over is refused', async () => {
    await bid('v-ironwood', '100')
    await close()
    await release('p-sam')
    await release('h-cascade')
    await bid('v-northfork', '90')
    await expect(rehearsed.signer.open(OF)).rejects.toMatchObject({ code: 'fork' })
    bids = bids.slice(1)
    setState({})
    await expect(rehearsed.signer.open(OF)).rejects.toMatchObject({ code: 'fork' })
  })

  test('that is not bound to the deadline has not come', async () => {
    openingKey = { ...openingKey, opensAfter: 'technical-signed' }
    await bid('v-ironwood', '100')
    await close()
    expect(await rehearsed.signer.open(OF)).toEqual({ waiting: 'not-due' })
  })
})

describe('a result', () => {
  let closed: SignedStatement
  let opening: Opening

  beforeEach(async () => {
    await bid('v-ironwood', '100')
    closed = await close()
    await release('p-sam')
    await release('h-cascade')
    opening = await open()
  })

  test('is signed as it was computed, with whoever has released by then', async () => {
    const signed = await rehearsed.signer.sign(resultStatement(opening, closed))
    expect(appendEnvelope(rehearsed.log, signed).statement.t).toBe('opening.result')
    await release('h-inspector')
    const stale = rehearsed.signer.sign(resultStatement(opening, closed))
    await expect(stale).rejects.toMatchObject({ code: 'not-allowed' })
    await rehearsed.signer.sign(resultStatement(await open(), closed))
  })

  test('with another document, size or salt is not signed', async () => {
    for (const spoiled of [
      { ...opening, document: utf8('{}') },
      { ...opening, salt: sha256(utf8('salt')) },
      { ...opening, released: ['p-sam', 'p-sam'] },
    ]) {
      const signed = rehearsed.signer.sign(resultStatement(spoiled, closed))
      await expect(signed).rejects.toMatchObject({ code: 'not-allowed' })
    }
  })

  test('shows a bid and its blind only once it is recorded', async () => {
    const [one] = bids
    if (!one) throw new Error('no bid')
    await expect(rehearsed.signer.reveal(one.index)).rejects.toMatchObject({ code: 'not-allowed' })
    setState({ result: toBase64Url(sha256(utf8('result'))) })
    const { blind, envelope } = await rehearsed.signer.reveal(one.index)
    expect(envelope).toEqual(one.statement.envelope)
    const entry = parseEntry(rehearsed.log.rows[one.index]?.bytes ?? new Uint8Array(0))
    expect(blindHash(blind, envelope)).toEqual(entry.blindHash)
    const revealed = parseCanonical(envelope)
    const reveal = { index: one.index, blind: toBase64Url(blind), revealed }
    await rehearsed.signer.sign(clockStatement('opening.reveal', reveal, closed))
    for (const spoiled of [
      { ...reveal, blind: toBase64Url(sha256(blind)) },
      { ...reveal, revealed: parseCanonical(publication.envelope) },
      { ...reveal, index: 0 },
    ]) {
      const signed = rehearsed.signer.sign(clockStatement('opening.reveal', spoiled, closed))
      await expect(signed).rejects.toMatchObject({ code: 'not-allowed' })
    }
  })

  test('shows no other sealed act, and no bid that does not count', async () => {
    setState({ result: toBase64Url(sha256(utf8('result'))) })
    const question = rehearsed.log.appendSealed(
      statementOf('question.ask', { text: 'When?' }, { tender: TENDER }),
    )
    await expect(rehearsed.signer.reveal(question)).rejects.toMatchObject({ code: 'not-allowed' })
    await expect(rehearsed.signer.reveal(0)).rejects.toMatchObject({ code: 'not-allowed' })
    const replaced = bids[0]?.index ?? -1
    bids = []
    setState({ result: toBase64Url(sha256(utf8('result'))) })
    await expect(rehearsed.signer.reveal(replaced)).rejects.toMatchObject({ code: 'not-allowed' })
  })
})
