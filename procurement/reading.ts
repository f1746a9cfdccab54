/**
 * Reads statements: which act a statement does, its payload by that act's schema, and the statement
 * that a second signature completes. Every problem of the form is named at once, by JSON pointer.
 */
import type { Json, Statement } from '../ledger/index.ts'
import type { Act, Acting, Problem, RegisterAct, RegisterView } from './act.ts'
import { orgRow, pendingRow, personRow } from './register-rows.ts'
import { cosignSchema, ocidSchema } from './schemas.ts'
import { cosignedType, findAct, isRegisterAct } from './stages.ts'
import { blankFile, type FileState } from './state.ts'

/** A statement with its payload read, together with the act that it does. */
export type Read =
  | { kind: 'file'; act: Act<never>; acting: Acting<never>; cosigns?: string }
  | { kind: 'register'; act: RegisterAct<never>; acting: Acting<never>; cosigns?: string }
  | { kind: 'invalid'; problems: Problem[] }

export type FileRead = Extract<Read, { kind: 'file' }>
export type RegisterRead = Extract<Read, { kind: 'register' }>

/** Statements are immutable: each is read once. */
const readings = new WeakMap<Statement, Read>()

export function readStatement(statement: Statement): Read {
  let read = readings.get(statement)
  if (read === undefined) {
    read = readAnew(statement)
    readings.set(statement, read)
  }
  return read
}

function readAnew(statement: Statement): Read {
  const base = cosignedType(statement.t)
  const act = findAct(statement.t)
  if (act === undefined)
    return { kind: 'invalid', problems: [{ at: '/t', message: 'is not a statement type' }] }
  const parsed = (base === undefined ? act.schema : cosignSchema).safeParse(statement.payload)
  const problems = [
    ...formProblems(statement, isRegisterAct(act)),
    ...(mayHoldNul(statement.payload) ? nulProblems(statement.payload, '/payload') : []),
    ...(parsed.success ? [] : parsed.error.issues.map(problemOf)),
  ]
  if (!parsed.success || problems.length > 0) return { kind: 'invalid', problems }
  // The act's own schema has read the payload, or that of cosigns, which only `ofPending` looks
  // into.
  const acting = { statement, payload: parsed.data as never }
  const cosigns = base === undefined ? {} : { cosigns: base }
  return isRegisterAct(act)
    ? { kind: 'register', act, acting, ...cosigns }
    : { kind: 'file', act, acting, ...cosigns }
}

function formProblems(statement: Statement, isRegister: boolean): Problem[] {
  const problems: Problem[] = []
  const must = (holds: boolean, at: string, message: string): void => {
    if (!holds) problems.push({ at, message })
  }
  if (isRegister) {
    for (const member of ['tender', 'tenderHead', 'phase'] as const)
      must(
        statement[member] === undefined,
        `/${member}`,
        'is omitted in statements of the register',
      )
  } else if (statement.tender === undefined) must(false, '/tender', 'is missing')
  else must(ocidSchema.safeParse(statement.tender).success, '/tender', 'must be an ocid')
  must(
    (statement.role === 'CK') === (statement.cause !== undefined),
    '/cause',
    'is for the clock’s statements, all of them',
  )
  return problems
}

/** Quick, and true for some texts that hold none: most payloads are done with it. */
function mayHoldNul(payload: Json): boolean {
  return JSON.stringify(payload).includes('\\u0000')
}

/**
 * No text holds a NUL: databases do not store it, and whatever reads texts after us may take it for
 * their end.
 */
function nulProblems(value: Json, at: string): Problem[] {
  if (typeof value === 'string')
    return value.includes('\0') ? [{ at, message: 'must not hold a NUL' }] : []
  if (typeof value !== 'object') return []
  return Object.entries(value).flatMap(([name, member]) => [
    ...nulProblems(name, at),
    ...nulProblems(member, `${at}/${pointerPart(name)}`),
  ])
}

function problemOf(issue: { path: PropertyKey[]; message: string }): Problem {
  const pointer = issue.path.map((part) => `/${pointerPart(String(part))}`)
  return { at: `/payload${pointer.join('')}`, message: issue.message }
}

function pointerPart(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

/** The statement that a cosign completes. */
export function firstHalf(
  read: Exclude<Read, { kind: 'invalid' }>,
  file: FileState | undefined,
  register: RegisterView,
): Acting<never> | undefined {
  const of = ofPending(read.acting)
  const pending = read.kind === 'file' ? file?.open.pending[of] : notDone(pendingRow(register, of))
  if (pending === undefined || pending.t !== read.cosigns) return undefined
  // Kept by `evolve` as it was signed.
  const first = readStatement(pending.statement as unknown as Statement)
  return first.kind === 'invalid' ? undefined : first.acting
}

function notDone<Row extends { done: boolean }>(row: Row | undefined): Row | undefined {
  return row?.done === false ? row : undefined
}

export function ofPending({ payload }: Acting<never>): string {
  // Read by `cosignSchema`.
  return (payload as { of: string }).of
}

/** A new file of the agency for which the actor holds the role; undefined where that is none. */
export function openedFile({ acting }: FileRead, register: RegisterView): FileState | undefined {
  const { actor, role, tender = '' } = acting.statement
  const org = personRow(register, actor)?.roles.find((held) => held.role === role)?.org
  const row = org === undefined ? undefined : orgRow(register, org)
  return row && blankFile(tender, row)
}

/** The clock that the file pins, or that the statement which opens it brings. */
export function clockOf(file: FileState, { act, acting }: FileRead): FileState['open']['training'] {
  if (!act.opens) return file.open.training
  return (acting.payload as { training?: FileState['open']['training'] }).training // of the requisition
}
