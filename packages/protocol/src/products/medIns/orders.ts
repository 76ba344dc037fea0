/** Placing a medical-insurance order and asking for it. */
import { charsets, group, octets, optional, sealed, text } from '../../fields.ts'
import { defineOperation } from '../../operation.ts'
import { exactlyOne, fits, is, mode, needs, positive, refusedAs, refuses, sums, zero } from '../../rules.ts'
import { cardType, mixPayType, orderType } from './enumerations.ts'
import { createErrors, notFound, queryErrors } from './errors.ts'
import { detailsOfOrder, fields, medInsOrder, ownersOfOrder } from './order.ts'

const common = { dialect: 'apiv3', host: 'mainland', trust: 'signature' } as const

const person = group({
  name: sealed(octets(1, 214).describe('Real name (真实姓名).')),
  id_digest: sealed(
    text(32, 32, charsets.lowerHex).describe(
      'Lower-case MD5 of the id number (证件号摘要), its letters in upper case, 15 digits made 18.',
    ),
  ),
  card_type: cardType,
})

const insured = is('mix_pay_type', 'INSURANCE_ONLY', 'CASH_AND_INSURANCE')
const charged = is('mix_pay_type', 'CASH_ONLY', 'CASH_AND_INSURANCE')
const bureauFields = ['pay_order_id', 'pay_auth_no', 'geo_location', 'med_ins_order_create_time']
const insuranceFees = ['med_ins_gov_fee', 'med_ins_self_fee', 'med_ins_other_fee']
const settledFees = [...insuranceFees, 'med_ins_cash_fee']
const additions = 'cash_add_detail[].cash_add_fee'
const reductions = 'cash_reduce_detail[].cash_reduce_fee'

const cashOnly = is('mix_pay_type', 'CASH_ONLY')
const insuranceOnly = is('mix_pay_type', 'INSURANCE_ONLY')
const mixed = is('mix_pay_type', 'CASH_AND_INSURANCE')

/** Which fields a cash-only order has. */
const cashOnlyRules = [
  refuses(cashOnly, ...bureauFields),
  zero(cashOnly, ...settledFees),
  needs(cashOnly, 'prepay_id', 'wechat_pay_cash_fee'),
  positive(cashOnly, 'wechat_pay_cash_fee'),
].map((rule) => refusedAs('RULE_LIMIT', rule, 268529474))

/** Which fields an order with an insurance leg has. */
const insuredRules = [
  needs(insured, ...bureauFields, ...settledFees),
  needs(mixed, 'prepay_id', 'wechat_pay_cash_fee'),
  positive(mixed, 'wechat_pay_cash_fee'),
  refuses(insuranceOnly, 'prepay_id'),
  zero(insuranceOnly, 'wechat_pay_cash_fee'),
].map((rule) => refusedAs('RULE_LIMIT', rule, 268529475))

// The official page has the flag and the relative side by side.
const { pay_for_relatives, ...otherDetails } = detailsOfOrder

/** Places an order. A used number is refused, so an unanswered call is asked for, never repeated at once. */
export const create = defineOperation({
  ...common,
  id: 'medIns.create',
  title: 'Place a medical-insurance order (医保自费混合收款下单)',
  route: 'POST /v3/med-ins/orders',
  body: {
    mix_pay_type: mixPayType,
    order_type: orderType,
    ...ownersOfOrder,
    payer: person.describe('Who pays (支付人).'),
    pay_for_relatives,
    relative: optional(person.describe('The relative who is paid for (亲属).')),
    ...otherDetails,
  },
  rules: [
    needs(mode('partner'), 'sub_appid', 'sub_mchid'),
    refuses(mode('direct'), 'sub_appid', 'sub_mchid', 'sub_openid'),
    exactlyOne('openid', 'sub_openid'),
    needs(is('pay_for_relatives', true), 'relative'),
    // JSAPI prepay and refunds take shorter numbers than this interface does.
    fits(charged, 'out_trade_no', { form: /^.{6,32}$/s, words: '6 to 32 characters, as the cash order has' }),
    ...cashOnlyRules,
    ...insuredRules,
    // The charge is decided before the total, and both before the sums of one leg.
    refusedAs(
      'RULE_LIMIT',
      sums('wechat_pay_cash_fee', {
        plus: ['med_ins_cash_fee', additions],
        minus: [reductions],
        when: insured,
      }),
      268529476,
    ),
    refusedAs(
      'RULE_LIMIT',
      sums('total_fee', { plus: [...insuranceFees, 'wechat_pay_cash_fee', reductions] }),
      268529477,
    ),
    // With the two above this one fails alone only where an insurance-only order leaves the charge out.
    refusedAs(
      'RULE_LIMIT',
      sums('total_fee', { plus: [...settledFees, additions], when: insured }),
      268529476,
    ),
    refusedAs('RULE_LIMIT', positive(mixed, ...settledFees), 268529481),
  ],
  result: medInsOrder,
  errors: createErrors,
  repeat: 'never',
  doc: 'https://pay.weixin.qq.com/doc/v3/partner/4012503131',
})

const asked = {
  query: { sub_mchid: optional(fields.sub_mchid) },
  rules: [needs(mode('partner'), 'sub_mchid'), refuses(mode('direct'), 'sub_mchid')],
  result: medInsOrder,
  errors: queryErrors,
  notFound,
  repeat: 'read',
} as const

/** Asks by the caller's number: the way to learn the outcome of an unanswered create. */
export const queryByOutTradeNo = defineOperation({
  ...common,
  ...asked,
  id: 'medIns.queryByOutTradeNo',
  title: "Ask for an order by the caller's number (使用从业机构订单号查看下单结果)",
  route: 'GET /v3/med-ins/orders/out-trade-no/{out_trade_no}',
  path: { out_trade_no: fields.out_trade_no },
  doc: 'https://pay.weixin.qq.com/doc/v3/partner/4012503286',
})

/** Asks by the number that create answered. */
export const queryByMixTradeNo = defineOperation({
  ...common,
  ...asked,
  id: 'medIns.queryByMixTradeNo',
  title: 'Ask for an order by the mixed order number (使用医保自费混合订单号查看下单结果)',
  route: 'GET /v3/med-ins/orders/mix-trade-no/{mix_trade_no}',
  path: { mix_trade_no: fields.mix_trade_no },
  doc: 'https://pay.weixin.qq.com/doc/v3/partner/4012503155',
})
