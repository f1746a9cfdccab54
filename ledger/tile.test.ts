import { describe, expect, test } from 'vitest'
import {
  appendToTiles,
  bundlePath,
  concatBytes,
  consistencyProof,
  encodeBundle,
  equalBytes,
  Frontier,
  inclusionProof,
  leafHash,
  LedgerError,
  MemoryTree,
  parseBundle,
  parseTilePath,
  rootFromTiles,
  tilePath,
  type TileReader,
  tilesForConsistency,
  tilesForInclusion,
  tilesForRoot,
  tileWidth,
  toHex,
  utf8,
} from './index.ts'

const SIZE = 70_000
const leaves = Array.from({ length: SIZE }, (_, i) => leafHash(utf8(String(i))))
const tree = new MemoryTree()
for (const leaf of leaves) tree.append(leaf)

/** Tiles as a table holds them, grown in batches by deltas. */
function growTiles(batchSize: number): Map<string, Uint8Array> {
  const tiles = new Map<string, Uint8Array>()
  const frontier = new Frontier()
  for (let from = 0; from < SIZE; from += batchSize)
    for (const { level, index, offset, hashes } of appendToTiles(
      frontier,
      leaves.slice(from, from + batchSize),
    )) {
      const before = tiles.get(`${level}/${index}`) ?? new Uint8Array()
      expect(before).toHaveLength(32 * offset)
      tiles.set(`${level}/${index}`, concatBytes(before, hashes))
    }
  return tiles
}

const tiles = growTiles(997)
const reader =
  (allowed: readonly { level: number; index: number }[]): TileReader =>
  (level, index) => {
    const tile = tiles.get(`${level}/${index}`)
    if (!tile || !allowed.some((ref) => ref.level === level && ref.index === index))
      throw new Error(`tile ${level}/${index} was not announced`)
    return tile
  }

describe('tiles', () => {
  test('70,000 leaves make 277 tiles of the widths that the size tells', () => {
    expect(tiles.size).toBe(277)
    const widths = [
      [0, 273, 112],
      [0, 0, 256],
      [0, 274, 0],
      [1, 1, 17],
      [2, 0, 1],
      [3, 0, 0],
    ] as const
    for (const [level, index, width] of widths) {
      expect(tileWidth({ level, index }, SIZE)).toBe(width)
      expect((tiles.get(`${level}/${index}`) ?? []).length).toBe(32 * width)
    }
  })

  test('one batch or many: the tiles are the same', () => {
    const atOnce = growTiles(SIZE)
    expect(atOnce.size).toBe(tiles.size)
    for (const [name, hashes] of atOnce)
      expect(equalBytes(hashes, tiles.get(name) ?? new Uint8Array())).toBe(true)
  })

  test('serve every root and proof from the tiles that were announced', () => {
    for (const size of [1, 255, 256, 257, 65_535, 65_536, 65_537, SIZE]) {
      expect(rootFromTiles(size, reader(tilesForRoot(size)))).toEqual(tree.root(size))
      for (const index of [0, 1, Math.floor(size / 3), size - 1].filter((i) => i < size))
        expect(inclusionProof(index, size, reader(tilesForInclusion(index, size)))).toEqual(
          tree.inclusionProof(index, size),
        )
      for (const oldSize of [1, Math.ceil(size / 2), size])
        expect(consistencyProof(oldSize, size, reader(tilesForConsistency(oldSize, size)))).toEqual(
          tree.consistencyProof(oldSize, size),
        )
    }
  })

  test('a tile that is too short is refused', () => {
    expect(() => inclusionProof(0, 3, () => new Uint8Array(64))).toThrow(LedgerError)
  })

  test.each([
    [0, 256, 'tile/0/000'],
    [5, 7, 'tile/0/005.p/7'],
    [1000, 256, 'tile/0/x001/000'],
    [1_234_067, 1, 'tile/0/x001/x234/067.p/1'],
  ])('tile %i of width %i has the path %s', (index, width, path) => {
    expect(tilePath({ level: 0, index }, width)).toBe(path)
    expect(parseTilePath(path)).toEqual({ level: 0, index, width })
    const bundle = path.replace('tile/0', 'tile/entries')
    expect(bundlePath(index, width)).toBe(bundle)
    expect(parseTilePath(bundle)).toEqual({ level: 'entries', index, width })
  })

  test.each([
    'tile/0/000.p/0',
    'tile/0/000.p/256',
    'tile/0/000.p/05',
    'tile/00/000',
    'tile/64/000',
    'tile/0/00',
    'tile/0/x000/001',
    'tile/0/001/000',
    'tile/0/x001',
    'tile/0/x001/x000',
    'tile/0/000.p/1/',
    'tile/0/../000',
    'tile/-1/000',
    'tile/0/x999/x999/x999/x999/x999/x999/999',
    'tile/0/000\n',
    '/tile/0/000',
    '',
  ])('T14: %j is no path of a tile', (path) => {
    expect(parseTilePath(path)).toBeUndefined()
  })

  test('paths beyond the format are never written', () => {
    for (const [index, width] of [
      [-1, 1],
      [0.5, 1],
      [2 ** 53, 1],
      [0, 0],
      [0, 257],
    ] as const)
      expect(() => bundlePath(index, width)).toThrow(LedgerError)
    expect(() => tilePath({ level: 64, index: 0 })).toThrow(LedgerError)
  })
})

describe('bundles', () => {
  test('give each entry behind its length', () => {
    const entries = [0, 1, 2, 3, 4].map((seq) => utf8(`{"seq":${seq}}`))
    const bundle = encodeBundle(entries)
    expect(bundle).toHaveLength(55)
    expect(toHex(bundle)).toMatch(/^00097b22736571223a307d00097b22736571223a317d/)
    expect(parseBundle(bundle)).toEqual(entries)
  })

  test('that end within an entry, or hold more than 256, are refused', () => {
    const bundle = encodeBundle([utf8('one'), utf8('two')])
    for (const length of [1, 2, 4, 6, 9])
      expect(() => parseBundle(bundle.subarray(0, length))).toThrow(LedgerError)
    expect(() => parseBundle(new Uint8Array(2 * 257))).toThrow(LedgerError)
    expect(() => encodeBundle([new Uint8Array(65_536)])).toThrow(LedgerError)
  })
})
