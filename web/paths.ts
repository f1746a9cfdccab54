/**
 * Every address of the service, once: routes, links, islands and tests take them from here.
 *
 * A pattern is what Express matches (`:name` is one segment); `fill` makes a link of it.
 */
export const paths = {
  page: {
    home: '/',
    /** The search. */
    procurements: '/procurements',
    procurement: '/procurements/:ocid',
    entries: '/entries',
    entry: '/entries/:index',
    signIn: '/sign-in',
    work: '/work',
    account: '/account',
    newDevice: '/new-device',
    lostKey: '/lost-key',
    registerVendor: '/register',
    /** An act of the register, or one that opens a file. */
    act: '/acts/:t',
    fileAct: '/procurements/:ocid/acts/:t',
    /** A vendor's own offer, with its receipt. */
    ownBid: '/procurements/:ocid/bid',
    /** The opening of the sealed bids, for everyone. */
    opening: '/procurements/:ocid/opening',
  },
  api: {
    statements: '/api/statements',
    statement: '/api/statements/:hash',
    arrivals: '/api/arrivals',
    receipt: '/api/receipts/:hash',
    blob: '/api/blobs/:hash',
    payloads: '/api/payloads',
    payload: '/api/payloads/:commit',
    procurements: '/api/procurements',
    procurement: '/api/procurements/:ocid',
    procurementEntries: '/api/procurements/:ocid/entries',
    procurementLive: '/api/procurements/:ocid/live',
    opened: '/api/procurements/:ocid/opened',
    questions: '/api/procurements/:ocid/questions',
    openingWork: '/api/procurements/:ocid/opening-work',
    procurementExport: '/api/procurements/:ocid/export',
    entries: '/api/entries',
    entry: '/api/entries/:index',
    entryProof: '/api/entries/:index/proof',
    checkpoint: '/api/checkpoint',
    consistency: '/api/consistency',
    log: '/api/log',
    logExport: '/api/log/export',
    due: '/api/due',
    register: '/api/register/:kind/:id',
    pending: '/api/pending',
    challenges: '/api/challenges',
    sessions: '/api/sessions',
    me: '/api/me',
    pings: '/api/pings',
    pongs: '/api/pongs',
    openapi: '/api/openapi.json',
    root: '/api',
  },
  /** Beside pages: the same as data. */
  file: {
    homeJson: '/index.json',
    procurementsJson: '/procurements.json',
    procurementsCsv: '/procurements.csv',
    deadline: '/procurements/:ocid/deadline.ics',
  },
  health: { live: '/healthz', ready: '/readyz' },
  asset: {
    styles: '/assets/main.css',
    islands: '/assets/islands',
    img: '/img',
    fonts: '/fonts',
  },
} as const

/**
 * A link: the pattern with its parameters filled in, each escaped, and a query string of what is defined.
 * `fill('/entries/:index', { index: 7 })` is `/entries/7`. Throws RangeError when a parameter is missing.
 */
export function fill(
  pattern: string,
  parameters: Record<string, string | number> = {},
  query: Record<string, string | number | undefined> = {},
): string {
  const path = pattern.replace(/:(\w+)/g, (_, name: string) => {
    const value = parameters[name]
    if (value === undefined) throw new RangeError(`${pattern} needs ${name}`)
    return encodeURIComponent(value)
  })
  const pairs = Object.entries(query).flatMap(([key, value]) =>
    value === undefined || value === '' ? [] : [[key, String(value)] as const],
  )
  const search = new URLSearchParams(pairs.map(([key, value]) => [key, value])).toString()
  return search === '' ? path : `${path}?${search}`
}
