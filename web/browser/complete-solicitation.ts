/**
 * Publication and amendment: the opening key is put together from the recorded key holders, and the diff from the recorded
 * terms, both out of the file as it was audited in this browser.
 */
import './without-eval.ts'
import type { Json } from '../../ledger/index.ts'
import { amendmentOf } from '../amendment-form.ts'
import { missingHolders, openingKeyOf, termsOfForm } from '../solicitation-form.ts'
import type { Acting } from './act.ts'
import { auditedFile } from './audited-file.ts'
import type { Completed, Completion } from './completions.ts'
import { uploadFiles } from './documents.ts'

const ofForm = (message: string): Completed => ({ problems: [{ path: '', message }] })

const recorded = ({ pins, setting }: Acting) => auditedFile(pins, setting.place?.tender ?? '')

export const publish: Completion = async (read, acting) => {
  const open = await recorded(acting)
  const openingKey = openingKeyOf(open)
  if (!openingKey) return ofForm(`It cannot be published yet: ${missingHolders(open).join('; ')}.`)
  const uploaded = await uploadFiles(read, acting)
  if ('problems' in uploaded) return uploaded
  const terms = termsOfForm(uploaded.payload, open)
  // Strings, lists and objects of them.
  return { payload: { ...terms, openingKey: openingKey as unknown as Json } }
}

export const amend: Completion = async ({ payload }, acting) => {
  const { solicitation } = await recorded(acting)
  if (!solicitation) return ofForm('Nothing is published that could be changed.')
  if (solicitation.head !== acting.setting.place?.tenderHead)
    return ofForm('The request changed. Load this page again before you change it.')
  const amendment = amendmentOf(payload, solicitation.terms)
  const isSame = Array.isArray(amendment['changes']) && amendment['changes'].length === 0
  if (isSame && amendment['bidsUntil'] === undefined) return ofForm('Nothing is changed yet.')
  return { payload: amendment }
}
