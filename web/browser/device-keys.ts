/**
 * The keys of this browser: Ed25519, made here and not extractable, kept in IndexedDB. What leaves is the public half and
 * signatures. A browser may hold keys of several people, as a shared desk or the demonstration does.
 */
import { createStore, delMany, entries, get, set, type UseStore } from 'idb-keyval'
import { keyId, toBase64Url } from '../../ledger/index.ts'

export interface DeviceKey {
  /** Origin of the log that it is for. */
  origin: string
  person: string
  kid: string
  /** Base64url of 32 bytes. */
  pub: string
  pair: CryptoKeyPair
  made: string
}

let opened: UseStore | undefined
const store = (): UseStore => (opened ??= createStore('tenderbook-keys', 'keys'))

/** Makes a key for a person and keeps it. Throws Error where this browser cannot make one. */
export async function makeDeviceKey(origin: string, person: string): Promise<DeviceKey> {
  const pair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])
  const pub = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))
  const key = {
    origin,
    person,
    kid: keyId(pub),
    pub: toBase64Url(pub),
    pair,
    made: new Date().toISOString(),
  }
  await set(key.kid, key, store())
  // Without it a browser short of space may forget the key. A no changes nothing here.
  await navigator.storage.persist().catch(() => false)
  return key
}

/** The key of this id, if this browser has it. */
export async function findDeviceKey(kid: string): Promise<DeviceKey | undefined> {
  return await get<DeviceKey>(kid, store())
}

/** Keys of this log in this browser, of one person or of all, newest first. */
export async function deviceKeys(origin: string, person?: string): Promise<DeviceKey[]> {
  const all = (await entries<string, DeviceKey>(store())).map(([, key]) => key)
  return all
    .filter((key) => key.origin === origin && (person === undefined || key.person === person))
    .sort((a, b) => b.made.localeCompare(a.made))
}

export async function forgetDeviceKeys(kids: string[]): Promise<void> {
  await delMany(kids, store())
}

/** RFC 8032 signature, 64 bytes. */
export async function signWith({ pair }: DeviceKey, message: Uint8Array): Promise<Uint8Array> {
  const signature = await crypto.subtle.sign('Ed25519', pair.privateKey, new Uint8Array(message))
  return new Uint8Array(signature)
}
