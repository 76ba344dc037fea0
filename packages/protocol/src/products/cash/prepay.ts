/** Placing an ordinary JSAPI order: the cash leg of a medical-insurance order, or an order of its own. */
import { group, optional, text } from '../../fields.ts'
import { defineOperation } from '../../operation.ts'
import { exactlyOne, has, needs } from '../../rules.ts'
import { prepayErrors } from './errors.ts'
import {
  anotherMerchant,
  described,
  direct,
  partner,
  partnerPayer,
  payer,
  placed,
  profitSharing,
  subsidyAmount,
  subsidyInfo,
} from './fields.ts'

const common = {
  dialect: 'apiv3',
  host: 'mainland',
  result: group({
    prepay_id: text(64).describe('For the invocation, two hours (预支付交易会话标识).'),
  }),
  errors: prepayErrors,
  repeat: 'same',
  trust: 'signature',
} as const

/** Places an order of the caller's own; the same again gives a fresh prepay id. */
export const prepay = defineOperation({
  ...common,
  id: 'cash.prepay',
  title: 'Place a JSAPI or mini-program order (JSAPI/小程序下单)',
  route: 'POST /v3/pay/transactions/jsapi',
  body: {
    ...direct,
    ...placed,
    payer: group(payer).describe('Who pays (支付者).'),
    ...described,
    settle_info: optional(group({ profit_sharing: profitSharing }).describe('Settlement (结算信息).')),
    subsidy_info: subsidyInfo,
  },
  doc: 'https://pay.weixin.qq.com/doc/v3/merchant/4012791856',
})

/** Places an order of a provider for its sub-merchant. */
export const prepayPartner = defineOperation({
  ...common,
  id: 'cash.prepayPartner',
  title: 'Place a JSAPI or mini-program order for a sub-merchant (服务商JSAPI/小程序下单)',
  route: 'POST /v3/pay/partner/transactions/jsapi',
  body: {
    ...partner,
    ...placed,
    payer: group(partnerPayer, exactlyOne('sp_openid', 'sub_openid')).describe('Who pays (支付者).'),
    ...described,
    settle_info: optional(
      group({ profit_sharing: profitSharing, subsidy_amount: subsidyAmount }).describe(
        'Settlement (结算信息).',
      ),
    ),
    subsidy_info: subsidyInfo,
  },
  rules: [needs(has('payer.sub_openid'), 'sub_appid'), anotherMerchant],
  doc: 'https://pay.weixin.qq.com/doc/v3/partner/4012738519',
})
