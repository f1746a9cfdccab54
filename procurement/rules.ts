/**
 * The engine of the rules: reads a statement, decides it, applies it, and says what is owed.
 *
 * The acts themselves stand in the stage files; what all acts share is in `guards.ts`. All functions are pure: time,
 * register and documents come in, a decision or a new state goes out. The same record gives the same state, byte for byte.
 */
import {
  encodeCanonical,
  equalBytes,
  fromBase64Url,
  type JsonObject,
  type Statement,
} from '../ledger/index.ts'
import type {
  Act,
  Acting,
  Context,
  Decision,
  DocumentView,
  DraftContext,
  Duty,
  Entered,
  Problem,
  RegisterAct,
  RegisterChange,
  RegisterView,
  Role,
} from './act.ts'
import {
  checkHead,
  checkKey,
  checkLog,
  checkPerson,
  checkPhase,
  checkRole,
  checkRow,
  checkTimes,
  checkTurn,
} from './guards.ts'
import { findMethod, findPack, methodOf, type Method } from './methods.ts'
import { isRefusal, ownRule, refuse, type Refusal } from './refusals.ts'
import { keyRow, logRow, pendingRow, personRow, rowKey, rows } from './register-rows.ts'
import { remindersOf } from './reminders.ts'
import { cosignSchema } from './schemas.ts'
import { cosignedType, findAct, isRegisterAct, ownAct, stages } from './stages.ts'
import { blankFile, type FileState } from './state.ts'
import { legalTime, realTime } from './training.ts'

/** What the caller of `decide` and `evolve` knows; legal time is reckoned here. */
export type Given = Omit<Context, 'legal'> & { legal?: string }
/** As `Given`, with the entry's place in the log. */
export type GivenEntry = Omit<Entered, 'legal'> & { legal?: string }

/** A statement with its payload read, together with the act that it does. */
type Read =
  | { kind: 'file'; act: Act<never>; acting: Acting<never>; cosigns?: string }
  | { kind: 'register'; act: RegisterAct<never>; acting: Acting<never>; cosigns?: string }
  | { kind: 'invalid'; problems: Problem[] }

/** The payload as its schema reads it, or every problem at once. */
export function parseStatementPayload(signed: {
  statement: Statement
}): { problems: Problem[] } | Acting<unknown> {
  const read = readStatement(signed.statement)
  return read.kind === 'invalid' ? { problems: read.problems } : read.acting
}

/**
 * Register keys that deciding needs. Ask again with what was loaded until it names nothing new: some rows name the next.
 */
export function needs(
  file: FileState | undefined,
  statement: Statement,
  register: RegisterView = () => undefined,
): string[] {
  const read = readStatement(statement)
  if (read.kind === 'invalid') return []
  const keys = [rowKey.log, ...actorKeys(statement)]
  if (file !== undefined) keys.push(rowKey.org(file.open.org))
  else if (read.kind === 'file' && read.act.opens) keys.push(...orgsOf(register, statement))
  if (read.cosigns === undefined) return [...keys, ...askNeeds(read, file, register)]
  if (read.kind === 'register') keys.push(rowKey.pending(ofPending(read.acting)))
  const first = firstHalf(read, file, register)
  return first === undefined
    ? keys
    : [
        ...keys,
        ...actorKeys(first.statement),
        ...askNeeds({ ...read, acting: first }, file, register),
      ]
}

/** Commitments of payloads that deciding reads. Ask again with what was loaded, as for `needs`. */
export function documents(
  file: FileState | undefined,
  statement: Statement,
  document: DocumentView = () => undefined,
): string[] {
  const read = readStatement(statement)
  if (read.kind === 'invalid') return []
  const acting = read.cosigns === undefined ? read.acting : firstHalf(read, file, () => undefined)
  return acting === undefined ? [] : (read.act.documents?.(file, acting, document) ?? [])
}

/** Uploaded ciphertexts that must be there, by SHA-256 (base64url), with their size where the statement says it. */
export function blobs(statement: Statement): { hash: string; size?: number }[] {
  const read = readStatement(statement)
  return read.kind === 'invalid' || read.cosigns !== undefined
    ? []
    : (read.act.blobs?.(read.acting) ?? [])
}

/** The public key (32 bytes) that must have signed a statement; undefined: none is known, or it is revoked. */
export function signingKeyOf(statement: Statement, register: RegisterView): Uint8Array | undefined {
  const known = keyRow(register, statement.kid)
  if (known !== undefined) return known.status === 'active' ? fromBase64Url(known.pub) : undefined
  const read = readStatement(statement)
  if (read.kind !== 'register' || read.cosigns !== undefined) return undefined
  const own = read.act.ownKeys?.(read.acting).find(({ kid }) => kid === statement.kid)
  return own && fromBase64Url(own.pub)
}

