/** A whole service against the simulator, in one process, under one virtual clock: only its HTTP is used. */
import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { directSigner, type Hooks, optionsOf, WechatPay } from '@chadan/client'
import { apiv3 } from '@chadan/protocol'
import { openSimulator, type Simulator, seededRandom, virtualClock } from '@chadan/simulator'
import type { Tenant } from '../src/engine/desk.ts'
import type { Limits } from '../src/http/app.ts'
import { drawKey, keepKey } from '../src/http/keys.ts'
import type { Route } from '../src/http/route.ts'
import { apiRoutes } from '../src/http/routes.ts'
import { openLog } from '../src/logging.ts'
import { plan } from '../src/order/plan.ts'
import { openTargets, type WebhookRequest } from '../src/outbound/targets.ts'
import { products } from '../src/products/index.ts'
import { openService, type Service, type ServiceOptions } from '../src/service.ts'
import { openSqlite } from '../src/store/sqlite.ts'
import type { Scope, Store } from '../src/store/store.ts'
import { openVault } from '../src/store/vault.ts'

/** What a call answered. */
export interface Answered {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: an answer is asserted member by member.
  readonly body: any
  readonly headers: Headers
}

/** How a call is made. */
export interface CallOptions {
  readonly key?: string | undefined
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

/** The bench. */
export interface HttpBench {
  readonly sim: Simulator
  /** The client of the signer: what it does, the gateway does not know of. */
  readonly client: WechatPay
  readonly service: Service
  readonly store: Store
  readonly clock: ReturnType<typeof virtualClock>
  /** Keys by `<tenant>-<scope>`: east, west, all; read, operate, admin. */
  readonly keys: Readonly<Record<string, string>>
  /** Webhooks as they left, and what their receiver answers. */
  readonly webhooks: WebhookRequest[]
  receiver: number
  readonly logged: string[]
  /** Calls the API; what it answers is held to its documented schema. */
  call(method: string, path: string, options?: CallOptions): Promise<Answered>
  /** The same, without the check. */
  raw(request: Request): Promise<Response>
  /** Moves the clock until a promise that waits for it is settled. */
  pump<T>(promise: Promise<T>): Promise<T>
  /** Lets time pass: whatever falls due is done when it is due. */
  pass(ms: number): Promise<void>
  makeKey(tenant: string, name: string, scopes: Scope[], expiresMs?: number): Promise<string>
  /** Places a combined order of 163.50 as east and answers it. */
  place(reference: string, more?: Record<string, unknown>): Promise<Answered>
  /** The payer pays. */
  pay(order: Answered['body']): Promise<void>
}

export const publicUrl = 'https://pay.hospital.example.cn'
/** Every route, from the table that answers. */
export const routes: readonly Route[] = apiRoutes({ server: publicUrl, version: '0.1.0' })

/** Opens the bench; time starts at 2026-03-17 10:00 in Beijing. */
export async function openHttpBench(
  given: {
    tenant?: Partial<Tenant>
    limits?: Partial<Limits>
    options?: Partial<ServiceOptions>
    hooks?: Hooks
    store?: (store: Store) => Store
  } = {},
): Promise<HttpBench> {
  const clock = virtualClock(Date.UTC(2026, 2, 17, 2))
  const random = seededRandom('http')
  const sim = await openSimulator({ clock, fetch: (request) => bench.service.fetch(request) })
  const { apiv3: merchant } = sim.credentials
  const vault = openVault({
    keys: [{ id: 'k1', key: random.bytes(32) }],
    indexKey: random.bytes(32),
    random,
  })
  const sqlite = openSqlite({
    file: ':memory:',
    vault,
    dueOf: (order) => plan(order, products[order.product])?.atMs,
  })
  const store = given.store?.(sqlite) ?? sqlite
  const tenants = ['east', 'west'].map(
    (id): Tenant => ({
      id,
      name: id,
      signers: ['main'],
      merchant: { appid: merchant.appid, sub_mchid: merchant.subMchid, sub_appid: merchant.subAppid },
      returnPage: 'https://hospital.example.cn/paid',
      refundUnexpected: 'by_hand',
      ...given.tenant,
    }),
  )
  const { privateKey = '', ...rest } = optionsOf({ ...sim.credentials, mode: 'partner' })
  const client = new WechatPay({
    ...rest,
    signer: directSigner(apiv3.readPrivateKey(privateKey)),
    fetch: sim.fetch,
    clock,
    random,
    tokens: store.tokens,
    receiving: { memory: { has: async () => false, add: async () => {} } },
    digestKey: random.bytes(32),
    ...(given.hooks && { hooks: given.hooks }),
  })
  const { wecom, payscore } = sim.credentials
  const facts = {
    ...({ id: 'main', mode: 'partner', mchid: merchant.mchid, appid: merchant.appid } as const),
    wecom: { corpid: wecom.corpid, mchid: wecom.mchid, appid: wecom.appid },
    payscore: { service_id: payscore.serviceId },
  }
  const limits = { place: 1000, ask: 1000, close: 1000, refund: 1000, ask_refund: 1000 }
  const webhooks: WebhookRequest[] = []
  const logged: string[] = []
  const targets = openTargets({
    rules: {},
    resolve: async () => ['8.8.8.8'],
    async carry({ url, headers, body }) {
      webhooks.push({ url: url.href, headers, body })
      return { status: bench.receiver, header: () => undefined, body: '' }
    },
  })
  const service = openService({
    store,
    clock,
    random,
    node: 'one',
    publicUrl,
    digestKey: Buffer.alloc(32, 7),
    signer: async (id) => (id === 'main' ? { facts, client, limits } : undefined),
    tenant: async (id) => tenants.find((one) => one.id === id),
    targets,
    log: openLog({ clock, node: 'one', destination: { write: (line) => void logged.push(line) } }),
    limits: { rate: { perSecond: 1000, burst: 100_000 }, ...given.limits },
    ...given.options,
  })

  async function settle(): Promise<void> {
    for (let turn = 0; turn < 4; turn++) await setImmediate()
  }
  const keys: Record<string, string> = {}
  const bench: HttpBench = {
    sim,
    client,
    service,
    store,
    clock,
    keys,
    webhooks,
    receiver: 204,
    logged,
    raw: (request) => bench.pump(service.fetch(request)),
    async call(method, path, { key, body, headers = {} } = {}) {
      const held = key === undefined ? undefined : (keys[key] ?? key)
      const request = new Request(`${publicUrl}${path}`, {
        method,
        headers: {
          ...(held !== undefined && { authorization: `Bearer ${held}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const response = await bench.raw(request)
      const text = await response.text()
      const isJson = /json/.test(response.headers.get('content-type') ?? '')
      const answered = {
        status: response.status,
        body: isJson ? JSON.parse(text) : text,
        headers: response.headers,
      }
      holdToSchema(method, path, answered)
      return answered
    },
    async pump(promise) {
      let settled = false
      const done = () => {
        settled = true
      }
      promise.then(done, done)
      for (let step = 0; !settled && step < 3000; step++) {
        await settle()
        if (!settled) await clock.advance(20, settle)
      }
      return promise
    },
    async pass(ms) {
      for (let left = ms; left > 0; left -= 1000) {
        await clock.advance(Math.min(1000, left), settle)
        await bench.pump(service.tick())
      }
    },
    async makeKey(tenant, name, scopes, expiresMs) {
      const key = drawKey(random)
      await store.saveApiKey(
        keepKey(key, { tenant, name, scopes, createdMs: clock.now(), expiresMs, random }),
      )
      return key
    },
    place: (reference, more = {}) =>
      bench.call('POST', '/v1/orders', {
        key: 'east-operate',
        body: { reference, product: 'combine', details: combined(sim), ...more },
      }),
    async pay(order) {
      const kept = await store.find({ id: order.id })
      await sim.pay(kept?.view.attempts.at(-1)?.kept.prepay_id ?? '')
      // Its notice leaves a moment later.
      await clock.advance(1000, settle)
      await bench.pump(sim.settle())
    },
  }
  for (const tenant of ['east', 'west', '*'])
    for (const scope of ['read', 'operate', 'admin'] as const)
      keys[`${tenant === '*' ? 'all' : tenant}-${scope}`] = await bench.makeKey(tenant, `${scope} key`, [
        scope,
      ])
  return bench
}

/** Details of a combined order of two sub-orders. */
export function combined({ credentials }: Simulator) {
  const sub = (sub_mchid: string, total_amount: number) => ({
    sub_mchid,
    description: '示例茶馆-龙井礼盒',
    attach: 'store=HZ02',
    amount: { total_amount, currency: 'CNY' },
  })
  return {
    trade_type: 'jsapi',
    sub_orders: [sub('1690000202', 12800), sub('1690000203', 3550)],
    combine_payer_info: { openid: credentials.apiv3.openid },
  }
}

/** What is answered is what is documented, no more and no less. */
function holdToSchema(method: string, path: string, { status, body }: Answered): void {
  const { pathname } = new URL(path, publicUrl)
  const route = routes.find((one) => one.method === method && matches(one.path, pathname))
  if (!route || status >= 400) return
  const answer = route.answers[status]
  assert.ok(answer, `${route.id} answers ${status}, which is not documented`)
  if (!answer.schema) return
  assert.deepEqual(answer.schema.parse(body), body, `${route.id} answers what its schema does not have`)
}

function matches(template: string, pathname: string): boolean {
  const literal = routes.some((one) => one.path === pathname)
  if (literal) return template === pathname
  return new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(pathname)
}
