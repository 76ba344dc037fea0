/** The exchange rate that is locked when the user confirms an order. */

/** `currency_price` is the rate times this. */
const scale = 100_000_000

/** A rate as a fraction of whole numbers: yuan for one unit of the currency. */
export interface Rate {
  readonly numerator: number
  readonly denominator: number
}

/**
 * The locked rate of an order, exact; undefined before the user confirms.
 * @example rateOf({ currency_price: 90000000 }) // { numerator: 90000000, denominator: 100000000 }
 */
export function rateOf({ currency_price }: { currency_price?: number | undefined }): Rate | undefined {
  return currency_price === undefined ? undefined : { numerator: currency_price, denominator: scale }
}

/**
 * The rate as `currency_rate_info` spells it: at least two decimals, no zeros beyond them (D24).
 * @example rateText('HKD', 91850000) // '1HKD=0.9185CNY'
 */
export function rateText(currency: string, price: number): string {
  const digits = String(price).padStart(9, '0')
  const decimals = digits.slice(-8).replace(/0{1,6}$/, '')
  return `1${currency}=${digits.slice(0, -8)}.${decimals}CNY`
}
