/** Every act that has a page, by its type. */
import { fundsCertify } from './funds-certify.tsx'
import type { ActPage } from './page.ts'

export const actPages: Readonly<Record<string, ActPage>> = Object.fromEntries(
  [fundsCertify].map((page) => [page.t, page]),
)
