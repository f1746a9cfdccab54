/**
 * A small bank for development: it takes `pain.001` files from `out/`, and answers with `pain.002` and `camt.054`
 * files in `in/`, as a real one does behind the same folders.
 *
 * It pays an EndToEndId once. Its journal is written, one file a payment, before it answers; after a crash the same
 * answers are given again, and a second message with a known id is refused as a duplicate, whatever it says. An
 * account whose number begins with `CLOSED` is refused (AC04). Dates are those of the message: the bank has no clock.
 */
import { createHash, randomUUID } from 'node:crypto'
import { link, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { XMLParser } from 'fast-xml-parser'
import { z } from 'zod'

export interface BankOptions {
  /** The folder of the exchange; `out`, `in` and `journal` are made inside. */
  dir: string
  /** How often `out/` is looked at. */
  pollMs?: number
  /** Called once for each line worth telling: what was paid or refused. */
  log?: (line: string) => void
}

export interface RunningBank {
  /** Looks into `out/` now; resolves when all that lay there is answered. */
  look: () => Promise<void>
  stop: () => Promise<void>
}

/** Opens the bank and keeps it open until `stop`. */
export async function runBank({
  dir,
  pollMs = 200,
  log = () => undefined,
}: BankOptions): Promise<RunningBank> {
  const folders: Folders = {
    out: join(dir, 'out'),
    in: join(dir, 'in'),
    journal: join(dir, 'journal'),
  }
  for (const folder of [folders.out, folders.in, folders.journal])
    await mkdir(folder, { recursive: true })
  const seen = new Set<string>()
  let looking = Promise.resolve()
  const look = (): Promise<void> => (looking = looking.then(() => lookThrough(folders, seen, log)))
  await look()
  const timer = setInterval(() => {
    look().catch((error: unknown) => log(String(error)))
  }, pollMs)
  return {
    look,
    stop: async () => {
      clearInterval(timer)
      await looking
    },
  }
}

interface Folders {
  out: string
  in: string
  journal: string
}

async function lookThrough(
  folders: Folders,
  seen: Set<string>,
  log: (line: string) => void,
): Promise<void> {
  for (const name of (await readdir(folders.out)).sort()) {
    if (!name.endsWith('.pain001.xml') || seen.has(name)) continue
    const bytes = await readFile(join(folders.out, name))
    const order = readOrder(bytes.toString('utf8'))
    log(order ? await take(folders, order, messageSha(bytes)) : `${name}: not a payment order`)
    seen.add(name)
  }
}

/** Takes one order: journal first, then the answers. `message` is the SHA-256 of what was sent. */
async function take(folders: Folders, order: Order, message: string): Promise<string> {
  const entry = await enter(folders.journal, { ...order, message, code: refusalOf(order) })
  if (entry.message !== message) {
    await put(
      folders.in,
      `${order.endToEndId}.${message.slice(0, 8)}.pain002.xml`,
      status(order, 'RJCT', 'DU04'),
    )
    return `${order.endToEndId}: refused, this id was used before`
  }
  if (entry.code) {
    await put(folders.in, `${order.endToEndId}.pain002.xml`, status(order, 'RJCT', entry.code))
    return `${order.endToEndId}: refused, ${entry.code}`
  }
  await put(folders.in, `${order.endToEndId}.pain002.xml`, status(order, 'ACSC'))
  await put(folders.in, `${order.endToEndId}.camt054.xml`, booking(order, message))
  return `${order.endToEndId}: paid ${order.amount} ${order.currency} on ${order.executeOn}`
}

const orderForm = z.object({
  endToEndId: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,34}$/),
  createdAt: z.string().regex(/^[0-9T:.Z-]+$/),
  executeOn: z.iso.date(),
  amount: z.string().regex(/^\d+(\.\d+)?$/),
  currency: z.string().regex(/^[A-Z]{3}$/),
  account: z.string(),
})
type Order = z.infer<typeof orderForm>

const entryForm = orderForm.extend({ message: z.string(), code: z.string().optional() })
type JournalEntry = z.infer<typeof entryForm>

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  removeNSPrefix: true,
})

const messageForm = z.object({
  Document: z.object({
    CstmrCdtTrfInitn: z.object({
      GrpHdr: z.object({ CreDtTm: z.string(), NbOfTxs: z.literal('1'), CtrlSum: z.string() }),
      PmtInf: z.object({
        ReqdExctnDt: z.object({ Dt: z.string() }),
        CdtTrfTxInf: z.object({
          PmtId: z.object({ EndToEndId: z.string() }),
          Amt: z.object({ InstdAmt: z.object({ '#text': z.string(), '@Ccy': z.string() }) }),
          CdtrAcct: z.object({
            Id: z.object({
              IBAN: z.string().optional(),
              Othr: z.object({ Id: z.string() }).optional(),
            }),
          }),
        }),
      }),
    }),
  }),
})

