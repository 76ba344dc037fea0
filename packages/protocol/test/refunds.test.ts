import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CheckOptions, check } from '../src/check.ts'
import type { Fields, GroupField } from '../src/fields.ts'
import { type InputOfOperation, notifications, operations, type ResultOfOperation } from '../src/index.ts'
import type { Rule } from '../src/rules.ts'
import { neverOccurring } from './fixtures/field-paths.ts'
import {
  applications,
  ecommerceAnswers,
  refundAnswers,
  refundNotices,
  reroutings,
} from './fixtures/refund-examples.ts'

const { refunds, ecommerceRefunds } = operations

function problems(
  operation: { body?: Fields; query?: Fields; rules?: readonly Rule[] },
  given: unknown,
  options: CheckOptions = {},
): string[] {
  const fields = operation.body ?? operation.query ?? {}
  return check(fields, operation.rules ?? [], given, options).map(({ at, rule }) => `${at} ${rule}`)
}

const declared = (group: GroupField, message: unknown) => check(group.fields, group.rules, message)

test('the refund groups hold the operations and notices of the index', () => {
  const routes = Object.entries({ ...refunds }).map(
    ([name, { id, route }]) => `${id === `refunds.${name}`} ${route}`,
  )
  assert.deepEqual(routes, [
    'true POST /v3/refund/domestic/refunds',
    'true GET /v3/refund/domestic/refunds/{out_refund_no}',
    'true POST /v3/refund/domestic/refunds/{refund_id}/apply-abnormal-refund',
  ])
  assert.deepEqual(
    Object.entries(ecommerceRefunds).map(
      ([name, { id, route }]) => `${id === `ecommerceRefunds.${name}`} ${route}`,
    ),
    [
      'true POST /v3/ecommerce/refunds/apply',
      'true GET /v3/ecommerce/refunds/out-refund-no/{out_refund_no}',
      'true GET /v3/ecommerce/refunds/id/{refund_id}',
      'true POST /v3/ecommerce/refunds/{refund_id}/apply-abnormal-refund',
      'true POST /v3/ecommerce/refunds/{refund_id}/return-advance',
      'true GET /v3/ecommerce/refunds/{refund_id}/return-advance',
    ],
  )
  assert.deepEqual(
    Object.values(notifications.refunds).map(({ id, event }) => `${id} ${event}`),
    ['refunds.succeeded REFUND.SUCCESS', 'refunds.abnormal REFUND.ABNORMAL', 'refunds.closed REFUND.CLOSED'],
  )
})

test('every sample application may be sent', () => {
  assert.deepEqual(problems(refunds.create, applications.combine, { mode: 'direct' }), [])
  assert.deepEqual(problems(refunds.create, applications.medIns, { mode: 'partner' }), [])
  assert.deepEqual(problems(ecommerceRefunds.create, applications.ecommerce), [])
  const sealed = { sealedFields: 'sealed' } as const
  assert.deepEqual(problems(refunds.applyAbnormal, reroutings.combine, sealed), [])
  assert.deepEqual(problems(refunds.applyAbnormal, reroutings.medIns, { ...sealed, mode: 'partner' }), [])
  assert.deepEqual(
    problems(ecommerceRefunds.applyAbnormal, { sub_mchid: '1790000201', ...reroutings.combine }, sealed),
    [],
  )
  assert.deepEqual(problems(ecommerceRefunds.returnAdvance, { sub_mchid: '1790000201' }), [])
})

test('what an application may hold beyond its samples is exactly this', () => {
  const from = ['amount.from', 'amount.from[].account', 'amount.from[].amount']
  assert.deepEqual(neverOccurring(refunds.create.body, [applications.combine, applications.medIns]), [
    ...from,
    'goods_detail[].wechatpay_goods_id',
  ])
  assert.deepEqual(neverOccurring(ecommerceRefunds.create.body, [applications.ecommerce]), [
    'individual_auth_id',
    'sub_appid',
    'combine_mchid',
    'combine_out_trade_no',
    'combine_transaction_id',
    'out_trade_no',
    ...from,
  ])
  assert.deepEqual(neverOccurring(refunds.applyAbnormal.body, Object.values(reroutings)), [])
})

