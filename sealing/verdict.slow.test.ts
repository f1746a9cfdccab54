/**
 * Exhaustive: every set of holders that may release, for every size of group up to five, with any one share, envelope or
 * release made bad by a holder or by the vendor.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { toBase64Url } from '../ledger/index.ts'
import {
  flip,
  idsOf,
  openWith,
  rehearse,
  releases,
  sealFor,
  shareOf,
  tellShare,
  withEnvelope,
  withKeyCommit,
  withShare,
  type Rehearsal,
} from './rehearsal.ts'
import type { SealedParts } from './seal.ts'
import { subsets } from './shares.ts'
import type { ShownShare } from './verdict.ts'

const RANDOM_SHARE = new Uint8Array(33).fill(0x5a)
const SIZES: (readonly [number, number])[] = [
  [2, 3],
  [2, 4],
  [2, 5],
  [3, 5],
]

/** Holders are alike but for their place in the list. */
const firstAndLast = (rehearsal: Rehearsal) => [
  ...idsOf(rehearsal).slice(0, 1),
  ...idsOf(rehearsal).slice(-1),
]

/** The outcomes over every set of at least k holders who release. */
async function outcomes(
  rehearsal: Rehearsal,
  parts: SealedParts,
  lie = (shown: ShownShare) => shown,
) {
  const all = (await releases(rehearsal, parts.payload, idsOf(rehearsal))).map(lie)
  const found = new Set<string>()
  const [group] = rehearsal.openingKey.groups
  for (let size = group?.k ?? 0; size <= all.length; size++)
    for (const some of subsets(all, size)) {
      const verdict = await openWith(rehearsal, parts, some)
      found.add(verdict === 'undecided' ? verdict : verdict.status)
    }
  return found
}

describe.each(SIZES)('%i of %i holders: whoever releases, the verdict is one', (k, n) => {
  let rehearsal: Rehearsal
  let honest: SealedParts

  beforeAll(async () => {
    rehearsal = await rehearse({ officers: [k, n] })
    honest = await sealFor(rehearsal)
  })

  test('an honest bid opens', async () => {
    expect(await outcomes(rehearsal, honest)).toEqual(new Set(['opened']))
  })

  test('fewer than k holders open nothing', async () => {
    for (const some of subsets(idsOf(rehearsal), k - 1)) {
      const shown = await releases(rehearsal, honest.payload, some)
      expect(await openWith(rehearsal, honest, shown)).toBe('undecided')
    }
  })

  const lies: Record<string, (shown: ShownShare) => ShownShare> = {
    'no share': (shown) => ({ ...shown, share: null }),
    'a share with one bit flipped': (shown) => ({
      ...shown,
      share: shown.share && flip(shown.share, 0),
    }),
    'a share of no length': (shown) => ({ ...shown, share: new Uint8Array(0) }),
  }

  test.each(Object.keys(lies))(
    'an honest bid is never void for one holder with %s',
    async (name) => {
      for (const liar of firstAndLast(rehearsal)) {
        const lie = (shown: ShownShare) =>
          shown.id === liar ? (lies[name]?.(shown) ?? shown) : shown
        const found = await outcomes(rehearsal, honest, lie)
        expect(found.has('void')).toBe(false)
        expect(found.has('opened')).toBe(true)
        const all = (await releases(rehearsal, honest.payload, idsOf(rehearsal))).map(lie)
        expect(await openWith(rehearsal, honest, all)).toMatchObject({
          status: 'opened',
          faults: [liar],
        })
      }
    },
  )

  test('n − k holders without shares change nothing; one more voids by V2', async () => {
    const ids = idsOf(rehearsal)
    const all = await releases(rehearsal, honest.payload, ids)
    const without = (count: number) =>
      all.map((shown, i) => (i < count ? { ...shown, share: null } : shown))
    const some = ids.slice(0, n - k)
    expect(await openWith(rehearsal, honest, without(n - k))).toMatchObject({
      status: 'opened',
      faults: some,
    })
    expect(await openWith(rehearsal, honest, without(n - k + 1))).toMatchObject({
      status: 'void',
      code: 'V2',
    })
  })

  const misdeeds: Record<string, (id: string) => Promise<SealedParts>> = {
    'an envelope with another share': (id) =>
      withShare(rehearsal, honest, { id, share: RANDOM_SHARE, told: false }),
    'another share, told in the capsule too': (id) =>
      withShare(rehearsal, honest, { id, share: RANDOM_SHARE, told: true }),
    'a share of no point, x = 0': (id) => {
      const share = new Uint8Array(33).fill(3)
      share[32] = 0
      return withShare(rehearsal, honest, { id, share, told: true })
    },
    "another holder's share": (id) => {
      const other = idsOf(rehearsal).find((holder) => holder !== id) ?? ''
      return withShare(rehearsal, honest, { id, share: shareOf(honest, other), told: true })
    },
    'an envelope that does not open': (id) => {
      const sealed = honest.payload.shares['officers']?.find((envelope) => envelope.id === id)
      if (!sealed) throw new Error('no envelope')
      const ct = toBase64Url(flip(new Uint8Array(Buffer.from(sealed.ct, 'base64url')), 3))
      return Promise.resolve(withEnvelope(honest, { ...sealed, group: 'officers', ct }))
    },
    'a capsule that tells another share': (id) => {
      const share = toBase64Url(RANDOM_SHARE)
      return tellShare(rehearsal, honest, { group: 'officers', id, share })
    },
    'a commitment to another key': () => Promise.resolve(withKeyCommit(honest, new Uint8Array(32))),
  }

  test.each(Object.keys(misdeeds))('a vendor with %s for any one holder is void', async (name) => {
    for (const id of firstAndLast(rehearsal)) {
      const spoiled = await misdeeds[name]?.(id)
      if (!spoiled) throw new Error('no such misdeed')
      const found = await outcomes(rehearsal, spoiled)
      found.delete('undecided')
      expect(found).toEqual(new Set(['void']))
      const shown = await releases(rehearsal, spoiled.payload, idsOf(rehearsal))
      expect(await openWith(rehearsal, spoiled, shown)).toMatchObject({
        status: 'void',
        faults: [],
      })
    }
  })
})
