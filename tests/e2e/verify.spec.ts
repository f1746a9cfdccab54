/** Whoever reads can verify: in the browser, line by line, and offline with what the page let them download. */
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Page } from '@playwright/test'
import type { EntriesView } from '../../web/views/entries.ts'
import { tenderbook } from '../processes.ts'
import { expect, test, type Place } from './place.ts'

const SCRIPTS_MAX = 4 * 1024
const STYLES_MAX = 16 * 1024

test('an entry is verified in the browser, line by line', async ({ page, place }) => {
  await page.goto(`/entries/${await awardIn(page, place)}`)
  await page.getByRole('button', { name: 'Verify in your browser' }).click()
  await expect(page.getByRole('heading', { name: 'Verified in your browser' })).toBeVisible()
  const lines = page.locator('.tb-verify [data-checks] li')
  for (const name of [
    'The entry is unchanged',
    'It is in the record',
    'The record stands by it',
    'The signature is good',
    'No earlier step is missing',
  ])
    await expect(lines.filter({ hasText: name })).toContainText('Passed: ')
  await expect(lines.filter({ hasText: 'Failed: ' })).toHaveCount(0)
})

for (const [where, change] of [
  [
    'its time',
    (text: string) => text.replace(/\d(?=Z","chain")/, (digit) => (digit === '0' ? '1' : '0')),
  ],
  ['its statement', (text: string) => text.replace(/("payload":"\w{40})./, '$1_')],
] as const) {
  test(`an entry with a byte of ${where} changed on its way is refuted in the browser`, async ({
    page,
    place,
  }) => {
    const index = await awardIn(page, place)
    await page.route(`**/entries/${index}.json`, async (route) => {
      const view = (await (await route.fetch()).json()) as { entry: string }
      const text = Buffer.from(view.entry, 'base64').toString('utf8')
      const entry = Buffer.from(change(text)).toString('base64')
      expect(entry).not.toBe(view.entry)
      await route.fulfill({ json: { ...view, entry } })
    })
    await page.goto(`/entries/${index}`)
    await page.getByRole('button', { name: 'Verify in your browser' }).click()
    await expect(page.getByRole('heading', { name: 'Refuted' })).toBeVisible()
    await expect(page.locator('.tb-verify')).toContainText(`Refuted: entry ${index}`)
  })
}

test('a sealed entry that nobody has opened says so, and holds its place', async ({
  page,
  place,
}) => {
  const { rows } = await entriesOf(page, '/entries.json?limit=500')
  const sealed = rows.find((row) => row.sealed)
  await page.goto(`/entries/${sealed?.index ?? -1}`)
  await page.getByRole('button', { name: 'Verify in your browser' }).click()
  await expect(page.getByRole('heading', { name: 'Verified in your browser' })).toBeVisible()
  await expect(page.locator('.tb-verify')).toContainText('Sealed: there is nothing to read yet')
  expect(place.paid).not.toBe('')
})

test('a purchase is verified in the browser with the keyboard, entry for entry', async ({
  page,
  place,
}) => {
  const path = `/procurements/${place.paid}`
  const { entries } = (await (await page.request.get(`/api${path}/export`)).json()) as {
    entries: unknown[]
  }
  await page.goto(path)
  await page.getByRole('button', { name: 'Verify in your browser' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.locator('.tb-verify')).toContainText(
    `Verified, ${entries.length} of ${entries.length} entries.`,
  )
  await expect(page.locator('.tb-verify')).toContainText('could not be judged')
  await expect(page.locator('.tb-verify li').filter({ hasText: 'Failed: ' })).toHaveCount(0)
})

test('the evidence that a page offers is verified offline, and refuted with one byte changed', async ({
  page,
  place,
}) => {
  const folder = await mkdtemp(join(tmpdir(), 'tenderbook-reader-'))
  try {
    // A reader has the log's key from somewhere else: here, from its file.
    await copyFile(join(place.home, 'pins.json'), join(folder, 'pins.json'))
    await page.goto(`/procurements/${place.paid}`)
    const downloading = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Download the evidence' }).click()
    const path = join(folder, 'evidence.json')
    await (await downloading).saveAs(path)
    const good = await tenderbook(folder, 'verify', '--json', path)
    expect({ code: good.code, answer: good.answer }).toMatchObject({
      code: 0,
      answer: { verdict: 'verified' },
    })

    const text = await readFile(path, 'utf8')
    const { entries } = JSON.parse(text) as { entries: { index: number; entry: string }[] }
    const { entry, index } = entries.at(-2) ?? { entry: '', index: -1 }
    const bytes = Buffer.from(entry, 'base64')
    bytes[200] = (bytes[200] ?? 0) ^ 1
    await writeFile(path, text.replace(entry, bytes.toString('base64')))
    const bad = await tenderbook(folder, 'verify', '--json', path)
    expect({ code: bad.code, answer: bad.answer }).toMatchObject({
      code: 1,
      answer: { verdict: 'refuted', firstBadIndex: index },
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

for (const [name, path] of [
  ['the list', () => '/'],
  ['a paid purchase', ({ paid }: Place) => `/procurements/${paid}`],
  ['an open purchase', ({ open }: Place) => `/procurements/${open}`],
  ['an entry', () => '/entries/0'],
] as const) {
  test(`${name} loads little before a person acts, and nothing that seals or verifies`, async ({
    page,
    place,
  }) => {
    const loaded: Promise<{ kind: string; path: string; size: number }>[] = []
    page.on('response', (response) => {
      const kind = response.request().resourceType()
      if (kind !== 'script' && kind !== 'stylesheet') return
      loaded.push(
        response.body().then((body) => ({
          kind,
          path: new URL(response.url()).pathname,
          size: gzipSync(body, { level: 9 }).length,
        })),
      )
    })
    await page.goto(path(place), { waitUntil: 'networkidle' })
    const files = await Promise.all(loaded)
    const sum = (kind: string): number =>
      files.filter((file) => file.kind === kind).reduce((total, { size }) => total + size, 0)
    expect(sum('stylesheet')).toBeGreaterThan(0)
    expect(sum('stylesheet')).toBeLessThanOrEqual(STYLES_MAX)
    expect(sum('script')).toBeLessThanOrEqual(SCRIPTS_MAX)
  })
}

async function awardIn(page: Page, { paid }: Place): Promise<number> {
  const { rows } = await entriesOf(page, `/entries.json?tender=${paid}&type=award.decide`)
  const [award] = rows
  if (award === undefined) throw new Error('the purchase was not awarded')
  return award.index
}

/** The page's own projection. */
async function entriesOf(page: Page, path: string): Promise<EntriesView> {
  return (await (await page.request.get(path)).json()) as EntriesView
}
