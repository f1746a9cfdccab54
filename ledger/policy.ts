/**
 * Policies, C2SP tlog-policy (ledger-format.md, section 6): which logs to trust, and which witnesses must have cosigned a checkpoint.
 * One item a line: `log <vkey> [url]`, `witness <name> <vkey> [url]`, `group <name> <k|all|any> <member>…` and one
 * `quorum <name|none>`. Names are defined before use and join at most one group; no key stands twice.
 */
import { equalBytes } from './bytes.ts'
import { LedgerError } from './error.ts'
import { type NoteKey, parseVkey, type VerifiedLine } from './note.ts'

export interface Policy {
  readonly logs: readonly NoteKey[]
  readonly witnesses: readonly NoteKey[]
  /** Addresses by key name, where the policy gives them. */
  readonly urls: ReadonlyMap<string, string>
  /** What a checkpoint needs; absent for `quorum none`. */
  readonly quorum?: Requirement
}

/** One witness, or so many of these. */
export type Requirement =
  | { readonly witness: NoteKey }
  | { readonly threshold: number; readonly members: readonly Requirement[] }

const SIZE_MAX = 65_536

/** The policy of its text. Throws LedgerError `policy`, `vkey`, `key`. */
export function parsePolicy(text: string): Policy {
  if (text.length > SIZE_MAX) throw new LedgerError('policy', 'the policy exceeds 64 KiB')
  const reader = new PolicyReader()
  for (const [i, line] of text.split('\n').entries()) {
    const words = line.split(/[ \t]+/).filter((word) => word !== '')
    if (words[0] === undefined || words[0].startsWith('#')) continue
    reader.read(words, i + 1)
  }
  return reader.policy()
}

/**
 * Throws LedgerError `quorum` unless the verified lines satisfy the policy.
 * @param timeMin cosignatures before this time (Unix seconds) do not count
 */
export function assertQuorum(policy: Policy, verified: readonly VerifiedLine[], timeMin = 0): void {
  if (!policy.quorum) throw new LedgerError('quorum', 'the policy asks for no witness at all')
  const cosigned = verified.filter(({ time }) => time !== undefined && time >= timeMin)
  if (!isMet(policy.quorum, (witness) => cosigned.some(({ key }) => key === witness)))
    throw new LedgerError('quorum', 'too few witnesses have cosigned the checkpoint')
}

function isMet(requirement: Requirement, hasSigned: (witness: NoteKey) => boolean): boolean {
  if ('witness' in requirement) return hasSigned(requirement.witness)
  const met = requirement.members.filter((member) => isMet(member, hasSigned))
  return met.length >= requirement.threshold
}

/** Reads line by line; what it has defined so far is what a line may use. */
class PolicyReader {
  readonly #logs: NoteKey[] = []
  readonly #witnesses: NoteKey[] = []
  readonly #urls = new Map<string, string>()
  readonly #named = new Map<string, Requirement>()
  readonly #joined = new Set<string>()
  #quorum: Requirement | 'none' | undefined

  read(words: readonly string[], line: number): void {
    const [keyword = '', ...rest] = words
    try {
      if (keyword === 'log') this.#log(rest)
      else if (keyword === 'witness') this.#witness(rest)
      else if (keyword === 'group') this.#group(rest)
      else if (keyword === 'quorum') this.#setQuorum(rest)
      else throw new LedgerError('policy', `unknown keyword ${keyword}`)
    } catch (cause) {
      if (!(cause instanceof LedgerError)) throw cause
      throw new LedgerError(cause.code, `line ${line}: ${cause.message}`, { cause })
    }
  }

  policy(): Policy {
    if (this.#quorum === undefined) throw new LedgerError('policy', 'the policy has no quorum line')
    return {
      logs: this.#logs,
      witnesses: this.#witnesses,
      urls: this.#urls,
      ...(this.#quorum === 'none' ? {} : { quorum: this.#quorum }),
    }
  }

  #log([vkey = '', ...url]: readonly string[]): void {
    this.#logs.push(this.#key(vkey, 'note', url))
  }

  #witness([name = '', vkey = '', ...url]: readonly string[]): void {
    const witness = this.#key(vkey, 'cosignature', url)
    this.#witnesses.push(witness)
    this.#define(name, { witness })
  }

  #group([name = '', count = '', ...names]: readonly string[]): void {
    const members = names.map((member) => {
      if (this.#joined.has(member))
        throw new LedgerError('policy', `${member} is in a group already`)
      this.#joined.add(member)
      return this.#use(member)
    })
    this.#define(name, { threshold: threshold(count, members.length), members })
  }

  #setQuorum([name = '', ...rest]: readonly string[]): void {
    if (this.#quorum !== undefined || rest.length > 0)
      throw new LedgerError('policy', 'one quorum line with one name')
    this.#quorum = name === 'none' ? 'none' : this.#use(name)
  }

  #key(vkey: string, type: NoteKey['type'], [url, ...rest]: readonly string[]): NoteKey {
    const key = parseVkey(vkey)
    if (key.type !== type) throw new LedgerError('policy', `the key must be of type ${type}`)
    for (const other of [...this.#logs, ...this.#witnesses])
      if (
        equalBytes(other.key.bytes, key.key.bytes) ||
        (other.name === key.name && type === 'cosignature')
      )
        throw new LedgerError('policy', `the key or name of ${key.name} stands twice`)
    if (rest.length > 0 || (url !== undefined && !/^https?:\/\/./.test(url)))
      throw new LedgerError('policy', 'only a web address may follow a key')
    if (url !== undefined) this.#urls.set(key.name, url)
    return key
  }

  #define(name: string, requirement: Requirement): void {
    if (name === '' || name === 'none' || this.#named.has(name))
      throw new LedgerError('policy', `${name || 'a name'} cannot be defined here`)
    this.#named.set(name, requirement)
  }

  #use(name: string): Requirement {
    const requirement = this.#named.get(name)
    if (!requirement) throw new LedgerError('policy', `${name} is not defined before its use`)
    return requirement
  }
}

function threshold(count: string, members: number): number {
  const needed =
    count === 'any' ? 1 : count === 'all' ? members : Number(/^[1-9]\d{0,3}$/.exec(count)?.[0])
  if (members === 0 || !(needed <= members))
    throw new LedgerError('policy', 'a group needs members, and 1 to all of them')
  return needed
}
