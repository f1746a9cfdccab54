/**
 * What is checked of a statement before the log is locked, cheap things first: size and form of the envelope, the key that
 * it names, the signature, the form of the payload, the address that it was sent to. Whether the key counts at this point
 * of the log, and whether the act is allowed, is decided under the lock.
 */
import {
  gateKey,
  LedgerError,
  parseEnvelope,
  type PublicKey,
  type SignedStatement,
  toBase64Url,
  verifyStatementAsync,
} from '../ledger/index.ts'
import {
  isSealedType,
  parseStatementPayload,
  racesDeadline,
  signingKeyOf,
  type RegisterView,
} from '../procurement/index.ts'
import type { Sql } from './connection.ts'
import type { DoorCode, Outcome, Refusal } from './outcome.ts'

/** A statement that is worth the lock. */
export interface Ready {
  signed: SignedStatement
  /** Statement hash in base64url, as the rules write it. */
  hash: string
  isSealed: boolean
}

export type Intake = (envelope: Uint8Array, isArrival: boolean) => Promise<Ready | Outcome>

/** Keys stay in memory: to admit one costs as much as ten verifications. */
const KEYS_MAX = 20_000

export function isReady(prepared: Ready | Outcome): prepared is Ready {
  return 'signed' in prepared
}

export function createIntake(sql: Sql): Intake {
  const keys = new Map<string, PublicKey>()

  async function findKey(signed: SignedStatement): Promise<PublicKey | undefined> {
    const { kid } = signed.statement
    const cached = keys.get(kid)
    if (cached) return cached
    const pub = signingKeyOf(signed.statement, await registerRow(sql, `key/${kid}`))
    if (pub === undefined) return undefined
    const key = admit(pub)
    if (key?.kid !== kid) return undefined
    if (keys.size >= KEYS_MAX) keys.clear()
    keys.set(kid, key)
    return key
  }

  return async (envelope, isArrival) => {
    const signed = parse(envelope)
    if ('kind' in signed) return signed
    const key = await findKey(signed)
    if (!key) return refused(signed, 'unknown-key')
    if (!(await verifyStatementAsync(signed, key))) return refused(signed, 'bad-signature')
    const payload = parseStatementPayload(signed)
    if ('problems' in payload)
      return { kind: 'invalid', code: 'payload', problems: payload.problems }
    const { t } = signed.statement
    if (racesDeadline(t) !== isArrival) return refused(signed, 'wrong-address')
    return { signed, hash: toBase64Url(signed.hash), isSealed: isSealedType(t) }
  }
}

function parse(envelope: Uint8Array): SignedStatement | Outcome {
  try {
    return parseEnvelope(envelope)
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    return { kind: 'invalid', code: error.code, problems: [{ at: '', message: error.message }] }
  }
}

/** A key that is malformed signs nothing. */
function admit(pub: Uint8Array): PublicKey | undefined {
  try {
    return gateKey(pub)
  } catch (error) {
    if (error instanceof LedgerError && error.code === 'key') return undefined
    throw error
  }
}

async function registerRow(sql: Sql, key: string): Promise<RegisterView> {
  const [row] = await sql<
    { value: ReturnType<RegisterView> }[]
  >`select value from register where key = ${key}`
  return (asked) => (asked === key ? row?.value : undefined)
}

function refused(signed: SignedStatement, code: keyof typeof REFUSALS): Outcome {
  return { kind: 'refused', hash: signed.hash, arrivedAt: '', refusal: REFUSALS[code] }
}

const REFUSALS = {
  'unknown-key': refusal(
    'unknown-key',
    'The key that signed is not in the register.',
    'Enrol the key first.',
  ),
  'bad-signature': refusal(
    'bad-signature',
    'The signature does not belong to these bytes and this key.',
    'Sign the exact bytes again.',
  ),
  'wrong-address': refusal(
    'wrong-address',
    'Acts that race a deadline are sent to /api/arrivals, all others to /api/statements.',
    'Send the same bytes to the other address.',
  ),
}

export function refusal(code: DoorCode, message: string, next: string): Refusal {
  return {
    code,
    rule: { id: 'tenderbook.door', cite: 'Tenderbook ledger format, section 11 (the door)' },
    message,
    next,
  }
}
