/**
 * Tiles and bundles, C2SP tlog-tiles (ledger-format.md, section 7). Hash i of tile N at level L is the root over 256^L leaves; a full tile has
 * 256 hashes, the last of a level fewer. Tiles alone serve every proof. A bundle holds the entries under a tile of level 0.
 */
import { concatBytes } from './bytes.ts'
import { LedgerError } from './error.ts'
import {
  consistencyPath,
  type Frontier,
  inclusionPath,
  nodeHash,
  type Perfect,
  treeRoot,
} from './tree.ts'

export const TILE_WIDTH = 256
const HASH_SIZE = 32

export interface TileRef {
  readonly level: number
  /** N, the tile's position in its level. */
  readonly index: number
}

/** The tile's hashes joined: at least those of the tree that is asked about. */
export type TileReader = (level: number, index: number) => Uint8Array

/** Hashes to add to a tile that holds `offset` hashes so far; 0 begins a tile. */
export interface TileDelta extends TileRef {
  readonly offset: number
  readonly hashes: Uint8Array
}

/** Appends leaves to the frontier; returns what the tiles gain, in the order of first touch. */
export function appendToTiles(frontier: Frontier, leaves: Iterable<Uint8Array>): TileDelta[] {
  const gains = new Map<string, { ref: TileRef; offset: number; hashes: Uint8Array[] }>()
  const put = (level: number, position: number, hash: Uint8Array) => {
    const ref = { level, index: Math.floor(position / TILE_WIDTH) }
    const key = `${level}/${ref.index}`
    const gain = gains.get(key)
    if (gain) gain.hashes.push(hash)
    else gains.set(key, { ref, offset: position % TILE_WIDTH, hashes: [hash] })
  }
  for (const leaf of leaves) frontier.append(leaf, put)
  return [...gains.values()].map(({ ref, offset, hashes }) => ({
    ...ref,
    offset,
    hashes: concatBytes(...hashes),
  }))
}

/** Inclusion proof from tiles, see `verifyInclusion`. */
export function inclusionProof(index: number, size: number, read: TileReader): Uint8Array[] {
  return inclusionPath(index, size, perfectFrom(read))
}

/** Consistency proof from tiles, see `verifyConsistency`. */
export function consistencyProof(oldSize: number, size: number, read: TileReader): Uint8Array[] {
  return consistencyPath(oldSize, size, perfectFrom(read))
}

/** Root of the first `size` leaves from tiles. */
export function rootFromTiles(size: number, read: TileReader): Uint8Array {
  return treeRoot(size, perfectFrom(read))
}

/** The tiles that `inclusionProof` will read. */
export function tilesForInclusion(index: number, size: number): TileRef[] {
  return tilesRead((read) => inclusionProof(index, size, read))
}

/** The tiles that `consistencyProof` will read. */
export function tilesForConsistency(oldSize: number, size: number): TileRef[] {
  return tilesRead((read) => consistencyProof(oldSize, size, read))
}

/** The tiles that `rootFromTiles` will read. */
export function tilesForRoot(size: number): TileRef[] {
  return tilesRead((read) => rootFromTiles(size, read))
}

/** What is read depends on the numbers alone, so a dry run over blank tiles tells. */
function tilesRead(prove: (read: TileReader) => unknown): TileRef[] {
  const refs = new Map<string, TileRef>()
  const blank = new Uint8Array(TILE_WIDTH * HASH_SIZE)
  prove((level, index) => {
    refs.set(`${level}/${index}`, { level, index })
    return blank
  })
  return [...refs.values()]
}

function perfectFrom(read: TileReader): Perfect {
  return (level, index) => {
    const width = 2 ** (level % 8)
    const first = index * width
    const tile = read(Math.floor(level / 8), Math.floor(first / TILE_WIDTH))
    const start = (first % TILE_WIDTH) * HASH_SIZE
    const row = tile.subarray(start, start + width * HASH_SIZE)
    if (row.length !== width * HASH_SIZE) throw new LedgerError('argument', 'the tile is too short')
    return foldPairs(row)
  }
}

