import { defineConfig } from 'vitest/config'

/** Tests that start everything as processes: they run after the others, whose load would let deadlines pass. */
const system = ['tests/whole.world.test.ts', 'tests/kills.world.test.ts']

/**
 * Three projects: `unit` needs nothing, `world` runs on real PostgreSQL and Temporal, `system` starts all that `npm start`
 * does.
 */
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
          exclude: ['node_modules/**', 'dist/**', ...system],
          globalSetup: ['tests/services.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'system',
          include: system,
          testTimeout: 120_000,
          sequence: { groupOrder: 1 },
          // Both at once: most of a purchase is waiting for days to pass.
          maxWorkers: 2,
        },
      },
    ],
  },
})
