/**
 * The Merkle tree of RFC 6962 and RFC 9162 (ledger-format.md, section 4). leaf = H(0x00 ‖ entry), node = H(0x01 ‖ left ‖ right), the root of
 * nothing is H(""). A tree of n leaves splits at the largest power of two below n; an odd node is never doubled.
 * Sizes and indexes are safe integers, halved by division: shifts break at 2^31. The two verifiers take hostile input and
 * answer yes or no; consistency from size 0 is refused, as it would prove nothing.
 */
import { concatBytes, equalBytes } from './bytes.ts'
import { LedgerError } from './error.ts'
import { sha256 } from './hash.ts'

/** The root of the perfect subtree over leaves [index·2^level, (index+1)·2^level). */
export type Perfect = (level: number, index: number) => Uint8Array

/** Hash of two nodes. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(NODE_PREFIX, left, right)
}

const NODE_PREFIX = Uint8Array.of(1)

/** Root of the tree without leaves. */
export const emptyRoot = sha256()

/** Root over these leaf hashes. */
export function rootOf(leaves: Iterable<Uint8Array>): Uint8Array {
  const frontier = new Frontier()
  for (const leaf of leaves) frontier.append(leaf)
  return frontier.root()
}

/**
 * Whether `path` proves that `leaf` stands at `index` in the tree of `size` leaves with this root.
 * `path` begins at the leaf's sibling.
 */
export function verifyInclusion(
  index: number,
  size: number,
  leaf: Uint8Array,
  path: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (!isSize(index) || !isSize(size) || index >= size) return false
  if (![leaf, root, ...path].every(isHash)) return false
  const walk = new Walk(index, size - 1)
  let hash = leaf
  for (const sibling of path) {
    if (walk.atRoot) return false
    hash = walk.up() === 'left' ? nodeHash(sibling, hash) : nodeHash(hash, sibling)
  }
  return walk.atRoot && equalBytes(hash, root)
}

/** Whether `path` proves that the tree of `size` leaves with `root` begins with the `oldSize` leaves of `oldRoot`. */
export function verifyConsistency(
  oldSize: number,
  size: number,
  oldRoot: Uint8Array,
  root: Uint8Array,
  path: readonly Uint8Array[],
): boolean {
  if (!isSize(oldSize) || !isSize(size) || oldSize < 1 || oldSize > size) return false
  if (oldSize === size) return path.length === 0 && equalBytes(oldRoot, root)
  if (!path.every(isHash)) return false
  const [first, ...rest] = isPowerOfTwo(oldSize) ? [oldRoot, ...path] : path
  if (first === undefined || path.length === 0) return false
  const walk = new Walk(oldSize - 1, size - 1)
  walk.skipRightEdge()
  let old = first
  let now = first
  for (const sibling of rest) {
    if (walk.atRoot) return false
    if (walk.up() === 'left') {
      old = nodeHash(sibling, old)
      now = nodeHash(sibling, now)
    } else {
      now = nodeHash(now, sibling)
    }
  }
  return walk.atRoot && equalBytes(old, oldRoot) && equalBytes(now, root)
}

/** A node's way up: `node` is its position in its level, `last` that of the level's last node. */
class Walk {
  #node: number
  #last: number

  constructor(node: number, last: number) {
    this.#node = node
    this.#last = last
  }

  get atRoot(): boolean {
    return this.#last === 0
  }

  /** Climbs to the parent that the next sibling makes, and says on which side that sibling stands. */
  up(): 'left' | 'right' {
    const isRight = this.#node % 2 === 1
    const side = isRight || this.#node === this.#last ? 'left' : 'right'
    // A last node without sibling rises unchanged until it is a right child.
    if (side === 'left') while (this.#node % 2 === 0 && this.#node !== 0) this.#climb()
    this.#climb()
    return side
  }

  skipRightEdge(): void {
    while (this.#node % 2 === 1) this.#climb()
  }

  #climb(): void {
    this.#node = Math.floor(this.#node / 2)
    this.#last = Math.floor(this.#last / 2)
  }
}

/** Receives each perfect subtree that tiles store: level 0, 8, 16 … of the tree is tile level 0, 1, 2 … */
export type PutTileHash = (tileLevel: number, index: number, hash: Uint8Array) => void

/** What a writer keeps of the tree: the roots of its perfect subtrees, largest first; at most 53. */
export class Frontier {
  #size: number
  readonly #stack: Uint8Array[]

  constructor(size = 0, stack: readonly Uint8Array[] = []) {
    assertSize(size)
    if (stack.length !== countOnes(size) || !stack.every(isHash))
      throw new LedgerError('argument', 'the frontier does not fit its size')
    this.#size = size
    this.#stack = [...stack]
  }

  /** The frontier of a stored size and `toBytes`. */
  static fromBytes(size: number, bytes: Uint8Array): Frontier {
    if (bytes.length % 32 !== 0) throw new LedgerError('argument', 'a frontier is a row of hashes')
    const hashes = Array.from({ length: bytes.length / 32 }, (_, i) =>
      bytes.slice(32 * i, 32 * i + 32),
    )
    return new Frontier(size, hashes)
  }

  get size(): number {
    return this.#size
  }

  get stack(): readonly Uint8Array[] {
    return this.#stack
  }

