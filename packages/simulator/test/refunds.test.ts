import assert from 'node:assert/strict'
import { test } from 'node:test'
import { check, notifications, operations } from '@chadan/protocol'
import { ActionRefused, openSimulator, type SimulatorOptions } from '../src/index.ts'
import { books, type CombineBench, initiator, openCombineBench, orchard, tea } from './combine-bench.ts'
import { type Parts, seal } from './support.ts'

const { refunds } = operations
const day = 24 * 3600_000
const refundUrl = 'https://shop.example.cn/refund'
const order = 'CT20260317A00042'
const prefunded = '3417860025501'
const unfunded = '3417860025502'

type Amount = { refund: number; total: number; from?: { account: string; amount: number }[] }

function application(amount: Amount, more: Record<string, unknown> = {}) {
  return {
    out_trade_no: `${order}_sub1`,
    out_refund_no: 'RF0001',
    notify_url: refundUrl,
    amount: { ...amount, currency: 'CNY' },
    ...more,
  }
}

/** The merchant of the first sub-order applies. */
const apply = (bench: CombineBench, amount: Amount, more: Record<string, unknown> = {}, parts: Parts = {}) =>
  bench.call(refunds.create, { body: application(amount, more), as: tea, ...parts })
const find = (bench: CombineBench, number = 'RF0001', parts: Parts = {}) =>
  bench.call(refunds.find, { path: { out_refund_no: number }, as: tea, ...parts })

async function paidBench(coupon?: string, options: SimulatorOptions = {}): Promise<CombineBench> {
  const bench = await openCombineBench(options)
  await bench.paid(bench.direct(order), { ...(coupon && { coupon }) })
  await bench.sim.advance(0)
  bench.heard.splice(0)
  return bench
}

/** How the refunds to come of the first sub-order end. */
const plan = (bench: CombineBench, name: string) =>
  bench.sim.act(`refunds/${order}_sub1`, { action: 'event', name })

test('a refund is accepted, shows the sub-order as REFUND, succeeds and is announced', async () => {
  const bench = await paidBench(prefunded)
  const [first] = (await bench.query(order)).body.sub_orders
  const goods = [
    {
      merchant_goods_id: 'LJ-GIFT-250',
      goods_name: '龙井礼盒',
      unit_price: 12800,
      refund_amount: 6400,
      refund_quantity: 1,
    },
  ]
  const accepted = await apply(
    bench,
    { refund: 6400, total: 12800 },
    { transaction_id: first.transaction_id, funds_account: 'AVAILABLE', goods_detail: goods },
  )
  assert.equal(accepted.status, 200)
  assert.ok(accepted.verified)
  const { refund_id } = accepted.body
  assert.match(refund_id, /^503\d{26}$/)
  const shown = {
    refund_id,
    out_refund_no: 'RF0001',
    transaction_id: first.transaction_id,
    out_trade_no: `${order}_sub1`,
    channel: 'ORIGINAL',
    user_received_account: '支付用户零钱',
    create_time: '2026-03-17T10:00:00+08:00',
    status: 'PROCESSING',
    funds_account: 'AVAILABLE',
    amount: {
      total: 12800,
      refund: 6400,
      payer_total: 12300,
      payer_refund: 6150,
      settlement_refund: 6400,
      settlement_total: 12800,
      discount_refund: 250,
      currency: 'CNY',
    },
    promotion_detail: [
      {
        promotion_id: prefunded,
        scope: 'SINGLE',
        type: 'CASH',
        amount: 500,
        refund_amount: 250,
        goods_detail: goods,
      },
    ],
  }
  assert.deepEqual(accepted.body, shown)
  const states = (await bench.query(order)).body.sub_orders.map(
    (sub: { trade_state: string }) => sub.trade_state,
  )
  assert.deepEqual(states, ['REFUND', 'SUCCESS'])

  await bench.sim.advance(2000)
  const found = await find(bench)
  assert.deepEqual(found.body, { ...shown, status: 'SUCCESS', success_time: '2026-03-17T10:00:02+08:00' })
  const { fields, rules } = refunds.find.result
  assert.deepEqual(check(fields, rules, found.body), [])

  assert.deepEqual(
    bench.heard.map(({ url }) => url),
    [refundUrl],
  )
  const notice = bench.open(bench.heard[0] as never)
  assert.equal(notice.event_type, 'REFUND.SUCCESS')
  assert.deepEqual(notice.resource, {
    mchid: tea,
    transaction_id: first.transaction_id,
    out_trade_no: `${order}_sub1`,
    refund_id,
    out_refund_no: 'RF0001',
    refund_status: 'SUCCESS',
    success_time: '2026-03-17T10:00:02+08:00',
    user_received_account: '支付用户零钱',
    amount: { total: 12800, refund: 6400, payer_total: 12300, payer_refund: 6150 },
  })
  const { resource } = notifications.refunds.succeeded
  assert.deepEqual(check(resource.fields, resource.rules, notice.resource), [])
})

