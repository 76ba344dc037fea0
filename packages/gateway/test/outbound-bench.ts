/** A store, a clock that stands until told, endpoints, and a receiver that answers as it is told. */
import { seededRandom, virtualClock } from '@chadan/simulator'
import { Webhook } from 'standardwebhooks'
import type { Order } from '../src/order/order.ts'
import {
  type DispatcherOptions,
  newEndpoint,
  openDispatcher,
  openSequencer,
  type Send,
  type WebhookAnswer,
} from '../src/outbound/index.ts'
import type { StoreOptions } from '../src/store/index.ts'
import { openSqlite } from '../src/store/sqlite.ts'
import type { Delivery, Endpoint, Store } from '../src/store/store.ts'
import { openVault } from '../src/store/vault.ts'

export const startMs = Date.UTC(2026, 2, 17, 1)
export const hour = 3_600_000

/** What the receiver got. */
export interface Received {
  readonly endpoint: string
  readonly id: string
  readonly order: string
  readonly orderSeq: number
  readonly atMs: number
  readonly answered: number
}

/** How the receiver behaves; set anew by tests. */
interface Ways {
  answer(got: Omit<Received, 'answered'>): WebhookAnswer | Promise<WebhookAnswer>
  send: Send
}

export type Bench = Awaited<ReturnType<typeof openBench>>

/** Opens a store the way all nodes of a bench do. */
export type OpenStore = (given: Pick<StoreOptions, 'vault' | 'dueOf'>) => Store | Promise<Store>

export async function openBench(options: Partial<DispatcherOptions> = {}, openStore: OpenStore = inMemory) {
  const clock = virtualClock(startMs)
  const random = seededRandom('outbound')
  const vault = openVault({ keys: [{ id: 'k1', key: random.bytes(32) }], indexKey: random.bytes(32), random })
  const another = () => openStore({ vault, dueOf: () => undefined })
  const store = await another()
  const received: Received[] = []
  const results: string[] = []
  const failures: string[] = []
  const endpoints = new Map<string, Endpoint>()
  const ways: Ways = {
    answer: () => ({ status: 200 }),
    async send({ url, headers, body }) {
      const endpoint = endpoints.get(url)
      if (!endpoint) throw new Error('nobody lives there')
      verify(endpoint, headers, body)
      const { id, order, order_seq } = JSON.parse(body)
      const got = { endpoint: endpoint.id, id, order, orderSeq: order_seq, atMs: clock.now() }
      const answer = await ways.answer(got)
      received.push({ ...got, answered: answer.status })
      return answer
    },
  }
  const sequencer = openSequencer({ store, clock, node: 'bench' })
  function dispatcher(more: Partial<DispatcherOptions> = {}) {
    return openDispatcher({
      store,
      clock,
      random,
      send: (request, signal) => ways.send(request, signal),
      watch: {
        attempted: ({ result }) => results.push(result),
        failed: (where, error) => failures.push(`${where}: ${error}`),
      },
      ...options,
      ...more,
    })
  }
  return Object.assign(ways, {
    clock,
    random,
    store,
    /** A store of another node; on the same data where the bench was opened on a shared database. */
    another,
    received,
    results,
    failures,
    dispatcher,
    async endpoint(tenant = 'hospital', types: readonly string[] = []) {
      const url = `https://shop.example/${endpoints.size + 1}`
      const endpoint = newEndpoint({ tenant, url, types }, { random, nowMs: clock.now() })
      endpoints.set(url, endpoint)
      await store.saveEndpoint(endpoint)
      return endpoint
    },
    /** Writes an event with a change of its order, and numbers it. */
    async happen(order: string, type = 'order.paid', more: { tenant?: string; minor?: number } = {}) {
      const id = await write(store, order, type, { ...more, nowMs: clock.now() })
      await sequencer.tick()
      return id
    },
    /** Sends all that is due now, then goes on to the next time something is, for at most so many days. */
    async settle(days = 30) {
      const node = dispatcher()
      const endMs = clock.now() + days * 24 * hour
      for (;;) {
        await node.tick()
        const nextMs = await store.nextDeliveryMs()
        if (nextMs === undefined || nextMs > endMs) return
        await clock.advance(Math.max(1, nextMs - clock.now()))
      }
    },
    async deliveries(filter: Parameters<Store['deliveries']>[0] = {}): Promise<readonly Delivery[]> {
      const { rows } = await store.deliveries(filter, { limit: 1000 })
      return rows.toSorted((a, b) => a.seq - b.seq)
    },
    async [Symbol.asyncDispose]() {
      await store.close()
    },
  })
}

const inMemory: OpenStore = (given) => openSqlite({ ...given, file: ':memory:' })

/** Writes an event with a change of its order, not numbered yet. */
export async function write(
  store: Store,
  order: string,
  type: string,
  {
    tenant = 'hospital',
    minor = 100,
    nowMs = startMs,
  }: { tenant?: string; minor?: number; nowMs?: number } = {},
): Promise<string> {
  return store.change({ id: order }, ({ order: found }) => {
    const version = (found?.version ?? 0) + 1
    const id = `evt_${order}_${version}`
    const event = { id, tenant, order, orderSeq: version * 100, type, atMs: nowMs, currency: 'CNY', minor }
    return {
      result: id,
      write: {
        order: { ...(found ?? orderOf(order, tenant, nowMs)), version },
        events: [{ ...event, data: { version } }],
      },
    }
  })
}

/** Lets what was begun go on: microtasks, and a few turns of the event loop. */
export async function turns(count = 20): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise<void>((done) => setImmediate(done))
}

// As a receiver does it, except that its clock is ours: the library would look at the machine's.
function verify(endpoint: Endpoint, headers: Readonly<Record<string, string>>, body: string): void {
  const [id = '', seconds, signatures = ''] = ['id', 'timestamp', 'signature'].map(
    (name) => headers[`webhook-${name}`],
  )
  const expected = new Webhook(endpoint.secrets[0]?.secret ?? '').sign(
    id,
    new Date(Number(seconds) * 1000),
    body,
  )
  if (!signatures.split(' ').includes(expected)) throw new Error('the signature does not verify')
}

function orderOf(id: string, tenant: string, nowMs: number): Order {
  const amount = { minor: 100, currency: 'CNY' } as const
  return {
    id,
    tenant,
    signer: 'provider',
    product: 'combine',
    reference: `ref-${id}`,
    createdMs: nowMs,
    version: 0,
    head: '0'.repeat(64),
    attempts: [],
    refunds: [],
    facts: [],
    rulings: [],
    aged: [],
    asked: {},
    content: '',
    view: {
      state: 'paid',
      number: id,
      amount,
      taken: 100,
      refunded: 0,
      refunding: 0,
      attempts: [],
      refunds: [],
      marks: [],
    },
  }
}
