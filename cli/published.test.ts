import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { maskName, minorOf, readPublished } from './published.ts'

const release = {
  ocid: 'xx-1',
  buyer: { id: 'b', name: 'City of Somewhere' },
  tender: {
    title: '  Two\n\u200fchairs\u202e ',
    value: { amount: 100.5, currency: 'EUR' },
    tenderPeriod: { startDate: '2016-06-01T10:00:00+02:00', endDate: '2016-06-20T12:00:00+02:00' },
    items: [{ id: 1, description: 'chair', quantity: 2, unit: { name: 'piece' } }],
  },
  bids: {
    details: [
      { tenderers: [{ id: 'v1', name: 'Chairs Ltd' }], value: { amount: 80, currency: 'EUR' } },
      { tenderers: [{ id: 'v2', name: 'Jane Doe' }], value: { amount: null, currency: 'EUR' } },
    ],
  },
  awards: [
    {
      status: 'active',
      date: '2016-07-01T00:00:00Z',
      suppliers: [{ id: 'v1', name: 'Chairs Ltd' }],
      value: { amount: 96, currency: 'EUR' },
    },
  ],
}
const packageOf = (...releases: unknown[]): string => JSON.stringify({ uri: 'urn:test', releases })

describe('a published process', () => {
  const facts = readPublished(packageOf(release), 'xx-1')

  it('is taken as published: title, item, amounts, award with what is above the bid as tax', () => {
    expect(facts.title).toBe('Two chairs')
    expect(facts.value).toEqual({ amount: '10050', currency: 'EUR' })
    expect(facts.items).toMatchObject([{ description: 'chair', quantity: '2' }])
    expect(facts.bids).toEqual([
      { vendor: 'v1', lot: 'main', amount: { amount: '8000', currency: 'EUR' } },
    ])
    expect(facts.awards).toEqual([
      {
        vendor: 'v1',
        lot: 'main',
        price: { amount: '8000', currency: 'EUR' },
        tax: { amount: '1600', currency: 'EUR' },
      },
    ])
    expect(facts.dates).toMatchObject({
      published: '2016-06-01T08:00:00.000000Z',
      bidsUntil: '2016-06-20T10:00:00.000000Z',
    })
  })

  it('says line by line what was not published', () => {
    expect(facts.filledIn).toContain('bid 2 is left out: its amount or bidder was not published')
    expect(facts.filledIn).toContain('budget line')
    expect(facts.filledIn).toContain('category: goods')
  })

  it('does not show the names of persons', () => {
    expect(facts.vendors.map(({ name }) => name)).toEqual([
      'Chairs Ltd',
      'Vendor 2, a person (name masked)',
    ])
    expect(maskName('Սպեցմաշ ՍՊԸ', 'masked')).toBe('Սպեցմաշ ՍՊԸ')
    expect(maskName('Jane Doe', 'masked')).toBe('masked')
  })

  it('with a deadline that leaves no time gets eight days, and says so', () => {
    const hasty = {
      ...release,
      tender: {
        ...release.tender,
        tenderPeriod: { startDate: '2016-06-21T00:00:00Z', endDate: '2016-06-20T12:00:00Z' },
      },
    }
    const { dates, filledIn } = readPublished(packageOf(hasty), 'xx-1')
    expect(dates.published).toBe('2016-06-12T12:00:00.000000Z')
    expect(filledIn.join('\n')).toContain('publication: 8 days before the deadline')
  })

  it('that is not in the package, or in no package, is refused', () => {
    expect(() => readPublished(packageOf(release), 'xx-2')).toThrow('no process xx-2')
    expect(() => readPublished('no json', 'xx-1')).toThrow('no OCDS release package')
  })

  it('whose award is below its bid is refused', () => {
    const [award] = release.awards
    const low = { ...release, awards: [{ ...award, value: { amount: 70, currency: 'EUR' } }] }
    expect(() => readPublished(packageOf(low), 'xx-1')).toThrow('below its bid')
  })
})

describe('a published amount', () => {
  it('becomes exact minor units of its currency, or nothing', () => {
    expect(minorOf({ amount: 14_000_000, currency: 'AMD' })?.amount).toBe('1400000000')
    expect(minorOf({ amount: 2_809_999_872, currency: 'PYG' })?.amount).toBe('2809999872')
    expect(minorOf({ amount: 0.07, currency: 'EUR' })?.amount).toBe('7')
    expect(minorOf({ amount: 0.001, currency: 'EUR' })).toBeUndefined()
    expect(minorOf({ amount: null, currency: 'EUR' })).toBeUndefined()
    expect(minorOf({ amount: 1, currency: 'NOPE' })).toBeUndefined()
  })
})

const armenia = join(
  import.meta.dirname,
  '..',
  '..',
  'shared',
  'data',
  'ocds',
  'armenia-with-bids.json',
)

describe.skipIf(!existsSync(armenia))('the published processes of Armenia', () => {
  const text = existsSync(armenia) ? readFileSync(armenia, 'utf8') : ''

  it('hold the real bid, the award with its tax, and the contract', () => {
    const facts = readPublished(text, 'AM-PPS-da8b1b1a019e53c5d1fd025ad076ad3d')
    expect(facts.bids.map(({ amount }) => amount.amount)).toEqual(['1400000000'])
    expect(facts.awards).toMatchObject([{ tax: { amount: '280000000', currency: 'AMD' } }])
    expect(facts.deliver.by).toBe('2016-08-31')
  })

  it('can all be read, whatever they lack', () => {
    const { releases } = JSON.parse(text) as { releases: { ocid: string }[] }
    for (const { ocid } of releases) expect(readPublished(text, ocid).source.ocid).toBe(ocid)
  })
})
