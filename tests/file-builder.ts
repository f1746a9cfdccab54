/**
 * A procurement for unit tests of the rules: runs statements through `decide` and `evolve` as the door would, without
 * signing them, a database or a network. Hashes and leaves are computed from the statements; keys are made from names.
 *
 * The people are those of the demonstration: Rosa asks and accepts, Sam certifies, approves and pays, Dana is the
 * officer, Priya the treasury. `createFile()` gives a founded log with all of them and a new file; `to…` runs the
 * example (12 rugged tablets, quotations due Tue, Jan 27, 2026, 2:00 PM MST) up to a stage.
 */
import {
  commit,
  emptyRoot,
  encodeCanonical,
  fromBase64Url,
  type Json,
  type JsonObject,
  keyId,
  leafHash,
  newNonce,
  pae,
  payloadTypeOf,
  rootOf,
  sha256,
  signingKey,
  type SigningKey,
  type Statement,
  toBase64Url,
  utf8,
} from '../ledger/index.ts'
import {
  addMicroseconds,
  closeCommitment,
  CLOCK,
  countingBids,
  type Decision,
  decide,
  draftPayload,
  due,
  type Duty,
  evolve,
  type FileState,
  findMethod,
  isRegisterType,
  legalOf,
  openingKeyId,
  packOfMethod,
  pinOf,
  pongMessage,
  possessionMessage,
  realOf,
  type Role,
  rootName,
  SUITE,
} from '../procurement/index.ts'

export const ORIGIN = 'tenderbook.example/granite-lakes/2026'
export const OCID = 'ocds-213czf-gl-26-014'
export const ORG = 'granite-lakes'
/** Quotations due, legal. */
export const DUE = '2026-01-27T21:00:00.000000Z'

/** Person ids with the roles that the registrar grants them. */
export const PEOPLE: Record<string, { kind: 'official' | 'holder'; org: string; roles: Role[] }> = {
  'p-rosa': { kind: 'official', org: ORG, roles: ['RQ', 'AC'] },
  'p-sam': { kind: 'official', org: ORG, roles: ['BU', 'AP', 'PO', 'OO'] },
  'p-dana': { kind: 'official', org: ORG, roles: ['CO'] },
  'p-priya': { kind: 'official', org: ORG, roles: ['TR'] },
  'p-ines': { kind: 'official', org: ORG, roles: ['AU'] },
  'h-inspector': { kind: 'holder', org: 'inspector-general', roles: ['OO'] },
  'h-cascade': { kind: 'holder', org: 'cascade-records', roles: ['OO'] },
}
export const REGISTRARS = ['p-reg', 'p-reg-2']
export const VENDORS = ['v-ironwood', 'v-northfork', 'v-pinyon']
const HOLDERS = ['p-sam', 'h-inspector', 'h-cascade']

/** The key of a person, root or service by name: the same in every test. */
export function keyOf(name: string): SigningKey {
  let key = keys.get(name)
  if (key === undefined) keys.set(name, (key = signingKey(sha256(utf8(`key of ${name}`)))))
  return key
}
const keys = new Map<string, SigningKey>()

/** 32 bytes in base64url that stand for something by name. */
export function named(name: string): string {
  return toBase64Url(sha256(utf8(name)))
}

/** A point's 65 bytes in base64url that stand for somebody's opening key. */
export function pointOf(name: string): string {
  return toBase64Url(new Uint8Array([4, ...sha256(utf8(name)), ...sha256(utf8(`${name}/y`))]))
}

export function usd(dollars: number): { amount: string; currency: string } {
  return { amount: String(Math.round(dollars * 100)), currency: 'USD' }
}

/** Statement hash, base64url. */
export function hashOf(statement: Statement): string {
  // A Statement is made of Json members only.
  const body = encodeCanonical(statement as unknown as JsonObject)
  return toBase64Url(sha256(pae(payloadTypeOf(statement.t), body)))
}

