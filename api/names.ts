/**
 * Names for pages. The record knows opaque ids; a name is a document beside it (`profile`), shown only where it is
 * public, and gone from every page once it is erased. Agencies have their name in the register itself.
 */
import type { Payloads } from '../db/payloads.ts'
import type { Readers } from '../db/readers.ts'
import { fromBase64Url, isHashText, parseEntry, toBase64Url } from '../ledger/index.ts'
import type { OrgRow } from '../procurement/index.ts'
import { readText } from '../web/reading.ts'
import type { Names } from '../web/views/entry.ts'

export interface NamesDeps {
  readers: Readers
  payloads: Payloads
}

export interface NameBook {
  /** Names of these persons and vendors, and of these agencies, as far as they are public. */
  of: (ids: Iterable<string>, orgs?: Iterable<string>) => Promise<Names>
}

const knownMax = 20_000

export function createNames({ readers, payloads }: NamesDeps): NameBook {
  /** Commitments of profiles never change; the documents behind them may be erased, so they are read each time. */
  const commits = new Map<string, string>()

  return {
    async of(ids, orgs = []) {
      const wanted = [...new Set(ids)]
      await learn(wanted.filter((id) => !commits.has(id)))
      const names = new Map<string, string>()
      const profiles = await profilesOf(wanted)
      for (const id of wanted) {
        const name = profiles.get(commits.get(id) ?? '')
        if (name !== undefined) names.set(id, name)
      }
      await addOrgs(names, [...new Set(orgs)])
      return names
    },
  }

  /** The first entry that touched a person's or vendor's row is the one that cites its profile. */
  async function learn(ids: string[]): Promise<void> {
    if (ids.length === 0) return
    if (commits.size > knownMax) commits.clear()
    const keys = ids.flatMap((id) => [`person/${id}`, `vendor/${id}`])
    const changes = await readers.registerChanges(keys)
    for (const id of ids) {
      const index = changes.get(`vendor/${id}`)?.[0] ?? changes.get(`person/${id}`)?.[0]
      const commit = index === undefined ? undefined : await profileIn(index)
      if (commit !== undefined) commits.set(id, commit)
    }
  }

  async function profileIn(index: number): Promise<string | undefined> {
    const stored = await readers.entry(index)
    if (!stored) return undefined
    const commit = readText(parseEntry(stored.bytes).dsse?.statement.payload, 'profile')
    return commit !== undefined && isHashText(commit) ? commit : undefined
  }

  async function profilesOf(ids: string[]): Promise<Map<string, string>> {
    const wanted = [...new Set(ids.flatMap((id) => commits.get(id) ?? []))]
    const found = await payloads.findAll(wanted.map(fromBase64Url))
    const open = found.filter((profile) => profile.reader === 'public')
    return new Map(
      open.flatMap((profile) => {
        const name = nameOf(profile.bytes)
        return name === undefined ? [] : [[toBase64Url(profile.commit), name] as const]
      }),
    )
  }

  async function addOrgs(names: Map<string, string>, orgs: string[]): Promise<void> {
    const register = await readers.register(orgs.map((org) => `org/${org}`))
    for (const org of orgs) {
      // The register's rows have their type by their key.
      const row = register(`org/${org}`) as OrgRow | undefined
      if (row) names.set(org, row.name)
    }
  }
}

/** The `name` of a profile; a document of another form names nobody. */
function nameOf(bytes: Uint8Array): string | undefined {
  try {
    const profile: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    const isNamed = typeof profile === 'object' && profile !== null && 'name' in profile
    return isNamed && typeof profile.name === 'string' ? profile.name.slice(0, 200) : undefined
  } catch {
    // Not JSON: somebody's upload, and no name.
    return undefined
  }
}
