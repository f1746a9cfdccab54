/**
 * What lies on an agency's desk for a form: its people with their roles, what was bought before, and the purchase that a
 * new one is copied from. All of it is public: rows of the register, and the public part of a file's state.
 */
import type { Readers } from '../db/readers.ts'
import { EVERY_ORG, type PersonRow } from '../procurement/index.ts'
import type { Colleague, PastPurchase } from '../web/views/desk.ts'

export interface DeskRequest {
  /** Agency that the form is for. */
  org: string | undefined
  query: Readonly<Record<string, string>>
}

export type Desk = ReturnType<typeof createDesk>

const pastsMax = 20

export function createDesk({ readers }: { readers: Readers }) {
  return { read }

  /** A reading by its name; undefined where the desk has none of that name, or nothing lies there. */
  async function read(name: string, { org, query }: DeskRequest): Promise<unknown> {
    if (org === undefined) return undefined
    if (name === 'people') return await people(org)
    if (name === 'pasts') return await pasts(org)
    const { from } = query
    return name === 'copied' && from !== undefined ? await readers.openFile(from) : undefined
  }

  async function people(org: string): Promise<Colleague[]> {
    const rows = await readers.registerRows('person/')
    return rows.flatMap(({ value }) => {
      // The register's rows have their type by their key.
      const { person, roles } = value as unknown as PersonRow
      const held = roles.filter((each) => each.org === org || each.org === EVERY_ORG)
      return held.length === 0 ? [] : [{ person, roles: held.map(({ role }) => role) }]
    })
  }

  async function pasts(org: string): Promise<PastPurchase[]> {
    const { rows } = await readers.procurements({ limit: 5 * pastsMax })
    return rows
      .filter((row) => row.org === org)
      .slice(0, pastsMax)
      .map(({ ocid, title }) => ({ ocid, title }))
  }
}