/** What a test may say differently of a statement. */
export interface Said {
  role?: Role | 'root'
  /** Key by the name it is made from; the actor's own where absent. */
  key?: string
  tender?: string
  tenderHead?: string
  phase?: string
  cause?: string
  /** Real instants. */
  at?: string
  arrivedAt?: string
  issuedAt?: string
  notAfter?: string
  aud?: string
}

/** Any one bid, as a test describes it. */
export interface BidPlan {
  vendor: string
  dollars: number
  lot?: string
  seq?: number
  replaces?: string
}

export interface FileOptions {
  method?: 'us.quote' | 'plain'
  value?: number
  live?: boolean
  training?: { legalStart: string; realStart: string; accelerator: number }
  ocid?: string
  /** Real instant at which the file begins. */
  start?: string
}

/** An accepted statement and its place. */
export interface Entered {
  statement: Statement
  hash: string
  leaf: string
  at: string
  arrivedAt?: string
}

/** Logs with everybody enrolled, by whether the agency is live. */
const foundedLogs = new Map<boolean, { register: Map<string, Json>; entries: Entered[] }>()

export function createFile(options: FileOptions = {}): FileBuilder {
  return new FileBuilder(options)
}

export class FileBuilder {
  readonly ocid: string
  readonly method: string
  readonly #options: FileOptions
  readonly register: Map<string, Json>
  readonly documents = new Map<string, Uint8Array>()
  /** Sizes of uploaded ciphertexts by hash. */
  readonly blobs = new Map<string, number>()
  /** Every accepted statement, in order: what a record of it would hold. */
  readonly entries: Entered[]
  file: FileState | undefined
  /** Real now; each statement takes a second. */
  at: string
  #count = 0

  constructor(options: FileOptions) {
    this.#options = options
    this.ocid = options.ocid ?? OCID
    this.method = options.method ?? 'us.quote'
    this.at = '2026-01-02T16:00:00.000000Z'
    const { live = false } = options
    const begun = foundedLogs.get(live)
    this.register = new Map(begun?.register)
    this.entries = [...(begun?.entries ?? [])]
    this.#count = this.entries.length
    if (begun === undefined) this.#found(live)
    this.at = options.start ?? '2026-01-08T16:00:00.000000Z'
  }

