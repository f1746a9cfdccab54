/**
 * A key holder joins with a key made here, and shows again before the deadline that it still opens: the service seals a
 * secret to the key (ping), this browser opens it (pong), and gets the signed proof for the statement.
 */
import './without-eval.ts'
import { toBase64Url, type JsonObject } from '../../ledger/index.ts'
import { ENVELOPE } from '../../procurement/index.ts'
import { answerPing, type OpeningKeyPair } from '../../sealing/index.ts'
import { paths } from '../paths.ts'
import { readText } from '../reading.ts'
import type { Acting } from './act.ts'
import { auditedFile } from './audited-file.ts'
import type { Completion } from './completions.ts'
import { problemOf } from './log-client.ts'
import { findOpeningKey, openingKey, type KeyPlace } from './opening-keys.ts'
import { post } from './session.ts'

const placeOf = ({ pins, setting }: Acting): KeyPlace => ({
  origin: pins.origin,
  tender: setting.place?.tender ?? '',
  person: setting.actor,
})

export const join: Completion = async ({ payload }, acting) => {
  const place = placeOf(acting)
  const key = await openingKey(place)
  const pop = await proofOf(place, key)
  return { payload: { ...payload, pub: toBase64Url(key.publicKey), pop } }
}

export const answer: Completion = async ({ payload }, acting) => {
  const place = placeOf(acting)
  const key = await findOpeningKey(place)
  const { opening } = await auditedFile(acting.pins, place.tender)
  const enrolled = opening.members.find(({ person }) => person === place.person)
  if (!key || enrolled?.pub !== toBase64Url(key.publicKey))
    return {
      problems: [{ path: '', message: 'The key that you enrolled is not in this browser.' }],
    }
  const { challenge, opened } = await proofOf(place, key)
  return { payload: { ...payload, challenge, opened } }
}

interface Proof extends JsonObject {
  challenge: string
  opened: string
  sig: string
}

async function proofOf({ tender, person }: KeyPlace, key: OpeningKeyPair): Promise<Proof> {
  const of = { tender, envelope: ENVELOPE, id: person, pub: toBase64Url(key.publicKey) }
  const asked = await answerOf(paths.api.pings, of)
  const ping = { enc: readText(asked, 'enc') ?? '', ct: readText(asked, 'ct') ?? '' }
  const secret = toBase64Url(await answerPing(key, { tender, id: person }, ping))
  const said = await answerOf(paths.api.pongs, { ...of, secret })
  const member = (name: string): string => readText(said, name) ?? ''
  return { challenge: member('challenge'), opened: member('opened'), sig: member('sig') }
}

/** Throws Error where the service says no. */
async function answerOf(address: string, body: object): Promise<JsonObject> {
  const answer = await post(address, body)
  if (!answer.ok) throw new Error((await problemOf(answer)).detail)
  // The service's JSON; members are read as what they must be.
  return (await answer.json()) as JsonObject
}
