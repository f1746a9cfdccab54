/** Reason codes of a pack's closed lists as a person chooses them. */
import {
  packs,
  findPack,
  type OpenState,
  type Pack,
  type ReasonList,
} from '../procurement/index.ts'

const spoken: Record<string, string> = {
  'public-notice': 'Shown in public',
  'three-sources': 'Three vendors or more are asked',
  invited: 'Only invited vendors',
  urgent: 'Urgent',
  'one-source': 'Only one vendor can do it',
  'no-small-business': 'No two small businesses can do it',
  'small-business': 'At least two small businesses can do it',
  'not-applicable': 'The rule does not apply',
  'need-changed': 'The need changed',
}

/** "Market research" for `market-research`. */
export function reasonName(code: string): string {
  const words = code.replaceAll('-', ' ')
  return spoken[code] ?? words.charAt(0).toUpperCase() + words.slice(1)
}

/** A list for a choice, without what only published processes say. */
export const reasonOptions = (pack: Pack, list: ReasonList): { value: string; label: string }[] =>
  pack.reasons[list]
    .filter((code) => code !== 'as-published')
    .map((code) => ({ value: code, label: reasonName(code) }))

/** The pack that a file has pinned; before that, or where this build lacks it, the plain one. */
export function packOfFile({ pack }: OpenState): Pack | undefined {
  return (pack && findPack(pack)) ?? packs[0]
}
