/** Signing in with a key of this browser: a challenge, signed; the session is a cookie that scripts cannot read. */
import { toBase64Url, utf8 } from '../../ledger/index.ts'
import { paths } from '../paths.ts'
import { signWith, type DeviceKey } from './device-keys.ts'

/** Whether the key is enrolled and signed in. */
export async function signIn(key: DeviceKey): Promise<boolean> {
  const { kid, origin } = key
  const asked = await post(paths.api.challenges, { kid })
  if (!asked.ok) return false
  const { challenge } = (await asked.json()) as { challenge: string }
  const message = utf8(`tenderbook/session/v1\0${origin}\0${challenge}`)
  const signature = toBase64Url(await signWith(key, message))
  return (await post(paths.api.sessions, { kid, challenge, signature })).ok
}

/** JSON to an address of this service. */
export async function post(address: string, body: object): Promise<Response> {
  return await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}
