/**
 * The vendor's first half: it finds an open request, asks, prepares an offer over several visits, seals and submits it,
 * keeps a receipt that verifies, replaces and withdraws it. What the network does in between changes nothing of that, and
 * nobody else can tell that anything was sent.
 */
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { AxeBuilder } from '@axe-core/playwright'
import type { APIRequestContext, Download, Page } from '@playwright/test'
import { createClient, instantOf } from '../../cli/client.ts'
import { createCast } from '../../cli/demo-cast.ts'
import { approve, publish } from '../../cli/demo-market.ts'
import * as example from '../../cli/example.ts'
import { readProcurement, termsOf, trainingOf } from '../../cli/file.ts'
import { ocidPrefix } from '../../cli/founding.ts'
import { readPins } from '../../cli/home.ts'
import { signatory, vendors } from '../../cli/people.ts'
import { openPlay, realInstant } from '../../cli/play.ts'
import { sealOffer } from '../../cli/vendor.ts'
import { trustIn, verifyFile } from '../../cli/verify.ts'
import { expect, test, type Place } from './place.ts'

const prices = ['1,318.00', '289', '84.00', '159']

const pdf = (name: string, size = 40_000) => ({
  name,
  mimeType: 'application/pdf',
  buffer: Buffer.from(`%PDF-1.4\n${'x'.repeat(size)}\n%%EOF\n`),
})

async function signInAs(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: `Sign in as ${name}` }).click()
  await expect(page).not.toHaveURL(/sign-in/)
}

const formPath = (ocid: string): string => `/procurements/${ocid}/acts/bid.commit`

/** Fills in everything that the example asks for. */
async function fillIn(page: Page): Promise<void> {
  await fillPricesAndModel(page)
  await page.getByLabel('Delivery date').fill('2026-03-09')
  await page.getByLabel('Working days to repair').fill('3 working days')
  await page.getByLabel('Data sheet of the tablet').setInputFiles(pdf('sheet.pdf'))
  await page.getByLabel('Terms of the damage cover').setInputFiles(pdf('cover.pdf'))
  await expect(page.getByText('You cannot go on yet')).toBeHidden()
}

async function fillPricesAndModel(page: Page): Promise<void> {
  for (const [i, price] of prices.entries())
    await page
      .getByLabel(/^Unit price/)
      .nth(i)
      .fill(price)
  await page.getByLabel('Maker and model').fill('Fieldmark T10')
}

async function checkAndSign(page: Page, verb: string): Promise<void> {
  await page.getByRole('button', { name: 'Check and sign' }).click()
  await page.getByRole('dialog').getByRole('button', { name: verb }).click()
}

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** Everyone can use the page, wide and narrow. */
async function expectUsable(page: Page): Promise<void> {
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 900 })
    const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze()
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
      width,
    )
  }
}

const recorded = (page: Page) => page.getByRole('heading', { name: 'Your quotation is recorded' })

async function expectVerified(download: Promise<Download>, { home }: Place): Promise<void> {
  const path = await (await download).path()
  const { verdict } = await verifyFile(path, trustIn(await readPins(home)))
  expect(verdict).toBe('verified')
}

