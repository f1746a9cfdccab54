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
} from '../tests/file-builder.ts'
import { createReplayer, type ReplayOptions } from './replay.ts'
import { isSealedType } from './stages.ts'

interface Disclosure extends ReplayOptions {
  /** Sealed entries to reveal, by index; all where absent. */
  isRevealed?: (entry: Entered, index: number) => boolean
  withPayloads?: boolean
  change?: (input: ReplayInput) => ReplayInput
}

/** Replays what a builder recorded, as an export of it would be. */
function replay(
  file: FileBuilder,
  { isRevealed = () => true, withPayloads = true, change, ...options }: Disclosure = {},
) {
  const replayer = createReplayer(ORIGIN, options)
  const outcomes: ReplayOutcome[] = file.entries.map((entry, index) => {
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
    const { outcomes, file, replayer } = replay(recorded, { isComplete: true })
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
    for (const options of [{}, { isComplete: true }]) {
      const { outcomes, file } = replay(recorded, {
        ...options,
        isRevealed: (entry) => entry === late,
      })
      expect(differing(outcomes)).toEqual([])
      expect(file?.open).toEqual(recorded.state.open)
      expect(file?.sealed).toBeUndefined()
    }
  })
  test('without payloads leaves open what they decide', () => {
    const { outcomes } = replay(recorded, { isRevealed: () => false, withPayloads: false })
    expect(differing(outcomes)).toEqual([])
    const publication = recorded.entries.findIndex(
      ({ statement }) => statement.t === 'solicitation.publish',
    )
    expect(outcomes[publication]).toBe('hidden')
  })
  test('judges a bid by its journalled arrival', () => {
    const onTime = createFile().toOpen()
    onTime.commitBid(
      { vendor: 'v-pinyon', dollars: 18_000 },
      { arrivedAt: DUE, at: '2026-01-27T22:00:00.000000Z' },
    )
    expect(onTime.state.sealed?.bids[0]?.status).toBe('counts')
    expect(replay(onTime, { isComplete: true }).file).toEqual(onTime.state)
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