test('the cash of several refunds rounds half up, and the last one takes what is left', async () => {
  const bench = await paidBench(prefunded)
  const parts = [6400, 1000, 5400]
  const cash: number[] = []
  for (const [index, refund] of parts.entries()) {
    const { body } = await apply(bench, { refund, total: 12800 }, { out_refund_no: `RF${index}` })
    cash.push(body.amount.payer_refund)
  }
  assert.deepEqual(cash, [6150, 961, 12300 - 6150 - 961])
})

test('a coupon that was not prefunded lowers the settlement', async () => {
  const bench = await paidBench(unfunded)
  const { body } = await apply(bench, { refund: 6400, total: 12800 })
  assert.equal(body.amount.settlement_total, 12500)
  assert.equal(body.amount.discount_refund, 150)
  assert.equal(body.amount.settlement_refund, 6250)
  assert.equal(body.promotion_detail[0].type, 'NOCASH')
})

test('the same number with the same content is one refund, with other content it is refused', async () => {
  const bench = await paidBench()
  const first = await apply(bench, { refund: 100, total: 12800 })
  await bench.sim.advance(2000)
  const again = await apply(bench, { refund: 100, total: 12800 })
  assert.equal(again.body.refund_id, first.body.refund_id)
  assert.equal(again.body.status, 'SUCCESS')
  const other = await apply(bench, { refund: 101, total: 12800 })
  assert.equal(`${other.status} ${other.body.code}`, '400 INVALID_REQUEST')
  assert.equal(bench.sim.world.refunds.size, 1)
})

test('only the merchant of the sub-order refunds and asks, not the initiator', async () => {
  const bench = await paidBench()
  const amount = { refund: 100, total: 12800 }
  for (const as of [initiator, books]) {
    const refused = await apply(bench, amount, {}, { as })
    assert.equal(`${refused.status} ${refused.body.code}`, '404 RESOURCE_NOT_EXISTS')
  }
  await apply(bench, amount)
  assert.equal((await find(bench, 'RF0001', { as: initiator })).body.code, 'RESOURCE_NOT_EXISTS')
  assert.equal((await find(bench)).status, 200)
})

test('an unpaid order and an unknown one have nothing to give back', async () => {
  const bench = await openCombineBench()
  await bench.place(bench.direct(order))
  const unpaid = await apply(bench, { refund: 100, total: 12800 })
  assert.equal(`${unpaid.status} ${unpaid.body.code}`, '404 RESOURCE_NOT_EXISTS')
})

test('both numbers of an order must name the same one', async () => {
  const bench = await paidBench()
  const [, second] = (await bench.query(order)).body.sub_orders
  const wrong = await apply(
    bench,
    { refund: 100, total: 3550 },
    { transaction_id: second.transaction_id },
    { as: books },
  )
  assert.equal(wrong.body.code, 'INVALID_REQUEST')
})

