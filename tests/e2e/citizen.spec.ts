import { readFile, writeFile } from 'node:fs/promises'
import { AxeBuilder } from '@axe-core/playwright'
import { expect, test, type Page } from '@playwright/test'
import { parseExport } from '../../ledger/index.ts'
import { tenderbook } from '../processes.ts'

/** A citizen without an account: finds a purchase, reads it, follows an entry, and checks it all without believing us. */
const url = process.env['TENDERBOOK_E2E_URL'] ?? ''
const home = process.env['TENDERBOOK_E2E_HOME'] ?? ''
const title = '12 rugged tablets for park rangers'

async function openPurchase(page: Page): Promise<void> {
  await page.goto(url)
  await page.getByLabel(/^Words/).fill('rugged tablets')
  await page.getByRole('search').getByRole('button').click()
  await page.getByRole('link', { name: title }).first().click()
  await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible()
}

test('a citizen finds the purchase and reads who bought what, from whom, for how much', async ({
  page,
}) => {
  await openPurchase(page)
  await expect(page.getByText('Northfork Field Systems LLC').first()).toBeVisible()
  await expect(page.getByText('$19,888.00').first()).toBeVisible()
  await expect(page.getByRole('table', { name: /step by step/ }).getByRole('row')).not.toHaveCount(
    0,
  )
})

test('the page and its JSON at the same address tell the same', async ({ page, request }) => {
  await openPurchase(page)
  const answer = await request.get(`${page.url()}.json`)
  const view = (await answer.json()) as { title: string; steps: { index: number }[] }
  expect(view.title).toBe(title)
  for (const { index } of view.steps)
    await expect(page.getByRole('link', { name: `Entry ${index}:` })).toHaveCount(1)
})

test('losers and their prices are nowhere on the page', async ({ page }) => {
  await openPurchase(page)
  const text = await page.content()
  for (const secret of ['Ironwood', 'Pinyon', '19,562', '19,622', '20,776'])
    expect(text).not.toContain(secret)
})

test('the browser verifies the whole purchase by itself', async ({ page }) => {
  await openPurchase(page)
  await page.getByRole('button', { name: 'Verify in your browser' }).click()
  await expect(page.getByRole('heading', { name: 'Verified in your browser' })).toBeVisible()
})

test('an entry is verified in the browser, and its proof and bytes offline', async ({
  page,
  request,
}, info) => {
  await openPurchase(page)
  await page.getByRole('link', { name: /: Purchase approved/ }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('approved the purchase')
  await page.getByRole('button', { name: 'Verify in your browser' }).click()
  await expect(page.getByRole('heading', { name: 'Verified in your browser' })).toBeVisible()

  const downloading = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Download the proof' }).click()
  const proof = info.outputPath('entry.tlog-proof')
  await (await downloading).saveAs(proof)
  const view = (await (await request.get(`${page.url()}.json`)).json()) as { entry: string }
  const entry = info.outputPath('entry.json')
  await writeFile(entry, Buffer.from(view.entry, 'base64'))
  const { code, answer } = await tenderbook(home, 'verify', entry, '--proof', proof, '--json')
  expect({ code, answer }).toMatchObject({ code: 0, answer: { verdict: 'verified' } })
})

test('the downloaded record of the purchase is verified offline', async ({
  page,
  request,
}, info) => {
  await openPurchase(page)
  const href = await page
    .getByRole('link', { name: /record|evidence/i })
    .filter({ hasText: /[Dd]ownload/ })
    .first()
    .getAttribute('href')
  const answer = await request.get(new URL(href ?? '', url).href)
  const path = info.outputPath('purchase.json')
  await writeFile(path, await answer.body())
  const { entries } = parseExport(await readFile(path))
  const { code, answer: verdict } = await tenderbook(home, 'verify', path, '--json')
  expect({ code, verdict }).toMatchObject({
    code: 0,
    verdict: { verdict: 'verified', verified: entries.length },
  })
})

test('without scripts every page can still be read', async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false })
  const page = await context.newPage()
  await openPurchase(page)
  await expect(page.getByText('What happened', { exact: true })).toBeVisible()
  await page
    .getByRole('link', { name: /: Bids opened|opened/ })
    .first()
    .click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('opened')
  await context.close()
})

test('the pages have no fault that a checker of accessibility finds', async ({ page }) => {
  await openPurchase(page)
  const purchase = page.url()
  for (const address of [url, purchase, `${url}/entries`, `${url}/entries/0`]) {
    await page.goto(address)
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)).toEqual([])
  }
})
