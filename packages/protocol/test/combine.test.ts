import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CheckOptions, check } from '../src/check.ts'
import type { Fields } from '../src/fields.ts'
import {
  type InputOfOperation,
  notifications,
  operations,
  type ResourceOf,
  type ResultOfOperation,
} from '../src/index.ts'
import type { Rule } from '../src/rules.ts'
import { answers, notice, orders, requests } from './fixtures/combine-examples.ts'
import { neverOccurring } from './fixtures/field-paths.ts'

const { combine } = operations
type Placing = keyof typeof answers
const placing = Object.keys(answers) as Placing[]

function problems(
  operation: { body: Fields; rules?: readonly Rule[] },
  body: unknown,
  options: CheckOptions = {},
): string[] {
  return check(operation.body, operation.rules ?? [], body, options).map(({ at, rule }) => `${at} ${rule}`)
}

/** A copy of a message with one member set, or taken out. */
function changed(message: unknown, path: string, value?: unknown): unknown {
  const copy = structuredClone(message)
  const names = path.split('.')
  const last = names.pop() as string
  const parent = names.reduce((found, name) => (found as Record<string, unknown>)[name], copy)
  if (value === undefined) delete (parent as Record<string, unknown>)[last]
  else (parent as Record<string, unknown>)[last] = value
  return copy
}

test('the combine group holds the eight operations and the one notice of the index', () => {
  assert.deepEqual(
    Object.entries(combine).map(([name, { id, route }]) => [name === id.slice('combine.'.length), route]),
    [
      [true, 'POST /v3/combine-transactions/jsapi'],
      [true, 'POST /v3/combine-transactions/app'],
      [true, 'POST /v3/combine-transactions/h5'],
      [true, 'POST /v3/combine-transactions/native'],
      [true, 'POST /v3/combine-transactions/miniprogram'],
      [true, 'GET /v3/combine-transactions/out-trade-no/{combine_out_trade_no}'],
      [true, 'GET /v3/combine-transactions/id/{combine_transaction_id}'],
      [true, 'POST /v3/combine-transactions/out-trade-no/{combine_out_trade_no}/close'],
    ],
  )
  assert.deepEqual(Object.keys(notifications.combine), ['paid'])
})

test('every sample of a combined order may be sent', () => {
  for (const name of placing) assert.deepEqual(problems(combine[name], requests[name]), [], name)
  assert.deepEqual(problems(combine.close, requests.close), [])
})

test('what a request may hold beyond its sample is exactly this', () => {
  const identity = [
    'combine_payer_info.identity',
    'combine_payer_info.identity.type',
    'combine_payer_info.identity.number',
    'combine_payer_info.identity.name',
  ]
  const subsidy = [
    'subsidy_info',
    'subsidy_info.subsidy_detail',
    'subsidy_info.subsidy_detail[].subsidy_period_type',
    'subsidy_info.subsidy_detail[].subsidy_plan',
    'subsidy_info.subsidy_detail[].subsidy_plan[].subsidy_installment_num',
    'subsidy_info.subsidy_detail[].subsidy_plan[].subsidy_percent',
  ]
  const beyond = {
    createJsapi: [
      'time_start',
      'limit_pay',
      'sub_orders[].sub_mchid',
      'sub_orders[].sub_appid',
      'sub_orders[].settle_info.subsidy_amount',
      'sub_orders[].detail',
      'sub_orders[].profit_sharing',
      'combine_payer_info.sub_openid',
      ...identity,
      ...subsidy,
    ],
    createApp: [
      'sub_orders[].sub_appid',
      'sub_orders[].goods_tag',
      'sub_orders[].profit_sharing',
      'sub_orders[].individual_auth_id',
      'sub_orders[].individual_name',
      'combine_payer_info',
      'combine_payer_info.openid',
      ...identity,
      ...subsidy,
      'trade_scenario',
      'prepay_id',
      'contract_info',
      'contract_info.mchid',
      'contract_info.appid',
      'contract_info.out_contract_code',
      'contract_info.plan_id',
      'contract_info.contract_display_account',
      'contract_info.notify_url',
    ],
    createH5: [
      'time_start',
      'limit_pay',
      'scene_info.h5_info.bundle_id',
      'scene_info.h5_info.package_name',
      'sub_orders[].sub_mchid',
      'sub_orders[].sub_appid',
      'sub_orders[].settle_info.subsidy_amount',
      'combine_payer_info',
      'combine_payer_info.openid',
      'combine_payer_info.sub_openid',
      ...identity,
    ],
    createNative: [
      'time_start',
      'limit_pay',
      'sub_orders[].sub_appid',
      'sub_orders[].goods_tag',
      'sub_orders[].settle_info.subsidy_amount',
      'combine_payer_info',
      'combine_payer_info.openid',
      'combine_payer_info.sub_openid',
      ...identity,
    ],
    createMiniprogram: [],
  }
  for (const name of placing)
    assert.deepEqual(neverOccurring(combine[name].body, [requests[name]]), beyond[name])
  assert.deepEqual(neverOccurring(combine.close.body, [requests.close]), [
    'sub_orders[].sub_mchid',
    'sub_orders[].sub_appid',
    'sub_orders[].individual_auth_id',
  ])
})

