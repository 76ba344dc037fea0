import assert from 'node:assert/strict'
import { test } from 'node:test'
import { idcard, type OperationShape, operations } from '@chadan/protocol'
import {
  cashOnly,
  type Hospital,
  hour,
  insuranceOnly,
  met,
  number,
  numberOf,
  openHospital,
  second,
} from './medIns-bench.ts'
import { type Answered, joinMerchant } from './support.ts'

const { cash, medIns } = operations

const refusal = (answered: Answered) => [answered.status, answered.body.code, numberOf(answered)]
const malformed = [400, 'PARAM_ERROR', 268435461]

/** What is sent with create, and how it is refused. */
const refused: [string, object, unknown[]][] = [
  ['an unknown kind of payment', { mix_pay_type: 'UNKNOWN_MIX_PAY_TYPE' }, malformed],
  ['an amount as text', { total_fee: '16800' }, malformed],
  ['an empty text', { attach: '' }, malformed],
  ['null', { attach: null }, malformed],
  ['an undeclared name', { transaction_id: '42' }, [400, 'PARAM_ERROR', 270924358]],
  ['no institution', { sub_mchid: undefined }, malformed],
  ['two user ids', { openid: 'o1' }, malformed],
  ['an unsealed name', { payer: { name: '张三', id_digest: 'x', card_type: 'ID_CARD' } }, malformed],
  ['an address without https', { callback_url: 'http://shop.example.cn/med-ins' }, malformed],
  ['an address of its own network', { callback_url: 'https://10.0.0.1/med-ins' }, malformed],
  ['a time without figures', { med_ins_order_create_time: '2026-03-17T02:00:00Z' }, malformed],
  ['a place of one number', { geo_location: '120.153576' }, malformed],
  ['a relative that is not named', { pay_for_relatives: true }, malformed],
  ['JSON that is none', { passthrough_request_content: '{' }, malformed],
  ['an app of nobody', { appid: 'wx0' }, [400, 'PARAM_ERROR', 268510603]],
  ['a user of another app', { sub_openid: 'o404' }, [400, 'PARAM_ERROR', 268510604]],
  ['an app of another institution', { sub_appid: 'wx0' }, [400, 'PARAM_ERROR', 268510604]],
  ['an institution of others', { sub_mchid: '1999999999' }, [403, 'RULE_LIMIT', 268443701]],
  [
    'insurance money in a cash-only order',
    { ...cashOnly, med_ins_gov_fee: 1 },
    [403, 'RULE_LIMIT', 268529474],
  ],
  [
    'a cash-only order without a charge',
    { ...cashOnly, wechat_pay_cash_fee: 0 },
    [403, 'RULE_LIMIT', 268529474],
  ],
  ['a mixed order without authorization', { pay_auth_no: undefined }, [403, 'RULE_LIMIT', 268529475]],
  ['a mixed order without a charge', { wechat_pay_cash_fee: 0 }, [403, 'RULE_LIMIT', 268529475]],
  [
    'an insurance-only order with a prepay',
    { ...insuranceOnly, prepay_id: 'wx1' },
    [403, 'RULE_LIMIT', 268529475],
  ],
  ['a charge that is not its parts', { med_ins_cash_fee: 5601 }, [403, 'RULE_LIMIT', 268529476]],
  ['a total that is not its parts', { total_fee: 16801 }, [403, 'RULE_LIMIT', 268529477]],
  [
    'a mixed order without insurance money',
    {
      med_ins_gov_fee: 0,
      med_ins_self_fee: 0,
      med_ins_other_fee: 0,
      med_ins_cash_fee: 0,
      cash_add_detail: [{ cash_add_fee: 5000, cash_add_type: 'FREIGHT' }],
      cash_reduce_detail: undefined,
      total_fee: 5000,
    },
    [403, 'RULE_LIMIT', 268529481],
  ],
  [
    'a charge that is not the cash order',
    { wechat_pay_cash_fee: 4999, med_ins_cash_fee: 5599, total_fee: 16799 },
    [403, 'RULE_LIMIT', 268529481],
  ],
  ['a prepay of nobody', { prepay_id: 'wx404' }, [400, 'INVALID_REQUEST', 268435456]],
  ['another number than the cash order', { out_trade_no: 'A00001' }, [400, 'INVALID_REQUEST', 268435456]],
]
for (const [what, change, expected] of refused) {
  test(`create is refused with ${what}, and burns nothing`, async () => {
    const hospital = await openHospital()
    await hospital.prepay()
    assert.deepEqual(refusal(await hospital.create(change)), expected)
    assert.equal((await hospital.create()).status, 200)
  })
}

