import assert from 'node:assert/strict'
import { test } from 'node:test'
import { check, notifications, operations, readAnswer } from '@chadan/protocol'
import type { LegOutcomes, SomeSwitches } from '../src/index.ts'
import { cashOnly, type Hospital, hour, insuranceOnly, number, openHospital, second } from './medIns-bench.ts'
import { openBench } from './support.ts'

const { cash, medIns, refunds } = operations

const events = (hospital: Hospital) => hospital.heard.map((notice) => hospital.open(notice).event_type)

async function refundCash(hospital: Hospital, refund = 5000): Promise<void> {
  const body = {
    sub_mchid: hospital.sim.credentials.apiv3.subMchid,
    out_trade_no: number,
    out_refund_no: `R${refund}`,
    notify_url: 'https://shop.example.cn/refund',
    amount: { refund, total: 5000, currency: 'CNY' },
  }
  assert.equal((await hospital.ask(refunds.create, { body })).status, 200)
  // The leg is refunded when the refund has arrived, not when it is accepted (X26).
  assert.ok(!(await hospital.statuses()).includes('REFUND'))
  await hospital.sim.advance(5 * second)
}

async function closeCash(hospital: Hospital) {
  const { mchid, subMchid } = hospital.sim.credentials.apiv3
  return hospital.ask(cash.closePartner, {
    path: { out_trade_no: number },
    body: { sp_mchid: mchid, sub_mchid: subMchid },
  })
}

test('a mixed order is placed, paid leg by leg, announced once and found by both numbers', async () => {
  const hospital = await openHospital()
  const mixTradeNo = await hospital.placed()
  assert.match(mixTradeNo, /^20260317100000\d{16}$/)
  assert.equal(await hospital.statuses(), 'CREATED CREATED CREATED')
  await hospital.sim.pay(mixTradeNo)
  assert.equal(hospital.sim.checkout(mixTradeNo)?.state, 'paying')
  await hospital.sim.advance(second)
  assert.equal(await hospital.statuses(), 'CREATED SUCCESS CREATED')
  assert.deepEqual(events(hospital), ['TRANSACTION.SUCCESS'])
  await hospital.sim.advance(second)
  assert.equal(await hospital.statuses(), 'SUCCESS SUCCESS SUCCESS')
  assert.deepEqual(events(hospital), ['TRANSACTION.SUCCESS', 'MEDICAL_INSURANCE.SUCCESS'])

  const answered = (await hospital.query()).body
  assert.equal(answered.paid_time, '2026-03-17T10:00:02+08:00')
  assert.deepEqual(JSON.parse(answered.passthrough_response_content), {
    payOrdId: 'ORD330100202603171000420000917',
    payAuthNo: 'AUTH330100202603171000301000446',
    setlLatlnt: '120.153576,30.287459',
  })
  const names = Object.keys(answered)
  const declared = Object.keys(medIns.create.result.fields).filter((name) => names.includes(name))
  assert.deepEqual(names, declared)
  for (const name of ['payer', 'relative', 'transaction_id']) assert.ok(!names.includes(name))
  const byMix = await hospital.ask(medIns.queryByMixTradeNo, {
    path: { mix_trade_no: mixTradeNo },
    query: { sub_mchid: answered.sub_mchid },
  })
  assert.deepEqual(byMix.body, answered)
})

test('the notice brings the whole order, sealed for the provider that placed it', async () => {
  const hospital = await openHospital()
  await hospital.sim.pay(await hospital.placed())
  await hospital.sim.advance(2 * second)
  const notice = hospital.heard.at(-1)
  assert.ok(notice)
  assert.equal(notice.url, 'https://shop.example.cn/med-ins')
  const { resource, ...envelope } = JSON.parse(notice.body)
  assert.deepEqual([resource.original_type, resource.associated_data], ['medical_insurance', 'medins'])
  assert.equal(envelope.summary, '医保混合收款成功')
  assert.deepEqual(hospital.open(notice).resource, (await hospital.query()).body)
})

