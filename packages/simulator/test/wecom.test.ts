import assert from 'node:assert/strict'
import { createPublicKey } from 'node:crypto'
import { test } from 'node:test'
import { apiv3, check, type OperationShape, operations } from '@chadan/protocol'
import { ActionRefused } from '../src/index.ts'
import { openWecomBench, orderOf, type WecomBench } from './wecom-bench.ts'

const { wecom } = operations
const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** The declaration's problems with an answer, but for the transaction_id that unpaid orders have not. */
function misfits(operation: OperationShape, body: Record<string, unknown>): string[] {
  assert.equal(operation.result.kind, 'group')
  const { errcode: _code, errmsg: _text, ...rest } = body
  return operation.result.kind === 'group'
    ? check(operation.result.fields, operation.result.rules, rest)
        .map((one) => `${one.at} ${one.rule}`)
        .filter((one) => one !== '/transaction_id length')
    : []
}

const state = async (bench: WecomBench, numbers: { mchid: string; out_trade_no: string }) =>
  (await bench.call(wecom.getOrder, { mchid: numbers.mchid, out_trade_no: numbers.out_trade_no })).body

test('an order is placed, paid with a coupon, told, queried and refunded in part', async () => {
  const bench = await openWecomBench()
  const order = await bench.place({
    detail: { goods_detail: [{ merchant_goods_id: 'TEA-2', quantity: 1, unit_price: 12800 }] },
  })
  const before = await state(bench, order)
  assert.deepEqual(misfits(wecom.getOrder, before), [])
  assert.equal(before.trade_state, 'NOTPAY')
  assert.equal(before.transaction_id, '')
  assert.deepEqual(before.amount, { total: 12800, currency: 'CNY' })
  assert.equal(before.attach, undefined)

  await bench.sim.pay(order.prepayId, { coupon: '90210044', bank: 'CMB_DEBIT' })
  await bench.sim.advance(0)
  const [notice] = bench.told
  assert.equal(notice?.event, 'TRANSACTION.SUCCESS')
  assert.equal(notice?.resource.out_trade_no, order.out_trade_no)
  assert.deepEqual(notice?.resource.amount, {
    payer_total: 12300,
    total: 12800,
    currency: 'CNY',
    payer_currency: 'CNY',
  })

  const paid = await state(bench, order)
  assert.deepEqual(misfits(wecom.getOrder, paid), [])
  assert.equal(paid.trade_state, 'SUCCESS')
  assert.equal(paid.bank_type, 'CMB_DEBIT')
  assert.equal(paid.attach, 'cart-5591')
  assert.deepEqual(paid.scene_info, { total: 'POS-02' })
  assert.equal(paid.promotion_detail[0].type, 'CASH')
  assert.equal(paid.promotion_detail[0].scope, 'SINGLE')
  assert.equal(paid.promotion_detail[0].goods_detail[0].goods_id, 'TEA-2')

  const asked = await bench.call(wecom.refund, refundOf(order, 'R1', 3200))
  assert.deepEqual(misfits(wecom.refund, asked.body), [])
  assert.deepEqual(asked.body.amount, {
    refund: 3200,
    payer_refund: 3075,
    discount_refund: 125,
    currency: 'CNY',
  })
  assert.equal(asked.body.promotion_detail[0].type, 'COUPON')
  assert.equal((await state(bench, order)).trade_state, 'REFUND')
  const detail = () => bench.call(wecom.getRefundDetail, { mchid: order.mchid, out_refund_no: 'R1' })
  assert.equal((await detail()).body.status, 'PROCESSING')
  await bench.sim.advance(2_000)
  const settled = (await detail()).body
  assert.deepEqual(misfits(wecom.getRefundDetail, settled), [])
  assert.equal(settled.status, 'SUCCESS')
  assert.equal(bench.told[1]?.event, 'REFUND.SUCCESS')
  assert.equal(bench.told[1]?.resource.refund_status, 'SUCCESS')
  assert.deepEqual(bench.told[1]?.resource.amount, {
    total: 12800,
    refund: 3200,
    payer_total: 12300,
    payer_refund: 3075,
  })
})

function refundOf(
  order: { mchid: string; appid: string; out_trade_no: string },
  number: string,
  refund: number,
) {
  const { mchid, appid, out_trade_no } = order
  return {
    mchid,
    appid,
    out_trade_no,
    out_refund_no: number,
    amount: { refund, total: 12800, currency: 'CNY' },
  }
}

