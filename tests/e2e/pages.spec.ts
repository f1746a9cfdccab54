/**
 * The public pages, without an account: each reads whole without scripts, says what its JSON says, keeps to the policy, and
 * can be used by everyone, wide and narrow.
 */
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { money, number, tame } from '../../web/format.ts'
import type { EntriesView } from '../../web/views/entries.ts'
import type { EntryView } from '../../web/views/entry.ts'
import type { ProcurementView } from '../../web/views/procurement.ts'
import type { ProcurementsView } from '../../web/views/procurements.ts'
import { expect, HOSTILE, test, type Place } from './place.ts'

/** One of each kind, and of each state that looks different. */
const kinds: [name: string, path: (place: Place) => string][] = [
  ['the list of purchases', () => '/'],
  ['the list of opportunities', () => '/?stage=open'],
  ['a search without results', () => '/?q=nothing-is-called-this'],
  ['a purchase that is paid', ({ paid }) => `/procurements/${paid}`],
  ['a purchase that takes quotations', ({ open }) => `/procurements/${open}`],
  ['the record', () => '/entries'],
  ['the record of one purchase', ({ paid }) => `/entries?tender=${paid}`],
  ['an entry', () => '/entries/0'],
  ['a page that is not there', () => '/nowhere'],
]

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

for (const [name, path] of kinds) {
  test(`${name} has no inline style or script`, async ({ request, place }) => {
    const html = await (await request.get(path(place), { headers: { accept: 'text/html' } })).text()
    expect(html).toContain('<main')
    expect(html).not.toMatch(/<[^>]*\sstyle\s*=/i)
    expect(html).not.toMatch(/<style\b/i)
    expect(html).not.toMatch(/<[^>]*\son[a-z]+\s*=/i)
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)[^>]*>/i)
  })

  for (const width of [1280, 320]) {
    test(`${name} can be used by everyone at ${width} px`, async ({ page, place, complaints }) => {
      await page.setViewportSize({ width, height: 900 })
      await page.goto(path(place))
      // A page that is not there is one that the console mentions.
      if (path(place) === '/nowhere') complaints.length = 0
      const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze()
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([])
      expect(await widthOf(page)).toBeLessThanOrEqual(width)
    })
  }
}

for (const [how, options] of [
  ['', {}],
  [' without scripts', { javaScriptEnabled: false }],
] as const) {
  test.describe(`read${how}`, () => {
    test.use(options)

    test(`the list says what its JSON says${how}`, async ({ page, place }) => {
      const view = await jsonOf<ProcurementsView>(page, '/procurements.json')
      expect(view.rows.map(({ ocid }) => ocid)).toEqual(
        expect.arrayContaining([place.paid, place.open]),
      )
      await page.goto('/procurements')
      const items = page.getByRole('main').getByRole('listitem')
      await expect(items).toHaveCount(view.rows.length)
      for (const [position, row] of view.rows.entries()) {
        const item = items.nth(position)
        await expect(
          item.getByRole('link', { name: tame(row.title), exact: true }),
        ).toHaveAttribute('href', `/procurements/${row.ocid}`)
        await expect(item).toContainText(row.ocid)
        await expect(item).toContainText(row.org.name)
        if (row.value) await expect(item).toContainText(money(row.value))
      }
    })

    test(`a purchase says what its JSON says${how}`, async ({ page, place }) => {
      const view = await jsonOf<ProcurementView>(page, `/procurements/${place.paid}.json`)
      await page.goto(`/procurements/${place.paid}`)
      const main = page.getByRole('main')
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(view.title)
      await expect(main).toContainText(view.ocid)
      for (const { name, amount } of view.contracts) {
        await expect(main).toContainText(name)
        await expect(main).toContainText(money(amount))
      }
      for (const reason of view.award?.lots.map((lot) => lot.reason) ?? [])
        await expect(main).toContainText(reason)
      for (const { question, text } of view.answers) {
        await expect(main).toContainText(question)
        await expect(main).toContainText(text)
      }
      for (const { label } of view.stages) await expect(main).toContainText(label)
      await expectSteps(page, view)
    })

    test(`the record and an entry say what their JSON says${how}`, async ({ page, place }) => {
      const address = `/entries?tender=${place.paid}&limit=500`
      const list = await jsonOf<EntriesView>(page, address.replace('?', '.json?'))
      await page.goto(address)
      const rows = page.getByRole('main').locator('tbody tr')
      await expect(rows).toHaveCount(list.rows.length)
      for (const [position, { index, label }] of list.rows.entries())
        await expect(rows.nth(position)).toContainText(new RegExp(`^${number(index)}.*${label}`))

      const award = list.rows.find(({ t }) => t === 'award.decide')
      const entry = await jsonOf<EntryView>(page, `/entries/${award?.index ?? -1}.json`)
      await rows.getByRole('link', { name: number(entry.index), exact: true }).click()
      const main = page.getByRole('main')
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(entry.sentence)
      await expect(main).toContainText(entry.who ?? 'nobody')
      for (const reason of entry.reasons) await expect(main).toContainText(reason)
      const hex = Buffer.from(entry.leaf, 'base64url').toString('hex')
      expect((await main.locator('.tb-hash').first().innerText()).replace(/\s/g, '')).toBe(hex)
    })
  })
}

