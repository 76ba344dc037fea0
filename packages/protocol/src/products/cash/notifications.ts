/** The notice that an ordinary order is paid. */
import { group } from '../../fields.ts'
import { commonSchedule, defineNotification } from '../../operation.ts'
import { exactlyOne, has, needs } from '../../rules.ts'
import { eitherOrder } from './order.ts'

/** The paid order. For the cash leg of a medical-insurance order it says nothing of the whole: never fulfil on it. */
export const paid = defineNotification({
  id: 'cash.paid',
  title: 'An order is paid (支付成功通知)',
  dialect: 'apiv3',
  event: 'TRANSACTION.SUCCESS',
  lacks: 'combine_out_trade_no',
  originalType: 'transaction',
  resource: group(
    eitherOrder,
    exactlyOne('mchid', 'sp_mchid'),
    needs(has('mchid'), 'appid'),
    needs(has('sp_mchid'), 'sp_appid', 'sub_mchid'),
  ),
  schedule: commonSchedule,
  trust: 'signature',
  doc: 'https://pay.weixin.qq.com/doc/v3/merchant/4012791861',
})
