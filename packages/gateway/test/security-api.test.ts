/** What strangers and single tenants may use up, and what the API gives away. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { virtualClock } from '@chadan/simulator'
import fc from 'fast-check'
import { Hono } from 'hono'
import { addInbound } from '../src/http/inbound.ts'
import { hasNameTwice } from '../src/http/names.ts'
import { openLog } from '../src/logging.ts'
import { openHttpBench, publicUrl } from './http-bench.ts'

const turns = async () => {
  for (let turn = 0; turn < 8; turn++) await setImmediate()
}

/** A request whose body gives these bytes and then nothing more. */
function stalled(bytes: number) {
  const state = { cancelled: false }
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new Uint8Array(bytes)),
    cancel() {
      state.cancelled = true
    },
  })
  const init = { method: 'POST', body, duplex: 'half' }
  const request = new Request(`${publicUrl}/notify/main/combine`, init)
  return { request, state }
}

function openInbound(options: { concurrent?: number; arrivingBytes?: number } = {}) {
  const clock = virtualClock(0)
  const heard: number[] = []
  const app = new Hono()
  addInbound(app, {
    clock,
    log: openLog({ clock, node: 'one', destination: { write() {} } }),
    gateway: {
      async hear(_signer, _product, message) {
        heard.push((message as { body: Uint8Array }).body.byteLength)
        return new Response(null, { status: 204 })
      },
      comeBack: async () => ({ location: undefined, state: 'paid' }),
    },
    ...options,
  })
  const good = () =>
    app.fetch(new Request(`${publicUrl}/notify/main/combine`, { method: 'POST', body: '{"a":1}' }))
  return { app, clock, heard, good }
}

test('bodies that never end keep no place from notices that arrive whole', async () => {
  const { app, heard, good } = openInbound({ concurrent: 4 })
  for (let count = 0; count < 20; count++) void app.fetch(stalled(10).request)
  await turns()
  assert.equal((await good()).status, 204)
  assert.deepEqual(heard, [7])
})

test('a body that has not come whole in time is given up, and what came of it is forgotten', async () => {
  const { app, clock } = openInbound()
  const { request, state } = stalled(1000)
  const answer = app.fetch(request)
  await turns()
  await clock.advance(5000, turns)
  assert.equal((await answer).status, 503)
  assert.equal(state.cancelled, true)
})

test('bodies of strangers hold no more memory together than they may', async () => {
  const { app, clock, good } = openInbound({ arrivingBytes: 100_000 })
  const first = app.fetch(stalled(60_000).request)
  await turns()
  assert.equal((await app.fetch(stalled(60_000).request)).status, 503)
  assert.equal((await good()).status, 204)
  await clock.advance(5000, turns)
  assert.equal((await first).status, 503)
  let answered = false
  const again = Promise.resolve(app.fetch(stalled(60_000).request)).finally(() => {
    answered = true
  })
  await turns()
  // There was room for it again: only its time runs out.
  assert.equal(answered, false)
  await clock.advance(5000, turns)
  assert.equal((await again).status, 503)
})

test('one tenant cannot use up what all tenants are served with', async () => {
  const bench = await openHttpBench({
    limits: { concurrent: 4 },
    store: (store) => ({
      ...store,
      find: (find) => ('id' in find && find.id === 'ord_slow' ? new Promise(() => {}) : store.find(find)),
    }),
  })
  const ask = (key: string, path: string) =>
    bench.service.fetch(
      new Request(`${publicUrl}${path}`, { headers: { authorization: `Bearer ${bench.keys[key]}` } }),
    )
  for (let count = 0; count < 8; count++) void ask('east-read', '/v1/orders/ord_slow').catch(() => {})
  await turns()
  assert.equal((await ask('east-read', '/v1/orders')).status, 429)
  assert.equal((await ask('west-read', '/v1/orders')).status, 200)
})

test('a time that no calendar of the platform can hold is a problem of the request', async () => {
  const bench = await openHttpBench()
  for (const expires_at of ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59-14:00']) {
    const { status, body } = await bench.place('visit-1', { expires_at })
    assert.deepEqual([status, body.code], [400, 'invalid_request'], JSON.stringify(body))
  }
})

test('a stream ends soon after the key that opened it is revoked', async () => {
  const bench = await openHttpBench()
  const key = await bench.makeKey('east', 'leaked', ['read'])
  const headers = { authorization: `Bearer ${key}` }
  const stream = await bench.raw(new Request(`${publicUrl}/v1/events/stream`, { headers }))
  const reader = stream.body?.getReader()
  assert.ok(reader)
  await reader.read()
  const [kept] = (await bench.store.apiKeys('east')).filter(({ name }) => name === 'leaked')
  assert.ok(kept)
  await bench.store.saveApiKey({ ...kept, revokedMs: bench.clock.now() })
  let ended = false
  void (async () => {
    while (!(await reader.read()).done);
    ended = true
  })()
  await bench.pass(40_000)
  assert.equal(ended, true)
})

