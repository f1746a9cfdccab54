import { expect, test } from 'vitest'
import { overQuota } from './quota.ts'

const MIB = 1024 * 1024
const viewer = { person: 'p-ironwood', roles: [] }
const used = (size: number, isOfTender: boolean) => ({
  uploadedBy: () => Promise.resolve({ size: size * MIB, isOfTender }),
})

test.each([
  { kept: 256, isOfTender: false, code: 'quota' },
  { kept: 255, isOfTender: false, code: undefined },
  { kept: 256, isOfTender: true, code: undefined },
  { kept: 2_048, isOfTender: true, code: 'quota' },
])('with $kept MiB kept, of a procurement: $isOfTender, another gets $code', async (given) => {
  const { kept, isOfTender, code } = given
  const refusal = await overQuota(used(kept, isOfTender), viewer, { size: MIB, tender: 'ocds-1' })
  expect(refusal?.code).toBe(code)
})

test('an empty one takes room as well', async () => {
  const full = { size: 256 * MIB, isOfTender: false }
  const refusal = await overQuota({ uploadedBy: () => Promise.resolve(full) }, viewer, { size: 0 })
  expect(refusal?.status).toBe(413)
})
