/** One process of the gateway: four eyes, incidents, telling, audit, health, stopping. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { Webhook } from 'standardwebhooks'
import { type HttpBench, openHttpBench, publicUrl } from './http-bench.ts'

async function paidOrder(bench: HttpBench) {
  const { body: order } = await bench.place('visit-1')
  await bench.pay(order)
  await bench.pass(2000)
  return order
}

const refundOf = (bench: HttpBench, order: { id: string }, body: Record<string, unknown>) =>
  bench.call('POST', `/v1/orders/${order.id}/refunds`, { key: 'east-operate', body })

test('a refund above the limit waits for another person, who is not the asker under any key', async () => {
  const bench = await openHttpBench({ tenant: { approvalAboveMinor: 1000 } })
  const order = await paidOrder(bench)
  const [part] = order.attempts[0].parts
  const asked = await refundOf(bench, order, { reference: 'big', parts: { [part.id]: 1001 } })
  assert.equal(asked.status, 202)
  assert.deepEqual(asked.body.amount, { minor: 1001, currency: 'CNY' })
  const again = await refundOf(bench, order, { reference: 'big', parts: { [part.id]: 1001 } })
  assert.equal(again.body.id, asked.body.id)
  const other = await refundOf(bench, order, { reference: 'big', parts: { [part.id]: 1002 } })
  assert.equal(other.body.code, 'refund_reference_taken')
  const address = `/v1/approvals/${asked.body.id}`

  const own = await bench.call('POST', `${address}/approve`, { key: 'east-operate' })
  assert.deepEqual([own.status, own.body.code], [403, 'own_approval'])
  assert.equal((await bench.store.find({ id: order.id }))?.refunds.length, 0)
  const operate = (await bench.store.apiKeys('east')).find(({ name }) => name === 'operate key')
  const rotated = await bench.call('POST', `/v1/keys/${operate?.id}/rotate`, { key: 'east-admin', body: {} })
  const same = await bench.call('POST', `${address}/approve`, { key: rotated.body.key })
  assert.equal(same.body.code, 'own_approval')

  const done = await bench.call('POST', `${address}/approve`, { key: 'east-admin' })
  assert.equal(done.status, 200, JSON.stringify(done.body))
  assert.equal(done.body.refunds.length, 1)
  const twice = await bench.call('POST', `${address}/approve`, { key: 'east-admin' })
  assert.equal(twice.body.refunds.length, 1)
  const late = await bench.call('POST', `${address}/refuse`, { key: 'east-admin' })
  assert.deepEqual([late.status, late.body.code], [409, 'already_decided'])
})

test('a large refund in small pieces needs a second person as well', async () => {
  const bench = await openHttpBench({ tenant: { approvalAboveMinor: 1000 } })
  const order = await paidOrder(bench)
  const [part] = order.attempts[0].parts
  const piece = (reference: string) => refundOf(bench, order, { reference, parts: { [part.id]: 600 } })
  assert.equal((await piece('one')).status, 201)
  assert.equal((await piece('two')).status, 202)
  assert.equal((await piece('one')).status, 201)
})

test('a refused approval refunds nothing, and one that was interrupted is carried out later', async () => {
  const bench = await openHttpBench({ tenant: { approvalAboveMinor: 0 } })
  const order = await paidOrder(bench)
  const [part] = order.attempts[0].parts
  const first = await refundOf(bench, order, { reference: 'one', parts: { [part.id]: 600 } })
  await bench.call('POST', `/v1/approvals/${first.body.id}/refuse`, { key: 'east-admin' })
  const second = await refundOf(bench, order, { reference: 'two', parts: { [part.id]: 700 } })
  // The process died between the decision and the refund.
  await bench.store.decideApproval(second.body.id, 'approved', 'admin key', bench.clock.now())
  await bench.pump(bench.service.keepHouse())
  await bench.pump(bench.service.keepHouse())
  const kept = await bench.store.find({ id: order.id })
  assert.deepEqual(
    kept?.refunds.map(({ reference }) => reference),
    ['two'],
  )
})

test('events are delivered signed, with a secret that was shown once and can be rotated', async () => {
  const bench = await openHttpBench()
  const { body: endpoint } = await bench.call('POST', '/v1/webhook-endpoints', {
    key: 'east-admin',
    body: { url: 'https://his.example.cn/chadan', types: ['order.paid'] },
  })
  assert.match(endpoint.secret, /^whsec_/)
  const shown = await bench.call('GET', '/v1/webhook-endpoints', { key: 'east-read' })
  assert.ok(!JSON.stringify(shown.body).includes(endpoint.secret))
  const { body: rotated } = await bench.call('POST', `/v1/webhook-endpoints/${endpoint.id}/rotate-secret`, {
    key: 'east-admin',
    body: {},
  })
  await paidOrder(bench)
  assert.equal(bench.webhooks.length, 1)
  const [webhook] = bench.webhooks
  assert.ok(webhook)
  assert.equal(JSON.parse(webhook.body).type, 'order.paid')
  for (const secret of [endpoint.secret, rotated.secret]) {
    const signed = String(webhook.headers['webhook-signature']).split(' ')
    const at = new Date(Number(webhook.headers['webhook-timestamp']) * 1000)
    const ours = new Webhook(secret).sign(String(webhook.headers['webhook-id']), at, webhook.body)
    assert.ok(signed.includes(ours))
  }
})

test('an endpoint into a private network is refused, and nothing is kept', async () => {
  const bench = await openHttpBench()
  for (const url of [
    'http://his.example.cn/',
    'https://127.0.0.1/',
    'https://169.254.169.254/',
    'https://a:b@x.cn/',
    'ftp://x.cn',
  ]) {
    const { status, body } = await bench.call('POST', '/v1/webhook-endpoints', {
      key: 'east-admin',
      body: { url },
    })
    assert.deepEqual([status, body.code], [422, 'target_refused'], url)
  }
  assert.equal((await bench.store.endpoints('east')).length, 0)
})

test('a dead letter is an incident with its money and what it holds; redelivering and skipping end it', async () => {
  const bench = await openHttpBench()
  const { body: endpoint } = await bench.call('POST', '/v1/webhook-endpoints', {
    key: 'east-admin',
    body: { url: 'https://his.example.cn/chadan' },
  })
  bench.receiver = 500
  const order = await paidOrder(bench)
  for (let day = 0; day < 10; day++) {
    await bench.clock.advance(24 * 3_600_000)
    await bench.pump(bench.service.tick())
  }
  const incidents = async () =>
    (await bench.call('GET', '/v1/incidents', { key: 'east-read' })).body.data.filter(
      (one: { kind: string }) => one.kind === 'dead_letter',
    )
  const [dead] = await incidents()
  assert.equal(dead.order, order.id)
  assert.ok(dead.holds >= 1 && dead.age_seconds > 24 * 3600)
  assert.equal(dead.at_stake[0].currency, 'CNY')
  const skipped = await bench.call('POST', `/v1/deliveries/${dead.id}/skip`, {
    key: 'east-operate',
    body: { reason: 'booked by hand' },
  })
  assert.equal(skipped.status, 204)
  bench.receiver = 200
  await bench.call('POST', '/v1/deliveries/redeliver', { key: 'east-operate', body: { dead: true } })
  await bench.pass(2000)
  assert.equal((await incidents()).length, 0)
  const left = await bench.call('GET', `/v1/deliveries?endpoint=${endpoint.id}&state=acknowledged`, {
    key: 'east-read',
  })
  assert.ok(left.body.data.length >= 1)
  const removed = await bench.call('DELETE', `/v1/webhook-endpoints/${endpoint.id}`, { key: 'east-admin' })
  assert.equal(removed.status, 204)
})

test('the feed has no gap, and the stream goes on where the reader stopped', async () => {
  const bench = await openHttpBench()
  await paidOrder(bench)
  const all = await bench.call('GET', '/v1/events', { key: 'east-read' })
  const seqs = all.body.data.map((one: { seq: number }) => one.seq)
  assert.deepEqual(seqs, [1, 2])
  assert.equal(all.body.next, 2)
  const one = await bench.call('GET', `/v1/events/${all.body.data[1].id}`, { key: 'east-read' })
  assert.deepEqual(one.body, all.body.data[1])
  const response = await bench.raw(
    new Request(`${publicUrl}/v1/events/stream`, {
      headers: { authorization: `Bearer ${bench.keys['east-read']}`, 'last-event-id': '1' },
    }),
  )
  assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/)
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  while (reader && !text.includes('data:')) text += (await bench.pump(reader.read())).value ?? ''
  assert.match(text, /id: 2\nevent: order.paid\n/)
  await reader?.cancel()
})

test('the audit log, its seals and the logs of orders verify; whatever is changed or cut is found', async () => {
  const bench = await openHttpBench()
  const order = await paidOrder(bench)
  await bench.call('POST', '/v1/keys', { key: 'east-admin', body: { name: 'a', scopes: ['read'] } })
  await bench.clock.advance(10 * 60_000)
  await bench.pump(bench.service.keepHouse())
  const { verifyAudit } = await import('../src/verify.ts')
  const sound = await verifyAudit(bench.store)
  assert.equal(sound.broken, undefined)
  assert.ok(sound.seals >= 1)
  const over = await bench.call('POST', '/v1/audit/verify', { key: 'all-admin' })
  assert.deepEqual([over.body.sound, over.body.head], [true, sound.head])

  const log = await bench.store.log(order.id)
  const entries = await bench.store.auditLog(0, 500)
  const seal = entries.findIndex(({ action }) => action === 'seal')
  const heads = bench.store.heads.bind(bench.store)
  // A log that lost its end, the row put back to match: only the seal can tell.
  const cut = log.slice(0, -1)
  const truncated = await verifyAudit({
    ...bench.store,
    log: async () => cut,
    heads: async (fromMs, beforeMs) =>
      (await heads(fromMs, beforeMs)).map((one) => ({
        ...one,
        version: cut.length,
        hash: cut.at(-1)?.hash ?? '',
      })),
  })
  assert.equal(truncated.broken?.seq, entries[seal]?.seq)
  const altered = log.map((one, index) => (index === 1 ? { ...one, to: 'paid' } : one))
  const changed = await verifyAudit({ ...bench.store, log: async () => altered })
  assert.match(changed.broken?.found ?? '', /version 2/)
  for (const change of [
    (all: typeof entries) => all.map((one, index) => (index === 0 ? { ...one, actor: 'nobody' } : one)),
    (all: typeof entries) => all.slice(1),
    (all: typeof entries) => all.map((one, index) => (index === seal ? { ...one, details: {} } : one)),
  ]) {
    const found = await verifyAudit({
      ...bench.store,
      auditLog: async (after, limit) => change(entries).slice(after, after + limit),
    })
    assert.notEqual(found.broken, undefined)
  }
})

test('sealing again finds nothing to seal, and an order that changes later is sealed then', async () => {
  const bench = await openHttpBench()
  const { body: order } = await bench.place('visit-1')
  await bench.clock.advance(10 * 60_000)
  await bench.pump(bench.service.keepHouse())
  await bench.pump(bench.service.keepHouse())
  const seals = async () =>
    (await bench.store.auditLog(0, 500)).filter(({ action }) => action === 'seal').length
  assert.equal(await seals(), 1)
  await bench.pay(order)
  await bench.clock.advance(10 * 60_000)
  await bench.pump(bench.service.keepHouse())
  assert.equal(await seals(), 2)
})

test('health tells alive and ready apart, and figures have few labels', async () => {
  let away = false
  const bench = await openHttpBench({ store: (store) => ({ ...store, ready: async () => !away }) })
  await paidOrder(bench)
  const ask = (path: string) => bench.service.adminFetch(new Request(`http://127.0.0.1${path}`))
  assert.equal((await ask('/healthz')).status, 200)
  assert.equal((await ask('/readyz')).status, 200)
  bench.service.metrics.watch.waited?.({ kind: 'ask', why: 'budget' })
  bench.service.metrics.skewed('api.mch.weixin.qq.com', -1_500)
  const text = await (await ask('/metrics')).text()
  for (const line of [
    'chadan_orders_total{state="paid",product="combine"} 1',
    'chadan_transitions_total{product="combine",from="none",to="placing"',
    'chadan_provider_requests_total{op="combine.createJsapi"',
    'chadan_http_requests_total{route="/v1/orders",method="POST",status="201"} 1',
    'chadan_events_total{type="order.paid"} 1',
    'chadan_provider_waits_total{kind="ask",why="budget"} 1',
    'chadan_clock_skew_seconds{host="api.mch.weixin.qq.com"} -1.5',
    'chadan_db_commit_seconds_count',
    'chadan_build_info{version="0.1.0"} 1',
  ])
    assert.ok(text.includes(line), `${line}\n${text.slice(0, 3000)}`)
  assert.ok(!text.includes('east') && !text.includes('visit-1'))
  away = true
  assert.deepEqual([(await ask('/healthz')).status, (await ask('/readyz')).status], [200, 503])
})

test('a service that stops finishes what it accepted, refuses what is new and says it is not ready', async () => {
  const bench = await openHttpBench()
  bench.service.start()
  const placing = bench.place('visit-1')
  const stopped = bench.service.stop()
  assert.equal((await bench.pump(placing)).status, 201)
  await bench.pump(stopped)
  assert.equal((await bench.call('GET', '/v1/orders', { key: 'east-read' })).body.code, 'unavailable')
  assert.equal((await bench.service.adminFetch(new Request('http://127.0.0.1/readyz'))).status, 503)
})

test('stopping waits for every request that was let in', async () => {
  const gate = Promise.withResolvers<void>()
  const bench = await openHttpBench({
    store: (store) => ({
      ...store,
      async orders(filter, page) {
        await gate.promise
        return store.orders(filter, page)
      },
    }),
  })
  const done: string[] = []
  const headers = { authorization: `Bearer ${bench.keys['east-read']}` }
  const request = new Request(`${publicUrl}/v1/orders`, { headers })
  const listing = bench.service.fetch(request).then(() => done.push('answered'))
  // The request is in before the stop.
  for (let turn = 0; turn < 8; turn++) await setImmediate()
  const stopped = bench.service.stop().then(() => done.push('stopped'))
  for (let turn = 0; turn < 8; turn++) await setImmediate()
  assert.deepEqual(done, [])
  gate.resolve()
  await bench.pump(Promise.all([listing, stopped]))
  assert.deepEqual(done, ['answered', 'stopped'])
})

test('an event leaves as soon as it is committed, without waiting for the next look', async () => {
  const bench = await openHttpBench()
  await bench.call('POST', '/v1/webhook-endpoints', {
    key: 'east-admin',
    body: { url: 'https://his.example.cn/chadan' },
  })
  bench.service.start()
  for (let turn = 0; turn < 20; turn++) await setImmediate()
  const startMs = bench.clock.now()
  await bench.place('visit-1')
  for (let turn = 0; turn < 40; turn++) await setImmediate()
  assert.equal(bench.webhooks.length, 1)
  // One look lasts a second; this much time passes in the bench alone.
  assert.ok(bench.clock.now() - startMs < 500)
  await bench.pump(bench.service.stop())
})
