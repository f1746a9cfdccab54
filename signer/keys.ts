/**
 * The service keys as files: seeds of the receipt, checkpoint and worker keys, and the secret from which blinds, salts and
 * opening keys are derived. Made once, together with the head file, readable by the owner only. Keys without a head file
 * are refused: there is no way to a fresh state under an old key. An HSM or an agent can stand behind the same type.
 */
import { chmod, mkdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import {
  fromBase64,
  formatVkey,
  signingKey,
  toBase64,
  toBase64Url,
  type SigningKey,
} from '../ledger/index.ts'
import { SignerError, type Identity, type PublicIdentity } from './contract.ts'
import { createHead, isErrno, loadHead, writeForced } from './head.ts'

const FORMAT = 'tenderbook-keys/1'
const keysSchema = z.strictObject({
  format: z.literal(FORMAT),
  origin: z.string(),
  receipt: z.base64(),
  checkpoint: z.base64(),
  worker: z.base64(),
  secret: z.base64(),
})

export interface ServiceKeys {
  origin: string
  receipt: SigningKey
  checkpoint: SigningKey
  worker: SigningKey
  /** 32 bytes. */
  secret: Uint8Array
}

/** Files of a state folder. */
export function pathsIn(folder: string): { keys: string; head: string; openings: string } {
  return {
    keys: join(folder, 'keys.json'),
    head: join(folder, 'head.json'),
    openings: join(folder, 'openings'),
  }
}

/**
 * The keys of a state folder, made where there are none.
 * @param random gives fresh random bytes of a length
 * @throws SignerError `keys`: half of the state is missing, others may read the keys, or they are of another log
 */
export async function openKeys(
  folder: string,
  origin: string,
  random: (length: number) => Uint8Array,
): Promise<ServiceKeys> {
  await mkdir(pathsIn(folder).openings, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
  const { keys } = pathsIn(folder)
  if (!(await exists(keys))) await createKeys(folder, origin, random)
  await assertPrivate(keys)
  const loaded = parseKeys(await readFile(keys, 'utf8'))
  if (loaded.origin !== origin)
    throw new SignerError(
      'keys',
      `the keys in ${folder} are of the log ${loaded.origin}, not ${origin}`,
    )
  return loaded
}

export function identityOf({ origin, receipt, checkpoint, worker }: ServiceKeys): Identity {
  return {
    origin,
    vkey: formatVkey(origin, checkpoint.pub),
    checkpoint: publicHalf(checkpoint),
    receipt: publicHalf(receipt),
    worker: publicHalf(worker),
  }
}

/** The head first: a crash in between leaves an empty head, which the next start takes up. */
async function createKeys(
  folder: string,
  origin: string,
  random: (length: number) => Uint8Array,
): Promise<void> {
  const { keys, head } = pathsIn(folder)
  if (!(await exists(head))) await createHead(head, origin)
  const { frontier } = await loadHead(head, origin)
  if (frontier.size > 0)
    throw new SignerError('keys', `${head} knows ${frontier.size} entries, but the keys are gone`)
  const seed = () => toBase64(random(32))
  const fresh = { receipt: seed(), checkpoint: seed(), worker: seed(), secret: seed() }
  await writeForced(keys, `${JSON.stringify({ format: FORMAT, origin, ...fresh }, null, 2)}\n`)
}

function parseKeys(text: string): ServiceKeys {
  try {
    const { origin, receipt, checkpoint, worker, secret } = keysSchema.parse(JSON.parse(text))
    return {
      origin,
      receipt: signingKey(fromBase64(receipt)),
      checkpoint: signingKey(fromBase64(checkpoint)),
      worker: signingKey(fromBase64(worker)),
      secret: fromBase64(secret),
    }
  } catch {
    // The cause would carry the text of the keys.
    throw new SignerError('keys', 'the key file is damaged')
  }
}

async function assertPrivate(path: string): Promise<void> {
  const { mode } = await stat(path)
  if ((mode & 0o077) !== 0)
    throw new SignerError(
      'keys',
      `others may read ${path}: chmod 600 it, and think of the keys as known`,
    )
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false
    throw error
  }
}

function publicHalf({ kid, pub }: SigningKey): PublicIdentity {
  return { kid, pub: toBase64Url(pub) }
}
