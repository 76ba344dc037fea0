/** What WeChat Pay says of refunds by itself. One refund may be announced ABNORMAL and later SUCCESS. */
import { choice, fen, group, optional, text, time, whole } from '../../fields.ts'
import { commonSchedule, defineNotification } from '../../operation.ts'
import { exactlyOne, has, is, needs, refuses } from '../../rules.ts'
import { announcedStatus, currency, refundAccount } from './enumerations.ts'
import { individualAuthId, names, subMchid } from './fields.ts'

const amount = {
  total: fen.describe('Total of the order (订单金额).'),
  refund: fen.describe('Given back (退款金额).'),
  payer_total: fen.describe('Cash the user had paid (用户支付金额).'),
  payer_refund: fen.describe('Cash the user gets back (用户退款金额).'),
}
const announced = {
  mchid: optional(text(32).describe('Merchant that refunds (直连商户号), in direct mode.')),
  sp_mchid: optional(text(32).describe('Provider or platform (服务商户号), in the other modes.')),
  sub_mchid: optional(subMchid),
  ...names,
  refund_status: announcedStatus.describe('State of the refund (退款状态); `status` in answers.'),
  success_time: optional(time.describe('When it succeeded (退款成功时间).')),
  user_received_account: text(64).describe('Where the money goes (退款入账账户).'),
  refund_account: optional(refundAccount.describe('Who pays the refund (退款出资商户); e-commerce only.')),
  individual_auth_id: optional(individualAuthId),
}
const rules = [exactlyOne('mchid', 'sp_mchid'), refuses(has('mchid'), 'sub_mchid')]

const notice = {
  dialect: 'apiv3',
  originalType: 'refund',
  schedule: commonSchedule,
  trust: 'signature',
  doc: 'https://pay.weixin.qq.com/docs/partner/apis/combine-payment/refunds/refund-result-notice.html',
} as const

const unfinished = group({ ...announced, amount: group(amount).describe('Amounts (金额信息).') }, ...rules)

/** A refund succeeded (退款成功通知). */
export const succeeded = defineNotification({
  ...notice,
  id: 'refunds.succeeded',
  title: 'A refund succeeded (退款成功通知)',
  event: 'REFUND.SUCCESS',
  resource: group(
    {
      ...announced,
      recv_account: optional(
        text(Number.POSITIVE_INFINITY).describe('Account that received it; cross-border only.'),
      ),
      fund_source: optional(
        choice({
          REFUND_SOURCE_UNSETTLED_FUNDS: 'Unsettled money (未结算资金).',
          REFUND_SOURCE_RECHARGE_FUNDS: 'Available balance (可用余额).',
        }).describe('Where the money came from (退款资金来源); cross-border only.'),
      ),
      amount: group({
        ...amount,
        settlement_refund: optional(fen.describe('Refund in the settlement currency; cross-border only.')),
        settlement_currency: optional(
          text(Number.POSITIVE_INFINITY).describe('The settlement currency; cross-border only.'),
        ),
        currency: optional(
          text(Number.POSITIVE_INFINITY).describe(
            'Currency of the order (标价币种); domestic notices lack it.',
          ),
        ),
        payer_currency: optional(
          currency.describe('Currency paid in (用户支付币种); domestic notices lack it.'),
        ),
        exchange_rate: optional(
          group({
            type: optional(
              choice({
                USERPAYMENT_RATE: 'Rate of the payment.',
                SETTLEMENT_RATE: 'Rate of the settlement.',
              }).describe('Kind of rate (汇率类型).'),
            ),
            rate: optional(whole().describe('Rate times 10^8 (汇率值).')),
          }).describe('Rate of exchange (汇率信息); cross-border only.'),
        ),
      }).describe('Amounts (金额信息).'),
    },
    ...rules,
    needs(is('refund_status', 'SUCCESS'), 'success_time'),
  ),
})

/** A refund cannot reach the user (退款异常通知). */
export const abnormal = defineNotification({
  ...notice,
  id: 'refunds.abnormal',
  title: 'A refund cannot reach the user (退款异常通知)',
  event: 'REFUND.ABNORMAL',
  resource: unfinished,
})

/** A refund ended without money (退款关闭通知). */
export const closed = defineNotification({
  ...notice,
  id: 'refunds.closed',
  title: 'A refund ended without money (退款关闭通知)',
  event: 'REFUND.CLOSED',
  resource: unfinished,
})