/** Root of a perfect subtree over the joined hashes. */
function foldPairs(row: Uint8Array): Uint8Array {
  if (row.length === HASH_SIZE) return row.slice()
  const half = row.length / 2
  return nodeHash(foldPairs(row.subarray(0, half)), foldPairs(row.subarray(half)))
}

/** How many hashes the tile has in a tree of this size: 0 where there is no such tile, at most 256. */
export function tileWidth({ level, index }: TileRef, size: number): number {
  const hashes = Math.floor(size / TILE_WIDTH ** level) - index * TILE_WIDTH
  return Math.max(0, Math.min(TILE_WIDTH, hashes))
}

/** Path of a tile below the log's address, as `tile/0/x001/067.p/5`; `width` 1 to 256. */
export function tilePath({ level, index }: TileRef, width = TILE_WIDTH): string {
  if (!Number.isInteger(level) || level < 0 || level > 63)
    throw new LedgerError('argument', 'a tile level is 0 to 63')
  return `tile/${level}/${numberPath(index, width)}`
}

/** Path of the bundle with the entries under tile `index` of level 0. */
export function bundlePath(index: number, width = TILE_WIDTH): string {
  return `tile/entries/${numberPath(index, width)}`
}

/** What a path names. Undefined for anything that is not exactly such a path. */
export function parseTilePath(
  path: string,
): { level: number | 'entries'; index: number; width: number } | undefined {
  const match = TILE_PATH.exec(path)
  if (!match) return undefined
  const [, level = '', number = '', partial] = match
  const index = Number(number.replaceAll(/[x/]/g, ''))
  const width = partial === undefined ? TILE_WIDTH : Number(partial)
  if (!Number.isSafeInteger(index) || width < 1 || (partial !== undefined && width >= TILE_WIDTH))
    return undefined
  if (numberPath(index, width) !== path.slice(`tile/${level}/`.length)) return undefined
  if (level === 'entries') return { level, index, width }
  return Number(level) <= 63 ? { level: Number(level), index, width } : undefined
}

const TILE_PATH = /^tile\/(entries|0|[1-9]\d?)\/((?:x\d{3}\/)*\d{3})(?:\.p\/([1-9]\d{0,2}))?$/

/** Three digits a group, all but the last behind an x; a width below 256 as `.p/<width>`. */
function numberPath(index: number, width: number): string {
  if (!Number.isSafeInteger(index) || index < 0)
    throw new LedgerError('argument', 'not a tile index')
  if (!Number.isInteger(width) || width < 1 || width > TILE_WIDTH)
    throw new LedgerError('argument', 'a tile has 1 to 256 hashes')
  const digits = String(index)
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g) ?? []
  const last = groups.pop() ?? ''
  const partial = width < TILE_WIDTH ? `.p/${width}` : ''
  return groups.map((group) => `x${group}/`).join('') + last + partial
}

/** Entries as a bundle: for each its length in 16 bits, then its bytes. */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  const parts: Uint8Array[] = []
  for (const entry of entries) {
    if (entry.length > 0xffff) throw new LedgerError('size', 'an entry exceeds 65,535 bytes')
    parts.push(Uint8Array.of(entry.length >> 8, entry.length & 0xff), entry)
  }
  return concatBytes(...parts)
}

/** The entries of a bundle; throws `size` where it ends within one or holds more than 256. */
export function parseBundle(bundle: Uint8Array): Uint8Array[] {
  const entries: Uint8Array[] = []
  const view = new DataView(bundle.buffer, bundle.byteOffset, bundle.length)
  let offset = 0
  while (offset < bundle.length) {
    if (entries.length === TILE_WIDTH)
      throw new LedgerError('size', 'a bundle has at most 256 entries')
    const start = offset + 2
    const end = start <= bundle.length ? start + view.getUint16(offset) : Infinity
    if (end > bundle.length) throw new LedgerError('size', 'the bundle ends within an entry')
    entries.push(bundle.subarray(start, end))
    offset = end
  }
  return entries
}
