/** What every store does with events, endpoints and deliveries. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Delivery, Endpoint, Store } from '../src/store/index.ts'
import { eventOf, next, orderOf } from './store-orders.ts'
import { make, type OpenPlace } from './store-place.ts'

const hook: Endpoint = {
  ...{ id: 'hook', tenant: 'hospital', url: 'https://hospital.example/hook', types: [] },
  ...{ secrets: [{ secret: 'whsec_marker' }], state: 'on', createdMs: 1 },
}

/** An order with events of these places, the feed given out. */
async function told(store: Store, id: string, seqs: readonly number[], tenant = 'hospital'): Promise<void> {
  const order = orderOf(id, { tenant })
  await make(store, order, { events: seqs.map((seq) => eventOf(order, seq)) })
  await store.sequence(100, 1_000)
}

const claim = (id: string, untilMs = 2_000) => ({ id, untilMs })
const outcome = (state: Delivery['state'], dueMs = 0, attempts = 1) => ({
  state,
  dueMs,
  attempts,
  lastMs: 1_500,
})

async function claimed(store: Store, nowMs: number, by: string): Promise<string> {
  const taken = await store.claimDeliveries(nowMs, 10, claim(by, nowMs + 100))
  return taken.map(({ delivery }) => `${delivery.order}${delivery.orderSeq}`).join(' ')
}

