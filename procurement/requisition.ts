/**
 * From the need to the approval (row P1): the requisition opens the file, the certificate says that
 * the money is there, the approval pins method and rule pack.
 *
 * Refuses an approval without certified funds for the value, of a method that the law does not open
 * to the value, without three sources or a public notice, without a word on set-aside, by the
 * author, or against the duty matrix.
 */
import { z } from 'zod'
import { parseCanonical } from '../ledger/index.ts'
import { act, refuse, type Context, type Duty, type Refusal, type StageRules } from './act.ts'
import { dateIn } from './calendar.ts'
import {
  checkReason,
  findMethod,
  findPack,
  methodAllows,
  packs,
  pinOf,
  referenceIn,
  ruleIn,
  whenIn,
  type Method,
  type Pack,
} from './methods.ts'
import { compareMoney, minorUnits, showMoney } from './money.ts'
import { hiddenBy, ownRule } from './refusals.ts'
import {
  codeSchema,
  dateSchema,
  deliverySchema,
  docSchema,
  hashSchema,
  idSchema,
  instantSchema,
  itemSchema,
  lineSchema,
  listOrDoc,
  moneySchema,
  reasonSchema,
  textSchema,
  titleSchema,
} from './schemas.ts'
import { checkSeparation, checkWholeFile } from './separation.ts'
import type { FileState, Money, OpenState, Stage } from './state.ts'

/** A second passes for at most ten days. */
const ACCELERATOR_MAX = 864_000

const submitSchema = z.strictObject({
  title: titleSchema,
  need: textSchema,
  category: z.enum(['goods', 'services', 'works']),
  items: listOrDoc(itemSchema),
  delivery: deliverySchema,
  value: moneySchema,
  budget: z.strictObject({ line: idSchema, plan: titleSchema.exactOptional() }),
  training: z
    .strictObject({
      legalStart: instantSchema,
      realStart: instantSchema,
      accelerator: z.int().min(1).max(ACCELERATOR_MAX),
    })
    .exactOptional(),
  source: z
    .strictObject({
      ocid: lineSchema(128),
      uri: lineSchema(500),
      sha256: hashSchema,
    })
    .exactOptional(),
})

const submit = act({
  row: '',
  roles: ['RQ'],
  opens: true,
  schema: submitSchema,
  documents: (_file, { payload: { items } }) => (Array.isArray(items) ? [] : [items.commit]),
  decide: ({ open }, { payload }, { at, arrivedAt }) => {
    const rule = ownRule('requisition')
    if (payload.training !== undefined && open.live)
      return refuse(
        'training',
        ownRule('training'),
        'A live agency runs on the real clock.',
        'Leave the training clock out, or use a training agency.',
        '/payload/training',
      )
    if (payload.training !== undefined && payload.training.realStart > (arrivedAt ?? at))
      return refuse(
        'training',
        ownRule('training'),
        'The training clock would start in the future.',
        'Start it now.',
        '/payload/training/realStart',
      )
    if (minorUnits(payload.value) === 0n)
      return refuse(
        'terms',
        rule,
        'The estimate is zero.',
        'Estimate what it will cost.',
        '/payload/value',
      )
    return checkItems(payload)
  },
  evolve: ({ open }, { statement, payload }, { hash, legal }) => {
    const { training, ...requisition } = payload
    open.requisition = { hash, legal, by: statement.actor, ...requisition }
    if (training !== undefined) open.training = training
    return undefined
  },
})

function checkItems({ items, value }: z.infer<typeof submitSchema>): Refusal | undefined {
  if (!Array.isArray(items)) return undefined
  const rule = ownRule('requisition')
  if (new Set(items.map(({ id }) => id)).size !== items.length)
    return refuse(
      'terms',
      rule,
      'Two items have the same id.',
      'Give each item its own id.',
      '/payload/items',
    )
  if (items.some(({ estimate }) => estimate !== undefined && estimate.currency !== value.currency))
    return refuse(
      'currency',
      rule,
      `An item is estimated in another currency than ${value.currency}.`,
      'Estimate all in one currency.',
      '/payload/items',
    )
  return undefined
}