test('every sample answer is declared, field by field', () => {
  for (const { result } of Object.values(refunds)) {
    for (const answer of Object.values(refundAnswers)) assert.deepEqual(declared(result, answer), [])
  }
  const from = ['amount.from', 'amount.from[].account', 'amount.from[].amount']
  assert.deepEqual(neverOccurring(refunds.find.result.fields, Object.values(refundAnswers)), [
    ...from,
    'amount.refund_fee',
    'promotion_detail[].goods_detail[].wechatpay_goods_id',
  ])

  const coupons = ['promotion_id', 'scope', 'type', 'amount', 'refund_amount']
  const promotion = ['promotion_detail', ...coupons.map((name) => `promotion_detail[].${name}`)]
  const { accepted, succeeded, returned } = ecommerceAnswers
  assert.deepEqual(declared(ecommerceRefunds.create.result, accepted), [])
  assert.deepEqual(neverOccurring(ecommerceRefunds.create.result.fields, [accepted]), [...from, ...promotion])
  for (const { result } of [ecommerceRefunds.findById, ecommerceRefunds.findByOutRefundNo]) {
    assert.deepEqual(declared(result, succeeded), [])
    assert.deepEqual(neverOccurring(result.fields, [succeeded]), [...from, ...promotion])
  }
  for (const { result } of [ecommerceRefunds.returnAdvance, ecommerceRefunds.findReturnAdvance]) {
    assert.deepEqual(declared(result, returned), [])
    assert.deepEqual(neverOccurring(result.fields, [returned]), [])
  }
  // The abnormal application answers the domestic object without the members the platform keeps back.
  const { total, payer_total, settlement_refund, settlement_total, ...amount } = refundAnswers.rerouted.amount
  assert.deepEqual([total, payer_total, settlement_refund, settlement_total], [3550, 3550, 3000, 3550])
  assert.deepEqual(declared(ecommerceRefunds.applyAbnormal.result, { ...refundAnswers.rerouted, amount }), [])
})

test('every sample notice is declared, field by field', () => {
  const { succeeded, abnormal, closed } = notifications.refunds
  const held = [
    [succeeded, [refundNotices.succeeded, refundNotices.ecommerceSucceeded, refundNotices.medInsSucceeded]],
    [abnormal, [refundNotices.abnormal, refundNotices.medInsAbnormal]],
    [closed, [refundNotices.closed, refundNotices.medInsClosed]],
  ] as const
  for (const [{ resource }, notices] of held) {
    for (const notice of notices) assert.deepEqual(declared(resource, notice), [])
  }
  assert.deepEqual(neverOccurring(succeeded.resource.fields, held[0][1]), [
    'individual_auth_id',
    'recv_account',
    'fund_source',
    'amount.settlement_refund',
    'amount.settlement_currency',
    'amount.currency',
    'amount.payer_currency',
    'amount.exchange_rate',
    'amount.exchange_rate.type',
    'amount.exchange_rate.rate',
  ])
  for (const [{ resource }, notices] of held.slice(1)) {
    assert.deepEqual(neverOccurring(resource.fields, notices), [
      'success_time',
      'refund_account',
      'individual_auth_id',
    ])
  }
})

test('a notice names the merchant or the provider, not both', () => {
  const { resource } = notifications.refunds.succeeded
  const rules = (notice: unknown) => declared(resource, notice).map(({ at, rule }) => `${at} ${rule}`)
  assert.deepEqual(rules({ ...refundNotices.succeeded, sp_mchid: '1' }), [' exactlyOne'])
  assert.deepEqual(rules({ ...refundNotices.succeeded, sub_mchid: '1' }), ['/sub_mchid refuses'])
  const { success_time: _, ...timeless } = refundNotices.succeeded
  assert.deepEqual(rules(timeless), ['/success_time needs'])
})

test('a refund names the order by at least one of its numbers', () => {
  const { transaction_id, ...nameless } = applications.combine
  assert.deepEqual(problems(refunds.create, nameless), [' atLeastOne'])
  assert.deepEqual(
    problems(refunds.create, { ...applications.combine, out_trade_no: 'SO20260317A00042_1' }),
    [],
  )
  assert.ok(transaction_id)
})

test('a refund is at least 1 fen and at most the order', () => {
  const amount = (refund: number) =>
    problems(refunds.create, { ...applications.combine, amount: { refund, total: 12800, currency: 'CNY' } })
  assert.deepEqual(amount(1), [])
  assert.deepEqual(amount(12800), [])
  assert.deepEqual(amount(0), ['/amount/refund range'])
  assert.deepEqual(amount(12801), ['/amount/refund atMost'])
})

test('the paying accounts differ and add up to the refund', () => {
  const paidFrom = (...from: unknown[]) =>
    problems(ecommerceRefunds.create, {
      ...applications.ecommerce,
      amount: { refund: 100, total: 20000, from },
    })
  const [half, other] = [
    { account: 'AVAILABLE', amount: 50 },
    { account: 'UNAVAILABLE', amount: 50 },
  ]
  assert.deepEqual(paidFrom(half, other), [])
  assert.deepEqual(paidFrom(half), ['/amount/refund sums'])
  assert.deepEqual(paidFrom(half, half), ['/amount/from/1 unique'])
  assert.deepEqual(paidFrom(half, { account: 'BASIC', amount: 50 }), ['/amount/from/1/account choice'])
})

