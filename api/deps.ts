/** What the application is built from. `main.ts` and the tests' world make these; nothing else is reached for. */
import type { Logger } from 'pino'
import type { Blobs } from '../db/blobs.ts'
import type { Door } from '../db/door.ts'
import type { Live } from '../db/live.ts'
import type { Payloads } from '../db/payloads.ts'
import type { Readers } from '../db/readers.ts'
import type { Sessions } from '../db/sessions.ts'
import type { Signer } from '../signer/client.ts'

export interface AppConfig {
  /** Origin of the log. */
  origin: string
  /** Address that people use, as `http://localhost:3000`; cookies and same-origin checks go by it. */
  publicUrl: string
  /** With the ready people of the demonstration on the sign-in page. */
  isDevelopment?: boolean
  /** Folder with `main.css` and `islands/`, as `scripts/build.mjs` makes it; absent in tests that need no browser. */
  assetsFolder?: string
}

export interface Deps {
  door: Door
  readers: Readers
  live: Live
  payloads: Payloads
  blobs: Blobs
  sessions: Sessions
  signer: Signer
  config: AppConfig
  logger: Logger
  /** The service's clock: for pages, and never for what is signed. */
  now: () => Date
}
