/**
 * Which entry of a damaged export holds the damage (ledger-format.md, section 7). A byte that breaks JSON or UTF-8 leaves a
 * file that nobody can read; but an export has one form, and the first entry whose text is not of it is the bad one.
 */
import { fromBase64 } from './bytes.ts'
import { parseEntry } from './entry.ts'
import { LedgerError } from './error.ts'

const BASE64 = '[A-Za-z0-9+/]*={0,2}'
const ENTRY = `\\{"index":(?:0|[1-9]\\d{0,15}),"entry":"${BASE64}"(?:,"path":\\[(?:"${BASE64}"(?:,"${BASE64}")*)?\\])?\\}`
/** An entry with what ends it: a comma before the next one, or the end of the list. */
const WHOLE_ENTRY = new RegExp(`${ENTRY}(?:,|(?=\\]))`, 'y')
const START = ',"entries":['
const END = ']'

/** Index of the first entry whose text is not of the form; undefined where none is, or where it cannot be told. */
export function damagedEntry(file: Uint8Array): number | undefined {
  // Byte for byte: what is no UTF-8 is of no form either.
  const text = new TextDecoder('latin1').decode(file)
  const start = text.indexOf(START)
  if (start === -1) return undefined
  let position = 0
  let at = start + START.length
  for (; !text.startsWith(END, at); position++) {
    WHOLE_ENTRY.lastIndex = at
    if (!WHOLE_ENTRY.test(text)) return indexAt(text, { at, position })
    at = WHOLE_ENTRY.lastIndex
  }
  return undefined
}

/** What the damaged entry says of its index, in either place; in a whole log its position says so too. */
function indexAt(text: string, { at, position }: { at: number; position: number }) {
  if (text.startsWith('"scope":"log"', text.indexOf('"scope"'))) return position
  const next = text.indexOf('{"index":', at + 1)
  const own = text.slice(at, next === -1 ? undefined : next)
  const said = /^\{"index":(\d{1,16}),"entry"/.exec(own)?.[1]
  return said === undefined ? indexIn(own) : Number(said)
}

/** The index in the entry's own bytes. */
function indexIn(text: string): number | undefined {
  try {
    return parseEntry(fromBase64(new RegExp(`"entry":"(${BASE64})"`).exec(text)?.[1] ?? '')).index
  } catch (error) {
    if (error instanceof LedgerError) return undefined
    throw error
  }
}
