/**
 * Where the browser's journeys go, and how they look at a page: whatever the console or the content security policy has
 * to say on any page fails the journey.
 */
import { expect, test as base } from '@playwright/test'
import { z } from 'zod'

const placeSchema = z.object({
  home: z.string(),
  url: z.string(),
  /** The purchase of the example, closed and paid. */
  paid: z.string(),
  /** A request for quotations that takes some for days yet. */
  open: z.string(),
})
export type Place = z.infer<typeof placeSchema>

const VARIABLE = 'TENDERBOOK_TEST_PLACE'

/** For the processes that run the journeys. */
export function keepPlace(place: Place): void {
  process.env[VARIABLE] = JSON.stringify(place)
}

export function placeOf(): Place {
  return placeSchema.parse(JSON.parse(process.env[VARIABLE] ?? '{}'))
}

/** Markup, a formula, quotes: what a title must not be able to do. */
export const HOSTILE = [
  `</title><script>document.documentElement.dataset.owned = '1'</script>`,
  `<img src="x" onerror="document.documentElement.dataset.owned = '2'">`,
  `=cmd|' /C calc'!A0 "quoted" & 'single' gpj.exe`,
].join(' ')

/** A test with the place, and a page that nothing may complain about. */
export const test = base.extend<{ place: Place; complaints: string[] }>({
  // Playwright reads from the pattern what a fixture needs: nothing.
  // eslint-disable-next-line no-empty-pattern -- see the line above
  place: async ({}, use) => {
    await use(placeOf())
  },
  // eslint-disable-next-line no-empty-pattern -- as above
  baseURL: async ({}, use) => {
    await use(placeOf().url)
  },
  complaints: [
    async ({ page }, use) => {
      const complaints: string[] = []
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning')
          complaints.push(`${page.url()}: ${message.text()}`)
      })
      await use(complaints)
      expect(complaints).toEqual([])
    },
    { auto: true },
  ],
})

export { expect }
