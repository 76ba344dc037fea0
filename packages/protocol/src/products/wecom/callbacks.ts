/** What WeCom calls the merchant with: the payment notice, the refund notice, the check of the address. */
import { choice, fen, group, optional, text, time } from '../../fields.ts'
import { defineNotification } from '../../operation.ts'
import { appid, attach, currency, freeText, mchid, openid, outRefundNo, outTradeNo } from './common.ts'
import { noticedTradeState, tradeType } from './trade.ts'

/** Three attempts in all, each next one at once (X1, D27). */
const schedule: readonly number[] = [0, 0]

/** Payment notice (支付通知). */
export const paid = defineNotification({
  id: 'wecom.paid',
  title: 'Payment notice (支付通知)',
  dialect: 'callback',
  event: 'TRANSACTION.SUCCESS',
  holds: 'trade_state',
  resource: group({
    appid,
    mchid,
    out_trade_no: outTradeNo,
    trade_state: noticedTradeState,
    trade_state_desc: text(256).describe(
      'The state in words (交易状态描述); the official sample says "failed" beside SUCCESS: never decide by it.',
    ),
    trade_type: optional(tradeType),
    attach: optional(attach),
    success_time: optional(time).describe('When it was paid (支付完成时间).'),
    payer: group({ openid }).describe('Who paid (支付者).'),
    amount: group({
      total: fen.describe('Total amount (订单总金额).'),
      payer_total: fen.describe('What the payer paid after discounts (用户支付金额).'),
      currency,
      payer_currency: currency.describe('Currency of the payer (用户支付币种).'),
    }).describe('Amounts (订单金额).'),
  }),
  schedule,
  trust: 'mac',
  doc: 'https://developer.work.weixin.qq.com/document/path/97335',
})

/** Refund notice (退款通知). */
export const refunded = defineNotification({
  id: 'wecom.refunded',
  title: 'Refund notice (退款通知)',
  dialect: 'callback',
  event: 'REFUND.*',
  holds: 'refund_status',
  resource: group({
    mchid,
    out_trade_no: outTradeNo,
    out_refund_no: outRefundNo,
    refund_id: text(32).describe('Refund number of WeChat Pay (微信支付退款单号).'),
    refund_status: choice({
      SUCCESS: 'Refunded (退款成功).',
      CLOSED: 'Closed (退款关闭); the query says CLOSE.',
      ABNORMAL: 'The account cannot receive it (退款异常): a person must act.',
    }).describe('State of the refund (退款状态).'),
    success_time: optional(time).describe('When it arrived (退款成功时间), with SUCCESS.'),
    user_received_account: text(64).describe('Account that receives it (退款入账账户).'),
    amount: group({
      total: fen.describe('Total amount of the order (订单金额).'),
      refund: fen.describe('Amount refunded (退款金额).'),
      payer_total: fen.describe('What the payer had paid (用户支付金额).'),
      payer_refund: fen.describe('What the payer gets back (用户退款金额).'),
    }).describe('Amounts (金额信息).'),
  }),
  schedule,
  trust: 'mac',
  doc: 'https://developer.work.weixin.qq.com/document/path/97338',
})

/** Check of the callback address (验证URL有效性). */
export const callbackCheck = defineNotification({
  id: 'wecom.callbackCheck',
  title: 'Check of the callback address (验证URL有效性)',
  dialect: 'callback',
  verb: 'GET',
  event: 'echostr',
  resource: group({
    echostr: freeText.describe('The plain message: answered as it is, without quotes or line end.'),
  }),
  schedule: [],
  trust: 'mac',
  doc: 'https://developer.work.weixin.qq.com/document/path/91144',
})