test('partial refunds share the discount, and the last one takes what is left', async () => {
  const bench = await openWecomBench()
  const order = await bench.place()
  await bench.sim.pay(order.prepayId, { coupon: '90210043' })
  const discounts: number[] = []
  for (const [number, amount] of [
    ['R1', 3333],
    ['R2', 3333],
    ['R3', 6134],
  ] as const) {
    await bench.sim.advance(minute)
    const { body } = await bench.call(wecom.refund, refundOf(order, number, amount))
    assert.equal(body.errcode, 0)
    assert.equal(body.promotion_detail[0].type, 'DISCOUNT')
    assert.equal(body.promotion_detail[0].scope, 'GLOBAL')
    discounts.push(body.amount.discount_refund)
  }
  assert.deepEqual(discounts, [208, 208, 384])
  await bench.sim.advance(minute)
  assert.equal(await bench.code(wecom.refund, refundOf(order, 'R4', 1)), '40058')
})

test('a refund number pays out once, and another content under it is refused', async () => {
  const bench = await openWecomBench()
  const order = await bench.place()
  await bench.sim.pay(order.prepayId)
  const first = await bench.call(wecom.refund, refundOf(order, 'R1', 100))
  assert.equal(await bench.code(wecom.refund, refundOf(order, 'R1', 100)), '45009')
  await bench.sim.advance(minute)
  const again = await bench.call(wecom.refund, refundOf(order, 'R1', 100))
  assert.deepEqual(again.body, first.body)
  await bench.sim.advance(minute)
  assert.equal(await bench.code(wecom.refund, refundOf(order, 'R1', 101)), '40058')
  assert.equal(bench.sim.world.refunds.size, 1)
})

test('refunds are refused for the wrong total, app, state, age and balance', async () => {
  const bench = await openWecomBench()
  const order = await bench.place()
  const next = async (body: object) => {
    await bench.sim.advance(minute)
    return bench.code(wecom.refund, body)
  }
  assert.equal(await next(refundOf(order, 'R1', 1)), '40058')
  await bench.sim.pay(order.prepayId)
  assert.equal(
    await next({ ...refundOf(order, 'R1', 1), amount: { refund: 1, total: 12799, currency: 'CNY' } }),
    '40058',
  )
  assert.equal(await next({ ...refundOf(order, 'R1', 1), appid: 'wx0' }), '40058')
  const merchant = bench.sim.world.merchants.get(order.mchid)
  assert.ok(merchant)
  merchant.balanceMinor = 99
  assert.equal(await next(refundOf(order, 'R1', 100)), '40058')
  assert.equal(await next(refundOf(order, 'R1', 99)), '0')
  await bench.sim.advance(366 * day)
  assert.equal(await next(refundOf(order, 'R2', 1)), '40058')
})

test('an order takes at most fifty refunds', async () => {
  const bench = await openWecomBench()
  const order = await bench.place()
  await bench.sim.pay(order.prepayId)
  for (let count = 1; count <= 51; count++) {
    await bench.sim.advance(minute)
    assert.equal(await bench.code(wecom.refund, refundOf(order, `R${count}`, 1)), count <= 50 ? '0' : '40058')
  }
})

test('a refund that closes says CLOSE when queried and CLOSED when told, and frees its amount', async () => {
  const bench = await openWecomBench()
  const order = await bench.place()
  await bench.sim.pay(order.prepayId)
  await bench.call(wecom.refund, refundOf(order, 'R1', 12800))
  await bench.sim.act('R1', { action: 'event', name: 'refund:close' })
  await bench.sim.advance(minute)
  const { body } = await bench.call(wecom.getRefundDetail, { mchid: order.mchid, out_refund_no: 'R1' })
  assert.equal(body.status, 'CLOSE')
  assert.equal(body.success_time, undefined)
  assert.deepEqual(
    bench.told.map((one) => one.event),
    ['TRANSACTION.SUCCESS', 'REFUND.CLOSED'],
  )
  assert.equal(await bench.code(wecom.refund, refundOf(order, 'R2', 12800)), '0')
})

