import { describe, expect, test } from 'vitest'
import {
  fromBase64Url,
  signStatement,
  type ReplayInput,
  type ReplayOutcome,
} from '../ledger/index.ts'
import {
  createFile,
  DUE,
  type Entered,
  type FileBuilder,
  keyOf,
  ORIGIN,
  usd,
} from '../tests/file-builder.ts'
import { createPurchase } from '../tests/purchase-builder.ts'
import { createReplayer } from './replay.ts'
import { isSealedType } from './stages.ts'

interface Disclosure {
  /** Sealed entries to reveal, by index; all where absent. */
  isRevealed?: (entry: Entered, index: number) => boolean
  withPayloads?: boolean
  /** Entries that the record leaves out. */
  without?: (entry: Entered) => boolean
  change?: (input: ReplayInput) => ReplayInput
}

/** Replays what a builder recorded, as an export of it would be. */
function replay(
  file: FileBuilder,
  { isRevealed = () => true, withPayloads = true, change, without = () => false }: Disclosure = {},
) {
  const replayer = createReplayer(ORIGIN)
  const outcomes = file.entries.map((entry, index): ReplayOutcome => {
    if (without(entry)) return 'agrees'
    const { statement, at, arrivedAt, leaf } = entry
    const isSealed = isSealedType(statement.t)
    const signed = signStatement(statement, keyFor(statement.kid, statement.actor))
    const input: ReplayInput = {
      index,
      at,
      ...(arrivedAt === undefined ? {} : { arrivedAt }),
      leaf: fromBase64Url(leaf),
      isSealed,
      ...(isSealed && !isRevealed(entry, index) ? {} : { signed }),
      payloads: withPayloads ? file.documents : new Map(),
    }
    const changed = change?.(input) ?? input
    if (changed.signed !== undefined) expect(replayer.keyFor(changed.signed, index)).toBeDefined()
    return replayer.apply(changed)
  })
  return { replayer, outcomes, file: replayer.files.get(file.ocid) }
}

/** The key by its id: tests sign with the actor's, unless they name another. */
function keyFor(kid: string, actor: string) {
  const key = keyOf(actor)
  if (key.kid !== kid) throw new Error('a test signed with another key')
  return key
}

const differing = (outcomes: ReplayOutcome[]) =>
  outcomes.filter((outcome) => typeof outcome === 'object')

describe('a replay of the whole record', () => {
  const recorded = createFile().toOpen()
  recorded.act('question.ask', 'p-pinyon', { text: 'Is a spare battery wanted?' })
  recorded.withBids()
  recorded.clock('deadline.close', recorded.closing())
  recorded.commitBid(
    { vendor: 'v-pinyon', dollars: 18_000, seq: 2 },
    { issuedAt: '2026-01-27T20:59:00.000000Z' },
  )
  for (const id of ['h-inspector', 'h-cascade'])
    recorded.act('opening.release', id, recorded.release(id))
  recorded.clock('opening.result', recorded.result())

  test('agrees with every entry and reaches the same state and register', () => {
    const { outcomes, file, replayer } = replay(recorded)
    expect(outcomes).toEqual(recorded.entries.map(() => 'agrees'))
    expect(file).toEqual(recorded.state)
    expect(replayer.register).toEqual(recorded.register)
  })
  test('by the public needs no sealed part to get the open one right', () => {
    const { outcomes, file } = replay(recorded, { isRevealed: () => false })
    expect(differing(outcomes)).toEqual([])
    expect(file).toEqual({ open: recorded.state.open })
  })
  test('with some sealed acts revealed refutes nothing for the sake of the others', () => {
    const late = recorded.entries.findLast(({ statement }) => statement.t === 'bid.commit')
    const { outcomes, file } = replay(recorded, { isRevealed: (entry) => entry === late })
    expect(differing(outcomes)).toEqual([])
    expect(file).toEqual({ open: recorded.state.open })
  })
  test('judges a bid by its journalled arrival', () => {
    const onTime = createFile().toOpen()
    onTime.commitBid(
      { vendor: 'v-pinyon', dollars: 18_000 },
      { arrivedAt: DUE, at: '2026-01-27T22:00:00.000000Z' },
    )
    expect(onTime.state.sealed?.bids[0]?.status).toBe('counts')
    expect(replay(onTime).file).toEqual(onTime.state)
  })

  const altered = (t: string, change: (input: ReplayInput) => ReplayInput) => {
    const at = recorded.entries.findIndex(({ statement }) => statement.t === t)
    const { outcomes } = replay(recorded, {
      change: (input) => (input.index === at ? change(input) : input),
    })
    return outcomes[at]
  }
  test('refutes an act that the rules refuse at its time', () => {
    const earlier = altered('deadline.close', (input) => ({
      ...input,
      at: '2026-01-27T20:59:59.999999Z',
    }))
    expect(earlier).toMatchObject({ differs: expect.stringContaining('too-early') as string })
  })
  test('refutes a sealed act in the open, and an open one that is sealed', () => {
    expect(altered('bid.commit', (input) => ({ ...input, isSealed: false }))).toHaveProperty(
      'differs',
    )
    expect(altered('deadline.close', (input) => ({ ...input, isSealed: true }))).toHaveProperty(
      'differs',
    )
  })
  test('refutes what is meant for another log', () => {
    const replayer = createReplayer('tenderbook.example/other')
    const [first] = recorded.entries
    if (first === undefined) throw new Error('nothing is recorded')
    const signed = signStatement(first.statement, keyOf(first.statement.actor))
    const input = {
      index: 0,
      at: first.at,
      leaf: fromBase64Url(first.leaf),
      isSealed: false,
      signed,
      payloads: new Map(),
    }
    expect(replayer.apply(input)).toHaveProperty('differs')
  })
  test('knows no key before the entry that enrols it', () => {
    const entry = recorded.entries.find(({ statement }) => statement.t === 'funds.certify')
    if (entry === undefined) throw new Error('nothing is certified')
    const signed = signStatement(entry.statement, keyOf('p-sam'))
    expect(createReplayer(ORIGIN).keyFor(signed, 0)).toBeUndefined()
  })
})

