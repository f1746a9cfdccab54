/**
 * How commands end. Exit codes: 0 done or verified; 1 failed or refuted; 2 undecided, wrong usage, or something that a
 * person must set up first.
 */
export type ExitCode = 0 | 1 | 2

/** A failure whose message is for the person at the terminal: it says what to do next. */
export class CliError extends Error {
  readonly exitCode: ExitCode

  constructor(message: string, exitCode: ExitCode, options?: ErrorOptions) {
    super(message, options)
    this.name = 'CliError'
    this.exitCode = exitCode
  }
}
