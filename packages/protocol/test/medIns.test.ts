import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openResource } from '../src/apiv3/index.ts'
import { type CheckOptions, check } from '../src/check.ts'
import type { ErrorCase, InputOfOperation, ResultOfOperation } from '../src/operation.ts'
import { medIns, medInsNotifications } from '../src/products/medIns/index.ts'
import { readAnswer } from '../src/reading.ts'
import {
  createAnswer,
  createRequest,
  insuranceOnlyAnswer,
  noticeKey,
  paidAnswer,
  paidNotice,
  paidResource,
  refundReport,
  refusedParts,
} from './fixtures/med-ins-examples.ts'
import { declaredPaths, pathsIn } from './paths.ts'

const { create, queryByOutTradeNo, reportInsuranceRefund } = medIns
const { paid } = medInsNotifications
const order = create.result

const person = { name: '张三', id_digest: '09eb26e839ff3a2e3980352ae45ef09e', card_type: 'ID_CARD' } as const
const mixed = { ...createRequest, payer: person }

const { sub_appid: _app, sub_mchid: _mchid, sub_openid: _openid, ...withoutSub } = mixed
const direct = { ...withoutSub, openid: 'oQ2hV8n5Kc0Xr7Tj3Yb6Lw9Mz1Fs' }

const {
  prepay_id: _prepay,
  wechat_pay_cash_fee: _fee,
  cash_add_detail: _added,
  cash_reduce_detail: _reduced,
  ...withoutCash
} = mixed
const insuranceOnly = {
  ...withoutCash,
  mix_pay_type: 'INSURANCE_ONLY',
  total_fee: 16000,
  cash_reduce_detail: [{ cash_reduce_fee: 5600, cash_reduce_type: 'DISCOUNT' }],
}

const {
  pay_order_id: _order,
  pay_auth_no: _auth,
  geo_location: _place,
  med_ins_order_create_time: _time,
  med_ins_gov_fee: _gov,
  med_ins_self_fee: _self,
  med_ins_other_fee: _other,
  med_ins_cash_fee: _cash,
  ...withoutInsurance
} = mixed
const cashOnly = { ...withoutInsurance, mix_pay_type: 'CASH_ONLY', total_fee: 6400 }

function problems(body: unknown, options: CheckOptions = { mode: 'partner' }): string[] {
  return check(create.body, create.rules, body, options).map(({ at, rule }) => `${at} ${rule}`)
}

test('the documented create request passes, sealed or in clear', () => {
  assert.deepEqual(problems(createRequest, { mode: 'partner', sealedFields: 'sealed' }), [])
  assert.deepEqual(problems(mixed), [])
})

test('each kind of payment passes with its own fields', () => {
  assert.deepEqual(problems(insuranceOnly), [])
  assert.deepEqual(problems(cashOnly), [])
  assert.deepEqual(problems(direct, { mode: 'direct' }), [])
})

test('an order with an insurance leg needs what the bureau gave', () => {
  assert.deepEqual(problems({ ...withoutInsurance, total_fee: 6400 }), [
    '/pay_order_id needs',
    '/pay_auth_no needs',
    '/geo_location needs',
    '/med_ins_order_create_time needs',
    '/med_ins_gov_fee needs',
    '/med_ins_self_fee needs',
    '/med_ins_other_fee needs',
    '/med_ins_cash_fee needs',
    '/wechat_pay_cash_fee sums',
    '/total_fee sums',
    ' positive',
  ])
})

test('a cash-only order has no insurance fields, or 0 in them', () => {
  assert.deepEqual(problems({ ...cashOnly, med_ins_gov_fee: 0 }), [])
  assert.deepEqual(problems({ ...cashOnly, pay_auth_no: 'A1', med_ins_gov_fee: 1, total_fee: 6401 }), [
    '/pay_auth_no refuses',
    '/med_ins_gov_fee zero',
  ])
})

test('an insurance-only order charges nothing', () => {
  assert.deepEqual(problems({ ...insuranceOnly, wechat_pay_cash_fee: 0 }), [])
  assert.deepEqual(problems({ ...insuranceOnly, prepay_id: 'wx1' }), ['/prepay_id refuses'])
  assert.ok(
    problems({ ...insuranceOnly, wechat_pay_cash_fee: 1, total_fee: 16001 }).includes(
      '/wechat_pay_cash_fee zero',
    ),
  )
})

test('an order with a cash leg charges something and has a number that JSAPI takes', () => {
  assert.ok(problems({ ...cashOnly, wechat_pay_cash_fee: 0 }).includes('/wechat_pay_cash_fee positive'))
  assert.deepEqual(problems({ ...cashOnly, out_trade_no: 'A'.repeat(33) }), ['/out_trade_no fits'])
  assert.deepEqual(problems({ ...insuranceOnly, out_trade_no: 'A'.repeat(33) }), [])
  assert.deepEqual(problems({ ...insuranceOnly, out_trade_no: 'A'.repeat(65) }), ['/out_trade_no length'])
})

