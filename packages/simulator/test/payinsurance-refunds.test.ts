import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bill, operations } from '@chadan/protocol'
import { ActionRefused, type SomeSwitches } from '../src/index.ts'
import { contentOf, openInsuranceBench } from './payinsurance-bench.ts'

const { payinsurance } = operations
const event = (name: string) => ({ action: 'event', name }) as const

test('a refund is accepted, and each leg goes back at its own pace', async () => {
  const bench = await openInsuranceBench()
  const number = await bench.paid()
  const { body } = await bench.refund(number)
  assert.deepEqual([body.total_fee, body.cash_refund_fee, body.insurance_refund_fee], [13000, 4000, 8700])
  assert.match(body.med_refund_id, /^R260317\d{11}$/)
  const started = await bench.query(number)
  assert.deepEqual(
    [started.med_trade_state, started.cash_trade_status, started.insurance_trade_status],
    ['REFUND', 'SUCCESS', 'PAYED'],
  )
  const states = async () => {
    const { med_refund_state, cash_refund_statuses, insurance_refund_status } =
      await bench.queryRefund(number)
    return [med_refund_state, cash_refund_statuses, insurance_refund_status]
  }
  assert.deepEqual(await states(), ['REFUNDING', 'REFUNDING', 'REFUNDING'])
  await bench.sim.advance(10_000)
  assert.deepEqual(await states(), ['REFUNDING', 'SUCCESS', 'REFUNDING'])
  await bench.sim.advance(10_000)
  assert.deepEqual(await states(), ['SUCCESS', 'SUCCESS', 'SUCCESS'])
  const done = await bench.queryRefund(number)
  assert.equal(done.refund_end_time, '20260317100022')
  assert.match(done.response_content, /"cancel":"ok"/)
  const after = await bench.query(number)
  assert.deepEqual([after.cash_trade_status, after.insurance_trade_status], ['REFUND', 'REFUND'])
})

const parts: readonly (readonly [string, Record<string, unknown>, readonly unknown[]])[] = [
  ['a part of the cash with the whole insurance', { cash_refund_fee: 1 }, [1, 8700, 'REFUND', 'REFUND']],
  ['the cash leg alone', { part_refund_type: 'CASH_ONLY' }, [4000, 0, 'REFUND', 'PAYED']],
  [
    'a part of the cash alone',
    { part_refund_type: 'CASH_ONLY', cash_refund_fee: 4000 },
    [4000, 0, 'REFUND', 'PAYED'],
  ],
]

for (const [what, changes, expected] of parts) {
  test(`${what} can go back`, async () => {
    const bench = await openInsuranceBench()
    const number = await bench.paid()
    assert.equal((await bench.refund(number, changes)).outcome, 'success')
    await bench.sim.advance(20_000)
    const { cash_refund_fee, insurance_refund_fee, med_refund_state, insurance_refund_id } =
      await bench.queryRefund(number)
    const { cash_trade_status, insurance_trade_status } = await bench.query(number)
    assert.equal(med_refund_state, 'SUCCESS')
    assert.equal(insurance_refund_id === undefined, insurance_refund_fee === 0)
    assert.deepEqual(
      [cash_refund_fee, insurance_refund_fee, cash_trade_status, insurance_trade_status],
      expected,
    )
  })
}

const wrong: readonly (readonly [string, Record<string, unknown>])[] = [
  ['no cash', { cash_refund_fee: 0 }],
  ['more cash than was paid', { cash_refund_fee: 4001 }],
  ['a part that does not exist', { part_refund_type: 'INSURANCE_ONLY' }],
  ['another serial number', { cancel_serial_no: 'x' }],
  ['another kind of order', { request_content: contentOf({ paytype: 'DiagPay' }) }],
  ['content without the kind of order', { request_content: contentOf() }],
  ['an order that does not exist', { hosp_out_trade_no: 'HSPA999999' }],
]

for (const [what, changes] of wrong) {
  test(`a refund of ${what} is refused, and the order stays paid`, async () => {
    const bench = await openInsuranceBench()
    const number = await bench.paid()
    assert.equal((await bench.refund(number, changes)).code, '513')
    assert.equal((await bench.query(number)).med_trade_state, 'SUCCESS')
    assert.equal((await bench.refund(number)).outcome, 'success')
  })
}

