/** The adapter of WeCom's external payment, driven against the simulator through the real client. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InputError } from '@chadan/client'
import fc from 'fast-check'
import type { AttemptReading } from '../src/order/reading.ts'
import { wecom } from '../src/products/wecom/index.ts'
import { readStated } from '../src/products/wecom/readings.ts'
import { openProductBench, type ProductBench, refusalOf, ruleOf } from './product-bench.ts'

async function opened(): Promise<ProductBench> {
  const merchant: Record<string, string> = {}
  const signer = { wecom: { corpid: '' } }
  const bench = await openProductBench({ product: wecom, tenant: merchant, signer })
  const { mchid, appid, corpid } = bench.sim.credentials.wecom
  Object.assign(merchant, { mchid, appid })
  Object.assign(signer.wecom, { corpid })
  const url = 'https://shop.example.cn/notify/wecom?callback_format=json'
  await bench.sim.act(corpid, { action: 'event', name: 'callback:configure', details: { url } })
  await bench.pass(0)
  return bench
}

function detailsOf({ sim }: ProductBench) {
  return {
    description: 'Afternoon tea set',
    amount: { total: 12800 },
    payer: { openid: sim.credentials.wecom.openid },
    scene_info: { payer_client_ip: '203.0.113.24', store_info: { id: 'SZ-001' } },
  }
}

async function placed(): Promise<ProductBench> {
  const bench = await opened()
  await bench.place(detailsOf(bench))
  return bench
}

async function paid(): Promise<ProductBench> {
  const bench = await placed()
  await bench.sim.pay(bench.order.view.attempts[0]?.kept.prepay_id ?? '')
  await bench.pass(5000)
  return bench
}

const viewOf = (bench: ProductBench) => bench.order.view

test('an order is placed with its number drawn and its ids filled', async () => {
  const bench = await placed()
  const { mchid, appid, corpid } = bench.sim.credentials.wecom
  assert.equal(viewOf(bench).state, 'awaiting_payment')
  assert.deepEqual(viewOf(bench).amount, { minor: 12800, currency: 'CNY' })
  assert.deepEqual(bench.order.attempts[0]?.merchant, { mchid, appid, corpid })
})

test('a payment is known by its notice; the transaction only by the question', async () => {
  const bench = await paid()
  const { mchid, appid } = bench.sim.credentials.wecom
  assert.deepEqual(
    bench.heard.map((one) => [one.kind, one.complete, one.ids]),
    [['order', true, { mchid, appid }]],
  )
  assert.equal(viewOf(bench).state, 'paid')
  assert.equal(viewOf(bench).attempts[0]?.parts[0]?.transactionId, undefined)
  assert((await bench.ask()).parts[0]?.transactionId)
})

test('an unpaid order is said to wait, and holds no empty transaction', async () => {
  const bench = await placed()
  const view = await bench.ask()
  assert.deepEqual([view.state, view.word], ['awaiting_payment', 'NOTPAY'])
  assert.equal(view.parts[0]?.transactionId, undefined)
})

test('no close is sent in the first five minutes, and the question proves the close', async () => {
  const bench = await placed()
  assert.equal(wecom.timing.closeNotBeforeMs, 300_000)
  await refusalOf(bench.close())
  await bench.pass(wecom.timing.closeNotBeforeMs)
  await bench.close()
  assert.equal(viewOf(bench).state, 'awaiting_payment')
  assert.equal((await bench.ask()).state, 'closed')
})

test('the mini program gets a signature made by WeCom, until the session expires', async () => {
  const bench = await placed()
  const handed = await bench.handover()
  assert.equal(handed?.scene, 'mini_program')
  assert.equal(handed?.parameters.timeStamp, String(bench.context.nowMs / 1000))
  assert.match(String(handed?.parameters.paySign), /^[A-Za-z0-9+/]+={0,2}$/)
  await bench.pass(2 * 3_600_000)
  assert.equal(await bench.handover(), undefined)
})

test('a refund is known by its notice, and a second one waits a minute', async () => {
  const bench = await paid()
  const refund = await bench.refund({ amount: 3200 })
  assert.equal(refund.state, 'processing')
  const [attempt] = viewOf(bench).attempts
  assert(attempt)
  const request = { order: bench.order, attempt, amount: 1, details: {}, placed: {} }
  assert.equal(
    ruleOf(() => wecom.refund(request, bench.context)),
    'refund_too_soon',
  )
  await bench.pass(600_000)
  assert.equal(viewOf(bench).refunds[0]?.state, 'succeeded')
  assert.equal(viewOf(bench).state, 'partially_refunded')
  assert.equal((await bench.askRefund()).word, 'SUCCESS')
  assert.equal((await bench.refund({})).amount.minor, 9600)
})

for (const [outcome, state] of [
  ['abnormal', 'abnormal'],
  ['close', 'closed'],
] as const)
  test(`a refund that ends ${outcome} at WeChat Pay is ${state} here`, async () => {
    const bench = await paid()
    const { number } = await bench.refund({})
    await bench.sim.act(number, { action: 'event', name: `refund:${outcome}` })
    await bench.pass(60_000)
    assert.equal((await bench.askRefund()).state, state)
  })

test('a refund that nobody here ordered is a concern', async () => {
  const bench = await paid()
  const { mchid, appid } = bench.sim.credentials.wecom
  await bench.wx.wecom.refund({
    mchid,
    appid,
    out_trade_no: viewOf(bench).number,
    out_refund_no: 'ELSEWHERE1',
    amount: { refund: 1, total: 12800, currency: 'CNY' },
  })
  assert.equal((await bench.ask()).state, 'paid')
  assert.deepEqual(
    viewOf(bench).marks.map((one) => one.code),
    ['refunded_elsewhere'],
  )
})

test('the check of the callback address is about no order', async () => {
  const bench = await opened()
  assert.deepEqual(bench.heard, [])
})

test('details that do not meet the declaration are refused', async () => {
  const bench = await opened()
  const details = { ...detailsOf(bench), amount: { total: 0 }, description: undefined }
  assert.throws(() => wecom.open({ details }, bench.context), InputError)
  const numbered = { ...detailsOf(bench), out_trade_no: 'ANOTHER1' }
  assert.equal(
    ruleOf(() => wecom.open({ details: numbered, number: 'NUMBER01' }, bench.context)),
    'two_numbers',
  )
})

const stated = (trade_state: string, amount?: { total: number; currency: 'CNY' }) =>
  ({
    mchid: '1',
    out_trade_no: 'N1',
    trade_state: trade_state as 'SUCCESS',
    trade_state_desc: '支付失败',
    payer: { openid: 'o' },
    transaction_id: '',
    amount,
  }) as const

test('each documented word means one thing, and others leave the order where it is', () => {
  const table: readonly (readonly [string, AttemptReading['said']])[] = [
    ['SUCCESS', 'paid'],
    ['REFUND', 'paid'],
    ['NOTPAY', 'awaiting_payment'],
    ['PAYERROR', 'awaiting_payment'],
    ['USERPAYING', 'paying'],
    ['ACCEPT', 'paying'],
    ['CLOSED', 'closed'],
    ['REVOKED', 'closed'],
    ['NEW', 'unclear'],
    ['constructor', 'unclear'],
  ]
  for (const [word, said] of table) assert.equal(readStated(stated(word), 'N1').said, said, word)
})

test('a paid answer without an amount proves nothing and becomes a concern in time', () => {
  const ordered = { merchant: { mchid: '1' } }
  const reading = readStated(stated('SUCCESS'), 'N1', ordered)
  assert.equal(reading.amount, undefined)
  assert.equal(reading.concerns?.[0]?.code, 'amount_missing')
  assert.equal(
    readStated(stated('SUCCESS', { total: 1, currency: 'CNY' }), 'N1', ordered).concerns,
    undefined,
  )
  assert.equal(readStated(stated('SUCCESS'), 'N1', { merchant: { mchid: '2' } }).contradicts, 'another order')
})

test('no reading holds the openid, whatever the words', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), (word) => {
      const reading = readStated({ ...stated(word), payer: { openid: 'openid-of-a-person' } }, 'N1')
      assert(!JSON.stringify(reading).includes('openid-of-a-person'))
      assert(reading.said !== 'paid' || word === 'SUCCESS' || word === 'REFUND')
    }),
  )
})
