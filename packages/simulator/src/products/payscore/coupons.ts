/** The coupons that payers of service orders hold: one for everything, one for single items. */
import type { Coupon } from '../../ledger.ts'

/** What can be used; amounts are in the order's smallest unit. */
export const coupons: readonly Coupon[] = [
  {
    id: '30120000458',
    name: 'Spring ride coupon',
    scope: 'GLOBAL',
    type: 'CASH',
    minor: 300,
    stockId: '18504521',
    wechatpayContribute: 300,
    merchantContribute: 0,
    otherContribute: 0,
  },
  {
    id: '30120000459',
    name: 'Power bank coupon',
    scope: 'SINGLE',
    type: 'NOCASH',
    minor: 200,
    stockId: '18504522',
    wechatpayContribute: 0,
    merchantContribute: 150,
    otherContribute: 50,
  },
]

/** The coupon of that number, where it is worth less than the total. */
export function couponOf(id: string | undefined, totalMinor: number): Coupon | undefined {
  return coupons.find((one) => one.id === id && one.minor < totalMinor)
}

/** A coupon as a collection tells it. */
export function promotion(coupon: Coupon, currency: string) {
  return {
    coupon_id: coupon.id,
    name: coupon.name,
    scope: coupon.scope,
    type: coupon.type,
    amount: coupon.minor,
    stock_id: coupon.stockId,
    wechatpay_contribute: coupon.wechatpayContribute,
    merchant_contribute: coupon.merchantContribute,
    other_contribute: coupon.otherContribute,
    currency,
    ...(coupon.scope === 'SINGLE' && { goods_detail: [goods(coupon)] }),
  }
}

function goods({ minor }: Coupon) {
  return {
    goods_id: 'M1006',
    quantity: 1,
    unit_price: minor * 2,
    discount_amount: minor,
    goods_remark: 'Rental of one power bank',
  }
}
