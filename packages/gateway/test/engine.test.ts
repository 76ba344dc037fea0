/** What the engine does for all products alike, and the contract does not show. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { Declined } from '../src/engine/desk.ts'
import { numberFor } from '../src/engine/numbers.ts'
import type { Order } from '../src/order/order.ts'
import { openSqlite } from '../src/store/index.ts'
import { type Bench, digestKey, type OpenStore, openBench } from './contract/bench.ts'
import { type Sample, samples } from './contract/samples.ts'

const minute = 60_000
const openStore: OpenStore = async (given) => openSqlite({ ...given, file: ':memory:' })

function sampleOf(product: string): Sample {
  const sample = samples.find((one) => one.product === product)
  assert.ok(sample)
  return sample
}

const codes = ({ view }: Order) => view.marks.filter((mark) => !mark.resolved).map((mark) => mark.code)

async function place(bench: Bench, sample: Sample) {
  const details = sample.details(bench, 'A-1')
  const { order } = await bench.gateway.place(
    bench.caller,
    { reference: 'A-1', product: sample.product, details },
    {},
  )
  return order
}

test('an act that WeChat Pay refuses is shown to a person, and can be asked for again', async () => {
  await using bench = await openBench(openStore)
  const sample = sampleOf('payscore')
  const order = await place(bench, sample)
  await bench.sim.act(order.view.number, { action: 'confirm' })
  await bench.pass(2 * minute)
  const bill = (end_time: string) => ({
    post_payments: [{ name: 'Rental fee', amount: 4000, count: 1 }],
    total_amount: 4000,
    time_range: { end_time },
  })
  // A service cannot have ended tomorrow.
  await bench.gateway.act(bench.caller, order.id, 'complete', bill('2026-03-18T10:00:00+08:00'))
  const refused = await bench.order(order.id)
  assert.equal(refused.view.state, 'in_service')
  assert.deepEqual(codes(refused), ['act_refused'])
  await bench.gateway.act(bench.caller, order.id, 'complete', bill(bench.sim.world.time()))
  assert.deepEqual(codes(await bench.order(order.id)), [])
})

test("a refund's number follows from its order's number and its reference, so that a restored backup repeats it", async () => {
  await using bench = await openBench(openStore)
  const sample = sampleOf('wecom')
  const order = await place(bench, sample)
  await sample.pay(bench, order)
  await bench.pass(minute)
  const wish = { reference: 'back-1', amountMinor: 100, details: {} }
  const { refund } = await bench.gateway.refund(bench.caller, order.id, wish)
  assert.equal(refund, `R${numberFor(digestKey, ['main', order.view.number, 'back-1'])}`)
  assert.match(refund, /^R[0-9A-Za-z]{24}$/)
})

test('two references of one order have two refund numbers', async () => {
  await using bench = await openBench(openStore)
  const sample = sampleOf('wecom')
  const order = await place(bench, sample)
  await sample.pay(bench, order)
  await bench.pass(minute)
  const wish = { amountMinor: 100, details: {} }
  const first = await bench.gateway.refund(bench.caller, order.id, { reference: 'back-1', ...wish })
  await bench.pass(2 * minute)
  const second = await bench.gateway.refund(bench.caller, order.id, { reference: 'back-2', ...wish })
  assert.notEqual(first.refund, second.refund)
})

test('who looks again and again does not make the questions of the schedule rarer', async () => {
  await using bench = await openBench(openStore)
  const order = await place(bench, sampleOf('combine'))
  for (let look = 0; look < 10; look++) {
    await bench.sim.advance(2_100)
    await bench.gateway.look(bench.caller, order.id)
  }
  const { nextAskMs = 0 } = await bench.gateway.look(bench.caller, order.id)
  assert.ok(nextAskMs - bench.sim.clock.now() < minute)
})

test('when a payer who came back has been waited for, the schedule goes on where it was', async () => {
  await using bench = await openBench(openStore)
  const order = await place(bench, sampleOf('combine'))
  await bench.gateway.comeBack(order.id)
  await bench.pass(minute)
  const { count = 0 } = (await bench.order(order.id)).asked[order.view.number] ?? {}
  assert.equal(count, 0)
  await bench.pass(10 * minute)
  // 5 s, 30 s, 1, 3 and 5 min after the minute in which it was asked every other second.
  assert.ok(((await bench.order(order.id)).asked[order.view.number]?.count ?? 0) >= 4)
})

test('many who look at the same moment, at two nodes, ask WeChat Pay once and see its answer', async () => {
  await using bench = await openBench(openStore)
  bench.deaf = true
  const sample = sampleOf('combine')
  const order = await place(bench, sample)
  await sample.pay(bench, order)
  await bench.sim.advance(5_000)
  const nodes = [bench.gateway, bench.another()]
  const asked = bench.calls.length
  const looks = Promise.all(
    Array.from({ length: 10 }, (_, at) => nodes[at % 2]?.look(bench.caller, order.id)),
  )
  let answered = false
  void looks.then(() => {
    answered = true
  })
  // Those who wait for another's answer look for it now and then.
  while (!answered) {
    await turn()
    await bench.sim.advance(20)
  }
  assert.deepEqual(new Set((await looks).map((one) => one?.order.view.state)), new Set(['paid']))
  assert.deepEqual(bench.calls.slice(asked), ['combine.queryByOutTradeNo'])
  await nodes[1]?.stop()
})

test('who looks when the rate budget is spent is shown what is known, and nobody is asked', async () => {
  await using bench = await openBench(openStore, { limits: { ask: 1 } })
  const details = sampleOf('combine').details(bench, 'A-1')
  const orders = []
  for (const reference of ['A-1', 'A-2']) {
    const wish = { reference, product: 'combine' as const, details }
    orders.push((await bench.gateway.place(bench.caller, wish, {})).order)
  }
  await bench.sim.advance(3_000)
  const asked = bench.calls.length
  for (const { id } of orders) {
    const { order } = await bench.gateway.look(bench.caller, id)
    assert.equal(order.view.state, 'awaiting_payment')
  }
  assert.equal(bench.calls.length - asked, 1)
})

test('an order that has expired before it is placed is declined, and nothing is sent', async () => {
  await using bench = await openBench(openStore)
  const sample = sampleOf('combine')
  const details = sample.details(bench, 'A-1')
  const wish = { reference: 'A-1', product: sample.product, details, expiresMs: bench.sim.clock.now() }
  await assert.rejects(
    bench.gateway.place(bench.caller, wish, {}),
    (error) => error instanceof Declined && error.problems[0]?.at === '/expires_at',
  )
  assert.equal(await bench.store.find({ tenant: 'east', reference: 'A-1' }), undefined)
})

test('an order beyond the rate budget is kept at once and sent when the budget lets it', async () => {
  await using bench = await openBench(openStore, { limits: { place: 1 } })
  const sample = sampleOf('combine')
  const orders: Order[] = []
  for (const reference of ['A-1', 'A-2', 'A-3']) {
    const details = sample.details(bench, reference)
    const wish = { reference, product: sample.product, details }
    orders.push((await bench.gateway.place(bench.caller, wish, {})).order)
  }
  assert.deepEqual(
    orders.map(({ view }) => view.state),
    ['awaiting_payment', 'placing', 'placing'],
  )
  await bench.pass(5_000)
  for (const { id } of orders) assert.equal((await bench.order(id)).view.state, 'awaiting_payment')
})

test('an order that is asked about with two calls takes two from the rate budget', async () => {
  await using bench = await openBench(openStore, { limits: { ask: 3 } })
  const sample = sampleOf('medIns')
  const ids: string[] = []
  for (const reference of ['A-1', 'A-2']) {
    const wish = { reference, product: sample.product, details: sample.details(bench, reference) }
    ids.push((await bench.gateway.place(bench.caller, wish, {})).order.id)
  }
  await bench.sim.advance(4_000)
  const before = bench.calls.length
  const windowMs = Math.floor(bench.sim.clock.now() / 1_000)
  await Promise.all(ids.map((id) => bench.gateway.close(bench.caller, id, { reason: 'left', waitMs: 0 })))
  for (let turns = 0; turns < 50; turns++) await turn()
  assert.equal(Math.floor(bench.sim.clock.now() / 1_000), windowMs)
  const questions = bench.calls.slice(before).filter((one) => /query/i.test(one))
  assert.equal(questions.length, 2, questions.join(', '))
  await bench.pass(10 * minute)
})

test('who looks at one of several refunds asks about that one; who looks at the order, about each in turn', async () => {
  await using bench = await openBench(openStore)
  const sample = sampleOf('combine')
  const order = await place(bench, sample)
  await sample.pay(bench, order)
  await bench.pass(minute)
  bench.deaf = true
  const [part = ''] = (await bench.order(order.id)).view.attempts[0]?.parts.map(({ id }) => id) ?? []
  const numbers: string[] = []
  for (const reference of ['back-1', 'back-2', 'back-3']) {
    const wish = { reference, parts: { [part]: 10 }, details: {} }
    numbers.push((await bench.gateway.refund(bench.caller, order.id, wish)).refund)
  }
  // All have gone back; nobody has said so, and the schedule asks later.
  await bench.sim.advance(20_000)
  const look = async (more: { refund?: string }) => {
    const { order: seen } = await bench.gateway.look(bench.caller, order.id, more)
    return numbers.map((number) => seen.view.refunds.find((one) => one.number === number)?.state)
  }
  const [, second = ''] = numbers
  assert.deepEqual(await look({ refund: second }), ['processing', 'succeeded', 'processing'])
  await look({})
  assert.deepEqual(await look({}), ['succeeded', 'succeeded', 'succeeded'])
})

test('a number that is not in our books is asked about although the rate budget is spent at that moment', async () => {
  await using bench = await openBench(openStore)
  const sample = sampleOf('combine')
  for (const reference of ['A-1', 'A-2', 'A-3']) {
    const wish = { reference, product: sample.product, details: sample.details(bench, reference) }
    await sample.pay(bench, (await bench.gateway.place(bench.caller, wish, {})).order)
  }
  await bench.sim.advance(minute)
  // The same credentials and hour, but other books.
  await using other = await openBench(openStore, { limits: { ask: 1 } })
  for (const notice of bench.notices) await other.gateway.hear('main', sample.product, notice)
  for (let second = 0; second < 5; second++) {
    await turn()
    await other.sim.advance(1_000)
  }
  await other.gateway.stop()
  const { rows } = await other.store.suspended({ limit: 10 })
  assert.equal(rows.length, 3)
  for (const { found } of rows) assert.match(found, /; asked about \w+: /)
})
