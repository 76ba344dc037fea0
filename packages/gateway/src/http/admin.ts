/** The admin listener: health, figures and documents, for a network that only operators reach. */
import { Hono } from 'hono'
import type { Metrics } from '../metrics.ts'
import { securityHeaders } from './app.ts'
import { Problem, problemAnswer } from './problems.ts'
import type { Api, Exchange, Route } from './route.ts'

/** What the admin listener leans on. */
export interface AdminOptions {
  readonly api: Api
  readonly documents: readonly Route[]
  readonly metrics: Metrics
}

/** How late due work may be before `/readyz` says so. */
const lateSeconds = 300

/** Opens the admin app. */
export function openAdmin({ api, documents, metrics }: AdminOptions): Hono {
  const app = new Hono()
  app.use(async (context, next) => {
    await next()
    for (const [name, value] of Object.entries(securityHeaders))
      if (!context.res.headers.has(name)) context.res.headers.set(name, value)
  })
  // Alive is whoever answers; restarting does not mend a store.
  app.get('/healthz', (context) => context.json({ alive: true }))
  app.get('/readyz', async (context) => {
    const found = await readiness(api, metrics)
    return context.json(found, found.ready ? 200 : 503)
  })
  for (const route of documents)
    app.get(route.path.replaceAll(/\{(\w+)\}/g, ':$1'), async (context) => {
      const exchange = { api, path: context.req.param() } as unknown as Exchange<never, never, never, never>
      const answer = await route.handle(exchange)
      return answer instanceof Response ? answer : context.json(answer.body as Record<string, unknown>)
    })
  app.notFound(() => problemAnswer(new Problem('not_found'), 'none'))
  app.onError((error) => problemAnswer(error instanceof Problem ? error : new Problem('internal'), 'none'))
  return app
}

/** Ready is whoever can commit. Being late is told, but no reason to be taken out: then nobody would hear notices. */
async function readiness({ store, clock, stopping }: Api, metrics: Metrics) {
  const canCommit = await store.ready().catch(() => false)
  const figures = canCommit ? await metrics.figures().catch(() => undefined) : undefined
  const nowMs = clock.now()
  const age = (ms: number | undefined) =>
    ms === undefined ? 0 : Math.max(0, Math.floor((nowMs - ms) / 1000))
  const lag = age(figures?.oldestDueMs)
  return {
    ready: canCommit && !stopping.aborted,
    store: canCommit ? 'ready' : 'away',
    stopping: stopping.aborted,
    late: lag > lateSeconds,
    sync_lag_seconds: lag,
    oldest_unknown_seconds: age(figures?.oldestUnknownMs),
    oldest_delivery_seconds: age(figures?.oldestDeliveryMs),
  }
}
