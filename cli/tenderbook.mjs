#!/usr/bin/env node
// @ts-check
/** The command `tenderbook`: makes TypeScript run on this Node and hands over to main.ts. */
process.env['TZ'] = 'UTC'
try {
  const { register } = await import('tsx/esm/api')
  register()
} catch {
  process.stderr.write('The packages are not installed. Run `npm start`, or `npm ci`, first.\n')
  process.exit(2)
}
const { main } = await import('./main.ts')
process.exitCode = await main(process.argv)
