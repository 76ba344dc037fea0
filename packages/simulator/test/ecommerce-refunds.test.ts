import assert from 'node:assert/strict'
import { test } from 'node:test'
import { check, notifications, operations } from '@chadan/protocol'
import type { SimulatorOptions } from '../src/index.ts'
import { type CombineBench, combine, freight, initiator, openCombineBench, orchard } from './combine-bench.ts'
import { seal } from './support.ts'

const { ecommerceRefunds } = operations
const day = 24 * 3600_000
const order = 'CT20260317B00007'
const refundUrl = 'https://shop.example.cn/ec-refund'
const query = { sub_mchid: orchard }
const advance = { refund_account: 'REFUND_SOURCE_PARTNER_ADVANCE' }

const apply = (bench: CombineBench, more: Record<string, unknown> = {}) =>
  bench.call(ecommerceRefunds.create, {
    body: {
      sub_mchid: orchard,
      sp_appid: bench.sim.credentials.apiv3.appid,
      out_trade_no: `${order}_sub1`,
      out_refund_no: 'RF0001',
      amount: { refund: 5000, total: 20000, currency: 'CNY' },
      notify_url: refundUrl,
      ...more,
    },
  })
const find = (bench: CombineBench, asked: Record<string, unknown> = query, number = 'RF0001') =>
  bench.call(ecommerceRefunds.findByOutRefundNo, { path: { out_refund_no: number }, query: asked })
const giveBack = (bench: CombineBench, refundId: string) =>
  bench.call(ecommerceRefunds.returnAdvance, { path: { refund_id: refundId }, body: query })
const askReturn = (bench: CombineBench, refundId: string) =>
  bench.call(ecommerceRefunds.findReturnAdvance, { path: { refund_id: refundId }, query })

async function paidBench(options: SimulatorOptions = {}): Promise<CombineBench> {
  const bench = await openCombineBench(options)
  await bench.paid(bench.provided(order))
  await bench.sim.advance(0)
  bench.heard.splice(0)
  return bench
}

test('a platform refunds a sub-order, finds it by both numbers and is told', async () => {
  const bench = await paidBench()
  const accepted = await apply(bench, { funds_account: 'AVAILABLE' })
  assert.equal(accepted.status, 200)
  const { refund_id } = accepted.body
  assert.deepEqual(accepted.body, {
    refund_id,
    out_refund_no: 'RF0001',
    create_time: '2026-03-17T10:00:00+08:00',
    amount: { refund: 5000, payer_refund: 5000, discount_refund: 0, currency: 'CNY', advance: 0 },
    refund_account: 'REFUND_SOURCE_SUB_MERCHANT',
  })
  await bench.sim.advance(2000)
  const byNumber = await find(bench)
  const byId = await bench.call(ecommerceRefunds.findById, { path: { refund_id }, query })
  assert.deepEqual(byNumber.body, byId.body)
  const { fields, rules } = ecommerceRefunds.findById.result
  assert.deepEqual(check(fields, rules, byId.body), [])
  assert.equal(byId.body.status, 'SUCCESS')
  assert.equal(byId.body.funds_account, 'AVAILABLE')
  assert.match(byId.body.transaction_id, /^4200/)

  const notice = bench.open(bench.heard[0] as never)
  assert.deepEqual(notice.resource, {
    sp_mchid: initiator,
    sub_mchid: orchard,
    transaction_id: byId.body.transaction_id,
    out_trade_no: `${order}_sub1`,
    refund_id,
    out_refund_no: 'RF0001',
    refund_status: 'SUCCESS',
    success_time: '2026-03-17T10:00:02+08:00',
    user_received_account: '支付用户零钱',
    amount: { total: 20000, refund: 5000, payer_total: 20000, payer_refund: 5000 },
    refund_account: 'REFUND_SOURCE_SUB_MERCHANT',
  })
  const { resource } = notifications.refunds.succeeded
  assert.deepEqual(check(resource.fields, resource.rules, notice.resource), [])
})

