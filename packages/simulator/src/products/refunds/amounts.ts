/** How a refund is shared between the payer's cash and the coupons. */
import type { Coupon, RefundRecord, Transaction } from '../../ledger.ts'

/** The shares of one refund, in fen. */
export interface Shares {
  /** Cash to the payer. */
  readonly payer: number
  /** Back to the coupons. */
  readonly discount: number
  /** Out of the merchant's settlement: without coupons that were not prefunded. */
  readonly settlement: number
  readonly coupons: readonly { readonly coupon: Coupon; readonly minor: number }[]
}

/** What the merchant is credited for the payment: the total less coupons that were not prefunded. */
export function settlementTotal({ amountMinor, coupons }: Transaction): number {
  return coupons.reduce((left, { type, minor }) => (type === 'NOCASH' ? left - minor : left), amountMinor)
}

/** Shares by the ratio of the payment, half up; the refund that empties the order takes what is left. */
export function sharesOf(
  transaction: Transaction,
  before: readonly Pick<RefundRecord, 'refundMinor' | 'payerRefundMinor'>[],
  refund: number,
): Shares {
  const { amountMinor, payerMinor, coupons } = transaction
  const payerLeft = before.reduce((left, one) => left - one.payerRefundMinor, payerMinor)
  const left = before.reduce((sum, one) => sum - one.refundMinor, amountMinor)
  const discountLeft = left - payerLeft
  const byRatio = halfUp(refund, payerMinor, amountMinor)
  // Rounding never takes more from either side than it has left, so the last refund ends both.
  const payer = Math.min(Math.max(byRatio, refund - discountLeft), payerLeft, refund)
  const discount = refund - payer
  const shares = couponShares(coupons, discount)
  const unfunded = shares.reduce(
    (sum, { coupon, minor }) => (coupon.type === 'NOCASH' ? sum + minor : sum),
    0,
  )
  return { payer, discount, settlement: refund - unfunded, coupons: shares }
}

function couponShares(coupons: readonly Coupon[], discount: number): Shares['coupons'] {
  const total = coupons.reduce((sum, { minor }) => sum + minor, 0)
  let left = discount
  return coupons.map((coupon, index) => {
    const last = index === coupons.length - 1
    const minor =
      last || total === 0 ? left : Number((BigInt(discount) * BigInt(coupon.minor)) / BigInt(total))
    left -= minor
    return { coupon, minor }
  })
}

/** `amount * part / whole`, half up, without leaving the whole numbers. */
function halfUp(amount: number, part: number, whole: number): number {
  const [a, p, w] = [BigInt(amount), BigInt(part), BigInt(whole)]
  return Number((2n * a * p + w) / (2n * w))
}
