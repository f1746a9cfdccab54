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
    const hashes = questions.flatMap(({ statement }) => blobs(statement).map(({ hash }) => hash))
    await this.#loadSizes(hashes)
    for (let asked = questions; asked.length > 0;) {
      const keys = asked.map((question) => this.#keysOf(question))
      const names = asked.map((question) => this.#namesOf(question))
      const isNew = asked.map(
        (_, i) =>
          keys[i]?.some((key) => !this.#derived.hasRow(key)) === true ||
          names[i]?.some((name) => !this.#documents.has(name)) === true,
      )
      await Promise.all([
        this.#derived.loadRows(this.#tx, keys.flat()),
        this.#loadDocuments(names.flat()),
      ])
      asked = asked.filter((_, i) => isNew[i])
    }
  }

  /** What one statement may look at, loaded as far as it was not. */
  async viewsOf(question: Question): Promise<Views> {
    await this.load([question])
    const keys = new Set(this.#keysOf(question))
    const names = new Set(this.#namesOf(question))
    return {
      register: (key) => (keys.has(key) ? this.#derived.row(key) : undefined),
      document: (name) => (names.has(name) ? this.#documents.get(name) : undefined),
      blob: (hash) => this.#sizes.get(hash),
    }
  }

  #keysOf({ file, statement }: Question): string[] {
    return needs(file, statement, (key) => this.#derived.row(key))
  }

  #namesOf({ file, statement }: Question): string[] {
    return documents(file, statement, (name) => this.#documents.get(name))
  }

  async #loadDocuments(names: readonly string[]): Promise<void> {
    const missing = [...new Set(names)].filter((name) => !this.#documents.has(name))
    if (missing.length === 0) return
    const hashes = this.#tx.array(missing.map(fromBase64Url), 17)
    const rows = await this.#tx<{ name: Uint8Array; bytes: Uint8Array }[]>`
      select commit as name, bytes from payload where commit = any(${hashes}::bytea[]) and bytes is not null
      union all select hash, bytes from blob where hash = any(${hashes}::bytea[])`
    for (const name of missing) this.#documents.set(name, undefined)
    for (const { name, bytes } of rows) this.#documents.set(toBase64Url(name), bytes)
  }

  async #loadSizes(names: readonly string[]): Promise<void> {
    const missing = [...new Set(names)].filter((name) => !this.#sizes.has(name))
    if (missing.length === 0) return
    const hashes = this.#tx.array(missing.map(fromBase64Url), 17)
    const rows = await this.#tx<{ hash: Uint8Array; size: number }[]>`
      select hash, octet_length(bytes) as size from blob where hash = any(${hashes}::bytea[])`
    for (const name of missing) this.#sizes.set(name, undefined)
    for (const { hash, size } of rows) this.#sizes.set(toBase64Url(hash), size)
  }
}
