/**
 * The audit of an export, entry by entry (ledger-format.md, section 8). It stops at the first thing that is wrong and names the first bad
 * index. What entries mean is not known here: a `Replayer` says which key counts at an index and whether the rules agree.
 *
 * Who is to blame when a link breaks? Entry i+1 names the leaf hash of entry i. If they differ, either of them may have
 * been changed; but whoever changes i+1 also breaks the link from i+2. So the successor is asked, and for the last entry
 * the signed root. If all links hold and the root differs, the last entry was changed or a whole tail was written anew;
 * then only heads from elsewhere, saved or cited as `seen`, can vouch for a beginning.
 */
import { equalBytes, fromBase64, fromBase64Url, toBase64Url } from './bytes.ts'
import type { Checkpoint } from './checkpoint.ts'
import { commit } from './commitment.ts'
import { gateKey, type PublicKey } from './ed25519.ts'
import {
  blindHash,
  type ChainLink,
  type Entry,
  genesisHash,
  leafHash,
  parseEntry,
  type SealedEntry,
} from './entry.ts'
import { LedgerError } from './error.ts'
import type { RecordExport, RevealedStatement } from './export.ts'
import { parseEnvelope, type SignedStatement } from './statement.ts'
import { emptyRoot, MemoryTree, rootOf, verifyConsistency, verifyInclusion } from './tree.ts'
import { Breach, breachOf } from './verdict.ts'

/** The rules, as an audit asks them. One replayer serves one audit: it moves on with each entry. */
export interface Replayer {
  /** Public key of `signed.statement.kid` as valid at this point of the replay; undefined where unknown or not valid. */
  keyFor(signed: SignedStatement, index: number): Uint8Array | undefined
  /** Called in index order for each entry, after `keyFor`: do the rules, replayed, decide the same? */
  apply(input: ReplayInput): ReplayOutcome
}

export interface ReplayInput {
  readonly index: number
  readonly at: string
  readonly arrivedAt?: string | undefined
  /** Leaf hash of the entry, 32 bytes. */
  readonly leaf: Uint8Array
  /** Whether the entry shows a blinded hash. */
  readonly isSealed: boolean
  /** Absent where the entry is sealed and not revealed. */
  readonly signed?: SignedStatement | undefined
  /** Disclosed payloads by commitment (base64url). */
  readonly payloads: ReadonlyMap<string, Uint8Array>
}

export type ReplayOutcome = 'agrees' | 'hidden' | { readonly differs: string }

/** A head of the same log from elsewhere; `path` proves consistency with the checkpoint under audit, where needed. */
export interface SavedHead {
  readonly size: number
  /** 32 bytes. */
  readonly root: Uint8Array
  readonly path?: readonly Uint8Array[]
}

/** A signature to check: what the walk hands out and its driver answers, one by one or many at once. */
export interface SignatureCheck {
  readonly index: number
  readonly key: PublicKey
  readonly message: Uint8Array
  readonly signature: Uint8Array
}

export interface WalkContext {
  readonly checkpoint: Checkpoint
  /** The log's own key, which no actor may use. */
  readonly logKey: Uint8Array
  readonly rules?: Replayer | undefined
  readonly savedHeads: readonly SavedHead[]
}

interface Place {
  readonly index: number
  readonly at: string
  readonly leaf: Uint8Array
}

/** One walk over an export. Its counters may be read at any time. */
export class ExportWalk {
  readonly #record: RecordExport
  readonly #context: WalkContext
  readonly #tree = new MemoryTree()
  readonly #seenRoots = new Map<number, string>()
  readonly #chains = new Map<string, { pseq: number; leaf: Uint8Array }>()
  readonly #nonces = new Set<string>()
  readonly #keys = new Map<string, PublicKey>()
  readonly #revealed = new Map<number, RevealedStatement>()
  readonly #payloads = new Map<string, Uint8Array>()
  readonly #badCommits = new Set<string>()
  #before: Place | undefined
  /** Entries below this are under a head from elsewhere that agrees. */
  #vouchedSize = 0
  /** Indexes of the entries that could not be judged, for want of what is not disclosed. */
  readonly unjudged: number[] = []
  /** Entries walked, and heads from elsewhere that nothing here can prove. */
  walked = 0
  unprovedHeads = 0

  constructor(record: RecordExport, context: WalkContext) {
    this.#record = record
    this.#context = context
  }

