/** The API as a function from Request to Response: every route through the same guard, limits and answers. */
import type { Clock } from '@chadan/protocol'
import type { Tracer } from '@opentelemetry/api'
import { Hono } from 'hono'
import { errorFields, type Log } from '../logging.ts'
import { StoreFailed } from '../store/index.ts'
import { traced } from '../tracing.ts'
import { BodyGivenUp, BodyTooLarge, readBytes } from './body.ts'
import { type Buckets, openBuckets, type Rate } from './buckets.ts'
import { type Admitted, admit, subjectOf } from './guard.ts'
import { readInput } from './input.ts'
import { Problem, problemAnswer, problemOf } from './problems.ts'
import type { Answer, Api, Audited, Exchange, Route } from './route.ts'

/** Bounds of what a caller may use. */
export interface Limits {
  readonly rate: Rate
  /** How long one request may take, in ms; streams are not counted. */
  readonly requestMs: number
  readonly maxBodyBytes: number
  /** API requests worked on at the same time; more are answered 503. Half of them for one tenant, who then is answered 429. */
  readonly concurrent: number
}

/** Limits that suit one node. */
export const defaultLimits: Limits = {
  rate: { perSecond: 100, burst: 200 },
  requestMs: 30_000,
  maxBodyBytes: 256 * 1024,
  concurrent: 1000,
}

/** What is told of every answer; `route` is the template, never the address. */
export interface Served {
  readonly route: string
  readonly method: string
  readonly status: number
  readonly ms: number
}

/** What the app needs beside the API's own desk. */
export interface AppOptions {
  readonly api: Api
  readonly routes: readonly Route[]
  readonly limits: Limits
  readonly log: Log
  readonly tracer: Tracer
  readonly served: (served: Served) => void
  /** Whether addresses are https, so that browsers may be held to it. */
  readonly https: boolean
}

/** Puts routes behind the guard. */
export function openApp(options: AppOptions): Hono {
  const { routes, api } = options
  const buckets = openBuckets(api.clock, options.limits.rate)
  const app = new Hono()
  const running = { count: 0, byTenant: new Map<string, number>() }
  const used = new Map<string, number>()
  for (const route of routes) {
    app.on(route.method, honoPath(route.path), (context) =>
      serve(options, { buckets, running, used }, route, context.req.raw, context.req.param()),
    )
  }
  for (const [path, methods] of methodsByPath(routes))
    app.all(honoPath(path), (context) => {
      const problem = new Problem('method_not_allowed', { headers: { allow: methods.join(', ') } })
      return finish(options, problemAnswer(problem, requestId(options)), {
        route: path,
        method: context.req.method,
      })
    })
  app.notFound(() => finish(options, problemAnswer(new Problem('not_found'), requestId(options)), unrouted))
  // Reached only when something outside the handlers throws: still nothing of it is shown.
  app.onError((error) => finish(options, failed(options, error), unrouted))
  return app
}

const unrouted = { route: 'none', method: 'other' }

interface Shared {
  readonly buckets: Buckets
  readonly running: { count: number; readonly byTenant: Map<string, number> }
  /** When each key's use was last written. */
  readonly used: Map<string, number>
}

async function serve(
  options: AppOptions,
  shared: Shared,
  route: Route,
  request: Request,
  params: Readonly<Record<string, string>>,
): Promise<Response> {
  const { api, limits, tracer } = options
  const { running } = shared
  const startMs = api.clock.now()
  const id = requestId(options)
  const work = async () => {
    if (running.count >= limits.concurrent || api.stopping.aborted)
      return problemAnswer(new Problem('unavailable', { headers: { 'retry-after': '1' } }), id)
    running.count++
    // Counted until it ends: an answer that was given up waiting for still costs.
    const answer = handle(options, shared, route, request, params).finally(() => running.count--)
    try {
      return await within(api.clock, limits.requestMs, answer)
    } catch (error) {
      return failed(options, error, id, route)
    }
  }
  const { path, method } = route
  const response = await traced(tracer, request, { route: path, method }, work)
  return finish(options, response, { route: path, method }, startMs, id)
}