test('an order that insurance paid alone has no cash to refund', async () => {
  const bench = await openInsuranceBench()
  const number = await bench.paid({ pay_type: 2, insurance_fee: 13000, cash_fee: 0, cash_add_fee: 0 })
  assert.equal((await bench.refund(number, { part_refund_type: 'CASH_ONLY' })).code, '513')
  const { body } = await bench.refund(number)
  assert.deepEqual([body.cash_refund_fee, body.cash_refund_id], [0, undefined])
})

test('a refund number belongs to one order for ever', async () => {
  const bench = await openInsuranceBench()
  const [one, other] = [await bench.paid(), await bench.paid()]
  await bench.refund(one)
  assert.equal((await bench.refund(other, { hosp_out_refund_no: `R${one}` })).code, '513')
})

test('what the bureau refused for an old session is submitted again under its number', async () => {
  const bench = await openInsuranceBench()
  const number = await bench.paid()
  await bench.sim.advance(25 * 3600_000)
  assert.equal((await bench.refund(number)).code, '553')
  const refused = await bench.queryRefund(number)
  assert.deepEqual([refused.med_refund_state, refused.insurance_refund_status], ['REFUNDING', 'FAIL'])
  assert.equal((await bench.query(number)).med_trade_state, 'SUCCESS')
  const again = { request_content: contentOf({ paytype: 'RegPay', session_id: 'fresh' }) }
  assert.equal((await bench.refund(number, { ...again, cash_refund_fee: 1 })).code, '513')
  assert.equal((await bench.refund(number, again)).outcome, 'success')
  await bench.sim.advance(20_000)
  assert.equal((await bench.queryRefund(number)).med_refund_state, 'SUCCESS')
})

test('a session lives as long as the switch says', async () => {
  const bench = await openInsuranceBench({ switches: { payinsurance: { sessionLifeMs: 60_000 } } })
  const number = await bench.paid()
  await bench.sim.advance(60_000)
  assert.equal((await bench.refund(number)).code, '553')
})

test('what the balance did not cover is submitted again, and taken from it once', async () => {
  const bench = await openInsuranceBench()
  const { subMchId } = bench.sim.credentials.payinsurance
  const number = await bench.paid()
  bench.sim.changeMerchant(subMchId, { balanceMinor: 3999 })
  assert.equal((await bench.refund(number)).code, '556')
  bench.sim.changeMerchant(subMchId, { balanceMinor: 4001 })
  assert.equal((await bench.refund(number)).outcome, 'success')
  assert.equal(bench.sim.world.merchants.get(subMchId)?.balanceMinor, 1)
  assert.equal(bench.sim.world.refunds.size, 1)
})

test('an insurance leg that fails later leaves the refund open, and the same number starts it again', async () => {
  const bench = await openInsuranceBench()
  const number = await bench.paid()
  await bench.refund(number)
  await bench.sim.act(number, event('refund:insurance:fail'))
  await bench.sim.advance(3600_000)
  const failed = await bench.queryRefund(number)
  assert.deepEqual(
    [failed.med_refund_state, failed.cash_refund_statuses, failed.insurance_refund_status],
    ['REFUNDING', 'SUCCESS', 'FAIL'],
  )
  assert.equal((await bench.refund(number)).outcome, 'success')
  await bench.sim.advance(20_000)
  assert.equal((await bench.queryRefund(number)).med_refund_state, 'SUCCESS')
  assert.equal((await bench.refund(number)).code, '550')
  assert.equal(bench.sim.world.refunds.size, 1)
})

test('cash that cannot go back to the card waits for a person', async () => {
  const bench = await openInsuranceBench()
  const number = await bench.paid()
  await bench.refund(number)
  await bench.sim.act(number, event('refund:cash:change'))
  await bench.sim.advance(3600_000)
  const changed = await bench.queryRefund(number)
  assert.deepEqual([changed.med_refund_state, changed.cash_refund_statuses], ['REFUNDING', 'CHANGE'])
  await assert.rejects(bench.sim.act(number, event('refund:cash:success')), ActionRefused)
})

