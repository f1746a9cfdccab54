/**
 * An unattended key holder: a process that speaks only HTTP and holds one person's key. It accepts the duty on each new
 * file, shows that its key still opens when it is asked, and releases after the recorded close, when everything that
 * opening-duty.ts asks for has been checked.
 */
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { ClientError, createClient } from './client.ts'
import { readProcurement, type ProcurementFile } from './file.ts'
import { homeFolder, readPins } from './home.ts'
import {
  acceptDuty,
  answerCall,
  hasReleased,
  isMember,
  release,
  ReleaseRefused,
  type Duty,
} from './opening-duty.ts'
import { holders, officials, org, signatory } from './people.ts'

export interface HolderOptions {
  person: string
  url: string
  home?: string
  signal: AbortSignal
  pollMs?: number
  log: (line: string) => void
}

const pageSchema = z.looseObject({ rows: z.array(z.looseObject({ ocid: z.string() })) })
const dueSchema = z.looseObject({
  duties: z.array(
    z.looseObject({ ocid: z.string(), type: z.string(), person: z.string().optional() }),
  ),
})

/** Works until the signal. Faults of the service are waited out; what cannot be released is said each time. */
export async function runHolder(options: HolderOptions): Promise<void> {
  const { person, url, signal, pollMs = 400, log } = options
  const home = options.home ?? homeFolder()
  const pins = await readPins(home)
  const duty: Duty = {
    client: createClient({ url, pins }),
    pins,
    folder: join(home, 'holders', person),
    who: await signatory(home, person),
    org: orgOf(person),
  }
  while (!signal.aborted) {
    await workThrough(duty, log).catch((error: unknown) => log(textOf(error)))
    await delay(pollMs, undefined, { signal }).catch(() => undefined)
  }
}

async function workThrough(duty: Duty, log: HolderOptions['log']): Promise<void> {
  for (const stage of ['approved', 'closed']) {
    const { rows } = await duty.client.get(`/api/procurements?stage=${stage}`, pageSchema)
    for (const { ocid } of rows) {
      const file = await readProcurement(duty.client, ocid)
      await workOn(duty, file, log).catch((error: unknown) => log(`${ocid}: ${textOf(error)}`))
    }
  }
  await answerCalls(duty, log)
}

/** Answers what the clock has asked of this holder before a deadline. */
async function answerCalls(duty: Duty, log: HolderOptions['log']): Promise<void> {
  const { duties } = await duty.client.get('/api/due?role=OO', dueSchema)
  for (const { ocid, type, person } of duties) {
    if (type !== 'opener.ping' || person !== duty.who.person) continue
    const file = await readProcurement(duty.client, ocid)
    await answerCall(duty, file).then(
      ({ index }) => log(`${ocid}: its key still opens, entry ${index}`),
      (error: unknown) => log(`${ocid}: ${textOf(error)}`),
    )
  }
}

async function workOn(duty: Duty, file: ProcurementFile, log: HolderOptions['log']): Promise<void> {
  const { person } = duty.who
  if (file.stage === 'approved' && !isMember(file, person)) {
    const { index } = await acceptDuty(duty, file)
    log(`${file.ocid}: holds a key, entry ${index}`)
  }
  if (file.stage === 'closed' && isMember(file, person) && !hasReleased(file, person)) {
    const { index } = await release(duty, file)
    log(`${file.ocid}: released, entry ${index}`)
  }
}

function orgOf(person: string): string {
  const holder = Object.values(holders).find((each) => each.person === person)
  const official = Object.values(officials).find((each) => each.person === person)
  return holder?.org ?? (official === undefined ? person : org.org)
}

function textOf(error: unknown): string {
  if (error instanceof ClientError || error instanceof ReleaseRefused) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