test('a malformed field is named before a broken rule, and a used number before an amount', async () => {
  const hospital = await openHospital()
  await hospital.prepay()
  assert.deepEqual(refusal(await hospital.create({ total_fee: 1, sub_openid: 'o404' })), [
    400,
    'PARAM_ERROR',
    268510604,
  ])
  assert.equal((await hospital.create()).status, 200)
  assert.deepEqual(refusal(await hospital.create({ total_fee: 1 })), [400, 'ALREADY_EXISTS', 268512536])
})

test('a number stays used after failure and closing', async () => {
  const hospital = await openHospital()
  await hospital.placed()
  await hospital.sim.advance(2 * hour)
  assert.equal(await hospital.statuses(), 'FAIL FAIL FAIL')
  assert.equal((await hospital.create()).body.code, 'ALREADY_EXISTS')
})

test('a cash order that is paid, closed or whose prepay is too old cannot be built upon', async () => {
  const paid = await openHospital()
  await paid.sim.pay(await paid.prepay())
  assert.equal((await paid.create()).body.code, 'INVALID_REQUEST')

  const closed = await openHospital()
  await closed.prepay()
  const { mchid, subMchid } = closed.sim.credentials.apiv3
  const body = { sp_mchid: mchid, sub_mchid: subMchid }
  await closed.ask(cash.closePartner, { path: { out_trade_no: number }, body })
  assert.equal((await closed.create()).body.code, 'INVALID_REQUEST')

  const old = await openHospital()
  await old.prepay()
  await old.sim.advance(2 * hour)
  assert.equal((await old.create()).body.code, 'INVALID_REQUEST')
})

test('the sums of a cash-only order are those of its total, or all by the switch', async () => {
  const lenient = await openHospital()
  await lenient.prepay()
  assert.equal((await lenient.create(cashOnly)).status, 200)
  const strict = await openHospital({ cashOnlySums: 'all' })
  await strict.prepay()
  assert.deepEqual(refusal(await strict.create(cashOnly)), [403, 'RULE_LIMIT', 268529476])
})

test('the first page knows users by sub_openid only', async () => {
  const hospital = await openHospital({ profile: 'seed' })
  const { openid } = hospital.sim.credentials.apiv3
  await hospital.prepay({ payer: { sp_openid: openid } })
  assert.deepEqual(refusal(await hospital.create({ openid, sub_openid: undefined })), malformed)
  const current = await openHospital()
  await current.prepay({ payer: { sp_openid: openid } })
  assert.equal((await current.create({ openid, sub_openid: undefined })).status, 200)
})

test('merchants without the product are told so', async () => {
  const hospital = await openHospital()
  const { mchid, subMchid } = hospital.sim.credentials.apiv3
  const { merchants } = hospital.sim.world
  const [provider, institution] = [merchants.get(mchid), merchants.get(subMchid)]
  assert.ok(provider && institution)
  await hospital.prepay()
  institution.permissions = ['cash']
  assert.equal((await hospital.create()).body.code, 'REQUEST_BLOCKED')
  institution.permissions = ['medIns']
  institution.disabled = true
  assert.equal((await hospital.create()).body.code, 'NO_AUTH')
  institution.disabled = false
  provider.permissions = ['cash']
  assert.equal((await hospital.create()).body.code, 'NO_AUTH')
  assert.equal((await hospital.query()).body.code, 'NO_AUTH')
  const path = { mix_trade_no: '1' }
  const query = { sub_mchid: subMchid }
  assert.equal((await hospital.ask(medIns.queryByMixTradeNo, { path, query })).body.code, 'NO_AUTH')
  provider.permissions = ['*']
  assert.equal((await hospital.create()).status, 200)
})

/** Opens a hospital whose bureau checks, with one settlement for the payer. */
async function withBureau(change: object = {}): Promise<Hospital> {
  const hospital = await openHospital({ bureauChecks: true })
  hospital.sim.world.table('medIns.settlements').set('AUTH330100202603171000301000446', {
    payAuthNo: 'AUTH330100202603171000301000446',
    payOrderId: 'ORD330100202603171000420000917',
    serialNo: 'MZ2603170001728',
    medInstNo: 'H33010000917',
    cityId: '330100',
    orderTime: '2026-03-17T10:00:00+08:00',
    govFee: 6820,
    selfFee: 3150,
    otherFee: 430,
    cashFee: 5600,
    payer: 'P1',
    subMchid: hospital.sim.credentials.apiv3.subMchid,
    expiresMs: hospital.sim.clock.now() + 600 * second,
    ...change,
  })
  await hospital.prepay()
  return hospital
}

test('the bureau lets through what it settled, once', async () => {
  const hospital = await withBureau()
  assert.equal((await hospital.create()).status, 200)
  await hospital.prepay({ out_trade_no: 'A00002' })
  assert.deepEqual(refusal(await hospital.create({ out_trade_no: 'A00002' })), [
    400,
    'INVALID_REQUEST',
    268547120,
  ])
})

