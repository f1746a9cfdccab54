/**
 * Tells zod, which the rules parse with, not to try `new Function`: the page's content policy forbids it, and a try is a
 * violation that is reported. Imported before the rules are.
 */
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } })
