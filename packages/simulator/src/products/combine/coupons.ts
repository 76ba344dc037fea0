/** Coupons a payer may use: for the first sub-order that carries a coupon tag (订单优惠标记). */
import type { Coupon } from '../../ledger.ts'
import type { Placed, Promotion } from './orders.ts'

interface Offer {
  readonly id: string
  readonly name: string
  readonly scope: 'GLOBAL' | 'SINGLE'
  readonly type: 'CASH' | 'NOCASH'
  readonly minor: number
  readonly stockId: string
  readonly paidBy: 'wechatpay' | 'merchant' | 'other'
}

const offers: readonly Offer[] = [
  {
    id: '3417860025501',
    name: '单品立减券',
    scope: 'SINGLE',
    type: 'CASH',
    minor: 500,
    stockId: '17302846',
    paidBy: 'wechatpay',
  },
  {
    id: '3417860025502',
    name: '全场满减券',
    scope: 'GLOBAL',
    type: 'NOCASH',
    minor: 300,
    stockId: '17302847',
    paidBy: 'merchant',
  },
  {
    id: '3417860025503',
    name: '银行活动券',
    scope: 'GLOBAL',
    type: 'CASH',
    minor: 200,
    stockId: '17302848',
    paidBy: 'other',
  },
]

/** The sub-order that coupons apply to; -1 when none carries a tag. */
export function taggedSub(body: Placed): number {
  return body.sub_orders.findIndex((sub) => sub.goods_tag)
}

/** What the payer may choose from. */
export function couponsFor(body: Placed): readonly Offer[] {
  return taggedSub(body) < 0 ? [] : offers
}

/** The coupon as the answer shows it; never more than the price. */
export function promotionOf(offer: Offer, sub: Placed['sub_orders'][number]): Promotion {
  const amount = Math.min(offer.minor, sub.amount.total_amount)
  const share = (payer: Offer['paidBy']) => (offer.paidBy === payer ? amount : 0)
  return {
    coupon_id: offer.id,
    name: offer.name,
    scope: offer.scope,
    type: offer.type,
    amount,
    stock_id: offer.stockId,
    wechatpay_contribute: share('wechatpay'),
    merchant_contribute: share('merchant'),
    other_contribute: share('other'),
    currency: 'CNY',
    ...(offer.scope === 'SINGLE' && {
      goods_detail: [
        { goods_id: 'GOODS-1', quantity: 1, unit_price: sub.amount.total_amount, discount_amount: amount },
      ],
    }),
  }
}

/** The coupon as the ledger keeps it. */
export function ledgerCoupon(promotion: Promotion): Coupon {
  return {
    id: promotion.coupon_id,
    name: promotion.name,
    scope: promotion.scope,
    type: promotion.type,
    minor: promotion.amount,
    stockId: promotion.stock_id,
    wechatpayContribute: promotion.wechatpay_contribute,
    merchantContribute: promotion.merchant_contribute,
    otherContribute: promotion.other_contribute,
  }
}
