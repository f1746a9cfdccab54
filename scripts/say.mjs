// @ts-check
/**
 * What set-up says to a person: one line for each thing done and how long it took. Everything goes to standard error,
 * so that a command's own answer stays alone on standard output.
 */

/** @param {string} text */
export function say(text) {
  process.stderr.write(`${text}\n`)
}

/**
 * Runs a piece of set-up and says what it was and how long it took.
 *
 * @template T
 * @param {string} name what is done, as "PostgreSQL 18 started"
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(name, work) {
  const begun = performance.now()
  const result = await work()
  say(`  ${name.padEnd(46)} ${seconds(performance.now() - begun)}`)
  return result
}

/** @param {number} ms */
export function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`
}

/** A fault whose message tells a person what to do; main files print it without a stack. */
export class SetupError extends Error {
  /** @param {string} message @param {ErrorOptions} [options] */
  constructor(message, options) {
    super(message, options)
    this.name = 'SetupError'
  }
}

/** Ends the process with a message that names the fix; other faults keep their stack. @param {unknown} error */
export function fail(error) {
  if (error instanceof SetupError) say(`\n${error.message}`)
  else say(`\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  process.exit(1)
}