const forms: [string, SomeSwitches['medIns'], (resource: Record<string, unknown>) => void][] = [
  [
    'without amounts',
    { noticeAmounts: false },
    (resource) => {
      assert.equal(resource.total_fee, undefined)
      assert.ok(resource.cash_add_detail)
    },
  ],
  [
    'with amounts as text and details as one object',
    { noticeForm: 'loose' },
    (resource) => {
      assert.equal(resource.total_fee, '16800')
      assert.deepEqual(resource.cash_add_detail, { cash_add_type: 'FREIGHT' })
    },
  ],
  [
    'with the sure fields alone',
    { noticeForm: 'minimal' },
    (resource) => assert.equal(Object.keys(resource).length, 10),
  ],
]
for (const [what, switches, holds] of forms) {
  test(`a notice ${what} still agrees with its declaration`, async () => {
    const hospital = await openHospital(switches)
    await hospital.sim.pay(await hospital.placed())
    await hospital.sim.advance(2 * second)
    const { resource } = hospital.open(hospital.heard.at(-1) as never)
    holds(resource)
    const { fields, rules } = notifications.medIns.paid.resource
    assert.deepEqual(check(fields, rules, readAnswer(notifications.medIns.paid.resource, resource)), [])
  })
}

test('an unanswered notice is repeated after 2, 6, 14 and 30 seconds, then never', async () => {
  const hospital = await openHospital()
  hospital.status = 500
  await hospital.sim.pay(await hospital.placed())
  await hospital.sim.advance(2 * second)
  const heardAt: number[] = []
  const start = hospital.sim.clock.now()
  const count = () => events(hospital).filter((event) => event === 'MEDICAL_INSURANCE.SUCCESS').length
  for (let before = count(), waited = 0; waited < 120; waited++) {
    await hospital.sim.advance(second)
    if (count() > before) heardAt.push((hospital.sim.clock.now() - start) / second)
    before = count()
  }
  assert.deepEqual(heardAt, [2, 6, 14, 30])
})

/** The combinations of the two legs of a mixed order: what is done, and what the query then shows. */
const rows: {
  shows: string
  switches?: SomeSwitches['medIns']
  legs?: LegOutcomes
  after?: (hospital: Hospital, mixTradeNo: string) => Promise<unknown>
}[] = [
  { shows: 'CREATED CREATED CREATED' },
  { shows: 'CREATED SUCCESS CREATED', legs: { insurance: 'stuck' } },
  { shows: 'CREATED CREATED SUCCESS', legs: { cash: 'stuck' }, switches: { legOrder: 'insuranceFirst' } },
  { shows: 'SUCCESS SUCCESS SUCCESS', legs: {} },
  { shows: 'FAIL SUCCESS FAIL', legs: { insurance: 'fail' } },
  { shows: 'FAIL FAIL SUCCESS', legs: { cash: 'fail' }, switches: { legOrder: 'insuranceFirst' } },
  { shows: 'FAIL FAIL FAIL', legs: { cash: 'fail' } },
  {
    shows: 'FAIL CREATED FAIL',
    legs: { insurance: 'fail' },
    switches: { legOrder: 'insuranceFirst', unpaidCashLeg: 'staysOpen' },
  },
  { shows: 'FAIL REFUND FAIL', legs: { insurance: 'fail' }, after: (hospital) => refundCash(hospital) },
  {
    shows: 'FAIL FAIL REFUND',
    legs: { cash: 'fail' },
    switches: { legOrder: 'insuranceFirst' },
    after: (hospital, mixTradeNo) => hospital.report(mixTradeNo),
  },
  { shows: 'SUCCESS REFUND SUCCESS', legs: {}, after: (hospital) => refundCash(hospital) },
  { shows: 'SUCCESS SUCCESS REFUND', legs: {}, after: (hospital, mixTradeNo) => hospital.report(mixTradeNo) },
  {
    shows: 'REFUND REFUND REFUND',
    legs: {},
    after: async (hospital, mixTradeNo) => {
      await refundCash(hospital)
      await hospital.report(mixTradeNo)
    },
  },
]
for (const { shows, switches, legs, after } of rows) {
  test(`a mixed order can stand at ${shows}`, async () => {
    const hospital = await openHospital(switches)
    const mixTradeNo = await hospital.placed()
    if (legs) await hospital.sim.pay(mixTradeNo, { legs })
    await hospital.sim.advance(5 * second)
    await after?.(hospital, mixTradeNo)
    assert.equal(await hospital.statuses(), shows)
    const paid = events(hospital).filter((event) => event === 'MEDICAL_INSURANCE.SUCCESS').length
    assert.equal(paid, shows.startsWith('SUCCESS') || shows.startsWith('REFUND') ? 1 : 0)
  })
}