test('a refund is found by the first of four numbers and no other', async () => {
  const bench = await openInsuranceBench()
  const number = await bench.paid()
  const { body } = await bench.refund(number)
  const { med_trans_id } = await bench.query(number)
  const ask = (numbers: Record<string, unknown>) => bench.code(payinsurance.queryRefund, numbers)
  const good = {
    med_refund_id: body.med_refund_id,
    hosp_out_refund_no: `R${number}`,
    hosp_out_trade_no: number,
    med_trans_id,
  }
  const names = Object.keys(good)
  for (const [place, name] of names.entries()) {
    assert.equal(await ask({ [name]: good[name as keyof typeof good] }), 'success', name)
    const later = Object.fromEntries(
      names.slice(place + 1).map((one) => [one, good[one as keyof typeof good]]),
    )
    assert.equal(await ask({ ...later, [name]: 'X00000' }), '551', name)
  }
})

test('a refund of another account does not exist', async () => {
  const bench = await openInsuranceBench()
  const { appid, agentSecret } = bench.sim.credentials.payinsurance
  const { body } = await bench.refund(await bench.paid())
  const credential = { grant_type: 'client_credential', appid, secret: agentSecret }
  const { access_token: token } = JSON.parse((await bench.call(payinsurance.getToken, credential)).raw)
  const own = { sub_appid: undefined, sub_mch_id: undefined, med_refund_id: body.med_refund_id }
  assert.equal(await bench.code(payinsurance.queryRefund, own, { token }), '551')
})

test('the state of the cash leg is spelled in another way where the switch says so', async () => {
  const bench = await openInsuranceBench({ switches: { payinsurance: { wireNames: 'common' } } })
  const number = await bench.paid()
  await bench.refund(number)
  const answer = await bench.call(payinsurance.queryRefund, { hosp_out_refund_no: `R${number}` })
  assert.match(answer.raw, /<cash_refund_stauts>/)
  assert.equal(answer.body.cash_refund_statuses, 'REFUNDING')
})

/** A world with a paid, a refunded and a cash-only order of 17 March, at an hour of a later day. */
async function withBills(hours: number, switches: SomeSwitches = {}) {
  const bench = await openInsuranceBench({ switches })
  const [paid, refunded] = [await bench.paid(), await bench.paid()]
  const cash = await bench.paid({ pay_type: 1, insurance_fee: 0, cash_fee: 13000, cash_add_fee: 0 })
  await bench.place()
  await bench.refund(refunded, { cash_refund_fee: 3333 })
  await bench.sim.advance(hours * 3600_000)
  const get = (bill_type?: string, bill_date = '20260317') =>
    bench.call(payinsurance.getBalanceBill, { bill_date, ...(bill_type && { bill_type }) })
  return { bench, get, paid, refunded, cash }
}

test('the bill of a day is there from ten in the morning of the next', async () => {
  const { bench, get } = await withBills(23)
  const early = await get()
  assert.equal(early.outcome, 'protocol_fail')
  assert.match(early.raw, /该日期订单未生成/)
  assert.doesNotMatch(early.raw, /result_code/)
  await bench.sim.advance(3600_000)
  assert.equal((await get()).outcome, 'text')
  for (const date of ['20260318', '20270101', '20200101']) {
    assert.match((await get('ALL', date)).raw, /该日期订单未生成/, date)
  }
  assert.match((await get('ALL', '20260230')).raw, /参数格式校验错误/)
})

test('the bill of all orders holds payments and refunds, in 55 columns that the reader knows', async () => {
  const { get, bench, paid, refunded, cash } = await withBills(24)
  const { raw } = await get()
  const { rows, reader } = bill.readBill(Buffer.from(raw))
  assert.equal(reader.kind, 'payinsurance.all')
  assert.deepEqual(
    rows.map((row) => row.text('订单号')),
    [paid, refunded, cash, refunded],
  )
  const [mixed, , alone, back] = rows
  const { med_trans_id, cash_order_id, insurance_order_id } = await bench.query(paid)
  assert.ok(mixed && alone && back)
  assert.deepEqual(
    ['微信医保支付总单号', '商户订单号', '医保支付流水'].map((name) => mixed.text(name)),
    [med_trans_id, cash_order_id, insurance_order_id],
  )
  assert.deepEqual(
    [
      '订单总金额',
      '订单自费金额',
      '订单医保金额',
      '医保自费资金',
      '医保总交易金额',
      '总金额',
      '退款金额',
    ].map((name) => mixed.fen(name)),
    [13000, 4000, 8700, 3500, 12200, 4000, 0],
  )
  assert.equal(mixed.milliFen('手续费'), 12000)
  const flags = ['是否已进行医保对账', '医保个账金额', '医保支付流水', '订单支付方式']
  assert.deepEqual(
    flags.map((name) => alone.text(name)),
    ['-', '-', '', '1'],
  )
  assert.deepEqual(
    ['退款金额', '撤销金额', '手续费'].map((name) => back.text(name)),
    ['33.33', '87.00', '-0.10000'],
  )
  assert.equal(back.text('微信医保支付退款总单号'), (await bench.queryRefund(refunded)).med_refund_id)
})

