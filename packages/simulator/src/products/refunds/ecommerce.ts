/** The refund interfaces of e-commerce platforms. */
import { operations } from '@chadan/protocol'
import { type Handled, handle, Refusal } from '../../product.ts'
import type { World } from '../../world.ts'
import { accept } from './accepting.ts'
import { returnAdvance, returnOf } from './advances.ts'
import { foundRefund, paymentOf, type Refund } from './records.ts'
import { applyAbnormal } from './rerouting.ts'

const { ecommerceRefunds } = operations
const family = 'ecommerceRefunds'

/** Who asks, and the sub-merchant or individual the refund is for. */
const askedBy = (mchid: string, payee: { sub_mchid?: string; individual_auth_id?: string }) => ({
  mchid,
  family: family as typeof family,
  subMchid: payee.sub_mchid,
  individualAuthId: payee.individual_auth_id,
})

/** The handlers of e-commerce refunds. */
export function ecommerceHandlers(world: World): Handled[] {
  return [
    handle(
      ecommerceRefunds.create,
      ({ caller, body }) => {
        if (!caller.appids.includes(body.sp_appid)) {
          throw new Refusal('INVALID_REQUEST', 'sp_appid与商户号不匹配', { number: 268445527 })
        }
        const refund = accept(world, { ...body, caller, family })
        return {
          refund_id: refund.refundId,
          out_refund_no: refund.outRefundNo,
          create_time: world.time(refund.createMs),
          amount: amountOf(refund),
          ...promotionsOf(refund),
          refund_account: refund.details.refundAccount as string,
        }
      },
      { acceptsTooMany: () => world.switches.refund429 === 'accepted' },
    ),
    handle(ecommerceRefunds.findByOutRefundNo, ({ caller, path, query }) =>
      answered(
        world,
        foundRefund(world, { ...askedBy(caller.mchid, query), outRefundNo: path.out_refund_no }),
      ),
    ),
    handle(ecommerceRefunds.findById, ({ caller, path, query }) =>
      answered(world, foundRefund(world, { ...askedBy(caller.mchid, query), refundId: path.refund_id })),
    ),
    handle(ecommerceRefunds.applyAbnormal, ({ caller, path, body }) => {
      const asked = {
        ...askedBy(caller.mchid, body),
        refundId: path.refund_id,
        outRefundNo: body.out_refund_no,
      }
      const refund = applyAbnormal(world, asked, body)
      const { amount, promotion_detail: _, ...rest } = answered(world, refund)
      const { advance: _advance, ...kept } = amount
      return {
        ...rest,
        amount: { ...kept, discount_refund: refund.details.discountMinor, currency: 'CNY' },
        ...(refund.details.promotions.length > 0 && {
          promotion_detail: structuredClone([...refund.details.promotions]),
        }),
      }
    }),
    handle(ecommerceRefunds.returnAdvance, ({ caller, path, body }) =>
      returnAdvance(world, foundRefund(world, { ...askedBy(caller.mchid, body), refundId: path.refund_id })),
    ),
    handle(ecommerceRefunds.findReturnAdvance, ({ caller, path, query }) =>
      returnOf(world, foundRefund(world, { ...askedBy(caller.mchid, query), refundId: path.refund_id })),
    ),
  ]
}

function answered(world: World, refund: Refund) {
  const { details } = refund
  return {
    refund_id: refund.refundId,
    out_refund_no: refund.outRefundNo,
    transaction_id: refund.transactionId,
    out_trade_no: paymentOf(world, refund).outTradeNo,
    channel: details.channel,
    user_received_account: details.receivedIn,
    ...(refund.state === 'SUCCESS' && { success_time: world.time(refund.successMs) }),
    create_time: world.time(refund.createMs),
    status: refund.state,
    amount: amountOf(refund),
    ...promotionsOf(refund),
    refund_account: details.refundAccount as string,
    funds_account: details.fundsAccount,
  }
}

function amountOf({ details, refundMinor, payerRefundMinor }: Refund) {
  return {
    refund: refundMinor,
    ...(details.from && { from: details.from }),
    payer_refund: payerRefundMinor,
    discount_refund: details.discountMinor,
    currency: 'CNY',
    advance: details.refundAccount === 'REFUND_SOURCE_PARTNER_ADVANCE' ? refundMinor : 0,
  }
}

/** Coupons without their goods, which these interfaces do not show. */
function promotionsOf({ details }: Refund) {
  const promotions = details.promotions.map(({ goods_detail: _, ...promotion }) => promotion)
  return promotions.length > 0 ? { promotion_detail: promotions } : {}
}
