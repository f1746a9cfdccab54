/**
 * What the browser's journeys run on: the services as processes with the purchase of the example in them, and one request
 * for quotations that is open, with a hostile title. With TENDERBOOK_TEST_HOME the purchase is the one that
 * `whole.world.test.ts` has played there.
 */
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { createClient, instantOf } from '../../cli/client.ts'
import { createCast } from '../../cli/demo-cast.ts'
import { approve, publish } from '../../cli/demo-market.ts'
import * as example from '../../cli/example.ts'
import { ocidPrefix } from '../../cli/founding.ts'
import { createNarrator } from '../../cli/narrator.ts'
import { createPlay, type Play } from '../../cli/play.ts'
import { toHex } from '../../ledger/index.ts'
import { createHome, removeHome, startTenderbook, type Running } from '../processes.ts'
import { HOSTILE, keepPlace } from './place.ts'

export default async function setup(): Promise<() => Promise<void>> {
  const shared = process.env['TENDERBOOK_TEST_HOME']
  const home = shared ?? (await createHome())
  // On a new home this plays the purchase; ready comes after it.
  const running = await startTenderbook(home, '--first-demo')
  const end = async (): Promise<void> => {
    await running.stop()
    if (shared === undefined) await removeHome(home)
  }
  try {
    keepPlace({
      home,
      url: running.url,
      paid: await paidPurchase(home),
      open: await publishOne(running),
    })
  } catch (error) {
    await end()
    throw error
  }
  return end
}

const currentSchema = z.object({ ocid: z.string(), isFinished: z.literal(true) })

/** The purchase that this home has played to its end. */
async function paidPurchase(home: string): Promise<string> {
  const text = await readFile(join(home, 'demos', 'current.json'), 'utf8')
  return currentSchema.parse(JSON.parse(text)).ocid
}

/** Publishes a request for quotations whose clock runs as fast as ours: two weeks are left. */
async function publishOne({ home, url, pins }: Running): Promise<string> {
  const ocid = `${ocidPrefix}-open-${toHex(randomBytes(4))}`
  const client = createClient({ url, pins })
  const narrator = createNarrator(() => undefined)
  const folder = join(home, 'demos', ocid)
  const play = createPlay({ client, pins, ocid, folder, narrator })
  const cast = await createCast(home, withHostileTitle(play), 1)
  const training = {
    legalStart: example.days.publication,
    realStart: instantOf(Date.now() - 50),
    accelerator: 1,
  }
  const payload = { ...example.requisition, title: HOSTILE, need: HOSTILE, training }
  const { rosa } = cast.who
  await play.first({ name: 'request', who: rosa, t: 'requisition.submit', role: 'RQ', payload })
  await approve(cast)
  await publish(cast)
  return ocid
}

function withHostileTitle(play: Play): Play {
  return {
    ...play,
    act: async (move) =>
      await play.act({
        ...move,
        payload: async (file) => {
          const payload = await move.payload(file)
          return move.name === 'publication'
            ? { ...payload, title: HOSTILE, description: HOSTILE }
            : payload
        },
      }),
  }
}
