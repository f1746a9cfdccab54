/**
 * The rules replayed over a record, as an audit asks them (ledger format, section 8): which key
 * counts at an index, and whether the rules decide each statement as the log did.
 *
 * Everything is judged that can be judged by what an export discloses. Only where an act is to be
 * judged by what is not disclosed the entry is `hidden`, never wrong. Files are replayed with their
 * sealed part as long as no entry of the log is missing or sealed to the reader, and without it
 * from then on: the open part does not need it.
 */
import {
  toBase64Url,
  type Json,
  type ReplayInput,
  type Replayer,
  type ReplayOutcome,
  type SignedStatement,
} from '../ledger/index.ts'
import type { Decision } from './act.ts'
import { decide, evolve, signingKeyOf, type Given } from './rules.ts'
import { isRegisterType, isSealedType } from './stages.ts'
import type { FileState } from './state.ts'

/** State that a replay has reached: for comparison with derived tables. */
export interface Replayed {
  files: ReadonlyMap<string, FileState>
  register: ReadonlyMap<string, Json>
}

/** A replayer for one audit of the log `origin`, with what it has reached so far. */
export function createReplayer(origin: string): Replayer & Replayed {
  const files = new Map<string, FileState>()
  const register = new Map<string, Json>()
  let isSealedKnown = true
  let next = 0
  const view = (key: string): Json | undefined => register.get(key)

  /**
   * One act that is sealed to the reader or not there, and no sealed part is known to be whole any
   * more.
   */
  const forgetSealed = (): void => {
    isSealedKnown = false
    for (const [ocid, { open }] of files) files.set(ocid, { open })
  }

  const enter = (input: ReplayInput, signed: SignedStatement): ReplayOutcome => {
    const { statement } = signed
    const given = givenOf(input, signed, view)
    const before = isRegisterType(statement.t) ? undefined : files.get(statement.tender ?? '')
    const outcome = outcomeOf(decide(before, statement, given), input)
    if (typeof outcome === 'object') return outcome
    const entry = { ...given, leaf: toBase64Url(input.leaf), index: input.index }
    const { file, register: written } = evolve(before, statement, entry)
    for (const [key, row] of Object.entries(written)) register.set(key, row)
    if (file !== undefined) files.set(file.open.ocid, isSealedKnown ? file : { open: file.open })
    return outcome
  }

  return {
    files,
    register,
    keyFor: ({ statement }) => signingKeyOf(statement, view),
    apply: (input) => {
      const { signed, index } = input
      if (isSealedKnown && (signed === undefined || index !== next)) forgetSealed()
      next = index + 1
      if (signed === undefined) return 'hidden'
      const { t, aud } = signed.statement
      if (aud !== origin)
        return { differs: 'tenderbook.log: the statement is meant for another log' }
      if (isSealedType(t) !== input.isSealed)
        return { differs: `tenderbook.sealed: ${t} must ${input.isSealed ? 'not ' : ''}be sealed` }
      return enter(input, signed)
    },
  }
}

function givenOf(
  { at, arrivedAt, payloads }: ReplayInput,
  signed: SignedStatement,
  register: Given['register'],
): Given {
  return {
    at,
    ...(arrivedAt === undefined ? {} : { arrivedAt }),
    hash: toBase64Url(signed.hash),
    register,
    document: (commit) => payloads.get(commit),
    // Ciphertexts are no part of a record.
    blob: () => 'unknown',
    isReplay: true,
  }
}

/** The entry is there, so the log accepted it (or took it as late): do the rules say so too? */
function outcomeOf(decision: Decision, { isSealed }: ReplayInput): ReplayOutcome {
  switch (decision.kind) {
    case 'accepted':
      return 'agrees'
    case 'late':
      return isSealed
        ? 'agrees'
        : { differs: `${decision.rule.id}: only sealed acts are kept when late` }
    case 'refused': {
      const { code, rule, message } = decision.refusal
      return code === 'hidden' ? 'hidden' : { differs: `${rule.id}: ${code}: ${message}` }
    }
    case 'invalid':
      return {
        differs: `tenderbook.form: ${decision.problems.map(({ at, message }) => `${at} ${message}`).join('; ')}`,
      }
  }
}