test('the equations are told apart', () => {
  assert.deepEqual(problems({ ...mixed, total_fee: 16801 }), ['/total_fee sums', '/total_fee sums'])
  assert.deepEqual(problems({ ...mixed, med_ins_cash_fee: 5601 }), [
    '/wechat_pay_cash_fee sums',
    '/total_fee sums',
  ])
})

test('each breach of the amounts names the number with which the platform refuses it', () => {
  const number = (body: unknown) =>
    check(create.body, create.rules, body, { mode: 'partner' })[0]?.breach?.number
  assert.equal(number({ ...cashOnly, med_ins_gov_fee: 1 }), 268529474)
  assert.equal(number({ ...insuranceOnly, prepay_id: 'wx1' }), 268529475)
  assert.equal(number({ ...mixed, med_ins_cash_fee: 5601 }), 268529476)
  assert.equal(number({ ...mixed, total_fee: 16801 }), 268529477)
  const empty = { med_ins_gov_fee: 0, med_ins_self_fee: 0, med_ins_other_fee: 0, med_ins_cash_fee: 0 }
  const nothing = { ...mixed, ...empty, total_fee: 2200, wechat_pay_cash_fee: 800, cash_reduce_detail: [] }
  assert.equal(number({ ...nothing, total_fee: 800 }), 268529481)
})

test('partner mode names the institution and one user id; direct mode knows no institution', () => {
  assert.deepEqual(problems(direct), ['/sub_appid needs', '/sub_mchid needs'])
  assert.deepEqual(problems(mixed, { mode: 'direct' }), [
    '/sub_appid refuses',
    '/sub_mchid refuses',
    '/sub_openid refuses',
  ])
  assert.deepEqual(problems({ ...mixed, openid: 'o1' }), [' exactlyOne'])
  assert.deepEqual(problems({ ...mixed, sub_openid: undefined }), [' exactlyOne'])
})

test('a relative is named when paid for', () => {
  assert.deepEqual(problems({ ...mixed, pay_for_relatives: true }), ['/relative needs'])
  assert.deepEqual(problems({ ...mixed, pay_for_relatives: true, relative: person }), [])
})

test('a digest in upper case, an app in upper case, a time without figures and a bad place are refused', () => {
  const digest = { ...person, id_digest: person.id_digest.toUpperCase() }
  assert.deepEqual(problems({ ...mixed, payer: digest }), ['/payer/id_digest charset'])
  assert.deepEqual(problems({ ...mixed, appid: 'WX5a1b2c3d4e5f6071' }), ['/appid charset'])
  assert.deepEqual(problems({ ...mixed, med_ins_order_create_time: '2026-03-14T02:15:42Z' }), [
    '/med_ins_order_create_time offsetTime',
  ])
  assert.deepEqual(problems({ ...mixed, geo_location: '120.153576' }), ['/geo_location position'])
  assert.deepEqual(problems({ ...mixed, callback_url: 'https://a.cn/n?x=1' }), ['/callback_url notifyUrl'])
  assert.deepEqual(problems({ ...mixed, attach: '' }), ['/attach length'])
  assert.deepEqual(problems({ ...mixed, passthrough_request_content: `"${'中'.repeat(683)}"` }), [
    '/passthrough_request_content length',
  ])
})

test('values that answers call unknown are refused in requests', () => {
  assert.deepEqual(problems({ ...mixed, order_type: 'UNKNOWN_ORDER_TYPE' }), ['/order_type choice'])
  assert.deepEqual(problems({ ...mixed, payer: { ...person, card_type: 'UNKNOWN_USER_CARD_TYPE' } }), [
    '/payer/card_type choice',
  ])
  assert.ok(problems({ ...mixed, mix_pay_type: 'UNKNOWN_MIX_PAY_TYPE' }).includes('/mix_pay_type choice'))
})

test('every documented answer agrees with the declared order, and together they show all its names', () => {
  const refused = { ...createAnswer, ...refusedParts }
  const answers = [createAnswer, paidAnswer, refused, insuranceOnlyAnswer]
  const modes = ['partner', 'partner', 'partner', 'direct'] as const
  for (const [index, answer] of answers.entries())
    assert.deepEqual(check(order.fields, order.rules, answer, { mode: modes[index] }), [])
  const shown = new Set(answers.flatMap((answer) => pathsIn(answer)))
  assert.deepEqual(
    declaredPaths(order.fields).filter((path) => !shown.has(path)),
    [],
  )
})

