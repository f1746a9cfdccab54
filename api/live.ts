/**
 * What happens in a procurement, as it happens: server-sent events of its open steps, each with number and type and nothing
 * else; who wants to know more asks for it. Everybody gets the same bytes, and a sealed act adds none.
 *
 * A stream that was cut goes on after the last number that its reader has (`Last-Event-ID`). A person's stream ends with
 * the session, and soon after the key is revoked (reference/security.md section 5.4).
 */
import type { Request } from 'express'
import { z } from 'zod'
import type { Live } from '../db/live.ts'
import type { Readers } from '../db/readers.ts'
import type { Sessions } from '../db/sessions.ts'
import type { KeyRow } from '../procurement/index.ts'
import { paths } from '../web/paths.ts'
import type { Line, StreamAnswer } from './answer.ts'
import type { Viewer } from './disclosure.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { createFeed, type Step } from './feed.ts'
import { ocidForm, problemForm } from './forms.ts'
import { problem, type Problem } from './problems.ts'
import { viewerStillBehind, type Credential } from './session.ts'

export interface LiveDeps {
  live: Live
  readers: Readers
  sessions: Sessions
  now: () => Date
  config: { publicUrl: string }
}

/** Streams that one session has at a time, or one address without a session. */
const STREAMS_MAX = 3
/** How long a reader waits before it comes back. */
const RETRY_MS = 1_000
const HEARTBEAT_MS = 15_000
const RIGHTS_MS = 30_000
/** A revoked key ends its streams within five seconds. */
const KEYS_MS = 4_000

/** Number of a step; −1 stands before the first. */
const stepForm = z
  .string()
  .regex(/^(-1|0|[1-9][0-9]{0,14})$/, 'Must be the number of a step, or -1.')
  .transform(Number)

export function liveEndpoints(deps: LiveDeps): Endpoint[] {
  const { live, readers } = deps
  const places = createPlaces(STREAMS_MAX)
  const keys = createKeyWatch(readers)

  return [
    endpoint({
      method: 'get',
      path: paths.api.procurementLive,
      summary: 'Its open steps as they happen: server-sent events that resume',
      params: z.object({ ocid: ocidForm }),
      query: z.object({ after: stepForm.optional() }),
      answers: {
        200: {
          description:
            'Events `step`, each with the step’s number as id, after `Last-Event-ID`, else after `after`, else from now on',
          media: 'text/event-stream',
          schema: z.string(),
        },
        400: problemForm,
        404: problemForm,
        429: problemForm,
      },
      handle: async ({ params: { ocid }, query, viewer, request }) =>
        await open({ ocid, after: query.after, viewer, request }),
    }),
  ]

  async function open({ ocid, after, viewer, request }: Asked): Promise<StreamAnswer | Problem> {
    const resumed = stepForm.optional().safeParse(request.get('last-event-id'))
    if (!resumed.success) return problem('malformed-request', 'Last-Event-ID is no step’s number.')
    const last = await readers.lastStep(ocid)
    if (last < 0) return problem('not-found', `There is no procurement ${ocid}.`)
    const session = sessionOf(request, viewer)
    const place = places.take(session?.id ?? `address ${request.ip ?? ''}`)
    if (!place) return TOO_MANY
    return {
      kind: 'stream',
      status: 200,
      media: 'text/event-stream',
      open(line) {
        line.whenOver(place.leave)
        line.write(`retry: ${RETRY_MS}\n\n`)
        keepAlive(line)
        if (session) watch(line, session)
        follow(line, { ocid, after: resumed.data ?? after ?? last, session })
      },
    }
  }

  /** Gives the steps that the reader does not have, and those that come. What cannot be read ends the stream. */
  function follow(line: Line, { ocid, after, session }: Followed): void {
    const feed = createFeed({
      after,
      async read(from, limit) {
        const steps = await readers.steps(ocid, from, limit)
        if (steps.length === 0 || (await isStillGood(session))) return steps
        line.end()
        return []
      },
      give: (step) => {
        line.write(messageOf(step))
      },
    })
    const moved = (pseq?: number): void => {
      feed.advance(pseq).catch(line.end)
    }
    // First listen, then read: what comes in between is told, and read again.
    line.whenOver(live.subscribe(ocid, { moved, ended: line.end }))
    moved()
  }

  /** A person's stream ends with what it stands on: session, key, person. */
  function watch(line: Line, session: SignedIn): void {
    const check = async (): Promise<void> => {
      if (!(await isStillGood(session))) line.end()
    }
    const timer = setInterval(() => void check().catch(line.end), RIGHTS_MS)
    line.whenOver(() => {
      clearInterval(timer)
    })
    line.whenOver(keys.watch(session.kid, line.end))
  }

  /** Steps are public: without a session there is nothing to lose. */
  async function isStillGood(session: SignedIn | undefined): Promise<boolean> {
    return session === undefined || (await viewerStillBehind(session.id, deps)).kid === session.kid
  }
}

