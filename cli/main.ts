/**
 * The command line. Exit codes of every command: 0 done or verified; 1 failed or refuted; 2 undecided, wrong usage, or
 * something that a person must set up first. With `--json` the last line of standard output is one JSON value.
 */
import { Command, CommanderError, Option } from 'commander'
import { CliError, type ExitCode } from './exit.ts'
import { homeFolder } from './home.ts'
import { createReport, style, type Report } from './report.ts'

interface Context {
  home: string
  report: Report
}

/** Runs the command and gives its exit code. */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = 0
  const program = createProgram((result) => (code = result))
  try {
    await program.parseAsync([...argv])
    return code
  } catch (error) {
    return exitCodeOf(error)
  }
}

function createProgram(done: (code: ExitCode) => void): Command {
  const program = new Command('tenderbook')
    .description('Public procurement on a signed, publicly verifiable record.')
    .addHelpText(
      'after',
      '\nExit codes: 0 done or verified, 1 failed or refuted, 2 undecided or usage.',
    )
    .exitOverride()
  const add = (name: string, description: string): Command =>
    program.command(name).description(description).option('--json', 'answer as JSON, last line')
  const run =
    <A extends unknown[]>(work: (context: Context, ...args: A) => Promise<ExitCode>) =>
    async (...args: [...A, Command]): Promise<void> => {
      const command = args.at(-1) as Command // commander passes itself last
      const { json = false } = command.opts<{ json?: boolean }>()
      const rest = args.slice(0, -1) as unknown as A
      done(await work({ home: homeFolder(), report: createReport(json) }, ...rest))
    }

  add('up', 'start everything and stay up')
    .option('--first-demo', 'play one purchase unless one was played')
    .addOption(new Option('--any-port', 'take free ports').hideHelp())
    .action(
      run(async ({ home, report }, options: { firstDemo?: boolean; anyPort?: boolean }) => {
        const { up } = await import('./up.ts')
        const { firstDemo = false, anyPort } = options
        return await up({ home, report, firstDemo, ...(anyPort === undefined ? {} : { anyPort }) })
      }),
    )
  add('bank', 'run the small bank of the demonstration')
    .option('--dir <folder>', 'folder of the exchange')
    .action(
      run(async ({ home }, { dir }: { dir?: string }) => {
        const { bank } = await import('./processes.ts')
        return await bank(dir ?? process.env['TENDERBOOK_BANK_DIR'] ?? `${home}/bank`)
      }),
    )
  add('holder', 'run an unattended key holder, which speaks only HTTP')
    .requiredOption('--person <id>', 'whose key it holds')
    .requiredOption('--url <address>', 'address of the service')
    .action(
      run(async ({ home }, { person, url }: { person: string; url: string }) => {
        const { holder } = await import('./processes.ts')
        return await holder({ home, person, url })
      }),
    )
  return program
}

function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof CliError) {
    process.stderr.write(`${style.red(error.message)}\n`)
    return error.exitCode
  }
  const isSetup = error instanceof Error && error.name === 'SetupError'
  const text = error instanceof Error && !isSetup ? (error.stack ?? error.message) : String(error)
  process.stderr.write(`${isSetup ? error.message : text}\n`)
  return isSetup ? 2 : 1
}
