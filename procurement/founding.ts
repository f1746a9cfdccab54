/**
 * The founding of a log (ledger format, section 10): entry 0 names the roots, the service keys and
 * the first registrars; it takes effect when enough roots have signed, and nothing else is accepted
 * before.
 */
import { z } from 'zod'
import { registerAct, type RegisterChange } from './act.ts'
import { isKey } from './possession.ts'
import { ownRule, refuse, type Refusal } from './refusals.ts'
import {
  activeKey,
  CLOCK,
  EVERY_ORG,
  keyRows,
  logRow,
  personRows,
  rowKey,
  rows,
  SERVICE,
  type KeyRow,
  type LogRow,
  type PersonRow,
} from './register-rows.ts'
import { bytesSchema, cosignSchema, hashSchema, personSchema, titleSchema } from './schemas.ts'

const keySchema = { kid: hashSchema, pub: bytesSchema(32) }

const found = registerAct({
  row: '',
  roles: ['root'],
  register: true,
  schema: z.strictObject({
    publisher: z.strictObject({ name: titleSchema, uri: z.url().max(250) }),
    ocidPrefix: z.string().regex(/^ocds-[a-z0-9]{6}$/, 'must be an OCDS prefix'),
    roots: z.array(z.strictObject(keySchema)).min(1).max(15),
    threshold: z.int().min(1).max(15),
    services: z
      .array(
        z.strictObject({
          purpose: z.enum(['receipt', 'checkpoint', 'witness', 'worker']),
          ...keySchema,
        }),
      )
      .min(1)
      .max(16),
    registrars: z
      .array(z.strictObject({ person: personSchema, ...keySchema }))
      .min(1)
      .max(16),
    head: z
      .strictObject({ origin: z.string().min(1).max(250), size: z.int().min(1), root: hashSchema })
      .exactOptional(),
  }),
  ownKeys: ({ payload }) =>
    payload.roots.map((root, i) => ({ ...root, person: rootName(i), purpose: 'root' })),
  decide: ({ payload }, { register }) => {
    if (logRow(register) !== undefined)
      return refuse(
        'already-done',
        ownRule('founding'),
        'The log is founded already.',
        'Nothing: it is done once.',
      )
    return checkFounding(payload)
  },
  evolve: ({ statement, payload }, { hash }) => {
    const log: LogRow = {
      origin: statement.aud,
      hash,
      ...payload,
      signed: [statement.kid],
      founded: false,
    }
    const roots = payload.roots.map(({ kid, pub }, i): KeyRow =>
      activeKey(kid, pub, rootName(i), 'root'),
    )
    return { ...keyRows(roots), ...signedBy(log) }
  },
})

const foundCosign = registerAct({
  row: '',
  roles: ['root'],
  register: true,
  schema: cosignSchema,
  decide: ({ statement, payload }, { register }) => {
    const log = logRow(register)
    if (log === undefined || log.hash !== payload.of)
      return refuse(
        'nothing-pending',
        ownRule('founding'),
        'This log.found is not in the log.',
        'Sign entry 0.',
      )
    if (log.founded || log.signed.includes(statement.kid))
      return refuse(
        'already-done',
        ownRule('founding'),
        'This root has signed, or enough have.',
        'Nothing.',
      )
    return undefined
  },
  evolve: ({ statement }, { register }) => {
    // `decide` has seen the row.
    const log = logRow(register) as LogRow
    return signedBy({ ...log, signed: [...log.signed, statement.kid] })
  },
})

interface Founding {
  roots: { kid: string; pub: string }[]
  threshold: number
  services: { purpose: string; kid: string; pub: string }[]
  registrars: { person: string; kid: string; pub: string }[]
}

function checkFounding({ roots, threshold, services, registrars }: Founding): Refusal | undefined {
  const no = (message: string): Refusal =>
    refuse(
      'threshold',
      ownRule('founding'),
      message,
      'Correct the founding statement and sign it anew.',
      '/payload',
    )
  const keys = [...roots, ...services, ...registrars]
  if (threshold > roots.length) return no('The threshold is greater than the number of roots.')
  if (new Set(keys.map(({ kid }) => kid)).size !== keys.length) return no('A key is named twice.')
  if (new Set(registrars.map(({ person }) => person)).size !== registrars.length)
    return no('A registrar is named twice.')
  if (keys.some(({ kid, pub }) => !isKey(kid, pub)))
    return no('A key is not admitted, or its id is another’s.')
  for (const purpose of ['receipt', 'checkpoint', 'worker'])
    if (!services.some((service) => service.purpose === purpose))
      return no(`There is no ${purpose} key.`)
  return undefined
}

/**
 * The log row, and with the last signature that is needed everything that the founding makes known.
 */
function signedBy(log: LogRow): RegisterChange {
  if (log.signed.length < log.threshold) return rows({ [rowKey.log]: log })
  const worker = log.services.filter(({ purpose }) => purpose === 'worker').map(({ kid }) => kid)
  const clock: PersonRow = {
    person: CLOCK,
    kind: 'service',
    roles: [{ role: 'CK', org: EVERY_ORG }],
    keys: worker,
  }
  const registrars = log.registrars.map(({ person, kid }): PersonRow => ({
    person,
    kind: 'official',
    org: EVERY_ORG,
    roles: [{ role: 'RG', org: EVERY_ORG }],
    keys: [kid],
  }))
  const services = log.services.map(({ purpose, kid, pub }) =>
    activeKey(kid, pub, purpose === 'worker' ? CLOCK : SERVICE, purpose),
  )
  const first = log.registrars.map(({ person, kid, pub }) =>
    activeKey(kid, pub, person, 'identity-sign'),
  )
  return {
    ...rows({ [rowKey.log]: { ...log, founded: true } }),
    ...keyRows([...services, ...first]),
    ...personRows([clock, ...registrars]),
  }
}

/** Actor of the statements of the root at position `i`, from 0. */
export function rootName(i: number): string {
  return `root-${i + 1}`
}

export const foundingActs = { 'log.found': found, 'log.found.cosign': foundCosign }