test('an abnormal refund is settled by hand, through every channel', async () => {
  const bench = await openWecomBench()
  const order = await bench.place()
  await bench.sim.pay(order.prepayId)
  const channels = ['ORIGINAL', 'BALANCE', 'OTHER_BALANCE', 'OTHER_BANKCARD']
  for (const channel of channels) {
    await bench.sim.advance(minute)
    await bench.call(wecom.refund, refundOf(order, channel, 100))
    await bench.sim.act(channel, { action: 'event', name: 'refund:abnormal' })
    const query = { mchid: order.mchid, out_refund_no: channel }
    assert.equal((await bench.call(wecom.getRefundDetail, query)).body.status, 'ABNORMAL')
    await bench.sim.act(channel, { action: 'event', name: 'refund:success', details: { channel } })
    const { body } = await bench.call(wecom.getRefundDetail, query)
    assert.deepEqual([body.status, body.channel], ['SUCCESS', channel])
    await assert.rejects(bench.sim.act(channel, { action: 'event', name: 'refund:close' }), ActionRefused)
  }
  await bench.sim.advance(0)
  assert.equal(bench.told.filter((one) => one.event === 'REFUND.ABNORMAL').length, 4)
})

test('the same order again answers the same prepay_id, and another content is refused', async () => {
  const bench = await openWecomBench()
  const order = orderOf(bench.sim, 'WC000001')
  const first = await bench.call(wecom.createOrder, order)
  const again = await bench.call(wecom.createOrder, { notify_url: 'https://x.cn', ...order })
  assert.equal(again.body.prepay_id, first.body.prepay_id)
  assert.equal(await bench.code(wecom.createOrder, { ...order, attach: 'other' }), '40058')
  await bench.sim.advance(2 * hour + 1)
  await assert.rejects(bench.sim.pay(first.body.prepay_id), ActionRefused)
  const later = await bench.call(wecom.createOrder, order)
  assert.notEqual(later.body.prepay_id, first.body.prepay_id)
  await bench.sim.pay(later.body.prepay_id)
  assert.equal(await bench.code(wecom.createOrder, order), '40058')
})

test('time_expire stops the payment and closes nothing; seven unpaid days close', async () => {
  const bench = await openWecomBench()
  const time_expire = bench.sim.world.time(bench.sim.clock.now() + hour)
  const order = await bench.place({ time_expire })
  assert.equal(bench.sim.checkout(order.prepayId)?.state, 'open')
  await bench.sim.advance(hour)
  assert.equal(bench.sim.checkout(order.prepayId)?.state, 'expired')
  await assert.rejects(bench.sim.pay(order.prepayId), ActionRefused)
  assert.equal((await state(bench, order)).trade_state, 'NOTPAY')
  await bench.sim.advance(7 * day)
  assert.equal((await state(bench, order)).trade_state, 'CLOSED')
})

test('closing waits five minutes, repeats on a closed order, and is refused on a paid one', async () => {
  const bench = await openWecomBench()
  const open = await bench.place()
  const close = ({ mchid, out_trade_no }: { mchid: string; out_trade_no: string }) =>
    bench.code(wecom.closeOrder, { mchid, out_trade_no })
  await bench.sim.advance(5 * minute - 1)
  assert.equal(await close(open), '40058')
  await bench.sim.advance(1)
  assert.equal(await close(open), '0')
  assert.equal(await close(open), '0')
  assert.equal((await state(bench, open)).trade_state, 'CLOSED')
  await assert.rejects(bench.sim.pay(open.prepayId), ActionRefused)
  const paid = await bench.place()
  await bench.sim.pay(paid.prepayId)
  await bench.sim.advance(5 * minute)
  assert.equal(await close(paid), '40058')
})

test('the five-minute rule can be switched off', async () => {
  const bench = await openWecomBench({ switches: { wecom: { fiveMinuteRule: false } } })
  const { mchid, out_trade_no } = await bench.place()
  assert.equal(await bench.code(wecom.closeOrder, { mchid, out_trade_no }), '0')
})

test('a payment can fail, be tried again, wait for its deduction, or not be made at all', async () => {
  const bench = await openWecomBench()
  const order = await bench.place()
  await bench.sim.act(order.prepayId, { action: 'fail' })
  assert.equal((await state(bench, order)).trade_state, 'PAYERROR')
  await bench.sim.act(order.prepayId, { action: 'cancel' })
  await bench.sim.act(order.prepayId, { action: 'event', name: 'payment:accept' })
  assert.equal((await state(bench, order)).trade_state, 'ACCEPT')
  await bench.sim.pay(order.prepayId)
  assert.equal((await state(bench, order)).trade_state, 'SUCCESS')
  await assert.rejects(bench.sim.pay(order.prepayId), ActionRefused)
})

// Values of enumerations that orders of this product never have.
test('states and trade types of payment codes, apps and web pages do not occur here', () => {
  const { trade_state, trade_type } = wecom.getOrder.result.fields
  const occurring = ['NOTPAY', 'PAYERROR', 'ACCEPT', 'SUCCESS', 'REFUND', 'CLOSED']
  assert.deepEqual(
    Object.keys(trade_state.values).filter((one) => !occurring.includes(one)),
    ['REVOKED', 'USERPAYING'],
  )
  assert.ok(Object.hasOwn(trade_type.values, 'JSAPI'))
})

