/** The adapter of PayScore service orders, driven against the simulator through the real client. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InputError } from '@chadan/client'
import fc from 'fast-check'
import { answerOf } from '../src/order/derive-attempt.ts'
import { plan } from '../src/order/plan.ts'
import { payscore } from '../src/products/payscore/index.ts'
import { meaningOf, readStated } from '../src/products/payscore/states.ts'
import { openProductBench, type ProductBench, refusalOf, ruleOf } from './product-bench.ts'

async function placed(more: Record<string, unknown> = {}): Promise<ProductBench> {
  const bench = await openProductBench({ product: payscore })
  await bench.place({ ...rental(bench, bench.sim.credentials.payscore), ...more })
  return bench
}

function rental({ sim }: ProductBench, given: { serviceId: string; currency: string }) {
  return {
    service_id: given.serviceId,
    currency: given.currency,
    service_introduction: 'City power bank',
    post_payments: [{ name: 'Rental fee', amount: 0, description: 'HK$6 per 30 minutes', count: 1 }],
    risk_fund: { name: 'DEPOSIT', amount: 30000, description: 'Power bank deposit' },
    time_range: { start_time: sim.world.time(), start_time_remark: 'Unlock time' },
  }
}

async function confirmed(): Promise<ProductBench> {
  const bench = await placed()
  await bench.sim.act(bench.order.view.number, { action: 'confirm' })
  await bench.pass(1000)
  return bench
}

function completion({ sim }: ProductBench, amount = 4000) {
  return { post_payments: [{ name: 'Rental fee', amount }], time_range: { end_time: sim.world.time() } }
}

async function completed(failures = 0): Promise<ProductBench> {
  const bench = await confirmed()
  const { number } = bench.order.view
  if (failures > 0)
    await bench.sim.act(number, { action: 'event', name: 'deduction:fail', details: { times: failures } })
  await bench.perform('complete', completion(bench))
  return bench
}

async function paid(): Promise<ProductBench> {
  const bench = await completed()
  await bench.pass(60_000)
  await bench.ask()
  return bench
}

const viewOf = (bench: ProductBench) => bench.order.view

test('a service order is placed with its ids filled and owes nothing yet', async () => {
  const bench = await placed()
  const { apiv3, payscore: given } = bench.sim.credentials
  assert.equal(viewOf(bench).state, 'awaiting_payment')
  assert.deepEqual(viewOf(bench).amount, { minor: 0, currency: 'HKD' })
  assert.deepEqual(bench.order.attempts[0]?.merchant, {
    mchid: apiv3.mchid,
    service_id: given.serviceId,
    sub_mchid: apiv3.subMchid,
    appid: apiv3.appid,
  })
  assert.equal(bench.order.attempts[0]?.expiresMs, bench.context.nowMs + 3_600_000)
})

test("the payer's side gets the package for openBusinessView, for an hour", async () => {
  const bench = await placed()
  const handed = await bench.handover()
  assert.equal(handed?.scene, 'payscore')
  assert.equal(handed?.parameters.businessType, 'wxpayScoreUse')
  await bench.pass(3_600_000)
  assert.equal(await bench.handover(), undefined)
})

test('a confirmation is known by its notice', async () => {
  const bench = await confirmed()
  assert.equal(bench.heard[0]?.complete, true)
  assert.equal(bench.heard[0]?.ids.service_id, bench.sim.credentials.payscore.serviceId)
  assert.equal(viewOf(bench).state, 'in_service')
  assert.equal((await bench.ask()).word, 'DOING/USER_CONFIRM')
})

test('completing names the amount, which is the sum of the lists', async () => {
  const bench = await completed(3)
  assert.deepEqual(viewOf(bench).amount, { minor: 4000, currency: 'HKD' })
  assert.equal((await bench.ask()).state, 'paying')
  assert.equal((await bench.ask()).word, 'DOING/MCH_COMPLETE/USER_PAYING')
})

test('a notice of the payment names no currency, so it only makes us ask; the answer proves it', async () => {
  const bench = await completed()
  await bench.pass(60_000)
  const notice = bench.heard.at(-1)
  assert.equal(notice?.reading.said, 'paid')
  assert.equal(notice?.complete, false)
  assert.notEqual(viewOf(bench).state, 'paid')
  const view = await bench.ask()
  assert.equal(view.state, 'paid')
  assert.equal(view.taken, 4000)
  assert(view.parts[0]?.transactionId)
})

test('a service without a charge ends closed, and says why', async () => {
  const bench = await confirmed()
  await bench.perform('complete', completion(bench, 0))
  const view = await bench.ask()
  assert.equal(view.state, 'closed')
  assert.equal(view.reason, 'no_charge')
  assert.equal(view.parts[0]?.word, 'DONE')
})

test('an order nobody confirms expires', async () => {
  const bench = await placed()
  await bench.pass(3_700_000)
  const view = await bench.ask()
  assert.deepEqual([view.state, view.reason], ['closed', 'expired'])
})

test('cancelling ends an order before and after its confirmation', async () => {
  for (const open of [placed, confirmed]) {
    const bench = await open()
    await bench.close()
    const view = await bench.ask()
    assert.deepEqual([view.state, view.reason, view.word], ['closed', 'cancelled', 'REVOKED'])
  }
})

test("with both appids, later calls name the sub-merchant's", async () => {
  for (const end of ['close', 'complete'] as const) {
    const bench = await openProductBench({ product: payscore })
    const { apiv3, payscore: given } = bench.sim.credentials
    await bench.place({ ...rental(bench, given), sub_appid: apiv3.subAppid })
    await bench.sim.act(viewOf(bench).number, { action: 'confirm' })
    await bench.pass(1000)
    if (end === 'close') await bench.close()
    else await bench.perform('complete', completion(bench))
    assert.notEqual((await bench.ask()).state, 'in_service')
  }
})

test('a payment outside WeChat is reported and makes the order paid, without a transaction to refund', async () => {
  const bench = await completed(5)
  await bench.ask()
  await bench.perform('sync', { detail: { paid_time: bench.sim.world.time() } })
  assert.equal((await bench.ask()).state, 'paid')
  const [attempt] = viewOf(bench).attempts
  assert(attempt)
  const request = { order: bench.order, attempt, details: {}, placed: {} }
  assert.equal(
    ruleOf(() => payscore.refund(request, bench.context)),
    'no_transaction',
  )
})

test('a completion that never arrived is shown missing and made again', async () => {
  const bench = await confirmed()
  bench.sim.faults.next('payscore.complete', 'loseRequest')
  await bench.perform('complete', completion(bench))
  await bench.pass(5_000)
  assert.equal((await bench.ask()).state, 'in_service')
  bench.sim.faults.next('payscore.complete', 'loseAnswer')
  await bench.next()
  assert.equal(plan(bench.order, payscore)?.step, 'ask')
  await bench.pass(60_000)
  const view = await bench.ask()
  assert.deepEqual([view.state, view.taken], ['paid', 4000])
  assert.equal(bench.order.attempts[0]?.errands[1]?.sends, 2)
})

test('a completion whose answer was lost is found done, and not made again', async () => {
  const bench = await confirmed()
  const { number } = viewOf(bench)
  await bench.sim.act(number, { action: 'event', name: 'deduction:fail', details: { times: 3 } })
  bench.sim.faults.next('payscore.complete', 'loseAnswer')
  await bench.perform('complete', completion(bench))
  assert.equal((await bench.ask()).state, 'paying')
  const errand = bench.order.attempts[0]?.errands[1]
  assert(errand)
  assert.equal(answerOf(bench.order, number, errand), 'accepted')
  assert.equal(plan(bench.order, payscore)?.step, 'ask')
})

test('money that is not collected for a week is for a person', async () => {
  const bench = await completed(99)
  await bench.ask()
  const asked = bench.context.nowMs
  assert.deepEqual(bench.order.view.marks, [])
  await bench.pass(60_000)
  await bench.ask()
  const [fact] = bench.order.facts.filter(({ reading }) => reading.said === 'paying')
  const [concern] = fact?.reading.concerns ?? []
  assert.deepEqual([concern?.code, concern?.afterMs], ['uncollected', 7 * 86_400_000])
  assert.equal(fact?.heardMs, asked)
})

test('what was completed elsewhere is never cancelled for its age', async () => {
  const bench = await confirmed()
  const { number } = viewOf(bench)
  await bench.sim.act(number, { action: 'event', name: 'deduction:fail', details: { times: 99 } })
  const { service_id = '', sub_mchid = '', appid } = bench.order.attempts[0]?.merchant ?? {}
  const { post_payments, time_range } = completion(bench)
  const named = { service_id, sub_mchid, ...(appid && { appid }) }
  await bench.wx.payscore.complete({
    ...named,
    out_order_no: number,
    post_payments,
    time_range,
    total_amount: 4000,
  })
  await bench.pass(2 * 3_600_000)
  assert.equal((await bench.ask()).state, 'paying')
  assert.equal(plan(bench.order, payscore)?.step, 'ask')
})

test('an act out of its turn is refused before it is sent', async () => {
  const bench = await placed()
  const planning = (name: string, details: Record<string, unknown>) => () => {
    const [attempt] = viewOf(bench).attempts
    assert(attempt)
    return payscore.acts?.[name]?.plan({ order: bench.order, attempt, details, context: bench.context })
  }
  assert.equal(ruleOf(planning('complete', completion(bench))), 'not_in_service')
  await bench.sim.act(viewOf(bench).number, { action: 'confirm' })
  await bench.pass(1000)
  assert.equal(ruleOf(planning('sync', {})), 'nothing_to_collect')
  assert.equal(ruleOf(planning('complete', { ...completion(bench), strange: 1 })), 'detail_not_taken')
  assert.throws(planning('complete', { ...completion(bench), total_amount: 1 }), InputError)
  await bench.perform('complete', completion(bench))
  assert.equal(ruleOf(planning('complete', completion(bench))), 'complete_already')
})

test('a refund is followed to its end by its question', async () => {
  const bench = await paid()
  const refund = await bench.refund({ amount: 1000 })
  assert.equal(refund.state, 'processing')
  await bench.pass(1_800_000)
  const done = await bench.askRefund()
  assert.equal(done.state, 'succeeded')
  assert.equal(viewOf(bench).state, 'partially_refunded')
  assert.equal(bench.heard.at(-1)?.kind, 'refund')
  const [question] = payscore.askRefund(bench.order, bench.order.refunds[0] as never)
  const { sub_mchid = '', mchid: sp_mchid = '' } = bench.order.attempts[0]?.merchant ?? {}
  const out_refund_no = refund.number
  const found = await bench.wx.globalRefunds.findByOutRefundNo({ out_refund_no, sp_mchid, sub_mchid })
  assert.equal(question?.read(found).contradicts, undefined)
  assert.equal(
    question?.read({ ...found, transaction_id: '1' }).contradicts,
    'a refund of another transaction',
  )
  const rest = await bench.refund({})
  assert.equal(rest.amount.minor, 3000)
})

for (const outcome of ['abnormal', 'closed'] as const)
  test(`a refund that ends ${outcome} at WeChat Pay is ${outcome} here`, async () => {
    const bench = await paid()
    const { number } = await bench.refund({})
    await bench.sim.act(number, { action: 'event', name: `refund:${outcome}` })
    await bench.pass(60_000)
    assert.equal((await bench.askRefund()).state, outcome)
  })

test('an unknown number is said to be unknown', async () => {
  const bench = await placed()
  const { service_id = '', sub_mchid = '' } = bench.order.attempts[0]?.merchant ?? {}
  const refusal = await refusalOf(bench.wx.payscore.query({ service_id, sub_mchid, out_order_no: 'NOBODY1' }))
  assert.equal(refusal.notFound, true)
})

const words = {
  state: fc.constantFrom('CREATED', 'DOING', 'DONE', 'REVOKED', 'EXPIRED', 'NEW'),
  state_description: fc.constantFrom(undefined, 'USER_CONFIRM', 'MCH_COMPLETE', 'NEW'),
  collection: fc.constantFrom(undefined, { state: 'USER_PAYING' }, { state: 'USER_PAID' }, { state: 'NEW' }),
  need_collection: fc.constantFrom(undefined, true, false),
  total_amount: fc.constantFrom(undefined, 0, 4000),
}

test('the words of a service order mean what the table says', () => {
  const table = [
    [{ state: 'CREATED' }, 'awaiting_payment', undefined, 'waiting'],
    [{ state: 'DOING', state_description: 'USER_CONFIRM' }, 'in_service', undefined, 'waiting'],
    [{ state: 'DOING', state_description: 'MCH_COMPLETE' }, 'paying', undefined, 'paying'],
    [{ state: 'DOING' }, 'unclear', undefined, 'unclear'],
    [{ state: 'DONE', collection: { state: 'USER_PAID' } }, 'paid', undefined, 'paid'],
    [{ state: 'DONE', collection: { state: 'USER_PAYING' } }, 'unclear', undefined, 'unclear'],
    [{ state: 'DONE', need_collection: false, total_amount: 0 }, 'closed', 'no_charge', 'none'],
    [{ state: 'DONE' }, 'unclear', undefined, 'unclear'],
    [{ state: 'REVOKED' }, 'closed', 'cancelled', 'closed'],
    [{ state: 'EXPIRED' }, 'closed', 'expired', 'closed'],
    [{ state: 'NEW' }, 'unclear', undefined, 'unclear'],
  ] as const
  for (const [stated, said, reason, part] of table) {
    const meaning = meaningOf(stated)
    const { said: found, reason: why, part: share } = meaning
    assert.deepEqual([found, why, share], [said, reason, part], JSON.stringify(stated))
  }
})

test('no combination of words reads as paid unless the order is done and its collection paid', () => {
  fc.assert(
    fc.property(fc.record(words), (stated) => {
      const isPaid = stated.state === 'DONE' && stated.collection?.state === 'USER_PAID'
      assert.equal(meaningOf(stated).said === 'paid', isPaid)
      assert.equal(meaningOf(stated).part === 'paid', isPaid)
    }),
  )
})

test('what was collected in several transactions has no one number', () => {
  const stated = {
    service_id: '1',
    appid: 'wx',
    mchid: '1',
    sub_mchid: '2',
    out_order_no: 'N1',
    service_introduction: 'x',
    state: 'DONE' as const,
    risk_fund: { name: 'DEPOSIT' as const, amount: 1 },
    time_range: {},
    order_id: 'o',
    notify_url: 'https://shop.example.cn/',
    currency: 'HKD',
    total_amount: 30,
    collection: {
      state: 'USER_PAID' as const,
      paid_amount: 30,
      details: [
        { amount: 10, transaction_id: 't1' },
        { amount: 20, transaction_id: 't2' },
      ],
    },
  }
  const reading = readStated(stated, 'N1', 'HKD')
  assert.deepEqual(reading.amount, { minor: 30, currency: 'HKD' })
  assert.equal(reading.parts?.[0]?.transactionId, undefined)
  assert.equal(readStated(stated, 'N2').contradicts, 'another order')
})