test('orders of one leg follow that leg', async () => {
  const cashHospital = await openHospital()
  await cashHospital.sim.pay(await cashHospital.placed(cashOnly))
  assert.equal(await cashHospital.statuses(), 'CREATED CREATED NO_MED_INS_PAY')
  await cashHospital.sim.advance(second)
  assert.equal(await cashHospital.statuses(), 'SUCCESS SUCCESS NO_MED_INS_PAY')
  await refundCash(cashHospital)
  assert.equal(await cashHospital.statuses(), 'REFUND REFUND NO_MED_INS_PAY')

  const insured = await openHospital()
  const { mix_trade_no } = (await insured.create(insuranceOnly)).body
  await insured.sim.pay(mix_trade_no)
  await insured.sim.advance(second)
  assert.equal(await insured.statuses(), 'SUCCESS NO_SELF_PAY SUCCESS')
  await insured.report(mix_trade_no)
  assert.equal(await insured.statuses(), 'REFUND NO_SELF_PAY REFUND')
})

test('part of a refund leaves the leg paid, or makes it refunded by the switch', async () => {
  for (const [partialRefunds, shows] of [
    ['full', 'SUCCESS SUCCESS SUCCESS'],
    ['first', 'REFUND REFUND REFUND'],
  ] as const) {
    const hospital = await openHospital({ partialRefunds })
    const mixTradeNo = await hospital.placed()
    await hospital.sim.pay(mixTradeNo)
    await hospital.sim.advance(2 * second)
    await refundCash(hospital, 100)
    await hospital.report(mixTradeNo, {
      med_refund_total_fee: 20,
      med_refund_gov_fee: 20,
      med_refund_self_fee: 0,
      med_refund_other_fee: 0,
    })
    assert.equal(await hospital.statuses(), shows)
  }
})

test('the latest report of a refund counts', async () => {
  const hospital = await openHospital()
  const mixTradeNo = await hospital.placed()
  await hospital.sim.pay(mixTradeNo)
  await hospital.sim.advance(2 * second)
  const first = await hospital.report(mixTradeNo)
  assert.deepEqual([first.status, first.body, first.verified], [204, '', true])
  const part = {
    med_refund_total_fee: 1,
    med_refund_gov_fee: 1,
    med_refund_self_fee: 0,
    med_refund_other_fee: 0,
  }
  await hospital.report(mixTradeNo, part)
  assert.equal(await hospital.statuses(), 'SUCCESS SUCCESS SUCCESS')
})

test('a bureau that refuses says why, and the first page did not know', async () => {
  const hospital = await openHospital()
  const mixTradeNo = await hospital.placed()
  await hospital.sim.pay(mixTradeNo, { legs: { insurance: 'fail', reason: '预结算金额已变化' } })
  await hospital.sim.advance(2 * second)
  const answered = (await hospital.query()).body
  assert.equal(answered.med_ins_fail_reason, '预结算金额已变化')
  assert.equal(answered.paid_time, undefined)
  assert.equal(answered.passthrough_response_content, undefined)

  const seed = await openHospital({ profile: 'seed' })
  const old = await seed.placed()
  await seed.sim.pay(old, { legs: { insurance: 'fail' } })
  await seed.sim.advance(2 * second)
  assert.equal((await seed.query()).body.med_ins_fail_reason, undefined)
})

