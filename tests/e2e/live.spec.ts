/** What one person does appears on another's open page, without taking anything from who reads or types there. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import type { Locator, Page } from '@playwright/test'
import { createClient, instantOf } from '../../cli/client.ts'
import { createCast, type Cast } from '../../cli/demo-cast.ts'
import { approve } from '../../cli/demo-market.ts'
import * as example from '../../cli/example.ts'
import { ocidPrefix } from '../../cli/founding.ts'
import { readPins } from '../../cli/home.ts'
import { createNarrator } from '../../cli/narrator.ts'
import { createPlay } from '../../cli/play.ts'
import { toHex } from '../../ledger/index.ts'
import { fill, paths } from '../../web/paths.ts'
import { expect, test, type Place } from './place.ts'

/** A purchase that has been asked for, and who may go on with it. */
async function requested({ home, url }: Place): Promise<{ cast: Cast; path: string }> {
  const ocid = `${ocidPrefix}-live-${toHex(randomBytes(4))}`
  const pins = await readPins(home)
  const client = createClient({ url, pins })
  const narrator = createNarrator(() => undefined)
  const folder = join(home, 'demos', ocid)
  const play = createPlay({ client, pins, ocid, folder, narrator })
  const cast = await createCast(home, play, 1)
  const training = {
    legalStart: example.days.publication,
    realStart: instantOf(Date.now() - 50),
    accelerator: 1,
  }
  const payload = { ...example.requisition, training }
  const { rosa } = cast.who
  await play.first({ name: 'request', who: rosa, t: 'requisition.submit', role: 'RQ', payload })
  return { cast, path: fill(paths.page.procurement, { ocid }) }
}

/** Opens the page and waits until it listens. */
async function open(page: Page, path: string): Promise<void> {
  const listening = page.waitForResponse((response) => response.url().includes('/live'))
  await page.goto(path)
  expect((await listening).status()).toBe(200)
}

/** What the page says about itself. */
const noteOf = (page: Page) => page.locator('.tb-live')

/** Where on the screen it is. */
const heightOf = async (element: Locator) => (await element.boundingBox())?.y

const stepOf = (page: Page, label: string) =>
  page.getByRole('main').getByRole('link', { name: `: ${label}` })

test('an act of one person appears on the open pages of others', async ({
  page,
  place,
  browser,
}) => {
  const { cast, path } = await requested(place)
  const other = await (await browser.newContext()).newPage()
  await open(page, path)
  await open(other, place.url + path)
  await expect(stepOf(page, 'Purchase approved')).toHaveCount(0)
  await approve(cast)
  for (const each of [page, other]) {
    await expect(stepOf(each, 'Purchase approved')).toBeVisible()
    await expect(noteOf(each)).toContainText('Updated at')
  }
  await other.context().close()
})

test('who reads keeps the place, the focus and what is open', async ({ page, place }) => {
  const { cast, path } = await requested(place)
  await page.setViewportSize({ width: 320, height: 400 })
  await open(page, path)
  // A request has nothing to unfold yet: this page gets something.
  await page.route(`**${path}`, async (route) => {
    const answer = await route.fetch()
    const html = (await answer.text()).replace('</main>', `${FOLD.replace('7', '8')}</main>`)
    await route.fulfill({ response: answer, body: html })
  })
  await page.evaluate(addFold)
  await page.getByText('Some papers').click()
  const first = page.getByRole('link', { name: /^Entry [\d,]+: / }).first()
  await first.focus()
  const before = await heightOf(first)
  await approve(cast)
  await expect(stepOf(page, 'Purchase approved')).toBeVisible()
  await expect(first).toBeFocused()
  await expect(page.getByText('Unfolded')).toBeVisible()
  await expect(page.locator('details', { hasText: 'Some papers' })).toContainText('8')
  expect(await heightOf(first)).toBe(before)
})

const FOLD =
  '<details><summary><span>Some papers</span> <span>7</span></summary><p>Unfolded</p></details>'

/** The same fold, made in the page: its policy takes no markup. */
function addFold(): void {
  const part = (tag: string, ...inside: (Node | string)[]) => {
    const element = document.createElement(tag)
    element.append(...inside)
    return element
  }
  const summary = part('summary', part('span', 'Some papers'), ' ', part('span', '7'))
  document.querySelector('main')?.append(part('details', summary, part('p', 'Unfolded')))
}

test('nothing is taken from who has begun to type', async ({ page, place }) => {
  const { cast, path } = await requested(place)
  await open(page, path)
  await page.evaluate(() => {
    const field = document.createElement('input')
    field.setAttribute('aria-label', 'Reason')
    const form = document.createElement('form')
    form.append(field)
    document.querySelector('main')?.append(form)
  })
  await page.getByLabel('Reason').fill('Half a senten')
  await approve(cast)
  await expect(noteOf(page)).toHaveText('This purchase has changed. Reload to see it.')
  await expect(page.getByLabel('Reason')).toHaveValue('Half a senten')
  await expect(stepOf(page, 'Purchase approved')).toHaveCount(0)
  await noteOf(page).getByRole('link', { name: 'Reload' }).click()
  await expect(stepOf(page, 'Purchase approved')).toBeVisible()
})

test('a page whose link is lost says of when it is, and catches up', async ({ place, browser }) => {
  const { cast, path } = await requested(place)
  const link = await createLink(new URL(place.url))
  // A page of its own: that the link is lost is what its console complains about.
  const context = await browser.newContext()
  const page = await context.newPage()
  await open(page, link.url + path)
  await link.cut()
  await expect(noteOf(page)).toHaveText(/^Shown as of \d+:\d\d [AP]M\. Reload\.$/)
  await approve(cast)
  await link.mend()
  await expect(stepOf(page, 'Purchase approved')).toBeVisible()
  await expect(noteOf(page)).not.toContainText('Shown as of')
  await context.close()
  await link.cut()
})

/** A way to the service that can be cut, and mended at the same address. */
async function createLink({ hostname, port }: URL) {
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(Number(port), hostname)
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      // Of a socket that breaks nothing is expected; the other end goes with it.
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
      socket.pipe(other)
    }
  })
  const listen = async (on: number): Promise<number> => {
    server.listen(on, '127.0.0.1')
    await once(server, 'listening')
    // A server that listens on a port has an address with a port.
    return (server.address() as AddressInfo).port
  }
  const own = await listen(0)
  return {
    url: `http://127.0.0.1:${own}`,
    async cut() {
      server.close()
      for (const socket of sockets) socket.destroy()
      await once(server, 'close')
    },
    mend: () => listen(own),
  }
}
