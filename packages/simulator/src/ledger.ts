/** The money of the simulated world: what was paid and what went back, whatever the product. */

/** A payment that succeeded. Amounts are in the currency's smallest unit. */
export interface Transaction {
  readonly transactionId: string
  /** `cash`, `combine`, `payscore`, `wecom`, `payinsurance`. */
  readonly product: string
  /** The merchant that receives, or the partner that acts for `subMchid`. */
  readonly mchid: string
  readonly subMchid?: string
  readonly appid: string
  readonly subAppid?: string
  readonly openid?: string
  readonly subOpenid?: string
  readonly outTradeNo: string
  /** The combined order it belongs to. */
  readonly combine?: { readonly mchid: string; readonly outTradeNo: string; readonly transactionId?: string }
  /** The individual payee who receives in place of a sub-merchant. */
  readonly individualAuthId?: string
  readonly amountMinor: number
  /** What the payer paid after coupons. */
  readonly payerMinor: number
  readonly currency: string
  /** Yuan for one unit of the currency, times 100 000 000, where the payer paid in yuan. */
  readonly rate?: number
  readonly coupons: readonly Coupon[]
  readonly successMs: number
  /** `JSAPI`, `APP`, `MWEB`, `NATIVE`, … */
  readonly tradeType: string
  readonly bankType: string
  readonly description: string
  readonly attach?: string
  readonly deviceId?: string
  /** Share of the fee, e.g. 0.006. */
  readonly feeRate: number
}

/** A coupon that paid a part. */
export interface Coupon {
  readonly id: string
  readonly name: string
  readonly scope: 'GLOBAL' | 'SINGLE'
  readonly type: 'CASH' | 'NOCASH'
  readonly minor: number
  readonly stockId?: string
  readonly wechatpayContribute?: number
  readonly merchantContribute?: number
  readonly otherContribute?: number
}

/** Money going back. */
export interface RefundRecord {
  readonly refundId: string
  readonly outRefundNo: string
  readonly transactionId: string
  readonly product: string
  readonly mchid: string
  readonly subMchid?: string
  readonly refundMinor: number
  readonly payerRefundMinor: number
  readonly currency: string
  state: 'PROCESSING' | 'SUCCESS' | 'CLOSED' | 'ABNORMAL'
  readonly createMs: number
  successMs?: number
  readonly reason?: string
  /** What the product that owns the refund keeps beside it. */
  details?: Record<string, unknown>
}
