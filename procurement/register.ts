/**
 * The register: who founded the log, which keys, people, agencies and vendors it knows, and who may
 * do what (ledger format, section 10). Its statements belong to no file; each kind of row has its
 * acts in a file of its own.
 */
import type { RegisterAct } from './act.ts'
import { exclusionActs } from './exclusions.ts'
import { foundingActs } from './founding.ts'
import { keyActs } from './keys.ts'
import { peopleActs } from './people.ts'
import { vendorActs } from './vendors.ts'

/** Every statement type of the register. */
export const registerActs: Record<string, RegisterAct<never>> = {
  ...foundingActs,
  ...peopleActs,
  ...keyActs,
  ...vendorActs,
  ...exclusionActs,
}
