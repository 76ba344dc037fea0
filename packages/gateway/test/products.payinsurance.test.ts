/** The adapter of first-generation insurance orders: its tables, its money rules, and the whole gateway with it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SomeSwitches } from '@chadan/simulator'
import fc from 'fast-check'
import { Declined } from '../src/engine/desk.ts'
import type { Order } from '../src/order/order.ts'
import { payinsurance } from '../src/products/payinsurance/index.ts'
import { contradictionOf, type Paid, type Terms, termsOf } from '../src/products/payinsurance/money.ts'
import { noticeReading, tripleOf } from '../src/products/payinsurance/readings.ts'
import { msOfStamp } from '../src/products/payinsurance/stamps.ts'
import { refundStandingOf, refundTable, rows, standingOf } from '../src/products/payinsurance/states.ts'
import { openSqlite } from '../src/store/index.ts'
import { type Bench, openBench } from './contract/bench.ts'
import { samples } from './contract/samples.ts'
import { ruleOf } from './product-bench.ts'

const minute = 60_000
const hour = 60 * minute
const sample = samples.find((one) => one.product === 'payinsurance')

const open = (switches: SomeSwitches = {}) =>
  openBench(async (given) => openSqlite({ ...given, file: ':memory:' }), { switches })

async function place(bench: Bench, more: Record<string, unknown> = {}): Promise<Order> {
  const details = Object.fromEntries(
    Object.entries({ ...sample?.details(bench, 'A-1'), ...more }).filter(([, value]) => value !== undefined),
  )
  const request = { reference: 'A-1', product: 'payinsurance', details } as const
  const { order } = await bench.gateway.place(bench.caller, request, {})
  return order
}

async function paidOrder(bench: Bench, more: Record<string, unknown> = {}): Promise<Order> {
  const order = await place(bench, more)
  await bench.sim.pay(order.view.number)
  await bench.pass(2 * minute)
  return bench.order(order.id)
}

async function happen(bench: Bench, { view }: Order, name: string, details: Record<string, unknown> = {}) {
  await bench.sim.act(view.number, { action: 'event', name, details })
}

async function look(bench: Bench, { id }: Order): Promise<Order> {
  return (await bench.gateway.look(bench.caller, id)).order
}

const marksOf = ({ view }: Order) => view.marks.map((mark) => mark.code).sort()
const cashOnly = {
  pay_type: undefined,
  total_fee: 5000,
  cash_fee: 4700,
  insurance_fee: 0,
  allow_fee_change: 0,
}

test('each row of the table of states says what the dossier says', () => {
  const expected: [words: string, said: string, concern?: string][] = [
    ['INITIAL NOTPAY ?', 'awaiting_payment'],
    ['NOTPAY ? NOTPAY', 'awaiting_payment'],
    ['NOTPAY - NOTPAY', 'awaiting_payment'],
    ['NOTPAY SUCCESS NOTPAY', 'paying', 'cash_taken_on_unpaid'],
    ['INITIAL NOTPAY PAYED', 'paying', 'insurance_taken_on_unpaid'],
    ['PAYING NOTPAY NOTPAY', 'paying'],
    ['PAYING SUCCESS NOTPAY', 'paying', 'cash_taken_insurance_open'],
    ['PAYING NOTPAY PAYED', 'paying', 'insurance_taken_cash_open'],
    ['PAYING SUCCESS PAYED', 'paying', 'paid_legs_not_concluded'],
    ['SUCCESS SUCCESS PAYED', 'paid'],
    ['SUCCESS - PAYED', 'paid'],
    ['SUCCESS SUCCESS -', 'paid'],
    ['SUCCESS REFUND PAYED', 'paid', 'cash_back_unsaid'],
    ['SUCCESS NOTPAY PAYED', 'unclear', 'paid_without_cash'],
    ['SUCCESS CLOSED -', 'unclear', 'paid_without_cash'],
    ['SUCCESS SUCCESS NOTPAY', 'unclear', 'paid_without_insurance'],
    ['SUCCESS SUCCESS REFUND', 'unclear', 'paid_without_insurance'],
    ['SUCCESS - -', 'unclear', 'unforeseen_states'],
    ['SUCCESS ? PAYED', 'unclear', 'unforeseen_states'],
    ['SYS_REFUNDING SUCCESS CLOSED', 'failing', 'system_refund_runs_long'],
    ['SYS_REFUNDED REFUND CLOSED', 'failed'],
    ['SYS_REFUNDED CLOSED -', 'failed'],
    ['SYS_REFUNDED SUCCESS CLOSED', 'failing', 'failed_cash_kept'],
    ['SYS_REFUNDED REFUND PAYED', 'failing', 'failed_insurance_kept'],
    ['CLOSED NOTPAY CLOSED', 'closed'],
    ['CLOSED - CLOSED', 'closed'],
    ['CLOSED SUCCESS NOTPAY', 'failing', 'taken_after_close'],
    ['CLOSED CLOSED PAYED', 'failing', 'taken_after_close'],
    ['CLOSED REFUND CLOSED', 'closed', 'taken_after_close'],
    ['REFUND REFUND REFUND', 'paid', 'refunded_elsewhere'],
    ['REFUND REFUND -', 'paid', 'refunded_elsewhere'],
    ['REFUND - REFUND', 'paid', 'refunded_elsewhere'],
    ['REFUND REFUND PAYED', 'paid', 'cash_alone_refunded'],
    ['REFUND SUCCESS REFUND', 'paid', 'refund_legs_not_moved'],
    ['REFUND SUCCESS PAYED', 'paid', 'refund_legs_not_moved'],
    ['REFUND - PAYED', 'paid', 'refund_legs_not_moved'],
    ['REFUND - -', 'unclear', 'unforeseen_states'],
    ['REFUND NOTPAY REFUND', 'unclear', 'unforeseen_states'],
    ['PAYERROR NOTPAY NOTPAY', 'unclear'],
    ['SUCCESS USERPAYING PAYED', 'unclear'],
  ]
  const met = new Set<unknown>()
  for (const [words, said, concern] of expected) {
    const [med = '', cash = '', insurance = ''] = words.split(' ')
    const found = standingOf({ med, cash, insurance })
    met.add(found)
    assert.deepEqual([found.said, found.concern?.code], [said, concern], words)
  }
  assert.deepEqual(
    rows.filter((row) => !met.has(row)),
    [],
  )
})

test('money under way is a concern after half an hour, a system refund after a day, a contradiction at once', () => {
  const afterMs = (med: string, cash: string, insurance: string) =>
    standingOf({ med, cash, insurance }).concern?.afterMs
  assert.equal(afterMs('PAYING', 'SUCCESS', 'NOTPAY'), 30 * minute)
  assert.equal(afterMs('SYS_REFUNDING', 'SUCCESS', 'CLOSED'), 24 * hour)
  assert.equal(afterMs('SUCCESS', 'NOTPAY', 'PAYED'), undefined)
})

test('no combination of states says paid unless every leg that exists was paid', () => {
  const words = [
    'INITIAL',
    'NOTPAY',
    'PAYING',
    'SUCCESS',
    'REFUND',
    'SYS_REFUNDING',
    'SYS_REFUNDED',
    'CLOSED',
  ]
  const word = fc.option(fc.constantFrom(...words, 'PAYED', 'USERPAYING', 'PAYERROR', 'toString', 'NEW'), {
    nil: undefined,
  })
  fc.assert(
    fc.property(
      word,
      word,
      word,
      fc.option(fc.nat({ max: 4 }), { nil: undefined }),
      (med, cash, insurance, type) => {
        const found = tripleOf({
          med_trade_state: med,
          cash_trade_status: cash,
          insurance_trade_status: insurance,
          pay_type: type,
        })
        if (standingOf(found).said !== 'paid') return
        const legs = [found.cash, found.insurance].filter((leg) => leg !== '-')
        assert.ok(legs.length > 0 && legs.every((leg) => ['SUCCESS', 'PAYED', 'REFUND'].includes(leg)))
        assert.ok(med === 'SUCCESS' || med === 'REFUND')
      },
    ),
    { numRuns: 3000 },
  )
})

test('each row of the table of refund states says what the dossier says', () => {
  const expected: [words: string, said: string, concern?: string][] = [
    ['REFUNDING REFUNDING SUCCESS', 'processing', 'refund_runs_long'],
    ['REFUNDING - REFUNDING', 'processing', 'refund_runs_long'],
    ['REFUNDING SUCCESS FAIL', 'failed'],
    ['REFUNDING CHANGE FAIL', 'failed'],
    ['REFUNDING CHANGE SUCCESS', 'change'],
    ['SUCCESS SUCCESS SUCCESS', 'succeeded'],
    ['SUCCESS SUCCESS -', 'succeeded'],
    ['SUCCESS CHANGE SUCCESS', 'change', 'refund_contradiction_of_legs'],
    ['SUCCESS SUCCESS FAIL', 'failed', 'refund_contradiction_of_legs'],
    ['SUCCESS REFUNDING SUCCESS', 'processing', 'refund_contradiction_of_legs'],
    ['SUCCESS SUCCESS REFUNDING', 'processing', 'refund_contradiction_of_legs'],
    ['REFUNDING FAIL SUCCESS', 'failed'],
    ['FAIL FAIL SUCCESS', 'failed'],
    ['SOMETHING SUCCESS SUCCESS', 'unclear'],
    ['SUCCESS SUCCESS NEW', 'unclear'],
  ]
  for (const [words, said, concern] of expected) {
    const [total = '', cash = '', insurance = ''] = words.split(' ')
    const found = refundStandingOf(total, cash, insurance)
    assert.deepEqual([found.said, found.concern?.code], [said, concern], words)
  }
  assert.equal(refundTable.length, 9)
})

const terms: Terms = {
  total_fee: 13000,
  cash_fee: 4000,
  insurance_fee: 8700,
  cash_add_fee: 500,
  cash_reduced_fee: 0,
  allow_fee_change: 0,
  pay_type: 3,
}
const asOrdered: Paid = { total_fee: 13000, cash_fee: 4000, insurance_fee: 8700, pay_type: 3 }

test('a payment is accepted only as it was ordered, or as the bureau may change it', () => {
  const open: Terms = { ...terms, allow_fee_change: 1 }
  const split = { Insurance_self_fee: 3000, insurance_fund_fee: 5200 }
  const accepted: [Paid, Terms][] = [
    [asOrdered, terms],
    [{ ...asOrdered, ...split, insurance_other_fee: 500 }, terms],
    [{ ...asOrdered, ...split }, terms],
    [{ ...asOrdered, cash_fee: 4300, insurance_fee: 8400 }, open],
    [
      { ...asOrdered, cash_fee: 0, insurance_fee: 12000, pay_type: 2 },
      { ...open, cash_add_fee: 0 },
    ],
    [
      { total_fee: 10, cash_fee: 10, pay_type: 1 },
      { ...open, total_fee: 10, cash_add_fee: 0, pay_type: 1 },
    ],
  ]
  for (const [paid, of] of accepted) assert.equal(contradictionOf(paid, of), undefined, JSON.stringify(paid))
  const refused: [Paid, Terms][] = [
    [{ ...asOrdered, total_fee: 12999 }, terms],
    [{ ...asOrdered, total_fee: 12999 }, open],
    [{ ...asOrdered, cash_fee: 3999 }, terms],
    [{ ...asOrdered, insurance_fee: 8701 }, terms],
    [{ ...asOrdered, pay_type: 2 }, terms],
    [{ ...asOrdered, ...split, insurance_other_fee: 501 }, terms],
    [{ ...asOrdered, Insurance_self_fee: 8701 }, terms],
    [{ ...asOrdered, cash_fee: 13001, insurance_fee: 0 }, open],
    [{ ...asOrdered, cash_fee: 499 }, open],
    [{ ...asOrdered, cash_fee: 5000, insurance_fee: 8001 }, open],
    [{ ...asOrdered, cash_fee: 4300, insurance_fee: 8400, pay_type: 2 }, open],
    [
      { ...asOrdered, insurance_fee: 0 },
      { ...open, pay_type: 1 },
    ],
  ]
  for (const [paid, of] of refused)
    assert.match(contradictionOf(paid, of) ?? 'accepted', /\d/, JSON.stringify(paid))
})

test('an order that breaks a money rule is named by it', () => {
  const details = { ...terms }
  const broken: [string, Partial<Terms>][] = [
    ['m1_total', { total_fee: 0 }],
    ['m1_not_negative', { cash_reduced_fee: -1 }],
    ['m2_cash_holds_addition', { cash_add_fee: 4001 }],
    ['m3_total_covers', { total_fee: 12699 }],
    ['m6_pay_type', { pay_type: 2 }],
    ['m6_pay_type', { pay_type: 1 }],
  ]
  for (const [rule, more] of broken)
    assert.equal(
      ruleOf(() => termsOf({ ...details, ...more })),
      rule,
    )
  assert.equal(termsOf({ ...details, pay_type: undefined })?.pay_type, 3)
  assert.equal(termsOf({ ...details, cash_fee: 'much' }), undefined)
})

test('times are read in both spellings, and what is no time is none', () => {
  const ms = Date.UTC(2026, 2, 17, 2, 0, 1)
  assert.deepEqual(
    ['20260317100001', '2026-03-17 10:00:01', '2026', '20261399000000', undefined].map(msOfStamp),
    [ms, ms, undefined, undefined, undefined],
  )
})

test('a notice proves a cash-only payment; with insurance, or with FAIL, it only makes us ask', () => {
  const notice = {
    hosp_out_trade_no: 'N00001',
    med_trans_id: 'M1',
    result_code: 'SUCCESS',
    total_fee: 13000,
    cash_fee: 4000,
    insurance_fee: 0,
    pay_type: 1,
  }
  const read = (more: object) => noticeReading({ ...notice, ...more } as never)
  const said = (more: object) => [read(more).reading.said, read(more).complete]
  assert.deepEqual(said({}), ['paid', true])
  assert.deepEqual(said({ pay_type: 2 }), ['unclear', false])
  assert.deepEqual(said({ pay_type: 3 }), ['unclear', false])
  assert.deepEqual(said({ result_code: 'FAIL' }), ['unclear', false])
  assert.deepEqual(said({ cash_fee: undefined }), ['unclear', false])
})

test('a cash-only order is proven paid by its notice alone, and its ids are those of the order', async () => {
  await using bench = await open()
  const order = await paidOrder(bench, cashOnly)
  assert.deepEqual([order.view.state, order.view.taken], ['paid', 4700])
  assert.equal(order.facts.find((one) => one.fingerprint === order.view.attempts[0]?.proof)?.source, 'notice')
  const { payinsurance: own } = bench.sim.credentials
  assert.deepEqual(order.attempts[0]?.merchant, {
    mchid: own.mchId,
    appid: own.appid,
    sub_mchid: own.subMchId,
    sub_appid: own.subAppid,
  })
})

test('an online order takes the split of the bureau as its parts', async () => {
  await using bench = await open()
  const online = {
    total_fee: 10000,
    cash_fee: 0,
    cash_reduced_fee: undefined,
    insurance_fee: 10000,
    pay_type: 2,
  }
  const order = await paidOrder(bench, online)
  assert.equal(order.view.state, 'paid')
  assert.deepEqual(
    order.view.attempts[0]?.parts.map(({ id, amount }) => [id, amount.minor]),
    [
      ['cash', 3000],
      ['insurance', 7000],
    ],
  )
})

test('a split that comes to another sum within the total is what was taken', async () => {
  await using bench = await open()
  const { subMchId } = bench.sim.credentials.payinsurance
  const details = { cash: 3000, insurance: 9000 }
  await bench.sim.act(subMchId, { action: 'event', name: 'bureau:split', details })
  const order = await paidOrder(bench)
  // 30.00 of the bureau less 3.00 reduction, and 90.00 insured, where 127.00 were expected.
  assert.deepEqual([order.view.state, order.view.taken, order.view.amount.minor], ['paid', 11700, 11700])
  assert.deepEqual(marksOf(order), [])
})

test('facts hold no openid, no name and no digest of an id number', async () => {
  await using bench = await open()
  const text = JSON.stringify(await paidOrder(bench))
  const { openid, userName, userCardNo } = bench.sim.credentials.payinsurance
  for (const secret of [openid, userName, userCardNo]) assert.equal(text.includes(secret), false)
})

test('the payer is sent to the page that placing answered, with our return page behind it', async () => {
  await using bench = await open()
  const order = await place(bench)
  const handover = await bench.gateway.handover(bench.caller, order.id)
  assert.equal(handover?.scene, 'h5')
  assert.deepEqual(handover?.parameters, { page: order.view.attempts[0]?.kept.pay_url })
})

test('money that is stuck half way is no payment, and needs a person after half an hour', async () => {
  await using bench = await open()
  const order = await place(bench)
  await bench.sim.pay(order.view.number, { legs: { insurance: 'stuck' } })
  await bench.pass(20 * minute)
  const stuck = await bench.order(order.id)
  assert.deepEqual([stuck.view.state, stuck.view.taken, marksOf(stuck)], ['paying', 4000, []])
  await bench.pass(20 * minute)
  assert.deepEqual(marksOf(await bench.order(order.id)), ['cash_taken_insurance_open'])
  await happen(bench, order, 'insurance:success')
  await bench.pass(10 * minute)
  const paid = await bench.order(order.id)
  assert.deepEqual([paid.view.state, marksOf(paid)], ['paid', []])
})

test('a payment that fails halfway is followed until the platform has given the leg back', async () => {
  await using bench = await open()
  const order = await place(bench)
  await bench.sim.pay(order.view.number, { legs: { insurance: 'fail' } })
  await bench.pass(15_000)
  assert.equal((await look(bench, order)).view.state, 'failing')
  await bench.pass(10 * minute)
  const failed = await bench.order(order.id)
  assert.deepEqual([failed.view.state, failed.view.taken, marksOf(failed)], ['failed', 0, []])
})

test('a row for a person marks the order with both legs', async () => {
  await using bench = await open()
  const order = await place(bench)
  await happen(bench, order, 'state:set', { med: 'SYS_REFUNDED', cash: 'SUCCESS', insurance: 'CLOSED' })
  const kept = await look(bench, order)
  assert.deepEqual([kept.view.state, marksOf(kept)], ['failing', ['failed_cash_kept']])
  assert.match(kept.view.marks[0]?.found ?? '', /SYS_REFUNDED, cash SUCCESS, insurance CLOSED/)
})

test('a placement whose hand-over was lost is closed, since nothing gives the page again', async () => {
  await using bench = await open()
  bench.sim.faults.next('payinsurance.unifiedOrder', 'loseAnswer')
  const order = await place(bench)
  await bench.pass(2 * minute)
  const { view } = await bench.order(order.id)
  assert.deepEqual([view.state, view.reason], ['closed', 'handover_lost'])
})

test('a whole refund returns both legs under the one number of the order', async () => {
  await using bench = await open()
  const order = await paidOrder(bench)
  const wish = { reference: 'R-1', details: {} }
  const { refund } = await bench.gateway.refund(bench.caller, order.id, wish)
  assert.equal(refund, `R${order.view.number}`)
  await bench.pass(10 * minute)
  const done = await bench.order(order.id)
  assert.deepEqual([done.view.state, done.view.refunded, marksOf(done)], ['refunded', 12700, []])
  assert.deepEqual(marksOf(await look(bench, order)), [])
  await assert.rejects(
    bench.gateway.refund(bench.caller, order.id, { ...wish, reference: 'R-2' }),
    (error) => error instanceof Declined && error.code === 'one_refund_only',
  )
})

test('refunds that break a rule are declined by its name', async () => {
  await using bench = await open()
  const order = await paidOrder(bench)
  const wishes: [code: string, parts: Record<string, number>, details?: Record<string, unknown>][] = [
    ['r3_insurance_whole', { cash: 4000, insurance: 8699 }],
    ['r4_insurance_alone', { insurance: 8700 }],
    ['r4_cash_exceeds', { cash: 4001 }],
    ['refund_too_small', { cash: 0 }],
    ['detail_differs', { cash: 1 }, { cancel_serial_no: 'other' }],
    ['detail_differs', { cash: 1 }, { request_content: '{"paytype":"DiagPay"}' }],
    ['detail_not_taken', { cash: 1 }, { total_fee: 1 }],
  ]
  for (const [code, parts, details = {}] of wishes)
    await assert.rejects(
      bench.gateway.refund(bench.caller, order.id, { reference: code, parts, details }),
      (error) => {
        assert.ok(error instanceof Declined, String(error))
        assert.equal(error.code, code)
        return true
      },
    )
})

test('a refund of cash alone leaves the insurance untouched and ends what can be refunded', async () => {
  await using bench = await open()
  const order = await paidOrder(bench)
  await bench.gateway.refund(bench.caller, order.id, { reference: 'R-1', parts: { cash: 1000 }, details: {} })
  await bench.pass(10 * minute)
  const done = await look(bench, order)
  assert.deepEqual([done.view.state, done.view.refunded, marksOf(done)], ['partially_refunded', 1000, []])
})

test('an application that was lost is found by its query, and one accepted twice is adopted', async () => {
  await using bench = await open()
  const order = await paidOrder(bench)
  bench.sim.faults.next('payinsurance.refund', 'loseAnswer')
  bench.sim.faults.next('payinsurance.queryRefund', 'systemError', { code: '551', times: 3 })
  await bench.gateway.refund(bench.caller, order.id, { reference: 'R-1', details: {} })
  await bench.pass(hour)
  const done = await bench.order(order.id)
  assert.equal(done.view.refunds[0]?.state, 'succeeded')
})

test('money that went to the merchant instead of the payer needs a person, as does a leg that fails', async () => {
  await using bench = await open({
    payinsurance: { settlingMs: { cashRefund: hour, insuranceRefund: hour } },
  })
  const order = await paidOrder(bench)
  await bench.gateway.refund(bench.caller, order.id, { reference: 'R-1', details: {} })
  await happen(bench, order, 'refund:cash:change')
  await bench.pass(minute)
  assert.deepEqual(marksOf(await bench.order(order.id)), ['refund_change'])
  await happen(bench, order, 'refund:insurance:fail')
  await bench.pass(2 * hour)
  assert.deepEqual(marksOf(await bench.order(order.id)), ['refund_failed'])
})

test('a refund refused for want of money says so, and goes through when it is sent again', async () => {
  await using bench = await open()
  const order = await paidOrder(bench)
  const { subMchId } = bench.sim.credentials.payinsurance
  bench.sim.changeMerchant(subMchId, { balanceMinor: 1 })
  const { refund } = await bench.gateway.refund(bench.caller, order.id, { reference: 'R-1', details: {} })
  const refused = await bench.order(order.id)
  assert.deepEqual([refused.view.refunds[0]?.state, marksOf(refused)], ['refused', ['refund_refused_556']])
  await assert.rejects(
    bench.gateway.refund(bench.caller, order.id, { reference: 'R-2', details: {} }),
    (error) => error instanceof Declined && error.code === 'refund_refused_before',
  )
  bench.sim.changeMerchant(subMchId, { balanceMinor: 1_000_000 })
  await bench.gateway.retryRefund(bench.caller, order.id, refund)
  await bench.pass(10 * minute)
  const done = await bench.order(order.id)
  assert.deepEqual([done.view.refunds[0]?.state, marksOf(done)], ['succeeded', []])
})

test('a refund that nobody ordered here needs a person', async () => {
  await using bench = await open()
  const order = await place(bench)
  await bench.sim.pay(order.view.number)
  await bench.sim.advance(11_000)
  bench.deaf = true
  await happen(bench, order, 'state:set', { med: 'REFUND', cash: 'REFUND', insurance: 'REFUND' })
  const kept = await look(bench, order)
  assert.deepEqual([kept.view.state, marksOf(kept)], ['paid', ['refunded_elsewhere']])
})

test('only paid orders are refunded', async () => {
  await using bench = await open()
  const order = await place(bench)
  await assert.rejects(
    bench.gateway.refund(bench.caller, order.id, { reference: 'R-1', parts: { cash: 1 }, details: {} }),
    (error) => error instanceof Declined && error.code === 'order_not_refundable',
  )
})

test('its timing is that of the dossier', () => {
  const { askMs, fenceMs, fence, handoverLost } = payinsurance.timing
  assert.deepEqual(askMs.slice(0, 3), [5_000, 15_000, 30_000])
  assert.equal(askMs.at(-1), 6 * hour)
  assert.deepEqual([fenceMs, fence, handoverLost], [130 * minute, 'place', 'close'])
})
