/**
 * What a command says. For people: lines on standard output. With `--json`: one JSON value as the last line of standard
 * output, and everything that is said on the way goes to standard error. No colour when piped.
 */
export interface Report {
  /** True with `--json`. */
  json: boolean
  /** A line for people. */
  line: (text?: string) => void
  /** The answer, once, at the end: `value` with `--json`, else `text` where there is one. */
  answer: (value: unknown, text?: string) => void
}

export function createReport(json: boolean): Report {
  return {
    json,
    line: (text = '') => (json ? process.stderr : process.stdout).write(`${text}\n`),
    answer(value, text) {
      if (json) process.stdout.write(`${JSON.stringify(value)}\n`)
      else if (text !== undefined) process.stdout.write(`${text}\n`)
    },
  }
}

/** Emphasis where a terminal shows it. */
export const style = {
  bold: (text: string) => paint(text, 1, 22),
  dim: (text: string) => paint(text, 2, 22),
  green: (text: string) => paint(text, 32, 39),
  red: (text: string) => paint(text, 31, 39),
}

function paint(text: string, on: number, off: number): string {
  const isPlain = !process.stdout.isTTY || process.env['NO_COLOR'] !== undefined
  return isPlain ? text : `\u001b[${on}m${text}\u001b[${off}m`
}
