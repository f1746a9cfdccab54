import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  emptyRoot,
  Frontier,
  leafHash,
  LedgerError,
  MemoryTree,
  nodeHash,
  rootOf,
  toHex,
  utf8,
  verifyConsistency,
  verifyInclusion,
} from './index.ts'

/** The definition of RFC 6962, word for word. */
function naiveRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves
  if (only === undefined) return emptyRoot
  if (leaves.length === 1) return only
  let k = 1
  while (2 * k < leaves.length) k *= 2
  return nodeHash(naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k)))
}

const leafOf = (i: number) => leafHash(utf8(`{"seq":${i}}`))
const leaves = Array.from({ length: 300 }, (_, i) => leafOf(i))
const tree = new MemoryTree()
for (const leaf of leaves) tree.append(leaf)

function flipped(hash: Uint8Array, bit: number): Uint8Array {
  const copy = hash.slice()
  // The bit is within the hash.
  copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7))
  return copy
}

describe('the small tree of the format', () => {
  const hex = (hashes: readonly Uint8Array[]) => hashes.map(toHex)
  const node01 = 'fc52d71a368a798fd96ec7e5b7ee5f8f9fdd10c7ff9ab146c4eac1e6a0a1b10a'
  const [, , leaf2, leaf3, leaf4] = hex(leaves)

  test('has these constants', () => {
    expect(toHex(emptyRoot)).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    )
    expect(toHex(leafHash(new Uint8Array()))).toBe(
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    )
    expect(toHex(leafHash(utf8('L123456')))).toBe(
      '395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56',
    )
    expect(toHex(nodeHash(utf8('N123'), utf8('N456')))).toBe(
      'aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb',
    )
  })

  test('has these roots and proofs', () => {
    expect(toHex(leafOf(0))).toBe(
      'a402b0e36f5aae85457360fcf00a2545b87dd47f310553e7b0d32d6d0ac4400d',
    )
    expect(leaf4).toBe('1795798275c506dbbf46fde73240eb19d52fb72fa90a05a1fc4c8b48b4aa06a2')
    expect(toHex(tree.root(3))).toBe(
      '3db67665eea8c26de341668c1d3199f61de4b780a828569a898ce48c28d931f3',
    )
    expect(toHex(tree.root(5))).toBe(
      '147dc477479a3b69a24b1ff601b6fc6284fdf15fd50abfeb0cf70ea8e3722c1d',
    )
    expect(hex(tree.inclusionProof(2, 5))).toEqual([leaf3, node01, leaf4])
    expect(hex(tree.consistencyProof(3, 5))).toEqual([leaf2, leaf3, node01, leaf4])
  })
})

