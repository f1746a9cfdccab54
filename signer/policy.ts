/**
 * What the worker key may sign: the clock's statements and the system's own, each with the recorded statement that caused
 * it, and those about boxes only with what the signer itself computes from the record. Everything else the door
 * judges by the rules; a statement that the rules refuse is worth nothing.
 */
import {
  commit,
  encodeCanonical,
  equalBytes,
  hashFromText,
  isHashText,
  toBase64Url,
} from '../ledger/index.ts'
import type { Json } from '../ledger/index.ts'
import { SignerError, type UnsignedStatement } from './contract.ts'
import type { Openings } from './openings.ts'
import { closeSchema, recipientSchema, resultSchema, revealSchema } from './payloads.ts'
import type { RecordReader } from './record.ts'

const CLOCK_ROLE = 'CK'
/** Besides `system.…`. */
const CLOCK_TYPES: ReadonlySet<string> = new Set([
  ...['opening.recipient', 'deadline.close', 'opening.delayed', 'opening.result', 'opening.reveal'],
  ...['solicitation.fail', 'delivery.deem', 'invoice.match', 'interest.accrue', 'payment.overdue'],
  ...[
    'payment.order',
    'payment.settle',
    'payment.fail',
    'duty.remind',
    'duty.escalate',
    'file.close',
  ],
  'access.attempt',
])

export interface PolicyDependencies {
  origin: string
  record: RecordReader
  openings: Openings
}

/** Throws SignerError `not-allowed`. */
export async function assertAllowed(
  statement: UnsignedStatement,
  deps: PolicyDependencies,
): Promise<void> {
  const { t, aud, role, cause, tender } = statement
  if (!CLOCK_TYPES.has(t) && !t.startsWith('system.')) deny(`${t} is no statement of the clock`)
  if (role !== CLOCK_ROLE) deny(`the worker key signs as ${CLOCK_ROLE}, not as ${role}`)
  if (aud !== deps.origin) deny(`the statement is for the log ${aud}`)
  await assertCaused(cause, deps.record)
  const assertPayload = COMPUTED[t]
  if (!assertPayload) return
  if (tender === undefined) deny(`${t} names no tender`)
  await assertPayload({ ...statement, tender, cause: cause ?? '' }, deps)
}

async function assertCaused(cause: string | undefined, record: RecordReader): Promise<void> {
  if (cause === undefined || !isHashText(cause)) deny('a statement of the clock names its cause')
  if (!(await record.findEntry(hashFromText(cause))))
    deny(`its cause ${cause} is not in the record`)
}

type OfTender = UnsignedStatement & { tender: string; cause: string }

/** Statements whose payload the signer has computed itself. */
const COMPUTED: Partial<Record<string, (of: OfTender, deps: PolicyDependencies) => Promise<void>>> =
  {
    'opening.recipient': assertRecipient,
    'deadline.close': assertClose,
    'opening.result': assertResult,
    'opening.reveal': assertReveal,
  }

async function assertRecipient({ t, tender, payload }: OfTender, { openings }: PolicyDependencies) {
  const { data } = recipientSchema.safeParse(payload)
  if (!data) return denyPayload(t)
  const own = await openings.recipient({ tender, envelope: data.envelope })
  if (own.kid !== data.kid || own.pub !== data.pub) denyPayload(t)
}

async function assertClose(
  { t, tender, cause, payload }: OfTender,
  { openings }: PolicyDependencies,
) {
  const { data } = closeSchema.safeParse(payload)
  if (!data) return denyPayload(t)
  const own = await openings.closing({ tender, envelope: data.envelope, cause })
  if (toBase64Url(own.commit) !== data.commit) denyPayload(t)
}

async function assertResult({ t, tender, payload }: OfTender, { openings }: PolicyDependencies) {
  const { data } = resultSchema.safeParse(payload)
  if (!data) return denyPayload(t)
  const own = await openings.open({ tender, envelope: data.envelope })
  if ('waiting' in own) return denyPayload(t)
  const { document, salt, released } = own
  const isOwn =
    data.result.commit === toBase64Url(commit(salt, document)) &&
    data.result.size === document.length &&
    data.released.toSorted().join('\0') === released.join('\0')
  if (!isOwn) denyPayload(t)
}

async function assertReveal({ t, payload }: OfTender, { openings }: PolicyDependencies) {
  const { data } = revealSchema.safeParse(payload)
  if (!data) return denyPayload(t)
  const own = await openings.reveal(data.index)
  if (data.blind !== toBase64Url(own.blind)) return denyPayload(t)
  // The payload is made of Json: it is a member of a statement.
  if (!equalBytes(encodeCanonical(data.revealed as Json), own.envelope)) denyPayload(t)
}

function denyPayload(t: string): never {
  return deny(`the payload of ${t} is not what the signer computes from the record`)
}

function deny(message: string): never {
  throw new SignerError('not-allowed', message)
}
