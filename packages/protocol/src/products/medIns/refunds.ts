/** Telling WeChat that the bureau has refunded. */

import { fen, optional, text, time } from '../../fields.ts'
import { defineOperation, empty } from '../../operation.ts'
import { mode, needs, refusedAs, refuses, sums } from '../../rules.ts'
import { notFound, reportErrors } from './errors.ts'
import { fields } from './order.ts'

/** Tells WeChat of a refund; it moves no money, and the latest report of an order counts. */
export const reportInsuranceRefund = defineOperation({
  id: 'medIns.reportInsuranceRefund',
  title: 'Report a refund that the bureau has made (医保退款通知)',
  dialect: 'apiv3',
  host: 'mainland',
  trust: 'signature',
  route: 'POST /v3/med-ins/refunds/notify',
  query: { mix_trade_no: fields.mix_trade_no },
  body: {
    sub_mchid: optional(fields.sub_mchid),
    med_refund_total_fee: fen.describe('Insurance money refunded in all (医保退款总金额).'),
    med_refund_gov_fee: fen.describe('Refunded to the pooled fund (医保统筹退款金额).'),
    med_refund_self_fee: fen.describe('Refunded to the personal account (医保个账退款金额).'),
    med_refund_other_fee: fen.describe('Other insurance money refunded (医保其他退款金额).'),
    refund_time: time.describe('When the bureau refunded (医保退款时间).'),
    out_refund_no: text(64).describe(
      "Number of the cash refund where there is one, else the institution's refund number (退款单号).",
    ),
  },
  rules: [
    needs(mode('partner'), 'sub_mchid'),
    refuses(mode('direct'), 'sub_mchid'),
    refusedAs(
      'RULE_LIMIT',
      sums('med_refund_total_fee', {
        plus: ['med_refund_gov_fee', 'med_refund_self_fee', 'med_refund_other_fee'],
      }),
    ),
  ],
  result: empty,
  errors: reportErrors,
  notFound,
  repeat: 'safe',
  doc: 'https://pay.weixin.qq.com/doc/v3/partner/4012166534',
})