/** Accepts or refuses a statement. `file`: the state of its procurement, undefined where there is none. */
export function decide(file: FileState | undefined, statement: Statement, given: Given): Decision {
  const read = readStatement(statement)
  if (read.kind === 'invalid') return read
  if (read.kind === 'register')
    return decision(decideRegister(read, { ...given, legal: given.arrivedAt ?? given.at }))
  const place = checkPlace(file, read, given)
  if (isRefusal(place)) return decision(place)
  const context = { ...given, legal: legalTime(clockOf(place, read), given.arrivedAt ?? given.at) }
  return decision(decideFile(place, read, context))
}

/**
 * The state after an accepted or late statement, and the register rows to write. Never changes what it is given: open acts
 * get a deep copy of the open part; of the sealed part, whose acts replace lists, the top level is copied.
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

/** What is owed in a file, the clock's own duties and its reminders included. */
export function due(file: FileState): Duty[] {
  const owed = [...stages.flatMap((stage) => stage.due(file)), ...cosignDuties(file)]
  return [...owed, ...remindersOf(file, owed)]
}

/** What the clock's statement says to fulfil a duty, where the record alone determines it. */
export function draftPayload(
  file: FileState,
  duty: Duty,
  context: DraftContext,
): JsonObject | undefined {
  const act = ownAct(duty.type)
  if (duty.payload !== undefined || act === undefined || isRegisterAct(act)) return duty.payload
  return act.draft?.(file, duty, context)
}

/** Legal time of a file at a real instant; without a file they are the same. */
export function legalOf(file: FileState | undefined, real: string): string {
  return legalTime(file?.open.training, real)
}

/** The first real instant at which a file's legal clock has reached `legal`. */
export function realOf(file: FileState, legal: string): string {
  return realTime(file.open.training, legal)
}

/** Real instant from which a duty can be done, and by which it must; what a timer waits for. */
export function realTimes(file: FileState, duty: Duty): { from: string; by?: string } {
  if (duty.clock === 'real')
    return duty.by === undefined ? { from: duty.from } : { from: duty.from, by: duty.by }
  const from = realOf(file, duty.from)
  return duty.by === undefined ? { from } : { from, by: realOf(file, duty.by) }
}

/* Reading */

/** Statements are immutable: each is read once. */
const readings = new WeakMap<Statement, Read>()

function readStatement(statement: Statement): Read {
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
    ...(parsed.success ? [] : parsed.error.issues.map(problemOf)),
  ]
  if (!parsed.success || problems.length > 0) return { kind: 'invalid', problems }
  // The act's own schema has read the payload, or that of cosigns, which only `ofPending` looks into.
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
  } else must(statement.tender !== undefined, '/tender', 'is missing')
  must(
    (statement.role === 'CK') === (statement.cause !== undefined),
    '/cause',
    'is for the clock’s statements, all of them',
  )
  return problems
}

