/**
 * Checkpoints (C2SP tlog-checkpoint): the log's head, signed only if it continues the head signed last.
 *
 * The signer keeps a frontier of its own, in its head file, and extends it by the leaves that the database has added. It
 * never takes a root from the database; the database's root must come out the same. Before the first checkpoint it reads
 * all leaves once and compares at the size of its head. A database that is behind, or that disagrees, is refused, and
 * everything that signs stays refused until a person has looked.
 */
import { equalBytes, Frontier, signCheckpoint, type SigningKey } from '../ledger/index.ts'
import { SignerError, type SignedHead } from './contract.ts'
import { clearSwap, loadHead, swapHead, type Head } from './head.ts'
import type { RecordReader } from './record.ts'
import { inTurn } from './turn.ts'

const PAGE = 4_096

export interface Checkpoints {
  /** Compares the whole database with the head file. Throws `rollback`, `fork`; the signer then signs nothing. */
  verify: () => Promise<void>
  /** The record's head, signed and remembered. The same head gives the same note. */
  checkpoint: () => Promise<SignedHead>
  /** Throws what `verify` or a checkpoint found wrong, or `fault` before `verify`. */
  assertSound: () => void
  /** The head signed last. */
  head: () => { size: number; root: Uint8Array }
}

/** Opens the head file at `path`. Throws `keys`. */
export async function createCheckpoints(options: {
  path: string
  origin: string
  key: SigningKey
  record: RecordReader
}): Promise<Checkpoints> {
  const { path, origin, key, record } = options
  await clearSwap(path)
  let head = await loadHead(path, origin)
  let trouble: SignerError | undefined = new SignerError(
    'fault',
    'the database is not verified yet',
  )
  const alone = inTurn()

  async function grow(): Promise<SignedHead> {
    const next = await extend(head, record)
    if (next.frontier.size > head.frontier.size) {
      await swapHead(path, head, next)
      head = next
    }
    return signHead(head, key)
  }

  return {
    verify: () =>
      alone(async () => {
        try {
          await assertContinued(head, record)
          trouble = undefined
        } catch (error) {
          trouble = asLasting(error) ?? trouble
          throw error
        }
      }),
    checkpoint: () =>
      alone(async () => {
        if (trouble) throw trouble
        try {
          return await grow()
        } catch (error) {
          trouble = asLasting(error)
          throw error
        }
      }),
    assertSound() {
      if (trouble) throw trouble
    },
    head: () => ({ size: head.frontier.size, root: head.frontier.root() }),
  }
}

function signHead({ origin, frontier }: Head, key: SigningKey): SignedHead {
  const { size } = frontier
  const root = frontier.root()
  return { size, root, note: signCheckpoint({ origin, size, root }, key) }
}

/** The head with the leaves that came since. Throws `rollback`, `fork`. */
async function extend(head: Head, record: RecordReader): Promise<Head> {
  const { size, root } = await record.head()
  assertNotBehind(head, size)
  const { origin, frontier } = head
  const grown = new Frontier(frontier.size, frontier.stack)
  await appendLeaves(grown, size, record)
  if (!equalBytes(grown.root(), root))
    throw new SignerError('fork', `the database's root at size ${size} is not that of its leaves`)
  return { origin, frontier: grown }
}

/** Reads every leaf: those up to the head's size must give the head's root, all of them the database's. */
async function assertContinued(head: Head, record: RecordReader): Promise<void> {
  const { size } = await record.head()
  assertNotBehind(head, size)
  const read = new Frontier()
  await appendLeaves(read, head.frontier.size, record)
  if (!equalBytes(read.root(), head.frontier.root()))
    throw new SignerError(
      'fork',
      `the database disagrees with the head signed at size ${read.size}`,
    )
  await extend(head, record)
}

async function appendLeaves(frontier: Frontier, size: number, record: RecordReader): Promise<void> {
  while (frontier.size < size) {
    const leaves = await record.leaves(frontier.size, Math.min(PAGE, size - frontier.size))
    if (leaves.length === 0)
      throw new SignerError('fork', `the database says ${size} entries and shows ${frontier.size}`)
    for (const leaf of leaves) frontier.append(leaf)
  }
}

function assertNotBehind({ frontier }: Head, size: number): void {
  if (size < frontier.size)
    throw new SignerError(
      'rollback',
      `the database has ${size} entries, a head of ${frontier.size} was signed: it was set back`,
    )
}

/** Errors that no retry repairs. */
function asLasting(error: unknown): SignerError | undefined {
  return error instanceof SignerError && error.code !== 'fault' ? error : undefined
}
