/**
 * What decisions of a batch may look at besides states: rows of the register, documents and sizes of ciphertexts. One row
 * or document may name the next, so the rules are asked again with what was loaded until they name nothing new; for a
 * whole batch at once, and again for each statement at its turn, when those before it may have changed what it needs.
 */
import { fromBase64Url, type Statement, toBase64Url } from '../ledger/index.ts'
import {
  type BlobView,
  blobs,
  type DocumentView,
  documents,
  type FileState,
  needs,
  type RegisterView,
} from '../procurement/index.ts'
import type { Transaction } from './connection.ts'
import type { Derived } from './derived.ts'
import { pack } from './packed.ts'

/** The three views, each restricted to what the rules named for one statement. */
export interface Views {
  register: RegisterView
  document: DocumentView
  blob: BlobView
}

/** A statement to be decided or applied, with the file as it stands before it. */
export interface Question {
  statement: Statement
  file: FileState | undefined
}

export class Evidence {
  readonly #tx: Transaction
  readonly #derived: Derived
  readonly #documents = new Map<string, Uint8Array | undefined>()
  readonly #sizes = new Map<string, number | undefined>()

  constructor(tx: Transaction, derived: Derived) {
    this.#tx = tx
    this.#derived = derived
  }

  /** Loads what the rules name for these statements, round by round. */
  async load(questions: readonly Question[]): Promise<void> {
    await this.#loadSizes(questions.flatMap(({ statement }) => blobs(statement).map(hashOf)))
    for (let asked = questions; asked.length > 0;) {
      const keys = new Set<string>()
      const names = new Set<string>()
      asked = asked.filter((question) => this.#addMissing(question, keys, names))
      await Promise.all([
        keys.size > 0 && this.#derived.loadRows(this.#tx, [...keys]),
        names.size > 0 && this.#loadDocuments([...names]),
      ])
    }
  }

  /** Adds what a statement needs and is not loaded; whether there is any. */
  #addMissing(question: Question, keys: Set<string>, names: Set<string>): boolean {
    const newKeys = this.#keysOf(question).filter((key) => !this.#derived.hasRow(key))
    const newNames = this.#namesOf(question).filter((name) => !this.#documents.has(name))
    for (const key of newKeys) keys.add(key)
    for (const name of newNames) names.add(name)
    return newKeys.length + newNames.length > 0
  }

  /** What one statement may look at, loaded as far as it was not. */
  async viewsOf(question: Question): Promise<Views> {
    let keys = this.#keysOf(question)
    let names = this.#namesOf(question)
    if (!this.#isLoaded(question, keys, names)) {
      await this.load([question])
      keys = this.#keysOf(question)
      names = this.#namesOf(question)
    }
    return {
      register: (key) => (keys.includes(key) ? this.#derived.row(key) : undefined),
      document: (name) => (names.includes(name) ? this.#documents.get(name) : undefined),
      blob: (hash) => this.#sizes.get(hash),
    }
  }

  #isLoaded({ statement }: Question, keys: string[], names: string[]): boolean {
    return (
      keys.every((key) => this.#derived.hasRow(key)) &&
      names.every((name) => this.#documents.has(name)) &&
      blobs(statement).every(({ hash }) => this.#sizes.has(hash))
    )
  }

  #keysOf({ file, statement }: Question): string[] {
    return needs(file, statement, (key) => this.#derived.row(key))
  }

  #namesOf({ file, statement }: Question): string[] {
    return documents(file, statement, (name) => this.#documents.get(name))
  }

  async #loadDocuments(names: readonly string[]): Promise<void> {
    const hashes = this.#tx.array(names.map(fromBase64Url), 17)
    const rows = await this.#tx<{ name: Uint8Array; bytes: Uint8Array }[]>`
      select commit as name, bytes from payload where commit = any(${hashes}::bytea[]) and bytes is not null
      union all select hash, bytes from blob where hash = any(${hashes}::bytea[])`
    for (const name of names) this.#documents.set(name, undefined)
    for (const { name, bytes } of rows) this.#documents.set(toBase64Url(name), bytes)
  }

  async #loadSizes(names: readonly string[]): Promise<void> {
    const missing = [...new Set(names)].filter((name) => !this.#sizes.has(name))
    if (missing.length === 0) return
    const { joined, starts } = pack(missing.map(fromBase64Url))
    const rows = await this.#tx<{ place: number; size: number }[]>`
      select start as place, octet_length(bytes) as size from unnest(${starts}::int[]) as s (start)
      join blob on hash = substring(${joined}::bytea from start for 32)`
    for (const name of missing) this.#sizes.set(name, undefined)
    for (const { place, size } of rows) {
      const name = missing[Math.floor(place / 32)]
      if (name !== undefined) this.#sizes.set(name, size)
    }
  }
}

function hashOf({ hash }: { hash: string }): string {
  return hash
}