  /** The stack's hashes joined; the size is stored beside it. */
  toBytes(): Uint8Array {
    return concatBytes(...this.#stack)
  }

  /** Appends a leaf hash, and hands each finished hash that tiles store to `put`. */
  append(leaf: Uint8Array, put?: PutTileHash): void {
    if (!isHash(leaf)) throw new LedgerError('argument', 'a leaf hash is 32 bytes')
    let hash = leaf
    let index = this.#size
    let level = 0
    put?.(0, index, hash)
    while (index % 2 === 1) {
      // An odd position has its left sibling on the stack.
      hash = nodeHash(this.#stack.pop() as Uint8Array, hash)
      index = (index - 1) / 2
      level++
      if (level % 8 === 0) put?.(level / 8, index, hash)
    }
    this.#stack.push(hash)
    this.#size++
  }

  root(): Uint8Array {
    return this.#stack.length === 0
      ? emptyRoot
      : this.#stack.reduceRight((right, left) => nodeHash(left, right))
  }
}

/** A tree with all its perfect subtrees in memory: 64 bytes a leaf, any root or proof at once. */
export class MemoryTree {
  readonly #levels: Uint8Array[][] = [[]]
  readonly #perfect: Perfect = (level, index) => {
    const hash = this.#levels[level]?.[index]
    if (!hash) throw new LedgerError('argument', 'beyond the size of the tree')
    return hash
  }

  get size(): number {
    return this.#levels[0]?.length ?? 0
  }

  append(leaf: Uint8Array): void {
    let hash = leaf
    for (let level = 0; ; level++) {
      const hashes = (this.#levels[level] ??= [])
      hashes.push(hash)
      if (hashes.length % 2 === 1) return
      hash = nodeHash(this.#perfect(level, hashes.length - 2), hash)
    }
  }

  leaf(index: number): Uint8Array {
    return this.#perfect(0, index)
  }

  /** Root of the first `size` leaves. */
  root(size = this.size): Uint8Array {
    return treeRoot(size, this.#perfect)
  }

  inclusionProof(index: number, size = this.size): Uint8Array[] {
    return inclusionPath(index, size, this.#perfect)
  }

  consistencyProof(oldSize: number, size = this.size): Uint8Array[] {
    return consistencyPath(oldSize, size, this.#perfect)
  }
}

/** Root of the first `size` leaves. */
export function treeRoot(size: number, perfect: Perfect): Uint8Array {
  assertSize(size)
  return size === 0 ? emptyRoot : rangeRoot(0, size, perfect)
}

/** Inclusion proof of leaf `index` in the tree of `size` leaves, the leaf's sibling first. */
export function inclusionPath(index: number, size: number, perfect: Perfect): Uint8Array[] {
  assertSize(index)
  assertSize(size)
  if (index >= size) throw new LedgerError('argument', 'index is not below size')
  return inclusionIn(index, 0, size, perfect)
}

/** Consistency proof from `oldSize` to `size`, for 1 ≤ oldSize ≤ size. */
export function consistencyPath(oldSize: number, size: number, perfect: Perfect): Uint8Array[] {
  assertSize(oldSize)
  assertSize(size)
  if (oldSize < 1 || oldSize > size) throw new LedgerError('argument', 'oldSize is not in 1..size')
  return consistencyIn(oldSize, 0, size, true, perfect)
}

function inclusionIn(index: number, from: number, to: number, perfect: Perfect): Uint8Array[] {
  if (to - from === 1) return []
  const middle = from + split(to - from)
  return index < middle
    ? [...inclusionIn(index, from, middle, perfect), rangeRoot(middle, to, perfect)]
    : [...inclusionIn(index, middle, to, perfect), rangeRoot(from, middle, perfect)]
}

/** `isWhole`: the old tree is this very range, so its root is known and not part of the proof. */
function consistencyIn(
  oldSize: number,
  from: number,
  to: number,
  isWhole: boolean,
  perfect: Perfect,
): Uint8Array[] {
  if (oldSize === to) return isWhole ? [] : [rangeRoot(from, to, perfect)]
  const middle = from + split(to - from)
  return oldSize <= middle
    ? [...consistencyIn(oldSize, from, middle, isWhole, perfect), rangeRoot(middle, to, perfect)]
    : [...consistencyIn(oldSize, middle, to, false, perfect), rangeRoot(from, middle, perfect)]
}

/** Root over leaves [from, to), from being where a subtree of that size may begin. */
function rangeRoot(from: number, to: number, perfect: Perfect): Uint8Array {
  const size = to - from
  if (isPowerOfTwo(size)) return perfect(levelOf(size), from / size)
  const middle = from + split(size)
  return nodeHash(rangeRoot(from, middle, perfect), rangeRoot(middle, to, perfect))
}

/** Largest power of two below n, for n ≥ 2. */
function split(n: number): number {
  let k = 1
  while (2 * k < n) k *= 2
  return k
}

/** Exponent of a power of two. */
function levelOf(power: number): number {
  let level = 0
  for (let k = 1; k < power; k *= 2) level++
  return level
}

function isPowerOfTwo(n: number): boolean {
  return n === 2 ** levelOf(n)
}

function countOnes(n: number): number {
  let ones = 0
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) ones += rest % 2
  return ones
}

function isSize(n: number): boolean {
  return Number.isSafeInteger(n) && n >= 0
}

function assertSize(n: number): void {
  if (!isSize(n)) throw new LedgerError('argument', 'a size or index is a safe integer from 0')
}

function isHash(hash: Uint8Array): boolean {
  return hash.length === 32
}