test('a vendor finds a request, asks, quotes over two visits, replaces and withdraws', async ({
  page,
  place,
}) => {
  test.setTimeout(180_000)
  await page.goto('/procurements?status=open')
  await page.locator(`main a[href="/procurements/${place.open}"]`).first().click()
  await page.getByRole('link', { name: 'Ask a question' }).click()
  await signInAs(page, 'Northfork')
  await page.getByLabel('Your question').fill('May we offer a tablet with an 11-inch screen?')
  await checkAndSign(page, 'Sign and ask')
  await expect(page.getByText('The receipt was verified in this browser.')).toBeVisible()

  // The first visit: half of it, and a file of the wrong kind.
  await page.getByRole('link', { name: 'Prepare a quotation' }).click()
  const button = page.getByRole('button', { name: 'Check and sign' })
  await expect(page.getByText('Not submitted yet')).toBeVisible()
  await expect(button).toHaveAttribute('aria-disabled', 'true')
  await fillPricesAndModel(page)
  await expect(page.locator('[data-sum]')).toHaveText('19,888.00')
  const sheet = page.getByLabel('Data sheet of the tablet')
  const docx = { name: 'offer.docx', mimeType: 'application/msword', buffer: Buffer.from('PK') }
  await sheet.setInputFiles(docx)
  await expect(page.getByText('offer.docx is not a PDF. Save it as PDF')).toBeVisible()
  await sheet.setInputFiles(pdf('large.pdf', 21_500_000))
  await expect(page.getByText('20.5 MB is more than 20 MB. Nothing was sent.')).toBeVisible()
  await sheet.setInputFiles(pdf('sheet.pdf'))
  await expect(page.locator('[data-slot="documents.d0"]')).toContainText('Added')

  // The second visit finds it all again.
  await page.reload()
  await expect(page.locator('[data-sum]')).toHaveText('19,888.00')
  await expect(page.locator('[data-slot="documents.d0"]')).toContainText('Added')
  await expect(page.locator('[data-slot="answers.a2"]')).toContainText('Missing')
  await expectUsable(page)
  // It keeps its place and its focus, and does nothing.
  await button.click({ force: true })
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await fillIn(page)
  const draft = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save a copy of my offer' }).click()
  const copy: unknown = JSON.parse(await readFile(await (await draft).path(), 'utf8'))
  expect(copy).toMatchObject({ price: { amount: '1988800', currency: 'USD' }, version: 1 })

  await button.click()
  const screen = page.getByRole('dialog')
  await expect(screen).toContainText('12 × $1,318.00 = $15,816.00')
  await expect(screen).toContainText('$19,888.00')
  await expect(recorded(page)).toHaveCount(0)
  await screen.getByRole('button', { name: 'Seal and submit' }).click()
  await expect(recorded(page)).toBeVisible()
  await expect(page.getByText('This one, version 1.')).toBeVisible()
  await expect(page.locator('[data-island="own-bid"]')).toHaveAttribute('data-verdict', 'verified')
  await expectUsable(page)
  const first = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download the receipt' }).click()
  await expectVerified(first, place)

  // A second version begins with what the first one said.
  await page.getByRole('link', { name: 'Replace my quotation' }).click()
  await expect(page.getByText('Version 1 counts until you submit another.')).toBeVisible()
  await page
    .getByLabel(/^Unit price/)
    .first()
    .fill('1,300')
  await expect(page.locator('[data-sum]')).toHaveText('19,672.00')
  await checkAndSign(page, 'Seal and submit')
  await expect(recorded(page)).toBeVisible()
  await expect(page.getByText('This one, version 2.')).toBeVisible()
  await expect(page.getByText(/Version 1, .*replaced it. It no longer counts/)).toBeVisible()

  await page.getByRole('link', { name: 'Withdraw my quotation' }).click()
  await checkAndSign(page, 'Sign and withdraw')
  await expect(page.getByText('The receipt was verified in this browser.')).toBeVisible()
  await expect(page.getByText('you have withdrawn it').first()).toBeVisible()
  await expect(recorded(page)).toHaveCount(0)
  const last = page.waitForEvent('download')
  await page.getByRole('status').getByRole('button', { name: 'Download the receipt' }).click()
  await expectVerified(last, place)
})

test('a lost network, double clicks and a reload make one bid, and no success before it is one', async ({
  page,
  place,
  complaints,
}) => {
  test.setTimeout(180_000)
  await page.goto(formPath(place.open))
  await signInAs(page, 'Ironwood')
  await fillIn(page)
  await page.route('**/api/blobs/**', (route) => route.abort())
  await page.getByRole('button', { name: 'Check and sign' }).dblclick()
  await expect(page.getByText(/Connection lost at .* Nothing is lost/)).toBeVisible()
  await page.unroute('**/api/blobs/**')

  // The service records it, and its answer is lost.
  let sent = 0
  await page.route('**/api/arrivals', async (route) => {
    sent++
    await route.fetch()
    await route.abort()
  })
  await page.getByRole('dialog').getByRole('button', { name: 'Seal and submit' }).dblclick()
  await expect(page.getByText('Signed. Waiting for the record.')).toBeVisible()
  await expect(recorded(page)).toHaveCount(0)
  await expect.poll(() => sent).toBeGreaterThan(0)
  await page.reload()
  await expect(page.getByText('Signed. Waiting for the record.')).toBeVisible()
  await expect(page.getByText('We do not know yet whether it was recorded.')).toBeVisible({
    timeout: 60_000,
  })
  await expect(recorded(page)).toHaveCount(0)
  await page.unroute('**/api/arrivals')
  await page.getByRole('button', { name: 'Ask again' }).click()
  await expect(recorded(page)).toBeVisible()
  await expect(page.getByText('This one, version 1.')).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Earlier versions' })).toHaveCount(0)

  // Back shows a form that says where things stand, and sends nothing by itself.
  await page.goBack()
  await page.reload()
  await expect(page.getByText('Version 1 counts until you submit another.')).toBeVisible()
  // The console tells of each request that was cut off.
  complaints.splice(
    0,
    complaints.length,
    ...complaints.filter((each) => !each.includes('ERR_FAILED')),
  )
})