test('an abnormal refund is announced, sent to another card and announced again', async () => {
  const bench = await paidBench()
  await plan(bench, 'refund:abnormal')
  const { body: accepted } = await apply(bench, { refund: 3000, total: 12800 })
  await bench.sim.advance(2000)
  const abnormal = (await find(bench)).body
  assert.equal(abnormal.status, 'ABNORMAL')
  assert.equal(abnormal.success_time, undefined)
  assert.equal(bench.open(bench.heard[0] as never).event_type, 'REFUND.ABNORMAL')

  const rerouting = {
    out_refund_no: 'RF0001',
    type: 'USER_BANK_CARD',
    bank_type: 'ICBC_DEBIT',
    bank_account: seal(bench.sim, '6222020000000000417'),
    real_name: seal(bench.sim, '张三'),
  }
  const sent = await bench.call(refunds.applyAbnormal, {
    path: { refund_id: accepted.refund_id },
    body: rerouting,
    headers: { 'wechatpay-serial': bench.sim.credentials.apiv3.publicKeyId },
    as: tea,
  })
  assert.equal(sent.status, 200)
  assert.deepEqual(
    [sent.body.status, sent.body.channel, sent.body.user_received_account],
    ['PROCESSING', 'OTHER_BANKCARD', '工商银行借记卡0417'],
  )
  await bench.sim.advance(2000)
  assert.equal((await find(bench)).body.status, 'SUCCESS')
  assert.deepEqual(
    bench.heard.map((heard) => bench.open(heard).event_type),
    ['REFUND.ABNORMAL', 'REFUND.SUCCESS'],
  )
})

test('an abnormal refund may go back to the merchant, be restarted by hand, and fail again', async () => {
  const bench = await paidBench()
  await plan(bench, 'refund:abnormal')
  const { refund_id } = (await apply(bench, { refund: 3000, total: 12800 })).body
  await bench.sim.advance(2000)
  await bench.sim.act(refund_id, { action: 'event', name: 'refund:reroute' })
  await bench.sim.act('RF0001', { action: 'event', name: 'refund:abnormal' })
  assert.equal((await find(bench)).body.status, 'ABNORMAL')
  const sent = await bench.call(refunds.applyAbnormal, {
    path: { refund_id },
    body: { out_refund_no: 'RF0001', type: 'MERCHANT_BANK_CARD' },
    as: tea,
  })
  assert.equal(sent.body.user_received_account, '交易商户银行账户')
  await bench.sim.advance(2000)
  assert.equal((await find(bench)).body.status, 'SUCCESS')
  await assert.rejects(bench.sim.act(refund_id, { action: 'event', name: 'refund:abnormal' }), ActionRefused)
})

test('a closed refund frees its amount and its money, an abnormal one keeps both', async () => {
  for (const [name, free] of [
    ['refund:closed', true],
    ['refund:abnormal', false],
  ] as const) {
    const bench = await paidBench()
    const merchant = bench.sim.world.merchants.get(tea)
    if (merchant) merchant.balanceMinor = 12800
    await plan(bench, name)
    await apply(bench, { refund: 12800, total: 12800 })
    await bench.sim.advance(2000)
    assert.equal(merchant?.balanceMinor, free ? 12800 : 0)
    await plan(bench, 'refund:success')
    const again = await apply(bench, { refund: 12800, total: 12800 }, { out_refund_no: 'RF0002' })
    assert.equal(again.body.code, free ? undefined : 'INVALID_REQUEST')
    const states = (await bench.query(order)).body.sub_orders[0].trade_state
    assert.equal(states, 'REFUND')
    assert.equal(bench.open(bench.heard[0] as never).event_type, free ? 'REFUND.CLOSED' : 'REFUND.ABNORMAL')
  }
})

test('an order stays REFUND when its only refund is closed', async () => {
  const bench = await paidBench()
  await plan(bench, 'refund:closed')
  await apply(bench, { refund: 1, total: 12800 })
  await bench.sim.advance(2000)
  assert.equal((await find(bench)).body.status, 'CLOSED')
  assert.equal((await bench.query(order)).body.sub_orders[0].trade_state, 'REFUND')
})

test('a card that cannot take the money is replaced by the change of the user', async () => {
  for (const [name, channel] of [
    ['refund:balance', 'BALANCE'],
    ['refund:otherBalance', 'OTHER_BALANCE'],
  ] as const) {
    const bench = await paidBench()
    await plan(bench, name)
    await apply(bench, { refund: 1, total: 12800 })
    await bench.sim.advance(2000)
    const { body } = await find(bench)
    assert.deepEqual([body.status, body.channel], ['SUCCESS', channel])
  }
})

