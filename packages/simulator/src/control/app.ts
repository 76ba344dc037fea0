/** Everything under `/_simulator/` as a Hono app: the controls and the payer's page. It is never signed; who may reach it is the server's business. */
import { Hono } from 'hono'
import { readBody } from '../exchange/request.ts'
import { openPayer } from '../payer/app.ts'
import { ActionRefused } from '../product.ts'
import { ControlRefused } from '../refused.ts'
import type { Simulator } from '../simulator.ts'
import { readGiven } from './control.ts'
import { comesFromElsewhere } from './origin.ts'
import { controls } from './routes.ts'

/** The largest body a control reads, in bytes. */
const maxBodyBytes = 64 * 1024

/**
 * Mounts every control and the payer's page. `changed` is called after each one that may have changed something.
 *
 * Whoever reaches these controls owns the world and its keys: a server should listen on loopback
 * only. Requests that a page of another origin makes a browser send are refused here.
 */
export function openControl(simulator: Simulator, changed: () => void): Hono {
  const app = new Hono()
  for (const { shape, run } of controls) {
    const [verb = '', path = ''] = shape.route.split(' ')
    app.on(verb, path, async (context) => {
      const request = context.req.raw
      if (verb === 'POST' && comesFromElsewhere(request)) {
        throw new ControlRefused('/headers/origin', 'a request that is not from a page of another origin')
      }
      const given = readGiven(shape, {
        path: context.req.param(),
        query: new URL(request.url).searchParams,
        body: verb === 'POST' ? await readJson(request) : {},
      })
      const answer = await run(given, simulator)
      if (verb === 'POST') changed()
      return context.json((answer ?? {}) as object, 200, { 'cache-control': 'no-store' })
    })
  }
  app.route('/_simulator/pay', openPayer(simulator))
  app.notFound((context) => {
    const { method, path } = context.req
    return context.json(
      {
        error: `no control ${method} ${path.slice(0, 100)}`,
        at: '/path',
        expected: 'one of those that GET /_simulator/ lists',
      },
      404,
    )
  })
  app.onError((error, context) => {
    if (error instanceof ControlRefused) {
      const { message, at, expected, status } = error
      return context.json({ error: message, at, expected }, status)
    }
    if (error instanceof ActionRefused) {
      return context.json(
        { error: error.message, at: '/path/key', expected: 'an order whose state allows this' },
        409,
      )
    }
    throw error
  })
  return app
}

async function readJson(request: Request): Promise<unknown> {
  const bytes = await readBody(request, maxBodyBytes)
  if (bytes === 'too large') throw new ControlRefused('/body', `at most ${maxBodyBytes} bytes`)
  if (bytes.length === 0) return {}
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new ControlRefused('/body', 'a JSON object in UTF-8')
  }
}