test('refunds of the two interfaces do not show themselves to each other, and share their numbers', async () => {
  const bench = await paidBench()
  await apply(bench)
  const path = { out_refund_no: 'RF0001' }
  assert.equal((await bench.call(operations.refunds.find, { path, query })).body.code, 'RESOURCE_NOT_EXISTS')
  const body = {
    ...query,
    out_trade_no: `${order}_sub1`,
    out_refund_no: 'RF0001',
    amount: { refund: 5000, total: 20000, currency: 'CNY' },
  }
  assert.equal((await bench.call(operations.refunds.create, { body })).body.code, 'INVALID_REQUEST')
})

test('coupons come back without their goods', async () => {
  const bench = await openCombineBench()
  const body = bench.provided(order)
  const tagged = { ...body, sub_orders: body.sub_orders.map((sub) => ({ ...sub, goods_tag: 'SPRING26' })) }
  await bench.paid(tagged, { coupon: '3417860025501' })
  const { promotion_detail, amount } = (await apply(bench, { amount: { refund: 20000, total: 20000 } })).body
  assert.deepEqual([amount.payer_refund, amount.discount_refund], [19500, 500])
  assert.deepEqual(promotion_detail, [
    { promotion_id: '3417860025501', scope: 'SINGLE', type: 'CASH', amount: 500, refund_amount: 500 },
  ])
})

test('an advance is paid by the platform and returned by the sub-merchant', async () => {
  const bench = await paidBench()
  const [platform, seller] = [initiator, orchard].map((mchid) => bench.sim.world.merchants.get(mchid))
  assert.ok(platform && seller)
  Object.assign(platform, { balanceMinor: 5000 })
  Object.assign(seller, { balanceMinor: 0 })
  assert.equal((await apply(bench, { out_refund_no: 'RF0000' })).body.code, 'NOT_ENOUGH')
  const { refund_id, amount } = (await apply(bench, advance)).body
  assert.equal(amount.advance, 5000)
  assert.equal(platform.balanceMinor, 0)

  assert.equal((await giveBack(bench, refund_id)).body.code, 'INVALID_REQUEST')
  await bench.sim.advance(2000)
  assert.equal((await askReturn(bench, refund_id)).body.code, 'RESOURCE_NOT_EXISTS')
  const waiting = await giveBack(bench, refund_id)
  assert.equal(waiting.body.result, 'PROCESSING')
  assert.equal(waiting.body.success_time, undefined)

  seller.balanceMinor = 8000
  await bench.sim.advance(day)
  const returned = await askReturn(bench, refund_id)
  assert.deepEqual(returned.body, {
    refund_id,
    advance_return_id: waiting.body.advance_return_id,
    return_amount: 5000,
    payer_mchid: orchard,
    payer_account: 'BASIC',
    payee_mchid: initiator,
    payee_account: 'OPERATION',
    result: 'SUCCESS',
    success_time: '2026-03-18T10:00:02+08:00',
  })
  assert.deepEqual([platform.balanceMinor, seller.balanceMinor], [5000, 3000])
  assert.deepEqual((await giveBack(bench, refund_id)).body, returned.body)
  assert.equal(seller.balanceMinor, 3000)
})

test('a return that finds no money for 90 days has failed', async () => {
  const bench = await paidBench()
  const { refund_id } = (await apply(bench, advance)).body
  await bench.sim.advance(2000)
  const seller = bench.sim.world.merchants.get(orchard)
  if (seller) seller.balanceMinor = 0
  await giveBack(bench, refund_id)
  await bench.sim.advance(90 * day - 1)
  assert.equal((await askReturn(bench, refund_id)).body.result, 'PROCESSING')
  await bench.sim.advance(1)
  assert.equal((await askReturn(bench, refund_id)).body.result, 'FAILED')
  if (seller) seller.balanceMinor = 5000
  assert.equal((await giveBack(bench, refund_id)).body.result, 'FAILED')
})

