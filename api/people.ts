/** What the pages of people and their keys show: signing in, and one's own keys. */
import type { Readers } from '../db/readers.ts'
import type { KeyRow, PersonRow, VendorRow } from '../procurement/index.ts'
import type { AccountView } from '../web/pages/account.tsx'
import type { NewDeviceView } from '../web/pages/new-device.tsx'
import type { RegisterVendorView } from '../web/pages/register-vendor.tsx'
import type { SignInView } from '../web/pages/sign-in.tsx'
import { list, roleName } from '../web/sentences.ts'
import { readText } from '../web/reading.ts'
import type { Viewer } from './disclosure.ts'
import type { NameBook } from './names.ts'
import { problem, type Problem } from './problems.ts'
import { pendingActs } from './register.ts'

export interface PeopleDeps {
  readers: Readers
  names: NameBook
  config: { origin: string; isDevelopment?: boolean }
}

export type People = ReturnType<typeof createPeople>

export function createPeople({ readers, names, config }: PeopleDeps) {
  return {
    async signIn(next: string): Promise<SignInView> {
      const ready = config.isDevelopment === true ? await readyPeople() : []
      return { next, origin: config.origin, ready }
    },
    newDevice: (person: string): NewDeviceView => ({ origin: config.origin, person }),
    registerVendor: (): RegisterVendorView => ({
      origin: config.origin,
      scheme: config.isDevelopment === true ? 'XX-DEMO' : 'US-UEI',
    }),
    account,
  }

  async function account(viewer: Viewer): Promise<AccountView | Problem> {
    const { person, kid: current, vendor } = viewer
    if (person === undefined) return problem('not-signed-in', 'Sign in to see your keys.')
    const row = (await readers.register([`person/${person}`]))(`person/${person}`)
    // The register's rows have their types by their keys.
    const kids = (row as PersonRow | undefined)?.keys ?? []
    const register = await readers.register([
      ...kids.map((kid) => `key/${kid}`),
      ...(vendor === undefined ? [] : [`vendor/${vendor}`]),
    ])
    const firm =
      vendor === undefined ? undefined : (register(`vendor/${vendor}`) as VendorRow | undefined)
    const book = await names.of([person, ...(vendor === undefined ? [] : [vendor])])
    return {
      person,
      name: book.get(vendor ?? person) ?? person,
      roles: list(viewer.roles.map(({ role }) => roleName(role))),
      ...(firm ? { vendor: { id: firm.vendor, isConfirmed: firm.confirmed } } : {}),
      keys: kids.map((kid) => {
        const key = register(`key/${kid}`) as KeyRow | undefined
        const isRevoked = key?.status === 'revoked'
        return { kid, device: key?.device ?? '', isRevoked, isThis: kid === current }
      }),
      asking: (await pendingActs(readers)).flatMap(({ hash, t, actor, payload }) => {
        const [kid, device] = [readText(payload, 'kid'), readText(payload, 'device')]
        const isAsking = t === 'key.enrol' && actor === person
        return isAsking && kid !== undefined ? [{ hash, kid, device: device ?? '' }] : []
      }),
    }
  }

  /** Officials and vendors of the demonstration; unattended holders need no browser. */
  async function readyPeople(): Promise<SignInView['ready']> {
    const rows = await readers.registerRows('person/')
    // The register's rows have their type by their key.
    const people = rows.map(({ value }) => value as unknown as PersonRow)
    const shown = people.filter(({ kind }) => kind === 'official' || kind === 'vendor')
    const book = await names.of(shown.map(({ person }) => person))
    return shown.slice(0, readyMax).map(({ person, roles, vendor }) => ({
      person,
      name: book.get(person) ?? person,
      roles: vendor === undefined ? list(roles.map(({ role }) => roleName(role))) : 'vendor',
    }))
  }
}

const readyMax = 30
