/** What every product keeps, on every store: the contract of an adapter. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Declined } from '../../src/engine/desk.ts'
import type { Order } from '../../src/order/order.ts'
import { type Bench, type OpenStore, openBench } from './bench.ts'
import { type Sample, samples } from './samples.ts'

const minute = 60_000

/** Registers the contract's tests over this store. */
export function contract(name: string, openStore: OpenStore): void {
  for (const sample of samples) productContract(`${sample.product} on ${name}`, sample, openStore)
}

async function place(bench: Bench, sample: Sample, reference = 'A-1'): Promise<Order> {
  const { product } = sample
  const details = sample.details(bench, reference)
  const { order } = await bench.gateway.place(bench.caller, { reference, product, details }, {})
  return order
}

async function paidOrder(bench: Bench, sample: Sample, reference?: string): Promise<Order> {
  const placed = await place(bench, sample, reference)
  await sample.pay(bench, placed)
  await bench.pass(2 * minute)
  return bench.order(placed.id)
}

const codes = ({ view }: Order) => view.marks.filter((mark) => !mark.resolved).map((mark) => mark.code)

function productContract(name: string, sample: Sample, openStore: OpenStore): void {
  test(`${name}: placing gives an order that can be paid, and what the payer needs`, async () => {
    await using bench = await openBench(openStore)
    const order = await place(bench, sample)
    assert.equal(order.view.state, 'awaiting_payment', JSON.stringify(bench.failures))
    const handover = await bench.gateway.handover(bench.caller, order.id)
    assert.ok(handover && handover.expiresMs > bench.sim.clock.now())
    assert.deepEqual(bench.failures, [])
  })

  test(`${name}: what is handed over is renewed before it ends, while the order can be paid`, async () => {
    await using bench = await openBench(openStore)
    const { product } = sample
    const details = sample.details(bench, 'A-1')
    const expiresMs = bench.sim.clock.now() + 8 * 3_600_000
    const wish = { reference: 'A-1', product, details, expiresMs }
    const { order } = await bench.gateway.place(bench.caller, wish, {})
    await bench.pass(3 * 3_600_000)
    const { view } = await bench.order(order.id)
    if (view.state !== 'awaiting_payment') return assert.ok(sample.livesShorter, view.state)
    const handover = await bench.gateway.handover(bench.caller, order.id)
    assert.ok(handover && handover.expiresMs > bench.sim.clock.now())
  })

  test(`${name}: a payment is known by its notice`, async () => {
    await using bench = await openBench(openStore)
    const order = await paidOrder(bench, sample)
    assert.equal(order.view.state, 'paid')
    assert.equal(order.view.taken, sample.minor)
    assert.ok(bench.answers.length > 0 && bench.answers.every((one) => one.status < 300))
    assert.deepEqual(codes(order), [])
  })

  test(`${name}: a payment whose notices are all lost is known by asking`, async () => {
    await using bench = await openBench(openStore)
    bench.deaf = true
    const order = await paidOrder(bench, sample)
    assert.equal(order.view.state, 'paid')
    const proof = order.facts.find((one) => one.fingerprint === order.view.attempts[0]?.proof)
    assert.equal(proof?.source, 'answer')
  })

  test(`${name}: a placement whose answer was lost is found and can be paid`, async () => {
    await using bench = await openBench(openStore)
    bench.sim.faults.next(sample.create, 'loseAnswer')
    const order = await place(bench, sample)
    assert.equal(order.view.state, 'unknown')
    await bench.pass(2 * minute)
    const found = await bench.order(order.id)
    assert.notEqual(found.view.state, 'unknown')
    assert.deepEqual(codes(found), [])
  })

  test(`${name}: a placement that never arrived is placed again under its number`, async () => {
    await using bench = await openBench(openStore)
    bench.sim.faults.next(sample.create, 'loseRequest')
    const order = await place(bench, sample)
    await bench.pass(2 * minute)
    const again = await bench.order(order.id)
    assert.equal(again.view.state, 'awaiting_payment')
    assert.equal(again.attempts.length, 1)
    await sample.pay(bench, again)
    await bench.pass(2 * minute)
    assert.equal((await bench.order(order.id)).view.state, 'paid')
  })

  test(`${name}: the same wish finds the same order, other content is declined`, async () => {
    await using bench = await openBench(openStore)
    const first = await place(bench, sample)
    const again = await place(bench, sample)
    assert.equal(again.id, first.id)
    const { product } = sample
    const details = { ...sample.details(bench, 'A-1'), attach: 'another' }
    await assert.rejects(
      bench.gateway.place(bench.caller, { reference: 'A-1', product, details, expiresMs: 1 }, {}),
      (error) => error instanceof Declined && error.code === 'reference_taken',
    )
  })

  test(`${name}: an order that nobody pays is closed, and an answer proves it`, async () => {
    await using bench = await openBench(openStore)
    const { product } = sample
    const expiresMs = bench.sim.clock.now() + 10 * minute
    const details = sample.details(bench, 'A-1')
    const { order } = await bench.gateway.place(
      bench.caller,
      { reference: 'A-1', product, details, expiresMs },
      {},
    )
    await bench.pass(20 * minute)
    const closed = await bench.order(order.id)
    assert.equal(closed.view.state, 'closed')
    assert.equal(closed.view.reason, 'expired')
    const proof = closed.facts.find((one) => one.fingerprint === closed.view.attempts[0]?.proof)
    assert.equal(proof?.source, 'answer')
  })

  test(`${name}: closing and paying again leaves one payable number`, async () => {
    await using bench = await openBench(openStore)
    const order = await place(bench, sample)
    const details = sample.details(bench, 'A-2')
    await assert.rejects(
      bench.gateway.payAgain(bench.caller, order.id, { details }),
      (error) => error instanceof Declined && error.code === 'attempt_open',
    )
    await bench.pass(sample.closeWaitMs ?? 0)
    await bench.gateway.close(bench.caller, order.id, { reason: 'requested' })
    await bench.pass(minute)
    assert.equal((await bench.order(order.id)).view.state, 'closed')
    const { order: again } = await bench.gateway.payAgain(bench.caller, order.id, { details })
    assert.equal(again.attempts.length, 2)
    await sample.pay(bench, again)
    await bench.pass(2 * minute)
    const paid = await bench.order(order.id)
    assert.equal(paid.view.state, 'paid')
    assert.equal(paid.view.number, again.attempts[1]?.number)
    assert.deepEqual(codes(paid), [])
  })

  test(`${name}: a repeated notice is accepted and changes nothing`, async () => {
    await using bench = await openBench(openStore)
    for (const notice of sample.notices) bench.sim.faults.next(notice, 'duplicate')
    const order = await paidOrder(bench, sample)
    assert.equal(order.view.state, 'paid')
    const { id: _ } = order
    const before = (await bench.store.log(order.id)).length
    for (const { id } of bench.sim.notices) await bench.sim.sendNotice(id)
    assert.equal((await bench.store.log(order.id)).length, before)
  })

  test(`${name}: a notice that does not verify is refused and changes nothing`, async () => {
    await using bench = await openBench(openStore)
    for (const notice of sample.notices) bench.sim.faults.next(notice, 'corrupted', { times: 100 })
    const order = await place(bench, sample)
    await sample.pay(bench, order)
    await bench.sim.advance(1_000)
    assert.ok(bench.answers.length > 0)
    assert.ok((await bench.order(order.id)).facts.every((one) => one.source !== 'notice'))
    await bench.pass(2 * minute)
    assert.equal((await bench.order(order.id)).view.state, 'paid')
  })

  test(`${name}: a refund in part, then of what is left, never more`, async () => {
    await using bench = await openBench(openStore)
    const order = await paidOrder(bench, sample)
    const { details = {} } = sample.partly
    const parts = sample.partly.parts(order)
    const wish = { reference: 'back-1', parts, details: { ...details } }
    const asked = await bench.gateway.refund(bench.caller, order.id, wish)
    const again = await bench.gateway.refund(bench.caller, order.id, wish)
    assert.equal(again.refund, asked.refund)
    await bench.pass(10 * minute)
    const after = await bench.order(order.id)
    assert.equal(after.view.refunds.length, 1)
    assert.equal(after.view.refunds[0]?.state, 'succeeded')
    assert.equal(after.view.state, 'partially_refunded')
    const [id = ''] = Object.keys(parts)
    await assert.rejects(
      bench.gateway.refund(bench.caller, order.id, {
        ...wish,
        reference: 'back-2',
        parts: { [id]: sample.minor * 2 },
      }),
      (error) => error instanceof Declined,
    )
  })

  test(`${name}: a refund whose answer was lost is found, not made twice`, async () => {
    await using bench = await openBench(openStore)
    const order = await paidOrder(bench, sample)
    bench.sim.faults.next(sample.refundCall, 'loseAnswer')
    const { details = {} } = sample.partly
    await bench.gateway.refund(bench.caller, order.id, {
      reference: 'back-1',
      parts: sample.partly.parts(order),
      details: { ...details },
    })
    await bench.pass(15 * minute)
    const after = await bench.order(order.id)
    assert.equal(after.view.refunds[0]?.state, 'succeeded')
    assert.equal(after.refunds[0]?.errands[0]?.sends, 1)
  })

  test(`${name}: a node that died in the middle of a placement is taken over`, async () => {
    await using bench = await openBench(openStore)
    bench.sim.faults.next(sample.create, 'delayed', { delayMs: 3_600_000 })
    const { product } = sample
    const details = sample.details(bench, 'A-1')
    // Nobody will ever hear this call's answer: it stands for a process that was killed.
    void bench.gateway.place(bench.caller, { reference: 'A-1', product, details }, {})
    const order = await until(bench, sample)
    const second = bench.another()
    for (let count = 0; count < 30; count++) {
      await bench.sim.advance(10_000)
      await second.tick()
    }
    const found = await bench.order(order.id)
    assert.notEqual(found.view.state, 'placing')
    assert.equal(found.attempts.length, 1)
  })

  test(`${name}: looking asks first, and says when it will be asked next`, async () => {
    await using bench = await openBench(openStore)
    bench.deaf = true
    const order = await place(bench, sample)
    await sample.pay(bench, order)
    await bench.sim.advance(3_000)
    const { order: looked } = await bench.gateway.look(bench.caller, order.id)
    assert.equal(looked.view.state, 'paid')
  })

  test(`${name}: the payer who comes back is sent on with the known state`, async () => {
    await using bench = await openBench(openStore)
    bench.deaf = true
    const order = await place(bench, sample)
    await sample.pay(bench, order)
    await bench.sim.advance(3_000)
    const { location = '', state } = await bench.gateway.comeBack(order.id)
    assert.equal(state, 'paid')
    assert.equal(new URL(location).searchParams.get('state'), 'paid')
    const found = await bench.order(order.id)
    const proof = found.facts.find((one) => one.fingerprint === found.view.attempts[0]?.proof)
    assert.equal(proof?.source, 'return_page')
  })

  test(`${name}: another tenant's order is not there`, async () => {
    await using bench = await openBench(openStore)
    const order = await place(bench, sample)
    await assert.rejects(
      bench.gateway.look({ tenant: 'west', name: 'x' }, order.id),
      (error) => error instanceof Declined && error.code === 'unknown_order',
    )
  })

  test(`${name}: a notice about a number that is not in our books is kept for a person`, async () => {
    await using bench = await openBench(openStore)
    const order = await place(bench, sample)
    await sample.pay(bench, order)
    await bench.sim.advance(minute)
    // The same credentials and hour, but other books.
    await using other = await openBench(openStore)
    const notice = bench.notices.at(-1)
    assert.ok(notice)
    const answer = await other.gateway.hear('main', sample.product, notice)
    assert.ok(answer.status < 300)
    const { rows } = await other.store.suspended({ limit: 10 })
    assert.deepEqual(
      rows.map(({ why, number }) => ({ why, number })),
      [{ why: 'unknown_number', number: order.view.number }],
    )
  })
}

/** The order once its last placing call is on its way. */
async function until(bench: Bench, { create }: Sample): Promise<Order> {
  for (let count = 0; count < 10_000; count++) {
    const order = await bench.store.find({ tenant: 'east', reference: 'A-1' })
    const errand = order?.attempts[0]?.errands.find((one) => one.operation === create)
    if (order && errand && errand.sends > 0) return order
    await new Promise<void>((resolve) => void setImmediate(resolve))
  }
  throw new Error('the order was never sent')
}
