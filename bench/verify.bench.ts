/**
 * How many entries a second one core verifies offline: the audit of a whole log, which holds the example purchase many
 * times. Beside it a loop of bare `crypto.verify` over the very same messages, signatures and keys.
 *
 * Two audits are measured. One is told which keys count, and checks form, hashes, chain, tree, heads, seals, payloads and
 * signatures. The other is given the rules: each statement is decided and applied again, as `tenderbook audit` does. Both
 * run on one thread, in turn with the bare loop; a core's time counts, not the clock's. Method in README.md.
 */
import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import {
  auditExport,
  auditFile,
  parseExport,
  type Replayer,
  type SignedStatement,
  toBase64Url,
  type Verdict,
} from '../ledger/index.ts'
import { createReplayer } from '../procurement/index.ts'
import { keyOf, ORIGIN } from '../tests/file-builder.ts'
import { makeRecord } from './record.ts'
import { isQuick, median, perSecond, report, spend } from './report.ts'

const ROUNDS = isQuick ? 3 : 15
const WARM = 2
/** Purchases in the log. */
const PURCHASES = isQuick ? 20 : 100
/** Below this share of the baseline the benchmark fails. */
const GOAL = 0.7

const { file, vkey, statements } = makeRecord(PURCHASES)
const record = parseExport(file)
const size = statements.length
const pubs = new Map(statements.map(({ statement: { kid, actor } }) => [kid, keyOf(actor).pub]))
const keys = new Map([...pubs].map(([kid, pub]) => [kid, keyObject(pub)]))
const signatures = statements.map(signatureOf)
/** Entries that the rules cannot judge: opened bids' capsules, which two acts of a purchase read, are no part of an export. */
const UNDISCLOSED = 2 * PURCHASES
const facts = {
  entries: size,
  revealed: record.revealed.length,
  payloads: record.payloads.length,
  bytes: file.length,
}

const ratio = await compare('verify', 'audit: the record, by its keys', () => {
  mustVerify(auditExport(record, { vkey, rules: keysAlone() }), 0)
})
await compare('verify-rules', 'audit: the record and its rules', () => {
  mustVerify(auditExport(record, { vkey, rules: allRules() }), UNDISCLOSED)
})
await compare('verify-file', 'audit: the same, from the file', async () => {
  mustVerify(await auditFile(file, { vkey, rules: allRules() }), UNDISCLOSED)
})
if (ratio < GOAL && !isQuick) throw new Error(`verifying is below ${GOAL} of the baseline`)

/** Measures an audit in turn with the bare loop, and reports what a core does of each. */
async function compare(
  name: string,
  title: string,
  audit: () => void | Promise<void>,
): Promise<number> {
  const rates = { audit: [] as number[], bare: [] as number[], clock: [] as number[] }
  // The first rounds warm up.
  for (let round = -WARM; round < ROUNDS; round++) {
    const bare = await spend(verifyBare)
    const spent = await spend(audit)
    if (round < 0) continue
    rates.bare.push(perSecond(size, bare.cpuMs))
    rates.audit.push(perSecond(size, spent.cpuMs))
    rates.clock.push(perSecond(size, spent.wallMs))
  }
  const unit = 'entries/s/core'
  return report(
    name,
    { name: title, unit, values: rates.audit },
    { name: 'bare: crypto.verify in a loop', unit, values: rates.bare },
    { ...facts, perSecondOfTheClock: Math.round(median(rates.clock)) },
  )
}

function verifyBare(): void {
  for (const { message, key, signature } of signatures)
    if (!verify(null, message, key, signature)) throw new Error('a signature does not verify')
}

function mustVerify(verdict: Verdict, hidden: number): void {
  const { verdict: kind, verified, hidden: unjudged } = verdict
  if (kind !== 'verified' || verified !== size || unjudged !== hidden)
    throw new Error(`the record does not verify: ${JSON.stringify(verdict)}`)
}

function allRules(): Replayer {
  return createReplayer(ORIGIN)
}

/** Knows everybody's key and no rules. */
function keysAlone(): Replayer {
  return { keyFor: ({ statement }) => pubs.get(statement.kid), apply: () => 'agrees' }
}

function signatureOf({ pae, signature, keyid }: SignedStatement) {
  const key = keys.get(keyid)
  if (!key) throw new Error(`no key ${keyid}`)
  return { message: pae, key, signature }
}

function keyObject(pub: Uint8Array): KeyObject {
  return createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: toBase64Url(pub) },
    format: 'jwk',
  })
}
