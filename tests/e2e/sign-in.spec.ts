/** Signing in with a key of the browser, and a first act signed with it. */
import { randomBytes } from 'node:crypto'
import { createClient, instantOf } from '../../cli/client.ts'
import * as example from '../../cli/example.ts'
import { ocidPrefix } from '../../cli/founding.ts'
import { readPins } from '../../cli/home.ts'
import { signatory } from '../../cli/people.ts'
import { verifyFile, trustIn } from '../../cli/verify.ts'
import { expect, test, type Place } from './place.ts'

/** A request that waits for its funds. */
async function request({ home, url }: Place): Promise<string> {
  const pins = await readPins(home)
  const ocid = `${ocidPrefix}-web-${randomBytes(4).toString('hex')}`
  const client = createClient({ url, pins })
  const training = {
    legalStart: example.days.request,
    realStart: instantOf(Date.now()),
    accelerator: 1,
  }
  await client.act(await signatory(home, 'p-rosa'), {
    t: 'requisition.submit',
    role: 'RQ',
    payload: { ...example.requisition, training },
    place: { tender: ocid, phase: 'draft' },
  })
  return ocid
}

test('a person signs in with one click, certifies funds, and keeps a receipt that verifies', async ({
  page,
  place,
}) => {
  const ocid = await request(place)
  await page.goto('/work')
  await expect(page).toHaveURL(/\/sign-in\?next=/)
  await page.getByRole('button', { name: 'Sign in as Sam Okoro' }).click()
  await expect(page.getByRole('heading', { name: 'What you need to do' })).toBeVisible()

  await page.goto(`/procurements/${ocid}/acts/funds.certify`)
  await page.getByLabel('Amount in USD').fill('21,580')
  await page.getByRole('button', { name: 'Check and sign' }).click()
  const screen = page.getByRole('dialog')
  await expect(screen.getByRole('heading', { name: 'What you are signing' })).toBeFocused()
  await expect(screen).toContainText('$21,580.00')
  await screen.getByRole('button', { name: 'Sign and certify' }).click()

  await expect(page.getByText('The receipt was verified in this browser.')).toBeVisible()
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download the receipt' }).click()
  const path = await (await download).path()
  const verdict = await verifyFile(path, trustIn(await readPins(place.home)))
  expect(verdict.verdict).toBe('verified')
})
