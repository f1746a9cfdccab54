import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createRecord } from '../tests/record-builder.ts'
import { anyone, isOfficerOf, isOpened, readsOpenedBids, type Viewer } from './disclosure.ts'

const folder = import.meta.dirname
const sources = readdirSync(folder).filter(
  (name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name) && name !== 'disclosure.ts',
)

test.each(sources)('%s reads nothing private but through disclosure', (name) => {
  const text = readFileSync(join(folder, name), 'utf8')
  expect(text).not.toMatch(/readers\.(file|sealed|sealedOf|payload|blob|recordedAs|recordedAt)\(/)
  expect(text).not.toMatch(/payloads\.find\(|blobs\.find\(|signer\.(reveal|open|closed)\(/)
  expect(text).not.toMatch(/\.sealed\b(?!:)/)
})

describe('opened bids', () => {
  const officer: Viewer = { person: 'p-dana', roles: [{ role: 'CO', org: 'granite-lakes' }] }
  const colleague: Viewer = { person: 'p-lee', roles: [{ role: 'CO', org: 'granite-lakes' }] }
  const stranger: Viewer = { person: 'p-far', roles: [{ role: 'CO', org: 'elsewhere' }] }
  const auditor: Viewer = { person: 'p-ines', roles: [{ role: 'AU', org: 'granite-lakes' }] }
  const approver: Viewer = { person: 'p-sam', roles: [{ role: 'AP', org: 'granite-lakes' }] }

  test('are nobody’s before the opening is recorded', () => {
    const { open } = createRecord().toClosed().state
    expect(isOpened(open)).toBe(false)
    for (const viewer of [officer, auditor]) expect(readsOpenedBids(viewer, open)).toBe(false)
  })

  test('are the assigned officer’s and auditors’ after it', () => {
    const { open } = createRecord().toOpened().state
    expect(readsOpenedBids(officer, open)).toBe(true)
    expect(readsOpenedBids(auditor, open)).toBe(true)
    const elsewhere: Viewer = { person: 'p-aud', roles: [{ role: 'AU', org: 'elsewhere' }] }
    for (const viewer of [anyone, colleague, stranger, approver, elsewhere]) {
      expect(readsOpenedBids(viewer, open)).toBe(false)
    }
  })

  test('a file that is assigned to nobody is every officer’s of its agency', () => {
    const { open } = createRecord().toApproved().state
    expect(isOfficerOf(officer, { ...open, assigned: {} })).toBe(true)
    expect(isOfficerOf(stranger, { ...open, assigned: {} })).toBe(false)
  })
})
