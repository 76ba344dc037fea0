/** Coupons a payer may use on an ordinary order that carries a coupon tag (订单优惠标记). */
import type { CashOrder } from '../../cash-orders.ts'
import type { Coupon } from '../../ledger.ts'

const offers: readonly Coupon[] = [
  {
    id: '3417860025511',
    name: '立减券',
    scope: 'SINGLE',
    type: 'CASH',
    minor: 100,
    stockId: '17302911',
    wechatpayContribute: 100,
  },
  {
    id: '3417860025512',
    name: '满减券',
    scope: 'GLOBAL',
    type: 'NOCASH',
    minor: 50,
    stockId: '17302912',
    merchantContribute: 30,
    otherContribute: 20,
  },
]

/** What the payer may choose from; something always remains to be paid. */
export function couponsFor({ goodsTag, totalMinor }: CashOrder): readonly Coupon[] {
  return goodsTag ? offers.filter(({ minor }) => minor < totalMinor) : []
}