interface Asked {
  ocid: string
  after: number | undefined
  viewer: Viewer
  request: Request
}

/** The session that a stream stands on. */
interface SignedIn {
  id: string
  kid: string
}

interface Followed {
  ocid: string
  after: number
  session: SignedIn | undefined
}

const TOO_MANY = problem(
  'too-many-requests',
  `There are ${STREAMS_MAX} open streams already; close one.`,
  { retryAfterMs: RIGHTS_MS },
)

function sessionOf(request: Request, { kid }: Viewer): SignedIn | undefined {
  // Left by the session middleware; Express does not type it.
  const credential = request.res?.locals.credential as Credential | undefined
  return credential && kid !== undefined ? { id: credential.id, kid } : undefined
}

/** Number and type: nothing that depends on who reads. */
const messageOf = ({ pseq, type }: Step): string =>
  `id: ${pseq}\nevent: step\ndata: ${JSON.stringify({ pseq, type })}\n\n`

/** A comment now and then, so that nobody between takes the stream for dead. */
function keepAlive(line: Line): void {
  const timer = setInterval(() => {
    line.write(':\n\n')
  }, HEARTBEAT_MS)
  line.whenOver(() => {
    clearInterval(timer)
  })
}

/** Counts what each holder has; no place where it has `max`. */
function createPlaces(max: number) {
  const taken = new Map<string, number>()
  return {
    take(holder: string): { leave: () => void } | undefined {
      const count = taken.get(holder) ?? 0
      if (count >= max) return undefined
      taken.set(holder, count + 1)
      return {
        leave() {
          const left = (taken.get(holder) ?? 1) - 1
          if (left > 0) taken.set(holder, left)
          else taken.delete(holder)
        },
      }
    },
  }
}

/** Looks up the keys of all who are watched, at once, every few seconds. What cannot be looked up counts as revoked. */
function createKeyWatch(readers: Readers) {
  const watched = new Set<{ kid: string; revoked: () => void }>()
  let timer: NodeJS.Timeout | undefined

  return {
    /** Calls `revoked` when the key is active no more, until the function that it returns is called. */
    watch(kid: string, revoked: () => void): () => void {
      const one = { kid, revoked }
      watched.add(one)
      timer ??= setInterval(() => void look(), KEYS_MS)
      return () => {
        watched.delete(one)
        if (watched.size > 0) return
        clearInterval(timer)
        timer = undefined
      }
    },
  }

  async function look(): Promise<void> {
    const kids = [...new Set([...watched].map(({ kid }) => kid))]
    const active = await activeOf(kids).catch(() => new Set<string>())
    for (const { kid, revoked } of [...watched]) if (!active.has(kid)) revoked()
  }

  async function activeOf(kids: string[]): Promise<Set<string>> {
    const register = await readers.register(kids.map((kid) => `key/${kid}`))
    // The register's rows have this type by their key.
    const statusOf = (kid: string) => (register(`key/${kid}`) as KeyRow | undefined)?.status
    return new Set(kids.filter((kid) => statusOf(kid) === 'active'))
  }
}
