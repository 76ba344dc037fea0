/** What WeCom tells the corp: to one address per corp (D24), kept in `extra.callbackUrl`. */
import { notifications } from '@chadan/protocol'
import type { RefundRecord, Transaction } from '../../ledger.ts'
import type { World } from '../../world.ts'
import type { OrderRow } from './rows.ts'

const { paid: paidNotice, refunded: refundNotice, callbackCheck } = notifications.wecom

/** Tells that an order was paid: no transaction_id, no bank, no discounts. */
export function tellPaid(world: World, order: OrderRow, paid: Transaction): void {
  const { appid, mchid, out_trade_no, payer } = order.placed
  world.notify({
    notification: paidNotice,
    url: addressOf(world, order.corpid),
    to: order.corpid,
    summary: '支付成功',
    resource: {
      appid,
      mchid,
      out_trade_no,
      trade_state: 'SUCCESS',
      trade_state_desc: '支付成功',
      trade_type: paid.tradeType,
      ...(paid.attach && { attach: paid.attach }),
      success_time: world.time(paid.successMs),
      amount: {
        payer_total: paid.payerMinor,
        total: paid.amountMinor,
        currency: paid.currency,
        payer_currency: paid.currency,
      },
      payer,
    },
  })
}

const refundWords: Partial<Record<RefundRecord['state'], string>> = {
  SUCCESS: '退款成功',
  CLOSED: '退款关闭',
  ABNORMAL: '退款异常',
}

/** Tells how a refund ended. */
export function tellRefunded(world: World, order: OrderRow, record: RefundRecord): void {
  const paid = world.transactions.get(record.transactionId)
  world.notify({
    notification: refundNotice,
    url: addressOf(world, order.corpid),
    to: order.corpid,
    summary: refundWords[record.state] ?? '退款通知',
    resource: {
      mchid: record.mchid,
      out_trade_no: order.placed.out_trade_no,
      out_refund_no: record.outRefundNo,
      refund_id: record.refundId,
      refund_status: record.state,
      ...(record.state === 'SUCCESS' && { success_time: world.time(record.successMs) }),
      user_received_account: String(record.details?.account ?? ''),
      amount: {
        total: paid?.amountMinor,
        refund: record.refundMinor,
        payer_total: paid?.payerMinor,
        payer_refund: record.payerRefundMinor,
      },
    },
  })
}

/** Sets the address and asks it to prove itself with a GET and `echostr`. */
export function configureCallback(world: World, corpid: string, url: string): void {
  const corp = world.merchants.get(corpid)
  if (!corp) return
  corp.extra.callbackUrl = url
  world.notify({
    notification: callbackCheck,
    url: addressOf(world, corpid),
    to: corpid,
    summary: '验证URL有效性',
    resource: { echostr: world.draw.digits(19) },
  })
}

function addressOf(world: World, corpid: string): string | undefined {
  const url = world.merchants.get(corpid)?.extra.callbackUrl
  // `?callback_format=json` is put back when the callback is written.
  return typeof url === 'string' ? url.split('?')[0] : undefined
}
