/** Combined payment (合单支付): several merchants are paid by one password. */
import type { Notice } from '@chadan/client'
import { operations } from '@chadan/protocol'
import { given } from '../details.ts'
import { call, type Heard, type Product, question } from '../product.ts'
import { refundNoticeReading } from '../refunds.ts'
import { askMs, askRefundMs } from '../timing.ts'
import { refundedElsewhere } from '../trade-states.ts'
import { createKind, defaultExpiryMs, fenceMs, handover, open, tradeTypes } from './placing.ts'
import { askRefund, placeOf, refund, refundKinds } from './refunds.ts'
import { readStated } from './states.ts'

const filled = [
  'combine_appid',
  'combine_mchid',
  'combine_out_trade_no',
  'notify_url',
  'sub_orders[].mchid',
  'sub_orders[].sub_mchid',
  'sub_orders[].out_trade_no',
  'sub_orders[].amount.currency',
] as const

/** Combined payment. `details` are the body of the placing call that `details.trade_type` names; `jsapi` when left out. */
export const combine: Product = {
  id: 'combine',
  title: 'Combined payment (合单支付)',
  details: Object.values(tradeTypes).map((operation) => ({ operation, filled })),
  open,
  errands: { create: createKind, ...refundKinds },
  ask: (_order, { number, parts }) => [
    question(operations.combine.queryByOutTradeNo, { combine_out_trade_no: number }, (result) =>
      readStated(result, number, parts),
    ),
  ],
  askRefund,
  // The whole list, exactly as placed: a part of it cannot be closed.
  close: (_order, { number, merchant, parts }) =>
    call(operations.combine.close, {
      combine_out_trade_no: number,
      combine_appid: merchant.appid ?? '',
      sub_orders: parts.map(({ id, merchant: payee = {} }) => {
        const { mchid = '', sub_mchid, sub_appid, individual_auth_id } = payee
        return given({ mchid, out_trade_no: id, sub_mchid, sub_appid, individual_auth_id })
      }),
    }),
  hear: (notice) => refundNoticeReading(notice, placeOf) ?? hearPaid(notice),
  handover,
  refund,
  concerns: (_order, attempt, refunds) => refundedElsewhere(attempt, refunds),
  timing: {
    expiresMs: defaultExpiryMs,
    askMs,
    askRefundMs,
    closeNotBeforeMs: 0,
    fenceMs,
    fence: 'place',
    handoverLost: 'place',
  },
}

function hearPaid(notice: Notice): Heard | undefined {
  if (notice.type !== 'combine.paid') return undefined
  const { resource } = notice
  const reading = readStated(resource, resource.combine_out_trade_no)
  return {
    kind: 'order',
    number: resource.combine_out_trade_no,
    ids: { mchid: resource.combine_mchid, appid: resource.combine_appid },
    reading,
    complete: reading.said === 'paid' && reading.amount !== undefined,
  }
}