test('a leg that hangs is ended by an event, and the rest follows', async () => {
  const hospital = await openHospital()
  const mixTradeNo = await hospital.placed()
  await assert.rejects(
    hospital.sim.act(mixTradeNo, { action: 'event', name: 'cash:success' }),
    /not under way/,
  )
  await hospital.sim.pay(mixTradeNo, { legs: { cash: 'stuck' } })
  await hospital.sim.advance(hour)
  assert.equal(await hospital.statuses(), 'CREATED CREATED CREATED')
  await assert.rejects(hospital.sim.act(mixTradeNo, { action: 'event', name: 'none' }), /known events/)
  await hospital.sim.act(mixTradeNo, { action: 'event', name: 'cash:success' })
  await hospital.sim.advance(second)
  assert.equal(await hospital.statuses(), 'SUCCESS SUCCESS SUCCESS')
})

test('a failed attempt fails the order; leaving the cashier does not', async () => {
  const hospital = await openHospital()
  const mixTradeNo = await hospital.placed()
  await hospital.sim.act(mixTradeNo, { action: 'cancel' })
  assert.equal(hospital.sim.checkout(mixTradeNo)?.state, 'open')
  await assert.rejects(hospital.sim.act(mixTradeNo, { action: 'confirm' }), /confirm/)
  await hospital.sim.act(mixTradeNo, { action: 'fail' })
  await hospital.sim.advance(2 * second)
  assert.equal(await hospital.statuses(), 'FAIL FAIL FAIL')
  assert.equal(hospital.sim.checkout(mixTradeNo)?.state, 'failed')
  await assert.rejects(hospital.sim.pay(mixTradeNo), /refused/)
})

test('an order is paid once, by its prepay id, its number or its mixed number', async () => {
  const hospital = await openHospital()
  await hospital.placed()
  const { prepay_id } = (await hospital.query()).body
  const checkout = hospital.sim.checkout(prepay_id)
  assert.equal(checkout?.product, 'medIns')
  assert.deepEqual(hospital.sim.checkout(number), checkout)
  assert.equal(checkout?.amount.minor, 5000)
  await hospital.sim.pay(number)
  await assert.rejects(hospital.sim.pay(prepay_id), /paying/)
  await hospital.sim.advance(2 * second)
  await assert.rejects(hospital.sim.pay(prepay_id), /paid/)
  assert.equal(hospital.sim.world.transactions.size, 1)
})

test('a later prepay id of the cash order pays the mixed order, too', async () => {
  const hospital = await openHospital()
  await hospital.placed()
  const later = await hospital.prepay()
  await hospital.sim.pay(later)
  await hospital.sim.advance(2 * second)
  assert.equal(await hospital.statuses(), 'SUCCESS SUCCESS SUCCESS')
})

test('closing the cash order before the password fails the order, after it is refused', async () => {
  const hospital = await openHospital()
  const mixTradeNo = await hospital.placed()
  await hospital.sim.pay(mixTradeNo, { legs: { cash: 'stuck' } })
  const refused = await closeCash(hospital)
  assert.equal(refused.body.code, 'ORDER_PAID')
  assert.match(refused.headers.get('request-id') ?? '', /-268560650$/)

  const other = await openHospital()
  const unpaid = await other.placed()
  assert.equal((await closeCash(other)).status, 204)
  assert.equal(await other.statuses(), 'FAIL FAIL FAIL')
  assert.equal(other.sim.checkout(unpaid)?.state, 'closed')
})

test('a cash leg that stayed open is closed with its cash order', async () => {
  const hospital = await openHospital({ legOrder: 'insuranceFirst', unpaidCashLeg: 'staysOpen' })
  const mixTradeNo = await hospital.placed()
  await hospital.sim.pay(mixTradeNo, { legs: { insurance: 'fail' } })
  await hospital.sim.advance(2 * second)
  assert.equal(await hospital.statuses(), 'FAIL CREATED FAIL')
  assert.equal((await closeCash(hospital)).status, 204)
  assert.equal(await hospital.statuses(), 'FAIL FAIL FAIL')
})

