/**
 * How commands end. Exit codes: 0 done or verified; 1 failed or refuted; 2 undecided, wrong usage, or something that a
 * person must set up first. Two more end what stays up, and whatever supervises it must not start it again before a
 * person has looked: 75, the database contradicts the head that was signed; 78, configuration or keys cannot be used.
 */
export type ExitCode = 0 | 1 | 2 | LastingCode

/** Exit codes of our processes after which a new start would only say the same, and what a person does first. */
export const lasting = {
  75: `The database is not the one that goes with the signed head: an older copy, a cut tail, another database, or a change.
Nothing is signed and nothing is lost by waiting. Bring back the newest complete database, or the right DATABASE_URL, and
start again. Do not edit or delete signer/head.json in the state folder: it is the evidence.
More in docs/operating.md, "When the signer refuses". A mere demonstration begins anew if its whole state folder is deleted.`,
  78: `Correct what is named above, or bring back signer/ of the state folder from its backup, and start again.
The settings are listed in docs/operating.md.`,
} as const
export type LastingCode = keyof typeof lasting

/** Whether a process that ended so must stay ended. */
export function isLasting(code: number | null): code is LastingCode {
  return code !== null && code in lasting
}

/** A failure whose message is for the person at the terminal: it says what to do next. */
export class CliError extends Error {
  readonly exitCode: ExitCode

  constructor(message: string, exitCode: ExitCode, options?: ErrorOptions) {
    super(message, options)
    this.name = 'CliError'
    this.exitCode = exitCode
  }
}