const certify = act({
  row: 'P1',
  roles: ['BU'],
  // Again on an increase, up to the award.
  stages: ['draft', 'approved', 'open', 'closed', 'opened'],
  schema: z.strictObject({
    line: idSchema,
    amount: moneySchema,
    fiscalYear: z.string().regex(/^\d{4}$/, 'must be a year'),
    availableUntil: dateSchema,
  }),
  decide: ({ open }, { payload: { line, amount, availableUntil } }, { legal }) => {
    const rule = ownRule('funds')
    const { budget, value } = open.requisition
    if (line !== budget.line)
      return refuse(
        'budget-line',
        rule,
        `The requisition is on the line ${budget.line}.`,
        'Certify that line, or let the requisition be made anew.',
        '/payload/line',
      )
    if (amount.currency !== value.currency)
      return refuse(
        'currency',
        rule,
        `The value is in ${value.currency}.`,
        'Certify in it.',
        '/payload/amount',
      )
    if (availableUntil < dateIn(open.zone, legal))
      return refuse(
        'no-funds',
        rule,
        'These funds are no longer available.',
        'Certify others.',
        '/payload/availableUntil',
      )
    if (
      open.funds !== undefined &&
      open.stage !== 'draft' &&
      compareMoney(amount, open.funds.amount) <= 0
    )
      return refuse(
        'already-done',
        rule,
        `${showMoney(open.funds.amount)} are certified already.`,
        'Certify only an increase.',
        '/payload/amount',
      )
    return undefined
  },
  evolve: ({ open }, { payload }, { hash, legal }) => {
    open.funds = { ...payload, hash, legal }
    return undefined
  },
})

const approveSchema = z.strictObject({
  method: idSchema,
  pack: z.strictObject({ id: idSchema, version: idSchema, sha256: hashSchema }),
  competition: z.strictObject({
    kind: z.enum(['open', 'invited']),
    sources: docSchema.exactOptional(),
    reason: reasonSchema,
  }),
  setAside: z.strictObject({ kind: codeSchema, reason: reasonSchema }),
  clauses: z.array(idSchema).max(500),
})
type Approval = z.infer<typeof approveSchema>

const approve = act({
  row: 'P1',
  roles: ['AP'],
  stages: ['draft'],
  schema: approveSchema,
  documents: (_file, { payload: { competition } }) =>
    competition.sources === undefined ? [] : [competition.sources.commit],
  decide: (file, { statement, payload }, context) => {
    const pack = findPack(payload.pack)
    if (pack === undefined) return unknownPack(payload)
    const method = findMethod(pack, payload.method)
    if (method === undefined) return unknownMethod(pack, payload)
    const author = { person: statement.actor, role: 'AP' as const, t: statement.t }
    const separation = referenceIn(pack, 'separation', whenIn(file.open, context.legal))
    return (
      checkAuthor(file, author.person, separation) ??
      checkWholeFile(file, method, separation) ??
      checkSeparation(file, author, method, separation) ??
      checkFunds(file.open, pack, context) ??
      checkMethod(file.open, pack, method, context) ??
      checkSetAside(file.open, payload, pack, context) ??
      checkCompetition(file.open, payload, pack, context)
    )
  },
  evolve: ({ open }, { payload }, { hash, legal }) => {
    const { method, pack, competition, setAside, clauses } = payload
    open.stage = 'approved'
    open.method = method
    open.pack = pack
    open.approval = { hash, legal, competition, setAside, clauses }
    return undefined
  },
})

function unknownPack({ pack }: Approval): Refusal {
  const known = packs.map((one) => `${one.id} ${one.version} ${pinOf(one).sha256}`)
  return refuse(
    'pack-unknown',
    ownRule('approval'),
    `This build does not hold the pack ${pack.id} ${pack.version} with that hash.`,
    `Pin one of: ${known.join('; ')}.`,
    '/payload/pack',
  )
}

function unknownMethod(pack: Pack, { method }: Approval): Refusal {
  return refuse(
    'method-not-allowed',
    ownRule('method'),
    `${pack.id} has no method ${method}.`,
    `Choose one of: ${pack.methods.map(({ id }) => id).join(', ')}.`,
    '/payload/method',
  )
}

/** Whoever wrote the requisition never approves it, in any method. */
function checkAuthor(
  { open }: FileState,
  person: string,
  rule: Refusal['rule'],
): Refusal | undefined {
  if (open.requisition.by !== person) return undefined
  return refuse(
    'separation',
    rule,
    `${person} wrote requisition.submit (${open.requisition.hash}) and cannot sign requisition.approve for it.`,
    'Let another approver decide.',
    '/actor',
  )
}

function checkFunds(open: OpenState, pack: Pack, context: Context): Refusal | undefined {
  const rule = referenceIn(pack, 'funds', whenIn(open, context.legal))
  const { value } = open.requisition
  const { funds } = open
  if (funds === undefined)
    return refuse(
      'no-funds',
      rule,
      'No funds are certified.',
      'Ask the budget officer for a certificate.',
    )
  if (compareMoney(funds.amount, value) < 0)
    return refuse(
      'no-funds',
      rule,
      `${showMoney(funds.amount)} are certified; the value is ${showMoney(value)}.`,
      'Ask the budget officer for a certificate over the whole value.',
    )
  if (funds.availableUntil >= dateIn(open.zone, context.legal)) return undefined
  return refuse(
    'no-funds',
    rule,
    `The funds were available until ${funds.availableUntil}.`,
    'Ask for a new certificate.',
  )
}