test('an order has the 37 fields of the first page and the two that came later', () => {
  const names = Object.keys(order.fields)
  assert.equal(names.length, 39)
  assert.ok(names.includes('openid') && names.includes('med_ins_fail_reason'))
})

test('a fail reason without a failed insurance leg is not an order', () => {
  const wrong = { ...paidAnswer, med_ins_fail_reason: '预结算金额已变化' }
  assert.deepEqual(
    check(order.fields, order.rules, wrong, { mode: 'partner' }).map(({ at }) => at),
    ['/med_ins_fail_reason'],
  )
})

test('a query names the institution in partner mode only', () => {
  const { query, rules } = queryByOutTradeNo
  assert.equal(check(query, rules, { sub_mchid: '1680005678' }, { mode: 'partner' }).length, 0)
  assert.equal(check(query, rules, {}, { mode: 'partner' }).length, 1)
  assert.equal(check(query, rules, {}, { mode: 'direct' }).length, 0)
  assert.equal(check(query, rules, { sub_mchid: '1680005678' }, { mode: 'direct' }).length, 1)
})

test('a refund report adds up, and its names have one underscore', () => {
  const { body, rules } = reportInsuranceRefund
  const found = (value: unknown) =>
    check(body, rules, value, { mode: 'partner' }).map(({ at, rule }) => `${at} ${rule}`)
  assert.deepEqual(found(refundReport), [])
  assert.deepEqual(
    declaredPaths(body).filter((path) => !pathsIn(refundReport).includes(path)),
    [],
  )
  assert.deepEqual(found({ ...refundReport, med_refund_total_fee: 45000 }), ['/med_refund_total_fee sums'])
  const { med_refund_gov_fee, ...rest } = refundReport
  assert.deepEqual(found({ ...rest, med_refund__gov_fee: med_refund_gov_fee }), [
    '/med_refund_gov_fee required',
    '/med_refund__gov_fee unknown',
    '/med_refund_total_fee sums',
  ])
})

test('the documented notice opens to a resource of the declared names', () => {
  const text = new TextDecoder().decode(openResource(paidNotice.resource, noticeKey))
  assert.deepEqual(check(paid.resource.fields, paid.resource.rules, JSON.parse(text)), [])
  assert.equal(paidNotice.event_type, paid.event)
  assert.equal(paidNotice.resource.original_type, paid.originalType)
  assert.equal(paidNotice.resource.associated_data, paid.associatedData)
})

test('the full resource shows every declared name but the one of the other user id', () => {
  assert.deepEqual(check(paid.resource.fields, paid.resource.rules, paidResource), [])
  const shown = pathsIn(paidResource)
  assert.deepEqual(
    declaredPaths(paid.resource.fields).filter((path) => !shown.includes(path)),
    ['openid'],
  )
})

test('a notice may spell amounts as text and hold one detail without its amount', () => {
  const odd = {
    ...paidResource,
    total_fee: '16800',
    cash_add_detail: { cash_add_type: 'FREIGHT' },
    cash_reduce_detail: { cash_reduce_fee: '1400', cash_reduce_type: 'DISCOUNT' },
  }
  const read = readAnswer(paid.resource, odd)
  assert.deepEqual(check(paid.resource.fields, paid.resource.rules, read), [])
  const { total_fee, cash_reduce_detail } = read as { total_fee: number; cash_reduce_detail: unknown }
  assert.equal(total_fee, 16800)
  assert.deepEqual(cash_reduce_detail, [{ cash_reduce_fee: 1400, cash_reduce_type: 'DISCOUNT' }])
})

test('every error number of create is listed once', () => {
  const errors: readonly ErrorCase[] = create.errors
  const numbers = errors.flatMap((error) => error.numbers ?? [])
  const twice = numbers.filter((number, index) => numbers.indexOf(number) !== index)
  // The rate limit has two spellings.
  assert.deepEqual(twice, [268447840])
})

test('types know the fields, their values and what answers may lack', () => {
  const input: InputOfOperation<typeof create> = {
    ...mixed,
    cash_add_detail: [{ cash_add_fee: 800, cash_add_type: 'FREIGHT' }],
    cash_reduce_detail: [],
  }
  // @ts-expect-error: requests have no unknown kind of payment.
  input.mix_pay_type = 'UNKNOWN_MIX_PAY_TYPE'
  // @ts-expect-error: money is a number of fen.
  input.total_fee = '16800'
  const answered = (result: ResultOfOperation<typeof queryByOutTradeNo>) => {
    // @ts-expect-error: a direct order has no sub_mchid, so an answer may lack it.
    const merchant: string = result.sub_mchid
    // @ts-expect-error: no answer carries the number of the cash payment.
    const transaction: string = result.transaction_id
    return [merchant, transaction]
  }
  assert.equal(typeof answered, 'function')
})