const objections: [string, number, object, (hospital: Hospital) => object][] = [
  ['another settlement', 268510610, { govFee: 6821 }, () => ({})],
  ['another institution number', 268510610, {}, () => ({ med_inst_no: 'H1' })],
  ['a time far off', 268510610, {}, () => ({ med_ins_order_create_time: '2026-03-17T10:06:00+08:00' })],
  ['an authorization of another user', 268547120, { payer: 'P2' }, () => ({})],
  ['an authorization for another institution', 268547120, { subMchid: '1690000202' }, () => ({})],
  ['an authorization that is over', 268547120, { expiresMs: 0 }, () => ({})],
  ['an authorization of nobody', 268545967, {}, () => ({ pay_auth_no: 'A1' })],
  ['half a triple', 268545967, {}, () => ({ passthrough_request_content: '{"payAuthNo":"A1"}' })],
  ['another name', 268545962, {}, (hospital) => ({ payer: personOf(hospital, { name: '李四' }) })],
  [
    'another digest',
    268545961,
    {},
    (hospital) => ({ payer: personOf(hospital, { idNumber: '990000198001011234' }) }),
  ],
  [
    'a relative that is not on record',
    268545964,
    {},
    (hospital) => ({ pay_for_relatives: true, relative: personOf(hospital, { name: '张小三' }) }),
  ],
]
for (const [what, code, settlement, change] of objections) {
  test(`the bureau or the e-voucher objects to ${what}`, async () => {
    const hospital = await withBureau(settlement)
    assert.deepEqual(refusal(await hospital.create(change(hospital))), [400, 'INVALID_REQUEST', code])
  })
}

test('a payer without an e-voucher is told to activate it, and a relative on record passes', async () => {
  const hospital = await withBureau()
  const vouchers = hospital.sim.world.table('medIns.vouchers')
  vouchers.set('P1', { bound: false, relatives: [] })
  assert.deepEqual(refusal(await hospital.create()), [400, 'INVALID_REQUEST', 268545963])
  const relative = { name: '张小三', idNumber: '990000198001011234' }
  vouchers.set('P1', { bound: true, relatives: [relative] })
  const placed = await hospital.create({ pay_for_relatives: true, relative: personOf(hospital, relative) })
  assert.equal(placed.status, 200)
})

function personOf(hospital: Hospital, { name, idNumber }: { name?: string; idNumber?: string }) {
  const payer = hospital.sim.world.payers.get('P1')
  return {
    name: hospital.seal(name ?? payer?.name ?? ''),
    id_digest: hospital.seal(idcard.idDigest(idNumber ?? payer?.idNumber ?? '')),
    card_type: 'ID_CARD',
  }
}

test('an order is there for its own pair only', async () => {
  const hospital = await openHospital()
  const mix_trade_no = await hospital.placed()
  const asked = (query: object) =>
    Promise.all([
      hospital.ask(medIns.queryByOutTradeNo, { path: { out_trade_no: number }, query: query as never }),
      hospital.ask(medIns.queryByMixTradeNo, { path: { mix_trade_no }, query: query as never }),
    ])
  for (const answered of await asked({})) assert.deepEqual(refusal(answered), malformed)
  for (const answered of await asked({ sub_mchid: '1690000202' }))
    assert.deepEqual(refusal(answered), [404, 'NOT_FOUND', 268529515])
  for (const answered of await asked({ sub_mchid: '1230000302' }))
    assert.deepEqual(refusal(answered), [403, 'RULE_LIMIT', 268443701])
  assert.deepEqual(refusal(await hospital.query('A404')), [404, 'NOT_FOUND', 268529515])
})

test('one provider cannot read the orders of another', async () => {
  const hospital = await openHospital()
  const mix_trade_no = await hospital.placed()
  const { subMchid } = hospital.sim.credentials.apiv3
  const other = joinMerchant(hospital.sim, '1688000909', { role: 'partner', subs: [subMchid] }).mchid
  const asked = { query: { sub_mchid: subMchid }, as: other }
  const byNumber = await hospital.ask(medIns.queryByOutTradeNo, { ...asked, path: { out_trade_no: number } })
  const byMix = await hospital.ask(medIns.queryByMixTradeNo, { ...asked, path: { mix_trade_no } })
  assert.deepEqual([byNumber.body.code, byMix.body.code], ['NOT_FOUND', 'NOT_FOUND'])
})

