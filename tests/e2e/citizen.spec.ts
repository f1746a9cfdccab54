/** A citizen without an account: finds a purchase, reads it, follows an entry, and checks it without believing us. */
import { writeFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { requisition } from '../../cli/example.ts'
import { tenderbook } from '../processes.ts'
import { expect, test } from './place.ts'

async function openPurchase(page: Page): Promise<void> {
  await page.goto('/')
  await page.getByLabel(/^Words/).fill('rugged tablets')
  await page.getByRole('search').getByRole('button').click()
  await page.getByRole('link', { name: requisition.title }).first().click()
  await expect(page.getByRole('heading', { level: 1, name: requisition.title })).toBeVisible()
}

test('a citizen finds the purchase and reads who bought what, from whom, for how much', async ({
  page,
}) => {
  await openPurchase(page)
  const main = page.getByRole('main')
  await expect(main).toContainText('Northfork Field Systems LLC')
  await expect(main).toContainText('$19,888.00')
  await expect(main).toContainText('3 quotations')
})

test('losers and their prices are nowhere on the page', async ({ page }) => {
  await openPurchase(page)
  const text = await page.content()
  for (const secret of ['Ironwood', 'Pinyon', '19,562', '19,622', '20,776'])
    expect(text).not.toContain(secret)
})

test('an entry is followed from its purchase, and its proof and bytes are verified offline', async ({
  page,
  request,
  place,
}, info) => {
  await openPurchase(page)
  await page.getByRole('link', { name: /: Purchase approved/ }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('approved the purchase')

  const downloading = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Download the proof' }).click()
  const proof = info.outputPath('entry.tlog-proof')
  await (await downloading).saveAs(proof)
  const view = (await (await request.get(`${page.url()}.json`)).json()) as { entry: string }
  const entry = info.outputPath('entry.json')
  await writeFile(entry, Buffer.from(view.entry, 'base64'))
  const { code, answer } = await tenderbook(place.home, 'verify', entry, '--proof', proof, '--json')
  expect({ code, answer }).toMatchObject({ code: 0, answer: { verdict: 'verified' } })
})
