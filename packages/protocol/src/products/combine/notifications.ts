/** What WeChat Pay says of a combined order by itself. */
import { commonSchedule, defineNotification } from '../../operation.ts'
import { announcedOrder } from './orders.ts'

/** One notice for the whole order, with all its sub-orders; none for failures, closing and expiry. */
export const paid = defineNotification({
  id: 'combine.paid',
  title: 'A combined order is paid (合单支付通知)',
  dialect: 'apiv3',
  event: 'TRANSACTION.SUCCESS',
  holds: 'combine_out_trade_no',
  originalType: 'transaction',
  resource: announcedOrder,
  schedule: commonSchedule,
  trust: 'signature',
  doc: 'https://pay.weixin.qq.com/docs/merchant/apis/combine-payment/orders/payment-notice.html',
})
