/** The adapter of mixed orders: its tables, its rules, and the whole gateway with it against the simulator. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { optionsOf, WechatPay } from '@chadan/client'
import type { SomeSwitches } from '@chadan/simulator'
import fc from 'fast-check'
import { Declined } from '../src/engine/desk.ts'
import type { Order } from '../src/order/order.ts'
import { medIns } from '../src/products/medIns/index.ts'
import { cashReading, noticeReading, orderReading } from '../src/products/medIns/readings.ts'
import { rows, standingOf } from '../src/products/medIns/states.ts'
import type { Context } from '../src/products/product.ts'
import { openSqlite } from '../src/store/index.ts'
import { type Bench, openBench } from './contract/bench.ts'
import { samples } from './contract/samples.ts'
import { ruleOf } from './product-bench.ts'

const minute = 60_000
const hour = 60 * minute
const sample = samples.find((one) => one.product === 'medIns')

const open = (switches: SomeSwitches = {}) =>
  openBench(async (given) => openSqlite({ ...given, file: ':memory:' }), { switches })

function detailsOf(bench: Bench, more: Record<string, unknown> = {}) {
  return Object.fromEntries(
    Object.entries({ ...sample?.details(bench, 'A-1'), ...more }).filter(([, value]) => value !== undefined),
  )
}

async function place(
  bench: Bench,
  more: Record<string, unknown> = {},
  { expiresMs }: { expiresMs?: number } = {},
): Promise<Order> {
  const details = detailsOf(bench, more)
  const { order } = await bench.gateway.place(
    bench.caller,
    { reference: 'A-1', product: 'medIns', details, expiresMs },
    {},
  )
  return order
}

const mixOf = ({ view }: Order) => view.attempts[0]?.kept.mix_trade_no ?? ''
const marksOf = ({ view }: Order) => view.marks.map((mark) => mark.code)
const partsOf = ({ view }: Order) => view.attempts[0]?.parts.map((part) => part.state)
const cashOf = ({ sim }: Bench, { view }: Order) => sim.checkout(view.number)?.state

const insuranceOnly = {
  mix_pay_type: 'INSURANCE_ONLY',
  wechat_pay_cash_fee: undefined,
  cash_add_detail: undefined,
  total_fee: 16000,
  cash_reduce_detail: [{ cash_reduce_fee: 5600, cash_reduce_type: 'DISCOUNT' }],
}
const cashOnly = {
  mix_pay_type: 'CASH_ONLY',
  pay_order_id: undefined,
  pay_auth_no: undefined,
  geo_location: undefined,
  med_ins_order_create_time: undefined,
  med_ins_gov_fee: undefined,
  med_ins_self_fee: undefined,
  med_ins_other_fee: undefined,
  med_ins_cash_fee: undefined,
  cash_add_detail: undefined,
  total_fee: 6400,
}
const bureau = {
  med_refund_gov_fee: 6820,
  med_refund_self_fee: 3150,
  med_refund_other_fee: 430,
  refund_time: '2026-03-17T15:20:08+08:00',
}

test('each row of the table of statuses says what the dossier says', () => {
  const expected: Record<string, [said: string, concern?: string]> = {
    'CREATED CREATED CREATED': ['awaiting_payment'],
    'CREATED SUCCESS CREATED': ['paying', 'one_leg_taken'],
    'CREATED CREATED SUCCESS': ['paying', 'one_leg_taken'],
    'SUCCESS SUCCESS SUCCESS': ['paid'],
    'FAIL SUCCESS FAIL': ['failing', 'cash_taken_insurance_failed'],
    'FAIL FAIL SUCCESS': ['failing', 'insurance_taken_cash_failed'],
    'FAIL FAIL FAIL': ['failed'],
    'FAIL CREATED FAIL': ['failing'],
    'FAIL REFUND FAIL': ['failed', 'refunded_elsewhere'],
    'FAIL FAIL REFUND': ['failed', 'refunded_elsewhere'],
    'SUCCESS REFUND SUCCESS': ['paid', 'refunded_elsewhere'],
    'SUCCESS SUCCESS REFUND': ['paid', 'refunded_elsewhere'],
    'REFUND REFUND REFUND': ['paid', 'refunded_elsewhere'],
    'FAIL FAIL CREATED': ['failing', 'insurance_open_on_failed'],
    'FAIL SUCCESS CREATED': ['failing', 'cash_taken_insurance_failed'],
    'FAIL CREATED SUCCESS': ['failing', 'insurance_taken_cash_failed'],
    'FAIL CREATED CREATED': ['failing'],
    'CREATED CREATED NONE': ['awaiting_payment'],
    'SUCCESS SUCCESS NONE': ['paid'],
    'REFUND REFUND NONE': ['paid', 'refunded_elsewhere'],
    'FAIL FAIL NONE': ['failed'],
    'FAIL CREATED NONE': ['failing'],
    'FAIL REFUND NONE': ['failed', 'refunded_elsewhere'],
    'CREATED NONE CREATED': ['awaiting_payment'],
    'SUCCESS NONE SUCCESS': ['paid'],
    'REFUND NONE REFUND': ['paid', 'refunded_elsewhere'],
    'FAIL NONE FAIL': ['failed'],
    'FAIL NONE CREATED': ['failing', 'insurance_open_on_failed'],
    'FAIL NONE REFUND': ['failed', 'refunded_elsewhere'],
    // Beyond the table: listed words that nobody foresaw, and words that are not listed.
    'SUCCESS CREATED SUCCESS': ['unclear', 'unforeseen_states'],
    'CREATED NONE NONE': ['unclear', 'unforeseen_states'],
    'UNKNOWN SUCCESS SUCCESS': ['unclear'],
    'SUCCESS ? SUCCESS': ['unclear'],
  }
  for (const [words, [said, concern]] of Object.entries(expected)) {
    const [mix = '', self = '', insurance = ''] = words.split(' ')
    const found = standingOf({ mix, self, insurance })
    assert.deepEqual([found.said, found.concern?.code], [said, concern], words)
  }
  assert.deepEqual(
    Object.keys(rows).filter((row) => !(row in expected)),
    [],
  )
})

test('no combination of statuses says paid unless every leg that exists was paid', () => {
  const words = ['CREATED', 'SUCCESS', 'REFUND', 'FAIL', 'UNKNOWN', 'SOMETHING_NEW', '']
  const status = (prefix: string, none: string) =>
    fc.constantFrom(...words.map((word) => `${prefix}${word}`), none, 'UNKNOWN_STATUS', 'toString')
  fc.assert(
    fc.property(
      status('MIX_PAY_', 'NONE'),
      status('SELF_PAY_', 'NO_SELF_PAY'),
      status('MED_INS_PAY_', 'NO_MED_INS_PAY'),
      (mix, self, insurance) => {
        const found = { mix_pay_status: mix, self_pay_status: self, med_ins_pay_status: insurance }
        const { said } = orderReading({ total_fee: 1, mix_trade_no: 'M', ...found } as never, 'N')
        const taken = ['SELF_PAY_SUCCESS', 'SELF_PAY_REFUND', 'MED_INS_PAY_SUCCESS', 'MED_INS_PAY_REFUND']
        const legs = [self, insurance].filter((one) => one !== 'NO_SELF_PAY' && one !== 'NO_MED_INS_PAY')
        const whole = mix === 'MIX_PAY_SUCCESS' || mix === 'MIX_PAY_REFUND'
        const isPaid = whole && legs.length > 0 && legs.every((one) => taken.includes(one))
        if (said === 'paid') assert.ok(isPaid, `${mix} ${self} ${insurance}`)
      },
    ),
    { numRuns: 2000 },
  )
})

test('amounts that break a rule are declined by its name, and nothing is sent', async () => {
  await using bench = await open()
  const broken: [rule: string, more: Record<string, unknown>][] = [
    ['a1_total', { total_fee: 16801 }],
    ['a3_charge', { wechat_pay_cash_fee: 4999, total_fee: 16799 }],
    ['a5_cash_only_without_insurance', { ...cashOnly, med_ins_gov_fee: 1, total_fee: 6401 }],
    ['a5_a7_charges', { ...cashOnly, wechat_pay_cash_fee: 0, total_fee: 1400 }],
    ['a6_insurance_only_charges_nothing', { ...insuranceOnly, wechat_pay_cash_fee: 1 }],
    [
      'a7_bureau_figures',
      { med_ins_gov_fee: 0, med_ins_self_fee: 0, med_ins_other_fee: 0, med_ins_cash_fee: 0 },
    ],
    ['a9_insurance_only_reductions', { ...insuranceOnly, cash_reduce_detail: [{ cash_reduce_fee: 5599 }] }],
    [
      'a10_reductions_within_cash',
      { cash_reduce_detail: [{ cash_reduce_fee: 6401, cash_reduce_type: 'DISCOUNT' }] },
    ],
  ]
  for (const [rule, more] of broken)
    await assert.rejects(place(bench, more), (error) => {
      assert.ok(error instanceof Declined)
      assert.equal(error.code, rule)
      assert.match(error.message, /found \d+, expected/)
      return true
    })
  assert.equal(bench.sim.recent().length, 0)
})

test('fields of the mixed order are checked before the cash order is placed', async () => {
  await using bench = await open()
  await assert.rejects(
    place(bench, { city_id: 'much too long', no_such_field: 1 }),
    (error) => error instanceof Declined && error.problems.length === 2,
  )
  assert.equal(bench.sim.recent().length, 0)
})

test('without a partner the order and its cash order name no institution', () => {
  const context: Context = {
    signer: { id: 's', mode: 'direct', mchid: '1900000001', appid: 'wx0000000000000001' },
    tenant: { sub_mchid: '1900000002' },
    notifyUrl: 'https://pay.example.cn/notify',
    returnUrl: 'https://pay.example.cn/return',
    nowMs: Date.UTC(2026, 2, 17, 2),
    draw: () => 'N0000000000000001',
  }
  const details = { mix_pay_type: 'CASH_ONLY', total_fee: 10, wechat_pay_cash_fee: 10, openid: 'o1' }
  const { errands, merchant } = medIns.open({ details }, context)
  assert.deepEqual(merchant, { mchid: '1900000001', appid: 'wx0000000000000001' })
  assert.deepEqual(
    errands.map(({ step, operation }) => [step, operation.id]),
    [
      ['prepay', 'cash.prepay'],
      ['create', 'medIns.create'],
    ],
  )
  assert.deepEqual(errands[0]?.input, {
    out_trade_no: 'N0000000000000001',
    time_expire: '2026-03-17T10:30:00+08:00',
    notify_url: 'https://pay.example.cn/notify',
    amount: { total: 10, currency: 'CNY' },
    mchid: '1900000001',
    appid: 'wx0000000000000001',
    payer: { openid: 'o1' },
  })
  const other = { ...details, appid: 'wx0000000000000002' }
  assert.equal(
    ruleOf(() => medIns.open({ details: other }, context)),
    'another_merchant',
  )
})

test('the cashier is opened from a page or a mini program, with pay parameters where cash is charged', async () => {
  await using bench = await open()
  const order = await place(bench)
  const handover = await bench.gateway.handover(bench.caller, order.id)
  const { page, mini_program } = (handover?.parameters ?? {}) as Record<string, Record<string, string>>
  assert.equal(page?.appid, bench.sim.credentials.apiv3.subAppid)
  assert.equal(page?.mixTradeNo, mixOf(order))
  assert.equal(mini_program?.appid, undefined)
  assert.match(mini_program?.package ?? '', /^prepay_id=/)
  assert.equal(handover?.expiresMs, order.attempts[0]?.expiresMs)
})

test('an insurance-only order has one call, one part, and no pay parameters', async () => {
  await using bench = await open()
  const order = await place(bench, insuranceOnly)
  const handover = await bench.gateway.handover(bench.caller, order.id)
  assert.deepEqual(handover?.parameters.mini_program, { mixTradeNo: mixOf(order) })
  await bench.sim.pay(mixOf(order))
  await bench.pass(minute)
  const paid = await bench.order(order.id)
  assert.deepEqual([paid.view.state, paid.view.taken], ['paid', 10400])
})

test('a cash-only order is paid by its one leg', async () => {
  await using bench = await open()
  const order = await place(bench, cashOnly)
  await bench.sim.pay(mixOf(order))
  await bench.pass(minute)
  const paid = await bench.order(order.id)
  assert.deepEqual([paid.view.state, paid.view.taken, partsOf(paid)], ['paid', 5000, ['paid']])
})

test('a notice without amounts or legs makes us ask, and the answer proves the payment', async () => {
  await using bench = await open({ medIns: { noticeForm: 'minimal' } })
  const order = await place(bench)
  await bench.sim.pay(mixOf(order))
  await bench.pass(20_000)
  const paid = await bench.order(order.id)
  assert.equal(paid.view.state, 'paid')
  assert.equal(paid.facts.find((one) => one.fingerprint === paid.view.attempts[0]?.proof)?.source, 'answer')
})

test('a notice proves the payment only with both legs and all amounts', async () => {
  await using bench = await open()
  const notice = {
    ...detailsOf(bench),
    out_trade_no: 'N1',
    mix_trade_no: 'M1',
    mix_pay_status: 'MIX_PAY_SUCCESS',
    self_pay_status: 'SELF_PAY_SUCCESS',
    med_ins_pay_status: 'MED_INS_PAY_SUCCESS',
  }
  const told = (more: object) => {
    const { reading, complete } = noticeReading({ ...notice, ...more } as never)
    return [reading.said, complete]
  }
  assert.deepEqual(told({}), ['paid', true])
  for (const name of ['total_fee', 'wechat_pay_cash_fee', 'med_ins_gov_fee', 'self_pay_status'])
    assert.deepEqual(told({ [name]: undefined }), ['unclear', false], name)
  assert.deepEqual(told({ med_ins_pay_status: 'MED_INS_PAY_CREATED' }), ['unclear', false])
})

test('a closed cash order ends the attempt only where nothing of the mixed order can still be paid', async () => {
  await using bench = await open()
  const order = await place(bench)
  const [attempt] = order.attempts
  assert.ok(attempt)
  const closed = { trade_state: 'CLOSED', amount: { total: 5000, currency: 'CNY' } } as const
  const unseen = { ...order, facts: [] }
  const seen = (word: string) => {
    const [fact] = order.facts.filter(({ by }) => by === 'medIns.create')
    return { ...order, facts: [{ ...fact, reading: { ...fact?.reading, word } }] } as Order
  }
  assert.equal(cashReading(closed, attempt, unseen).said, 'closed')
  assert.equal(cashReading(closed, attempt, seen('FAIL CREATED FAIL')).said, 'closed')
  for (const word of ['CREATED CREATED CREATED', 'CREATED CREATED NONE', 'FAIL CREATED SUCCESS'])
    assert.equal(cashReading(closed, attempt, seen(word)).said, 'accepted', word)
  // Paid in cash with no mixed order to be seen is a matter for a person.
  const paid = cashReading({ ...closed, trade_state: 'SUCCESS' }, attempt, unseen)
  assert.deepEqual([paid.said, paid.concerns?.[0]?.code], ['accepted', 'cash_paid_without_order'])
})

test('facts hold no openid, no name and no digest of an id number', async () => {
  await using bench = await open()
  const order = await place(bench)
  await bench.sim.pay(mixOf(order))
  await bench.pass(minute)
  const text = JSON.stringify(await bench.order(order.id))
  const { payer } = detailsOf(bench) as { payer: { name: string; id_digest: string } }
  for (const secret of [bench.sim.credentials.apiv3.subOpenid, payer.name, payer.id_digest])
    assert.equal(text.includes(secret), false)
})

test('a prepay whose answer was lost is sent again, since only its answer holds the prepay_id', async () => {
  await using bench = await open()
  bench.sim.faults.next('cash.prepayPartner', 'loseAnswer')
  const order = await place(bench)
  await bench.pass(2 * minute)
  const placed = await bench.order(order.id)
  assert.equal(placed.view.state, 'awaiting_payment')
  assert.deepEqual(
    placed.attempts[0]?.errands.map(({ step, sends }) => [step, sends]),
    [
      ['prepay', 2],
      ['create', 1],
    ],
  )
})

test('a mixed order that never arrives is ended by closing its cash order', async () => {
  await using bench = await open()
  bench.sim.faults.next('medIns.create', 'loseRequest', { times: 99 })
  const order = await place(bench)
  await bench.pass(40 * minute)
  const { view } = await bench.order(order.id)
  assert.deepEqual([view.state, view.reason], ['closed', 'expired'])
  assert.equal(cashOf(bench, order), 'closed')
})

test('a mixed order that is refused ends its cash order at once', async () => {
  await using bench = await open({ medIns: { bureauChecks: true } })
  const order = await place(bench)
  await bench.pass(minute)
  const { view } = await bench.order(order.id)
  assert.deepEqual([view.state, view.reason], ['closed', 'refused'])
  assert.equal(cashOf(bench, order), 'closed')
})

test('an insurance-only order that never arrives ends ten minutes after its last copy', async () => {
  await using bench = await open()
  bench.sim.faults.next('medIns.create', 'loseRequest', { times: 99 })
  const order = await place(bench, insuranceOnly)
  await bench.pass(2 * hour)
  const { view } = await bench.order(order.id)
  assert.deepEqual([view.state, view.reason], ['closed', 'never_placed'])
})

test('no order outlives the prepay_id it is bound to, and its cash order is closed with it', async () => {
  await using bench = await open({ medIns: { unpaidCashLeg: 'staysOpen' } })
  const order = await place(bench, {}, { expiresMs: bench.sim.clock.now() + 4 * hour })
  await bench.pass(4 * hour - minute)
  const { view, attempts } = await bench.order(order.id)
  assert.deepEqual([view.state, view.reason, attempts[0]?.closes], ['closed', 'expired', 1])
  assert.notEqual(cashOf(bench, order), 'open')
})

test('cash that was taken while the bureau refused needs a person, and its refund ends the order', async () => {
  await using bench = await open()
  const order = await place(bench)
  await bench.sim.pay(mixOf(order), { legs: { cash: 'success', insurance: 'fail', reason: '金额已变化' } })
  await bench.pass(2 * minute)
  const failing = await bench.order(order.id)
  assert.deepEqual([failing.view.state, failing.view.taken], ['failing', 5000])
  assert.deepEqual(marksOf(failing), ['cash_taken_insurance_failed'])
  const wish = { reference: 'R-1', details: {} }
  await bench.gateway.refund(bench.caller, order.id, wish)
  await bench.pass(hour)
  const { order: done } = await bench.gateway.look(bench.caller, order.id)
  assert.deepEqual([done.view.state, done.view.taken, done.view.refunded], ['failed', 5000, 5000])
  assert.deepEqual(marksOf(done), [])
})

test('insurance that was taken while the cash failed is reported once the bureau gave it back', async () => {
  await using bench = await open({ medIns: { legOrder: 'insuranceFirst' } })
  const order = await place(bench)
  await bench.sim.pay(mixOf(order), { legs: { cash: 'fail', insurance: 'success' } })
  await bench.pass(2 * minute)
  const failing = await bench.order(order.id)
  assert.deepEqual([failing.view.state, marksOf(failing)], ['failing', ['insurance_taken_cash_failed']])
  await bench.gateway.refund(bench.caller, order.id, { reference: 'R-1', details: bureau })
  await bench.pass(10 * minute)
  const { order: done } = await bench.gateway.look(bench.caller, order.id)
  assert.deepEqual([done.view.state, done.view.refunds[0]?.state], ['failed', 'succeeded'])
})

test('a leg that is stuck is no payment, needs a person after half an hour, and is paid when it moves', async () => {
  await using bench = await open()
  const order = await place(bench)
  await bench.sim.pay(mixOf(order), { legs: { insurance: 'stuck' } })
  await bench.pass(5 * minute)
  const stuck = await bench.order(order.id)
  assert.deepEqual([stuck.view.state, partsOf(stuck), marksOf(stuck)], ['paying', ['paid', 'waiting'], []])
  await bench.pass(30 * minute)
  assert.deepEqual(marksOf(await bench.order(order.id)), ['one_leg_taken'])
  await bench.sim.act(mixOf(order), { action: 'event', name: 'insurance:success' })
  await bench.pass(minute)
  const paid = await bench.order(order.id)
  assert.deepEqual([paid.view.state, marksOf(paid)], ['paid', []])
})

async function paidOrder(bench: Bench): Promise<Order> {
  const order = await place(bench)
  await bench.sim.pay(mixOf(order))
  await bench.pass(minute)
  return bench.order(order.id)
}

test('a whole refund gives the cash back, then reports what the bureau gave back under the same number', async () => {
  await using bench = await open()
  const order = await paidOrder(bench)
  await bench.gateway.refund(bench.caller, order.id, { reference: 'R-1', details: bureau })
  await bench.pass(hour)
  const { order: done } = await bench.gateway.look(bench.caller, order.id)
  assert.deepEqual([done.view.state, done.view.refunded], ['refunded', 15400])
  assert.deepEqual(
    done.refunds[0]?.errands.map(({ step, sends }) => [step, sends]),
    [
      ['refund', 1],
      ['report', 1],
    ],
  )
  const answered = await bench.sim
    .act(mixOf(order), { action: 'cancel' })
    .catch((error: Error) => error.message)
  assert.match(String(answered), /paid/)
  assert.deepEqual(marksOf(done), [])
})

test('a report that was lost is made again, identically', async () => {
  await using bench = await open()
  const order = await paidOrder(bench)
  bench.sim.faults.next('medIns.reportInsuranceRefund', 'loseRequest')
  await bench.gateway.refund(bench.caller, order.id, {
    reference: 'R-1',
    parts: { insurance: 10400 },
    details: bureau,
  })
  await bench.pass(hour)
  const done = await bench.order(order.id)
  assert.equal(done.view.refunds[0]?.state, 'succeeded')
  assert.equal(done.refunds[0]?.errands[0]?.sends, 2)
})

test('refunds that break a rule are declined by its name', async () => {
  await using bench = await open()
  const order = await paidOrder(bench)
  const wishes: [rule: string, parts: Record<string, number>, details: Record<string, unknown>][] = [
    ['report_incomplete', { insurance: 10400 }, {}],
    ['a13_report_total', { insurance: 10400 }, { ...bureau, med_refund_gov_fee: 6819 }],
    [
      'a14_report_exceeds',
      { insurance: 10400 },
      { ...bureau, med_refund_gov_fee: 6821, med_refund_self_fee: 3149 },
    ],
    ['report_without_insurance', { cash: 100 }, bureau],
    ['details_invalid', { cash: 5001 }, {}],
    ['unknown_part', { elsewhere: 1 }, {}],
    ['detail_not_taken', { cash: 100 }, { colour: 'red' }],
  ]
  for (const [code, parts, details] of wishes)
    await assert.rejects(
      bench.gateway.refund(bench.caller, order.id, { reference: code, parts, details }),
      (error) => {
        assert.ok(error instanceof Declined, String(error))
        assert.equal(error.code, code)
        return true
      },
    )
  await bench.gateway.refund(bench.caller, order.id, {
    reference: 'R-1',
    parts: { insurance: 10400 },
    details: bureau,
  })
  await assert.rejects(
    bench.gateway.refund(bench.caller, order.id, {
      reference: 'R-2',
      parts: { insurance: 1 },
      details: bureau,
    }),
    (error) => error instanceof Declined && error.code === 'insurance_reported',
  )
})

test('a number that WeChat Pay holds with other amounts needs a person before anybody pays', async () => {
  await using bench = await open()
  const order = await place(bench)
  const found = {
    ...detailsOf(bench),
    mix_trade_no: 'M1',
    mix_pay_status: 'MIX_PAY_CREATED',
    self_pay_status: 'SELF_PAY_CREATED',
    med_ins_pay_status: 'MED_INS_PAY_CREATED',
  }
  const codes = (more: object) =>
    orderReading({ ...found, ...more } as never, order.view.number, order).concerns?.map(({ code }) => code)
  assert.equal(codes({}), undefined)
  assert.deepEqual(codes({ total_fee: 16801 }), ['other_content_under_number'])
  const paid = {
    mix_pay_status: 'MIX_PAY_SUCCESS',
    self_pay_status: 'SELF_PAY_SUCCESS',
    med_ins_pay_status: 'MED_INS_PAY_SUCCESS',
  }
  const reading = orderReading({ ...found, ...paid, total_fee: 16801 } as never, order.view.number, order)
  assert.equal(reading.contradicts, 'total_fee 16801 instead of 16800')
})

test('a refund that nobody ordered here needs a person', async () => {
  await using bench = await open()
  const order = await paidOrder(bench)
  const { apiv3 } = bench.sim.credentials
  const stranger = new WechatPay({
    ...optionsOf({ ...bench.sim.credentials, mode: 'partner' }),
    fetch: bench.sim.fetch,
    clock: bench.sim.clock,
  })
  await stranger.refunds.create({
    sub_mchid: apiv3.subMchid,
    out_trade_no: order.view.number,
    out_refund_no: 'CONSOLE1',
    notify_url: 'https://elsewhere.example.cn/notify',
    amount: { refund: 5000, total: 5000, currency: 'CNY' },
  })
  await bench.pass(hour)
  const seen = orderReading(
    (await stranger.medIns.queryByOutTradeNo({
      out_trade_no: order.view.number,
      sub_mchid: apiv3.subMchid,
    })) as never,
    order.view.number,
  )
  assert.equal(seen.word, 'SUCCESS REFUND SUCCESS')
  const fact = { ...order.facts[0], reading: seen, lastAskedMs: bench.sim.clock.now(), verified: true }
  const concerns = medIns.concerns?.(
    { ...order, facts: [...order.facts, fact] } as Order,
    order.view.attempts[0] as never,
    [],
  )
  assert.deepEqual(
    concerns?.map(({ code }) => code),
    ['refunded_elsewhere'],
  )
})