test('every answer to a placement is declared, field by field', () => {
  for (const name of placing) {
    const { fields, rules } = combine[name].result
    assert.deepEqual(check(fields, rules, answers[name]), [], name)
  }
  assert.deepEqual(neverOccurring(combine.createApp.result.fields, [answers.createApp]), [
    'contract_result',
    'contract_result.code',
    'contract_result.message',
  ])
})

test('every sample order and notice is declared, field by field', () => {
  const query = combine.queryByOutTradeNo.result
  const [byNumber, individual, announced] = [
    [orders.paid, orders.unpaid, orders.seed],
    [orders.individual],
    [notice],
  ]
  for (const order of [...byNumber, ...individual])
    assert.deepEqual(check(query.fields, query.rules, order), [])
  const byId = combine.queryById.result
  for (const order of individual) assert.deepEqual(check(byId.fields, byId.rules, order), [])
  const { resource } = notifications.combine.paid
  for (const order of announced) assert.deepEqual(check(resource.fields, resource.rules, order), [])

  const installments = [
    'installment_info',
    'installment_info.use_subsidy',
    'installment_info.selected_installment_number',
  ]
  assert.deepEqual(neverOccurring(query.fields, [...byNumber, ...individual]), [
    'sub_orders[].sub_appid',
    'sub_orders[].sub_openid',
    'sub_orders[].amount.settlement_rate',
    ...installments,
  ])
  assert.deepEqual(neverOccurring(byId.fields, individual), ['sub_orders[].amount.settlement_rate'])
  assert.deepEqual(neverOccurring(resource.fields, announced), [
    'combine_transaction_id',
    'sub_orders[].individual_auth_id',
    'sub_orders[].individual_name',
    'sub_orders[].sub_mchid',
    'sub_orders[].sub_appid',
    'sub_orders[].sub_openid',
    'sub_orders[].amount.settlement_rate',
    ...installments,
  ])
})

test('numbers of combined orders hold up to 32 characters, numbers of sub-orders 6 to 32, both with @', () => {
  const { createJsapi } = combine
  const good = requests.createJsapi
  assert.deepEqual(problems(createJsapi, changed(good, 'combine_out_trade_no', '@')), [])
  assert.deepEqual(problems(createJsapi, changed(good, 'combine_out_trade_no', 'A'.repeat(33))), [
    '/combine_out_trade_no length',
  ])
  assert.deepEqual(problems(createJsapi, changed(good, 'combine_out_trade_no', 'CT#1')), [
    '/combine_out_trade_no charset',
  ])
  assert.deepEqual(problems(createJsapi, changed(good, 'sub_orders.0.out_trade_no', 'SO@|*')), [
    '/sub_orders/0/out_trade_no length',
  ])
})

test('an order has 1 to 50 sub-orders, no two alike', () => {
  const { createJsapi } = combine
  const [first] = requests.createJsapi.sub_orders
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ ...first, out_trade_no: `SO20260317_${index}` }))
  const withMany = (subOrders: unknown) =>
    problems(createJsapi, changed(requests.createJsapi, 'sub_orders', subOrders))
  assert.deepEqual(withMany(many(50)), [])
  assert.deepEqual(withMany(many(51)), ['/sub_orders count'])
  assert.deepEqual(withMany([]), ['/sub_orders count'])
  assert.deepEqual(withMany([first, first]), ['/sub_orders/1 unique'])
})