test('the bureau has checked a day when it is two days old', async () => {
  const { bench, get } = await withBills(24)
  const flag = async () => bill.readBill(Buffer.from((await get()).raw)).rows[0]?.text('是否已进行医保对账')
  assert.equal(await flag(), '否')
  await bench.sim.advance(24 * 3600_000)
  assert.equal(await flag(), '是')
})

for (const [type, kind, columns, count] of [
  ['SUCCESS', 'payinsurance.all', 55, 3],
  ['REFUND', 'payinsurance.refund', 53, 1],
] as const) {
  test(`the ${type} bill has ${columns} columns and ${count} rows`, async () => {
    const { get } = await withBills(24)
    const { raw } = await get(type)
    const { rows, reader } = bill.readBill(Buffer.from(raw))
    assert.equal(reader.kind, kind)
    assert.equal(rows.length, count)
    assert.equal(raw.split('\n')[0]?.split(',').length, columns)
  })
}

test('the SUCCESS bill leaves out the refund columns where the switch says so', async () => {
  const { get } = await withBills(24, { payinsurance: { successColumns: 42, quoting: 'both' } })
  const { raw } = await get('SUCCESS')
  assert.equal(raw.split('\n')[0]?.split(',').length, 42)
  assert.match(raw.split('\n')[1] ?? '', /^`2026-03-17 10:00:02`,`/)
})

test("the bill's file takes every form the document prints, and says the same in each", async () => {
  const plain = await withBills(24)
  const meant = bill.readBill(Buffer.from((await plain.get()).raw)).rows.map((row) => row.text('订单号'))
  const billForm = {
    bom: true,
    newline: 'CRLF',
    firstCell: 'folded',
    extraColumns: 2,
    summary: true,
  } as const
  for (const quoting of ['sample', 'prefix', 'both'] as const) {
    const { get } = await withBills(24, { payinsurance: { quoting, billForm } })
    const { raw } = await get()
    const lines = raw.split('\r\n')
    assert.equal(raw.codePointAt(0), 0xfeff, quoting)
    assert.equal(lines[0]?.split(',').length, 57, quoting)
    assert.match(lines[1] ?? '', /^`2026-03-17$/, quoting)
    assert.match(lines.at(-3) ?? '', /^总交易单数,/, quoting)
    assert.equal(lines.at(-2)?.replaceAll('`', ''), '4,210.00,33.33,0.00,0.53000', quoting)
    const { rows, reader } = bill.readBill(Buffer.from(raw))
    assert.deepEqual(
      rows.map((row) => [row.text('订单号'), row.defect]),
      meant.map((number) => [number, undefined]),
      quoting,
    )
    assert.equal(reader.summaries.length, 1, quoting)
  }
})

test('rows of 42 cells under a header of 55 columns are printed where the switch says so', async () => {
  const { get } = await withBills(24, { payinsurance: { successColumns: 42, billForm: { header: 'all' } } })
  const { raw } = await get('SUCCESS')
  const [header, first] = raw.split('\n')
  assert.deepEqual([header?.split(',').length, first?.split(',`').length], [55, 42])
  const { rows } = bill.readBill(Buffer.from(raw))
  assert.equal(rows[0]?.fen('订单总金额'), 13000)
})

test('a product name full of separators breaks no row', async () => {
  const bench = await openInsuranceBench()
  await bench.paid({ body: '药品A,`药品B`,\n药品C,' })
  await bench.sim.advance(24 * 3600_000)
  const { raw } = await bench.call(payinsurance.getBalanceBill, { bill_date: '20260317' })
  const { rows } = bill.readBill(Buffer.from(raw))
  assert.equal(rows[0]?.defect, undefined)
  assert.equal(rows[0]?.text('商品名称'), '药品A, 药品B , 药品C')
})
