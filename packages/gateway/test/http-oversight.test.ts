/** What only some products or only operators do over HTTP. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { combined, openHttpBench, publicUrl } from './http-bench.ts'

test('a service is confirmed, completed by its act and collected; the same act again changes nothing', async () => {
  const bench = await openHttpBench()
  const { sim } = bench
  const { body: order, status } = await bench.place('rental-1', {
    product: 'payscore',
    details: {
      service_id: sim.credentials.payscore.serviceId,
      currency: sim.credentials.payscore.currency,
      service_introduction: 'City power bank',
      post_payments: [{ name: 'Rental fee', amount: 0, description: 'HK$6 per 30 minutes', count: 1 }],
      risk_fund: { name: 'DEPOSIT', amount: 30000, description: 'Power bank deposit' },
      time_range: { start_time: sim.world.time(), start_time_remark: 'Unlock time' },
      location: { start_location: 'Central Pier 7 kiosk' },
    },
  })
  assert.equal(status, 201, JSON.stringify(order))
  await sim.act(order.number, { action: 'confirm' })
  await bench.pass(120_000)
  const details = {
    post_payments: [{ name: 'Rental fee', amount: 4000, count: 1 }],
    total_amount: 4000,
    time_range: { end_time: sim.world.time() },
  }
  const address = `/v1/orders/${order.id}/acts`
  const complete = () => bench.call('POST', `${address}/complete`, { key: 'east-operate', body: { details } })
  const done = await complete()
  assert.equal(done.status, 200, JSON.stringify(done.body))
  assert.deepEqual(done.body.amount, { minor: 4000, currency: sim.credentials.payscore.currency })
  const errands = async () => (await bench.store.find({ id: order.id }))?.attempts[0]?.errands.length
  const before = await errands()
  await complete()
  assert.equal(await errands(), before)
  const other = {
    ...details,
    total_amount: 4001,
    post_payments: [{ name: 'Rental fee', amount: 4001, count: 1 }],
  }
  const differs = await bench.call('POST', `${address}/complete`, {
    key: 'east-operate',
    body: { details: other },
  })
  assert.ok(differs.status === 409 || differs.status === 422, JSON.stringify(differs.body))
  assert.equal(await errands(), before)
  const unknown = await bench.call('POST', `${address}/constructor`, {
    key: 'east-operate',
    body: { details },
  })
  assert.deepEqual([unknown.status, unknown.body.code], [404, 'unknown_act'])
})

test('a verified message about a number nobody knows waits in suspense until a person says a word', async () => {
  const bench = await openHttpBench()
  const { apiv3 } = bench.sim.credentials
  const { trade_type: _, ...details } = combined(bench.sim)
  const { prepay_id } = await bench.pump(
    bench.client.combine.createJsapi({
      ...details,
      combine_appid: apiv3.appid,
      combine_mchid: apiv3.mchid,
      combine_out_trade_no: 'OLD0001',
      notify_url: `${publicUrl}/notify/main/combine`,
      sub_orders: details.sub_orders.map((one, index) => ({
        ...one,
        mchid: apiv3.mchid,
        out_trade_no: `OLD0001_${index}`,
        amount: { ...one.amount, currency: 'CNY' as const },
      })),
    }),
  )
  await bench.sim.pay(prepay_id)
  await bench.pass(2000)
  const list = async () => (await bench.call('GET', '/v1/suspense', { key: 'all-read' })).body.data
  const [held] = await list()
  assert.deepEqual([held.number, held.why, held.resolved], ['OLD0001', 'unknown_number', null])
  const incidents = async () => (await bench.call('GET', '/v1/incidents', { key: 'all-read' })).body.data
  assert.deepEqual(
    (await incidents()).map((one: { kind: string }) => one.kind),
    ['suspense'],
  )
  const east = await bench.call('GET', '/v1/incidents', { key: 'east-read' })
  assert.deepEqual(east.body.data, [])
  const resolve = { key: 'all-operate', body: { reason: 'an order of the old system' } }
  const resolved = await bench.call('POST', `/v1/suspense/${held.id}/resolve`, resolve)
  assert.equal(resolved.status, 204)
  assert.equal((await list())[0].resolved.reason, 'an order of the old system')
  assert.deepEqual(await incidents(), [])
})

test('an order that needs attention is an incident, and a mark is resolved with a reason that is kept', async () => {
  const bench = await openHttpBench()
  const { body: order } = await bench.place('visit-1')
  await bench.pass(301_000)
  await bench.call('POST', `/v1/orders/${order.id}/close`, { key: 'east-operate', body: {} })
  await bench.pass(30_000)
  const kept = await bench.store.find({ id: order.id })
  assert.equal(kept?.view.state, 'closed')
  // The provider says of a closed order that it was paid: a contradiction for a person.
  const { hear } = await import('../src/order/apply.ts')
  const { products } = await import('../src/products/index.ts')
  const attempt = kept.attempts[0]
  assert.ok(attempt)
  const nowMs = bench.clock.now()
  const reading = {
    about: 'attempt' as const,
    number: attempt.number,
    said: 'paid' as const,
    word: 'SUCCESS',
    amount: attempt.amount,
  }
  await bench.pump(
    bench.store.change({ id: order.id }, ({ order: found }) => {
      assert.ok(found)
      const by = 'combine.queryByOutTradeNo'
      const said = {
        source: 'answer',
        by,
        trust: 'signature',
        verified: true,
        askedMs: nowMs,
        heardMs: nowMs,
      } as const
      const { order: after, entry } = hear(found, { ...said, reading }, products.combine, nowMs)
      return { result: undefined, write: { order: after, log: entry ? [entry] : [] } }
    }),
  )
  const [incident] = (await bench.call('GET', '/v1/incidents', { key: 'east-read' })).body.data
  assert.equal(incident.kind, 'needs_attention')
  assert.match(incident.found, /^paid_after_close/)
  const listed = await bench.call('GET', '/v1/orders?needs_attention=true', { key: 'east-read' })
  const [mark] = listed.body.data[0].marks
  const resolved = await bench.call(
    'POST',
    `/v1/orders/${order.id}/marks/${encodeURIComponent(mark.key)}/resolve`,
    { key: 'east-operate', body: { reason: 'delivered all the same' } },
  )
  assert.equal(resolved.status, 200, JSON.stringify(resolved.body))
  assert.equal(resolved.body.needs_attention, false)
  assert.equal(resolved.body.marks[0].resolved.operator, 'operate key')
  const after = await bench.call('GET', '/v1/incidents', { key: 'east-read' })
  assert.deepEqual(after.body.data, [])
})
