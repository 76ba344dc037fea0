/** The API over a whole order's life, against the simulator. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { combined, openHttpBench } from './http-bench.ts'

test('an order is placed, paid, looked at and refunded over HTTP alone', async () => {
  const bench = await openHttpBench()
  const placed = await bench.place('visit-1')
  assert.equal(placed.status, 201, JSON.stringify(placed.body))
  assert.equal(placed.body.state, 'awaiting_payment')
  assert.deepEqual(placed.body.amount, { minor: 16350, currency: 'CNY' })
  const address = `/v1/orders/${placed.body.id}`
  assert.equal(placed.headers.get('location'), address)

  const given = await bench.call('GET', `${address}/handover`, { key: 'east-operate' })
  assert.equal(given.status, 200)
  assert.match(given.body.parameters.paySign, /^[A-Za-z0-9+/=]{300,}$/)

  await bench.pay(placed.body)
  const paid = await bench.call('GET', address, { key: 'east-read' })
  assert.equal(paid.body.state, 'paid')
  assert.equal(paid.body.attempts[0].learnt_by.source, 'notice')
  const byReference = await bench.call('GET', '/v1/orders/by-reference/visit-1', { key: 'east-read' })
  assert.equal(byReference.body.id, placed.body.id)

  const part = paid.body.attempts[0].parts[0].id
  const refund = await bench.call('POST', `${address}/refunds`, {
    key: 'east-operate',
    body: { reference: 'back-1', parts: { [part]: 800 } },
  })
  assert.equal(refund.status, 201, JSON.stringify(refund.body))
  const { number } = refund.body.refunds[0]
  await bench.pass(60_000)
  const back = await bench.call('GET', `${address}/refunds/${number}`, { key: 'east-read' })
  assert.equal(back.body.state, 'succeeded')
  const after = await bench.call('GET', address, { key: 'east-read' })
  assert.equal(after.body.state, 'partially_refunded')
  assert.equal(after.body.refunded.minor, 800)
})

test('a paid order is found by every filter, and not by another value of it', async () => {
  const bench = await openHttpBench()
  const { body: order } = await bench.place('visit-1')
  await bench.pay(order)
  const found = async (query: string) => {
    const answer = await bench.call('GET', `/v1/orders?${query}`, { key: 'east-read' })
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    return answer.body.data.length
  }
  const [part] = order.attempts[0].parts
  for (const query of [
    'product=combine',
    'signer=main',
    'state=paid',
    'state=paid,closed',
    'reference=visit-1',
    `number=${order.number}`,
    `number=${part.id}`,
    'amount=16350',
    'amount_from=16350&amount_to=16350',
    'merchant=1690000202',
    'needs_attention=false',
    'created_from=2026-03-17T10:00:00%2B08:00',
    'created_before=2026-03-18T00:00:00Z',
  ])
    assert.equal(await found(query), 1, query)
  for (const query of [
    'product=wecom',
    'signer=other',
    'state=closed',
    'reference=visit-2',
    'number=1',
    'amount=16351',
    'amount_to=16349',
    'merchant=1690000299',
    'needs_attention=true',
    'created_before=2026-03-17T00:00:00Z',
  ])
    assert.equal(await found(query), 0, query)
  const { openid } = bench.sim.credentials.apiv3
  const search = (payer: string) =>
    bench.call('POST', '/v1/orders/search', { key: 'east-read', body: { payer } })
  assert.equal((await search(openid)).body.data.length, 1)
  assert.equal((await search(`${openid}x`)).body.data.length, 0)
})

test('pages follow one another by their cursor, without a gap and without a repetition', async () => {
  const bench = await openHttpBench()
  for (const index of [1, 2, 3, 4, 5]) {
    await bench.place(`visit-${index}`)
    await bench.clock.advance(1000)
  }
  const references: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const page = await bench.call('GET', `/v1/orders?limit=2${query}`, { key: 'east-read' })
    references.push(...page.body.data.map((one: { reference: string }) => one.reference))
    cursor = page.body.next
  }
  assert.deepEqual(references, ['visit-5', 'visit-4', 'visit-3', 'visit-2', 'visit-1'])
  const junk = await bench.call('GET', '/v1/orders?cursor=junk', { key: 'east-read' })
  assert.equal(junk.status, 400)
  assert.equal(junk.body.problems[0].at, 'query/cursor')
})

test('the same reference finds the same order; other content is refused', async () => {
  const bench = await openHttpBench()
  const first = await bench.place('visit-1')
  const again = await bench.place('visit-1')
  assert.deepEqual([again.status, again.body.id], [200, first.body.id])
  const other = await bench.place('visit-1', { expires_at: '2026-03-17T03:30:00Z' })
  assert.deepEqual([other.status, other.body.code], [409, 'reference_taken'])
})

test('an Idempotency-Key finds the order, and is refused for another request', async () => {
  const bench = await openHttpBench()
  const headers = { 'idempotency-key': '"8e03978e-40d5-43dd-bc93-6894a57f9324"' }
  const details = combined(bench.sim)
  const place = (reference: string) =>
    bench.call('POST', '/v1/orders', {
      key: 'east-operate',
      headers,
      body: { reference, product: 'combine', details },
    })
  const first = await place('visit-1')
  const again = await place('visit-1')
  assert.deepEqual([first.status, again.status, again.body.id], [201, 200, first.body.id])
  const other = await place('visit-2')
  assert.deepEqual([other.status, other.body.code], [422, 'key_reused'])
})

test('while the first request is in flight the same key is answered 409 with Retry-After', async () => {
  const bench = await openHttpBench()
  const body = { reference: 'visit-1', product: 'combine', details: combined(bench.sim) }
  const request = () =>
    new Request('https://pay.hospital.example.cn/v1/orders', {
      method: 'POST',
      headers: {
        authorization: `Bearer ${bench.keys['east-operate']}`,
        'content-type': 'application/json',
        'idempotency-key': 'abc',
      },
      body: JSON.stringify(body),
    })
  const both = await bench.pump(Promise.all([bench.service.fetch(request()), bench.service.fetch(request())]))
  const statuses = both.map(({ status }) => status).sort()
  assert.deepEqual(statuses, [201, 409])
  const refused = both.find(({ status }) => status === 409)
  assert.equal(refused?.headers.get('retry-after'), '1')
  assert.match((await refused?.text()) ?? '', /"code":"still_in_flight"/)
})

test('an order is closed, its log and facts show why, and the raw bytes only an audited reveal', async () => {
  const bench = await openHttpBench()
  const { body: order } = await bench.place('visit-1')
  await bench.pass(301_000)
  const address = `/v1/orders/${order.id}`
  await bench.call('POST', `${address}/close`, { key: 'east-operate', body: { reason: 'cancelled' } })
  await bench.pass(30_000)
  const closed = await bench.call('GET', address, { key: 'east-read' })
  assert.equal(closed.body.state, 'closed', JSON.stringify(closed.body))
  const log = await bench.call('GET', `${address}/log`, { key: 'east-read' })
  assert.equal(log.body.data.at(-1).to, 'closed')
  const facts = await bench.call('GET', `${address}/facts`, { key: 'east-read' })
  const deciding = facts.body.data.find((one: { meaning: { said: string } }) => one.meaning.said === 'closed')
  assert.equal(deciding.evidence.sha256.length, 64)
  assert.ok(!JSON.stringify(facts.body).includes('prepay_id='))
  const reveal = { key: 'east-operate', body: { reason: 'dispute 17' } }
  const path = `${address}/facts/${deciding.fingerprint}/reveal`
  assert.equal((await bench.call('POST', path, reveal)).status, 403)
  const shown = await bench.call('POST', path, { ...reveal, key: 'east-admin' })
  assert.equal(shown.status, 200)
  assert.match(Buffer.from(shown.body.base64, 'base64').toString(), /combine_out_trade_no/)
  const audit = await bench.call('GET', '/v1/audit', { key: 'east-admin' })
  assert.deepEqual(
    audit.body.data.map((one: { action: string }) => one.action),
    ['orders.close', 'orders.revealFact'],
  )
})

test('a closed order is paid again under a new number', async () => {
  const bench = await openHttpBench()
  const { body: order } = await bench.place('visit-1')
  const address = `/v1/orders/${order.id}`
  const body = { details: combined(bench.sim) }
  const early = await bench.call('POST', `${address}/attempts`, { key: 'east-operate', body })
  assert.deepEqual([early.status, early.body.code], [409, 'attempt_open'])
  await bench.pass(301_000)
  await bench.call('POST', `${address}/close`, { key: 'east-operate', body: {} })
  await bench.pass(30_000)
  const again = await bench.call('POST', `${address}/attempts`, { key: 'east-operate', body })
  assert.equal(again.status, 201, JSON.stringify(again.body))
  assert.equal(again.body.attempts.length, 2)
  assert.notEqual(again.body.number, order.number)
})

test('wrong details are answered with all their problems, none of their values, and nothing is placed', async () => {
  const bench = await openHttpBench()
  const { status, body } = await bench.call('POST', '/v1/orders', {
    key: 'east-operate',
    body: {
      reference: 'v',
      product: 'combine',
      details: { trade_type: 'jsapi', sub_orders: 'hidden-value', attach: 1 },
    },
  })
  assert.equal(status, 422, JSON.stringify(body))
  assert.ok(body.problems.length >= 1)
  for (const one of body.problems) assert.match(one.at, /^body\/details/)
  assert.ok(!JSON.stringify(body).includes('hidden-value'))
  assert.equal((await bench.call('GET', '/v1/orders', { key: 'east-read' })).body.data.length, 0)
})

test('every product says what it takes, and what the gateway fills is not required', async () => {
  const bench = await openHttpBench()
  const { body } = await bench.call('GET', '/v1/products', { key: 'east-read' })
  assert.deepEqual(body.data.map((one: { id: string }) => one.id).sort(), [
    'combine',
    'medIns',
    'payinsurance',
    'payscore',
    'wecom',
  ])
  for (const product of body.data)
    for (const { schema, filled } of product.details)
      for (const name of filled)
        if (!name.includes('.')) assert.ok(!(schema.required ?? []).includes(name), name)
  const [jsapi] = body.data.find((one: { id: string }) => one.id === 'combine').details
  assert.ok(!jsapi.schema.properties.sub_orders.items.required.includes('out_trade_no'))
  assert.ok(jsapi.schema.properties.sub_orders.items.required.includes('description'))
})

test('a broken rule says what was found and what was expected, each once', async () => {
  const bench = await openHttpBench()
  const { body: order } = await bench.place('visit-1')
  await bench.pay(order)
  const { status, body } = await bench.call('POST', `/v1/orders/${order.id}/refunds`, {
    key: 'east-operate',
    body: { reference: 'return-1', amount_minor: 100 },
  })
  assert.deepEqual([status, body.rule], [422, 'name_the_parts'])
  assert.deepEqual(body.problems, [
    { at: 'body/parts', found: 'one amount for 2 parts', expected: 'an amount for each part' },
  ])
})
