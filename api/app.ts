/**
 * The application: an ordered list of middleware. The order is the security of it: headers and logs before anything
 * else, the session before the routes, and nothing reads a body before its size and type are known.
 */
import { randomUUID } from 'node:crypto'
import express, {
  Router,
  type Express,
  type NextFunction,
  type Request,
  type Response,
} from 'express'
import helmet from 'helmet'
import { pinoHttp } from 'pino-http'
import { DatabaseError, isConnectionLost } from '../db/connection.ts'
import { PackFault } from '../procurement/index.ts'
import { SignerError } from '../signer/client.ts'
import { paths } from '../web/paths.ts'
import { createActs } from './acts.ts'
import { send } from './answer.ts'
import { arrivalEndpoints } from './arrivals.ts'
import { assetRouter, readAssets } from './assets.ts'
import { blobEndpoints } from './blobs.ts'
import { calendarEndpoints } from './calendar.ts'
import type { Deps } from './deps.ts'
import { createDisclosure } from './disclosure.ts'
import { dueEndpoints } from './due.ts'
import { mount, type Endpoint } from './endpoint.ts'
import { entryEndpoints } from './entries.ts'
import { exportEndpoints } from './exports.ts'
import { healthEndpoints } from './health.ts'
import { requestLimits } from './limits.ts'
import { liveEndpoints } from './live.ts'
import { createNames } from './names.ts'
import { openapiEndpoint } from './openapi.ts'
import { createOpening } from './opening.ts'
import { createOwnBid } from './own-bid.ts'
import { pageRouter, sendProblemPage } from './pages.tsx'
import { payloadEndpoints } from './payloads.ts'
import { createPeople } from './people.ts'
import { pingEndpoints } from './pings.ts'
import { procurementEndpoints } from './procurements.ts'
import { problem, type Problem } from './problems.ts'
import { proofEndpoints } from './proofs.ts'
import { registerEndpoints } from './register.ts'
import { createSearch, type Search } from './search.ts'
import { sessionMiddleware } from './session.ts'
import { sessionEndpoints } from './sessions.ts'
import { statementEndpoints } from './statements.ts'
import { createViews } from './views.ts'
import { createWork } from './work.ts'

export function createApp(deps: Deps): Express {
  const disclosure = createDisclosure(deps)
  const names = createNames(deps)
  const views = createViews({ ...deps, disclosure, names })
  const assets = readAssets(deps.config.assetsFolder)
  const search = createSearch(deps)
  const endpoints = endpointsOf(deps, { disclosure, views, search })

  const app = express()
  app.disable('x-powered-by')
  app.use(logging(deps))
  app.use(securityHeaders(deps))
  app.use(assetRouter(deps.config.assetsFolder))
  app.use(requestLimits())
  app.use(sessionMiddleware(deps))
  app.use(endpointRouter(endpoints))
  app.get(paths.api.root, (_request: Request, response: Response) => {
    response.redirect(paths.api.openapi)
  })
  app.use(
    pageRouter({
      views,
      search,
      acts: createActs({ ...deps, disclosure, names }),
      work: createWork({ ...deps, disclosure, names }),
      people: createPeople({ ...deps, names }),
      ownBid: createOwnBid({ ...deps, disclosure, names }),
      opening: createOpening({ ...deps, disclosure, names }),
      assets,
    }),
  )
  app.use((request: Request, response: Response) =>
    no(request, response, problem('not-found', `There is nothing at ${request.path}.`)),
  )
  app.use((error: unknown, request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) {
      next(error)
      return
    }
    no(request, response, problemOf(error, request))
  })
  return app

  /** Browsers that asked for a page get one, programs a problem document. */
  function no(request: Request, response: Response, reason: Problem): void {
    const { path } = request
    const isApi =
      path === paths.api.root || path.startsWith(`${paths.api.root}/`) || path.endsWith('.json')
    if (isApi || request.accepts(['html', 'json']) !== 'html') {
      send(request, response, reason)
      return
    }
    sendProblemPage(request, response, reason, { assets })
  }
}

interface Parts {
  disclosure: ReturnType<typeof createDisclosure>
  views: ReturnType<typeof createViews>
  search: Search
}

/** Every address of the API; the OpenAPI document is made of the same list. */
export function endpointsOf(deps: Deps, { disclosure, views, search }: Parts): Endpoint[] {
  const endpoints = [
    ...statementEndpoints({ ...deps, disclosure }),
    ...arrivalEndpoints(deps),
    ...blobEndpoints(deps),
    ...payloadEndpoints({ ...deps, disclosure }),
    ...sessionEndpoints(deps),
    ...procurementEndpoints({ disclosure, views, search }),
    ...calendarEndpoints(deps),
    ...liveEndpoints(deps),
    ...exportEndpoints({ ...deps, disclosure }),
    ...entryEndpoints({ views }),
    ...proofEndpoints(deps),
    ...dueEndpoints({ ...deps, disclosure }),
    ...registerEndpoints(deps),
    ...pingEndpoints(deps),
    ...healthEndpoints(deps),
  ]
  return [...endpoints, openapiEndpoint(endpoints, deps.config.publicUrl)]
}

function endpointRouter(endpoints: Endpoint[]): Router {
  const router = Router()
  mount(router, endpoints)
  return router
}

/** One trace id a request, in its log lines and in its problem document. Secrets never reach the log. */
const logging = ({ logger }: Deps) =>
  pinoHttp({
    logger,
    genReqId: () => randomUUID(),
    redact: {
      paths: ['req.headers.cookie', 'req.headers.authorization', 'res.headers["set-cookie"]'],
      remove: true,
    },
    // Who asks for which page is nobody's business: no address, no query.
    serializers: {
      req: ({ id, method, url }: { id: string; method: string; url: string }) => ({
        id,
        method,
        path: url.split('?', 1)[0],
      }),
    },
    customLogLevel: (_request, response) => (response.statusCode >= 500 ? 'error' : 'debug'),
  })

/** Nothing but this service, and no inline style or script. */
const securityHeaders = ({ config }: Deps) =>
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        fontSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
        requireTrustedTypesFor: ["'script'"],
      },
    },
    strictTransportSecurity: config.publicUrl.startsWith('https:'),
    referrerPolicy: { policy: 'same-origin' },
    crossOriginEmbedderPolicy: false,
  })

/** What Express and its parsers threw at bad input is the sender's; a part that is away is said so; the rest is our fault. */
function problemOf(error: unknown, request: Request): Problem {
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 500
  if (status === 413) return problem('too-large', 'The body is larger than what is taken here.')
  if (status === 415) return problem('media-type', 'The body must come uncompressed.')
  if (status >= 400 && status < 500) {
    return problem('malformed-request', 'The request could not be read.')
  }
  request.log.error({ err: error }, 'fault')
  if (error instanceof DatabaseError && error.code === 'busy') {
    return problem('busy', 'Too many statements are waiting.', { retryAfterMs: 1_000 })
  }
  if (isConnectionLost(error) || (error instanceof SignerError && error.code === 'unreachable')) {
    return problem('not-ready', 'The database or the signer does not answer.', {
      retryAfterMs: 1_000,
    })
  }
  if (error instanceof PackFault)
    return problem('pack-missing', `It cannot be judged: ${error.message}.`)
  return problem('fault', 'The service could not answer this.')
}
