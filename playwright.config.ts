import { defineConfig } from '@playwright/test'

/** Browser journeys, on the Chromium that scripts/chromium.mjs found. */
const executablePath = process.env['TENDERBOOK_CHROMIUM_PATH']

export default defineConfig({
  testDir: 'tests/e2e',
  globalSetup: './tests/e2e/setup.ts',
  workers: 1,
  timeout: 120_000,
  // A machine that runs everything at once may be slow; a wait ends when the thing is there.
  expect: { timeout: 20_000 },
  use: {
    launchOptions: {
      args: ['--no-sandbox'],
      ...(executablePath === undefined ? {} : { executablePath }),
    },
  },
})
