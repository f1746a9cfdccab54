/** Everybody in the example, with their keys. */
import type { Signatory } from './client.ts'
import type { VendorName } from './example.ts'
import { officials, registrar, signatory, vendors } from './people.ts'
import type { Play } from './play.ts'
import { registerVendor } from './vendor.ts'

/** The play with everybody in it. */
export interface Cast {
  play: Play
  home: string
  /** Which purchase of this state folder it is, from 1: invoice numbers count on. */
  number: number
  who: Record<'rosa' | 'sam' | 'dana' | 'priya' | 'registrar' | VendorName, Signatory>
}

export const vendorNames = ['ironwood', 'northfork', 'pinyon'] as const

export async function createCast(home: string, play: Play, number: number): Promise<Cast> {
  const key = (person: string): Promise<Signatory> => signatory(home, person)
  const who = {
    rosa: await key(officials.rosa.person),
    sam: await key(officials.sam.person),
    dana: await key(officials.dana.person),
    priya: await key(officials.priya.person),
    registrar: await key(registrar.person),
    ironwood: await key(vendors.ironwood.person),
    northfork: await key(vendors.northfork.person),
    pinyon: await key(vendors.pinyon.person),
  }
  return { play, home, number, who }
}

/** Registers the vendors that are not registered yet, as anyone may, and confirms who they are. */
export async function registerVendors({ play, who, home }: Cast): Promise<void> {
  for (const name of vendorNames)
    await registerVendor(play.client, play.pins, {
      vendor: vendors[name],
      who: who[name],
      registrar: who.registrar,
      home,
    })
}