async function handle(
  options: AppOptions,
  { buckets, used, running }: Shared,
  route: Route,
  request: Request,
  params: Readonly<Record<string, string>>,
): Promise<Response> {
  const admitted = await admit(options.api, buckets, route, request.headers)
  noteUse(options, used, admitted.key.id)
  const { tenant } = admitted.key
  const { byTenant } = running
  const count = byTenant.get(tenant) ?? 0
  if (count >= Math.ceil(options.limits.concurrent / 2))
    throw new Problem('too_many_requests', { headers: { 'retry-after': '1' } })
  byTenant.set(tenant, count + 1)
  try {
    return await answer(options, admitted, route, request, params)
  } finally {
    const left = (byTenant.get(tenant) ?? 1) - 1
    if (left > 0) byTenant.set(tenant, left)
    else byTenant.delete(tenant)
  }
}

async function answer(
  { api, limits }: AppOptions,
  admitted: Admitted,
  route: Route,
  request: Request,
  params: Readonly<Record<string, string>>,
): Promise<Response> {
  const bytes = route.body
    ? await readBytes(request, route.maxBodyBytes ?? limits.maxBodyBytes)
    : new Uint8Array()
  const url = new URL(request.url)
  const input = readInput(route, { params, url, headers: request.headers }, bytes)
  const subject = await subjectOf(
    api.store,
    route.subject,
    input.path as Record<string, string>,
    admitted.tenant,
  )
  const exchange = {
    api,
    ...input,
    ...admitted,
    // An operator of all tenants acts in the name of the tenant the thing belongs to.
    ...(subject && { tenant: subject.tenant, caller: { ...admitted.caller, tenant: subject.tenant } }),
    subject,
    bytes,
    headers: request.headers,
    signal: request.signal,
  } as unknown as Exchange<never, never, never, never>
  if (typeof route.audit === 'function') await writeAudit(route, exchange, route.audit(exchange))
  const answered = await route.handle(exchange)
  return answered instanceof Response ? answered : json(answered)
}

function writeAudit(
  route: Route,
  { api, caller }: Exchange<never, never, never, never>,
  { subject, details = {} }: Audited,
): Promise<void> {
  const { tenant, name: actor } = caller
  const said = JSON.parse(JSON.stringify(details)) as Record<string, unknown>
  return api.store.audit({ atMs: api.clock.now(), actor, tenant, action: route.id, subject, details: said })
}

// Written at most once a minute per key and process: it is for people.
function noteUse({ api, log }: AppOptions, used: Map<string, number>, key: string): void {
  const nowMs = api.clock.now()
  if (nowMs - (used.get(key) ?? Number.NEGATIVE_INFINITY) < 60_000) return
  used.set(key, nowMs)
  api.store.touchApiKey(key, nowMs).catch((error) => log.warn('key_use_not_kept', errorFields(error)))
}

function json({ status, body, headers = {} }: Answer): Response {
  if (body === undefined) return new Response(null, { status, headers })
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', ...headers },
  })
}

function failed({ log, ...rest }: AppOptions, error: unknown, id = requestId(rest), route?: Route): Response {
  const problem =
    error instanceof BodyTooLarge
      ? new Problem('body_too_large')
      : // Nobody is there to read it.
        error instanceof BodyGivenUp
        ? new Problem('malformed_json', { detail: 'the body did not come whole' })
        : problemOf(error)
  if (problem.code === 'internal' || error instanceof StoreFailed)
    log.error('request_failed', { request_id: id, route: route?.path, ...errorFields(error) })
  return problemAnswer(problem, id)
}

/** What work gives within a time, or the problem `timed_out`. The work goes on. */
export function within<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () =>
      reject(new Problem('timed_out', { headers: { 'retry-after': '1' } })),
    )
    work.then(resolve, reject).finally(cancel)
  })
}

/** Headers of every answer. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
}

function finish(
  { served, https, api }: AppOptions,
  response: Response,
  { route, method }: { route: string; method: string },
  startMs = api.clock.now(),
  id?: string,
): Response {
  const headers = new Headers(response.headers)
  for (const [name, value] of Object.entries(securityHeaders))
    if (!headers.has(name)) headers.set(name, value)
  if (https) headers.set('strict-transport-security', 'max-age=31536000')
  if (id) headers.set('chadan-request-id', id)
  served({ route, method, status: response.status, ms: api.clock.now() - startMs })
  return new Response(response.body, { status: response.status, headers })
}

function requestId({ api }: Pick<AppOptions, 'api'>): string {
  return `req_${Buffer.from(api.random.bytes(12)).toString('hex')}`
}

function honoPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1')
}

function methodsByPath(routes: readonly Route[]): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const { path, method } of routes) found.set(path, [...(found.get(path) ?? []), method])
  return found
}
