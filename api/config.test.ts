import { expect, test } from 'vitest'
import { readConfig } from './config.ts'

test('every bad variable is named at once', () => {
  const config = readConfig({
    DATABASE_URL: 'mysql://x',
    TENDERBOOK_PORT: '70000',
    TENDERBOOK_LOG_LEVEL: 'loud',
    TENDERBOOK_PUBLIC_URL: 'ftp://x',
  })
  const problems = 'problems' in config ? config.problems : []
  for (const name of [
    'DATABASE_URL',
    'TENDERBOOK_PORT',
    'TENDERBOOK_LOG_LEVEL',
    'TENDERBOOK_PUBLIC_URL',
  ]) {
    expect(problems.some((line) => line.startsWith(`${name}:`))).toBe(true)
  }
})

test('with a database it has defaults for everything else', () => {
  const config = readConfig({ DATABASE_URL: 'postgres://localhost/tenderbook' })
  expect(config).toMatchObject({ port: 3000, signerSocket: '.tenderbook/signer/signer.sock' })
  expect(config).not.toHaveProperty('publicUrl')
})
