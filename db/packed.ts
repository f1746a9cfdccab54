/**
 * Byte strings as one parameter. An array of them would be written as text, each escaped and quoted, and cost more than
 * all else that a batch writes; joined they are one parameter, of which SQL takes each by its place:
 * `substring(joined from start for length)`. Places count from 1.
 */
import { concatBytes } from '../ledger/index.ts'

export interface Packed {
  joined: Uint8Array
  starts: number[]
  lengths: number[]
}

export function pack(parts: readonly Uint8Array[]): Packed {
  const starts: number[] = []
  let start = 1
  for (const { length } of parts) {
    starts.push(start)
    start += length
  }
  return { joined: concatBytes(...parts), starts, lengths: parts.map(({ length }) => length) }
}
