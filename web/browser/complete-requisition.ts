/** A new purchase: rows become lines, the sum is reckoned, and where it is practice its clock begins at this moment. */
import './without-eval.ts'
import type { JsonObject } from '../../ledger/index.ts'
import { paths } from '../paths.ts'
import { readText } from '../reading.ts'
import { requisitionOf } from '../requisition-form.ts'
import type { Completion } from './completions.ts'

const MINUTE = '1440'
const SECOND = '86400'

export const complete: Completion = async ({ payload }, _acting, form) => {
  const { currency = 'USD' } = form.querySelector<HTMLElement>('[data-currency]')?.dataset ?? {}
  const made = requisitionOf(payload, currency)
  if ('problems' in made) return made
  const pace = readText(payload, 'practice')
  if (pace !== MINUTE && pace !== SECOND) return made
  return { payload: { ...made.payload, training: await clockFromNow(Number(pace)) } }
}

/** By the server's clock, which rounds down: a training clock must not begin in its future. */
async function clockFromNow(accelerator: number): Promise<JsonObject> {
  const said = (await fetch(paths.api.log, { cache: 'no-store' })).headers.get('date')
  const at = new Date(said ?? Date.now()).toISOString().replace('Z', '000Z')
  return { legalStart: at, realStart: at, accelerator }
}
