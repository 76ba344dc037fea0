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

export const close = defineOperation({
  ...closed,
  id: 'cash.close',
  title: 'Close an order that is not paid (关闭订单)',
  route: 'POST /v3/pay/transactions/out-trade-no/{out_trade_no}/close',
  path: { out_trade_no: outTradeNo },
  body: merchant,
  doc: 'https://pay.weixin.qq.com/doc/v3/merchant/4012791860',
})

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
