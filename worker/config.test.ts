import { expect, it } from 'vitest'
import { readConfig } from './config.ts'

const least = { DATABASE_URL: 'postgres://127.0.0.1/tenderbook', TZ: 'UTC' }

it('the worker is configured by a database and the time zone UTC alone', () => {
  expect(readConfig(least)).toMatchObject({
    temporal: { address: '127.0.0.1:7233', namespace: 'default', taskQueue: 'procurement' },
    signerSocket: '.tenderbook/signer/signer.sock',
    bankDir: '.tenderbook/bank',
  })
})

it.each([
  ['another time zone', { ...least, TZ: 'America/Denver' }, 'TZ=UTC'],
  ['no time zone', { DATABASE_URL: least.DATABASE_URL }, 'TZ=UTC'],
  ['no database', { TZ: 'UTC' }, 'DATABASE_URL'],
  ['a level of logging that is none', { ...least, TENDERBOOK_LOG_LEVEL: 'loud' }, 'LOG_LEVEL'],
])('the worker refuses to start with %s', (_what, env, told) => {
  expect(readConfig(env)).toMatchObject({ problems: [expect.stringContaining(told)] })
})
