/**
 * The engine of the rules: reads a statement, says what deciding it needs, decides it, applies it,
 * and says what is owed.
 *
 * The acts themselves stand in the stage files; what all acts share is in `guards.ts`. All
 * functions are pure: time, register and documents come in, a decision or a new state goes out. The
 * same record gives the same state, byte for byte.
 */
import { fromBase64Url, type Statement } from '../ledger/index.ts'
import type { Acting, DocumentView, Problem, RegisterView } from './act.ts'
import { firstHalf, ofPending, readStatement, type Read } from './reading.ts'
import { keyRow, personRow, rowKey } from './register-rows.ts'
import type { FileState } from './state.ts'

export { decide, type Given } from './deciding.ts'
export { draftPayload, due, legalOf, realOf, realTimes } from './duties.ts'
export { evolve, type GivenEntry } from './evolving.ts'

/** The payload as its schema reads it, or every problem at once. */
export function parseStatementPayload(signed: {
  statement: Statement
}): { problems: Problem[] } | Acting<unknown> {
  const read = readStatement(signed.statement)
  return read.kind === 'invalid' ? { problems: read.problems } : read.acting
}

/**
 * Register keys that deciding needs. Ask again with what was loaded until it names nothing new:
 * some rows name the next.
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

/**
 * Uploaded ciphertexts that must be there, by SHA-256 (base64url), with their size where the
 * statement says it.
 */
export function blobs(statement: Statement): { hash: string; size?: number }[] {
  const read = readStatement(statement)
  return read.kind === 'invalid' || read.cosigns !== undefined
    ? []
    : (read.act.blobs?.(read.acting) ?? [])
}

/**
 * The public key (32 bytes) that must have signed a statement; undefined: none is known, or it is
 * revoked.
 */
export function signingKeyOf(statement: Statement, register: RegisterView): Uint8Array | undefined {
  const known = keyRow(register, statement.kid)
  if (known !== undefined) return known.status === 'active' ? fromBase64Url(known.pub) : undefined
  const read = readStatement(statement)
  if (read.kind !== 'register' || read.cosigns !== undefined) return undefined
  const own = read.act.ownKeys?.(read.acting).find(({ kid }) => kid === statement.kid)
  return own && fromBase64Url(own.pub)
}

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

/** Agencies for which the actor holds the role of the statement. */
function orgsOf(register: RegisterView, { actor, role }: Statement): string[] {
  const held = personRow(register, actor)?.roles.filter((one) => one.role === role) ?? []
  return held.map(({ org }) => rowKey.org(org))
}
