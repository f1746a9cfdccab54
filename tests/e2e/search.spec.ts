/** The search: found by words and filters, by keyboard and without scripts; all of it in the address. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { requisition } from '../../cli/example.ts'
import { tame } from '../../web/format.ts'
import type { ProcurementsView } from '../../web/views/procurements.ts'
import { expect, HOSTILE, test } from './place.ts'

const results = (page: Page) => page.locator('.tb-results').getByRole('listitem')

/** Presses Tab until the control has the focus. */
async function tabTo(page: Page, name: string | RegExp, role: 'radio' | 'checkbox' | 'button') {
  const control = page.getByRole(role, { name, exact: true })
  for (let i = 0; i < 40; i++) {
    if (await control.evaluate((element) => element === document.activeElement)) return control
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab does not come to ${String(name)}`)
}

test('filters are set by keyboard, stand in the address, and are taken out one by one', async ({
  page,
  place,
}) => {
  await page.goto('/procurements')
  await page.getByLabel(/^Words/).focus()
  await page.keyboard.type('tablets')
  await tabTo(page, 'Any', 'radio')
  for (let down = 0; down < 3; down++) await page.keyboard.press('ArrowDown')
  await tabTo(page, 'Goods', 'checkbox')
  await page.keyboard.press('Space')
  await tabTo(page, 'Apply filters', 'button')
  await page.keyboard.press('Enter')

  await expect(page).toHaveURL(/q=tablets/)
  await expect(page).toHaveURL(/status=awarded&kind=goods/)
  await expect(page.getByRole('radio', { name: 'Awarded' })).toBeChecked()
  await expect(page.getByLabel(/^Words/)).toHaveValue('tablets')
  await expect(results(page).getByRole('link', { name: requisition.title }).first()).toBeVisible()
  const inUse = page.getByRole('list', { name: 'Filters in use' })
  await expect(inUse.getByRole('link')).toHaveText([/“tablets”/, /Awarded/, /Goods/, /Clear all/])

  await inUse.getByRole('link', { name: 'Remove the filter Awarded' }).click()
  await expect(page).not.toHaveURL(/status/)
  await expect(page).toHaveURL(/q=tablets&kind=goods/)
  await page.getByRole('link', { name: 'Clear all' }).click()
  await expect(page).toHaveURL(/\/procurements$/)
  await expect(results(page).filter({ hasText: place.open })).toBeVisible()
})

for (const [how, options] of [
  ['', {}],
  [' without scripts', { javaScriptEnabled: false }],
] as const) {
  test.describe(`searched${how}`, () => {
    test.use(options)

    test(`the page shows what its JSON and its CSV hold${how}`, async ({
      page,
      request,
      place,
    }) => {
      const query = '?status=open&kind=goods&set-aside=small&code=3341&due=30'
      await page.goto(`/procurements${query}`)
      const view = (await (
        await request.get(`/procurements.json${query}`)
      ).json()) as ProcurementsView
      expect(view.rows.map(({ ocid }) => ocid)).toContain(place.open)
      await expect(results(page)).toHaveCount(view.rows.length)
      await expect(page.getByRole('main')).toContainText(', soonest deadline first')
      await page.getByRole('link', { name: 'JSON' }).waitFor()
      const file = await request.get(
        (await page.getByRole('link', { name: 'CSV' }).getAttribute('href')) ?? '',
      )
      const text = await file.text()
      expect(text.charCodeAt(0)).toBe(0xfeff)
      expect(text.trimEnd().split('\r\n')).toHaveLength(view.total + 1)
      expect(text).toContain(tame(HOSTILE).replaceAll('"', '""'))
    })

    test(`a code that is none is told at its field, and nothing typed is lost${how}`, async ({
      page,
      complaints,
    }) => {
      await page.goto('/procurements?status=open')
      await page.getByLabel('NAICS or PSC code').fill('33411x')
      await page.getByLabel(/^Words/).fill('tents')
      await page.getByRole('button', { name: 'Apply filters' }).click()
      const message = '33411x is not a NAICS code. Use 2 to 6 digits.'
      await expect(page.getByRole('alert')).toContainText(message)
      await page.getByRole('alert').getByRole('link', { name: message }).click()
      await expect(page.getByLabel('NAICS or PSC code')).toBeFocused()
      await expect(page.getByLabel('NAICS or PSC code')).toHaveAccessibleDescription(
        new RegExp(message),
      )
      await expect(page.getByLabel('NAICS or PSC code')).toHaveValue('33411x')
      await expect(page.getByLabel(/^Words/)).toHaveValue('tents')
      await expect(page.getByRole('radio', { name: 'Open', exact: true })).toBeChecked()
      // The answer has a status of its own, which the console mentions.
      complaints.length = 0
    })
  })
}

test('on a phone the filters are folded, and say how many are in use', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 800 })
  await page.goto('/procurements?status=open&kind=goods&set-aside=small')
  await expect(page.getByText('Filters, 3 in use')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Apply filters' })).toBeHidden()
  await page.getByText('Filters, 3 in use').click()
  await expect(page.getByRole('button', { name: 'Apply filters' })).toBeVisible()
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.goto('/procurements')
  await expect(page.getByRole('button', { name: 'Apply filters' })).toBeVisible()
})

test('the deadline is taken into a calendar', async ({ page, place }) => {
  await page.goto(`/procurements/${place.open}`)
  const downloading = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Add the deadline to my calendar' }).click()
  expect((await downloading).suggestedFilename()).toBe(`${place.open}.ics`)
  await page.goto(`/procurements/${place.paid}`)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(requisition.title)
  await expect(page.getByRole('link', { name: 'Add the deadline to my calendar' })).toHaveCount(0)
})

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const pages: [name: string, path: string][] = [
  ['a search with filters', '/procurements?status=open&kind=goods&set-aside=small&due=30'],
  ['a page of a list', '/procurements?limit=1&page=2'],
  ['a search that is none', '/procurements?code=33411x&due=x'],
]

for (const [name, path] of pages)
  for (const width of [1280, 320])
    test(`${name} can be used by everyone at ${width} px`, async ({ page, complaints }) => {
      await page.setViewportSize({ width, height: 900 })
      await page.goto(path)
      const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze()
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
        width,
      )
      if (path.includes('33411x')) complaints.length = 0
    })