test('a refund that is stuck stays under way until someone ends it', async () => {
  const bench = await paidBench()
  await plan(bench, 'refund:stuck')
  await apply(bench, { refund: 1, total: 12800 })
  await bench.sim.advance(day)
  assert.equal((await find(bench)).body.status, 'PROCESSING')
  assert.equal(bench.heard.length, 0)
  await bench.sim.act('RF0001', { action: 'event', name: 'refund:success' })
  assert.equal((await find(bench)).body.status, 'SUCCESS')
})

test('refunds hold to amount, number, period and, where asked for, distance', async () => {
  const refused = async (bench: CombineBench, amount: Amount, number: string) =>
    (await apply(bench, amount, { out_refund_no: number })).body.code
  const bench = await paidBench()
  assert.equal(await refused(bench, { refund: 100, total: 12801 }, 'R0'), 'INVALID_REQUEST')
  assert.equal(await refused(bench, { refund: 12801, total: 12800 }, 'R0'), 'INVALID_REQUEST')
  assert.equal(await refused(bench, { refund: 0, total: 12800 }, 'R0'), 'PARAM_ERROR')
  for (let index = 1; index <= 50; index++) {
    assert.equal(await refused(bench, { refund: 1, total: 12800 }, `R${index}`), undefined)
  }
  assert.equal(await refused(bench, { refund: 1, total: 12800 }, 'R51'), 'INVALID_REQUEST')

  const old = await paidBench()
  await old.sim.advance(365 * day)
  assert.equal(await refused(old, { refund: 1, total: 12800 }, 'R1'), undefined)
  await old.sim.advance(1)
  assert.equal(await refused(old, { refund: 1, total: 12800 }, 'R2'), 'INVALID_REQUEST')

  const spaced = await paidBench(undefined, { switches: { refundIntervalMs: 60_000 } })
  assert.equal(await refused(spaced, { refund: 1, total: 12800 }, 'R1'), undefined)
  assert.equal(await refused(spaced, { refund: 1, total: 12800 }, 'R2'), 'INVALID_REQUEST')
  await spaced.sim.advance(60_000)
  assert.equal(await refused(spaced, { refund: 1, total: 12800 }, 'R2'), undefined)
})

test('a refund names its accounts, and answers them', async () => {
  const bench = await paidBench()
  const from = [
    { account: 'UNAVAILABLE', amount: 60 },
    { account: 'AVAILABLE', amount: 40 },
  ]
  const { body } = await apply(bench, { refund: 100, total: 12800, from })
  assert.deepEqual(body.amount.from, from)
  assert.equal(body.funds_account, 'UNAVAILABLE')
  const plain = await apply(bench, { refund: 100, total: 12800 }, { out_refund_no: 'RF0002' })
  assert.equal(plain.body.funds_account, 'UNSETTLED')
})

test('nobody is told of a refund without an address', async () => {
  const bench = await paidBench()
  await apply(bench, { refund: 1, total: 12800 }, { notify_url: undefined })
  await bench.sim.advance(2000)
  assert.equal((await find(bench)).body.status, 'SUCCESS')
  assert.equal(bench.sim.notices.filter(({ notification }) => notification.startsWith('refunds.')).length, 0)
})

