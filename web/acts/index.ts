/** Every act that has a page, by its type. */
import { bidCommit } from './bid-commit.tsx'
import { bidWithdraw } from './bid-withdraw.tsx'
import { fundsCertify } from './funds-certify.tsx'
import { keyEnrol, keyEnrolCosign } from './key-enrol.tsx'
import { keyRevoke } from './key-revoke.tsx'
import type { ActPage } from './page.ts'
import { questionAsk } from './question-ask.tsx'
import { vendorConfirm } from './vendor-confirm.tsx'

export const actPages: Readonly<Record<string, ActPage>> = Object.fromEntries(
  [
    fundsCertify,
    keyEnrol,
    keyEnrolCosign,
    keyRevoke,
    vendorConfirm,
    questionAsk,
    bidCommit,
    bidWithdraw,
  ].map((page) => [page.t, page]),
)