test('an abnormal refund is sent another way, with the answer of this interface', async () => {
  const bench = await paidBench()
  await bench.sim.act(`refunds/${order}_sub1`, { action: 'event', name: 'refund:abnormal' })
  const { refund_id } = (await apply(bench)).body
  await bench.sim.advance(2000)
  assert.equal((await find(bench)).body.status, 'ABNORMAL')
  const sent = await bench.call(ecommerceRefunds.applyAbnormal, {
    path: { refund_id },
    body: {
      sub_mchid: orchard,
      out_refund_no: 'RF0001',
      type: 'USER_BANK_CARD',
      bank_type: 'CMB_DEBIT',
      bank_account: seal(bench.sim, '6225880000000417'),
      real_name: seal(bench.sim, '张三'),
    },
    headers: { 'wechatpay-serial': bench.sim.credentials.apiv3.publicKeyId },
  })
  assert.equal(sent.status, 200)
  const { fields, rules } = ecommerceRefunds.applyAbnormal.result
  assert.deepEqual(check(fields, rules, sent.body), [])
  assert.deepEqual([sent.body.status, sent.body.user_received_account], ['PROCESSING', '招商银行借记卡0417'])
  await bench.sim.advance(2000)
  assert.equal((await find(bench)).body.status, 'SUCCESS')
})

test('an individual payee is refunded by both numbers of WeChat Pay', async () => {
  const bench = await openCombineBench({ switches: { combine: { profile: 'modern' } } })
  const { sub_orders, ...rest } = bench.provided('CT20260317C00003')
  const [{ sub_mchid: _, ...sub }] = sub_orders as [Record<string, unknown>]
  const body = { ...rest, sub_orders: [{ ...sub, individual_auth_id: '110001773' }] }
  await bench.sim.pay(await bench.place(body, combine.createMiniprogram))
  const paid = (await bench.query('CT20260317C00003')).body
  const application = {
    sub_mchid: undefined,
    individual_auth_id: '110001773',
    out_trade_no: undefined,
    transaction_id: paid.sub_orders[0].transaction_id,
    combine_transaction_id: paid.combine_transaction_id,
  }
  const wrong = await apply(bench, { ...application, combine_transaction_id: application.transaction_id })
  assert.equal(wrong.body.code, 'RESOURCE_NOT_EXISTS')
  assert.equal(
    (await apply(bench, { ...application, individual_auth_id: '2' })).body.code,
    'RESOURCE_NOT_EXISTS',
  )
  assert.equal((await apply(bench, application)).status, 200)
  await bench.sim.advance(2000)
  assert.equal((await find(bench, { individual_auth_id: '110001773' })).body.status, 'SUCCESS')
  assert.equal((await find(bench, query)).body.code, 'RESOURCE_NOT_EXISTS')
  const resource = bench.sim.notices.at(-1)?.resource
  assert.deepEqual([resource?.sp_mchid, resource?.individual_auth_id], [initiator, '110001773'])
})

test('prepaid money of a platform is answered as its operations account', async () => {
  const bench = await paidBench()
  await apply(bench, { funds_account: 'PREPAID' })
  assert.equal((await find(bench)).body.funds_account, 'OPERATION')
})

test('an appid of another platform is refused', async () => {
  const bench = await paidBench()
  assert.equal((await apply(bench, { sp_appid: 'wx0000000000000000' })).body.code, 'INVALID_REQUEST')
})

test('a sub-merchant that is not under the platform has no refunds here', async () => {
  const bench = await paidBench()
  await apply(bench)
  assert.equal((await find(bench, { sub_mchid: freight })).body.code, 'RESOURCE_NOT_EXISTS')
  const merchant = bench.sim.world.merchants.get(initiator)
  merchant?.subs.splice(0)
  assert.equal((await apply(bench, { out_refund_no: 'RF0002' })).body.code, 'NO_AUTH')
})
