/** What must hold in the end, when nothing has gone wrong for days. */
import type { Simulator } from '@chadan/simulator'
import { Broken } from '../finding.ts'
import { type Order, presentOrder, products, type Store, shopsOf } from '../gateway.ts'
import { ofEveryOrder } from '../invariants.ts'
import type { Scheduler } from '../scheduler.ts'
import { booksAgree, effectsAreOnRecord, everythingIsDecided, noSecretsIn } from './invariants.ts'
import { look } from './looks.ts'
import { bookProducts, readBooks } from './truth.ts'
import type { World } from './world.ts'

/** Holds every order, both books, the feeds and all that was written to what must be true in the end. */
export async function judge(world: World, simulator: Simulator): Promise<void> {
  const store = world.store as Store
  const { scheduler } = world
  world.dirty = true
  look(world)
  if (world.broken) throw world.broken
  const orders = await settled(allOrders(store), scheduler)
  world.counts.orders = orders.length
  world.counts.paid = orders.filter((one) => one.view.taken > 0).length
  const books = readBooks(simulator)
  const events = new Map<string, unknown[]>()
  const told: string[] = []
  for (const shop of shopsOf(simulator.credentials)) {
    const rows = await settled(store.events(shop.id, 0, 10_000), scheduler)
    for (const [index, row] of rows.entries()) {
      if (row.seq !== index + 1)
        throw new Broken(17, 'one event per fact', `the feed of ${shop.id} has a gap at ${index + 1}`)
      events.set(row.order, [...(events.get(row.order) ?? []), row])
      told.push(row.id)
    }
  }
  for (const order of orders) {
    const log = await settled(store.log(order.id), scheduler)
    const own = (events.get(order.id) ?? []) as Parameters<(typeof ofEveryOrder)[number]>[0]['events']
    const inOrder = own.toSorted((a, b) => a.orderSeq - b.orderSeq)
    for (const holds of ofEveryOrder) holds({ order, log, events: inOrder, product: products[order.product] })
    effectsAreOnRecord(order, world.effects)
    noSecretsIn('the log of an order', JSON.stringify(log), secretsOf(simulator))
  }
  const undelivered = await settled(deliveriesOpen(store), scheduler)
  if (undelivered.length > 0) throw new Broken(18, 'at least once to the merchant', undelivered.join(', '))
  const missing = told.filter((id) => !world.takenIds.has(id))
  if (missing.length > 0)
    throw new Broken(
      18,
      'at least once to the merchant',
      `${missing.length} of ${told.length} events never arrived`,
    )
  everythingIsDecided(orders, books, { lied: world.lied, unsigned: world.shares.unsigned_refusals > 0 })
  const rows = bookProducts.flatMap((product) => [...simulator.booked(product, 0, 10_000)])
  const exempt = new Set(world.lied)
  if (world.shares.unsigned_refusals > 0)
    for (const order of orders)
      for (const attempt of order.attempts) if (!books.has(attempt.number)) exempt.add(attempt.number)
  booksAgree(orders, rows, { lied: exempt, forgotten: world.forgotten })
  const secrets = secretsOf(simulator)
  noSecretsIn('an event', JSON.stringify([...events.values()]), secrets)
  noSecretsIn('a log line', world.logged.join('\n'), secrets)
  noSecretsIn('an order', JSON.stringify(orders.map((one) => presentOrder(one))), secrets)
}

async function allOrders(store: Store): Promise<readonly Order[]> {
  return (await store.orders({}, { limit: 1_000 })).rows
}

async function deliveriesOpen(store: Store): Promise<readonly string[]> {
  const { rows } = await store.deliveries({}, { limit: 5_000 })
  return rows
    .filter((one) => one.state !== 'acknowledged')
    .map((one) => `${one.event} is ${one.state} after ${one.attempts}: ${one.lastError}`)
    .slice(0, 3)
}

/** Runs the world until this is known. */
async function settled<T>(work: Promise<T>, scheduler: Scheduler): Promise<T> {
  let done = false
  const mark = () => {
    done = true
  }
  work.then(mark, mark)
  for (let count = 0; !done && count < 100; count++) {
    await scheduler.drain()
    if (!done) scheduler.step(scheduler.nowMs + 1_000)
  }
  return work
}

function secretsOf({ credentials, world }: Simulator): readonly string[] {
  const { apiv3, payinsurance, wecom } = credentials
  const [payer] = [...world.payers.values()]
  return [
    apiv3.apiV3Key,
    apiv3.openid,
    apiv3.subOpenid,
    payinsurance.key,
    payinsurance.agentSecret,
    payinsurance.openid,
    payinsurance.userName,
    payinsurance.userCardNo,
    wecom.corpsecret,
    wecom.encodingAesKey,
    wecom.token,
    wecom.openid,
    payer?.idNumber ?? '',
  ]
}