describe('a replay of what the public sees of a purchase', () => {
  const paid = createPurchase().toPaid()
  const asPublic: Disclosure = { isRevealed: () => false, withPayloads: false }
  const indexOf = (t: string): number =>
    paid.entries.findIndex(({ statement }) => statement.t === t)
  const typesOf = (outcomes: ReplayOutcome[], wanted: string): string[] => {
    const types = outcomes.flatMap((outcome, index) =>
      outcome === wanted ? (paid.entries[index]?.statement.t ?? []) : [],
    )
    return [...new Set(types)].sort()
  }
  /** The entry of this type says something else, well signed. */
  const saying = (t: string, payload: object, options = asPublic): ReplayOutcome | undefined => {
    const change = (input: ReplayInput): ReplayInput => {
      const { statement } = input.signed ?? {}
      if (statement?.t !== t || input.signed === undefined) return input
      const said = { ...statement, payload: { ...statement.payload, ...payload } }
      return { ...input, signed: signStatement(said, keyOf(said.actor)) }
    }
    return replay(paid, { ...options, change }).outcomes[indexOf(t)]
  }
  const without = (of: (entry: Entered) => boolean): ReplayOutcome | undefined =>
    replay(paid, { ...asPublic, without: of }).outcomes[indexOf('award.decide')]

  test('leaves open only what is judged by sealed acts', () => {
    const { outcomes } = replay(paid, asPublic)
    expect(differing(outcomes)).toEqual([])
    expect(typesOf(outcomes, 'hidden')).toEqual([
      'award.decide',
      'bid.commit',
      'opening.result',
      'order.sign',
    ])
  })
  test('judges all of it for whoever sees all of it', () => {
    const { outcomes } = replay(paid)
    expect(outcomes).toEqual(paid.entries.map(() => 'agrees'))
  })
  test('refutes an award that the rules refuse, although its documents are withheld', () => {
    const differs = (rule: string) => ({ differs: expect.stringContaining(rule) as string })
    const { award } = paid.state.open
    const lots = award?.lots.map((lot) => ({ ...lot, price: usd(250_001) }))
    expect(saying('award.decide', { lots })).toEqual(differs('over-warrant'))
    const lot = award?.lots.map((one) => ({ ...one, price: usd(30_000) }))
    expect(saying('award.decide', { lots: lot })).toEqual(differs('no-funds'))
    expect(saying('award.decide', { responsibility: [] })).toEqual(differs('not-responsible'))
    expect(saying('award.decide', { exclusions: { checkedAgainst: 0 } })).toEqual(
      differs('excluded'),
    )
  })
  test('refutes an invoice, whose contact nobody sees, that does not add up', () => {
    expect(saying('invoice.submit', { amount: usd(19_889) })).toHaveProperty('differs')
  })
  test('refutes an act of the clock that nothing owes', () => {
    expect(saying('payment.order', { amount: usd(19_888) })).toHaveProperty('differs')
    const order = paid.entries[indexOf('payment.order')]?.statement
    const again = replay(paid, {
      ...asPublic,
      change: (input) => {
        if (input.index !== indexOf('payment.settle') || !input.signed || !order) return input
        const { issuedAt, notAfter, nonce } = input.signed.statement
        const twice = { ...order, issuedAt, notAfter, nonce }
        return { ...input, signed: signStatement(twice, keyOf(twice.actor)) }
      },
    }).outcomes[indexOf('payment.settle')]
    expect(again).toMatchObject({ differs: expect.stringContaining('already-done') as string })
  })
  test.each([
    ['the confirmation of the vendor', 'vendor.confirm', 'not-confirmed'],
    ['the warrant of the officer', 'warrant.grant', 'over-warrant'],
    ['the list of exclusions', 'exclusion.set', 'excluded'],
    ['the certificate of funds', 'funds.certify', ''],
  ])('refutes the award in a record that leaves out %s', (_, t, rule) => {
    expect(without(({ statement }) => statement.t === t)).toMatchObject({
      differs: expect.stringContaining(rule) as string,
    })
  })
  test('does not judge by a list of exclusions that it has not seen', () => {
    const listed = createPurchase({ withoutList: true })
    const entries = listed.doc('list.json', [])
    listed.act('exclusion.set', 'p-reg', { source: 'sam', date: '2026-01-05', entries })
    listed.toAwarded({ exclusions: { checkedAgainst: listed.listIndex } })
    const at = listed.entries.findIndex(({ statement }) => statement.t === 'award.decide')
    const commit = entries['commit']
    const hide = (input: ReplayInput): ReplayInput => ({
      ...input,
      payloads: new Map([...listed.documents].filter(([name]) => name !== commit)),
    })
    expect(replay(listed).outcomes[at]).toBe('agrees')
    expect(replay(listed, { change: hide }).outcomes[at]).toBe('hidden')
  })
})
