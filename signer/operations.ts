/** The signer itself: keys, head file and record put together. */
import { blindHash, parseEnvelope, signStatement } from '../ledger/index.ts'
import { createCheckpoints } from './checkpoints.ts'
import type { Signer } from './contract.ts'
import { createCuts } from './cuts.ts'
import { createEntryReader } from './entries.ts'
import { assertFounded } from './founding.ts'
import { identityOf, pathsIn, type ServiceKeys } from './keys.ts'
import { createOpenings } from './openings.ts'
import { createPings } from './pings.ts'
import { assertAllowed } from './policy.ts'
import { createReceipts } from './receipts.ts'
import type { RecordReader } from './record.ts'
import { createSecrets } from './secrets.ts'

export interface SigningDependencies {
  /** State folder, made by `openKeys`. */
  folder: string
  keys: ServiceKeys
  record: RecordReader
  /** Milliseconds since 1970. */
  now: () => number
}

export interface Signing {
  signer: Signer
  /**
   * Compares keys and head file with the whole database; must pass before anything is signed.
   * Throws SignerError `keys`, `rollback`, `fork`.
   */
  verify: () => Promise<void>
}

/** Throws `keys` where the head file is missing or damaged. */
export async function createSigning(deps: SigningDependencies): Promise<Signing> {
  const { folder, keys, record, now } = deps
  const { origin } = keys
  const identity = identityOf(keys)
  const paths = pathsIn(folder)
  const secrets = createSecrets(keys.secret)
  const checkpoints = await createCheckpoints({
    path: paths.head,
    origin,
    key: keys.checkpoint,
    record,
  })
  const entries = createEntryReader({ origin, record, secrets, head: checkpoints.head })
  const receipts = createReceipts({ key: keys.receipt, vkey: identity.vkey, record, entries })
  const cuts = createCuts(paths.openings)
  const openings = createOpenings({ record, entries, secrets, cuts, now })
  const pings = createPings({ origin, key: keys.receipt, secrets, now })

  /** Nothing is signed or shown while the database does not continue the head signed last. */
  const sound = async <T>(work: () => Promise<T>): Promise<T> => {
    checkpoints.assertSound()
    return work()
  }

  const signer: Signer = {
    identity: () => Promise.resolve(identity),
    checkpoint: checkpoints.checkpoint,
    blindHashes: (envelopes) =>
      sound(() => {
        const hashes = envelopes.map((envelope) =>
          blindHash(secrets.blind(parseEnvelope(envelope).hash), envelope),
        )
        return Promise.resolve(hashes)
      }),
    receipts: (hashes) => sound(() => receipts.receipts(hashes)),
    refusal: (refused) => sound(() => receipts.refusal(refused)),
    sign: (statement) =>
      sound(async () => {
        await assertAllowed(statement, { origin, record, openings })
        return signStatement({ ...statement, kid: keys.worker.kid }, keys.worker).envelope
      }),
    ping: (request) => sound(() => pings.ping(request)),
    pong: (request) => sound(() => pings.pong(request)),
    recipient: (of) => sound(() => openings.recipient(of)),
    closing: (of) => sound(() => openings.closing(of)),
    closed: (of) => sound(() => openings.closed(of)),
    open: (of) => sound(() => openings.open(of)),
    reveal: (index) => sound(() => openings.reveal(index)),
  }
  return {
    signer,
    async verify() {
      await assertFounded(record, identity)
      await checkpoints.verify()
    },
  }
}
