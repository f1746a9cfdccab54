// @ts-check
/**
 * Rules of the repository that no other tool checks, over the files that git knows. Each gives one line for each breach.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

/** @typedef {{ path: string, text: string }} File */

/** Folders whose files open with a comment that says what they are. */
const headed =
  /^(ledger|sealing|procurement|workflows|db|signer|activities|worker|api|cli|scripts|bench)\//
const source = /\.(ts|tsx|mjs|cjs)$/

/** @param {string} root @returns {string[]} breaches, as `path: what is wrong` */
export function brokenRules(root) {
  const files = trackedFiles(root)
  return files.flatMap((file) =>
    rules.flatMap((rule) => rule(file).map((wrong) => `${file.path}: ${wrong}`)),
  )
}

/** @type {((file: File) => string[])[]} */
const rules = [
  ({ path }) => {
    const name = basename(path).replace(/\..*$/, '')
    const isVague = /^(utils?|helpers?|common|shared)$/.test(name) && source.test(path)
    return isVague ? ['a file is named by its noun, not utils, helpers, common or shared'] : []
  },
  ({ path, text }) => {
    const isHeaded = /^(#!.*\n)?(\/\/ @ts-check\n)?\/\*\*/.test(text)
    const must = headed.test(path) && source.test(path) && !/\.test\.tsx?$/.test(path)
    return must && !isHeaded ? ['begins with a comment that says what it is'] : []
  },
  ({ path, text }) => {
    const isVerdictTime =
      /\.test\.tsx?$/.test(path) && /\bsetTimeout\(\s*\w+,|\bsleep\(\d/.test(text)
    return isVerdictTime ? ['a test waits for the thing itself, it does not sleep'] : []
  },
  ({ path, text }) => {
    const isClock = /^(ledger|sealing|procurement)\//.test(path) && !/\.test\.ts$/.test(path)
    return isClock && /\bDate\.now\(|new Date\(\)/.test(text)
      ? ['pure code does not read a clock']
      : []
  },
  ({ path, text }) => {
    const isDefault = /^export default /m.test(text) && source.test(path)
    const isAsked = /\.config\.(ts|js)$|^tests\/services\.ts$|^tests\/e2e\/\w+\.ts$/.test(path)
    return isDefault && !isAsked ? ['exports are named'] : []
  },
  ({ path, text }) => {
    const bare = text
      .split('\n')
      .filter(
        (line) => /^\s*(\/\/|\/\*|\{\/\*)\s*eslint-disable/.test(line) && !/ -- \S/.test(line),
      )
    return source.test(path) && bare.length > 0
      ? ['an eslint-disable says its reason after `--`']
      : []
  },
]

/** @param {string} root @returns {File[]} */
function trackedFiles(root) {
  const list = execFileSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    { cwd: root },
  )
  return list
    .toString()
    .split('\0')
    .filter((path) => source.test(path) && existsSync(join(root, path)))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}