test('amounts are 1 fen to 10 000 000 yuan, in renminbi', () => {
  const amount = 'sub_orders.0.amount.total_amount'
  const at = '/sub_orders/0/amount/total_amount'
  const bad = (path: string, value: unknown) =>
    problems(combine.createJsapi, changed(requests.createJsapi, path, value))
  assert.deepEqual(bad(amount, 1), [])
  assert.deepEqual(bad(amount, 1_000_000_000), [])
  assert.deepEqual(bad(amount, 0), [`${at} range`])
  assert.deepEqual(bad(amount, 1_000_000_001), [`${at} range`])
  assert.deepEqual(bad(amount, '100'), [`${at} type`])
  assert.deepEqual(bad('sub_orders.0.amount.currency', 'USD'), ['/sub_orders/0/amount/currency choice'])
})

test('a terminal is counted in bytes, 7 to 16, and 7 to 32 on H5', () => {
  const device = (value: string) =>
    problems(combine.createJsapi, changed(requests.createJsapi, 'scene_info.device_id', value))
  assert.deepEqual(device('POS1:1'), ['/scene_info/device_id length'])
  assert.deepEqual(device('门店一'), [])
  assert.deepEqual(device('门店门店门店'), ['/scene_info/device_id length'])
  assert.deepEqual(
    problems(combine.createH5, changed(requests.createH5, 'scene_info.device_id', 'D'.repeat(32))),
    [],
  )
})

test('a scene needs the address of the user, and H5 needs its kind in exact case', () => {
  assert.deepEqual(
    problems(combine.createJsapi, changed(requests.createJsapi, 'scene_info.payer_client_ip')),
    ['/scene_info/payer_client_ip required'],
  )
  assert.deepEqual(problems(combine.createH5, changed(requests.createH5, 'scene_info.h5_info.type', 'ios')), [
    '/scene_info/h5_info/type choice',
  ])
  assert.deepEqual(problems(combine.createH5, changed(requests.createH5, 'scene_info')), [
    '/scene_info required',
  ])
})

test('JSAPI takes exactly one openid', () => {
  const payer = (info: unknown) =>
    problems(combine.createJsapi, changed(requests.createJsapi, 'combine_payer_info', info))
  assert.deepEqual(payer({}), ['/combine_payer_info exactlyOne'])
  assert.deepEqual(payer({ openid: 'o1', sub_openid: 'o2' }), ['/combine_payer_info exactlyOne'])
  assert.deepEqual(payer({ sub_openid: 'o2' }), [])
})

test('an identity is complete or absent', () => {
  assert.deepEqual(
    problems(
      combine.createNative,
      changed(requests.createNative, 'combine_payer_info', { identity: { type: 'IDCARD' } }),
    ),
    ['/combine_payer_info/identity/number required', '/combine_payer_info/identity/name required'],
  )
})

test('sub-merchants are named in partner mode and never in direct mode', () => {
  assert.deepEqual(problems(combine.createJsapi, requests.createJsapi, { mode: 'partner' }), [
    '/sub_orders/0/sub_mchid needs',
    '/sub_orders/1/sub_mchid needs',
  ])
  assert.deepEqual(problems(combine.createNative, requests.createNative, { mode: 'direct' }), [
    '/sub_orders/0/sub_mchid refuses',
    '/sub_orders/1/sub_mchid refuses',
  ])
  assert.deepEqual(problems(combine.createNative, requests.createNative, { mode: 'partner' }), [])
  assert.deepEqual(problems(combine.close, requests.close, { mode: 'partner' }), [
    '/sub_orders/0/sub_mchid needs',
    '/sub_orders/1/sub_mchid needs',
  ])
  const individual = changed(requests.close, 'sub_orders', [
    { mchid: '1688000101', out_trade_no: 'SO20260317C00003_1', individual_auth_id: 'i' },
  ])
  assert.deepEqual(problems(combine.close, individual, { mode: 'partner' }), [])
})

test('the number is not repeated in the body of a close', () => {
  assert.deepEqual(problems(combine.close, { ...requests.close, combine_out_trade_no: 'CT20260317A00044' }), [
    '/combine_out_trade_no unknown',
  ])
})