test('providers refund sub-orders and ordinary orders of their sub-merchants, naming them', async () => {
  const bench = await openCombineBench()
  const { appid, openid } = bench.sim.credentials.apiv3
  await bench.paid(bench.provided(order))
  const prepaid = await bench.call(operations.cash.prepayPartner, {
    body: {
      sp_appid: appid,
      sp_mchid: initiator,
      sub_mchid: orchard,
      description: '门诊缴费',
      out_trade_no: 'HZ20260317D0001728',
      notify_url: 'https://shop.example.cn/cash',
      amount: { total: 5000, currency: 'CNY' },
      payer: { sp_openid: openid },
    },
  })
  await bench.sim.pay(prepaid.body.prepay_id)
  await bench.sim.advance(0)
  bench.heard.splice(0)

  const numbers = { [`${order}_sub1`]: 20000, HZ20260317D0001728: 5000 }
  for (const [number, total] of Object.entries(numbers)) {
    const body = application({ refund: total, total }, { out_trade_no: number, out_refund_no: `R${number}` })
    const { body: nameless } = await bench.call(refunds.create, { body })
    assert.equal(nameless.code, 'PARAM_ERROR')
    const { body: foreign } = await bench.call(refunds.create, { body: { ...body, sub_mchid: '1690000203' } })
    assert.equal(foreign.code, 'RESOURCE_NOT_EXISTS')
    const accepted = await bench.call(refunds.create, { body: { ...body, sub_mchid: orchard } })
    assert.equal(accepted.body.status, 'PROCESSING')
    await bench.sim.advance(2000)
    const path = { out_refund_no: `R${number}` }
    assert.equal((await bench.call(refunds.find, { path })).body.code, 'PARAM_ERROR')
    const found = await bench.call(refunds.find, { path, query: { sub_mchid: orchard } })
    assert.equal(found.body.status, 'SUCCESS')
    const { resource } = bench.open(bench.heard.at(-1) as never)
    assert.deepEqual([resource.mchid, resource.sp_mchid, resource.sub_mchid], [undefined, initiator, orchard])
  }
  const cash = await bench.call(operations.cash.queryByOutTradeNoPartner, {
    path: { out_trade_no: 'HZ20260317D0001728' },
    query: { sp_mchid: initiator, sub_mchid: orchard },
  })
  assert.equal(cash.body.trade_state, 'REFUND')
})

test('sub-orders and their refunds stand in the bill of their own merchant', async () => {
  const bench = await paidBench(prefunded)
  const { refund_id } = (await apply(bench, { refund: 6400, total: 12800 })).body
  await bench.sim.advance(day)
  const asked = await bench.call(operations.bills.trade, { query: { bill_date: '2026-03-17' }, as: tea })
  const link = new URL(asked.body.download_url)
  const file = await bench.call(operations.bills.download, {
    query: Object.fromEntries(link.searchParams),
    as: tea,
  })
  const rows = String(file.body)
    .split('\r\n')
    .filter((line) => line.startsWith('`2026'))
  assert.equal(rows.length, 2)
  const [payment, refund] = rows.map((row) => row.split(',').map((cell) => cell.replace('`', '')))
  assert.ok(payment?.includes(`${order}_sub1`) && payment.includes('128.00'))
  assert.ok(refund?.includes(refund_id) && refund.includes('RF0001') && refund.includes('64.00'))
  assert.ok(!file.body.includes(`${order}_sub2`))
})

test('payments of other products are not given back here', async () => {
  const bench = await paidBench()
  const [first] = (await bench.query(order)).body.sub_orders
  const payment = bench.sim.world.transactions.get(first.transaction_id)
  assert.ok(payment)
  bench.sim.world.book({ ...payment, transactionId: '4200'.padEnd(28, '9'), product: 'wecom' })
  const { body } = await apply(
    bench,
    { refund: 1, total: 12800 },
    { transaction_id: '4200'.padEnd(28, '9'), out_trade_no: undefined },
  )
  assert.equal(body.code, 'RESOURCE_NOT_EXISTS')
})

test('a refund answered 429 exists or does not, as the switch says', async () => {
  for (const [refund429, expected] of [
    ['notAccepted', 'RESOURCE_NOT_EXISTS'],
    ['accepted', undefined],
  ] as const) {
    const bench = await paidBench(undefined, { switches: { refund429 } })
    bench.sim.faults.next('refunds.create', 'tooMany')
    const answer = await apply(bench, { refund: 1, total: 12800 })
    assert.equal(`${answer.status} ${answer.body.code}`, '429 FREQUENCY_LIMITED')
    assert.equal((await find(bench)).body.code, expected)
  }
})

test('a refund under way survives a snapshot', async () => {
  const bench = await paidBench()
  const { refund_id } = (await apply(bench, { refund: 1, total: 12800 })).body
  const simulator = await openSimulator({ snapshot: JSON.parse(JSON.stringify(bench.sim.snapshot())) })
  await simulator.advance(2000)
  assert.equal(simulator.world.refunds.get(refund_id)?.state, 'SUCCESS')
  assert.equal(simulator.checkout(refund_id)?.state, 'paid')
})
