/** What the pages of people and their keys show: signing in, and one's own keys. */
import type { Readers } from '../db/readers.ts'
import type { PersonRow } from '../procurement/index.ts'
import type { SignInView } from '../web/pages/sign-in.tsx'
import { list, roleName } from '../web/sentences.ts'
import type { NameBook } from './names.ts'

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
