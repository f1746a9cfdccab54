/**
 * Applies accepted and late statements: the next state of the file and the register rows to write.
 * The first of two signatures is only kept; the second does the act. Given what `decide` did not
 * accept, it throws: that is our fault.
 */
import type { JsonObject, Statement } from '../ledger/index.ts'
import type { Act, Entered, RegisterChange, Role } from './act.ts'
import {
  clockOf,
  firstHalf,
  ofPending,
  openedFile,
  readStatement,
  type FileRead,
  type RegisterRead,
} from './reading.ts'
import { rowKey, rows } from './register-rows.ts'
import type { FileState } from './state.ts'
import { legalTime } from './training.ts'

/** As `Given`, with the entry's place in the log. */
export type GivenEntry = Omit<Entered, 'legal'> & { legal?: string }

/**
 * The state after an accepted or late statement, and the register rows to write. Never changes what
 * it is given: open acts get a deep copy of the open part; of the sealed part, whose acts replace
 * lists, the top level is copied.
 */
export function evolve(
  file: FileState | undefined,
  statement: Statement,
  given: GivenEntry,
): { file?: FileState; register: RegisterChange } {
  const read = readStatement(statement)
  if (read.kind === 'invalid')
    throw new TypeError(`${statement.t} was not accepted: its payload is not of the form`)
  if (read.kind === 'register') {
    const register = evolveRegister(read, { ...given, legal: given.arrivedAt ?? given.at })
    return file === undefined ? { register } : { file, register }
  }
  const before = file ?? openedFile(read, given.register)
  if (before === undefined) throw new TypeError(`${statement.t} was not accepted: there is no file`)
  const next = copyFor(read.act, before)
  const context = { ...given, legal: legalTime(clockOf(next, read), given.arrivedAt ?? given.at) }
  return { file: next, register: evolveFile(next, read, context) ?? {} }
}

function evolveRegister(read: RegisterRead, context: Entered): RegisterChange {
  const { act, acting, cosigns } = read
  const { register, hash } = context
  if (cosigns === undefined) {
    const waits = act.cosign !== undefined && (act.cosign.when?.(acting, register) ?? true)
    return waits ? pendingChange(acting.statement, hash, false) : act.evolve(acting, context)
  }
  const first = firstHalf(read, undefined, register)
  if (first === undefined)
    throw new TypeError(`${acting.statement.t} was not accepted: nothing was pending`)
  const of = ofPending(acting)
  return {
    ...act.evolve(first, { ...context, hash: of }),
    ...pendingChange(first.statement, of, true),
  }
}

function pendingChange(statement: Statement, hash: string, done: boolean): RegisterChange {
  const { t, actor, role } = statement
  return rows({ [rowKey.pending(hash)]: { t, actor, role, statement, done } })
}

function evolveFile(file: FileState, read: FileRead, context: Entered): RegisterChange | undefined {
  const { act, acting, cosigns } = read
  const { statement } = acting
  noteActor(file, act, statement, context.hash)
  if (cosigns === undefined) {
    const waits = act.cosign !== undefined && (act.cosign.when?.(file, acting.payload) ?? true)
    if (!waits) return act.evolve(file, acting, context)
    const { t, actor } = statement
    const role = statement.role as Role // decided
    file.open.pending[context.hash] = {
      t,
      actor,
      role,
      statement: jsonOf(statement),
      legal: context.legal,
    }
    return undefined
  }
  const first = firstHalf(read, file, context.register)
  if (first === undefined)
    throw new TypeError(`${statement.t} was not accepted: nothing was pending`)
  const of = ofPending(acting)
  file.open.pending = Object.fromEntries(
    Object.entries(file.open.pending).filter(([hash]) => hash !== of),
  )
  return act.evolve(file, first, { ...context, hash: of })
}

function jsonOf(statement: Statement): JsonObject {
  // A statement is made of Json members only.
  return structuredClone(statement) as unknown as JsonObject
}

/**
 * Notes who acted as what; who acts first in an office is the person whom the file names for it.
 */
function noteActor(
  { open, sealed }: FileState,
  act: Act<never>,
  statement: Statement,
  hash: string,
): void {
  const { actor, t } = statement
  const role = statement.role as Role // decided
  if (role === 'CK') return
  const acted = { role, t, hash }
  if (act.sealed) {
    if (sealed !== undefined)
      sealed.actedAs = { ...sealed.actedAs, [actor]: [...(sealed.actedAs[actor] ?? []), acted] }
    return
  }
  open.actedAs[actor] = [...(open.actedAs[actor] ?? []), acted]
  if (role !== 'OO' && role !== 'VE') open.assigned[role] ??= actor
}

function copyFor(act: Act<never>, { open, sealed }: FileState): FileState {
  const copied = act.sealed ? open : copyOf(open)
  return sealed === undefined ? { open: copied } : { open: copied, sealed: { ...sealed } }
}

/** A state is plain JSON, and copied for every act: this takes a fifth of what `structuredClone` does. */
function copyOf<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  // The copy has the members of what was copied.
  if (Array.isArray(value)) return value.map(copyOf) as T
  const members = value as Record<string, unknown>
  const copy: Record<string, unknown> = {}
  for (const name of Object.keys(members)) copy[name] = copyOf(members[name])
  return copy as T
}