test('a report needs a sum that holds, an order, a paid insurance leg and no more than was paid', async () => {
  const hospital = await openHospital()
  const mixTradeNo = await hospital.placed()
  const limit = [403, 'RULE_LIMIT', 268435456]
  assert.deepEqual(refusal(await hospital.report(mixTradeNo)), limit)
  await hospital.sim.pay(mixTradeNo)
  await hospital.sim.advance(2 * second)
  assert.equal((await hospital.report(mixTradeNo, { med_refund_total_fee: 45000 })).body.code, 'RULE_LIMIT')
  const more = { med_refund_total_fee: 10401, med_refund_gov_fee: 6821 }
  assert.deepEqual(refusal(await hospital.report(mixTradeNo, more)), limit)
  assert.deepEqual(refusal(await hospital.report('404')), [404, 'NOT_FOUND', 268529515])
  assert.deepEqual(refusal(await hospital.report(mixTradeNo, { sub_mchid: undefined })), malformed)
  const double = { med_refund_gov_fee: undefined, med_refund__gov_fee: 6820 }
  assert.equal((await hospital.report(mixTradeNo, double)).body.code, 'PARAM_ERROR')

  const cashHospital = await openHospital()
  const cashOrder = await cashHospital.placed(cashOnly)
  await cashHospital.sim.pay(cashOrder)
  await cashHospital.sim.advance(2 * second)
  assert.deepEqual(refusal(await cashHospital.report(cashOrder)), limit)
})

test('there is no close and no reversal of a mixed order', async () => {
  const hospital = await openHospital()
  for (const path of ['/v3/med-ins/orders/out-trade-no/A1/close', '/v3/med-ins/orders/reverse']) {
    const answered = await hospital.sim.fetch(
      new Request(`https://api.mch.weixin.qq.com${path}`, { method: 'POST' }),
    )
    assert.deepEqual([answered.status, await answered.text()], [404, ''])
  }
})

test('every operation is refused without a signature or a header, when too fast and when the platform fails', async () => {
  const hospital = await openHospital()
  const own = { sub_mchid: hospital.sim.credentials.apiv3.subMchid }
  const calls: [OperationShape, object][] = [
    [medIns.create, { body: hospital.body() }],
    [medIns.queryByOutTradeNo, { path: { out_trade_no: number }, query: own }],
    [medIns.queryByMixTradeNo, { path: { mix_trade_no: '1' }, query: own }],
    [medIns.reportInsuranceRefund, { query: { mix_trade_no: '1' }, body: own }],
  ]
  for (const [operation, parts] of calls) {
    hospital.sim.faults.next(operation.id, 'tooMany')
    assert.equal((await hospital.ask(operation, parts)).body.code, 'FREQUENCY_LIMITED')
    hospital.sim.faults.next(operation.id, 'systemError')
    assert.equal((await hospital.ask(operation, parts)).body.code, 'SYSTEM_ERROR')
    const unsigned = { ...parts, headers: { authorization: 'none' } }
    assert.equal((await hospital.ask(operation, unsigned)).body.code, 'SIGN_ERROR')
    const unacceptable = { ...parts, headers: { accept: 'text/html' } }
    assert.equal((await hospital.ask(operation, unacceptable)).body.code, 'INVALID_REQUEST')
  }
})

test('every documented code and number was met, but those that no state brings about', () => {
  const unmet = Object.values(medIns).flatMap((operation: OperationShape) =>
    operation.errors
      .filter(({ code, numbers = [] }) => {
        const known = [...met].filter((one) => one.startsWith(`${operation.id} ${code} `))
        return !known.some((one) => numbers.length === 0 || numbers.some((each) => one.endsWith(` ${each}`)))
      })
      .map(({ code, numbers = [] }) => [operation.id, code, ...numbers].join(' ')),
  )
  assert.deepEqual(unmet, [
    // The same limit in another spelling: a fault answers FREQUENCY_LIMITED with this number.
    'medIns.create RULE_LIMIT 268447840',
    // No source says which state of an order lets a query meet an expired authorization.
    'medIns.queryByOutTradeNo INVALID_REQUEST 268545967',
    'medIns.queryByMixTradeNo INVALID_REQUEST 268545967',
  ])
})

test('a partner that leaves the institution out of a query is refused, or finds nothing, as the switch says', async () => {
  for (const [missingSubMchid, expected] of [
    ['malformed', malformed],
    ['notFound', [404, 'NOT_FOUND', 268529515]],
  ] as const) {
    const hospital = await openHospital({ missingSubMchid })
    const mix_trade_no = await hospital.placed()
    const asked = [
      await hospital.ask(medIns.queryByOutTradeNo, { path: { out_trade_no: number } }),
      await hospital.ask(medIns.queryByMixTradeNo, { path: { mix_trade_no } }),
    ]
    assert.deepEqual(asked.map(refusal), [expected, expected])
  }
})
