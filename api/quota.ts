/**
 * How much a person may upload. A vendor enrols itself, and what is uploaded may be cited by no act for ever: without a
 * bound one key fills the disk, and a full disk stops the log for everyone.
 */
import type { Payloads } from '../db/payloads.ts'
import { ROW_SIZE } from '../db/uploads.ts'
import type { Viewer } from './disclosure.ts'
import { problem, type Problem } from './problems.ts'

const MIB = 1024 * 1024
/** For one procurement: a bid of 32 files of 20 MiB, and two that replace it. */
const TENDER_MAX = 2_048 * MIB
/** For none, or for one that is not there yet. */
const LOOSE_MAX = 256 * MIB

export interface Upload {
  size: number
  tender?: string | undefined
}

/** Says no where the upload would be more than this person may keep here. Small uploads count as 1 KiB. */
export async function overQuota(
  payloads: Pick<Payloads, 'uploadedBy'>,
  { person: uploader = '' }: Viewer,
  { size, tender }: Upload,
): Promise<Problem | undefined> {
  const used = await payloads.uploadedBy({ uploader, tender })
  const most = used.isOfTender ? TENDER_MAX : LOOSE_MAX
  if (used.size + Math.max(size, ROW_SIZE) <= most) return undefined
  const what = used.isOfTender ? 'for this procurement' : 'for no procurement that is there'
  return problem('quota', `You may keep ${most / MIB} MiB here ${what}, and that is used.`)
}
