/** Days of bills in Beijing: which one is asked for, whether its bill is made, and what happened on it. */
import { apiv3 } from '@chadan/protocol'
import type { RefundRecord, Transaction } from './ledger.ts'
import { Refusal } from './product.ts'
import type { World } from './world.ts'

const dayMs = 24 * 3_600_000

/** The Beijing day of an instant, `yyyy-MM-dd`. */
export const dayOf = (ms: number): string => apiv3.formatTime(ms).slice(0, 10)

/** The instant at which a Beijing day begins. */
export const startOf = (day: string): number => apiv3.parseTime(`${day}T00:00:00+08:00`)

/** When the bill of a day is made: in the morning after, or now where bills exist at once. */
export function madeMs(world: World, day: string): number {
  const morning = startOf(day) + dayMs + world.switches.billHour * 3_600_000
  return world.switches.billsAtOnce ? Math.min(morning, world.clock.now()) : morning
}

/** The first day that is still offered, three months back. */
export function threeMonthsBack(world: World): string {
  const [year = 0, month = 0, day = 0] = dayOf(world.clock.now()).split('-').map(Number)
  const months = year * 12 + month - 1 - 3
  const two = (number: number) => String(number).padStart(2, '0')
  // A day that its month does not have still sorts between its neighbours.
  return `${Math.floor(months / 12)}-${two((months % 12) + 1)}-${two(day)}`
}

/** The first day that is still offered, so many days back. */
export const daysBack = (world: World, days: number): string => dayOf(world.clock.now() - days * dayMs)

/** Refuses a day that is not over, too long ago, or whose bill is not made yet. */
export function checkDay(world: World, day: string, first: string): void {
  const today = dayOf(world.clock.now())
  const isOver = day < today || (world.switches.billsAtOnce && day === today)
  if (!isOver || day < first) throw new Refusal('INVALID_REQUEST', '账单日期不在可查询范围内')
  if (world.clock.now() < madeMs(world, day))
    throw new Refusal('STATEMENT_CREATING', '账单生成中，请稍后再试')
}

/** The refusal for a day on which nothing happened. */
export const noStatement = (): Refusal => new Refusal('NO_STATEMENT_EXIST', '账单文件不存在')

/** A payment, or a refund with the payment it gives back. */
export type Movement =
  | { readonly atMs: number; readonly payment: Transaction; readonly refund?: undefined }
  | { readonly atMs: number; readonly payment: Transaction; readonly refund: RefundRecord }

/** Payments by success and refunds by acceptance, from `fromMs` to before `toMs`, in order of time. */
export function movements(
  world: World,
  { fromMs, toMs, of }: { fromMs: number; toMs: number; of: (payment: Transaction) => boolean },
): Movement[] {
  const found: Movement[] = []
  for (const payment of world.transactions.values())
    if (of(payment)) found.push({ atMs: payment.successMs, payment })
  for (const refund of world.refunds.values()) {
    const payment = world.transactions.get(refund.transactionId)
    if (payment && of(payment)) found.push({ atMs: refund.createMs, payment, refund })
  }
  return found.filter(({ atMs }) => fromMs <= atMs && atMs < toMs).sort((a, b) => a.atMs - b.atMs)
}

/** What happened on a day. */
export function movementsOn(world: World, day: string, of: (payment: Transaction) => boolean): Movement[] {
  const fromMs = startOf(day)
  return movements(world, { fromMs, toMs: fromMs + dayMs, of })
}

/** The state of a refund in a bill's own words, as it was when the bill was made. */
export function refundWord({ state, successMs = 0 }: RefundRecord, billMadeMs: number): string {
  return state === 'SUCCESS' && successMs > billMadeMs ? 'PROCESSING' : words[state]
}

const words = {
  PROCESSING: 'PROCESSING',
  SUCCESS: 'SUCCESS',
  CLOSED: 'FAIL',
  ABNORMAL: 'CHANGE',
} as const satisfies Record<RefundRecord['state'], string>

/** The fee for an amount, in whole smallest units. */
export const feeOf = (minor: number, { feeRate }: Transaction): number => Math.round(minor * feeRate)

/** A fee rate as bills print it: `0.60%`. */
export const rateOf = ({ feeRate }: Transaction): string => `${(feeRate * 100).toFixed(2)}%`

/** What the merchant is settled for an amount: without the share of coupons that nobody funded. */
export const settledOf = (minor: number, payment: Transaction): number =>
  minor - couponShare(payment, 'NOCASH', minor)

/** The share of a payment's coupons of one kind in a part of it. */
export function couponShare(payment: Transaction, type: CouponType, minor: number): number {
  const { amountMinor } = payment
  return amountMinor === 0 ? 0 : Math.round((couponsOf(payment, type) * minor) / amountMinor)
}

/** The sum of a payment's coupons of one kind. */
export function couponsOf({ coupons }: Pick<Transaction, 'coupons'>, type: CouponType): number {
  return coupons.filter((one) => one.type === type).reduce((sum, one) => sum + one.minor, 0)
}

/** Whether a coupon was paid for beforehand (充值券) or not (优惠券). */
type CouponType = Transaction['coupons'][number]['type']
