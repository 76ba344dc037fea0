/** Times that products share, in ms. */

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** Units, for the timings of products. */
export const ms = { second, minute, hour, day } as const

const hourlyForADay: readonly number[] = Array.from({ length: 24 }, () => hour)

/** Questions about an attempt (X13): soon, then hourly for a day, then 6-hourly without end. */
export const askMs: readonly number[] = [
  5 * second,
  30 * second,
  minute,
  3 * minute,
  5 * minute,
  10 * minute,
  30 * minute,
  ...hourlyForADay,
  6 * hour,
]

/** Questions about a refund: money needs minutes to arrive at a change account, days at a card. */
export const askRefundMs: readonly number[] = [
  minute,
  minute,
  minute,
  minute,
  minute,
  5 * minute,
  10 * minute,
  20 * minute,
  30 * minute,
  ...hourlyForADay,
  6 * hour,
]

/** An APIv3 request dies 300 s after its timestamp; twice that, and clocks may differ as well (X9). */
export const apiv3FenceMs = 10 * minute

/** A `prepay_id` and a `code_url` (X14). */
export const prepayLivesMs = 2 * hour
