/**
 * How a workflow follows the record: it reads, waits for news or for the next duty, does the duty, reads again.
 *
 * The record is the only truth. What is kept here is how far it has been read and how long to wait after a refusal;
 * no deadline and no fact lives in a variable or in a signal (temporal.md section 2). A refusal is an answer: the
 * duty is tried again after a growing wait, and does not hold up the others.
 */
import {
  condition,
  continueAsNew,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow'
import {
  agencyKey,
  dueAtKey,
  followed,
  methodKey,
  ocidKey,
  stageKey,
  waitingForKey,
} from './messages.ts'
import type { ClockDuty, Sight, View } from './messages.ts'
import { perform, read } from './options.ts'
import type { procurement } from './procurement.ts'

/** A procurement as its workflow follows it. */
export interface Followed {
  readonly ocid: string
  /** `pseq` of the last entry read; -1 before the first. */
  seen: number
  /** There may be entries that have not been read. */
  news: boolean
  /** Duties that were refused, by key: how often, and when to try again. */
  refusals: Map<string, { count: number; againMs: number }>
  /** What operators were last shown, and the stages since this run began. */
  shown: string
  trail: string[]
}

/** Begins to follow. Called before the first await, so that a signal sent with the start is heard. */
export function follow(ocid: string, seen: number): Followed {
  const file: Followed = { ocid, seen, news: false, refusals: new Map(), shown: '', trail: [] }
  setHandler(followed, ({ pseq }) => {
    if (pseq > file.seen) file.news = true
  })
  return file
}

/** Returns when the record satisfies `done`; until then does each duty of the clock as it falls due. */
export async function until(file: Followed, done: (view: View) => boolean): Promise<View> {
  for (;;) {
    // Cleared before the read, so that nothing that comes during it is lost.
    file.news = false
    const view = await read(file.ocid, file.seen)
    file.seen = view.pseq
    if (view.more) continue
    show(file, view)
    if (done(view)) return view
    if (workflowInfo().continueAsNewSuggested)
      await continueAsNew<typeof procurement>(file.ocid, file.seen)
    await step(file, view)
  }
}

/** Waits for news or for the next duty, whichever is first, and does the duty. */
async function step(file: Followed, view: View): Promise<void> {
  const news = (): boolean => file.news
  const next = soonest(file, view.next)
  if (!next) return condition(news)
  // At least a millisecond: a wait of nothing has another meaning in old histories.
  if (await condition(news, Math.max(next.atMs - Date.now(), 1))) {
    file.refusals.clear()
    return
  }
  const answer = await perform(file.ocid, next.duty, { ...sightOf(view), issuedAt: instant() })
  if (answer.refused === undefined) file.refusals.delete(next.duty.key)
  else postpone(file, next.duty, answer.refused)
}

function soonest(
  file: Followed,
  duties: ClockDuty[],
): { duty: ClockDuty; atMs: number } | undefined {
  return duties
    .map((duty) => ({
      duty,
      atMs: Math.max(Date.parse(duty.at), file.refusals.get(duty.key)?.againMs ?? 0),
    }))
    .sort((a, b) => a.atMs - b.atMs)[0]
}

/** Tries again after 1, 2, 4 … 60 seconds; a bank, which may take days, is asked up to every 15 minutes. */
function postpone(file: Followed, { key }: ClockDuty, code: string): void {
  const count = file.refusals.get(key)?.count ?? 0
  const waitMaxMs = code.startsWith('bank.') ? 900_000 : 60_000
  const waitMs = Math.min(1000 * 2 ** count, waitMaxMs)
  file.refusals.set(key, { count: count + 1, againMs: Date.now() + waitMs })
}

function sightOf({ tenderHead, phase, seen }: View): Sight {
  return tenderHead === undefined ? { phase, seen } : { tenderHead, phase, seen }
}

/** The workflow's clock as statements write it, with six decimals. */
function instant(): string {
  return new Date().toISOString().replace('Z', '000Z')
}

/** Tells operators where the file stands. Only when that has changed: each change costs an entry of history. */
function show(file: Followed, view: View): void {
  const shown = [view.progress, view.method, view.waitingFor, view.dueAt].join(' ')
  if (shown === file.shown) return
  file.shown = shown
  upsertSearchAttributes([
    { key: ocidKey, value: file.ocid },
    { key: agencyKey, value: view.agency },
    { key: stageKey, value: view.progress },
    { key: methodKey, value: view.method ?? null },
    { key: waitingForKey, value: view.waitingFor },
    { key: dueAtKey, value: view.dueAt === undefined ? null : new Date(view.dueAt) },
  ])
  const line = `- **${view.progress}**`
  if (!file.trail.at(-1)?.startsWith(line))
    file.trail.push(`${line} from step ${view.pseq}, ${instant()}`)
  const limit = view.dueAt === undefined ? 'no limit' : `due ${view.dueAt}`
  setCurrentDetails(`${file.trail.join('\n')}\n\nWaiting for ${view.waitingFor}, ${limit}.`)
}
