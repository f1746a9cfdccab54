/**
 * Where an opening was cut: the number of entries that counted when it was decided. It is written and forced to disk
 * before the first capsule is opened, so that what is shown after prices are known changes nothing, and every later
 * opening of the same box gives the same bytes.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { sha256, toBase64Url, utf8 } from '../ledger/index.ts'
import { SignerError, type EnvelopeOf } from './contract.ts'
import { isErrno, writeForced } from './head.ts'

const cutSchema = z.strictObject({ tender: z.string(), envelope: z.string(), size: z.int().min(0) })

export interface Cuts {
  find(of: EnvelopeOf): Promise<number | undefined>
  /** Fails where there is one. */
  put(of: EnvelopeOf, size: number): Promise<void>
}

/** Cuts as files of a folder, which exists. */
export function createCuts(folder: string): Cuts {
  const pathOf = ({ tender, envelope }: EnvelopeOf) =>
    join(folder, `${toBase64Url(sha256(utf8(`${tender}\0${envelope}`)))}.json`)
  return {
    async find(of) {
      try {
        return cutSchema.parse(JSON.parse(await readFile(pathOf(of), 'utf8'))).size
      } catch (cause) {
        if (isErrno(cause, 'ENOENT')) return undefined
        throw new SignerError('keys', `the cut of ${of.tender} is damaged`, { cause })
      }
    },
    async put({ tender, envelope }, size) {
      await writeForced(
        pathOf({ tender, envelope }),
        `${JSON.stringify({ tender, envelope, size })}\n`,
      )
    },
  }
}
