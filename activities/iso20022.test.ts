import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { XMLParser } from 'fast-xml-parser'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runBank } from '../cli/bank.ts'
import { createBank } from './bank.ts'
import { isEndToEndId, MessageError, readAnswers, writeTransfer } from './iso20022.ts'
import type { CreditTransfer } from './iso20022.ts'

const transfer: CreditTransfer = {
  endToEndId: 'GL-26-014-P1',
  createdAt: '2026-04-16T15:04:05.000000Z',
  executeOn: '2026-04-16',
  amount: { value: '19888.00', currency: 'USD' },
  debtor: {
    name: 'Granite Lakes Treasury',
    account: { number: '000111222' },
    bank: { system: 'USABA', member: '021000021' },
  },
  creditor: {
    name: 'Northfork & Söhne <"Tablets\'">',
    account: { iban: 'DE89370400440532013000' },
    bank: { bic: 'COBADEFFXXX' },
  },
  remittance: 'Invoice NF-7 of 2026-03-12',
}
const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('a payment order', () => {
  it('is the same bytes for the same input', () => {
    expect(writeTransfer(transfer)).toBe(writeTransfer({ ...transfer }))
  })

  it('carries any name that XML can carry, unchanged', () => {
    const parser = new XMLParser({ parseTagValue: false, trimValues: false })
    const name = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
      .filter(
        (text) =>
          text.trim() !== '' && !/[^\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(text),
      )
      .filter((text) => Array.from(text).length <= 140)
    fc.assert(
      fc.property(name, (text) => {
        const xml = writeTransfer({ ...transfer, creditor: { ...transfer.creditor, name: text } })
        const read = parser.parse(xml) as {
          Document: {
            CstmrCdtTrfInitn: { PmtInf: { CdtTrfTxInf: { Cdtr: { Nm: string } } } }
          }
        }
        expect(read.Document.CstmrCdtTrfInitn.PmtInf.CdtTrfTxInf.Cdtr.Nm).toBe(text)
      }),
    )
  })

  it.each([
    ['an id with a path in it', { endToEndId: '../x' }],
    ['an id of 36 characters', { endToEndId: 'x'.repeat(36) }],
    ['an amount of nothing', { amount: { value: '0.00', currency: 'USD' } }],
    ['a negative amount', { amount: { value: '-1.00', currency: 'USD' } }],
    ['a day with a time in it', { executeOn: '2026-04-16T00:00:00Z' }],
    ['a control character', { remittance: 'a\u0000b' }],
    ['a line end', { remittance: 'a\nb' }],
    ['half a surrogate pair', { remittance: 'a\uD800' }],
    ['a text of 141 characters', { remittance: 'x'.repeat(141) }],
    ['an empty name', { creditor: { ...transfer.creditor, name: ' ' } }],
    [
      'an IBAN with markup in it',
      { creditor: { ...transfer.creditor, account: { iban: 'DE89<x/>' } } },
    ],
  ])('is refused with %s', (_what, change) => {
    expect(() => writeTransfer({ ...transfer, ...change })).toThrow(MessageError)
  })

  it('has an id that names a file and nothing else', () => {
    expect(isEndToEndId('GL-26-014-P1')).toBe(true)
    for (const id of ['', '.hidden', 'a/b', 'a b', 'é']) expect(isEndToEndId(id)).toBe(false)
  })
})

describe('the answer of a bank', () => {
  const status = (state: string, code: string): string =>
    `<p:Document xmlns:p="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><p:CstmrPmtStsRpt><p:GrpHdr><p:MsgId>1</p:MsgId></p:GrpHdr>
     <p:OrgnlGrpInfAndSts><p:OrgnlMsgId>E1</p:OrgnlMsgId></p:OrgnlGrpInfAndSts><p:OrgnlPmtInfAndSts><p:OrgnlPmtInfId>E1</p:OrgnlPmtInfId>
     <p:TxInfAndSts><p:OrgnlEndToEndId>E1</p:OrgnlEndToEndId><p:TxSts>${state}</p:TxSts><p:StsRsnInf><p:Rsn><p:Cd>${code}</p:Cd></p:Rsn></p:StsRsnInf></p:TxInfAndSts>
     </p:OrgnlPmtInfAndSts></p:CstmrPmtStsRpt></p:Document>`

  it('is a failure when the payment is rejected, with the bank’s code', () => {
    expect(readAnswers(status('RJCT', 'AC04'))).toEqual([
      { kind: 'failed', endToEndId: 'E1', code: 'AC04' },
    ])
  })

  it.each(['ACTC', 'ACSP', 'PDNG', 'ACSC'])('is nothing yet when the state is %s', (state) => {
    expect(readAnswers(status(state, 'NARR'))).toEqual([])
  })

  it.each(['AM05', 'DUPL', 'DU04'])(
    'says nothing of the first message when a second is rejected with %s',
    (code) => {
      expect(readAnswers(status('RJCT', code))).toEqual([])
    },
  )

  it('is a failure when the whole message is rejected', () => {
    const xml = `<Document><CstmrPmtStsRpt><OrgnlGrpInfAndSts><OrgnlMsgId>E2</OrgnlMsgId><GrpSts>RJCT</GrpSts>
      <StsRsnInf><Rsn><Prtry>LIMIT</Prtry></Rsn></StsRsnInf></OrgnlGrpInfAndSts></CstmrPmtStsRpt></Document>`
    expect(readAnswers(xml)).toEqual([{ kind: 'failed', endToEndId: 'E2', code: 'LIMIT' }])
  })

  const entry = (sign: string, state: string, extra = ''): string =>
    `<Ntry><Amt Ccy="USD">5.00</Amt><CdtDbtInd>${sign}</CdtDbtInd>${extra}<Sts><Cd>${state}</Cd></Sts><BookgDt><DtTm>2026-04-17T08:00:00Z</DtTm></BookgDt>
     <AcctSvcrRef>B1</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>E1</EndToEndId></Refs></TxDtls>
     <TxDtls><Refs><EndToEndId>E2</EndToEndId><AcctSvcrRef>B2</AcctSvcrRef></Refs><Amt Ccy="USD">2.00</Amt></TxDtls></NtryDtls></Ntry>`
  const notice = (entries: string): string =>
    `<Document><BkToCstmrDbtCdtNtfctn><Ntfctn>${entries}</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>`

  it('is a settlement for each payment of a booked debit', () => {
    const date = '2026-04-17'
    expect(readAnswers(notice(entry('DBIT', 'BOOK')))).toEqual([
      {
        kind: 'settled',
        endToEndId: 'E1',
        bankReference: 'B1',
        date,
        amount: { value: '5.00', currency: 'USD' },
      },
      {
        kind: 'settled',
        endToEndId: 'E2',
        bankReference: 'B2',
        date,
        amount: { value: '2.00', currency: 'USD' },
      },
    ])
  })

  it('is no settlement when it is pending, a credit or a reversal', () => {
    const others =
      entry('DBIT', 'PDNG') +
      entry('CRDT', 'BOOK') +
      entry('DBIT', 'BOOK', '<RvslInd>true</RvslInd>')
    expect(readAnswers(notice(others))).toEqual([])
  })

  it.each([
    ['half a file', notice(entry('DBIT', 'BOOK')).slice(0, -30)],
    ['an entity of its own', `<!DOCTYPE Document [<!ENTITY x "y">]>${notice('')}`],
    ['another message', '<Document><Other/></Document>'],
    ['an amount that is none', notice(entry('DBIT', 'BOOK')).replace('5.00', '5,00')],
    ['nothing', ''],
  ])('cannot be read from %s', (_what, xml) => {
    expect(() => readAnswers(xml)).toThrow(MessageError)
  })
})

describe('the exchange with the bank', () => {
  let dir: string
  const warnings: string[] = []
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'bank-'))
    warnings.length = 0
  })
  afterEach(() => rm(dir, { recursive: true }))
  const ours = (): ReturnType<typeof createBank> =>
    createBank(dir, (line) => void warnings.push(line))

  it('pays what we order, once, and says so', async () => {
    const bank = await runBank({ dir, pollMs: 60_000 })
    const { send, answer } = ours()
    expect(await answer(transfer.endToEndId)).toBeUndefined()
    await send(transfer.endToEndId, encode(writeTransfer(transfer)))
    await send(transfer.endToEndId, encode(writeTransfer(transfer)))
    await bank.look()
    await bank.look()
    await bank.stop()
    expect(await readdir(join(dir, 'journal'))).toEqual([`${transfer.endToEndId}.json`])
    expect(await answer(transfer.endToEndId)).toMatchObject({
      kind: 'settled',
      date: '2026-04-16',
      amount: transfer.amount,
    })
    expect(warnings).toEqual([])
  })

  it('gives the same answers again when the bank comes back without them', async () => {
    await ours().send(transfer.endToEndId, encode(writeTransfer(transfer)))
    await (await runBank({ dir, pollMs: 60_000 })).stop()
    const path = join(dir, 'in', `${transfer.endToEndId}.camt054.xml`)
    const first = await readFile(path)
    await rm(join(dir, 'in'), { recursive: true })
    await (await runBank({ dir, pollMs: 60_000 })).stop()
    expect(await readFile(path)).toEqual(first)
  })

  it('never sends other bytes under an id that is out', async () => {
    const { send } = ours()
    await send(transfer.endToEndId, encode(writeTransfer(transfer)))
    const other = encode(writeTransfer({ ...transfer, remittance: 'another' }))
    await expect(send(transfer.endToEndId, other)).rejects.toThrow('other bytes')
  })

  it('has the bank refuse a second message under an id that it has paid', async () => {
    await ours().send(transfer.endToEndId, encode(writeTransfer(transfer)))
    await (await runBank({ dir, pollMs: 60_000 })).stop()
    const again = writeTransfer({ ...transfer, amount: { value: '1.00', currency: 'USD' } })
    await writeFile(join(dir, 'out', `${transfer.endToEndId}.pain001.xml`), again)
    const told: string[] = []
    await (await runBank({ dir, pollMs: 60_000, log: (line) => void told.push(line) })).stop()
    expect(told).toEqual([`${transfer.endToEndId}: refused, this id was used before`])
    expect(await ours().answer(transfer.endToEndId)).toMatchObject({
      kind: 'settled',
      amount: transfer.amount,
    })
  })

  it('reports a closed account as a failure', async () => {
    const creditor = { ...transfer.creditor, account: { number: 'CLOSED-1' } }
    await ours().send('E9', encode(writeTransfer({ ...transfer, endToEndId: 'E9', creditor })))
    await (await runBank({ dir, pollMs: 60_000 })).stop()
    expect(await ours().answer('E9')).toEqual({ kind: 'failed', endToEndId: 'E9', code: 'AC04' })
  })

  it('warns of a file that it cannot read and goes on', async () => {
    const bank = ours()
    await bank.answer('E1')
    await writeFile(join(dir, 'in', 'x.camt054.xml'), '<Document>')
    expect(await bank.answer('E1')).toBeUndefined()
    expect(warnings).toHaveLength(1)
  })
})
