import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type OperationShape, operations, token } from '@chadan/protocol'
import { openSimulator } from '../src/index.ts'
import { openWecomBench, orderOf, type WecomBench } from './wecom-bench.ts'

const { wecom } = operations
const minute = 60_000
const hour = 60 * minute

const ask = async (bench: WecomBench, query: Record<string, string>) =>
  (await bench.call(wecom.getToken, query)).body

function corp(bench: WecomBench) {
  const merchant = bench.sim.world.merchants.get(bench.sim.credentials.wecom.corpid)
  assert.ok(merchant)
  return merchant
}

const unknownOrder = (bench: WecomBench) => ({
  mchid: bench.sim.credentials.wecom.mchid,
  out_trade_no: 'WC_UNKNOWN',
})

test('a token call tells a wrong corp, a missing secret and a wrong secret apart', async () => {
  const bench = await openWecomBench()
  const { corpid, corpsecret } = bench.sim.credentials.wecom
  assert.equal((await ask(bench, { corpid: 'ww0', corpsecret })).errcode, 40013)
  assert.equal((await ask(bench, { corpid: bench.sim.credentials.apiv3.mchid, corpsecret })).errcode, 40013)
  assert.equal((await ask(bench, { corpid })).errcode, 41004)
  assert.equal((await ask(bench, { corpid, corpsecret: 'x'.repeat(43) })).errcode, 40001)
  assert.equal((await ask(bench, { corpid, corpsecret: 'short' })).errcode, 40091)
  const { errcode, access_token, expires_in } = await ask(bench, { corpid, corpsecret })
  assert.deepEqual([errcode, access_token.length, expires_in], [0, 86, 7200])
})

test('a repeated token call answers the same token with what is left of its life', async () => {
  const bench = await openWecomBench()
  const { corpid, corpsecret } = bench.sim.credentials.wecom
  const first = await ask(bench, { corpid, corpsecret })
  await bench.sim.advance(hour)
  const second = await ask(bench, { corpid, corpsecret })
  assert.deepEqual([second.access_token, second.expires_in], [first.access_token, 3600])
  await bench.sim.advance(hour)
  const third = await ask(bench, { corpid, corpsecret })
  assert.notEqual(third.access_token, first.access_token)
  assert.equal(await bench.code(wecom.getOrder, unknownOrder(bench), { token: first.access_token }), '42001')
})

test('a fresh token for every call can be switched on', async () => {
  const bench = await openWecomBench({ switches: { wecom: { sameTokenWhileValid: false } } })
  const first = await bench.accessToken()
  assert.notEqual(await bench.accessToken(), first)
  assert.equal(await bench.code(wecom.getOrder, unknownOrder(bench), { token: first }), '720501')
})

test('a call is refused without a token, with a made-up one, a voided one and a dead one', async () => {
  const bench = await openWecomBench()
  const { corpid } = bench.sim.credentials.wecom
  const code = (given: string) => bench.code(wecom.getOrder, unknownOrder(bench), { token: given })
  const own = await bench.accessToken()
  assert.equal(await code(''), '41001')
  assert.equal(await code('made-up'), '40014')
  assert.equal(await code(own), '720501')
  assert.equal(bench.sim.expireTokens(), 1)
  assert.equal(await code(own), '42001')
  const next = await bench.accessToken()
  await bench.sim.act(corpid, { action: 'event', name: 'tokens:revoke' })
  assert.equal(await code(next), '40014')
})

test('an app may be off, missing from the list, or called from an address nobody trusts', async () => {
  const bench = await openWecomBench()
  const { corpid, corpsecret } = bench.sim.credentials.wecom
  const code = (address?: string) =>
    bench.code(wecom.getOrder, unknownOrder(bench), address ? { address } : {})
  await bench.accessToken()
  const set = (changes: object) => {
    corp(bench).extra.apps = [{ agentid: '1000002', corpsecret, ...changes }]
  }
  set({ trustedIps: ['203.0.113.9'] })
  assert.equal(await code(), '60020')
  assert.equal(await code('203.0.113.9, 10.0.0.1'), '720501')
  set({ unlisted: true })
  assert.equal(await code(), '48002')
  set({ disabled: true })
  assert.equal(await code(), '50003')
  assert.equal((await ask(bench, { corpid, corpsecret })).errcode, 50003)
})

