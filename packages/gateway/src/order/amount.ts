/** Money inside the gateway. */

/** An amount of money: `minor` is a whole number of the currency's smallest unit (fen for CNY). */
export interface Amount {
  readonly minor: number
  readonly currency: string
}