  /** Founds the log and enrols everybody: the same for every file, so done once. */
  #found(live: boolean): void {
    this.#foundLog()
    this.#enrolPeople(live)
    this.#enrolVendors()
    foundedLogs.set(live, { register: new Map(this.register), entries: [...this.entries] })
  }

  /** The file's state; throws before there is one. */
  get state(): FileState {
    if (this.file === undefined) throw new Error('no file yet')
    return this.file
  }

  get legal(): string {
    return legalOf(this.file, this.at)
  }

  /** Moves the clock to a legal instant. */
  waitUntil(legal: string): this {
    this.at = realOf(this.state, legal)
    return this
  }

  /** A statement as this actor's client would make it now. */
  statement(t: string, actor: string, payload: object, said: Said = {}): Statement {
    const issuedAt = said.issuedAt ?? this.at
    const isRegister = isRegisterType(t)
    const { open } = this.file ?? {}
    const head = said.tenderHead ?? open?.solicitation?.head
    const phase = said.phase ?? open?.stage
    return {
      v: 1,
      t,
      aud: said.aud ?? ORIGIN,
      ...(isRegister ? {} : { tender: said.tender ?? this.ocid }),
      ...(isRegister || head === undefined ? {} : { tenderHead: head }),
      ...(isRegister || phase === undefined ? {} : { phase }),
      actor,
      role: said.role ?? this.#roleOf(t, actor),
      kid: keyOf(said.key ?? actor).kid,
      nonce: newNonce(sha256(utf8(`nonce ${this.#count++}`)).slice(0, 16)),
      issuedAt,
      notAfter: said.notAfter ?? addMicroseconds(issuedAt, 300_000_000n),
      // Tests write payloads of Json members only.
      payload: payload as JsonObject,
      seen: { size: 0, root: toBase64Url(emptyRoot) },
      ...(said.cause === undefined ? {} : { cause: said.cause }),
    }
  }

  /** What the rules decide; an accepted or late statement is applied. */
  submit(statement: Statement, said: Pick<Said, 'at' | 'arrivedAt'> = {}): Decision {
    const given = this.#given(statement, said)
    const file = isRegisterType(statement.t) ? undefined : this.file
    const decision = decide(file, statement, given)
    if (decision.kind !== 'accepted' && decision.kind !== 'late') return decision
    const index = this.entries.length
    const leaf = toBase64Url(leafHash(utf8(`${index} ${given.hash}`)))
    const next = evolve(file, statement, { ...given, leaf, index })
    for (const [key, row] of Object.entries(next.register)) this.register.set(key, row)
    if (next.file !== undefined) this.file = next.file
    const { hash, at, arrivedAt } = given
    this.entries.push({
      statement,
      hash,
      leaf,
      at,
      ...(arrivedAt === undefined ? {} : { arrivedAt }),
    })
    this.at = addMicroseconds(at, 1_000_000n)
    return decision
  }

  /** Decides without applying. */
  decide(t: string, actor: string, payload: object, said: Said = {}): Decision {
    const statement = this.statement(t, actor, payload, said)
    return decide(
      isRegisterType(t) ? undefined : this.file,
      statement,
      this.#given(statement, said),
    )
  }

  /** Makes and submits a statement that must be accepted; its statement hash. */
  act(t: string, actor: string, payload: object, said: Said = {}): string {
    const statement = this.statement(t, actor, payload, said)
    const decision = this.submit(statement, said)
    if (decision.kind === 'accepted' || decision.kind === 'late') return hashOf(statement)
    throw new Error(`${t} by ${actor}: ${JSON.stringify(decision)}`)
  }

  /** The code with which the rules refuse, `late` or `invalid`; `accepted` otherwise. Nothing is applied. */
  code(t: string, actor: string, payload: object, said: Said = {}): string {
    const decision = this.decide(t, actor, payload, said)
    return decision.kind === 'refused' ? decision.refusal.code : decision.kind
  }

  /** Duties of a type, owed now or later. */
  owed(type: string): Duty[] {
    return due(this.state).filter((duty) => duty.type === type)
  }

  /** Does the clock's duty of this type, moving the clock to its time; payload drawn up by the record where it can be. */
  clock(type: string, payload?: object): string {
    const duty = this.owed(type).find(({ role }) => role === 'CK')
    if (duty === undefined) throw new Error(`no ${type} is owed`)
    const moment = addMicroseconds(duty.by ?? duty.from, 1n)
    const real = duty.clock === 'real' ? moment : realOf(this.state, moment)
    if (this.at < real) this.at = real
    const context = { at: this.at, legal: this.legal, register: this.view, document: this.document }
    const said = payload ?? draftPayload(this.state, duty, context)
    if (said === undefined) throw new Error(`${type} needs a payload`)
    return this.act(type, CLOCK, said, { cause: duty.cause })
  }

  readonly view = (key: string): Json | undefined => this.register.get(key)
  readonly document = (name: string): Uint8Array | undefined => this.documents.get(name)

  /** Keeps a document and gives its reference. */
  doc(name: string, value: Json, media = 'application/json'): JsonObject {
    const bytes = encodeCanonical(value)
    const commitment = toBase64Url(commit(sha256(utf8(`salt of ${name}`)), bytes))
    this.documents.set(commitment, bytes)
    return { name, media, size: bytes.length, commit: commitment }
  }

  /* The example, stage by stage */

  requisition(): JsonObject {
    const { value = 21_580, training } = this.#options
    return {
      title: '12 rugged tablets for park rangers',
      need: 'Rangers record trail damage where paper does not survive.',
      category: 'goods',
      items: [
        {
          id: '0001',
          lot: 'main',
          description: 'Rugged tablet',
          classification: { scheme: 'UNSPSC', id: '43211509' },
          quantity: '12',
          unit: { name: 'each', code: 'EA' },
        },
        {
          id: '0002',
          lot: 'main',
          description: 'Shipping',
          quantity: '1',
          unit: { name: 'lump sum', code: 'LS' },
        },
      ],
      delivery: { place: 'Bureau of Parks, Granite Lakes', by: '2026-03-13' },
      value: usd(value),
      budget: { line: 'parks-26-114' },
      ...(training === undefined ? {} : { training }),
    }
  }

  approval(method = this.method): JsonObject {
    const pack = packOfMethod(method)
    if (pack === undefined) throw new Error(`no pack has ${method}`)
    return {
      method,
      pack: { ...pinOf(pack) },
      competition: {
        kind: 'open',
        reason: { code: 'public-notice', text: 'The request is public.' },
      },
      setAside: {
        kind: 'none',
        reason: { code: 'market-research', text: 'No two small firms offer it.' },
      },
      clauses: ['52.212-4'],
    }
  }

  toDraft(): this {
    this.act('requisition.submit', 'p-rosa', this.requisition())
    return this
  }

  certificate(dollars = this.#options.value ?? 21_580): JsonObject {
    return {
      line: 'parks-26-114',
      amount: usd(dollars),
      fiscalYear: '2026',
      availableUntil: '2030-09-30',
    }
  }

  toApproved(): this {
    this.toDraft()
    this.act('funds.certify', 'p-sam', this.certificate(), { role: 'BU' })
    this.act('requisition.approve', 'p-sam', this.approval(), { role: 'AP' })
    return this
  }

  member(person: string): JsonObject {
    const org = PEOPLE[person]?.org ?? ''
    const pub = pointOf(`${person} for ${this.ocid}`)
    const answer = { challenge: named(`ping ${person}`), opened: named(`pong ${person}`) }
    const message = pongMessage({
      aud: ORIGIN,
      tender: this.ocid,
      envelope: 'main',
      id: person,
      pub,
      ...answer,
    })
    const sig = toBase64Url(keyOf('service receipt').sign(message))
    return { envelope: 'main', group: 'officers', id: person, org, pub, pop: { ...answer, sig } }
  }

  /** Recipient and key holders have joined: all that publication waits for. */
  toKeyed(): this {
    this.toApproved()
    this.clock('opening.recipient', {
      envelope: 'main',
      kid: named('recipient'),
      pub: pointOf('recipient'),
    })
    for (const person of HOLDERS)
      this.act('opening.member', person, this.member(person), { role: 'OO' })
    return this
  }

  openingKey(): JsonObject {
    const members = HOLDERS.map((id) => ({ id, pub: pointOf(`${id} for ${this.ocid}`) }))
    return {
      envelope: 'main',
      suite: SUITE,
      groups: [{ name: 'officers', k: 2, members }],
      recipients: [{ kid: named('recipient'), pub: pointOf('recipient') }],
      opensAfter: 'deadline',
      rule: 'two of three key holders',
    }
  }

  terms(): JsonObject {
    const method = findMethod(packOfMethod(this.method) ?? never(), this.method) ?? never()
    return {
      title: '12 rugged tablets for park rangers',
      description: 'Tablets that survive water and a fall, with two years of repair.',
      lots: [],
      documents: [this.doc('specification.json', { drop: 'two metres', water: 'IP67' })],
      factors: [
        { id: 'price', name: 'Price', kind: 'price' },
        { id: 'delivery', name: 'Delivery', kind: 'delivery' },
      ],
      requested: [
        { id: 'price', title: 'Price sheet', kind: 'price', required: true },
        {
          id: 'sheet',
          title: 'Data sheet',
          kind: 'document',
          media: ['application/pdf'],
          required: true,
        },
      ],
      codes: [{ scheme: 'NAICS', id: '334111' }],
      questionsUntil: '2026-01-21T21:00:00.000000Z',
      bidsUntil: DUE,
      validDays: 60,
      delivery: { place: 'Bureau of Parks, Granite Lakes', by: '2026-03-13' },
      payment: { days: 30 },
      openingKey: this.openingKey(),
      capsuleLen: 65_536,
      slots: 1,
      late: 'refuse',
      disclose: method.disclose.id,
      contract: 'order',
    }
  }

  toOpen(): this {
    this.toKeyed()
    if (this.#options.training === undefined) this.at = '2026-01-12T16:00:00.000000Z'
    this.act('solicitation.publish', 'p-dana', this.terms())
    return this
  }

  /** Payload of a sealed bid whose price fields are committed to; its ciphertexts are uploaded. */
  bid({ vendor, dollars, lot = 'main', seq = 1, replaces }: BidPlan): JsonObject {
    const { open } = this.state
    const terms = open.solicitation?.terms ?? never()
    const name = `${vendor}/${lot}/${seq}/${dollars}`
    const person = vendor.replace('v-', 'p-')
    const fields = usd(dollars)
    const header = {
      t: 'bid-header/1',
      aud: ORIGIN,
      tender: this.ocid,
      tenderHead: open.solicitation?.head ?? never(),
      lot,
      envelope: 'main',
      vendor,
      submitter: person,
      kid: keyOf(person).kid,
      seq: String(seq),
      ...(replaces === undefined ? {} : { replaces }),
      keyId: openingKeyId(terms.openingKey, { aud: ORIGIN, tender: this.ocid }),
      suite: SUITE,
      capsuleLen: String(terms.capsuleLen),
      blobs: Array.from({ length: terms.slots }, () => ({ len: '1104' })),
      publicCommit: toBase64Url(sha256(saltOf(fields), encodeCanonical(fields))),
      nonce: newNonce(sha256(utf8(`header ${name}`)).slice(0, 16)),
    }
    const members = terms.openingKey.groups[0]?.members ?? []
    const ctHash = named(`capsule ${name}`)
    const blobHashes = header.blobs.map((_, slot) => named(`file ${name} ${slot}`))
    this.blobs.set(ctHash, terms.capsuleLen + 16)
    for (const hash of blobHashes) this.blobs.set(hash, 1104)
    return {
      header,
      keyCommit: named(`key ${name}`),
      shares: {
        officers: members.map(({ id }) => ({
          id,
          enc: pointOf(`enc ${name} ${id}`),
          ct: bytesOf(`ct ${name} ${id}`, 49),
        })),
      },
      ctHash,
      ctLen: String(terms.capsuleLen + 16),
      blobHashes,
    }
  }

  /** Submits a bid; its commitHash. `said.arrivedAt` sets its time of arrival. */
  commitBid(plan: BidPlan, said: Said = {}): string {
    const until = realOf(this.state, this.state.open.solicitation?.terms.bidsUntil ?? never())
    return this.act('bid.commit', plan.vendor.replace('v-', 'p-'), this.bid(plan), {
      notAfter: until,
      ...said,
    })
  }

  /** Three quotations, Ironwood lowest, as in the example. */
  withBids(plans: BidPlan[] = EXAMPLE_BIDS): this {
    for (const plan of plans) this.commitBid(plan)
    return this
  }

  /** Hash of the bids that count, as the signer would commit to it. */
  closing(): JsonObject {
    const counting = countingBids(this.state.sealed ?? never(), 'main').map(
      ({ commitHash }) => commitHash,
    )
    return { envelope: 'main', commit: toBase64Url(closeCommitment(CLOSE_SALT, counting)) }
  }

  toClosed(plans?: BidPlan[]): this {
    this.toOpen().withBids(plans)
    this.clock('deadline.close', this.closing())
    return this
  }

  release(id: string): JsonObject {
    const ctHash = named(`release ${id}`)
    this.blobs.set(ctHash, 16_400)
    return {
      envelope: 'main',
      group: 'officers',
      id,
      to: [{ kid: named('recipient'), enc: pointOf(`release ${id}`), ctHash, ctLen: '16400' }],
    }
  }

  /** The document of the opening: every bid opened at the price that was sealed, but those named void. */
  result(voids: string[] = []): JsonObject {
    const bids = countingBids(this.state.sealed ?? never(), 'main').map(({ commitHash }) => {
      if (voids.includes(commitHash)) return { commitHash, status: 'void', code: 'V2' }
      const { dollars, lines } = this.#planOf(commitHash)
      const fields = usd(dollars)
      const capsule = encodeCanonical({ answers: [], price: { ...fields, lines } })
      const capsuleHash = toBase64Url(sha256(capsule))
      this.documents.set(capsuleHash, capsule)
      return {
        commitHash,
        status: 'opened',
        capsuleHash,
        public: fields,
        salt: toBase64Url(saltOf(fields)),
      }
    })
    const counting = bids.map(({ commitHash }) => commitHash)
    const close = {
      salt: toBase64Url(CLOSE_SALT),
      count: String(bids.length),
      root: rootText(counting),
    }
    const released = this.state.open.opening.releases.map(({ id }) => id).sort()
    return {
      envelope: 'main',
      released,
      result: this.doc('opening.json', { close, bids, faults: [] }),
    }
  }

  toReleased(plans?: BidPlan[]): this {
    this.toClosed(plans)
    for (const id of HOLDERS.slice(1))
      this.act('opening.release', id, this.release(id), { role: 'OO' })
    return this
  }

  toOpened(plans?: BidPlan[]): this {
    this.toReleased(plans)
    this.clock('opening.result', this.result())
    return this
  }

  /* Inside */

  #planOf(commitHash: string): { dollars: number; lines: JsonObject[] } {
    const sealed = this.entries.find(({ hash }) => hash === commitHash)?.statement.payload
    const header = sealed?.['header'] as JsonObject | undefined // of bid.commit
    const dollars = ALL_DOLLARS.find(
      (one) =>
        toBase64Url(sha256(saltOf(usd(one)), encodeCanonical(usd(one)))) ===
        header?.['publicCommit'],
    )
    if (dollars === undefined) throw new Error('not a bid of this builder')
    const amount = BigInt(usd(dollars).amount)
    const each = amount / 12n
    const line = (item: string, quantity: bigint, unitPrice: bigint): JsonObject => ({
      item,
      quantity: String(quantity),
      unitPrice: String(unitPrice),
      amount: String(quantity * unitPrice),
    })
    return { dollars, lines: [line('0001', 12n, each), line('0002', 1n, amount - 12n * each)] }
  }

  #given(statement: Statement, { at, arrivedAt }: Pick<Said, 'at' | 'arrivedAt'>) {
    return {
      at: at ?? this.at,
      ...(arrivedAt === undefined ? {} : { arrivedAt }),
      hash: hashOf(statement),
      register: this.view,
      document: this.document,
      blob: (hash: string) => this.blobs.get(hash),
    }
  }

  #roleOf(t: string, actor: string): string {
    if (actor === CLOCK) return 'CK'
    if (actor.startsWith('root-')) return 'root'
    if (REGISTRARS.includes(actor)) return 'RG'
    const roles = PEOPLE[actor]?.roles ?? ['VE']
    if (roles.length === 1 || isRegisterType(t)) return roles[0] ?? 'VE'
    return ROLE_OF[t]?.find((role) => roles.includes(role)) ?? roles[0] ?? 'VE'
  }

  #foundLog(): void {
    const service = (purpose: string) => ({ purpose, ...publicKey(`service ${purpose}`) })
    const worker = { purpose: 'worker', ...publicKey(CLOCK) }
    const of = this.act('log.found', rootName(0), {
      publisher: { name: 'Granite Lakes', uri: 'https://tenderbook.example' },
      ocidPrefix: 'ocds-213czf',
      roots: [0, 1, 2].map((i) => publicKey(rootName(i))),
      threshold: 2,
      services: [service('receipt'), service('checkpoint'), worker],
      registrars: REGISTRARS.map((person) => ({ person, ...publicKey(person) })),
    })
    this.act('log.found.cosign', rootName(1), { of })
  }

  #enrolPeople(live: boolean): void {
    this.act('org.enrol', 'p-reg', {
      org: ORG,
      name: 'Granite Lakes',
      identifier: { scheme: 'US-UEI', id: 'GRANITELAKES' },
      units: [{ unit: 'parks', name: 'Bureau of Parks' }],
      zone: 'America/Denver',
      calendar: 'us-federal',
      live,
    })
    for (const [person, { kind, org, roles }] of Object.entries(PEOPLE)) {
      this.act('person.enrol', 'p-reg', { person, kind, org, profile: named(`profile ${person}`) })
      for (const role of roles) this.act('role.grant', 'p-reg', { person, role, org: ORG })
      const of = this.act('key.enrol', person, enrolment(person))
      this.act('key.enrol.cosign', 'p-reg', { of })
    }
    this.act('warrant.grant', 'p-reg', {
      person: 'p-dana',
      limit: usd(250_000),
      from: '2010-01-01',
      to: '2035-12-31',
      authority: 'Letter of appointment',
    })
  }

  #enrolVendors(): void {
    for (const vendor of VENDORS) {
      const person = vendor.replace('v-', 'p-')
      const { kid, pub, pop } = enrolment(person)
      this.act('vendor.register', person, {
        vendor,
        person,
        kid,
        pub,
        pop,
        identifier: { scheme: 'US-UEI', id: vendor.toUpperCase() },
        profile: named(`profile ${vendor}`),
        payTo: named(`account ${vendor}`),
      })
      const checks = [{ kind: 'identity', source: 'SAM', date: '2026-01-02', result: 'active' }]
      this.act('vendor.confirm', 'p-reg', { vendor, checks })
    }
  }
}