test('a discount is not offered where the original price is another amount', async () => {
  const bench = await openWecomBench()
  const plain = await bench.place()
  assert.deepEqual(
    bench.sim.checkout(plain.prepayId)?.coupons.map((one) => one.id),
    ['90210043'],
  )
  const other = await bench.place({ detail: { cost_price: 12900 } })
  assert.deepEqual(bench.sim.checkout(other.prepayId)?.coupons, [])
  await assert.rejects(bench.sim.pay(other.prepayId, { coupon: '90210043' }), ActionRefused)
})

test('what does not exist is 720501, with the documented text and an empty promotion_detail', async () => {
  const bench = await openWecomBench()
  const { mchid } = bench.sim.credentials.wecom
  const query = { mchid, out_trade_no: 'WC20260318_999999' }
  const { body, outcome, status } = await bench.call(wecom.getOrder, query, { address: '203.0.113.9' })
  assert.equal(status, 200)
  assert.equal(outcome, 'not_found')
  assert.deepEqual(body.promotion_detail, [])
  assert.match(
    body.errmsg,
    /^out_trade_no\[WC20260318_999999\] not exists under mchid\[1640012345\], hint: \[\d{25}\], from ip: 203\.0\.113\.9, more info at https:\/\/open\.work\.weixin\.qq\.com\/devtool\/query\?e=720501$/,
  )
  assert.equal(await bench.code(wecom.closeOrder, query), '720501')
  assert.equal(await bench.code(wecom.refund, { ...refundOf({ ...query, appid: 'wx1' }, 'R1', 1) }), '720501')
  assert.equal(await bench.code(wecom.getRefundDetail, { mchid, out_refund_no: 'R1' }), '720501')
})

test('the payment signature is over the four lines of a mini program', async () => {
  const bench = await openWecomBench()
  const order = await bench.place()
  const body = { appid: order.appid, prepay_id: order.prepayId, nonce: 'r8Kd2Lm5', timestamp: 1773818310 }
  const signed = (await bench.call(wecom.getSign, body)).body
  assert.deepEqual(misfits(wecom.getSign, signed), [])
  const text = `${order.appid}\n1773818310\nr8Kd2Lm5\nprepay_id=${order.prepayId}\n`
  const key = createPublicKey(bench.sim.credentials.apiv3.platformCertificate)
  assert.ok(apiv3.verifyText(Buffer.from(text), signed.pay_sign, key))
  assert.equal(await bench.code(wecom.getSign, { ...body, appid: 'wx0' }), '40058')
  assert.equal(await bench.code(wecom.getSign, { ...body, prepay_id: 'wx0' }), '40058')
  assert.equal(await bench.code(wecom.getSign, { ...body, nonce: 'a-b' }), '40058')
  assert.equal(await bench.code(wecom.getSign, { ...body, timestamp: '1' }), '40035')
  await bench.sim.advance(2 * hour + 1)
  assert.equal(await bench.code(wecom.getSign, body), '40058')
})

test('orders are refused for empty, wrong and impossible parameters', async () => {
  const bench = await openWecomBench()
  const order = orderOf(bench.sim, 'WC000001')
  const { store_info: _store, ...scene } = order.scene_info
  const refused: [string, object][] = [
    ['40063', { description: '' }],
    ['40063', { description: undefined }],
    ['40063', { scene_info: scene }],
    ['40035', { description: 5 }],
    ['40058', { out_trade_no: 'WC' }],
    ['40058', { amount: { total: 0, currency: 'CNY' } }],
    ['40058', { appid: 'wx0' }],
    ['40058', { time_expire: '2026-03-17T09:59:59+08:00' }],
    ['40073', { payer: { openid: 'oNobody' } }],
    ['301002', { mchid: '1640099999' }],
  ]
  for (const [code, changes] of refused)
    assert.equal(await bench.code(wecom.createOrder, { ...order, ...changes }), code, JSON.stringify(changes))
  assert.equal(await bench.code(wecom.createOrder, undefined, { raw: '[' }), '40035')
  assert.equal(await bench.code(wecom.createOrder, undefined, { raw: '[]' }), '40035')
  assert.equal(await bench.code(wecom.createOrder, { ...order, description: '奶茶🧋' }), '0')
})