test('a hand-over that WeChat Pay has to sign stays within the budget, and its failure is no defect', async () => {
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
  const hand = () => bench.call('GET', `/v1/orders/${order.id}/handover`, { key: 'east-operate' })
  assert.equal((await hand()).status, 200)
  bench.sim.faults.next('wecom.getSign', 'loseRequest', { times: 20 })
  const lost = await hand()
  assert.deepEqual([lost.status, lost.body.code], [503, 'provider_busy'])
  bench.sim.faults.heal()
  // The others of this second spent it all.
  const windowMs = Math.floor(bench.clock.now() / 1000) * 1000
  for (let ahead = 0; ahead < 3; ahead++)
    await bench.store.takeBudget('main/ask', windowMs + ahead * 1000, 1000, 1000)
  const busy = await Promise.all(Array.from({ length: 12 }, hand))
  assert.ok(
    busy.some(({ body }) => body.code === 'provider_busy'),
    JSON.stringify(busy.map(({ status }) => status)),
  )
})

test('what strangers send is counted to the last, and logged no faster than people read', async () => {
  const bench = await openHttpBench()
  const forged = () =>
    bench.service.fetch(new Request(`${publicUrl}/notify/main/combine`, { method: 'POST', body: '{}' }))
  for (let count = 0; count < 200; count++) assert.ok((await forged()).status >= 400)
  const lines = () => bench.logged.filter((line) => line.includes('notice_not_taken')).length
  assert.ok(lines() >= 1 && lines() <= 30, `${lines()}`)
  assert.match(
    await bench.service.metrics.text(),
    /chadan_notifications_total\{kind="unverified",result="refused"\} 200/,
  )
  await bench.pass(120_000)
  await forged()
  // What was left out stands in a line of its own.
  const left = bench.logged.filter((line) => line.includes('notices_not_logged'))
  assert.equal(left.length, 1)
  assert.match(left[0] ?? '', /"count":1[789]\d/)
})

test('a stranger who hangs up in the middle of a body is no defect to be logged', async () => {
  const logged: string[] = []
  const clock = virtualClock(0)
  const app = new Hono()
  addInbound(app, {
    clock,
    log: openLog({ clock, node: 'one', destination: { write: (line) => void logged.push(line) } }),
    gateway: {
      hear: async () => new Response(null, { status: 204 }),
      comeBack: async () => ({ location: undefined, state: 'paid' }),
    },
  })
  const body = new ReadableStream({ pull: (controller) => controller.error(new TypeError('terminated')) })
  const init = { method: 'POST', body, duplex: 'half' }
  const answer = await app.fetch(new Request(`${publicUrl}/notify/main/combine`, init))
  assert.ok(answer.status >= 400)
  assert.deepEqual(logged, [])
})

test('a member that stands twice is refused, since others on the way may have read the other one', async () => {
  const bench = await openHttpBench()
  const { body: order } = await bench.place('visit-1')
  const close = (body: string) =>
    bench.call('POST', `/v1/orders/${order.id}/close?wait_ms=0`, { key: 'east-operate', body })
  for (const body of [
    '{"reason":"a","reason":"b"}',
    '{"reason":"a","\\u0072eason":"b"}',
    '{"owed":"keep", "reason":"x\\"}", "owed":"give_up"}',
  ]) {
    const { status, body: answer } = await close(body)
    assert.deepEqual([status, answer.code], [400, 'malformed_json'], body)
  }
  assert.equal((await close('{"reason":"\\"reason\\":1, {\\"owed\\":1,\\"owed\\":2}"}')).status, 200)
})

test('names are told from texts however JSON is written', () => {
  const json = fc.json({ maxDepth: 4, stringUnit: 'binary' })
  fc.assert(fc.property(json, (text) => hasNameTwice(JSON.stringify(JSON.parse(text))) === false))
  const named = fc.tuple(fc.string({ unit: 'binary' }), fc.jsonValue(), fc.jsonValue())
  fc.assert(
    fc.property(named, ([name, one, other]) => {
      const member = (value: unknown) => `${JSON.stringify(name)}:${JSON.stringify(value)}`
      return hasNameTwice(`[0,{"a\\\\":[{}],${member(one)} ,\n${member(other)}}]`)
    }),
  )
})