test('a quotation that comes too late is recorded as late, and its receipt says so', async ({
  page,
  place,
  complaints,
}) => {
  test.setTimeout(240_000)
  // Its two weeks pass in about a minute and a half.
  const ocid = await publishAt(15_000, place)
  await page.goto(formPath(ocid))
  await signInAs(page, 'Pinyon')
  await fillIn(page)
  await page.route('**/api/arrivals', (route) => route.abort())
  await checkAndSign(page, 'Seal and submit')
  await expect(page.getByRole('timer')).toHaveText('The deadline has passed', { timeout: 150_000 })
  await page.unroute('**/api/arrivals')
  const again = page.getByRole('button', { name: 'Ask again' })
  const late = page.getByRole('heading', { name: /^Too late: received/ })
  await expect(again.or(late)).toBeVisible({ timeout: 60_000 })
  if (await again.isVisible()) await again.click()
  await expect(late).toBeVisible()
  await expect(page.getByText('Recorded as late, not opened.')).toBeVisible()
  await expect(recorded(page)).toHaveCount(0)
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download the receipt' }).click()
  await expectVerified(download, place)
  complaints.splice(
    0,
    complaints.length,
    ...complaints.filter((each) => !each.includes('ERR_FAILED')),
  )
})

test('the public cannot tell whether anybody has quoted, and a rival cannot either', async ({
  page,
  request,
  place,
}) => {
  test.setTimeout(180_000)
  const ocid = await publishAt(1, place)
  await page.goto(formPath(ocid))
  await signInAs(page, 'Pinyon')
  const before = await whatIsTold(request, page.request, ocid)
  const replaces = await quoteBy('northfork', ocid, place, { seq: 1 })
  expect(await whatIsTold(request, page.request, ocid)).toEqual(before)
  await quoteBy('ironwood', ocid, place, { seq: 1 })
  await quoteBy('northfork', ocid, place, { seq: 2, replaces })
  expect(await whatIsTold(request, page.request, ocid)).toEqual(before)
})

/** Everything about an open request that the public and a vendor without a bid are told, but for the clock. */
async function whatIsTold(
  anyone: APIRequestContext,
  rival: APIRequestContext,
  ocid: string,
): Promise<unknown[]> {
  const page = `/procurements/${ocid}`
  const addresses: [APIRequestContext, string][] = [
    ...['', '.json', '/bid', '/acts/bid.commit', '/acts/bid.withdraw'].map(
      (end): [APIRequestContext, string] => [anyone, page + end],
    ),
    [anyone, '/procurements?status=open'],
    [anyone, '/procurements.json?status=open'],
    [anyone, `/api/procurements/${ocid}`],
    [anyone, `/api/procurements/${ocid}/entries`],
    ...['', '/bid', '/acts/bid.commit', '/acts/bid.withdraw', '/acts/question.ask'].map(
      (end): [APIRequestContext, string] => [rival, page + end],
    ),
  ]
  return await Promise.all(
    addresses.map(async ([who, address]) => {
      const answer = await who.get(address, { headers: { accept: 'text/html' }, maxRedirects: 0 })
      const { date, etag, ...headers } = answer.headers()
      expect([date, etag]).toBeDefined()
      return { address, status: answer.status(), headers, text: withoutClock(await answer.text()) }
    }),
  )
}

const withoutClock = (text: string): string =>
  text
    .replaceAll(/"(now|legalNow)":"[^"]*"/g, '')
    .replaceAll(/data-now="[^"]*"/g, '')
    .replaceAll(/Its date now is\s*<time [^>]*>[^<]*<\/time>/g, '')
    .replaceAll(/(\d+ (days?|hours?|minutes?) ?)+left/g, 'left')

/** A vendor sends an offer by the command line; returns its statement hash. */
async function quoteBy(
  vendor: 'northfork' | 'ironwood',
  ocid: string,
  { home, url }: Place,
  version: { seq: number; replaces?: string },
): Promise<string> {
  const pins = await readPins(home)
  const client = createClient({ url, pins })
  const who = await signatory(home, `p-${vendor}`)
  const file = await readProcurement(client, ocid)
  const offer = { ...example.quotations[vendor], ...version }
  const [training, terms] = [trainingOf(file), termsOf(file)]
  if (!training || !terms) throw new Error(`${ocid} is not an open request on a training clock`)
  const { hash } = await client.act(who, {
    t: 'bid.commit',
    role: 'VE',
    payload: await sealOffer(client, file, {
      vendor: vendors[vendor],
      who,
      offer,
      aud: pins.origin,
    }),
    place: file.place,
    notAfter: realInstant(training, terms.bidsUntil),
  })
  return hash
}

/** Publishes a request whose two weeks pass so many times as fast as ours. */
async function publishAt(accelerator: number, { home, url }: Place): Promise<string> {
  const ocid = `${ocidPrefix}-vendor-${randomBytes(4).toString('hex')}`
  const play = openPlay({ home, url, pins: await readPins(home), line: () => undefined }, ocid)
  const cast = await createCast(home, play, 1)
  const training = {
    legalStart: example.days.publication,
    realStart: instantOf(Date.now() - 50),
    accelerator,
  }
  const payload = { ...example.requisition, training }
  const { rosa } = cast.who
  await play.first({ name: 'request', who: rosa, t: 'requisition.submit', role: 'RQ', payload })
  await approve(cast)
  await publish(cast)
  return ocid
}
