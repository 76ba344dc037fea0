import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OperationShape } from '@chadan/protocol'
import { type CombineBench, combine, initiator, openCombineBench, orchard, tea } from './combine-bench.ts'
import { type Answered, seal } from './support.ts'

type Provoking = (bench: CombineBench) => Promise<Answered>
const number = 'CT20260317A00042'

const create: Provoking = (bench) => bench.call(combine.createJsapi, { body: bench.direct() })
const query: Provoking = (bench) => bench.query(number)

test('the other ways of placing meet the same checks', async () => {
  const others = [combine.createApp, combine.createH5, combine.createNative, combine.createMiniprogram]
  for (const operation of others) {
    assert.deepEqual(operation.errors, combine.createJsapi.errors)
    const bench = await openCombineBench()
    const individual = operation === combine.createMiniprogram
    const scene_info = {
      device_id: 'WEB-HZ-0001',
      payer_client_ip: '203.0.113.24',
      ...(operation === combine.createH5 && { h5_info: { type: 'Wap' } }),
    }
    const body = bench.provided(number, { scene_info })
    const subs = body.sub_orders.map(({ sub_mchid, ...sub }) =>
      individual ? { ...sub, individual_auth_id: 'i' } : { ...sub, sub_mchid },
    )
    const answer = async (more: Record<string, unknown>) =>
      (await bench.call(operation, { body: { ...body, sub_orders: subs, ...more } })).body.code
    assert.equal(await answer({ combine_mchid: tea }), 'INVALID_REQUEST')
    assert.equal(await answer({ combine_appid: 'wx0000000000000000' }), 'APPID_MCHID_NOT_MATCH')
    assert.equal(await answer({}), undefined)
    assert.equal(await answer({ notify_url: 'https://b.example.cn/n' }), 'OUT_TRADE_NO_USED')
  }
})

test('refusals carry the internal number of their reason', async () => {
  const bench = await openCombineBench()
  const numberOf = (answer: Answered) => Number(answer.headers.get('request-id')?.split('-').at(-1))
  const body = bench.direct()
  assert.equal(numberOf(await bench.query(number)), 268512771)
  assert.equal(numberOf(await bench.call(combine.createJsapi, { body })), 0)
  assert.equal(numberOf(await bench.call(combine.createJsapi, { body: { ...body, extra: 1 } })), 270924358)
  const dearer = body.sub_orders.map((sub) => ({ ...sub, amount: { total_amount: 1, currency: 'CNY' } }))
  assert.equal(
    numberOf(await bench.call(combine.createJsapi, { body: { ...body, sub_orders: dearer } })),
    268498688,
  )
  await bench.sim.pay(number)
  assert.equal(numberOf(await bench.call(combine.createJsapi, { body })), 268498689)
  assert.equal(numberOf(await bench.close(body)), 268449538)
})

test('a paid number is in use in the older profile and paid in the newer one', async () => {
  for (const [profile, expected] of [
    ['seed', '403 OUT_TRADE_NO_USED'],
    ['modern', '400 ORDER_PAID'],
  ] as const) {
    const bench = await openCombineBench({ switches: { combine: { profile } } })
    await bench.paid(bench.direct())
    const answer = await create(bench)
    assert.equal(`${answer.status} ${answer.body.code}`, expected)
  }
})

test('another way of placing, other settlement and a number of another order are refused', async () => {
  const bench = await openCombineBench()
  const body = bench.direct()
  await bench.place(body)
  const code = async (operation: OperationShape, given: unknown) =>
    (await bench.call(operation, { body: given })).body
  assert.equal((await code(combine.createNative, body)).code, 'OUT_TRADE_NO_USED')
  const frozen = body.sub_orders.map((sub) => ({ ...sub, settle_info: { profit_sharing: true } }))
  assert.deepEqual(await code(combine.createJsapi, { ...body, sub_orders: frozen }), {
    code: 'OUT_TRADE_NO_USED',
    message: '重复下单的结算信息不一致',
  })
  const other = { ...bench.direct('CT2'), sub_orders: body.sub_orders }
  assert.equal((await code(combine.createJsapi, other)).code, 'OUT_TRADE_NO_USED')
})

test('provider’s orders name a sub-merchant everywhere, and never the provider itself', async () => {
  const bench = await openCombineBench()
  const body = bench.provided()
  const [first, second] = body.sub_orders
  const code = async (subs: unknown) =>
    (await bench.call(combine.createJsapi, { body: { ...body, sub_orders: subs } })).body.code
  const { sub_mchid: _, ...without } = second as Record<string, unknown>
  assert.equal(await code([first, without]), 'PARAM_ERROR')
  assert.equal(await code([first, { ...second, sub_mchid: initiator }]), 'INVALID_REQUEST')
  assert.equal(await code([first, { ...second, sub_mchid: tea }]), 'RULELIMIT')
  const disabled = bench.sim.world.merchants.get(orchard)
  if (disabled) disabled.disabled = true
  assert.equal(await code([first, second]), 'NOAUTH')
})

test('identities other than the identity card are refused', async () => {
  const bench = await openCombineBench()
  const { openid, publicKeyId } = bench.sim.credentials.apiv3
  const identity = { type: 'TAIWAN_RESIDENT', number: seal(bench.sim, '1'), name: seal(bench.sim, '张三') }
  const answer = await bench.call(combine.createJsapi, {
    body: bench.direct(number, { combine_payer_info: { openid, identity } }),
    headers: { 'wechatpay-serial': publicKeyId },
  })
  assert.equal(answer.body.code, 'PARAM_ERROR')
})

test('newer servers call a foreign openid a wrong parameter', async () => {
  const bench = await openCombineBench({ switches: { combine: { profile: 'modern' } } })
  const answer = await bench.call(combine.createJsapi, {
    body: bench.direct(number, { combine_payer_info: { openid: 'oNobody' } }),
  })
  assert.equal(`${answer.status} ${answer.body.code}`, '400 PARAM_ERROR')
})

test('a sub_openid needs a sub_appid, and is known under it', async () => {
  const bench = await openCombineBench()
  const { subOpenid, subAppid } = bench.sim.credentials.apiv3
  const body = bench.provided(number, { combine_payer_info: { sub_openid: subOpenid } })
  assert.equal((await bench.call(combine.createJsapi, { body })).body.code, 'PARAM_ERROR')
  const sub_orders = body.sub_orders.map((sub) => ({ ...sub, sub_appid: subAppid }))
  const stranger = { ...body, sub_orders, combine_payer_info: { sub_openid: 'oNobody' } }
  assert.equal((await bench.call(combine.createJsapi, { body: stranger })).body.code, 'OPENID_MISMATCH')
  assert.equal((await bench.call(combine.createJsapi, { body: { ...body, sub_orders } })).status, 200)
})

test('an answer lost after the order was stored leaves the order', async () => {
  const bench = await openCombineBench()
  bench.sim.faults.next('combine.createJsapi', 'systemErrorAfter')
  assert.equal((await create(bench)).status, 500)
  assert.equal((await query(bench)).status, 200)
})
