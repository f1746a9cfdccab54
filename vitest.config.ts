import { defineConfig } from 'vitest/config'

/** Two projects: `unit` needs nothing, `world` runs on real PostgreSQL, Temporal and processes. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['**/*.test.ts', '**/*.test.tsx'],
          exclude: ['**/*.world.test.ts', 'node_modules/**', 'dist/**', 'tests/e2e/**'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'world',
          include: ['**/*.world.test.ts'],
          exclude: ['node_modules/**', 'dist/**'],
          globalSetup: ['tests/services.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
