/**
 * Guards that all acts share, in the order in which they are checked: log, key, person, role,
 * times; then, in a file, the row, the clock's duty, the turn, the head, the phase, the matrix, the
 * hand-over. Each is a refusal or undefined.
 *
 * They fail closed: what was not loaded counts as absent.
 */
import type { Statement } from '../ledger/index.ts'
import type { Act, Context, OwnKey, RegisterView, Role } from './act.ts'
import { methodOf, ruleOf, type Method } from './methods.ts'
import { ownRule, refuse, type Refusal } from './refusals.ts'
import { holdsRole, keyRow, logRow, personRow, type Place } from './register-rows.ts'
import { checkSeparation } from './separation.ts'
import type { FileState, Stage } from './state.ts'
import { addMicroseconds, MINUTE } from './training.ts'

/** An act is valid for so long after it was signed, and a signer's clock may be so far ahead. */
const VALIDITY = 5n * MINUTE

/** Stages after which only the acts that name them are in turn. */
const overStages: readonly Stage[] = ['complete', 'ended', 'unsuccessful']

/**
 * The log that is meant, and that it is founded. `isFounding`: the statement is one of those that
 * found it.
 */
export function checkLog(
  statement: Statement,
  register: RegisterView,
  isFounding: boolean,
): Refusal | undefined {
  const log = logRow(register)
  if (log !== undefined && log.origin !== statement.aud)
    return refuse(
      'other-log',
      ownRule('log'),
      `This statement is meant for the log ${statement.aud}.`,
      `Send it there, or sign one for ${log.origin}.`,
      '/aud',
    )
  if (isFounding || log?.founded === true) return undefined
  return refuse(
    'not-founded',
    ownRule('founding'),
    'The log is not founded yet: too few roots have signed.',
    'Wait for log.found and its cosigns.',
  )
}

/** The key, its purpose and its person. `own` are the keys that the statement brings itself. */
export function checkKey(
  statement: Statement,
  roles: readonly Role[],
  register: RegisterView,
  own: readonly OwnKey[],
): Refusal | undefined {
  const { kid, role, actor } = statement
  const known = keyRow(register, kid)
  const key = known ?? own.find((brought) => brought.kid === kid)
  if (key === undefined || known?.status === 'revoked')
    return refuse(
      'unknown-key',
      ownRule('key'),
      known === undefined ? 'The key is not enrolled.' : 'The key is revoked.',
      'Sign with a key that is enrolled and not revoked.',
      '/kid',
    )
  const purpose = purposeOf(role)
  if (
    key.purpose !== purpose ||
    (roles.length > 0 && !roles.some((r) => purposeOf(r) === key.purpose))
  )
    return refuse(
      'key-purpose',
      ownRule('key'),
      `A key for ${key.purpose} does not sign ${statement.t} as ${role}.`,
      `Sign with a key for ${roles[0] === undefined ? purpose : purposeOf(roles[0])}.`,
      '/kid',
    )
  if (key.person === actor) return undefined
  return refuse(
    'other-person',
    ownRule('key'),
    'The key belongs to another person than the one who acts.',
    'Sign with a key of the acting person.',
    '/actor',
  )
}

/** Which keys sign for a role. */
function purposeOf(role: string): string {
  return role === 'CK' ? 'worker' : role === 'root' ? 'root' : 'identity-sign'
}

/** That the act is for this role, and the person holds it for this agency. */
export function checkRole(
  statement: Statement,
  roles: readonly Role[],
  context: Pick<Context, 'register' | 'legal'>,
  place: Place | undefined,
): Refusal | undefined {
  const { role, actor, t } = statement
  const no = (message: string, next: string): Refusal =>
    refuse('role-missing', ownRule('role'), message, next, '/role')
  if (!roles.some((allowed) => allowed === role))
    return no(
      `${t} is for ${roles.join(' or ')}, not for ${role}.`,
      `Let a person act who holds ${roles.join(' or ')}.`,
    )
  if (role === 'root') return undefined
  const person = personRow(context.register, actor)
  if (person !== undefined && holdsRole(person, role, place, context.legal)) return undefined
  return no(
    `${actor} does not hold ${role}${place === undefined ? '' : ` for ${place.org}`}.`,
    'Ask a registrar for the role.',
  )
}