test('emoji and addresses with a query are refused', () => {
  const bad = (path: string, value: unknown) =>
    problems(combine.createJsapi, changed(requests.createJsapi, path, value))
  assert.deepEqual(bad('sub_orders.0.attach', 'store😀'), ['/sub_orders/0/attach characters'])
  assert.deepEqual(bad('notify_url', 'https://pay.example-mall.cn/n?x=1'), ['/notify_url notifyUrl'])
})

test('a paid sub-order without its number or time is no complete answer', () => {
  const { fields, rules } = combine.queryByOutTradeNo.result
  const broken = changed(changed(orders.paid, 'sub_orders.0.transaction_id'), 'sub_orders.1.success_time')
  assert.deepEqual(
    check(fields, rules, broken).map(({ at, rule }) => `${at} ${rule}`),
    ['/sub_orders/0/transaction_id needs', '/sub_orders/1/success_time needs'],
  )
})

test('errors are spelt as the page of combined payment spells them', () => {
  const codes = combine.queryByOutTradeNo.errors.map(({ code, status }) => `${status} ${code}`)
  assert.deepEqual(codes, [
    '202 USERPAYING',
    '403 TRADE_ERROR',
    '500 SYSTEMERROR',
    '401 SIGN_ERROR',
    '403 RULELIMIT',
    '400 PARAM_ERROR',
    '403 OUT_TRADE_NO_USED',
    '404 ORDERNOTEXIST',
    '400 ORDER_CLOSED',
    '500 OPENID_MISMATCH',
    '403 NOTENOUGH',
    '403 NOAUTH',
    '400 MCH_NOT_EXISTS',
    '500 INVALID_TRANSACTIONID',
    '400 INVALID_REQUEST',
    '429 FREQUENCY_LIMITED',
    '500 BANKERROR',
    '400 APPID_MCHID_NOT_MATCH',
    '403 ACCOUNTERROR',
  ])
  assert.deepEqual(combine.queryByOutTradeNo.notFound.codes, ['ORDERNOTEXIST', 'ORDER_NOT_EXIST'])
  const more = [...combine.createJsapi.errors, ...combine.close.errors].filter(
    ({ code }) => !codes.some((one) => one.endsWith(` ${code}`)),
  )
  assert.deepEqual(
    more.map(({ code, status }) => `${status} ${code}`),
    ['400 ORDER_PAID', '400 ORDER_PAID'],
  )
})

test('the types say what a caller may write', () => {
  const order: InputOfOperation<typeof combine.createMiniprogram> = {
    combine_appid: 'wx1',
    combine_mchid: '1',
    combine_out_trade_no: 'A',
    sub_orders: [
      {
        mchid: '1',
        out_trade_no: 'SO0001',
        description: 'd',
        attach: 'a',
        amount: { total_amount: 1, currency: 'CNY' },
        individual_auth_id: 'i',
      },
    ],
    combine_payer_info: { openid: 'o' },
  }
  // @ts-expect-error: an individual payee has no sub-merchant.
  const subMerchant: typeof order = { ...order, sub_orders: [{ ...order.sub_orders[0], sub_mchid: '2' }] }
  // @ts-expect-error: amounts are numbers of fen, not text.
  const textual: (typeof order)['sub_orders'][0]['amount'] = { total_amount: '1', currency: 'CNY' }
  const lookup: InputOfOperation<typeof combine.queryByOutTradeNo> = { combine_out_trade_no: 'A' }
  // @ts-expect-error: a query takes the number alone, no mchid.
  const withMerchant: typeof lookup = { combine_out_trade_no: 'A', mchid: '1' }
  const states = (answer: ResultOfOperation<typeof combine.queryByOutTradeNo>) =>
    answer.sub_orders.map((sub) => sub.trade_state satisfies string)
  const cash = (resource: ResourceOf<typeof notifications.combine.paid>) =>
    // @ts-expect-error: a notice may come without amounts.
    resource.sub_orders.map((sub) => sub.amount.payer_amount)
  assert.deepEqual(states(orders.paid), ['SUCCESS', 'SUCCESS'])
  assert.deepEqual(cash(notice), [12300, 3550])
  assert.ok(subMerchant && textual && withMerchant)
})