function checkMethod(
  open: OpenState,
  pack: Pack,
  method: Method,
  context: Context,
): Refusal | undefined {
  const answer = methodAllows(pack, method, open.requisition.value, whenIn(open, context.legal))
  if (answer.allowed) return undefined
  return refuse(
    'method-not-allowed',
    answer.rule,
    `${answer.why}; the value is ${showMoney(open.requisition.value)}.`,
    'Choose the method by the value.',
    '/payload/method',
  )
}

/** Open to all by public notice, or at least as many sources asked as the pack wants. */
function checkCompetition(
  open: OpenState,
  { competition: { kind, sources, reason } }: Approval,
  pack: Pack,
  context: Context,
): Refusal | undefined {
  const code = checkReason(
    { ...open, pack: pinOf(pack) },
    'competition',
    reason,
    '/payload/competition/reason/code',
  )
  if (code !== undefined || kind === 'open') return code
  const list = sources && context.document(sources.commit)
  if (sources !== undefined && list === undefined)
    return hiddenBy(referenceIn(pack, 'sources', whenIn(open, context.legal)))
  const asked = countSources(list)
  const least = Number(ruleIn(pack, 'sources', whenIn(open, context.legal))?.value ?? 1)
  if (asked >= least) return undefined
  return refuse(
    'competition',
    referenceIn(pack, 'sources', whenIn(open, context.legal)),
    `${asked} sources are asked; it must be at least ${least}, or a public notice.`,
    'Name more sources, or open the competition to all.',
    '/payload/competition/sources',
  )
}

/** The document is a canonical JSON list of distinct sources. Anything else counts as none. */
function countSources(bytes: Uint8Array | undefined): number {
  if (bytes === undefined) return 0
  try {
    const list = parseCanonical(bytes)
    return Array.isArray(list) ? new Set(list.map((source) => JSON.stringify(source))).size : 0
  } catch {
    // Somebody's document: of another form it names no source that can be counted.
    return 0
  }
}

function checkSetAside(
  open: OpenState,
  { setAside, clauses }: Approval,
  pack: Pack,
  context: Context,
): Refusal | undefined {
  const pinned = { ...open, pack: pinOf(pack) }
  const code = checkReason(pinned, 'set-aside', setAside.reason, '/payload/setAside/reason/code')
  if (code !== undefined) return code
  if (clauses.length > 0 || ruleIn(pack, 'clauses', whenIn(open, context.legal)) === undefined)
    return undefined
  return refuse(
    'clauses',
    referenceIn(pack, 'clauses', whenIn(open, context.legal)),
    'No clause is named.',
    'Name the clauses that the order will carry.',
    '/payload/clauses',
  )
}

/** Whether the certificate covers a price on a day: for the acts that commit money later. */
export function fundsCover(
  { funds, zone }: Pick<OpenState, 'funds' | 'zone'>,
  price: Money,
  legal: string,
): boolean {
  return (
    funds !== undefined &&
    funds.amount.currency === price.currency &&
    compareMoney(funds.amount, price) >= 0 &&
    funds.availableUntil >= dateIn(zone, legal)
  )
}

const before: readonly Stage[] = ['draft']

export const requisition: StageRules = {
  acts: { 'requisition.submit': submit, 'funds.certify': certify, 'requisition.approve': approve },
  due: ({ open }) =>
    before.includes(open.stage) && open.requisition.hash !== '' ? owed(open) : [],
}

function owed(open: OpenState): Duty[] {
  const { hash, legal, value } = open.requisition
  const isCovered = fundsCover(open, value, open.funds?.legal ?? legal)
  const duty = { subject: open.ocid, clock: 'legal' as const, otherwise: 'The purchase waits.' }
  if (!isCovered)
    return [
      {
        ...duty,
        key: `funds.certify/${hash}`,
        type: 'funds.certify',
        role: 'BU',
        from: legal,
        rule: ownRule('funds'),
        cause: hash,
      },
    ]
  return [
    {
      ...duty,
      key: `requisition.approve/${hash}`,
      type: 'requisition.approve',
      role: 'AP',
      from: open.funds?.legal ?? legal,
      rule: ownRule('approval'),
      cause: open.funds?.hash ?? hash,
    },
  ]
}