test('more calls in a minute than allowed block for a minute, in an hour for an hour', async () => {
  const bench = await openWecomBench({ switches: { wecom: { callsPerMinute: 2, callsPerHour: 4 } } })
  const code = () => bench.code(wecom.getOrder, unknownOrder(bench))
  assert.deepEqual([await code(), await code(), await code()], ['720501', '720501', '45009'])
  await bench.sim.advance(minute - 1)
  assert.equal(await code(), '45009')
  await bench.sim.advance(1)
  assert.equal(await code(), '45009')
  await bench.sim.advance(hour)
  assert.equal(await code(), '720501')
})

test('calls from one address are counted over all interfaces', async () => {
  const bench = await openWecomBench({ switches: { wecom: { addressCallsPerMinute: 1 } } })
  const { mchid } = bench.sim.credentials.wecom
  assert.equal(await bench.code(wecom.getOrder, unknownOrder(bench), { address: '203.0.113.1' }), '720501')
  const refund = { mchid, out_refund_no: 'R1' }
  assert.equal(await bench.code(wecom.getRefundDetail, refund, { address: '203.0.113.1' }), '45009')
  assert.equal(await bench.code(wecom.getRefundDetail, refund, { address: '203.0.113.2' }), '720501')
})

test('too many wrong secrets block token calls for an hour, with the right one as well', async () => {
  const bench = await openWecomBench({ switches: { wecom: { failedTokensPerHour: 2 } } })
  const { corpid, corpsecret } = bench.sim.credentials.wecom
  for (let count = 0; count < 3; count++) await ask(bench, { corpid, corpsecret: 'wrong' })
  assert.equal((await ask(bench, { corpid, corpsecret })).errcode, 45009)
  await bench.sim.advance(hour)
  assert.equal((await ask(bench, { corpid, corpsecret })).errcode, 0)
})

test('busy and crowded answers come from faults, before or after the work', async () => {
  const bench = await openWecomBench()
  const order = orderOf(bench.sim, 'WC000001')
  bench.sim.faults.next('wecom.createOrder', 'systemError')
  assert.equal(await bench.code(wecom.createOrder, order), '-1')
  assert.equal(await bench.code(wecom.getOrder, { mchid: order.mchid, out_trade_no: 'WC000001' }), '720501')
  bench.sim.faults.next('wecom.createOrder', 'systemErrorAfter')
  assert.equal(await bench.code(wecom.createOrder, order), '-1')
  assert.equal(await bench.code(wecom.getOrder, { mchid: order.mchid, out_trade_no: 'WC000001' }), '0')
  bench.sim.faults.next('wecom.getOrder', 'tooMany', { code: '45033' })
  assert.equal(await bench.code(wecom.getOrder, { mchid: order.mchid, out_trade_no: 'WC000001' }), '45033')
  bench.sim.faults.next('wecom.getOrder', 'truncated')
  const cut = await bench
    .call(wecom.getOrder, { mchid: order.mchid, out_trade_no: 'WC000001' })
    .catch(() => 'cut')
  assert.equal(cut, 'cut')
})

test('a world goes on from its snapshot with its tokens and orders', async () => {
  const bench = await openWecomBench()
  const order = await bench.place()
  const own = await bench.accessToken()
  const sim = await openSimulator({ snapshot: JSON.parse(JSON.stringify(bench.sim.snapshot())) })
  const answer = await sim.fetch(
    new Request(`https://qyapi.weixin.qq.com/cgi-bin/miniapppay/get_order?access_token=${own}`, {
      method: 'POST',
      body: JSON.stringify({ mchid: order.mchid, out_trade_no: order.out_trade_no }),
    }),
  )
  const judged = token.judgeJson({ status: answer.status, body: await answer.text() })
  assert.equal(judged.outcome === 'success' && judged.value.trade_state, 'NOTPAY')
})

// The numbers that no request or state of the simulator leads to, with the reason.
const onlyByFault = { '-1': 'the platform is busy', '45033': 'calls never overlap in a virtual world' }

test('every declared number can be provoked by a request, a state or a fault', async () => {
  const declared = new Set(
    Object.values(wecom as Record<string, OperationShape>).flatMap((one) =>
      one.errors.map(({ code }) => code),
    ),
  )
  const provoked = [
    ...['40001', '40013', '40091', '41004', '45009', '50003'],
    ...['40014', '41001', '42001', '48002', '60020', '301002'],
    ...['40035', '40058', '40063', '40073', '720501'],
    ...['40004', '40006', '40007', '40009', '44001'],
    ...Object.keys(onlyByFault),
  ]
  assert.deepEqual([...declared].sort(), provoked.sort())
})
