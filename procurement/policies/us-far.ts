/**
 * The pack `us-far`: the Federal Acquisition Regulation as of FAC 2025-06, with the method
 * `us.quote` (simplified acquisition by request for quotations, part 13). Numbers and citations as
 * the regulation has them; `verified: false` where the value was not checked against its source.
 * Not legal advice.
 *
 * Nearly all agencies buy under class deviations of the FAR overhaul: such a rule is in force only
 * for the agencies that it names. `proposed` rules are listed to be shown and are never applied.
 */
import type { Authority, Method, Pack, Rule } from '../methods.ts'
import { reasons } from './plain.ts'

interface Terms {
  value?: string
  unit?: string
  from?: string
  to?: string
  agencies?: 'all' | readonly string[]
  authority?: Authority
  verified?: boolean
}

const rule = (name: string, text: string, cite: string, terms: Terms = {}): Rule => ({
  id: `us.${name}`,
  text,
  cite,
  agencies: 'all',
  authority: 'regulation',
  verified: true,
  ...terms,
})

/** Day on which FAC 2025-06 raised the thresholds. */
const from = '2025-10-01'
const usd = 'USD'

const thresholds = [
  rule('mpt', 'Micro-purchase threshold: $15,000.', 'FAR 2.101', {
    value: '1500000',
    unit: usd,
    from,
  }),
  rule('sat', 'Simplified acquisition threshold: $350,000.', 'FAR 2.101', {
    value: '35000000',
    unit: usd,
    from,
  }),
  rule('display.over', 'Over $20,000 the request is displayed in public.', 'FAR 5.101(a)(2)', {
    value: '2000000',
    unit: usd,
    from,
  }),
  rule('display.over', 'Over $15,000 the request is displayed in public.', 'FAR 5.101(a)(2)', {
    value: '1500000',
    unit: usd,
    to: '2025-09-30',
    verified: false,
  }),
  rule(
    'display',
    'Over $20,000 and up to $25,000 the request is displayed for at least ten days, or until quotations are opened, the later.',
    'FAR 5.101(a)(2)',
    { value: '10', unit: 'd' },
  ),
  rule(
    'synopsis.over',
    'Over $25,000 the action is synopsised on the government-wide point of entry.',
    'FAR 5.101(a)(1)',
    { value: '2500000', unit: usd },
  ),
  rule(
    'synopsis.over',
    'Over $15,000 the action is synopsised on the government-wide point of entry.',
    'RFO FAR 5.101',
    { value: '1500000', unit: usd, authority: 'deviation', agencies: [], verified: false },
  ),
]

const conduct = [
  rule(
    'method',
    'Simplified procedures are for purchases over the micro-purchase threshold and up to the simplified acquisition threshold.',
    'FAR 13.003',
  ),
  rule(
    'separation',
    'Nobody has such control over a purchase that errors or fraud go unnoticed.',
    'FAR 3.101-1; GAO-14-704G, principle 10',
    { verified: false },
  ),
  rule(
    'funds',
    'No officer commits more than what has been certified as available.',
    '31 USC 1341; FAR 32.702',
  ),
  rule(
    'sources',
    'At least three sources are asked, or the request is open to all.',
    'FAR 13.104(b)',
    { value: '3', unit: 'count' },
  ),
  rule(
    'set-aside',
    'Over the micro-purchase threshold and up to the simplified acquisition threshold the purchase is set aside for small business, or the file says why not.',
    'FAR 19.502-2(a)',
  ),
  rule(
    'clauses',
    'The request carries the clauses that the regulation prescribes.',
    'FAR 13.302-5',
  ),
  rule(
    'publication',
    'The request says what is bought, how quotations are compared and when they are due.',
    'FAR 13.106-1(a)',
  ),
  rule('response', 'Vendors have a reasonable time to respond.', 'FAR 5.203(b)', {
    value: '1',
    unit: 'd',
  }),
  rule(
    'amendment',
    'After a material change vendors have a reasonable time to respond.',
    'FAR 5.203(b)',
    { value: '1', unit: 'd' },
  ),
  rule(
    'late',
    'A quotation that comes after the stated time is considered only where the request allows it.',
    'FAR 13.004(a)',
  ),
  rule(
    'opening',
    'Quotations are kept from disclosure before and after opening.',
    'FAR 3.104-4; 13.106-3(c)',
  ),
  rule(
    'disclosure',
    'The winner and the price are told at award; others hear of their own result on request.',
    'FAR 13.106-3(c)',
  ),
  rule('assessment', 'Quotations are compared on the stated basis.', 'FAR 13.106-2(b)'),
  rule(
    'award',
    'The award is documented, with its reason where price was not the only factor.',
    'FAR 13.106-3(b)',
  ),
  rule('warrant', 'Nobody contracts beyond the authority of a warrant.', 'FAR 1.602-1'),
  rule(
    'price-reasonable',
    'The officer finds the price fair and reasonable before award.',
    'FAR 13.106-3(a)',
  ),
  rule(
    'responsibility',
    'Awards go to responsible prospective contractors only.',
    'FAR 9.103; 9.104-1',
  ),
  rule(
    'exclusions',
    'Exclusions are checked in the System for Award Management after opening and again immediately before award.',
    'FAR 9.405(e)',
    { value: 'sam', unit: 'source' },
  ),
  rule(
    'order',
    'A quotation is no offer: the order becomes a contract when the vendor accepts it in writing or by performance.',
    'FAR 13.004(b)',
  ),
  rule(
    'acceptance',
    'The receiving report says what was accepted, when, and by whom.',
    'FAR 32.905(c)',
  ),
  rule('retention', 'The file is kept for six years after final payment.', 'FAR 4.805', {
    value: '6',
    unit: 'y',
  }),
]

