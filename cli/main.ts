/**
 * The command line. Exit codes are those of exit.ts. With `--json` the last line of standard output is one JSON value.
 */
import { Command, CommanderError, Option } from 'commander'
import { CliError, type ExitCode } from './exit.ts'
import { homeFolder } from './home.ts'
import { createReport, style, type Report } from './report.ts'

interface Context {
  home: string
  report: Report
}

interface AuditOptions {
  vkey?: string
  as?: string
}

interface VerifyCommand {
  vkey?: string
  receiptKey?: string
  proof?: string
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
      '\nExit codes: 0 done or verified, 1 failed or refuted, 2 undecided or usage,' +
        '\n75 the database contradicts the signed head, 78 configuration or keys cannot be used.',
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
  add('demo', 'play one purchase over HTTP, or a published process with --from')
    .option('--from <package.json>', 'an OCDS release package')
    .option('--ocid <ocid>', 'which process of the package')
    .action(
      run(async ({ home, report }, options: { from?: string; ocid?: string }) => {
        const { demo } = await import('./demo-command.ts')
        return await demo({ home, report, ...options })
      }),
    )
  add('export', 'fetch the record of a procurement, or the whole log, as a file')
    .argument('[ocid]', 'a procurement; without it the whole log')
    .option('--out <path>', 'where to write it; standard output without it')
    .action(
      run(async ({ home, report }, ocid: string | undefined, { out }: { out?: string }) => {
        const { exportRecord } = await import('./export.ts')
        return await exportRecord({
          home,
          report,
          ...(ocid === undefined ? {} : { ocid }),
          ...(out === undefined ? {} : { out }),
        })
      }),
    )
  add('verify', 'verify files offline: exports, receipts, an entry with its proof')
    .argument('<files...>', 'files to verify')
    .option('--vkey <key>', "the log's key; without it the pinned one")
    .option('--receipt-key <key>', 'the receipt key, base64url; without it the pinned one')
    .option('--proof <path>', '.tlog-proof of a single entry')
    .action(
      run(async ({ home, report }, paths: string[], options: VerifyCommand) => {
        const { verify } = await import('./verify-command.ts')
        return await verify({ home, report, paths, ...options })
      }),
    )
  add('audit', 'audit the whole log: a file, or what the service serves')
    .argument('[file]', 'an export of the whole log')
    .option('--vkey <key>', "the log's key; without it the pinned one")
    .option('--as <person>', 'with what this person may read, an auditor whose key lies here')
    .action(
      run(async ({ home, report }, path: string | undefined, options: AuditOptions) => {
        const { auditCommand } = await import('./audit.ts')
        return await auditCommand({
          home,
          report,
          ...options,
          ...(path === undefined ? {} : { path }),
        })
      }),
    )
  add('replay', 'replay the workflow of a procurement and compare it with the record')
    .argument('<ocid>')
    .action(
      run(async ({ home, report }, ocid: string) => {
        const [{ replay }, { reachServices }] = await Promise.all([
          import('./replay.ts'),
          import('./reach.ts'),
        ])
        return await replay({ home, ocid, report, ...(await reachServices(home)) })
      }),
    )
  add('rebuild', 'make every derived table again from the ledger').action(
    run(async ({ home, report }) => {
      const [{ rebuild }, { databaseFor }] = await Promise.all([
        import('./rebuild.ts'),
        import('./reach.ts'),
      ])
      return await rebuild(await databaseFor(home), report)
    }),
  )
  add('doctor', 'look at everything that is needed here, and name the fix').action(
    run(async ({ home, report }) => {
      const [{ doctor }, { runningServices }] = await Promise.all([
        import('./doctor.ts'),
        import('./services.ts'),
      ])
      const services = await runningServices(home)
      return await doctor({ home, report, ...(services === undefined ? {} : { services }) })
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
  add('registrar', 'countersign new keys of the demonstration’s people, over HTTP')
    .requiredOption('--url <address>', 'address of the service')
    .action(
      run(async ({ home }, { url }: { url: string }) => {
        const { registrar } = await import('./processes.ts')
        return await registrar({ home, url })
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