  /** Walks the entries in order. Throws Breach at the first that is wrong; checks no signature itself. */
  *steps(): Generator<SignatureCheck, void, void> {
    this.#indexReveals()
    this.#openPayloads()
    for (let position = 0; position < this.#record.entries.length; position++) {
      const { entry, leaf } = this.#read(position)
      this.#checkPlace(position, entry, leaf)
      const signed = this.#statementOf(entry)
      if (signed) {
        const key = this.#keyOf(signed, entry.index)
        if (key) yield { index: entry.index, key, message: signed.pae, signature: signed.signature }
        this.#checkStatement(entry, signed)
      }
      if (entry.chain) this.#checkChain(entry.chain, entry.index, leaf)
      this.#replay(entry, leaf, signed)
      this.#before = { index: entry.index, at: entry.at, leaf }
      this.walked++
    }
    this.#checkEnd()
  }

  /** How many entries stayed hidden. */
  get hidden(): number {
    return this.unjudged.length
  }

  get #isWhole(): boolean {
    return this.#record.scope === 'log'
  }

  /** The entry at a position, as it stands there. */
  #read(position: number): { entry: Entry; leaf: Uint8Array } {
    const exported = this.#record.entries[position]
    if (!exported) throw new Breach('entries.form', 'no entry at this position')
    return breachOf(
      'entries.form',
      () => readBytes(fromBase64(exported.entry)),
      this.#isWhole ? position : exported.index,
    )
  }

  #checkPlace(position: number, entry: Entry, leaf: Uint8Array): void {
    const { origin, size } = this.#context.checkpoint
    if (this.#isWhole) this.#checkPosition(position, entry, leaf)
    else this.#checkProof(position, entry, leaf)
    if (entry.index >= size)
      throw new Breach('tree.size', 'the checkpoint does not reach this entry', entry.index)
    if (entry.log !== origin)
      throw new Breach('entries.log', 'the entry is of another log', entry.index)
    if (this.#before && entry.at < this.#before.at)
      throw new Breach('entries.time', 'the time is before that of the entry before', entry.index)
    if (entry.arrivedAt !== undefined && entry.arrivedAt > entry.at)
      throw new Breach('entries.time', 'it arrived after it was recorded', entry.index)
  }

  /** Whole log: position is index, every link is there, and the tree grows along. */
  #checkPosition(position: number, entry: Entry, leaf: Uint8Array): void {
    const before = this.#before
    const expected = before ? before.leaf : genesisHash(this.#context.checkpoint.origin)
    if (entry.index !== position || !equalBytes(entry.prev, expected)) {
      const isPredecessorBad =
        before && !equalBytes(before.leaf, leaf) && this.#isBacked(position, entry, leaf)
      throw new Breach(
        entry.index === position ? 'entries.link' : 'entries.index',
        `the entries do not follow on each other at position ${position}`,
        isPredecessorBad ? position - 1 : position,
      )
    }
    if (this.#record.entries[position]?.index !== position)
      throw new Breach('entries.index', 'the export gives the entry another index', position)
    this.#tree.append(leaf)
    for (const head of this.#context.savedHeads)
      if (head.size === this.#tree.size) this.#checkHead(head, this.#tree.root(), 'heads.fork')
  }

  /**
   * The entry does not follow its predecessor: does what comes after, or the signed root, back the entry against it?
   * An index beyond the position means that entries before are missing: then the position itself is bad.
   */
  #isBacked(position: number, entry: Entry, leaf: Uint8Array): boolean {
    if (entry.index > position || entry.index < position - 1) return false
    if (position + 1 < this.#record.entries.length) return this.#isFollowed(position, leaf)
    const leaves = Array.from({ length: position - 1 }, (_, i) => this.#tree.leaf(i))
    const stood = entry.index === position ? [entry.prev, leaf] : [leaf]
    return equalBytes(rootOf([...leaves, ...stood]), this.#context.checkpoint.root)
  }

  #isFollowed(position: number, leaf: Uint8Array): boolean {
    try {
      return equalBytes(this.#read(position + 1).entry.prev, leaf)
    } catch (error) {
      if (error instanceof Breach) return false
      throw error
    }
  }

  /** One procurement: indexes ascend, and each entry brings its own proof. */
  #checkProof(position: number, entry: Entry, leaf: Uint8Array): void {
    const { size, root } = this.#context.checkpoint
    const exported = this.#record.entries[position]
    const index = exported?.index ?? entry.index
    if (this.#before && index <= this.#before.index)
      throw new Breach('entries.order', 'the entries are not in the order of their indexes', index)
    if (entry.index !== index)
      throw new Breach('entries.index', 'the export gives the entry another index', index)
    const path = breachOf('tree.inclusion', () => (exported?.path ?? []).map(fromBase64), index)
    if (!verifyInclusion(index, size, leaf, path, root))
      throw new Breach('tree.inclusion', 'the proof does not lead to the root', index)
    const isNext = this.#before?.index === index - 1
    const expected = index === 0 ? genesisHash(entry.log) : isNext ? this.#before?.leaf : undefined
    if (expected && !equalBytes(entry.prev, expected))
      throw new Breach('entries.link', 'the entry does not follow on the one before', index)
  }

  /** The statement, where the entry shows one or the export reveals it. */
  #statementOf(entry: Entry): SignedStatement | undefined {
    const reveal = this.#revealed.get(entry.index)
    this.#revealed.delete(entry.index)
    if (!reveal || entry.dsse) {
      if (reveal)
        throw new Breach('seals.open', 'a reveal of an entry that was never sealed', entry.index)
      return entry.dsse
    }
    return breachOf('seals.form', () => openSeal(reveal, entry), entry.index)
  }

  /** The key that must have signed; none without rules to name it. */
  #keyOf(signed: SignedStatement, index: number): PublicKey | undefined {
    const { rules, logKey } = this.#context
    if (!rules) return undefined
    const pub = rules.keyFor(signed, index)
    const { kid } = signed.statement
    if (!pub) throw new Breach('signatures.key', `key ${kid} is unknown or not valid here`, index)
    const known = this.#keys.get(kid)
    if (known && equalBytes(known.bytes, pub)) return known
    if (equalBytes(pub, logKey))
      throw new Breach('signatures.key', 'the key of the log has signed as an actor', index)
    const key = breachOf('signatures.key', () => gateKey(pub), index)
    if (key.kid !== kid)
      throw new Breach('signatures.key', `the key given for ${kid} is another`, index)
    this.#keys.set(kid, key)
    return key
  }

  #checkStatement(entry: Entry, signed: SignedStatement): void {
    const { aud, kid, nonce, seen } = signed.statement
    const { index } = entry
    if (aud !== entry.log)
      throw new Breach('signatures.aud', 'the statement was meant for another log', index)
    const use = `${kid}.${nonce}`
    if (this.#nonces.has(use))
      throw new Breach('signatures.nonce', 'the nonce was used before', index)
    this.#nonces.add(use)
    if (seen.size > index)
      throw new Breach('heads.seen', 'the statement cites a head that came after it', index)
    this.#checkSeen(seen.size, seen.root, index)
    for (const cited of this.#badCommits)
      if (JSON.stringify(signed.statement.payload).includes(cited))
        throw new Breach(
          'payloads.commit',
          'a disclosed payload is not the one committed to',
          index,
        )
  }

  /** The head that the actor had verified must be one of this log. */
  #checkSeen(size: number, root: string, index: number): void {
    const own = this.#rootAt(size)
    if (own === undefined) {
      this.unprovedHeads++
      return
    }
    if (own !== root)
      throw new Breach(
        'heads.seen',
        `entry ${index} cites a head of size ${size} that is not of this log: it was rewritten or forked`,
        this.#isWhole ? this.#vouchedSize : undefined,
      )
    if (this.#isWhole) this.#vouchedSize = Math.max(this.#vouchedSize, size)
  }

  /** Root (base64url) of the first `size` entries; undefined where the export cannot tell. */
  #rootAt(size: number): string | undefined {
    const cached = this.#seenRoots.get(size)
    if (cached !== undefined) return cached
    const { checkpoint } = this.#context
    const root = this.#isWhole
      ? this.#tree.root(size)
      : size === 0
        ? emptyRoot
        : size === checkpoint.size
          ? checkpoint.root
          : undefined
    if (!root) return undefined
    const written = toBase64Url(root)
    this.#seenRoots.set(size, written)
    return written
  }

  #checkChain({ tender, pseq, pprev }: ChainLink, index: number, leaf: Uint8Array): void {
    if (!this.#isWhole && tender !== this.#record.tender)
      throw new Breach('chains.tender', 'the entry is of another procurement', index)
    const last = this.#chains.get(tender)
    if (pseq !== (last ? last.pseq + 1 : 0))
      throw new Breach(
        'chains.gap',
        `the procurement's entries have a gap before its number ${pseq}`,
        index,
      )
    if (last && !(pprev && equalBytes(pprev, last.leaf)))
      throw new Breach('chains.link', "pprev is not the procurement's entry before", index)
    this.#chains.set(tender, { pseq, leaf })
  }

  #replay(entry: Entry, leaf: Uint8Array, signed: SignedStatement | undefined): void {
    const { index, at, arrivedAt } = entry
    const isSealed = !entry.dsse
    const payloads = this.#payloads
    const input: ReplayInput = { index, at, arrivedAt, leaf, isSealed, signed, payloads }
    const outcome = this.#context.rules?.apply(input)
    if (typeof outcome === 'object') throw new Breach('rules.differs', outcome.differs, index)
    if (outcome === 'hidden' || !signed) this.unjudged.push(index)
  }

  #checkEnd(): void {
    const [stray] = this.#revealed.keys()
    if (stray !== undefined)
      throw new Breach('seals.unknown', 'a reveal of an entry that is not here', stray)
    if (this.#badCommits.size > 0)
      throw new Breach('payloads.commit', 'a disclosed payload does not open its commitment')
    this.#compareHeads()
    if (this.#isWhole) this.#checkRoot()
    else if (!this.#chains.has(this.#record.tender ?? ''))
      throw new Breach('chains.tender', 'no entry of this procurement')
  }

  #checkRoot(): void {
    const { size, root } = this.#context.checkpoint
    if (this.#tree.size < size)
      throw new Breach(
        'tree.size',
        `entries from ${this.#tree.size} on are missing`,
        this.#tree.size,
      )
    if (equalBytes(this.#tree.root(), root)) return
    const isLastBad = this.#vouchedSize < size
    throw new Breach(
      'tree.root',
      isLastBad
        ? `all links hold but the root differs: the last entry was changed, or all from ${this.#vouchedSize} on were written anew`
        : 'the entries agree with a saved head, and the checkpoint does not',
      isLastBad ? size - 1 : undefined,
    )
  }

  /** Heads of the checkpoint's own size, beyond it, or with a proof; the others wait for the tree to reach them. */
  #compareHeads(): void {
    const { size, root } = this.#context.checkpoint
    for (const head of this.#context.savedHeads) {
      if (head.size > size)
        throw new Breach(
          'heads.rollback',
          `a head of size ${head.size} was seen; this one is older`,
          size,
        )
      if (this.#isWhole) continue
      if (head.size === size) this.#checkHead(head, root, 'heads.fork')
      else if (head.size > 0 && !head.path) this.unprovedHeads++
      else if (
        head.size > 0 &&
        !verifyConsistency(head.size, size, head.root, root, head.path ?? [])
      )
        throw new Breach(
          'heads.fork',
          `the checkpoint does not extend the head of size ${head.size}`,
        )
    }
  }

  #checkHead(head: SavedHead, root: Uint8Array, rule: string): void {
    if (!equalBytes(head.root, root))
      throw new Breach(
        rule,
        `another root was seen at size ${head.size}: the log was rewritten or forked`,
        this.#isWhole ? this.#vouchedSize : undefined,
      )
    this.#vouchedSize = Math.max(this.#vouchedSize, head.size)
  }

  #indexReveals(): void {
    for (const reveal of this.#record.revealed) {
      if (this.#revealed.has(reveal.index))
        throw new Breach('seals.twice', 'an entry is revealed twice', reveal.index)
      this.#revealed.set(reveal.index, reveal)
    }
  }

  #openPayloads(): void {
    for (const payload of this.#record.payloads) {
      const opened = openPayload(payload)
      if (opened) this.#payloads.set(payload.commit, opened)
      else this.#badCommits.add(payload.commit)
    }
  }
}

function readBytes(bytes: Uint8Array): { entry: Entry; leaf: Uint8Array } {
  return { entry: parseEntry(bytes), leaf: leafHash(bytes) }
}

/** The statement that was sealed. Throws Breach, LedgerError. */
function openSeal(
  { blind, envelope }: RevealedStatement,
  { blindHash: sealed, index }: SealedEntry,
): SignedStatement {
  const bytes = fromBase64(envelope)
  if (!equalBytes(blindHash(fromBase64(blind), bytes), sealed))
    throw new Breach('seals.reveal', 'the revealed statement is not the one sealed', index)
  return parseEnvelope(bytes)
}

/** The bytes, if they and the salt open the commitment. */
function openPayload(payload: RecordExport['payloads'][number]): Uint8Array | undefined {
  try {
    const bytes = fromBase64(payload.bytes)
    return toBase64Url(commit(fromBase64Url(payload.salt), bytes)) === payload.commit
      ? bytes
      : undefined
  } catch (error) {
    if (error instanceof LedgerError) return undefined
    throw error
  }
}
