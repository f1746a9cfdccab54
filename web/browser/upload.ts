/**
 * Uploads ciphertexts before the statement that names them. A lost connection loses nothing: the same bytes go up again
 * under the same name until they are there, or the deadline has passed.
 */
import { toBase64Url, sha256 } from '../../ledger/index.ts'
import { fill, paths } from '../paths.ts'

export interface UploadPlace {
  tender: string
  envelope: string
  /** Real instant after which it is of no use. */
  until?: string | undefined
}

export interface UploadWatch {
  /** Bytes of the blob at this position that are sent. */
  progress: (position: number, sent: number) => void
  /** The connection is lost; it will be tried again. */
  lost: () => void
}

/** Puts every blob in its place. Throws Error where the service says no, or the time is over. */
export async function uploadBlobs(
  blobs: readonly Uint8Array[],
  place: UploadPlace,
  watch: UploadWatch,
): Promise<void> {
  for (const [position, bytes] of blobs.entries()) {
    const { tender, envelope } = place
    const hash = toBase64Url(sha256(bytes))
    const address = fill(paths.api.blob, { hash }, { tender, envelope })
    for (let attempt = 0; ; attempt++) {
      const answer = await put(address, bytes, (sent) => {
        watch.progress(position, sent)
      })
      if (answer.status === 200) break
      if (!isTransient(answer.status)) throw new Error(reasonOf(answer))
      if (place.until !== undefined && new Date().toISOString() > place.until)
        throw new Error('The deadline has passed before everything was sent')
      watch.lost()
      await backOnline(Math.min(1_000 * 2 ** attempt, 8_000))
    }
    watch.progress(position, bytes.length)
  }
}

const isTransient = (status: number): boolean => status === 0 || status === 429 || status >= 500

interface Answered {
  /** 0: there was no answer. */
  status: number
  text: string
}

/** `fetch` does not tell how far an upload is. */
function put(
  address: string,
  bytes: Uint8Array,
  progress: (sent: number) => void,
): Promise<Answered> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest()
    request.open('PUT', address)
    request.setRequestHeader('content-type', 'application/octet-stream')
    request.upload.onprogress = ({ loaded }) => {
      progress(loaded)
    }
    request.onloadend = () => {
      resolve({ status: request.status, text: request.responseText })
    }
    request.send(new Uint8Array(bytes))
  })
}

function reasonOf({ status, text }: Answered): string {
  if (status === 401) return 'You are signed out. Sign in on another page, then press again'
  try {
    // The service's own form of a no; anything else has no detail.
    const { detail } = JSON.parse(text) as { detail?: string }
    return detail ?? `The service answered ${status}`
  } catch {
    return `The service answered ${status}`
  }
}

/** A while, or until the browser says that it is online again. */
function backOnline(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      removeEventListener('online', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    addEventListener('online', done)
  })
}
