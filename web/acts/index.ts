/** Every act that has a page, by its type. */
import { awardDecide } from './award-decide.tsx'
import { bidAssess } from './bid-assess.tsx'
import { bidCommit } from './bid-commit.tsx'
import { bidWithdraw } from './bid-withdraw.tsx'
import { fileAssign } from './file-assign.tsx'
import { fundsCertify } from './funds-certify.tsx'
import { keyEnrol, keyEnrolCosign } from './key-enrol.tsx'
import { keyRevoke } from './key-revoke.tsx'
import { openerPing } from './opener-ping.tsx'
import { openingMember } from './opening-member.tsx'
import { openingRelease } from './opening-release.tsx'
import { orderAccept } from './order-accept.tsx'
import { orderSign } from './order-sign.tsx'
import type { ActPage } from './page.ts'
import { questionAnswer } from './question-answer.tsx'
import { questionAsk } from './question-ask.tsx'
import { requisitionApprove } from './requisition-approve.tsx'
import { requisitionSubmit } from './requisition-submit.tsx'
import { solicitationAmend, solicitationAmendCosign } from './solicitation-amend.tsx'
import { solicitationFail } from './solicitation-fail.tsx'
import { solicitationPublish } from './solicitation-publish.tsx'
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
    requisitionSubmit,
    requisitionApprove,
    openingMember,
    openerPing,
    solicitationPublish,
    solicitationAmend,
    solicitationAmendCosign,
    questionAnswer,
    fileAssign,
    openingRelease,
    bidAssess,
    awardDecide,
    solicitationFail,
    orderSign,
    orderAccept,
  ].map((page) => [page.t, page]),
)