test('an unpaid order fails two hours after its prepay, or after its placing without one', async () => {
  const hospital = await openHospital()
  await hospital.prepay()
  await hospital.sim.advance(hour)
  const { mix_trade_no } = (await hospital.create()).body
  await hospital.sim.advance(hour - second)
  assert.equal(await hospital.statuses(), 'CREATED CREATED CREATED')
  await hospital.sim.advance(second)
  assert.equal(await hospital.statuses(), 'FAIL FAIL FAIL')
  assert.equal(hospital.sim.checkout(mix_trade_no)?.state, 'expired')
  await assert.rejects(hospital.sim.pay(mix_trade_no), /expired/)

  const insured = await openHospital()
  await insured.create(insuranceOnly)
  await insured.sim.advance(2 * hour)
  assert.equal(await insured.statuses(), 'FAIL NO_SELF_PAY FAIL')
})

test('an answer that was lost is found, and the same order is not placed twice', async () => {
  const hospital = await openHospital()
  await hospital.prepay()
  hospital.sim.faults.next('medIns.create', 'loseAnswer')
  await assert.rejects(hospital.create())
  const found = await hospital.query()
  assert.equal(found.body.mix_pay_status, 'MIX_PAY_CREATED')
  const again = await hospital.create()
  assert.equal(again.body.code, 'ALREADY_EXISTS')
})

test('a snapshot keeps orders and legs under way', async () => {
  const hospital = await openHospital()
  const mixTradeNo = await hospital.placed()
  await hospital.sim.pay(mixTradeNo)
  await hospital.sim.advance(second)
  const later = await openBench({ snapshot: JSON.parse(JSON.stringify(hospital.sim.snapshot())) })
  await later.sim.advance(second)
  const answered = await later.call(medIns.queryByOutTradeNo, {
    path: { out_trade_no: number },
    query: { sub_mchid: later.sim.credentials.apiv3.subMchid },
  })
  assert.equal(answered.body.mix_pay_status, 'MIX_PAY_SUCCESS')
})

test('a merchant of its own places without sub_*, and gets an order without them', async () => {
  const hospital = await openHospital()
  const { mchid, appid, openid, publicKeyId } = hospital.sim.credentials.apiv3
  const caller = hospital.sim.world.merchants.get(mchid)
  assert.ok(caller)
  caller.role = 'merchant'
  const prepaid = await hospital.call(cash.prepay, {
    body: {
      appid,
      mchid,
      description: '示例医院-缴费',
      out_trade_no: number,
      notify_url: 'https://shop.example.cn/cash',
      amount: { total: 5000 },
      payer: { openid },
    },
  })
  const body = hospital.body({
    openid,
    sub_appid: undefined,
    sub_mchid: undefined,
    sub_openid: undefined,
    prepay_id: prepaid.body.prepay_id,
  })
  const headers = { 'wechatpay-serial': publicKeyId }
  const placed = await hospital.call(medIns.create, { body, headers })
  assert.equal(placed.status, 200, JSON.stringify(placed.body))
  const { fields, rules } = medIns.create.result
  assert.deepEqual(check(fields, rules, placed.body, { mode: 'direct' }), [])
  await hospital.sim.pay(placed.body.mix_trade_no)
  await hospital.sim.advance(2 * second)
  const found = await hospital.call(medIns.queryByMixTradeNo, {
    path: { mix_trade_no: placed.body.mix_trade_no },
  })
  assert.equal(found.body.mix_pay_status, 'MIX_PAY_SUCCESS')
  assert.equal(found.body.openid, openid)
  const named = await hospital.call(medIns.queryByOutTradeNo, {
    path: { out_trade_no: number },
    query: { sub_mchid: '1690000201' },
  })
  assert.equal(named.body.code, 'PARAM_ERROR')
})

test("the next day's bill holds the cash leg with what was charged, not the total", async () => {
  const hospital = await openHospital()
  await hospital.sim.pay(await hospital.placed())
  await hospital.sim.advance(30 * hour)
  const { body } = await hospital.call(operations.bills.trade, { query: { bill_date: '2026-03-17' } })
  const query = Object.fromEntries(new URL(body.download_url).searchParams)
  const bill = (await hospital.call(operations.bills.download, { query })).body
  const rows = bill.split('\n').filter((row: string) => row.includes(number))
  assert.equal(rows.length, 1)
  assert.ok(rows[0].includes('`50.00'))
  assert.ok(!bill.includes('168.00'))
})
