/**
 * Node's own modules, where there is Node. They are asked for at run time, so that a bundler for browsers does not see
 * them; each caller has a portable path beside the native one, and tests hold both to the same answers.
 */
import type * as NodeBuffer from 'node:buffer'
import type * as NodeCrypto from 'node:crypto'

interface Host {
  readonly process?: { readonly getBuiltinModule?: (id: string) => unknown }
}

// `globalThis` is typed as Node's here; a browser has no `process`.
const host = globalThis as Host

function builtin(id: string): unknown {
  return host.process?.getBuiltinModule?.(id)
}

// The ids name the types.
export const nodeCrypto = builtin('node:crypto') as typeof NodeCrypto | undefined
export const nodeBuffer = (builtin('node:buffer') as typeof NodeBuffer | undefined)?.Buffer

/** The same memory without Node's Buffer around it, whose `slice` and `toJSON` mean other things. */
export function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
}
