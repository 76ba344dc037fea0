/** The adapters of the guide, each on a loopback socket, with notices of all three dialects. */
import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { Notice, WechatPay } from '@chadan/client'
import { getRequestListener } from '@hono/node-server'
import { NestFactory } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'
import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import * as forExpress from '../docs/guide/examples/adapters/express.ts'
import * as forFastify from '../docs/guide/examples/adapters/fastify.ts'
import * as forHono from '../docs/guide/examples/adapters/hono.ts'
import * as forKoa from '../docs/guide/examples/adapters/koa.ts'
import * as forNest from '../docs/guide/examples/adapters/nest.ts'
import * as combine from '../docs/guide/examples/combine.ts'
import * as payinsurance from '../docs/guide/examples/payinsurance.ts'
import { openStage, type Stage } from './guide.stage.ts'

type Work = (notice: Notice) => Promise<void>
interface Running extends AsyncDisposable {
  readonly port: number
}
type Start = (wx: WechatPay, work: Work) => Promise<Running>

const starts: Readonly<Record<string, Start>> = {
  express(wx, work) {
    const app = express()
      .use(forExpress.wechatNotices(wx, work))
      .use(express.json())
      .post('/echo', (request, response) => void response.json(request.body))
    return listening(createServer(app))
  },
  async fastify(wx, work) {
    const app = Fastify()
    await app.register(forFastify.wechatNotices(wx, work))
    app.post('/echo', async ({ body }) => body)
    await app.listen({ port: 0, host: '127.0.0.1' })
    return { port: portOf(app.server), [Symbol.asyncDispose]: async () => void (await app.close()) }
  },
  koa(wx, work) {
    const app = new Koa().use(forKoa.wechatNotices(wx, work)).use(async (context) => {
      const parts: Buffer[] = []
      for await (const part of context.req) parts.push(part)
      context.type = 'json'
      context.body = Buffer.concat(parts)
    })
    return listening(createServer(app.callback()))
  },
  hono(wx, work) {
    const app = new Hono()
      .route('/', forHono.wechatNotices(wx, work))
      .post('/echo', async (context) => context.json(await context.req.json()))
    return listening(createServer(getRequestListener(app.fetch)))
  },
  async nest(wx, work) {
    const app = await NestFactory.create<NestExpressApplication>(forNest.wechatModule(wx, work), {
      bodyParser: false,
      logger: false,
    })
    forNest.readBodies(app)
    app.use(
      '/echo',
      (request: express.Request, response: express.Response) => void response.json(request.body),
    )
    await app.listen(0, '127.0.0.1')
    return { port: portOf(app.getHttpServer()), [Symbol.asyncDispose]: () => app.close() }
  },
}

async function listening(server: Server): Promise<Running> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return {
    port: portOf(server),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function portOf(server: { address(): unknown }): number {
  return (server.address() as AddressInfo).port
}

/** A merchant's server on a socket, and a simulator that reaches it over HTTP. */
async function openShop(
  start: Start,
): Promise<{ stage: Stage; heard: string[]; statuses: number[]; running: Running }> {
  const heard: string[] = []
  const statuses: number[] = []
  const stage = await openStage(undefined, {
    sim: {
      switches: { loopbackNotifyUrls: 'accept' },
      async fetch(request) {
        const answer = await fetch(request)
        statuses.push(answer.status)
        return answer
      },
    },
  })
  const running = await start(stage.wx, async ({ type }) => void heard.push(type))
  const notifyUrl = `http://127.0.0.1:${running.port}/wechat/notify`
  return { stage: { ...stage, notifyUrl }, heard, statuses, running }
}

for (const [name, start] of Object.entries(starts)) {
  test(`${name}: genuine notices of every dialect are acknowledged as their dialect wants it`, async () => {
    const { stage, heard, statuses, running } = await openShop(start)
    await using _running = running
    const { sim } = stage
    await sim.pay(await combine.place(stage, 'CT20260317A'))
    await sim.advance(5000)
    assert.deepEqual([statuses, heard], [[204], ['combine.paid']])
    for (const format of ['json', 'xml'])
      await sim.act(stage.given.wecom.corpid, {
        action: 'event',
        name: 'callback:configure',
        details: { url: `${stage.notifyUrl}?callback_format=${format}` },
      })
    await sim.advance(0)
    assert.deepEqual(heard.slice(1), ['wecom.callbackCheck', 'wecom.callbackCheck'])
    const placed = await payinsurance.place(stage, 'PI20260317')
    await sim.pay(placed.med_trans_id ?? '')
    await sim.advance(60_000)
    assert.deepEqual(heard.slice(3), ['payinsurance.notified'])
    assert.deepEqual(new Set(sim.notices.map((notice) => notice.state)), new Set(['accepted']))
  })

  test(`${name}: a forged notice is refused with 401, and never reaches the work`, async () => {
    const { stage, heard, statuses, running } = await openShop(start)
    await using _running = running
    const { sim } = stage
    sim.faults.next('combine.paid', 'corrupted')
    await sim.pay(await combine.place(stage, 'CT20260317B'))
    await sim.advance(5000)
    assert.deepEqual([statuses, heard], [[401], []])
    await sim.advance(60_000)
    assert.deepEqual([statuses, heard], [[401, 204], ['combine.paid']])
  })

  test(`${name}: the other routes keep their parsed bodies`, async () => {
    const { running } = await openShop(start)
    await using _running = running
    const answer = await fetch(`http://127.0.0.1:${running.port}/echo`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"a":1}',
    })
    assert.deepEqual(await answer.json(), { a: 1 })
  })
}
