/** The life of keys in browsers: a firm registers, a registrar confirms it, a second device comes, a key is given up. */
import { AxeBuilder } from '@axe-core/playwright'
import { randomBytes } from 'node:crypto'
import type { Browser, Page } from '@playwright/test'
import { expect, test } from './place.ts'

async function signInAs(page: Page, name: string): Promise<void> {
  await page.goto('/sign-in')
  await page
    .getByRole('button', { name: `Sign in as ${name}` })
    .first()
    .click()
  await expect(page.getByRole('heading', { name: 'What you need to do' })).toBeVisible()
}

/** Signs what the page's form says. */
async function sign(page: Page, verb: string): Promise<void> {
  await page.getByRole('button', { name: 'Check and sign' }).click()
  await page.getByRole('dialog').getByRole('button', { name: verb }).click()
  await expect(page.getByText('The receipt was verified in this browser.')).toBeVisible()
}

const another = async (browser: Browser, baseURL: string | undefined): Promise<Page> =>
  await (await browser.newContext(baseURL === undefined ? {} : { baseURL })).newPage()

test('a firm registers itself, and a registrar confirms it', async ({ page, browser, baseURL }) => {
  const name = `Granite Works ${randomBytes(3).toString('hex')}`
  await page.goto('/register')
  await page.getByRole('button', { name: 'Check and sign' }).click()
  await expect(page.getByRole('heading', { name: 'There is a problem' })).toBeVisible()
  await page.getByLabel('Name of the firm').fill(name)
  await page.getByLabel('Place').fill('Alder Falls, Montana')
  await page.getByLabel('Who signs for it').fill('Lou Ortega')
  await page.getByLabel('Identifier (XX-DEMO)').fill(randomBytes(6).toString('hex'))
  await page.getByLabel('Account number').fill('5500991122')
  await page.getByLabel('Bank routing number').fill('092900383')
  await page.getByRole('button', { name: 'Check and sign' }).click()
  await page.getByRole('button', { name: 'Sign and register' }).click()
  await expect(page.getByRole('heading', { name })).toBeVisible()
  await expect(page.getByText('A registrar must confirm it')).toBeVisible()

  const me = (await (await page.request.get('/api/me')).json()) as { vendor: string }
  const desk = await another(browser, baseURL)
  await signInAs(desk, 'Noor Haddad')
  await desk.goto(`/acts/vendor.confirm?vendor=${me.vendor}`)
  await expect(desk.getByText(name)).toBeVisible()
  await sign(desk, 'Sign and confirm')
  await desk.context().close()
  await page.reload()
  await expect(page.getByText('A registrar must confirm it')).toHaveCount(0)
})

test('a second device signs in, and a key that is given up stops at the next request', async ({
  page,
  browser,
  baseURL,
}) => {
  await signInAs(page, 'Ines Castellan')
  const phone = await another(browser, baseURL)
  await phone.goto('/new-device?person=p-ines')
  await phone.getByRole('button', { name: 'Ask to be added' }).click()
  await expect(phone.getByRole('heading', { name: 'What you need to do' })).toBeVisible()

  await page.goto('/account')
  await expect(page.getByText('In use here')).toBeVisible()
  const others = page.getByRole('row').filter({ hasNotText: 'here' }).getByRole('link', {
    name: 'Give it up',
  })
  await others.last().click()
  await page.getByText('I use another device now').click()
  await page.getByLabel('In your words').fill('The phone went back to its shop.')
  await sign(page, 'Sign and give it up')

  await phone.goto('/work')
  await expect(phone).toHaveURL(/\/sign-in/)
  await phone.context().close()
})

for (const path of ['/sign-in', '/register', '/new-device', '/lost-key', '/work', '/account']) {
  test(`${path} has no accessibility violation, wide and narrow`, async ({ page }) => {
    await signInAs(page, 'Rosa Delgado')
    for (const width of [1280, 320]) {
      await page.setViewportSize({ width, height: 900 })
      await page.goto(path)
      const { violations } = await new AxeBuilder({ page }).analyze()
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([])
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      )
      expect(overflow).toBe(0)
    }
  })
}