test('the number of a refund holds up to 64 characters of the older set', () => {
  const number = (out_refund_no: string) =>
    problems(refunds.create, { ...applications.combine, out_refund_no })
  assert.deepEqual(number(`R_-|*@${'9'.repeat(58)}`), [])
  assert.deepEqual(number('9'.repeat(65)), ['/out_refund_no length'])
  assert.deepEqual(number('R 1'), ['/out_refund_no charset'])
})

test('partners name the sub-merchant in every domestic call', () => {
  const partner = { mode: 'partner' } as const
  assert.deepEqual(problems(refunds.create, applications.combine, partner), ['/sub_mchid needs'])
  assert.deepEqual(problems(refunds.find, {}, partner), ['/sub_mchid needs'])
  assert.deepEqual(problems(refunds.find, {}), [])
})

test('a platform names either the sub-merchant or the individual payee', () => {
  const { sub_mchid, ...nobody } = applications.ecommerce
  assert.deepEqual(problems(ecommerceRefunds.create, nobody), [' exactlyOne'])
  assert.deepEqual(problems(ecommerceRefunds.create, { ...nobody, individual_auth_id: 'i' }), [
    '/combine_transaction_id needs',
  ])
  assert.deepEqual(problems(ecommerceRefunds.findById, { sub_mchid, individual_auth_id: 'i' }), [
    ' exactlyOne',
  ])
})

test('a card of the user needs bank, number and holder', () => {
  const { bank_account, real_name, bank_type, ...rest } = reroutings.combine
  assert.deepEqual(problems(refunds.applyAbnormal, rest), [
    '/bank_type needs',
    '/bank_account needs',
    '/real_name needs',
  ])
  assert.deepEqual(problems(refunds.applyAbnormal, { ...rest, type: 'MERCHANT_BANK_CARD' }), [])
  assert.deepEqual(
    problems(refunds.applyAbnormal, { ...reroutings.combine, bank_type: 'CMB' }, { sealedFields: 'sealed' }),
    ['/bank_type choice'],
  )
  assert.ok(bank_account && real_name && bank_type)
})

test('refund errors are spelt the newer way, and an unknown merchant is a 404 here', () => {
  assert.deepEqual(
    refunds.create.errors.map(({ code, status }) => `${status} ${code}`),
    [
      '401 SIGN_ERROR',
      '500 SYSTEM_ERROR',
      '403 USER_ACCOUNT_ABNORMAL',
      '403 NOT_ENOUGH',
      '400 PARAM_ERROR',
      '404 MCH_NOT_EXISTS',
      '404 RESOURCE_NOT_EXISTS',
      '429 FREQUENCY_LIMITED',
      '400 INVALID_REQUEST',
      '403 NO_AUTH',
    ],
  )
  assert.deepEqual(
    refunds.find.errors.map(({ code }) => code),
    [
      'SIGN_ERROR',
      'SYSTEM_ERROR',
      'RESOURCE_NOT_EXISTS',
      'PARAM_ERROR',
      'MCH_NOT_EXISTS',
      'FREQUENCY_LIMITED',
    ],
  )
})

test('after 429 and 500 a refund is asked for, not repeated', () => {
  const advice = Object.fromEntries(refunds.create.errors.map((one) => [one.code, one.advice]))
  assert.equal(advice.FREQUENCY_LIMITED, 'query')
  assert.equal(advice.SYSTEM_ERROR, 'query')
})

test('the types say what a caller may write', () => {
  const refund: InputOfOperation<typeof refunds.create> = {
    transaction_id: 't',
    out_refund_no: 'R1',
    amount: { refund: 1, total: 1, currency: 'CNY' },
  }
  // @ts-expect-error: the accounts of a refund are named.
  const account: NonNullable<(typeof refund)['amount']['from']> = [{ account: 'BASIC', amount: 1 }]
  // @ts-expect-error: a refund of a combined sub-order never names the combined order.
  const whole: typeof refund = { ...refund, combine_out_trade_no: 'CT1' }
  const state = (answer: ResultOfOperation<typeof refunds.find>) => answer.status
  // @ts-expect-error: the acceptance by a platform does not say how far the refund is.
  const early = (answer: ResultOfOperation<typeof ecommerceRefunds.create>) => answer.status
  assert.equal(state(refundAnswers.succeeded), 'SUCCESS')
  assert.ok(account && whole && early)
})