const payment = [
  rule(
    'pay.due',
    'Payment is due on the thirtieth day after the later of a proper invoice and acceptance.',
    'FAR 32.904(b)(1)',
    { value: '30', unit: 'd' },
  ),
  rule(
    'constructive',
    'Acceptance counts, for interest only, on the seventh day after delivery.',
    'FAR 32.904(b)(1)(ii)(B)',
    { value: '7', unit: 'd' },
  ),
  rule('pay.early', 'No payment more than seven days before it is due.', 'FAR 32.906(a)', {
    value: '7',
    unit: 'd',
  }),
  rule(
    'pay.weekend',
    'A payment due on a closed day is made on the next working day, without interest.',
    'FAR 32.906(b)(3)',
  ),
  rule(
    'pay.arrival',
    'An electronic invoice counts on the day it arrives; after working hours, on the next working day.',
    '5 CFR 1315.4(b)',
    { value: '16:30', unit: 'local time', verified: false },
  ),
  rule('pay.lead', 'The bank pays on the working day after it was asked to.', 'office policy', {
    value: '1',
    unit: 'wd',
    authority: 'policy',
  }),
  rule('pay.discount', 'A discount is taken within its period only.', 'FAR 32.906(e)'),
  rule('invoice', 'A proper invoice has all its contents.', 'FAR 32.905(b)(1)'),
  rule(
    'invoice.return',
    'A defective invoice is returned within seven days, with all its defects.',
    'FAR 32.905(b)(3)',
    { value: '7', unit: 'd' },
  ),
  rule(
    'report',
    'The receiving report reaches the payment office by the fifth working day after acceptance.',
    'FAR 32.905(c)',
    { value: '5', unit: 'wd' },
  ),
  rule(
    'interest',
    'Interest on late payment is paid unasked; penalties of less than one dollar need not be paid.',
    'FAR 32.907(a); 5 CFR 1315.10(a)',
    { value: '100', unit: usd },
  ),
  rule(
    'bank-hold',
    'No interest runs on wrong bank details until seven days after they are corrected.',
    '5 CFR 1315.10(a)(8)',
    { value: '7', unit: 'd' },
  ),
  rule('match', 'Payment is for what was ordered, accepted and billed.', 'FAR 32.905(a)', {
    value: '0',
    unit: 'percent',
  }),
]

const quote: Method = {
  id: 'us.quote',
  title: 'Request for quotations',
  over: 'mpt',
  upTo: 'sat',
  rows: [
    'P1',
    'P3',
    'P4',
    'P5',
    'P7',
    'P9',
    'P10',
    'B1',
    'B2',
    'B3',
    'B4',
    'B5',
    'B6',
    'A1',
    'P16',
    'K1',
    'K4',
    'R1',
    'R2',
    'R3',
    'I1',
    'I2',
    'I3',
    'Y1',
    'Y2',
    'Y3',
  ],
  decider: 'CO',
  committee: false,
  separate: [
    ['BU', 'RQ'],
    ['BU', 'CO'],
    ['AP', 'RQ'],
    ['AP', 'CO'],
    ['OO', 'RQ'],
    ['OO', 'CO'],
    ['VE', '*'],
    ['TR', '*'],
    ['RG', '*'],
    ['AU', '*'],
  ],
  holders: { group: 'officers', k: 2, n: 3, unattended: 2 },
  late: ['refuse'],
  disclose: {
    id: 'winner-at-award',
    opening: 'none',
    award: 'winner',
    text: 'Nothing is public at the opening. At the award: the winner, the price and how many quotations came.',
  },
  contract: 'order',
  bidsMin: 1,
  matchTolerance: '0',
}

export const usFar: Pack = {
  id: 'us-far',
  version: 'fac-2025-06.1',
  prefix: 'us',
  title: 'Federal Acquisition Regulation, FAC 2025-06',
  notice:
    'A reading of the regulation for this system. It is not legal advice; a lawyer signs each pack before use.',
  rules: [...thresholds, ...conduct, ...payment],
  methods: [quote],
  reasons,
}
