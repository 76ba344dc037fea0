/** The refund interfaces of merchants and service providers. */
import { operations, type ResultOfOperation } from '@chadan/protocol'
import { type Handled, handle } from '../../product.ts'
import type { World } from '../../world.ts'
import { accept } from './accepting.ts'
import { settlementTotal } from './amounts.ts'
import { foundRefund, paymentOf, type Refund } from './records.ts'
import { applyAbnormal } from './rerouting.ts'

const { refunds } = operations
const family = 'refunds'

/** The handlers of domestic refunds. */
export function domesticHandlers(world: World): Handled[] {
  return [
    handle(
      refunds.create,
      ({ caller, body }) => answered(world, accept(world, { ...body, caller, family })),
      { acceptsTooMany: () => world.switches.refund429 === 'accepted' },
    ),
    handle(refunds.find, ({ caller, path, query }) =>
      answered(
        world,
        foundRefund(world, {
          mchid: caller.mchid,
          family,
          outRefundNo: path.out_refund_no,
          subMchid: query.sub_mchid,
        }),
      ),
    ),
    handle(refunds.applyAbnormal, ({ caller, path, body }) => {
      const asked = {
        mchid: caller.mchid,
        family,
        refundId: path.refund_id,
        outRefundNo: body.out_refund_no,
        subMchid: body.sub_mchid,
      } as const
      return answered(world, applyAbnormal(world, asked, body))
    }),
  ]
}

function answered(world: World, refund: Refund): ResultOfOperation<typeof refunds.find> {
  const { details } = refund
  const transaction = paymentOf(world, refund)
  return {
    refund_id: refund.refundId,
    out_refund_no: refund.outRefundNo,
    transaction_id: refund.transactionId,
    out_trade_no: transaction.outTradeNo,
    channel: details.channel,
    user_received_account: details.receivedIn,
    ...(refund.state === 'SUCCESS' && { success_time: world.time(refund.successMs) }),
    create_time: world.time(refund.createMs),
    status: refund.state,
    funds_account: details.fundsAccount,
    amount: {
      total: transaction.amountMinor,
      refund: refund.refundMinor,
      ...(details.from && { from: details.from }),
      payer_total: transaction.payerMinor,
      payer_refund: refund.payerRefundMinor,
      settlement_refund: details.settlementMinor,
      settlement_total: settlementTotal(transaction),
      discount_refund: details.discountMinor,
      currency: 'CNY',
    },
    ...(details.promotions.length > 0 && { promotion_detail: structuredClone([...details.promotions]) }),
  }
}