/** Tests of feed and deliveries. */
export function feedSuite(openPlace: OpenPlace): void {
  test('two sequencers give every event one place, without gaps, each order in its order', async () => {
    await using place = await openPlace()
    const stores = [await place.open(), await place.open()]
    const [store] = stores
    assert.ok(store)
    await store.saveEndpoint(hook)
    const ids = Array.from({ length: 8 }, (_, at) => `A${at}`)
    const tenantOf = (id: string) => (id === 'A3' || id === 'A5' ? 'clinic' : 'hospital')
    await Promise.all(
      ids.flatMap((id, at) =>
        [10, 20, 21, 30].map((seq) =>
          stores[at % 2]?.change({ id }, ({ order }) => {
            const changed = order ? next(order) : orderOf(id, { tenant: tenantOf(id) })
            return { result: undefined, write: { order: changed, events: [eventOf(changed, seq)] } }
          }),
        ),
      ),
    )
    assert.equal((await store.figures(0)).unsequenced, 32)
    assert.deepEqual(await store.events('hospital', 0, 100), [])
    let count = 0
    while (count < 32) {
      const done = await Promise.all(stores.map((one) => one.sequence(5, 1_000)))
      for (const one of done) count += one.count
    }
    assert.deepEqual(await store.sequence(5, 1_000), { count: 0, tenants: [] })
    for (const tenant of ['hospital', 'clinic']) {
      const events = await store.events(tenant, 0, 100)
      assert.equal(events.length, tenant === 'clinic' ? 8 : 24)
      assert.deepEqual(
        events.map(({ seq }) => seq),
        events.map((_, at) => at + 1),
      )
      for (const id of new Set(events.map(({ order }) => order)))
        assert.deepEqual(
          events.filter(({ order }) => order === id).map(({ orderSeq }) => orderSeq),
          [10, 20, 21, 30],
        )
    }
    const deliveries = await store.deliveries({ endpoint: 'hook' }, { limit: 100 })
    assert.equal(new Set(deliveries.rows.map(({ event }) => event)).size, 24)
    assert.equal(deliveries.rows.length, 24)
  })

  test('an event is shown to its tenant alone, and only once it has its place', async () => {
    await using place = await openPlace()
    const store = await place.open()
    const order = orderOf('A')
    await make(store, order, { events: [eventOf(order, 1)] })
    assert.equal(await store.event('hospital', 'evt_A_1'), undefined)
    assert.deepEqual(await store.sequence(10, 1_000), { count: 1, tenants: ['hospital'] })
    assert.deepEqual(await store.event('hospital', 'evt_A_1'), { ...eventOf(order, 1), seq: 1 })
    assert.equal(await store.event('clinic', 'evt_A_1'), undefined)
    assert.deepEqual(await store.events('hospital', 1, 10), [])
  })

  test('an endpoint is sent the types it wants of its own tenant', async () => {
    await using place = await openPlace()
    const store = await place.open()
    await store.saveEndpoint({ ...hook, types: ['refund.succeeded'] })
    await store.saveEndpoint({ ...hook, id: 'other', tenant: 'clinic' })
    const order = orderOf('A')
    await make(store, order, { events: [eventOf(order, 1), eventOf(order, 2, 'refund.succeeded')] })
    await store.sequence(10, 1_000)
    const { rows } = await store.deliveries({}, { limit: 10 })
    assert.deepEqual(
      rows.map(({ endpoint, event }) => [endpoint, event]),
      [['hook', 'evt_A_2']],
    )
    assert.deepEqual(await store.endpoints('hospital'), [{ ...hook, types: ['refund.succeeded'] }])
    assert.equal((await store.endpoints()).length, 2)
  })

  test('of an order only the first event that is not acknowledged is on its way', async () => {
    await using place = await openPlace()
    const stores = [await place.open(), await place.open()]
    const [store] = stores
    assert.ok(store)
    await store.saveEndpoint(hook)
    await told(store, 'A', [1, 2])
    await told(store, 'B', [1])
    const taken = await Promise.all(stores.map((one, node) => claimed(one, 1_000, `c${node}`)))
    assert.deepEqual(taken.filter(Boolean).join(' ').split(' ').toSorted(), ['A1', 'B1'])
    assert.equal(await claimed(store, 1_050, 'c2'), '')
    assert.equal(await store.nextDeliveryMs(), 1_100)
    // Nobody said how it went until the claims ran out.
    const again = await store.claimDeliveries(1_100, 10, claim('c3'))
    assert.equal(again.length, 2)
    const [first] = again
    assert.equal(first?.event.id, first?.delivery.event)
    assert.deepEqual(first?.endpoint, hook)
    assert.equal(await store.settleDelivery('c0', 'evt_A_1.hook', outcome('acknowledged')), false)
    assert.equal(await store.settleDelivery('c3', 'evt_A_1.hook', outcome('acknowledged')), true)
    assert.equal(await claimed(store, 1_200, 'c4'), 'A2')
  })

  test('a retry comes when it is due, and those behind it wait with it', async () => {
    await using place = await openPlace()
    const store = await place.open()
    await store.saveEndpoint(hook)
    await told(store, 'A', [1, 2])
    await store.claimDeliveries(1_000, 10, claim('c1'))
    assert.equal(await store.settleDelivery('c1', 'evt_A_1.hook', outcome('due', 5_000)), true)
    assert.equal(await store.nextDeliveryMs(), 5_000)
    assert.equal(await claimed(store, 4_999, 'c2'), '')
    // Written by a change while the first one waits.
    await store.change({ id: 'A' }, ({ order }) => {
      const changed = next(order)
      return { result: undefined, write: { order: changed, events: [eventOf(changed, 3)] } }
    })
    await store.sequence(10, 4_000)
    assert.equal(await store.nextDeliveryMs(), 5_000)
    assert.equal(await claimed(store, 5_000, 'c3'), 'A1')
  })

  test('a delivery that was sent keeps its claim, and is taken again when that ran out', async () => {
    await using place = await openPlace()
    const store = await place.open()
    await store.saveEndpoint(hook)
    await told(store, 'A', [1])
    await store.claimDeliveries(1_000, 10, claim('c1', 2_000))
    assert.equal(await store.settleDelivery('c1', 'evt_A_1.hook', outcome('sent', 1_000)), true)
    assert.equal(await claimed(store, 1_999, 'c2'), '')
    assert.equal(await claimed(store, 2_000, 'c2'), 'A1')
    assert.equal(await store.settleDelivery('c1', 'evt_A_1.hook', outcome('acknowledged')), false)
  })

  test('a dead delivery holds those behind it, until it is sent again or skipped by a named person', async () => {
    await using place = await openPlace()
    const store = await place.open()
    await store.saveEndpoint(hook)
    await told(store, 'A', [1, 2, 3])
    assert.equal(await store.skipDelivery('evt_A_1.hook', 'li', 'why', 1_000), false, 'not dead yet')
    await store.claimDeliveries(1_000, 10, claim('c1'))
    await store.settleDelivery('c1', 'evt_A_1.hook', { ...outcome('dead', 0, 12), lastStatus: 500 })
    assert.equal(await claimed(store, 9_000, 'c2'), '')
    assert.equal(await store.nextDeliveryMs(), undefined)
    assert.equal((await store.figures(0)).deadLetters, 1)
    assert.equal(await store.redeliver({ tenant: 'clinic', dead: true, nowMs: 9_000 }), 0)
    assert.equal(await store.redeliver({ tenant: 'hospital', dead: true, nowMs: 9_000 }), 1)
    const [sent] = await store.claimDeliveries(9_000, 10, claim('c3', 9_100))
    assert.deepEqual([sent?.delivery.event, sent?.delivery.attempts], ['evt_A_1', 0])
    await store.settleDelivery('c3', 'evt_A_1.hook', outcome('dead'))
    assert.equal(await store.skipDelivery('evt_A_1.hook', 'li', 'they know', 9_500), true)
    const [skipped] = (await store.deliveries({ state: 'skipped' }, { limit: 5 })).rows
    assert.deepEqual([skipped?.skippedBy, skipped?.skippedWhy], ['li', 'they know'])
    assert.equal(await claimed(store, 9_500, 'c4'), 'A2')
  })

  test('an endpoint that is off keeps what is for it waiting, and one left out is left out', async () => {
    await using place = await openPlace()
    const store = await place.open()
    await store.saveEndpoint(hook)
    await told(store, 'A', [1])
    await store.saveEndpoint({ ...hook, state: 'off' })
    await told(store, 'B', [1])
    assert.equal(await claimed(store, 1_000, 'c1'), '')
    assert.equal(await store.nextDeliveryMs(), undefined)
    assert.equal((await store.figures(0)).deliveriesPending, 2)
    await store.saveEndpoint(hook)
    assert.equal(await store.nextDeliveryMs(), 1_000)
    assert.deepEqual(await store.claimDeliveries(1_000, 10, claim('c2'), ['hook']), [])
    assert.equal(await claimed(store, 1_000, 'c2'), 'A1 B1')
  })

  test('an endpoint that is removed leaves nothing to send, and what it held is skipped by who removed it', async () => {
    await using place = await openPlace()
    const store = await place.open()
    await store.saveEndpoint(hook)
    await told(store, 'A', [1, 2])
    assert.equal(await store.removeEndpoint('hook', 'li', 2_000), true)
    assert.equal(await store.removeEndpoint('hook', 'li', 2_000), false)
    assert.deepEqual(await store.endpoints(), [])
    assert.equal(await store.nextDeliveryMs(), undefined)
    const { rows } = await store.deliveries({ order: 'A' }, { limit: 5 })
    assert.deepEqual(
      rows.map(({ state, skippedBy }) => [state, skippedBy]),
      [
        ['skipped', 'li'],
        ['skipped', 'li'],
      ],
    )
  })

  test('deliveries are sent again by id, or by the time of their events, in order', async () => {
    await using place = await openPlace()
    const store = await place.open()
    await store.saveEndpoint(hook)
    const order = orderOf('A')
    const events = [1, 2, 3].map((seq) => eventOf(order, seq, 'order.paid', seq * 1_000))
    await make(store, order, { events })
    await store.sequence(10, 5_000)
    for (const { id } of events) {
      await store.claimDeliveries(5_000, 1, claim('c', 6_000))
      await store.settleDelivery('c', `${id}.hook`, outcome('acknowledged'))
    }
    assert.equal(await store.nextDeliveryMs(), undefined)
    assert.equal(await store.redeliver({ tenant: 'hospital', nowMs: 7_000 }), 0)
    assert.equal(await store.redeliver({ tenant: 'hospital', fromMs: 2_000, toMs: 9_000, nowMs: 7_000 }), 2)
    assert.equal(await claimed(store, 7_000, 'c2'), 'A2')
    assert.equal(await store.redeliver({ tenant: 'hospital', ids: ['evt_A_1.hook'], nowMs: 8_000 }), 1)
    assert.equal(await claimed(store, 8_000, 'c3'), 'A1')
  })

  test('deliveries are listed newest first, page by page', async () => {
    await using place = await openPlace()
    const store = await place.open()
    await store.saveEndpoint(hook)
    await told(store, 'A', [1, 2, 3])
    const first = await store.deliveries({ tenant: 'hospital', state: 'due' }, { limit: 2 })
    const rest = await store.deliveries({ tenant: 'hospital' }, { limit: 2, cursor: first.next })
    const ids = [...first.rows, ...rest.rows].map(({ event }) => event)
    assert.deepEqual(ids, ['evt_A_3', 'evt_A_2', 'evt_A_1'])
    assert.equal(rest.next, undefined)
    const [one] = (await store.deliveries({ id: 'evt_A_2.hook' }, { limit: 2 })).rows
    assert.equal(one?.event, 'evt_A_2')
  })
}