/** Undefined for anything but one whole payment order whose sums agree. */
function readOrder(xml: string): Order | undefined {
  const message = messageForm.safeParse(parser.parse(xml))
  if (!message.success) return undefined
  const { GrpHdr, PmtInf } = message.data.Document.CstmrCdtTrfInitn
  const transfer = PmtInf.CdtTrfTxInf
  const order = orderForm.safeParse({
    endToEndId: transfer.PmtId.EndToEndId,
    createdAt: GrpHdr.CreDtTm,
    executeOn: PmtInf.ReqdExctnDt.Dt,
    amount: transfer.Amt.InstdAmt['#text'],
    currency: transfer.Amt.InstdAmt['@Ccy'],
    account: transfer.CdtrAcct.Id.IBAN ?? transfer.CdtrAcct.Id.Othr?.Id,
  })
  return order.data?.amount === GrpHdr.CtrlSum ? order.data : undefined
}

function refusalOf(order: Order): string | undefined {
  return order.account.startsWith('CLOSED') ? 'AC04' : undefined
}

function messageSha(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Writes the journal's entry of an id unless there is one; gives the one that stands. */
async function enter(journal: string, entry: JournalEntry): Promise<JournalEntry> {
  const path = join(journal, `${entry.endToEndId}.json`)
  const aside = join(journal, `.${randomUUID()}`)
  await writeFile(aside, JSON.stringify(entry), { flush: true })
  try {
    await link(aside, path)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    await rm(aside, { force: true })
  }
  const folder = await open(journal, 'r')
  await folder.sync().finally(() => folder.close())
  return entryForm.parse(JSON.parse(await readFile(path, 'utf8')))
}

/** Answers appear whole or not at all; the same answer again changes nothing. */
async function put(folder: string, name: string, xml: string): Promise<void> {
  const aside = join(folder, `.${randomUUID()}`)
  await writeFile(aside, xml, { flush: true })
  await rename(aside, join(folder, name))
}

function status(order: Order, state: 'ACSC' | 'RJCT', code?: string): string {
  const reason = code === undefined ? '' : `<StsRsnInf><Rsn><Cd>${code}</Cd></Rsn></StsRsnInf>`
  return `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10">
  <CstmrPmtStsRpt>
    <GrpHdr><MsgId>S-${order.endToEndId}</MsgId><CreDtTm>${order.createdAt}</CreDtTm></GrpHdr>
    <OrgnlGrpInfAndSts>
      <OrgnlMsgId>${order.endToEndId}</OrgnlMsgId>
      <OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>
    </OrgnlGrpInfAndSts>
    <OrgnlPmtInfAndSts>
      <OrgnlPmtInfId>${order.endToEndId}</OrgnlPmtInfId>
      <TxInfAndSts>
        <OrgnlEndToEndId>${order.endToEndId}</OrgnlEndToEndId>
        <TxSts>${state}</TxSts>${reason}
      </TxInfAndSts>
    </OrgnlPmtInfAndSts>
  </CstmrPmtStsRpt>
</Document>
`
}

function booking(order: Order, message: string): string {
  const reference = `BK-${message.slice(0, 12).toUpperCase()}`
  const amount = `<Amt Ccy="${order.currency}">${order.amount}</Amt>`
  return `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08">
  <BkToCstmrDbtCdtNtfctn>
    <GrpHdr><MsgId>N-${order.endToEndId}</MsgId><CreDtTm>${order.createdAt}</CreDtTm></GrpHdr>
    <Ntfctn>
      <Id>N-${order.endToEndId}</Id>
      <CreDtTm>${order.createdAt}</CreDtTm>
      <Acct><Id><Othr><Id>PAYER</Id></Othr></Id></Acct>
      <Ntry>
        ${amount}
        <CdtDbtInd>DBIT</CdtDbtInd>
        <Sts><Cd>BOOK</Cd></Sts>
        <BookgDt><Dt>${order.executeOn}</Dt></BookgDt>
        <ValDt><Dt>${order.executeOn}</Dt></ValDt>
        <AcctSvcrRef>${reference}</AcctSvcrRef>
        <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>DMCT</SubFmlyCd></Fmly></Domn></BkTxCd>
        <NtryDtls>
          <TxDtls>
            <Refs><AcctSvcrRef>${reference}</AcctSvcrRef><EndToEndId>${order.endToEndId}</EndToEndId></Refs>
            ${amount}
            <CdtDbtInd>DBIT</CdtDbtInd>
          </TxDtls>
        </NtryDtls>
      </Ntry>
    </Ntfctn>
  </BkToCstmrDbtCdtNtfctn>
</Document>
`
}