/** Dollars that sealed test bids may be made of: a result finds them again by their commitment. */
const ALL_DOLLARS = [19_622, 19_888, 20_776, 18_000, 18_500, 19_000, 12_000, 24_000, 30_000]

export const EXAMPLE_BIDS: BidPlan[] = [
  { vendor: 'v-ironwood', dollars: 19_622 },
  { vendor: 'v-northfork', dollars: 19_888 },
  { vendor: 'v-pinyon', dollars: 20_776 },
]

const CLOSE_SALT = sha256(utf8('salt of the close'))

/** Which of several roles a person acts in, where a test does not say. */
const ROLE_OF: Partial<Record<string, Role[]>> = {
  'requisition.submit': ['RQ'],
  'funds.certify': ['BU'],
  'requisition.approve': ['AP'],
  'solicitation.amend.cosign': ['AP'],
  'opening.member': ['OO'],
  'opening.release': ['OO'],
  'opener.ping': ['OO'],
  'delivery.accept': ['AC'],
  'invoice.return': ['PO'],
  'invoice.resolve': ['PO'],
  'payment.schedule': ['PO'],
  'payment.release': ['PO'],
}

/** Payload of `key.enrol` for a key made from `device`, of a person. */
export function enrolment(person: string, device = person) {
  const key = keyOf(device)
  const pop = toBase64Url(key.sign(possessionMessage(ORIGIN, person, key.kid)))
  return { person, kid: key.kid, pub: toBase64Url(key.pub), device, purpose: 'identity-sign', pop }
}

function publicKey(name: string): { kid: string; pub: string } {
  const { pub } = keyOf(name)
  return { kid: keyId(pub), pub: toBase64Url(pub) }
}

function saltOf(fields: { amount: string; currency: string }): Uint8Array {
  return sha256(utf8(`salt ${fields.amount} ${fields.currency}`))
}

function rootText(commitHashes: string[]): string {
  return toBase64Url(rootOf(commitHashes.map((hash) => leafHash(fromBase64Url(hash)))))
}

function bytesOf(name: string, length: number): string {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, i) => [
    ...sha256(utf8(`${name}/${i}`)),
  ])
  return toBase64Url(new Uint8Array(blocks.flat().slice(0, length)))
}

function never(): never {
  throw new Error('the builder is not that far')
}
