/**
 * Disclosure of opened bids: what the method shows of them, to whom, when (row P9 and the method's
 * `disclose`). One sealed entry is shown by its blind and its envelope, beside the log; the entry
 * itself stays as it is for ever.
 *
 * Refuses to show what the method does not disclose yet, and any entry but that of the bid.
 */
import { z } from 'zod'
import { encodeCanonical, parseEnvelope, toBase64Url } from '../ledger/index.ts'
import { act, refuse, type Duty, type StageRules } from './act.ts'
import { approvedMethod, ruleOf } from './methods.ts'
import { hiddenBy, ownRule } from './refusals.ts'
import { bytesSchema, hashSchema } from './schemas.ts'
import type { FileState, OpenState, Stage } from './state.ts'

const revealSchema = z.strictObject({
  index: z.int().min(0),
  blind: bytesSchema(32),
  revealed: z.strictObject({
    payload: z.string().max(65_536),
    payloadType: z.string().max(128),
    signatures: z.array(z.strictObject({ keyid: hashSchema, sig: z.string().max(128) })).length(1),
  }),
})

/** Once opened, what the method discloses is shown even if the file is over before. */
const shownStages: readonly Stage[] = ['opened', 'contracted', 'complete', 'unsuccessful']

const reveal = act({
  row: 'P9',
  roles: ['CK'],
  stages: shownStages,
  schema: revealSchema,
  decide: (file, { payload }) => {
    const { open, sealed } = file
    const rule = ruleOf(open, 'disclosure')
    const commitHash = revealedHash(payload.revealed)
    // Where the method shows every bid, only the sealed part says which they are.
    const isUnseen = sealed === undefined && isShownWhole(open)
    if (commitHash === undefined || !(isUnseen || disclosedBids(file).includes(commitHash)))
      return refuse(
        'not-disclosed',
        rule,
        'The method does not disclose this now.',
        'Reveal what it discloses.',
      )
    if (open.opening.revealed.some((one) => one.commitHash === commitHash))
      return refuse('already-done', rule, 'This bid is revealed.', 'Nothing.')
    if (sealed === undefined) return hiddenBy(rule)
    // That blind and envelope are those of the entry is shown by its own bytes: every audit
    // recomputes the blinded hash.
    if (sealed.bids.some((bid) => bid.commitHash === commitHash && bid.index === payload.index))
      return undefined
    return refuse(
      'commitment',
      rule,
      'This is not the entry of that bid.',
      'Reveal the entry of the bid.',
      '/payload/index',
    )
  },
  evolve: ({ open }, { payload }) => {
    const commitHash = revealedHash(payload.revealed)
    if (commitHash !== undefined) open.opening.revealed.push({ index: payload.index, commitHash })
    return undefined
  },
})

/** Statement hash of a revealed envelope; undefined where it is none. */
function revealedHash(envelope: z.infer<typeof revealSchema>['revealed']): string | undefined {
  try {
    return toBase64Url(parseEnvelope(encodeCanonical(envelope)).hash)
  } catch {
    // An envelope that does not parse reveals nothing.
    return undefined
  }
}

/**
 * commitHashes that anyone may see now, by the method: all at the opening, all at the award, or the
 * winners'.
 */
export function disclosedBids({ open, sealed }: FileState): string[] {
  if (open.opening.result === undefined) return []
  const shown = isShownWhole(open) ? (sealed?.opened ?? []) : (open.award?.lots ?? [])
  return [...new Set(shown.map(({ commitHash }) => commitHash))]
}

/** Whether the method shows every bid by now. */
function isShownWhole(open: OpenState): boolean {
  const { disclose } = approvedMethod(open)
  return disclose.opening === 'all' || (open.award !== undefined && disclose.award === 'all')
}

export const disclosure: StageRules = {
  acts: { 'opening.reveal': reveal },
  due: revealsOwed,
}

function revealsOwed(file: FileState): Duty[] {
  const { open, sealed } = file
  const { result: opened, revealed } = open.opening
  if (opened === undefined || !shownStages.includes(open.stage)) return []
  const isAtOpening = approvedMethod(open).disclose.opening === 'all'
  const since = isAtOpening || open.award === undefined ? opened : open.award
  const disclosed = disclosedBids(file)
  const waiting = (sealed?.bids ?? []).filter(
    ({ commitHash }) =>
      disclosed.includes(commitHash) && !revealed.some((one) => one.commitHash === commitHash),
  )
  return waiting.map(({ commitHash, index }) => ({
    key: `opening.reveal/${commitHash}`,
    type: 'opening.reveal',
    role: 'CK',
    subject: String(index),
    from: since.legal,
    by: since.legal,
    clock: 'legal',
    rule: ownRule('disclosure'),
    otherwise: 'What the method discloses stays hidden.',
    cause: since.hash,
  }))
}
