/** Asking for an ordinary order and closing it. */
import { defineOperation, empty } from '../../operation.ts'
import { closeErrors, notFound, queryErrors } from './errors.ts'
import { anotherMerchant, direct, outTradeNo, partner, transactionId } from './fields.ts'
import { order, partnerOrder } from './order.ts'

const common = { dialect: 'apiv3', host: 'mainland', trust: 'signature', notFound } as const
const asked = { ...common, errors: queryErrors, repeat: 'read' } as const
// A close may be repeated, but its success proves nothing: only a query shows CLOSED (README X8).
const closed = { ...common, errors: closeErrors, result: empty, repeat: 'safe' } as const

const merchant = { mchid: direct.mchid } as const
const pair = { sp_mchid: partner.sp_mchid, sub_mchid: partner.sub_mchid } as const
const pairRules = [anotherMerchant]

/** Asks by the caller's number. */
export const queryByOutTradeNo = defineOperation({
  ...asked,
  id: 'cash.queryByOutTradeNo',
  title: "Ask for an order by the caller's number (商户订单号查询订单)",
  route: 'GET /v3/pay/transactions/out-trade-no/{out_trade_no}',
  path: { out_trade_no: outTradeNo },
  query: merchant,
  result: order,
  doc: 'https://pay.weixin.qq.com/doc/v3/merchant/4012791859',
})

/** Asks by the provider's number. */
export const queryByOutTradeNoPartner = defineOperation({
  ...asked,
  id: 'cash.queryByOutTradeNoPartner',
  title: "Ask for a sub-merchant's order by the caller's number (服务商商户订单号查询订单)",
  route: 'GET /v3/pay/partner/transactions/out-trade-no/{out_trade_no}',
  path: { out_trade_no: outTradeNo },
  query: pair,
  rules: pairRules,
  result: partnerOrder,
  doc: 'https://pay.weixin.qq.com/doc/v3/partner/4012739008',
})

/** Asks by WeChat Pay's number, which paid orders have. */
export const queryById = defineOperation({
  ...asked,
  id: 'cash.queryById',
  title: "Ask for a paid order by WeChat Pay's number (微信支付订单号查询订单)",
  route: 'GET /v3/pay/transactions/id/{transaction_id}',
  path: { transaction_id: transactionId },
  query: merchant,
  result: order,
  doc: 'https://pay.weixin.qq.com/doc/v3/merchant/4012791858',
})

/** Asks by WeChat Pay's number for a sub-merchant. */
export const queryByIdPartner = defineOperation({
  ...asked,
  id: 'cash.queryByIdPartner',
  title: "Ask for a sub-merchant's paid order by WeChat Pay's number (服务商微信支付订单号查询订单)",
  route: 'GET /v3/pay/partner/transactions/id/{transaction_id}',
  path: { transaction_id: transactionId },
  query: pair,
  rules: pairRules,
  result: partnerOrder,
  doc: 'https://pay.weixin.qq.com/doc/v3/partner/4012738964',
})

/** Ends an unpaid order; a query shows whether it did. */
export const close = defineOperation({
  ...closed,
  id: 'cash.close',
  title: 'Close an order that is not paid (关闭订单)',
  route: 'POST /v3/pay/transactions/out-trade-no/{out_trade_no}/close',
  path: { out_trade_no: outTradeNo },
  body: merchant,
  doc: 'https://pay.weixin.qq.com/doc/v3/merchant/4012791860',
})

/** Ends an unpaid order of a sub-merchant; a query shows whether it did. */
export const closePartner = defineOperation({
  ...closed,
  id: 'cash.closePartner',
  title: "Close a sub-merchant's order that is not paid (服务商关闭订单)",
  route: 'POST /v3/pay/partner/transactions/out-trade-no/{out_trade_no}/close',
  path: { out_trade_no: outTradeNo },
  body: pair,
  rules: pairRules,
  doc: 'https://pay.weixin.qq.com/doc/v3/partner/4012739019',
})
