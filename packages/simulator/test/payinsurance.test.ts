import assert from 'node:assert/strict'
import { test } from 'node:test'
import { operations } from '@chadan/protocol'
import { ActionRefused } from '../src/index.ts'
import { contentOf, openInsuranceBench } from './payinsurance-bench.ts'

const { payinsurance } = operations

test('an order that cash and insurance pay is placed, paid, notified once and shows both legs', async () => {
  const bench = await openInsuranceBench()
  const placed = await bench.call(payinsurance.unifiedOrder, bench.order())
  assert.equal(placed.outcome, 'success')
  assert.match(placed.body.med_trans_id, /^M260317\d{11}$/)
  assert.match(placed.body.pay_url, /^https:.*[0-9A-Za-z]{64}#wechat_redirect$/)
  assert.equal(placed.body.pay_appid, undefined)
  assert.equal(placed.body.err_code, '0')
  const before = await bench.query('HSPA000001')
  assert.equal(before.med_trade_state, 'NOTPAY')
  assert.equal(before.cash_trade_status, 'NOTPAY')
  assert.equal(before.insurance_trade_status, 'NOTPAY')
  assert.equal(before.time_end, undefined)
  assert.equal(before.medical_card_id, undefined)

  await bench.sim.pay(placed.body.med_trans_id)
  assert.equal((await bench.query('HSPA000001')).med_trade_state, 'PAYING')
  await bench.sim.advance(2_000)
  const after = await bench.query('HSPA000001')
  assert.equal(after.med_trade_state, 'SUCCESS')
  assert.equal(after.cash_trade_status, 'SUCCESS')
  assert.equal(after.insurance_trade_status, 'PAYED')
  assert.equal(after.time_end, '20260317100002')
  assert.equal(after.Insurance_self_fee + after.insurance_fund_fee + after.insurance_other_fee, 8700)
  assert.match(after.cash_order_id, /^C260317/)
  const numbers = [after.med_trans_id, after.insurance_order_id, after.cash_order_id].map((one) =>
    Number(one.slice(7)),
  )
  assert.deepEqual(numbers, [numbers[0], (numbers[0] ?? 0) + 1, (numbers[0] ?? 0) + 2])

  const [notice, ...others] = bench.told
  assert.deepEqual(others, [])
  for (const name of [
    'med_trans_id',
    'time_end',
    'cash_fee',
    'insurance_fee',
    'medical_card_id',
    'response_content',
    'attach',
  ]) {
    assert.equal(notice[name], after[name], name)
  }
  assert.equal(notice.pay_type, 3)
  assert.equal(notice.med_trade_state, undefined)
})

test('a query gives back what was sent, and nothing that was only for the platform', async () => {
  const bench = await openInsuranceBench()
  const more = {
    limit_pay: 'no_credit',
    extends: '{"a":1}',
    is_dept: '5',
    city_id: '440300',
    channel_no: 'C1',
  }
  const order = bench.order({ ...more, cash_add_wording: '快递费' })
  await bench.call(payinsurance.unifiedOrder, order)
  const found = await bench.query(String(order.hosp_out_trade_no))
  const hidden =
    'cash_add_fee cash_add_wording user_card_type user_card_no user_name city_id is_dept channel_no'
  for (const [name, value] of Object.entries(order)) {
    assert.equal(found[name], hidden.split(' ').includes(name) ? undefined : value, name)
  }
})

test('every kind of order and every medium is taken', async () => {
  const bench = await openInsuranceBench()
  const { body: fields } = payinsurance.unifiedOrder
  for (const order_type of Object.keys(fields.order_type.values)) {
    for (const is_dept of [undefined, ...Object.keys(fields.is_dept.values)]) {
      const number = await bench.place({ order_type, is_dept })
      assert.equal((await bench.query(number)).order_type, order_type)
    }
  }
})

test('an order that a mini program places is paid on a path of another mini program', async () => {
  const bench = await openInsuranceBench()
  const hospital = bench.sim.world.merchants.get(bench.sim.credentials.payinsurance.subMchId)
  assert.ok(hospital)
  const [mini] = hospital.extra.miniAppids as string[]
  const { body } = await bench.call(payinsurance.unifiedOrder, bench.order({ sub_appid: mini }))
  assert.match(body.pay_url, /^pages\/index\/index\?pay_key=[0-9A-Za-z]{64}$/)
  assert.match(body.pay_appid, /^wx/)
})

test('a hospital orders for itself under the token of the open platform', async () => {
  const bench = await openInsuranceBench()
  const { mchId, appid, agentSecret, openid } = bench.sim.credentials.payinsurance
  const drawn = await bench.call(payinsurance.getToken, {
    grant_type: 'client_credential',
    appid,
    secret: agentSecret,
  })
  const { access_token: token } = JSON.parse(drawn.raw)
  const own = { sub_appid: undefined, sub_mch_id: undefined, sub_openid: undefined }
  const more = { token }
  const body = bench.order({ ...own, openid })
  assert.equal((await bench.call(payinsurance.unifiedOrder, body, more)).outcome, 'success')
  const query = { ...own, hosp_out_trade_no: body.hosp_out_trade_no }
  const found = await bench.call(payinsurance.queryOrder, query, more)
  assert.equal(found.body.mch_id, mchId)
  assert.equal(found.body.openid, openid)
  assert.equal(found.body.sub_mch_id, undefined)
  // The order belongs to that account, not to the hospital the agent works for.
  assert.equal(
    await bench.code(payinsurance.queryOrder, { hosp_out_trade_no: body.hosp_out_trade_no }),
    '541',
  )
  const ours = { med_trans_id: found.body.med_trans_id }
  assert.equal(await bench.code(payinsurance.queryOrder, ours), '541')
})

test('online, the bureau computes the split, and the order ends with both legs', async () => {
  const bench = await openInsuranceBench()
  const online = {
    total_fee: 10000,
    cash_fee: 0,
    cash_add_fee: undefined,
    insurance_fee: 10000,
    pay_type: 2,
    allow_fee_change: 1,
  }
  const number = await bench.paid(online)
  const found = await bench.query(number)
  assert.deepEqual(
    [found.pay_type, found.cash_fee, found.insurance_fee, found.total_fee],
    [3, 3000, 7000, 10000],
  )
})

test('added and reduced cash stay around the figures of the bureau', async () => {
  const bench = await openInsuranceBench()
  await bench.sim.act(hospitalOf(bench), {
    action: 'event',
    name: 'bureau:split',
    details: { cash: 5000, insurance: 7000 },
  })
  const number = await bench.paid({
    allow_fee_change: 1,
    cash_add_fee: 500,
    cash_reduced_fee: 200,
    cash_fee: 4000,
  })
  const found = await bench.query(number)
  assert.deepEqual([found.cash_fee, found.insurance_fee], [5300, 7000])
})

test('cash alone or insurance alone leaves the other leg and its number out', async () => {
  const bench = await openInsuranceBench()
  const cash = await bench.paid({ pay_type: 1, insurance_fee: 0, cash_fee: 13000, cash_add_fee: 0 })
  const insured = await bench.paid({ pay_type: 2, insurance_fee: 13000, cash_fee: 0, cash_add_fee: 0 })
  const [one, other] = [await bench.query(cash), await bench.query(insured)]
  assert.deepEqual(
    [one.pay_type, one.cash_trade_status, one.insurance_trade_status, one.insurance_order_id],
    [1, 'SUCCESS', undefined, undefined],
  )
  assert.deepEqual(
    [other.pay_type, other.cash_trade_status, other.insurance_trade_status, other.cash_order_id],
    [2, undefined, 'PAYED', undefined],
  )
  assert.equal([...bench.sim.world.transactions.values()].length, 1)
})

test('a leg that was taken goes back after a minute when the other fails, and nobody is notified', async () => {
  const bench = await openInsuranceBench()
  const number = await bench.place()
  await bench.sim.pay(number, { legs: { insurance: 'fail' } })
  await bench.sim.advance(2_000)
  const failing = await bench.query(number)
  assert.deepEqual(
    [failing.med_trade_state, failing.cash_trade_status, failing.insurance_trade_status],
    ['SYS_REFUNDING', 'SUCCESS', 'CLOSED'],
  )
  await bench.sim.advance(60_000)
  const failed = await bench.query(number)
  assert.deepEqual([failed.med_trade_state, failed.cash_trade_status], ['SYS_REFUNDED', 'REFUND'])
  assert.deepEqual(bench.told, [])
})

test('a payment whose first leg fails has failed at once, in the words that were given', async () => {
  const bench = await openInsuranceBench()
  const number = await bench.place()
  await bench.sim.act(number, { action: 'fail', reason: '余额不足' })
  await bench.sim.advance(2_000)
  const failed = await bench.query(number)
  assert.deepEqual(
    [
      failed.med_trade_state,
      failed.cash_trade_status,
      failed.insurance_trade_status,
      failed.trade_status_desc,
    ],
    ['SYS_REFUNDED', 'CLOSED', 'CLOSED', '余额不足'],
  )
})

test('failures are notified when the switch says so', async () => {
  const bench = await openInsuranceBench({ switches: { payinsurance: { notifyFailures: true } } })
  const number = await bench.place()
  await bench.sim.act(number, { action: 'fail' })
  await bench.sim.advance(2_000)
  assert.equal(bench.told[0].result_code, 'FAIL')
  assert.equal(bench.told[0].err_code, '80000')
})

test('a leg that is stuck leaves the order paying until somebody ends it', async () => {
  const bench = await openInsuranceBench()
  const number = await bench.place()
  await bench.sim.pay(number, { legs: { cash: 'stuck' } })
  await bench.sim.advance(3_600_000)
  const stuck = await bench.query(number)
  assert.deepEqual(
    [stuck.med_trade_state, stuck.cash_trade_status, stuck.insurance_trade_status],
    ['PAYING', 'NOTPAY', 'PAYED'],
  )
  await bench.sim.act(number, { action: 'event', name: 'cash:success' })
  await bench.sim.advance(0)
  assert.equal((await bench.query(number)).med_trade_state, 'SUCCESS')
  assert.equal(bench.told.length, 1)
})

test('who opens the cashier and leaves may pay later; who pays twice is refused', async () => {
  const bench = await openInsuranceBench()
  const number = await bench.place()
  await bench.sim.act(number, { action: 'event', name: 'cashier:open' })
  assert.equal((await bench.query(number)).med_trade_state, 'PAYING')
  await bench.sim.act(number, { action: 'cancel' })
  assert.equal((await bench.query(number)).med_trade_state, 'NOTPAY')
  await bench.sim.pay(number)
  await assert.rejects(bench.sim.pay(number), ActionRefused)
  await bench.sim.advance(2_000)
  await assert.rejects(bench.sim.pay(number), ActionRefused)
})

test('without a bound card an order waits as INITIAL; binding asks the bureau', async () => {
  const bench = await openInsuranceBench()
  const hospital = hospitalOf(bench)
  const unbind = { action: 'event', name: 'card:unbind', details: { payer: 'P1' } } as const
  await bench.sim.act(hospital, unbind)
  const number = await bench.place()
  const initial = await bench.query(number)
  assert.deepEqual([initial.med_trade_state, initial.cash_trade_status], ['INITIAL', undefined])
  await bench.sim.act(number, { action: 'event', name: 'card:bind' })
  assert.equal((await bench.query(number)).med_trade_state, 'NOTPAY')

  await bench.sim.act(hospital, unbind)
  const refused = await bench.place()
  await bench.sim.act(hospital, { action: 'event', name: 'bureau:split', details: { cash: 1, insurance: 1 } })
  await bench.sim.act(refused, { action: 'event', name: 'card:bind' })
  const closed = await bench.query(refused)
  assert.deepEqual([closed.med_trade_state, closed.trade_status_desc], ['CLOSED', '预结算金额不相符'])
})

test('who pays without a bound card binds it on the way', async () => {
  const bench = await openInsuranceBench()
  await bench.sim.act(hospitalOf(bench), { action: 'event', name: 'card:unbind', details: { payer: 'P1' } })
  const number = await bench.paid()
  assert.equal((await bench.query(number)).med_trade_state, 'SUCCESS')
})

test('the bureau may divide the insurance leg in another way, but not change it', async () => {
  const bench = await openInsuranceBench()
  const number = await bench.place()
  await bench.sim.pay(number, { legs: { insurance: 'stuck' } })
  await bench.sim.advance(2_000)
  const settle = (self: number) =>
    bench.sim.act(number, {
      action: 'event',
      name: 'insurance:success',
      details: { self, fund: 5200, other: 500 },
    })
  await assert.rejects(settle(3001), ActionRefused)
  await settle(3000)
  const found = await bench.query(number)
  assert.deepEqual(
    [found.Insurance_self_fee, found.insurance_fund_fee, found.insurance_other_fee],
    [3000, 5200, 500],
  )
})

test('an unpaid order closes after two hours, a paid one does not', async () => {
  const bench = await openInsuranceBench()
  const paid = await bench.paid()
  const unpaid = await bench.place()
  await bench.sim.advance(2 * 3600_000 - 1)
  assert.equal((await bench.query(unpaid)).med_trade_state, 'NOTPAY')
  await bench.sim.advance(1)
  const open = await bench.query(unpaid)
  assert.deepEqual(
    [open.med_trade_state, open.cash_trade_status, open.insurance_trade_status],
    ['CLOSED', 'CLOSED', 'CLOSED'],
  )
  assert.equal((await bench.query(paid)).med_trade_state, 'SUCCESS')
})

test('closing is safe to repeat, and refused where money may move', async () => {
  const bench = await openInsuranceBench()
  const number = await bench.place()
  const close = (hosp_out_trade_no: string) => bench.code(payinsurance.closeOrder, { hosp_out_trade_no })
  assert.equal(await close(number), 'success')
  assert.equal(await close(number), 'success')
  assert.equal((await bench.query(number)).med_trade_state, 'CLOSED')
  await assert.rejects(bench.sim.pay(number), ActionRefused)

  const second = await bench.place()
  await bench.sim.pay(second)
  assert.equal(await close(second), '80001')
  await bench.sim.advance(2_000)
  assert.equal(await close(second), '80001')
  assert.equal(await close('HSPA999999'), '80001')
  bench.sim.changeSwitches({ closeUnknown: { other: 'success' } })
  assert.equal(await close('HSPA999999'), 'success')
})

test('two numbers name one order, or the request is wrong; ours alone finds it too', async () => {
  const bench = await openInsuranceBench()
  const [one, other] = [await bench.place(), await bench.place()]
  const { med_trans_id } = await bench.query(one)
  const code = (numbers: Record<string, unknown>) => bench.code(payinsurance.queryOrder, numbers)
  assert.equal(await code({ med_trans_id }), 'success')
  assert.equal(await code({ med_trans_id, hosp_out_trade_no: one }), 'success')
  assert.equal(await code({ med_trans_id, hosp_out_trade_no: other }), '513')
  assert.equal(await code({}), '513')
})

test('impossible states can be set, for those who must raise an alarm', async () => {
  const bench = await openInsuranceBench()
  const number = await bench.place()
  await bench.sim.act(number, {
    action: 'event',
    name: 'state:set',
    details: { med: 'CLOSED', cash: 'SUCCESS' },
  })
  const found = await bench.query(number)
  assert.deepEqual([found.med_trade_state, found.cash_trade_status], ['CLOSED', 'SUCCESS'])
})

test('a notice is repeated with a new nonce until it is answered with both codes and a signature', async () => {
  const bench = await openInsuranceBench()
  bench.reply = 'unsigned'
  await bench.paid()
  bench.reply = 'later'
  await bench.sim.advance(15_000)
  bench.reply = 'failing'
  await bench.sim.advance(15_000)
  bench.reply = 'processed'
  await bench.sim.advance(30_000)
  await bench.sim.advance(48 * 3600_000)
  assert.equal(bench.nonces.length, 4)
  assert.equal(new Set(bench.nonces).size, 4)
  assert.equal(bench.sim.notices[0]?.state, 'accepted')
})

test('an unsigned reply counts when the switch says that signatures are not looked at', async () => {
  const bench = await openInsuranceBench({ switches: { payinsurance: { replySign: 'ignored' } } })
  bench.reply = 'unsigned'
  await bench.paid()
  assert.equal(bench.sim.notices[0]?.state, 'accepted')
})

test('a notice that nobody accepts is given up after fifteen repetitions', async () => {
  const bench = await openInsuranceBench()
  bench.reply = 'later'
  await bench.paid()
  await bench.sim.advance(25 * 3600_000)
  assert.equal(bench.nonces.length, 16)
  assert.equal(bench.sim.notices[0]?.state, 'givenUp')
})

test('a notice with a wrong signature or another amount does not verify, and comes again', async () => {
  const bench = await openInsuranceBench()
  for (const fault of ['wrongSignature', 'corrupted'] as const) {
    bench.sim.faults.next('payinsurance.notified', fault)
  }
  await bench.paid()
  await bench.sim.advance(30_000)
  assert.equal(bench.nonces.length, 3)
  assert.equal(bench.told.length, 1)
})

test('a checkout names payee, price and legs, and a hospital has one to script its bureau', async () => {
  const bench = await openInsuranceBench()
  const number = await bench.place()
  const shown = bench.sim.checkout(number)
  assert.deepEqual(
    [shown?.payee, shown?.amount.minor, shown?.lines.map(({ minor }) => minor), shown?.state],
    ['示例第一医院', 13000, [8700, 4000], 'open'],
  )
  assert.equal(bench.sim.checkout(hospitalOf(bench))?.description, '医保局')
  assert.equal(bench.sim.recent()[0]?.number, number)
  await assert.rejects(bench.sim.act(number, { action: 'event', name: 'no:such' }), ActionRefused)
  await assert.rejects(bench.sim.act(number, { action: 'confirm' }), ActionRefused)
})

test('a snapshot goes on where it was taken: the payment settles in the next life', async () => {
  const bench = await openInsuranceBench()
  const number = await bench.place()
  await bench.sim.pay(number)
  const next = await openInsuranceBench({ snapshot: bench.sim.snapshot() })
  await next.sim.advance(2_000)
  assert.equal((await next.query(number)).med_trade_state, 'SUCCESS')
  assert.equal(next.told.length, 1)
})

test('a token draw replaces the former one after five minutes', async () => {
  const bench = await openInsuranceBench()
  const { agentAppid, agentSecret, subAppid } = bench.sim.credentials.payinsurance
  const first = await bench.accessToken()
  const number = await bench.place()
  const query = {
    grant_type: 'client_credential',
    agentappid: agentAppid,
    agentsecret: agentSecret,
    appid: subAppid,
  }
  const second = await bench.call(payinsurance.getAgentToken, query, { verb: 'POST' })
  const token = /<access_token><!\[CDATA\[(\w{138})\]\]>/.exec(second.raw)?.[1] ?? ''
  const ask = (more: string) =>
    bench.code(payinsurance.queryOrder, { hosp_out_trade_no: number }, { token: more })
  assert.deepEqual([await ask(first), await ask(token)], ['success', 'success'])
  await bench.sim.advance(300_000)
  assert.deepEqual([await ask(first), await ask(token)], ['40001', 'success'])
  await bench.sim.advance(7_200_000 - 300_000)
  assert.equal(await ask(token), '42001')
})

test('content for the bureau may write aaz011, and hold keys that are not listed', async () => {
  const bench = await openInsuranceBench()
  const content = JSON.parse(contentOf({ more: 'x' }))
  const { aae011, ...rest } = content
  await bench.place({ request_content: JSON.stringify({ ...rest, aaz011: aae011 }) })
})

function hospitalOf(bench: Awaited<ReturnType<typeof openInsuranceBench>>): string {
  return bench.sim.credentials.payinsurance.subMchId
}
