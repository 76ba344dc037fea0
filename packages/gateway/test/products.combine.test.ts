/** The adapter of combined payment, driven against the simulator through the real client. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InputError } from '@chadan/client'
import fc from 'fast-check'
import { combine } from '../src/products/combine/index.ts'
import { readStated } from '../src/products/combine/states.ts'
import { ordersSaid, tradeSaid } from '../src/products/trade-states.ts'
import { openProductBench, type ProductBench, refusalOf, ruleOf } from './product-bench.ts'

const subs = [
  { sub_mchid: '1690000202', total: 12800 },
  { sub_mchid: '1690000203', total: 3550 },
] as const

function detailsOf({ sim }: ProductBench, more: Record<string, unknown> = {}) {
  return {
    sub_orders: subs.map(({ sub_mchid, total }) => ({
      sub_mchid,
      description: '示例茶馆-龙井礼盒',
      attach: 'store=HZ02',
      amount: { total_amount: total, currency: 'CNY' },
    })),
    combine_payer_info: { openid: sim.credentials.apiv3.openid },
    ...more,
  }
}

async function placed(more: Record<string, unknown> = {}): Promise<ProductBench> {
  const bench = await openProductBench({ product: combine })
  await bench.place(detailsOf(bench, more))
  return bench
}

async function paid(): Promise<ProductBench> {
  const bench = await placed()
  await bench.sim.pay(bench.order.view.attempts[0]?.kept.prepay_id ?? '')
  await bench.pass(1000)
  return bench
}

const stateOf = (bench: ProductBench) => bench.order.view.state
const idsOf = (bench: ProductBench) => bench.order.view.attempts[0]?.parts.map((part) => part.id) ?? []

test('an order is placed with its numbers drawn, its ids filled and its parts summed', async () => {
  const bench = await placed()
  const { view, attempts } = bench.order
  assert.equal(view.state, 'awaiting_payment')
  assert.deepEqual(view.amount, { minor: 16350, currency: 'CNY' })
  assert.deepEqual(
    attempts[0]?.parts.map((part) => part.merchant),
    subs.map(({ sub_mchid }) => ({ mchid: '1688000101', sub_mchid })),
  )
  assert.equal(new Set([view.number, ...idsOf(bench)]).size, 3)
})

test('a paid order is known by its notice alone', async () => {
  const bench = await paid()
  assert.equal(bench.heard[0]?.complete, true)
  assert.equal(bench.heard[0]?.number, bench.order.view.number)
  assert.deepEqual(bench.heard[0]?.ids, { mchid: '1688000101', appid: bench.sim.credentials.apiv3.appid })
  assert.equal(stateOf(bench), 'paid')
  assert.equal(bench.order.view.taken, 16350)
  assert.equal(bench.order.view.attempts[0]?.paidMs, Date.UTC(2026, 2, 17, 2))
})

test('a question shows the order in each of its states', async () => {
  const bench = await placed()
  assert.equal((await bench.ask()).state, 'awaiting_payment')
  assert.equal((await bench.ask()).word, 'NOTPAY')
  await bench.sim.pay(bench.order.view.attempts[0]?.kept.prepay_id ?? '')
  const view = await bench.ask()
  assert.equal(view.state, 'paid')
  assert(view.parts.every((part) => part.transactionId))
})

test('an order is closed whole, and the question proves it', async () => {
  const bench = await placed()
  await bench.close()
  assert.equal(stateOf(bench), 'awaiting_payment')
  assert.equal((await bench.ask()).state, 'closed')
})

test('the same bytes placed again give a session of the same order', async () => {
  const bench = await placed()
  await bench.sim.pay((await bench.again('create')).kept.prepay_id ?? '')
  assert.equal((await bench.ask()).state, 'paid')
  assert.equal(bench.order.attempts[0]?.errands[0]?.sends, 2)
})

test('a late copy of the placing call meets the closed order, which is a reason to ask', async () => {
  const bench = await placed()
  await bench.close()
  const { kind } = await refusalOf(bench.again('create'))
  assert(combine.errands.create?.asks?.includes(kind), kind)
})

test('one sub-order is refunded in part, then for what is left', async () => {
  const bench = await paid()
  const [, books = ''] = idsOf(bench)
  await bench.refund({ parts: { [books]: 550 } })
  await bench.pass(600_000)
  assert.equal((await bench.askRefund()).state, 'succeeded')
  assert.equal((await bench.ask()).parts[1]?.word, 'REFUND')
  assert.equal(stateOf(bench), 'partially_refunded')
  assert.deepEqual(bench.order.view.marks, [])
  const all = await bench.refund({})
  assert.deepEqual(
    all.parts.map((part) => part.amount.minor),
    [12800, 3000],
  )
})

test('a refund of several sub-orders is one call for each, made one after the other, each proven by its question', async () => {
  const bench = await paid()
  const { number } = await bench.refund({})
  assert.deepEqual(
    bench.order.refunds[0]?.errands.map((one) => [one.step, one.sends]),
    [
      ['refund_1', 1],
      ['refund_2', 0],
    ],
  )
  await bench.pass(600_000)
  const notice = bench.heard.at(-1)
  assert.deepEqual([notice?.kind, notice?.number, notice?.complete], ['refund', number, false])
  assert.equal(bench.order.view.refunded, 0)
  assert.notEqual((await bench.askRefund()).state, 'succeeded')
  await bench.next()
  await bench.pass(600_000)
  assert.equal((await bench.askRefund()).state, 'succeeded')
  assert.equal(stateOf(bench), 'refunded')
  const found = await bench.wx.refunds.find({ out_refund_no: `${number}_2`, sub_mchid: subs[1].sub_mchid })
  assert.equal(found.amount.refund, 3550)
})

test('a share that went back with another amount contradicts the refund', async () => {
  const bench = await paid()
  const { number } = await bench.refund({})
  const [question] = combine.askRefund(bench.order, bench.order.refunds[0] as never)
  const found = await bench.wx.refunds.find({ out_refund_no: `${number}_1`, sub_mchid: subs[0].sub_mchid })
  assert.equal(question?.read(found).contradicts, undefined)
  const other = { ...found, amount: { ...found.amount, refund: 1 } }
  assert.equal(question?.read(other).contradicts, '1 CNY instead of 12800 CNY')
  assert.equal(question?.read({ ...found, out_trade_no: 'OTHER_1' }).contradicts, 'a refund of another order')
})

test('in direct mode the merchant places, closes and refunds its own sub-orders', async () => {
  const bench = await openProductBench({ product: combine, mode: 'direct' })
  const sub = { description: '茶', attach: 'x', amount: { total_amount: 500 } }
  const place = () => bench.place({ ...detailsOf(bench), sub_orders: [sub, sub] })
  await place()
  await bench.close()
  assert.equal((await bench.ask()).state, 'closed')
  await bench.sim.pay((await place()).kept.prepay_id ?? '')
  await bench.pass(1000)
  const [first = ''] = idsOf(bench)
  await bench.refund({ parts: { [first]: 500 } })
  await bench.pass(600_000)
  assert.equal(bench.order.view.refunds[0]?.state, 'succeeded')
})

test('individual payees are placed for, closed and refunded by their authorisation', async () => {
  const switches = { combine: { profile: 'modern' as const } }
  const bench = await openProductBench({ product: combine, switches })
  const sub = {
    description: '旧书',
    attach: 'x',
    amount: { total_amount: 500 },
    individual_auth_id: '110001773',
  }
  const place = () => bench.place({ ...detailsOf(bench), trade_type: 'miniprogram', sub_orders: [sub, sub] })
  await place()
  assert.equal((await bench.handover())?.scene, 'mini_program')
  await bench.close()
  assert.equal((await bench.ask()).state, 'closed')
  await bench.sim.pay((await place()).kept.prepay_id ?? '')
  await bench.pass(1000)
  const [first = ''] = idsOf(bench)
  assert.equal((await bench.ask()).state, 'paid')
  await bench.refund({ parts: { [first]: 500 } })
  await bench.pass(600_000)
  assert.equal((await bench.askRefund()).state, 'succeeded')
})

test('a refund of one sub-order is known by its notice', async () => {
  const bench = await paid()
  const [tea = ''] = idsOf(bench)
  await bench.refund({ parts: { [tea]: 12800 } })
  await bench.pass(600_000)
  assert.equal(bench.order.view.refunds[0]?.state, 'succeeded')
  assert.equal(bench.order.view.attempts[0]?.parts[0]?.state, 'refunded')
})

for (const [outcome, state] of [
  ['abnormal', 'abnormal'],
  ['closed', 'closed'],
] as const)
  test(`a refund that ends ${outcome} at WeChat Pay is ${state} here`, async () => {
    const bench = await paid()
    const [tea = ''] = idsOf(bench)
    await bench.ask()
    const number = (await bench.refund({ parts: { [tea]: 100 } })).number
    await bench.sim.act(number, { action: 'event', name: `refund:${outcome}` })
    await bench.pass(600_000)
    assert.equal((await bench.askRefund()).state, state)
  })

test('an e-commerce platform refunds by its own calls', async () => {
  const bench = await paid()
  const [tea = ''] = idsOf(bench)
  const { appid } = bench.sim.credentials.apiv3
  const refund = await bench.refund({ parts: { [tea]: 100 }, details: { sp_appid: appid } })
  assert.equal(bench.order.refunds[0]?.errands[0]?.operation, 'ecommerceRefunds.create')
  assert.equal(refund.state, 'processing')
  await bench.pass(600_000)
  assert.equal((await bench.askRefund()).state, 'succeeded')
  const [question] = combine.askRefund(bench.order, bench.order.refunds[0] as never)
  const found = await bench.wx.ecommerceRefunds.findByOutRefundNo({
    out_refund_no: refund.number,
    sub_mchid: subs[0].sub_mchid,
  })
  assert.equal(question?.read({ ...found, out_trade_no: 'OTHER_1' }).contradicts, 'a refund of another order')
})

test('a refund that nobody here ordered is a concern', async () => {
  const bench = await paid()
  const [tea = ''] = idsOf(bench)
  await bench.wx.refunds.create({
    sub_mchid: subs[0].sub_mchid,
    out_trade_no: tea,
    out_refund_no: 'ELSEWHERE1',
    amount: { refund: 1, total: 12800, currency: 'CNY' },
  })
  await bench.ask()
  assert.equal(stateOf(bench), 'paid')
  assert.deepEqual(
    bench.order.view.marks.map((one) => one.code),
    ['refunded_elsewhere'],
  )
})

test("in direct mode another merchant's sub-order is not ours to refund", async () => {
  const bench = await paid()
  const [tea = ''] = idsOf(bench)
  const [attempt] = bench.order.view.attempts
  assert(attempt)
  const request = { order: bench.order, attempt, parts: { [tea]: 100 }, details: {}, placed: {} }
  const signer = { id: 'other', mode: 'direct' as const, mchid: '1688000102' }
  const context = { ...bench.context, signer }
  assert.equal(
    ruleOf(() => combine.refund(request, context)),
    'other_merchants_refund',
  )
})

test('a refund that does not name its part is refused where there are several', async () => {
  const bench = await paid()
  const [attempt] = bench.order.view.attempts
  assert(attempt)
  const request = { order: bench.order, attempt, amount: 100, details: {}, placed: {} }
  assert.equal(
    ruleOf(() => combine.refund(request, bench.context)),
    'name_the_parts',
  )
})

test('what is on its way back is not given back twice', async () => {
  const bench = await paid()
  await bench.refund({})
  const [attempt] = bench.order.view.attempts
  assert(attempt)
  const request = { order: bench.order, attempt, details: {}, placed: {} }
  assert.equal(
    ruleOf(() => combine.refund(request, bench.context)),
    'nothing_to_refund',
  )
})

test('a sub-order takes fifty refunds within a year, by parts and details that exist', async () => {
  const bench = await paid()
  const [tea = ''] = idsOf(bench)
  await bench.refund({ parts: { [tea]: 100 } })
  const { order, context } = bench
  const [attempt] = order.view.attempts
  const [one] = order.refunds
  assert(attempt && one)
  const wish = { order, attempt, parts: { [tea]: 100 }, details: {}, placed: {} }
  const rule = (changed: object, later = 0) =>
    ruleOf(() => combine.refund({ ...wish, ...changed }, { ...context, nowMs: context.nowMs + later }))
  const refunds = Array.from({ length: 50 }, (_, at) => ({ ...one, number: `R${at}` }))
  assert.equal(rule({ order: { ...order, refunds } }), 'too_many_refunds')
  assert.equal(rule({}, 366 * 86_400_000), 'refund_too_late')
  assert.equal(rule({ parts: { NOBODY: 1 } }), 'unknown_part')
  assert.equal(rule({ parts: { [tea]: 0.5 } }), 'refund_too_small')
  assert.equal(rule({ amount: 99 }), 'shares_differ')
  assert.equal(rule({ details: { transaction_id: '1' } }), 'detail_not_taken')
})

for (const [trade_type, scene, more] of [
  ['jsapi', 'jsapi', {}],
  ['app', 'app', {}],
  ['native', 'native', {}],
  [
    'h5',
    'h5',
    { scene_info: { device_id: 'POS-HZ-0017', payer_client_ip: '203.0.113.24', h5_info: { type: 'Wap' } } },
  ],
] as const)
  test(`the payer's side gets what ${trade_type} needs, until it expires`, async () => {
    const bench = await placed({ trade_type, ...more })
    const handed = await bench.handover()
    assert.equal(handed?.scene, scene)
    assert(handed && Object.values(handed.parameters).every((value) => typeof value === 'string'))
    await bench.pass(2 * 3_600_000)
    assert.equal(await bench.handover(), undefined)
  })

test('details that do not meet the declaration are refused with all their problems', async () => {
  const bench = await openProductBench({ product: combine })
  const details = { ...detailsOf(bench), sub_orders: [{ amount: { total_amount: 0 } }], strange: 1 }
  assert.throws(
    () => combine.open({ details }, bench.context),
    (error) => error instanceof InputError && error.problems.length > 3,
  )
  const url = { ...detailsOf(bench), notify_url: 'https://elsewhere.example.cn/' }
  assert.equal(
    ruleOf(() => combine.open({ details: url }, bench.context)),
    'filled_by_gateway',
  )
})

test('the expiry that is asked for stops the payment at WeChat Pay as well', async () => {
  const bench = await openProductBench({ product: combine })
  const expiresMs = bench.context.nowMs + 3_600_000
  const opening = combine.open({ details: detailsOf(bench), expiresMs }, bench.context)
  assert.equal(opening.expiresMs, expiresMs)
  const input = opening.errands[0]?.input as Record<string, unknown> | undefined
  assert.equal(input?.time_expire, '2026-03-17T11:00:00+08:00')
})

test('each documented word of a sub-order means one thing, and others mean nothing', () => {
  const words = ['SUCCESS', 'REFUND', 'NOTPAY', 'PAYERROR', 'USERPAYING', 'ACCEPT', 'CLOSED', 'REVOKED']
  assert.deepEqual(words.map(tradeSaid), [
    'paid',
    'paid',
    'waiting',
    'waiting',
    'paying',
    'paying',
    'closed',
    'closed',
  ])
  assert.deepEqual(['UNKNOWN_STATE', 'toString', ''].map(tradeSaid), ['unclear', 'unclear', 'unclear'])
})

test('no combination of words reads as paid unless every sub-order is', () => {
  const word = fc.constantFrom('SUCCESS', 'REFUND', 'NOTPAY', 'PAYERROR', 'USERPAYING', 'CLOSED', 'NEW')
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), (words) => {
      const paidAll = words.every((one) => one === 'SUCCESS' || one === 'REFUND')
      assert.equal(ordersSaid(words.map(tradeSaid)) === 'paid', paidAll)
      const closedAll = words.every((one) => one === 'CLOSED')
      assert.equal(ordersSaid(words.map(tradeSaid)) === 'closed', closedAll)
    }),
  )
})

test('some sub-orders paid without the others become a concern in time', () => {
  const sub = (out_trade_no: string, trade_state: 'SUCCESS' | 'NOTPAY') => ({
    mchid: '1',
    out_trade_no,
    trade_state,
    amount: { total_amount: 5, payer_amount: 5 },
  })
  const stated = {
    combine_appid: 'wx',
    combine_mchid: '1',
    combine_out_trade_no: 'N1',
    sub_orders: [sub('SUB_ONE', 'SUCCESS'), sub('SUB_TWO', 'NOTPAY')],
  }
  const reading = readStated(stated, 'N1')
  assert.equal(reading.said, 'paying')
  assert.deepEqual(
    reading.concerns?.map((one) => [one.code, one.afterMs]),
    [['partly_paid', 300_000]],
  )
})

test('sub-orders of other merchants, or too few of them, contradict the order', () => {
  const sub = {
    mchid: '1',
    out_trade_no: 'SUB_ONE',
    trade_state: 'SUCCESS',
    amount: { total_amount: 5, payer_amount: 5 },
  }
  const stated = { combine_appid: 'wx', combine_mchid: '1', combine_out_trade_no: 'N1', sub_orders: [sub] }
  const part = { id: 'SUB_ONE', amount: { minor: 5, currency: 'CNY' }, fixed: true, merchant: { mchid: '1' } }
  assert.equal(readStated(stated, 'N1', [part]).contradicts, undefined)
  assert.equal(
    readStated(stated, 'N1', [{ ...part, merchant: { mchid: '2' } }]).contradicts,
    'a sub-order of another merchant',
  )
  assert.equal(readStated(stated, 'N1', [part, part]).contradicts, '1 sub-orders instead of 2')
  assert.equal(readStated(stated, 'N2', [part]).contradicts, 'another order')
})
