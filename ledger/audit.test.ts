import { describe, expect, test } from 'vitest'
import { auditExport, auditExportAsync, auditFile } from './audit.ts'
import type { AuditOptions } from './audit-head.ts'
import { encodeExport } from './export.ts'
import { sampleLog, sampleRules, vkey } from './sample-log.ts'

const log = sampleLog()
const options = (): AuditOptions => ({ vkey, rules: sampleRules() })

describe('an honest log', () => {
  test('is verified as a whole', async () => {
    const verdict = auditExport(log.exportLog(), options())
    expect(verdict).toMatchObject({ verdict: 'verified', entries: 36, verified: 36, hidden: 0 })
    expect(await auditExportAsync(log.exportLog(), options())).toEqual(verdict)
    expect(await auditFile(encodeExport(log.exportLog()), options())).toEqual(verdict)
  })
  test('is verified for one procurement', () => {
    const verdict = auditExport(log.exportProcurement(), options())
    expect(verdict).toMatchObject({ verdict: 'verified', hidden: 0 })
  })
})
