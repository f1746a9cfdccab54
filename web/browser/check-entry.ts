/**
 * Checks one entry from its bytes, in the browser, with the code of `ledger/` that the offline verifier runs. What the
 * service says about the entry is only compared with what the bytes say.
 */
import {
  equalBytes,
  fromBase64,
  fromBase64Url,
  gateKey,
  leafHash,
  LedgerError,
  openCheckpoint,
  parseEntry,
  parseEnvelope,
  blindHash,
  verifyInclusion,
  verifySignature,
  type Entry,
  type SignedStatement,
} from '../../ledger/index.ts'
import { fill, paths } from '../paths.ts'
import { howKnown, knownKey } from './known-key.ts'
import { fetchJson, type Check, type Checked } from './panel.ts'

/** As much of the entry's JSON as is used here. */
interface Claimed {
  index: number
  leaf: string
  entry: string
  log: string
  vkey?: string
  proof?: { size: number; path: string[]; checkpoint: string }
  key?: { kid: string; pub: string; since: number }
  revealed?: { blind: string; envelope: string }
}

export async function checkEntry(source: string): Promise<Checked> {
  // Whatever the service sent, each use below is guarded: a wrong form throws, and is then not a verdict.
  const claimed = (await fetchJson(source)) as Claimed
  const bytes = fromBase64(claimed.entry)
  const entry = entryIn(bytes)
  if (entry === undefined)
    return verdictOf([failed(names.unchanged, 'its bytes are no entry')], claimed.index)
  const leaf = leafHash(bytes)
  const checks = [
    unchanged(claimed, entry, leaf),
    ...inRecord(claimed, leaf),
    open('Outsiders saw the same record', 'No outside witness yet'),
    ...signedWell(claimed, entry),
    ...(await noGap(entry)),
  ]
  return verdictOf(checks, claimed.index)
}

function entryIn(bytes: Uint8Array): Entry | undefined {
  try {
    return parseEntry(bytes)
  } catch (error) {
    if (error instanceof LedgerError) return undefined
    throw error
  }
}

function verdictOf(checks: Check[], index: number): Checked {
  const failed = checks.find((check) => check.outcome === 'failed')
  if (failed)
    return { verdict: 'refuted', summary: `Refuted: entry ${index}: ${failed.detail}.`, checks }
  const isProved = checks.some(
    (check) => check.name === names.included && check.outcome === 'passed',
  )
  return isProved
    ? { verdict: 'verified', summary: `Entry ${index} holds.`, checks }
    : {
        verdict: 'undecided',
        summary: 'Cannot be decided yet: no checkpoint covers this entry.',
        checks,
      }
}

const names = {
  unchanged: 'The entry is unchanged',
  included: 'It is in the record',
  signed: 'The record stands by it',
  signature: 'The signature is good',
  gap: 'No earlier step is missing',
}

const passed = (name: string, detail: string): Check => ({ outcome: 'passed', name, detail })
const failed = (name: string, detail: string): Check => ({ outcome: 'failed', name, detail })
const open = (name: string, detail: string): Check => ({ outcome: 'open', name, detail })

function unchanged(claimed: Claimed, entry: Entry, leaf: Uint8Array): Check {
  if (entry.index !== claimed.index)
    return failed(names.unchanged, `its bytes say entry ${entry.index}`)
  return equalBytes(leaf, fromBase64Url(claimed.leaf))
    ? passed(names.unchanged, 'Its bytes give the leaf shown')
    : failed(names.unchanged, 'its bytes give another leaf than the one shown')
}

function inRecord(claimed: Claimed, leaf: Uint8Array): Check[] {
  const { proof, vkey } = claimed
  if (!proof || vkey === undefined) {
    return [open(names.included, 'No checkpoint covers it yet. Try again in a second')]
  }
  const known = knownKey(claimed.log, vkey)
  const head = openHead(proof.checkpoint, known.vkey)
  if (head === undefined) {
    return [failed(names.signed, 'the checkpoint is not signed by the key that this browser knows')]
  }
  const path = proof.path.map(fromBase64)
  const isIn =
    head.size === proof.size && verifyInclusion(claimed.index, head.size, leaf, path, head.root)
  return [
    isIn
      ? passed(
          names.included,
          `${path.length} hashes lead from the leaf to the checkpoint at size ${head.size}`,
        )
      : failed(names.included, 'the hashes do not lead to the checkpoint'),
    passed(names.signed, howKnown(known)),
  ]
}

function openHead(note: string, vkey: string) {
  try {
    return openCheckpoint(note, vkey)
  } catch (error) {
    if (error instanceof LedgerError) return undefined
    throw error
  }
}

function signedWell(claimed: Claimed, entry: Entry): Check[] {
  const signed = statementOf(claimed, entry)
  if (signed === undefined) return [open(names.signature, 'Sealed: there is nothing to read yet')]
  if (signed === 'differs')
    return [failed(names.signature, 'what was shown later is not what was sealed')]
  const { key } = claimed
  if (!key) return [open(names.signature, 'The key is not in the register')]
  const pub = gateKey(fromBase64Url(key.pub))
  if (pub.kid !== signed.statement.kid)
    return [failed(names.signature, 'another key than the signed one was given')]
  return verifySignature(pub, signed.pae, signed.signature)
    ? [
        passed(
          names.signature,
          `By key ${pub.kid.slice(0, 8)}…, which came into the register with entry ${key.since}`,
        ),
      ]
    : [failed(names.signature, 'the signature does not belong to these bytes and this key')]
}

/** The statement in the entry, or the one revealed for it when its blinded hash fits. */
function statementOf(claimed: Claimed, entry: Entry): SignedStatement | 'differs' | undefined {
  if (entry.dsse) return entry.dsse
  const { revealed } = claimed
  if (!revealed) return undefined
  const envelope = fromBase64(revealed.envelope)
  const isSame = equalBytes(blindHash(fromBase64Url(revealed.blind), envelope), entry.blindHash)
  return isSame ? parseEnvelope(envelope) : 'differs'
}

/** Walks the purchase's open steps up to this one: each names the leaf of the step before. */
async function noGap(entry: Entry): Promise<Check[]> {
  const { chain } = entry
  if (!chain) return []
  const address = fill(paths.api.procurementEntries, { ocid: chain.tender })
  const { rows } = (await fetchJson(address)) as { rows: { entry: string }[] }
  let before: Uint8Array | undefined
  for (let pseq = 0; pseq <= chain.pseq; pseq++) {
    const bytes = fromBase64(rows[pseq]?.entry ?? '')
    const link = bytes.length > 0 ? parseEntry(bytes).chain : undefined
    if (link?.pseq !== pseq || !follows(link.pprev, before)) {
      return [failed(names.gap, `step ${pseq + 1} of this purchase does not follow the one before`)]
    }
    before = leafHash(bytes)
  }
  const isThis = before !== undefined && rows[chain.pseq]?.entry !== undefined
  return [
    isThis
      ? passed(names.gap, `Steps 1 to ${chain.pseq + 1} of this purchase follow without a gap`)
      : failed(names.gap, 'a step is missing'),
  ]
}

const follows = (pprev: Uint8Array | undefined, before: Uint8Array | undefined): boolean =>
  pprev === undefined || before === undefined ? pprev === before : equalBytes(pprev, before)