/** That the times are sane, at the time of receipt. Bids judge their own `notAfter`. */
export function checkTimes(
  { issuedAt, notAfter }: Statement,
  { at, arrivedAt }: Pick<Context, 'at' | 'arrivedAt'>,
  validUntilDeadline: boolean,
): Refusal | undefined {
  const rule = ownRule('time')
  const received = arrivedAt ?? at
  // Texts are compared first: reckoning with instants costs more than all else here.
  if (issuedAt > received && issuedAt > addMicroseconds(received, VALIDITY))
    return refuse(
      'not-yet-issued',
      rule,
      'issuedAt is more than five minutes in the future.',
      'Set the clock of the device and sign again.',
      '/issuedAt',
    )
  if (validUntilDeadline) return undefined
  if (notAfter > addMicroseconds(issuedAt, VALIDITY))
    return refuse(
      'validity',
      rule,
      'notAfter is more than five minutes after issuedAt.',
      'Sign again with a shorter validity.',
      '/notAfter',
    )
  if (received > notAfter)
    return refuse(
      'expired',
      rule,
      'The statement came after its notAfter.',
      'Sign again.',
      '/notAfter',
    )
  return undefined
}

/** That the method has the row. Before approval there is no method. */
export function checkRow(file: FileState, act: Act<never>, t: string): Refusal | undefined {
  const method = methodOf(file.open)
  if (method === undefined || act.row === '' || method.rows.includes(act.row)) return undefined
  return refuse(
    'not-in-method',
    ruleOf(file.open, 'method'),
    `${t} is not part of this method (${method.id}).`,
    'Do the steps that the method has.',
    '/t',
  )
}

/** That the file goes on, and this is its turn. */
export function checkTurn(file: FileState, act: Act<never>, t: string): Refusal | undefined {
  const { stage } = file.open
  if (overStages.includes(stage) && !(act.stages?.includes(stage) ?? false))
    return refuse(
      'ended',
      ownRule('turn'),
      `The procurement is over (${stage}).`,
      'Nothing more is done in it.',
    )
  if (act.stages === undefined || act.stages.includes(stage)) return undefined
  return refuse(
    'out-of-turn',
    ownRule('turn'),
    `${t} is not in turn: the procurement is ${stage}, it must be ${act.stages.join(' or ')}.`,
    'See what is owed now, and do that first.',
    '/t',
  )
}

/** That the actor saw the newest terms. */
export function checkHead({ tenderHead }: Statement, file: FileState): Refusal | undefined {
  if (tenderHead === file.open.solicitation?.head) return undefined
  return refuse(
    'stale-head',
    ownRule('head'),
    file.open.solicitation === undefined
      ? 'tenderHead is omitted before publication.'
      : 'The terms have changed since, or tenderHead is missing: it must name the newest publication or amendment.',
    'Read the procurement again and sign anew.',
    '/tenderHead',
  )
}

/** That the actor saw the stage as it is. Sealed acts are not held to it. */
export function checkPhase({ phase }: Statement, file: FileState): Refusal | undefined {
  if (phase === file.open.stage) return undefined
  return refuse(
    'stale-phase',
    ownRule('phase'),
    `The statement was signed for the stage ${phase ?? '(none)'}; the procurement is ${file.open.stage}.`,
    'Read the procurement again and sign anew.',
    '/phase',
  )
}

/** Duty matrix and hand-over. */
export function checkPerson(
  statement: Statement,
  file: FileState,
  method: Method | undefined,
): Refusal | undefined {
  const { actor: person, t } = statement
  const role = statement.role as Role // `checkRole` has passed
  if (role === 'CK') return undefined
  return (
    checkSeparation(file, { person, role, t }, method, ruleOf(file.open, 'separation')) ??
    checkAssigned(file, { person, role })
  )
}

/**
 * The officer's acts, and those of a role that was handed over, are for the person whom the file
 * names.
 */
function checkAssigned(
  { open }: FileState,
  { person, role }: { person: string; role: Role },
): Refusal | undefined {
  const assigned = open.assigned[role]
  const isBound = role === 'CO' || open.handed.includes(role)
  if (!isBound || assigned === undefined || assigned === person) return undefined
  return refuse(
    'not-assigned',
    ownRule('assignment'),
    `This procurement is in the hands of ${assigned} as ${role}.`,
    'Hand the file over first (file.assign).',
    '/actor',
  )
}