function problemOf(issue: { path: PropertyKey[]; message: string }): Problem {
  const pointer = issue.path.map(
    (part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`,
  )
  return { at: `/payload${pointer.join('')}`, message: issue.message }
}

/* Loading */

function actorKeys({ kid, actor, role }: Statement): string[] {
  const keys = [rowKey.key(kid), rowKey.person(actor)]
  return role === 'CO' ? [...keys, rowKey.warrant(actor)] : keys
}

function askNeeds(
  { act, acting }: Exclude<Read, { kind: 'invalid' }>,
  file: FileState | undefined,
  register: RegisterView,
): string[] {
  return act.needs?.(file, acting, register) ?? []
}

/** The statement that a cosign completes. */
function firstHalf(
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

function ofPending({ payload }: Acting<never>): string {
  // Read by `cosignSchema`.
  return (payload as { of: string }).of
}

/* Deciding */

type FileRead = Extract<Read, { kind: 'file' }>
type RegisterRead = Extract<Read, { kind: 'register' }>

function decision(result: Decision | Refusal | undefined): Decision {
  if (result === undefined) return { kind: 'accepted' }
  return isRefusal(result) ? { kind: 'refused', refusal: result } : result
}

function decideRegister(read: RegisterRead, context: Context): Refusal | undefined {
  const { act, acting, cosigns } = read
  const { statement } = acting
  const { register } = context
  const own = cosigns === undefined ? (act.ownKeys?.(acting) ?? []) : []
  const roles = cosigns === undefined ? act.roles : (act.cosign?.roles ?? [])
  const isAnyRole = cosigns === undefined && act.anyRole === true
  return (
    checkLog(statement, register, statement.t.startsWith('log.found')) ??
    checkKey(statement, isAnyRole ? [] : roles, register, own) ??
    (isAnyRole ? undefined : checkRole(statement, roles, context, undefined)) ??
    checkTimes(statement, context, false) ??
    (cosigns === undefined
      ? (checkDocuments(read, undefined, acting, context) ?? act.decide(acting, context))
      : decideRegisterCosign(read, context))
  )
}

function decideRegisterCosign(read: RegisterRead, context: Context): Refusal | undefined {
  const first = firstHalf(read, undefined, context.register)
  const refusal = checkSecond(read, first)
  if (refusal !== undefined || first === undefined) return refusal
  return read.act.decide(first, { ...context, hash: ofPending(read.acting) })
}

function checkSecond(
  read: FileRead | RegisterRead,
  first: Acting<never> | undefined,
): Refusal | undefined {
  const rule = ownRule('two-persons')
  if (first === undefined)
    return refuse(
      'nothing-pending',
      rule,
      `No ${read.cosigns ?? ''} with this hash waits for a second signature.`,
      'Cite the statement hash of the first signature.',
      '/payload/of',
    )
  if (first.statement.actor !== read.acting.statement.actor) return undefined
  return refuse(
    'second-person',
    rule,
    'The second signature must be another person’s.',
    'Let another person sign.',
    '/actor',
  )
}

/** The file that a statement acts in, its own for the one that opens it; or why there is none. */
function checkPlace(
  file: FileState | undefined,
  read: FileRead,
  { register }: Given,
): FileState | Refusal {
  const { statement } = read.acting
  const { tender = '' } = statement
  const log = checkLog(statement, register, false)
  if (log !== undefined) return log
  const no = (code: Refusal['code'], message: string, next: string): Refusal =>
    refuse(code, ownRule('tender'), message, next, '/tender')
  if (!read.act.opens) {
    if (file === undefined)
      return no('unknown-tender', `There is no procurement ${tender}.`, 'Check its ocid.')
    return file.open.ocid === tender
      ? file
      : no(
          'other-tender',
          `This is for ${tender}, not for ${file.open.ocid}.`,
          'Send it for its own procurement.',
        )
  }
  if (file !== undefined)
    return no('tender-exists', `There is a procurement ${tender} already.`, 'Mint another ocid.')
  if (!tender.startsWith(`${logRow(register)?.ocidPrefix ?? ''}-`))
    return no(
      'unknown-tender',
      'The ocid does not begin with the prefix of this log.',
      'Mint it with the prefix.',
    )
  return openedFile(read, register) ?? notHeld(statement)
}

function notHeld({ actor, role }: Statement): Refusal {
  return refuse(
    'role-missing',
    ownRule('role'),
    `${actor} does not hold ${role} for any agency.`,
    'Ask a registrar for the role.',
    '/role',
  )
}

function decideFile(
  file: FileState,
  read: FileRead,
  context: Context,
): Decision | Refusal | undefined {
  const { act, acting, cosigns } = read
  const { statement } = acting
  const roles = cosigns === undefined ? act.roles : (act.cosign?.roles ?? [])
  return (
    checkKey(statement, roles, context.register, []) ??
    checkRole(statement, roles, context, file.open.org) ??
    checkTimes(statement, context, act.validUntilDeadline === true) ??
    checkRow(file, act, statement.t) ??
    checkDuty(file, read, context) ??
    (act.opens ? undefined : checkTurn(file, act, statement.t)) ??
    checkHead(statement, file) ??
    (act.sealed || isFirst(read) ? undefined : checkPhase(statement, file)) ??
    checkPerson(statement, file, methodInForce(file, read)) ??
    (cosigns === undefined
      ? decideAct(file, read, acting, context)
      : decideCosign(file, read, context))
  )
}

/** The statement that opens a file has seen no stage of it. */
function isFirst({ act, acting }: FileRead): boolean {
  return act.opens === true && acting.statement.phase === undefined
}

function decideAct(
  file: FileState,
  read: FileRead,
  acting: Acting<never>,
  context: Context,
): Decision | Refusal | undefined {
  return (
    checkDocuments(read, file, acting, context) ??
    read.act.decide(file, acting, context) ??
    checkBlobs(read, acting, context)
  )
}

function decideCosign(
  file: FileState,
  read: FileRead,
  context: Context,
): Decision | Refusal | undefined {
  const first = firstHalf(read, file, context.register)
  const refusal = checkSecond(read, first)
  if (refusal !== undefined || first === undefined) return refusal
  return decideAct(file, read, first, { ...context, hash: ofPending(read.acting) })
}

/** The approval is judged by the pairs of the method that it pins. */
function methodInForce(file: FileState, { act, acting }: FileRead): Method | undefined {
  if (act.row !== 'P1' || file.open.method !== undefined) return methodOf(file.open)
  const { method, pack } = acting.payload as {
    method?: string
    pack?: Parameters<typeof findPack>[0]
  } // of P1's acts
  const found = pack && findPack(pack)
  return found && method !== undefined ? findMethod(found, method) : undefined
}

/** The clock acts on duties that the record owes, not before their time, and says what the record says. */
function checkDuty(
  file: FileState,
  { act, acting }: FileRead,
  context: Context,
): Refusal | undefined {
  const { statement } = acting
  if (statement.role !== 'CK') return undefined
  const owed = due(file).filter(
    ({ role, type, cause }) =>
      role === 'CK' && type === (act.fulfils ?? statement.t) && cause === statement.cause,
  )
  if (owed.length === 0) return file.sealed === undefined ? hidden : notOwed(statement.t)
  const ripe = owed.filter(
    (duty) => duty.from <= (duty.clock === 'real' ? context.at : context.legal),
  )
  if (ripe.length === 0)
    return refuse(
      'too-early',
      ownRule('duty'),
      `${statement.t} is owed from ${owed[0]?.from ?? ''} on.`,
      'Wait.',
    )
  return ripe.some((duty) => saysSo(draftPayload(file, duty, context), statement.payload))
    ? undefined
    : refuse(
        'payload-differs',
        ownRule('duty'),
        'The record says something else than this payload.',
        'Draw the payload up from the record again.',
        '/payload',
      )
}

function notOwed(t: string): Refusal {
  return refuse(
    'already-done',
    ownRule('duty'),
    `The record owes no ${t} of this cause: it is done, or its cause no longer stands.`,
    'Read the procurement again.',
    '/cause',
  )
}

/** What is not drafted is judged by the act itself. */
function saysSo(draft: JsonObject | undefined, payload: JsonObject): boolean {
  return draft === undefined || equalBytes(encodeCanonical(draft), encodeCanonical(payload))
}

const hidden = refuse(
  'hidden',
  ownRule('duty'),
  'The sealed part was not disclosed.',
  'Replay with the sealed part.',
)

function checkDocuments(
  { act }: FileRead | RegisterRead,
  file: FileState | undefined,
  acting: Acting<never>,
  { document }: Context,
): Refusal | undefined {
  const missing = (act.documents?.(file, acting, document) ?? []).find(
    (commit) => document(commit) === undefined,
  )
  if (missing === undefined) return undefined
  return refuse(
    'payload-missing',
    ownRule('documents'),
    `The document ${missing} has not been uploaded.`,
    'Upload it with its salt, then send the same bytes again.',
    '/payload',
  )
}

function checkBlobs(
  { act }: FileRead,
  acting: Acting<never>,
  { blob }: Context,
): Refusal | undefined {
  for (const { hash, size } of act.blobs?.(acting) ?? []) {
    const stored = blob(hash)
    if (stored === 'unknown' || (stored !== undefined && (size === undefined || size === stored)))
      continue
    return refuse(
      'blob-missing',
      ownRule('upload'),
      stored === undefined
        ? `The sealed file ${hash} has not been uploaded.`
        : `The sealed file ${hash} has another size.`,
      'Upload it, then send the same bytes again.',
      '/payload',
    )
  }
  return undefined
}

/* Evolving */

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

/** Notes who acted as what; who acts first in an office is the person whom the file names for it. */
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
  const copied = act.sealed ? open : structuredClone(open)
  return sealed === undefined ? { open: copied } : { open: copied, sealed: { ...sealed } }
}

/* Opening a file */

/** Agencies for which the actor holds the role of the statement. */
function orgsOf(register: RegisterView, { actor, role }: Statement): string[] {
  const held = personRow(register, actor)?.roles.filter((one) => one.role === role) ?? []
  return held.map(({ org }) => rowKey.org(org))
}

/** A new file of the agency for which the actor holds the role; undefined where that is none. */
function openedFile({ acting }: FileRead, register: RegisterView): FileState | undefined {
  const { actor, role, tender = '' } = acting.statement
  const org = personRow(register, actor)?.roles.find((held) => held.role === role)?.org
  const row = org === undefined ? undefined : register(rowKey.org(org))
  // Written by `org.enrol`.
  return row === undefined
    ? undefined
    : blankFile(tender, row as unknown as Parameters<typeof blankFile>[1])
}

/** The clock that the file pins, or that the statement which opens it brings. */
function clockOf(file: FileState, { act, acting }: FileRead): FileState['open']['training'] {
  if (!act.opens) return file.open.training
  return (acting.payload as { training?: FileState['open']['training'] }).training // of the requisition
}

/* Duties that the engine owes itself */

function cosignDuties({ open }: FileState): Duty[] {
  return Object.entries(open.pending).map(([hash, { t, legal }]) => ({
    key: `${t}.cosign/${hash}`,
    type: `${t}.cosign`,
    role: ownAct(t)?.cosign?.roles[0] ?? 'CO',
    subject: hash,
    from: legal,
    clock: 'legal',
    rule: ownRule('two-persons'),
    otherwise: 'The act has no effect until a second person signs.',
    cause: hash,
  }))
}
