/** What money must withstand: many at once, four eyes, amounts of every kind, other tenants. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkBound } from '../src/engine/wishes.ts'
import { merge } from '../src/order/apply.ts'
import type { Order } from '../src/order/order.ts'
import type { Fact, Observation } from '../src/order/reading.ts'
import { combined, type HttpBench, openHttpBench } from './http-bench.ts'

async function paidOrder(bench: HttpBench, reference = 'visit-1') {
  const { body: order } = await bench.place(reference)
  await bench.pay(order)
  await bench.pass(2000)
  return order
}

const refundOf = (
  bench: HttpBench,
  order: { id: string },
  body: Record<string, unknown>,
  key = 'east-operate',
) => bench.call('POST', `/v1/orders/${order.id}/refunds`, { key, body })

test('refunds that are asked for at the same moment count together against the limit of one person', async () => {
  const bench = await openHttpBench({ tenant: { approvalAboveMinor: 1000 } })
  const order = await paidOrder(bench)
  const [part] = order.attempts[0].parts
  const answers = await Promise.all(
    ['a', 'b', 'c', 'd'].map((reference) => refundOf(bench, order, { reference, parts: { [part.id]: 600 } })),
  )
  assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 202, 202, 202])
  const kept = await bench.store.find({ id: order.id })
  assert.equal(
    kept?.refunds.reduce((sum, one) => sum + one.amount.minor, 0),
    600,
  )
})

test('many identical placements at once make one order, and many identical refunds one refund', async () => {
  const bench = await openHttpBench()
  const place = () =>
    bench.call('POST', '/v1/orders', {
      key: 'east-operate',
      headers: { 'idempotency-key': 'k-1' },
      body: { reference: 'same', product: 'combine', details: combined(bench.sim) },
    })
  const placed = await Promise.all(Array.from({ length: 12 }, place))
  const statuses = placed.map(({ status }) => status)
  assert.equal(statuses.filter((one) => one === 201).length, 1, statuses.join())
  assert.ok(
    statuses.every((one) => [200, 201, 409].includes(one)),
    statuses.join(),
  )
  const order = placed.find(({ status }) => status === 201)?.body
  await bench.pay(order)
  await bench.pass(2000)
  const [part] = order.attempts[0].parts
  const refunds = await Promise.all(
    Array.from({ length: 8 }, () => refundOf(bench, order, { reference: 'r', parts: { [part.id]: 700 } })),
  )
  assert.ok(
    refunds.every(({ status }) => status === 201 || status === 409),
    refunds.map((r) => r.status).join(),
  )
  await Promise.all(
    Array.from({ length: 8 }, (_, at) =>
      refundOf(bench, order, { reference: `o-${at}`, parts: { [part.id]: 7000 } }),
    ),
  )
  const kept = await bench.store.find({ id: order.id })
  const back =
    kept?.refunds.filter(({ parts }) => parts[0]?.id === part.id).reduce((s, r) => s + r.amount.minor, 0) ?? 0
  assert.ok(back <= part.amount.minor, `${back} of ${part.amount.minor}`)
})

test('amounts that are no plain whole number are refused', async () => {
  const bench = await openHttpBench()
  const order = await paidOrder(bench)
  for (const amount of [
    '-1',
    '0',
    '1.5',
    '"1"',
    '"１"',
    '1e400',
    'NaN',
    '9007199254740993',
    '99999999999999999999',
    'null',
    '[1]',
    'true',
  ]) {
    const { status } = await bench.call('POST', `/v1/orders/${order.id}/refunds`, {
      key: 'east-operate',
      body: `{"reference":"x","amount_minor":${amount}}`,
    })
    assert.ok(status === 400 || status === 422, `${amount}: ${status}`)
    const parts = await bench.call('POST', `/v1/orders/${order.id}/refunds`, {
      key: 'east-operate',
      body: `{"reference":"x","parts":{"${order.attempts[0].parts[0].id}":${amount}}}`,
    })
    assert.ok(
      parts.status === 400 || parts.status === 422,
      `parts ${amount}: ${parts.status} ${JSON.stringify(parts.body).slice(0, 300)}`,
    )
  }
  assert.equal((await bench.store.find({ id: order.id }))?.refunds.length, 0)
})

test('an approval gives back at most what the second person saw', async () => {
  const bench = await openHttpBench({ tenant: { approvalAboveMinor: 1000 } })
  const order = await paidOrder(bench)
  const [one, two] = order.attempts[0].parts
  // All but 50 fen are on their way back, so that "all that is left" is 50 fen.
  const large = { reference: 'large', parts: { [one.id]: one.amount.minor, [two.id]: two.amount.minor - 50 } }
  const first = await refundOf(bench, order, large)
  assert.equal(first.status, 202)
  await bench.call('POST', `/v1/approvals/${first.body.id}/approve`, { key: 'east-admin' })
  const rest = await refundOf(bench, order, { reference: 'rest' })
  assert.deepEqual([rest.status, rest.body.amount?.minor], [202, 50])
  // The large one is refused by WeChat Pay: now everything is left.
  const kept = await bench.store.find({ id: order.id })
  const [number = ''] = kept?.refunds.map((refund) => refund.number) ?? []
  await bench.store.change({ id: order.id }, ({ order: now }) => {
    assert.ok(now)
    const refunds = now.view.refunds.map((view) => ({
      ...view,
      state: view.number === number ? ('closed' as const) : view.state,
    }))
    const changed = { ...now, view: { ...now.view, refunds, refunding: 0 } }
    return { result: undefined, write: { order: changed } }
  })
  const approved = await bench.call('POST', `/v1/approvals/${rest.body.id}/approve`, { key: 'east-admin' })
  assert.deepEqual([approved.status, approved.body.code], [409, 'approval_outdated'])
  assert.equal((await bench.store.find({ id: order.id }))?.refunds.length, 1)
})

test('a refund that was freed and succeeded after all counts against what can still go back', () => {
  const amount = (minor: number) => ({ minor, currency: 'CNY' })
  const refund = (number: string, state: string, minor: number, freed?: true) => ({
    number,
    state,
    attempt: 'A',
    amount: amount(minor),
    parts: [{ id: 'cash', amount: amount(minor) }],
    returned: state === 'succeeded' ? [{ id: 'cash', amount: amount(minor) }] : [],
    freed,
  })
  const refunds = [refund('R1', 'succeeded', 40, true), refund('R2', 'succeeded', 40)]
  const order = {
    refunds,
    view: { refunds, attempts: [{ number: 'A', taken: 100, parts: [{ id: 'cash', amount: amount(100) }] }] },
  } as unknown as Order
  const wish = (minor: number) => () => checkBound(order, refund('R3', 'placing', minor))
  assert.throws(wish(21), { code: 'refund_exceeds_order' })
  assert.doesNotThrow(wish(20))
})

test('refused refunds that are sent again count together against the limit of one person', async () => {
  const bench = await openHttpBench({ tenant: { approvalAboveMinor: 1000 } })
  const order = await paidOrder(bench)
  const [part] = order.attempts[0].parts
  const caller = bench.sim.credentials.apiv3.mchid
  bench.sim.changeMerchant(caller, { permissions: ['combine'] })
  const references = ['a', 'b', 'c']
  for (const reference of references) {
    const { status, body } = await refundOf(bench, order, { reference, parts: { [part.id]: 600 } })
    assert.equal(status, 201, JSON.stringify(body))
    await bench.pass(70_000)
  }
  const kept = await bench.store.find({ id: order.id })
  const numbers = kept?.view.refunds.map(({ number, state }) => {
    assert.equal(state, 'refused')
    return number
  })
  bench.sim.changeMerchant(caller, { permissions: ['*'] })
  const answers = []
  for (const number of numbers ?? []) {
    const path = `/v1/orders/${order.id}/refunds/${number}/retry`
    answers.push((await bench.call('POST', path, { key: 'east-operate' })).body.code ?? 'sent')
  }
  assert.deepEqual(answers, ['sent', 'approval_needed', 'approval_needed'])
})

test('closing gives up no money that became owed at the same moment', async () => {
  const bench = await openHttpBench()
  const { credentials, world } = bench.sim
  const { body: order } = await bench.place('ride-1', {
    product: 'payscore',
    details: {
      service_id: credentials.payscore.serviceId,
      currency: credentials.payscore.currency,
      service_introduction: 'City power bank',
      post_payments: [{ name: 'Rental fee', amount: 0, description: 'HK$6 per 30 minutes', count: 1 }],
      risk_fund: { name: 'DEPOSIT', amount: 30000, description: 'Power bank deposit' },
      time_range: { start_time: world.time(), start_time_remark: 'Unlock time' },
      location: { start_location: 'Central Pier 7 kiosk' },
    },
  })
  await bench.sim.act(order.number, { action: 'confirm' })
  await bench.pass(120_000)
  const details = {
    post_payments: [{ name: 'Rental fee', amount: 4000, count: 1 }],
    total_amount: 4000,
    time_range: { end_time: world.time() },
  }
  const known = await bench.store.find({ id: order.id })
  assert.equal(known?.view.state, 'in_service')
  const { gateway } = bench.service
  const caller = { tenant: 'east', name: 'his' }
  const [completed, closed] = await bench.pump(
    Promise.allSettled([
      gateway.act(caller, order.id, 'complete', details),
      // It looks before the service is completed, and writes after.
      gateway.close({ ...caller, name: 'other' }, order.id, { reason: 'requested' }),
    ]),
  )
  const kept = await bench.store.find({ id: order.id })
  assert.equal([completed, closed].filter(({ status }) => status === 'fulfilled').length, 1)
  assert.equal(kept?.attempts[0]?.closing === undefined, completed.status === 'fulfilled')
})

test('two refunds at the same moment are held to the same rules as one after the other', async () => {
  const bench = await openHttpBench({ tenant: { merchant: {} } })
  const { wecom } = bench.sim.credentials
  const { body: order } = await bench.place('tea-1', {
    product: 'wecom',
    details: {
      ...{ appid: wecom.appid, mchid: wecom.mchid, description: 'Afternoon tea set' },
      amount: { total: 12800, currency: 'CNY' },
      payer: { openid: wecom.openid },
      scene_info: { payer_client_ip: '203.0.113.24', store_info: { id: 'SZ-001' } },
    },
  })
  await bench.pay(order)
  await bench.pass(60_000)
  assert.equal((await bench.store.find({ id: order.id }))?.view.state, 'paid')
  // WeCom demands a minute between two refunds of one order.
  const answers = await Promise.all(
    ['a', 'b', 'c'].map((reference) => refundOf(bench, order, { reference, amount_minor: 100 })),
  )
  assert.deepEqual(answers.map(({ status, body }) => body.rule ?? status).sort(), [
    201,
    'refund_too_soon',
    'refund_too_soon',
  ])
})

test('whatever was said of other refunds of an order, what is said of this one is kept', () => {
  const said = (number: string, at: number): Observation => ({
    source: 'notice',
    by: 'refunds.succeeded',
    trust: 'signature',
    verified: true,
    askedMs: at,
    heardMs: at,
    reading: { about: 'refund', number, said: 'succeeded', word: `SUCCESS ${at}` },
  })
  let facts: readonly Fact[] = []
  // Fifty sub-orders, each given back in many pieces.
  for (let at = 0; at < 600; at++) facts = merge(facts, said(`R${at % 60}`, at))
  assert.equal(facts.length, 600)
  // One number alone that goes on saying new things is broken.
  for (let at = 0; at < 600; at++) facts = merge(facts, said('R0', 1000 + at))
  assert.ok(facts.length < 1200)
})
