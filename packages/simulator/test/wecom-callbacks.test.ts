import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callback, check, notifications, operations } from '@chadan/protocol'
import { openSimulator } from '../src/index.ts'
import { openWecomBench } from './wecom-bench.ts'

const plainUrl = 'https://shop.example.cn/wecom'

test('an address proves itself by answering the plain echostr', async () => {
  const bench = await openWecomBench()
  const [proof] = bench.sim.notices
  assert.deepEqual([proof?.notification, proof?.state], ['wecom.callbackCheck', 'accepted'])
})

test('an address that answers something else has not proven itself', async () => {
  const sim = await openSimulator({ fetch: async () => new Response('"123"') })
  const { corpid } = sim.credentials.wecom
  const details = { url: plainUrl }
  await sim.act(corpid, { action: 'event', name: 'callback:configure', details })
  await sim.advance(0)
  assert.deepEqual(
    [sim.notices[0]?.state, sim.notices[0]?.problem],
    ['givenUp', 'did not answer the plain echostr'],
  )
})

for (const [format, url] of [
  ['xml', plainUrl],
  ['json', `${plainUrl}?callback_format=json`],
] as const) {
  test(`a payment is told in ${format}, with every declared field`, async () => {
    const bench = await openWecomBench({}, url)
    const order = await bench.place()
    await bench.sim.pay(order.prepayId)
    await bench.sim.advance(0)
    assert.equal(bench.told.length, 1)
    assert.equal(bench.told[0]?.format, format)
    const { fields, rules } = notifications.wecom.paid.resource
    assert.deepEqual(check(fields, rules, bench.told[0]?.resource), [])
    assert.deepEqual(Object.keys(bench.told[0]?.resource).sort(), Object.keys(fields).sort())
  })
}

test('a refund is told with every declared field', async () => {
  const bench = await openWecomBench()
  const { mchid, appid, out_trade_no, prepayId } = await bench.place()
  await bench.sim.pay(prepayId)
  await bench.call(operations.wecom.refund, {
    mchid,
    appid,
    out_trade_no,
    out_refund_no: 'R1',
    amount: { refund: 12800, total: 12800, currency: 'CNY' },
  })
  await bench.sim.advance(10_000)
  const { fields, rules } = notifications.wecom.refunded.resource
  assert.deepEqual(check(fields, rules, bench.told[1]?.resource), [])
  assert.deepEqual(Object.keys(bench.told[1]?.resource).sort(), Object.keys(fields).sort())
})

test('a notice that is not acknowledged comes three times in all, with the same id', async () => {
  const bench = await openWecomBench()
  const order = await bench.place()
  bench.status = 500
  await bench.sim.pay(order.prepayId)
  await bench.sim.advance(60_000)
  assert.equal(bench.told.length, 3)
  assert.equal(new Set(bench.told.map((one) => one.id)).size, 1)
  assert.equal(bench.sim.notices.at(-1)?.state, 'givenUp')
})

test('any 200 acknowledges a notice', async () => {
  const bench = await openWecomBench()
  const order = await bench.place()
  await bench.sim.pay(order.prepayId)
  await bench.sim.advance(60_000)
  assert.equal(bench.told.length, 1)
  assert.equal(bench.sim.notices.at(-1)?.state, 'accepted')
})

for (const [fault, refused] of [
  ['wrongSignature', 'signature'],
  ['probe', 'signature'],
  ['corrupted', 'signature'],
  ['staleClock', 'clock'],
] as const) {
  test(`a notice under the fault ${fault} is refused at ${refused}, and its repetition is good`, async () => {
    const bench = await openWecomBench()
    const order = await bench.place()
    bench.sim.faults.next('wecom.paid', fault)
    await bench.sim.pay(order.prepayId)
    await bench.sim.advance(0)
    assert.deepEqual(bench.refusedChecks, [refused])
    assert.equal(bench.told.length, 1)
  })
}

test('a notice may come twice', async () => {
  const bench = await openWecomBench()
  const order = await bench.place()
  bench.sim.faults.next('wecom.paid', 'duplicate')
  await bench.sim.pay(order.prepayId)
  await bench.sim.advance(0)
  assert.equal(bench.told.length, 2)
  assert.equal(bench.told[0]?.id, bench.told[1]?.id)
})

test('the inner layer can have a key of its own', async () => {
  const bodies: { body: string; search: URLSearchParams }[] = []
  const sim = await openSimulator({
    switches: { wecom: { innerKey: 'payNotifyKey' } },
    fetch: async (request) => {
      bodies.push({ body: await request.text(), search: new URL(request.url).searchParams })
      return new Response('success')
    },
  })
  const given = sim.credentials.wecom
  const corp = sim.world.merchants.get(given.corpid)
  assert.ok(corp)
  const payNotifyKey = 'k'.repeat(32)
  Object.assign(corp.extra, { payNotifyKey, callbackUrl: plainUrl })
  sim.world.notify({
    notification: notifications.wecom.paid,
    url: plainUrl,
    to: given.corpid,
    resource: { trade_state: 'SUCCESS' },
  })
  await sim.advance(0)
  const [heard] = bodies
  assert.ok(heard)
  const opened = callback.openCallback({
    body: heard.body,
    query: {
      msg_signature: heard.search.get('msg_signature') ?? '',
      timestamp: heard.search.get('timestamp') ?? '',
      nonce: heard.search.get('nonce') ?? '',
    },
    receiver: {
      token: given.token,
      key: callback.readEncodingAesKey(given.encodingAesKey),
      receiveId: given.corpid,
      nowMs: sim.clock.now(),
    },
  })
  const { resource } = callback.readNotice(opened.message)
  const open = (key: callback.CallbackKey) => callback.openInner(resource, key)
  assert.equal(open(callback.readInnerKey(payNotifyKey)), '{"trade_state":"SUCCESS"}')
  assert.throws(() => open(callback.readEncodingAesKey(given.encodingAesKey)), callback.CallbackError)
})
