/**
 * Decides statements: the guards that all acts share, in their order, then the act's own; for a
 * second signature the act's own once more, on the file as it is now.
 *
 * The clock is heard only on duties that the record owes, not before their time, and only with what
 * the record says.
 */
import { encodeCanonical, equalBytes, type JsonObject, type Statement } from '../ledger/index.ts'
import type { Acting, Context, Decision } from './act.ts'
import { draftPayload, due } from './duties.ts'
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
import {
  clockOf,
  firstHalf,
  ofPending,
  openedFile,
  readStatement,
  type FileRead,
  type RegisterRead,
} from './reading.ts'
import { hiddenBy, isRefusal, ownRule, refuse, type Refusal } from './refusals.ts'
import { logRow } from './register-rows.ts'
import type { FileState } from './state.ts'
import { legalTime } from './training.ts'

/** What the caller of `decide` and `evolve` knows; legal time is reckoned here. */
export type Given = Omit<Context, 'legal'> & { legal?: string }

/**
 * Accepts or refuses a statement. `file`: the state of its procurement, undefined where there is
 * none.
 */
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
  const duty = checkDuty(file, read, context)
  return (
    checkKey(statement, roles, context.register, []) ??
    checkRole(statement, roles, context, file.open) ??
    checkTimes(statement, context, act.validUntilDeadline === true) ??
    checkRow(file, act, statement.t) ??
    (duty === hidden ? undefined : duty) ??
    (act.opens ? undefined : checkTurn(file, act, statement.t)) ??
    checkHead(statement, file) ??
    (act.sealed || isFirst(read) ? undefined : checkPhase(statement, file)) ??
    checkPerson(statement, file, methodInForce(file, read)) ??
    (cosigns === undefined
      ? decideAct(file, read, acting, context)
      : decideCosign(file, read, context)) ??
    duty
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

/**
 * The clock acts on duties that the record owes, not before their time, and says what the record
 * says.
 */
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
  if (owed.length === 0)
    return file.sealed === undefined && owedBySealed.includes(statement.t)
      ? hidden
      : notOwed(statement.t)
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

const hidden = hiddenBy(ownRule('duty'))

/**
 * What the clock may owe by the sealed part of a file: who does not see that cannot say that it is
 * not owed.
 */
const owedBySealed = ['opening.reveal', 'solicitation.fail', 'duty.remind', 'duty.escalate']

function checkDocuments(
  { act }: FileRead | RegisterRead,
  file: FileState | undefined,
  acting: Acting<never>,
  { document, isReplay }: Context,
): Refusal | undefined {
  if (isReplay === true) return undefined
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
