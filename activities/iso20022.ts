/**
 * Messages with the bank, by ISO 20022: a payment goes out as `pain.001.001.09`, and comes back as `pain.002` (what
 * became of the instruction) and `camt.054` (what was booked).
 *
 * One credit transfer a message; its EndToEndId names it everywhere, the file included. The writer is a template in
 * the order of the schema and the same input gives the same bytes; the reader takes what it needs and nothing on
 * trust. Refused: text that XML cannot carry, fields longer than the schema allows, a document type declaration.
 * Amounts are decimal strings as the standard writes them, dates are dates of the file's legal clock.
 */
import { XMLParser } from 'fast-xml-parser'
import { z } from 'zod'

/** An amount as ISO 20022 writes it: `19888.00`, with the currency's own number of decimals. */
export interface Amount {
  value: string
  currency: string
}

/** Who pays or is paid. */
export interface Party {
  name: string
  /** IBAN, or the account number of a country that has none. */
  account: { iban: string } | { number: string }
  /** The bank: BIC, or the member number of a clearing system, as `USABA`. Absent: the account tells. */
  bank?: { bic: string } | { system: string; member: string }
}

/** One payment order. */
export interface CreditTransfer {
  /** At most 35 characters of letters, digits, `.` and `-`; also the message's and the instruction's own id. */
  endToEndId: string
  /** Legal instant at which the message is made. */
  createdAt: string
  /** Legal day on which it shall be executed, `YYYY-MM-DD`. */
  executeOn: string
  amount: Amount
  debtor: Party
  creditor: Party
  /** For the payee to read, at most 140 characters. */
  remittance: string
}

/** The message cannot be written or read. */
export class MessageError extends Error {
  readonly code: 'field' | 'form'
  constructor(code: 'field' | 'form', message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'MessageError'
    this.code = code
  }
}

const endToEndForm = /^[A-Za-z0-9][A-Za-z0-9.-]{0,34}$/

/** True for an id that may name a payment and, since it has no separator in it, a file. */
export function isEndToEndId(text: string): boolean {
  return endToEndForm.test(text)
}

/** The `pain.001.001.09` document of one payment, UTF-8. @throws MessageError `field` */
export function writeTransfer(transfer: CreditTransfer): string {
  const { endToEndId, createdAt, executeOn, amount, debtor, creditor, remittance } = transfer
  require(isEndToEndId(endToEndId), 'EndToEndId', endToEndId)
  require(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(createdAt), 'CreDtTm', createdAt)
  require(/^\d{4}-\d\d-\d\d$/.test(executeOn), 'ReqdExctnDt', executeOn)
  require(/^\d{1,15}(\.\d{1,5})?$/.test(amount.value) &&
    /[1-9]/.test(amount.value), 'InstdAmt', amount.value)
  require(/^[A-Z]{3}$/.test(amount.currency), 'Ccy', amount.currency)
  return `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09">
  <CstmrCdtTrfInitn>
    <GrpHdr>
      <MsgId>${endToEndId}</MsgId>
      <CreDtTm>${createdAt}</CreDtTm>
      <NbOfTxs>1</NbOfTxs>
      <CtrlSum>${amount.value}</CtrlSum>
      <InitgPty><Nm>${text(debtor.name, 140)}</Nm></InitgPty>
    </GrpHdr>
    <PmtInf>
      <PmtInfId>${endToEndId}</PmtInfId>
      <PmtMtd>TRF</PmtMtd>
      <NbOfTxs>1</NbOfTxs>
      <CtrlSum>${amount.value}</CtrlSum>
      <ReqdExctnDt><Dt>${executeOn}</Dt></ReqdExctnDt>
      <Dbtr><Nm>${text(debtor.name, 140)}</Nm></Dbtr>
      <DbtrAcct>${account(debtor)}</DbtrAcct>
      <DbtrAgt>${agent(debtor)}</DbtrAgt>
      <ChrgBr>SHAR</ChrgBr>
      <CdtTrfTxInf>
        <PmtId><InstrId>${endToEndId}</InstrId><EndToEndId>${endToEndId}</EndToEndId></PmtId>
        <Amt><InstdAmt Ccy="${amount.currency}">${amount.value}</InstdAmt></Amt>
        <CdtrAgt>${agent(creditor)}</CdtrAgt>
        <Cdtr><Nm>${text(creditor.name, 140)}</Nm></Cdtr>
        <CdtrAcct>${account(creditor)}</CdtrAcct>
        <RmtInf><Ustrd>${text(remittance, 140)}</Ustrd></RmtInf>
      </CdtTrfTxInf>
    </PmtInf>
  </CstmrCdtTrfInitn>
</Document>
`
}

