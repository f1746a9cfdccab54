/** A vendor's page of its own offer: loaded for that vendor, and for nobody else. */
import type { Readers } from '../db/readers.ts'
import { legalOf, realOf } from '../procurement/index.ts'
import { ownBidView, type OwnBidView } from '../web/views/own-bid.ts'
import type { Disclosure, Viewer } from './disclosure.ts'
import type { NameBook } from './names.ts'
import { instantOf } from './outcomes.ts'
import { problem, type Problem } from './problems.ts'

export interface OwnBidDeps {
  readers: Readers
  disclosure: Disclosure
  names: NameBook
  now: () => Date
}

export type OwnBidPages = ReturnType<typeof createOwnBid>

export function createOwnBid({ readers, disclosure, names, now }: OwnBidDeps) {
  return { load }

  async function load(viewer: Viewer, ocid: string): Promise<OwnBidView | Problem> {
    if (viewer.person === undefined)
      return problem('not-signed-in', 'Sign in to see what you have sent.')
    const [file, own] = [await readers.openFile(ocid), await disclosure.ownBids(viewer, ocid)]
    if (!file) return problem('not-found', 'There is no such procurement.')
    if (own.kind === 'withheld') return problem('not-disclosed', own.why)
    const real = instantOf(now())
    const result = await disclosure.ownResult(viewer, ocid)
    const results = result.kind === 'given' ? result.value : []
    const winners = results.flatMap(({ winner }) => winner?.vendor ?? [])
    const book = await names.of(winners, [file.org])
    return ownBidView({
      file,
      bids: own.kind === 'given' ? own.value.bids : [],
      results: results.map((each) => {
        const name = each.winner && book.get(each.winner.vendor)
        return name === undefined ? each : { ...each, winnerName: name }
      }),
      org: book.get(file.org) ?? file.org,
      now: real,
      legalNow: legalOf({ open: file }, real),
      realOf: (legal) => realOf({ open: file }, legal),
    })
  }
}
