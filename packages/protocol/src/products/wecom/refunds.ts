/** Refunds: ask for one, follow it. */
import { choice, fen, fenBetween, group, list, optional, text, time } from '../../fields.ts'
import { defineOperation } from '../../operation.ts'
import { atMost } from '../../rules.ts'
import {
  appid,
  currency,
  mchid,
  outRefundNo,
  outTradeNo,
  refundedAmount,
  refundedPromotion,
} from './common.ts'
import { orderNotFound, readErrors, unknownOrder, writeErrors } from './errors.ts'

const promotions = optional(list(group(refundedPromotion))).describe(
  'Discounts that are given back (优惠退款信息), where there are any.',
)

/** Ask for a refund (申请退款). */
export const refund = defineOperation({
  id: 'wecom.refund',
  title: 'Ask for a refund (申请退款)',
  dialect: 'token',
  host: 'wecom',
  route: 'POST /cgi-bin/miniapppay/refund',
  body: {
    mchid,
    appid,
    out_trade_no: outTradeNo,
    out_refund_no: outRefundNo,
    reason: optional(text(80)).describe(
      'Reason (退款原因), shown to the payer except for partial refunds of 1 yuan or less.',
    ),
    funds_account: optional(
      choice({ AVAILABLE: 'Available balance (可用余额账户) of the merchant.' }),
    ).describe('Where the money comes from (退款资金来源), for orders that wait for profit sharing.'),
    amount: group(
      {
        refund: fenBetween(1, Number.MAX_SAFE_INTEGER).describe('Amount to refund (退款金额).'),
        total: fen.describe('Total amount of the order (原订单金额).'),
        currency,
      },
      atMost('refund', 'total'),
    ).describe('Amounts (金额信息).'),
  },
  result: group({
    out_refund_no: outRefundNo,
    amount: refundedAmount,
    promotion_detail: promotions,
  }),
  errors: [...writeErrors, unknownOrder],
  notFound: orderNotFound,
  repeat: 'same',
  trust: 'channel',
  doc: 'https://developer.work.weixin.qq.com/document/path/97333',
})

/** Query a refund (查询退款). */
export const getRefundDetail = defineOperation({
  id: 'wecom.getRefundDetail',
  title: 'Query a refund (查询退款)',
  dialect: 'token',
  host: 'wecom',
  route: 'POST /cgi-bin/miniapppay/get_refund_detail',
  body: { mchid, out_refund_no: outRefundNo },
  result: group({
    refund_id: text(32).describe('Refund number of WeChat Pay (微信支付退款单号).'),
    out_refund_no: outRefundNo,
    transaction_id: text(32).describe('Order number of WeChat Pay (微信支付订单号).'),
    out_trade_no: text(32).describe('Order number of the merchant (商户订单号).'),
    channel: optional(
      choice({
        ORIGINAL: 'Back to where it was paid from (原路退款).',
        BALANCE: 'To the wallet (退回到余额).',
        OTHER_BALANCE: 'To another wallet, the account was abnormal (原账户异常退到其他余额账户).',
        OTHER_BANKCARD: 'To another bank card (原银行卡异常退到其他银行卡).',
      }),
    ).describe('Way of the refund (退款渠道).'),
    user_received_account: optional(text(64)).describe('Account that receives it (退款入账账户).'),
    success_time: optional(time).describe('When it arrived (退款成功时间), with SUCCESS.'),
    create_time: optional(time).describe('When it was accepted (退款创建时间).'),
    status: choice({
      SUCCESS: 'Refunded (退款成功).',
      CLOSE: 'Closed (退款关闭); the notice says CLOSED.',
      PROCESSING: 'Under way (退款处理中).',
      ABNORMAL: 'The account cannot receive it (退款异常): a person must act.',
    }).describe('State of the refund (退款状态).'),
    amount: refundedAmount,
    promotion_detail: promotions,
  }),
  errors: [...readErrors, unknownOrder],
  notFound: orderNotFound,
  repeat: 'read',
  trust: 'channel',
  doc: 'https://developer.work.weixin.qq.com/document/path/97352',
})