function account(party: Party): string {
  if ('iban' in party.account) {
    require(/^[A-Z]{2}\d\d[A-Za-z0-9]{1,30}$/.test(party.account.iban), 'IBAN', party.account.iban)
    return `<Id><IBAN>${party.account.iban}</IBAN></Id>`
  }
  return `<Id><Othr><Id>${text(party.account.number, 34)}</Id></Othr></Id>`
}

function agent(party: Party): string {
  if (!party.bank) return '<FinInstnId><Othr><Id>NOTPROVIDED</Id></Othr></FinInstnId>'
  if ('bic' in party.bank) {
    require(/^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$/.test(party.bank.bic), 'BICFI', party
      .bank.bic)
    return `<FinInstnId><BICFI>${party.bank.bic}</BICFI></FinInstnId>`
  }
  const { system, member } = party.bank
  const clearing = `<ClrSysId><Cd>${text(system, 5)}</Cd></ClrSysId><MmbId>${text(member, 35)}</MmbId>`
  return `<FinInstnId><ClrSysMmbId>${clearing}</ClrSysMmbId></FinInstnId>`
}

// What XML 1.0 cannot carry at all, not even escaped; line ends are refused too, since readers change them.
const uncarried = /[^\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** Text content, escaped. Empty, too long or not of XML's characters: refused, never cut. */
function text(value: string, sizeMax: number): string {
  require(value.trim() !== '' &&
    Array.from(value).length <= sizeMax &&
    !uncarried.test(value), 'text', value)
  return value.replace(/[&<>"']/g, (sign) => escapes[sign] ?? sign)
}

function require(holds: boolean, field: string, value: string): void {
  if (!holds) throw new MessageError('field', `${field} cannot be ${JSON.stringify(value)}`)
}

/** What a bank says about one payment. */
export type BankAnswer =
  | { kind: 'settled'; endToEndId: string; bankReference: string; date: string; amount: Amount }
  | { kind: 'failed'; endToEndId: string; code: string }

/**
 * The answers that a `pain.002` or `camt.054` document gives. States on the way (accepted, pending) are none, and
 * neither is the rejection of a duplicate: it says nothing about the first message under the same id.
 * @throws MessageError `form`
 */
export function readAnswers(xml: string): BankAnswer[] {
  const { Document } = parseDocument(xml)
  if (Document.CstmrPmtStsRpt) return statusAnswers(Document.CstmrPmtStsRpt)
  if (Document.BkToCstmrDbtCdtNtfctn) return bookedAnswers(Document.BkToCstmrDbtCdtNtfctn)
  throw new MessageError('form', 'neither pain.002 nor camt.054')
}

const several = new Set([
  'OrgnlPmtInfAndSts',
  'TxInfAndSts',
  'StsRsnInf',
  'Ntfctn',
  'Ntry',
  'NtryDtls',
  'TxDtls',
])

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  removeNSPrefix: true,
  isArray: (name) => several.has(name),
})

const amountForm = z
  .object({ '#text': z.string().regex(/^\d{1,15}(\.\d{1,5})?$/), '@Ccy': z.string().length(3) })
  .transform((amount): Amount => ({ value: amount['#text'], currency: amount['@Ccy'] }))

const reasonsForm = z
  .array(
    z.object({
      Rsn: z.object({ Cd: z.string().optional(), Prtry: z.string().optional() }).optional(),
    }),
  )
  .optional()

const statusForm = z.object({
  OrgnlGrpInfAndSts: z.object({
    OrgnlMsgId: z.string(),
    GrpSts: z.string().optional(),
    StsRsnInf: reasonsForm,
  }),
  OrgnlPmtInfAndSts: z
    .array(
      z.object({
        OrgnlPmtInfId: z.string(),
        PmtInfSts: z.string().optional(),
        StsRsnInf: reasonsForm,
        TxInfAndSts: z
          .array(
            z.object({
              OrgnlEndToEndId: z.string().optional(),
              TxSts: z.string().optional(),
              StsRsnInf: reasonsForm,
            }),
          )
          .optional(),
      }),
    )
    .optional(),
})

const bookedForm = z.object({
  Ntfctn: z.array(
    z.object({
      Ntry: z
        .array(
          z.object({
            Amt: amountForm,
            CdtDbtInd: z.string(),
            RvslInd: z.string().optional(),
            Sts: z.object({ Cd: z.string() }),
            BookgDt: z.object({ Dt: z.string().optional(), DtTm: z.string().optional() }),
            AcctSvcrRef: z.string().optional(),
            NtryDtls: z
              .array(
                z.object({
                  TxDtls: z
                    .array(
                      z.object({
                        Refs: z.object({
                          EndToEndId: z.string().optional(),
                          AcctSvcrRef: z.string().optional(),
                        }),
                        Amt: amountForm.optional(),
                      }),
                    )
                    .optional(),
                }),
              )
              .optional(),
          }),
        )
        .optional(),
    }),
  ),
})

const documentForm = z.object({
  Document: z.object({
    CstmrPmtStsRpt: statusForm.optional(),
    BkToCstmrDbtCdtNtfctn: bookedForm.optional(),
  }),
})

function parseDocument(xml: string): z.infer<typeof documentForm> {
  if (/<!DOCTYPE/i.test(xml)) throw new MessageError('form', 'a document type declaration')
  // A file that is still being written has no end yet.
  if (!/<\/([\w.-]+:)?Document>\s*$/.test(xml))
    throw new MessageError('form', 'not a whole document')
  try {
    return documentForm.parse(parser.parse(xml))
  } catch (cause) {
    throw new MessageError('form', 'not an answer of a bank by ISO 20022', { cause })
  }
}

const rejected = new Set(['RJCT', 'CANC'])
const duplicates = new Set(['AM05', 'DUPL', 'DU01', 'DU02', 'DU03', 'DU04', 'DU05'])

function statusAnswers(report: z.infer<typeof statusForm>): BankAnswer[] {
  const group = report.OrgnlGrpInfAndSts
  const failed: BankAnswer[] = []
  const note = (
    id: string | undefined,
    status: string | undefined,
    reasons: typeof group.StsRsnInf,
  ): void => {
    if (id === undefined || status === undefined || !rejected.has(status)) return
    const code = reasons?.map(({ Rsn }) => Rsn?.Cd ?? Rsn?.Prtry).find(Boolean) ?? status
    if (!duplicates.has(code)) failed.push({ kind: 'failed', endToEndId: id, code })
  }
  // Our messages and instructions carry the EndToEndId of their only payment.
  note(group.OrgnlMsgId, group.GrpSts, group.StsRsnInf)
  for (const instruction of report.OrgnlPmtInfAndSts ?? []) {
    note(instruction.OrgnlPmtInfId, instruction.PmtInfSts, instruction.StsRsnInf)
    for (const payment of instruction.TxInfAndSts ?? [])
      note(payment.OrgnlEndToEndId, payment.TxSts, payment.StsRsnInf)
  }
  return failed
}

/** Booked debits. Credits and reversals are another matter: a person has to look at them. */
function bookedAnswers(notification: z.infer<typeof bookedForm>): BankAnswer[] {
  const settled: BankAnswer[] = []
  for (const entry of notification.Ntfctn.flatMap(({ Ntry }) => Ntry ?? [])) {
    if (entry.CdtDbtInd !== 'DBIT' || entry.Sts.Cd !== 'BOOK' || entry.RvslInd === 'true') continue
    const date = entry.BookgDt.Dt ?? entry.BookgDt.DtTm?.slice(0, 10)
    for (const payment of (entry.NtryDtls ?? []).flatMap(({ TxDtls }) => TxDtls ?? [])) {
      const bankReference = payment.Refs.AcctSvcrRef ?? entry.AcctSvcrRef
      const endToEndId = payment.Refs.EndToEndId
      if (date === undefined || bankReference === undefined || endToEndId === undefined) continue
      settled.push({
        kind: 'settled',
        endToEndId,
        bankReference,
        date,
        amount: payment.Amt ?? entry.Amt,
      })
    }
  }
  return settled
}