describe('the tree', () => {
  test('T8: an entry that spells a node is never taken for one', () => {
    const [left, right] = [leafOf(0), leafOf(1)]
    const root = nodeHash(left, right)
    for (const forged of [Uint8Array.of(1, ...left, ...right), Uint8Array.of(...left, ...right)]) {
      expect(leafHash(forged)).not.toEqual(root)
      expect(verifyInclusion(0, 1, leafHash(forged), [], root)).toBe(false)
    }
    expect(verifyInclusion(0, 1, left, [right], root)).toBe(false)
  })

  test('T9: roots equal the definition at all sizes to 300, around powers of two, and at 70,000', () => {
    for (let size = 0; size <= 300; size++)
      expect(tree.root(size)).toEqual(naiveRoot(leaves.slice(0, size)))
    const many = Array.from({ length: 70_000 }, (_, i) => leafOf(i))
    const grown = new MemoryTree()
    for (const leaf of many) grown.append(leaf)
    for (const size of [65_535, 65_536, 65_537, 70_000]) {
      const naive = naiveRoot(many.slice(0, size))
      expect(grown.root(size)).toEqual(naive)
      expect(rootOf(many.slice(0, size))).toEqual(naive)
    }
  })

  test('every inclusion proof to size 300 verifies, and for no other index', () => {
    for (let size = 1; size <= 300; size += 7)
      for (let index = 0; index < size; index++) {
        const path = tree.inclusionProof(index, size)
        expect(verifyInclusion(index, size, leafOf(index), path, tree.root(size))).toBe(true)
        expect(verifyInclusion(index ^ 1, size, leafOf(index), path, tree.root(size))).toBe(false)
      }
  })

  test('T11: proofs with a hash too many, too few, out of order or of 33 bytes are refused', () => {
    const verifies = (path: readonly Uint8Array[]) =>
      verifyInclusion(100, 300, leafOf(100), path, tree.root(300))
    const path = tree.inclusionProof(100, 300)
    expect(verifies(path)).toBe(true)
    expect(verifies([...path, leafOf(0)])).toBe(false)
    for (let i = 0; i < path.length; i++) {
      expect(verifies(path.toSpliced(i, 1))).toBe(false)
      expect(verifies(path.with(i, Uint8Array.of(0, ...leafOf(0))))).toBe(false)
      expect(verifies(path.with(i, new Uint8Array()))).toBe(false)
    }
    expect(verifies(path.toReversed())).toBe(false)
    const consistent = (path: readonly Uint8Array[]) =>
      verifyConsistency(100, 300, tree.root(100), tree.root(300), path)
    const proof = tree.consistencyProof(100, 300)
    expect(consistent(proof)).toBe(true)
    expect(consistent([...proof, leafOf(0)])).toBe(false)
    expect(consistent(proof.toReversed())).toBe(false)
    for (let i = 0; i < proof.length; i++) expect(consistent(proof.toSpliced(i, 1))).toBe(false)
  })

  test('T12: indexes from the size on, over 2^31 or 2^53 are refused; large ones are computed right', () => {
    const path = tree.inclusionProof(0, 2)
    const root = tree.root(2)
    for (const index of [2, 2 ** 31, 2 ** 53, 2 ** 64, -1, 0.5, NaN, Infinity])
      expect(verifyInclusion(index, 2, leafOf(0), path, root)).toBe(false)
    expect(verifyInclusion(0, 2 ** 53, leafOf(0), path, root)).toBe(false)
    // 2^40 + 1 leaves: the last hangs alone at the right of a perfect tree.
    const right = leafOf(7)
    expect(verifyInclusion(2 ** 40, 2 ** 40 + 1, right, [root], nodeHash(root, right))).toBe(true)
    expect(
      verifyInclusion(2 ** 40 - 2 ** 31, 2 ** 40 + 1, right, [root], nodeHash(root, right)),
    ).toBe(false)
  })

  test('T13: consistency holds between all sizes to 300, and fails at any flipped bit', () => {
    for (let size = 1; size <= 300; size++)
      for (let oldSize = 1; oldSize <= size; oldSize++) {
        const proof = tree.consistencyProof(oldSize, size)
        const roots = [tree.root(oldSize), tree.root(size)] as const
        // `expect` is slow, and there are 45,150 pairs.
        if (!verifyConsistency(oldSize, size, ...roots, proof))
          throw new Error(`${oldSize} → ${size}`)
        const at = (oldSize * 31 + size) % Math.max(1, proof.length)
        const hash = proof[at]
        const bit = (oldSize * 17 + size * 5) % 256
        const isForged =
          hash && verifyConsistency(oldSize, size, ...roots, proof.with(at, flipped(hash, bit)))
        if (isForged) throw new Error(`${oldSize} → ${size} forged`)
      }
    const roots = [tree.root(77), tree.root(200)] as const
    const proof = tree.consistencyProof(77, 200)
    for (const [at, hash] of proof.entries())
      for (let bit = 0; bit < 256; bit++)
        expect(verifyConsistency(77, 200, ...roots, proof.with(at, flipped(hash, bit)))).toBe(false)
    expect(verifyConsistency(0, 200, emptyRoot, tree.root(200), [])).toBe(false)
    expect(verifyConsistency(200, 77, tree.root(200), tree.root(77), proof)).toBe(false)
  })

  test('T15: a frontier stored and read back at any time has the root of all leaves', () => {
    const splits = fc.array(fc.nat(60), { maxLength: 6 })
    fc.assert(
      fc.property(splits, (batches) => {
        let frontier = new Frontier()
        for (const batch of batches) {
          for (const leaf of leaves.slice(frontier.size, frontier.size + batch))
            frontier.append(leaf)
          frontier = Frontier.fromBytes(frontier.size, frontier.toBytes())
          expect(frontier.root()).toEqual(naiveRoot(leaves.slice(0, frontier.size)))
        }
      }),
    )
  })

  test('a frontier that does not fit its size is refused', () => {
    expect(() => Frontier.fromBytes(3, new Uint8Array(32))).toThrow(LedgerError)
    expect(() => Frontier.fromBytes(1, new Uint8Array(33))).toThrow(LedgerError)
    expect(() => Frontier.fromBytes(-1, new Uint8Array())).toThrow(LedgerError)
    expect(() => new Frontier().append(new Uint8Array(31))).toThrow(LedgerError)
  })

  test('hostile proofs are refused without an exception', () => {
    const hash = fc.uint8Array({ maxLength: 40 })
    fc.assert(
      fc.property(fc.double(), fc.double(), hash, hash, fc.array(hash), (i, n, a, b, path) => {
        expect(verifyInclusion(i, n, a, path, b)).toBe(false)
        expect(verifyConsistency(i, n, a, b, path)).toBe(
          i === n &&
            i >= 1 &&
            Number.isSafeInteger(i) &&
            path.length === 0 &&
            toHex(a) === toHex(b),
        )
      }),
    )
  })
})