test('before the opening nothing tells who has quoted, or how many have', async ({
  page,
  place,
}) => {
  const { bids } = await jsonOf<ProcurementView>(page, `/procurements/${place.open}.json`)
  expect(Object.keys(bids).sort()).toEqual(['disclosed', 'note'])
  expect(bids.disclosed).toEqual([])
  await page.goto(`/procurements/${place.open}`)
  await expect(page.getByRole('main')).toContainText(bids.note)
})

test('what breaks the policy of a page would be heard', async ({ page, complaints }) => {
  await page.goto('/')
  await page.evaluate(() => {
    document.body.setAttribute('style', 'color: red')
  })
  await expect.poll(() => complaints.length).toBe(1)
  expect(complaints.splice(0).join()).toContain('style-src')
})

test('a hostile title is text and nothing else, wherever it is shown', async ({ page, place }) => {
  const shown = tame(HOSTILE)
  for (const path of ['/', '/?stage=open', `/procurements/${place.open}`, '/entries']) {
    await page.goto(path)
    await expect(page.locator('html')).not.toHaveAttribute('data-owned', /./)
    await expect(page.locator('img[src="x"]')).toHaveCount(0)
  }
  await page.goto(`/procurements/${place.open}`)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(shown)
  expect(await page.title()).toContain(shown)
  expect(await page.content()).not.toMatch(/[\u200e\u200f\u202a-\u202e]/)
})

test('the deadline counts by the server’s clock, whatever the reader’s says', async ({
  page,
  place,
}) => {
  const view = await jsonOf<ProcurementView>(page, `/procurements/${place.open}.json`)
  if (view.box.kind !== 'deadline') throw new Error('the purchase is not open')
  const leftMs = Date.parse(view.box.real) - Date.parse(view.now)
  await page.clock.setFixedTime(Date.parse(view.now) + 3_600_000)
  await page.goto(`/procurements/${place.open}`)
  const hours = Math.floor(leftMs / 3_600_000)
  const text = await page.getByRole('timer').innerText()
  const [, days = '0', over = '0'] = /^(\d+) days? (?:(\d+) hours?)?/.exec(text) ?? []
  expect(hours - (24 * Number(days) + Number(over))).toBeLessThanOrEqual(1)
  expect(hours - (24 * Number(days) + Number(over))).toBeGreaterThanOrEqual(0)
})

async function expectSteps(page: Page, { steps }: ProcurementView): Promise<void> {
  const rows = page.locator('.tb-steps tbody tr')
  await expect(rows).toHaveCount(steps.length)
  for (const [position, { index, label, who, reasons }] of steps.entries()) {
    const row = rows.nth(position)
    await expect(row).toContainText(label)
    await expect(row).toContainText(who)
    for (const reason of reasons) await expect(row).toContainText(reason)
    await expect(row.getByRole('link')).toHaveAttribute('href', `/entries/${index}`)
  }
}

/** JSON of the same address; its form is the page's own projection. */
async function jsonOf<View>(page: Page, path: string): Promise<View> {
  const answer = await page.request.get(path)
  expect(answer.status()).toBe(200)
  return (await answer.json()) as View
}

const widthOf = async (page: Page): Promise<number> =>
  await page.evaluate(() => document.documentElement.scrollWidth)