test('a merchant that can no longer receive takes no orders', async () => {
  const bench = await openWecomBench()
  const { mchid } = bench.sim.credentials.wecom
  bench.sim.changeMerchant(mchid, { disabled: true })
  assert.equal(await bench.code(wecom.createOrder, orderOf(bench.sim, 'WC000001')), '40058')
})

test('the page of the payer shows the order and pays it with the coupon chosen', async () => {
  const bench = await openWecomBench()
  const order = await bench.place()
  const url = bench.sim.world.payUrl(order.prepayId)
  const page = await (await bench.sim.fetch(new Request(url))).text()
  for (const shown of ['示例企业的小店', '下午茶套餐', '128.00', '全场立减8元'])
    assert.ok(page.includes(shown), shown)
  const body = new URLSearchParams({ action: 'pay', coupon: '90210043' })
  assert.equal((await bench.sim.fetch(new Request(url, { method: 'POST', body }))).status, 303)
  assert.equal((await state(bench, order)).amount.payer_total, 12000)
})

test('a store can be made optional', async () => {
  const bench = await openWecomBench({ switches: { wecom: { storeInfo: 'optional' } } })
  assert.match((await bench.place({ scene_info: { payer_client_ip: '::1' } })).prepayId, /^wx/)
})

test('refunds have a limit a second over all orders, and the number of refusals can be another', async () => {
  const requestsPerSecond = { 'wecom.refund': 1 }
  const bench = await openWecomBench({ switches: { requestsPerSecond, wecom: { refusalCode: 60001 } } })
  const [first, second] = [await bench.place(), await bench.place()]
  assert.equal(await bench.code(wecom.refund, refundOf(first, 'R1', 1)), '60001')
  assert.equal(await bench.code(wecom.refund, refundOf(second, 'R1', 1)), '45009')
  await bench.sim.advance(1000)
  assert.equal(await bench.code(wecom.refund, refundOf(second, 'R1', 1)), '60001')
})

test('the newest orders are listed first', async () => {
  const bench = await openWecomBench()
  const [first, second] = [await bench.place(), await bench.place()]
  const listed = bench.sim.recent(1).filter((one) => one.product === 'wecom')
  assert.deepEqual(
    listed.map((one) => one.number),
    [second.out_trade_no],
  )
  assert.equal(bench.sim.checkout(first.out_trade_no)?.amount.minor, 12800)
})

test('a refund may bear the number of its order', async () => {
  const bench = await openWecomBench()
  const order = await bench.place()
  await bench.sim.pay(order.prepayId)
  assert.equal(await bench.code(wecom.refund, refundOf(order, order.out_trade_no, 1)), '0')
  const detail = { mchid: order.mchid, out_refund_no: order.out_trade_no }
  const { refund_id } = (await bench.call(wecom.getRefundDetail, detail)).body
  await bench.sim.act(refund_id, { action: 'event', name: 'refund:abnormal' })
  assert.equal((await bench.call(wecom.getRefundDetail, detail)).body.status, 'ABNORMAL')
})

for (const [outcome, status, channel] of [
  ['balance', 'SUCCESS', 'BALANCE'],
  ['otherBalance', 'SUCCESS', 'OTHER_BALANCE'],
  ['abnormal', 'ABNORMAL', 'ORIGINAL'],
  ['closed', 'CLOSE', 'ORIGINAL'],
  ['stuck', 'PROCESSING', 'ORIGINAL'],
] as const) {
  test(`a refund of which ${outcome} was decided beforehand ends as ${status} through ${channel}`, async () => {
    const bench = await openWecomBench()
    const order = await bench.place()
    await bench.sim.pay(order.prepayId)
    const key = `refunds/${order.out_trade_no}`
    await bench.sim.act(key, { action: 'event', name: `refund:${outcome}` })
    await bench.call(wecom.refund, refundOf(order, 'R1', 100))
    await bench.sim.advance(10_000)
    const detail = { mchid: order.mchid, out_refund_no: 'R1' }
    const { body } = await bench.call(wecom.getRefundDetail, detail)
    assert.deepEqual([body.status, body.channel], [status, channel])
  })
}

test('a refund to an account that is closed is refused', async () => {
  const bench = await openWecomBench()
  const order = await bench.place()
  await bench.sim.pay(order.prepayId)
  const event = { action: 'event', name: 'refund:userAccountAbnormal' } as const
  await bench.sim.act(`refunds/${order.out_trade_no}`, event)
  assert.equal(await bench.code(wecom.refund, refundOf(order, 'R1', 100)), '40058')
})
