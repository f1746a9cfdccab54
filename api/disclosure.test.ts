import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fromBase64Url, sha256, signStatement, toBase64Url, utf8 } from '../ledger/index.ts'
import type { Role } from '../procurement/index.ts'
import { keyOf } from '../tests/file-builder.ts'
import { createRecord } from '../tests/record-builder.ts'
import {
  anyone,
  createDisclosure,
  isOfficerOf,
  isOpened,
  readsOpenedBids,
  type Viewer,
} from './disclosure.ts'

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

describe('a document that is not public', () => {
  const purchase = createRecord().toPaid()
  const { open } = purchase.state
  const acts = purchase.log.entries.map(({ row, signed }) => ({ index: row.index, signed }))
  // A commitment, as a text.
  const contact = statementOf('invoice.submit').payload['contact'] as string
  const note = toBase64Url(sha256(utf8('note')))
  const other = toBase64Url(sha256(utf8('other')))
  // As a delivery that was announced with a note.
  const announced = signStatement(
    {
      ...statementOf('delivery.announce'),
      payload: { note: { name: 'note.pdf', media: 'application/pdf', size: 1, commit: note } },
    },
    keyOf('p-northfork'),
  )
  const document = { bytes: utf8('x'), reader: 'file', tender: open.ocid, uploader: 'p-northfork' }
  const disclosure = createDisclosure({
    readers: {
      openFile: () => Promise.resolve(open),
      statements: (_ocid: string, t: string) =>
        Promise.resolve(
          [...acts, { index: 999, signed: announced }].filter(
            ({ signed }) => signed.statement.t === t,
          ),
        ),
    },
    payloads: { find: () => Promise.resolve(document) },
    // Nothing else is asked.
  } as unknown as Parameters<typeof createDisclosure>[0])

  function statementOf(t: string) {
    const found = acts.find(({ signed }) => signed.statement.t === t)
    if (!found) throw new Error(`no ${t}`)
    return found.signed.statement
  }

  const may = async (viewer: Viewer, commit: string) =>
    (await disclosure.payload(viewer, fromBase64Url(commit))).kind === 'given'
  const holding = (role: Role, org = open.org): Viewer => ({
    person: 'p-someone',
    roles: [{ role, org }],
  })

  test.each<[string, string, Role[]]>([
    ['the contact of an invoice', contact, ['PO', 'AU']],
    ['the note of a delivery', note, ['AC', 'AU']],
    ['any other', other, ['AU']],
  ])('%s is read by whom it is for', async (_, commit, readersOf) => {
    const roles: Role[] = ['RQ', 'BU', 'AP', 'CO', 'AC', 'PO', 'TR', 'AU', 'RG', 'OO']
    const allowed = await Promise.all(roles.map((role) => may(holding(role), commit)))
    expect(roles.filter((_role, i) => allowed[i])).toEqual(
      roles.filter((role) => readersOf.includes(role)),
    )
    for (const role of readersOf) expect(await may(holding(role, 'elsewhere'), commit)).toBe(false)
    expect(await may(anyone, commit)).toBe(false)
  })

  test('is read by who uploaded it, and by no other vendor', async () => {
    expect(await may({ person: 'p-northfork', vendor: 'v-northfork', roles: [] }, other)).toBe(true)
    expect(await may({ person: 'p-pinyon', vendor: 'v-pinyon', roles: [] }, other)).toBe(false)
  })
})
