/** What the three states of an order mean together, and when money is stuck (PI 5.3, 5.4). */
import type { AttemptReading, Concern, PartReading, RefundReading } from '../../order/reading.ts'
import { ms } from '../timing.ts'

/** The states of an order and its legs: `-` where there is no such leg, `?` where one is not told. */
export interface Triple {
  readonly med: string
  readonly cash: string
  readonly insurance: string
}

/** What a triple means. */
export interface Standing {
  readonly said: AttemptReading['said']
  readonly reason?: string | undefined
  readonly concern?: Omit<Concern, 'found'> | undefined
  /** A concern only where no refund ordered here explains it: any, or one of cash alone. */
  readonly unless?: 'refunded' | 'cash_refunded' | undefined
}

interface Row extends Standing {
  readonly med: readonly string[]
  /** Any, where it is left out. */
  readonly cash?: readonly string[]
  readonly insurance?: readonly string[]
}

/** T2: how long money may be under way before a person looks (T1, 5 minutes, is an alarm of the metrics). */
const stuckMs = 30 * ms.minute

const askPlatform = 'query the order again; when it stays, ask WeChat Pay with med_trans_id'
const undo = 'see which leg holds money, and have it given back (console, bureau); do not order again before'
const idle = ['NOTPAY', '?', '-']
const ended = ['NOTPAY', 'CLOSED', '?', '-']
const back = [...ended, 'REFUND']
const cashIn = ['SUCCESS', '-']
const insuranceIn = ['PAYED', '-']
const aged = (code: string, suggest = askPlatform) => ({ code, suggest, afterMs: stuckMs })

/** The first row that fits counts. */
export const rows: readonly Row[] = [
  {
    med: ['INITIAL', 'NOTPAY'],
    cash: ['SUCCESS'],
    said: 'paying',
    concern: { code: 'cash_taken_on_unpaid', suggest: undo },
  },
  {
    med: ['INITIAL', 'NOTPAY'],
    insurance: ['PAYED'],
    said: 'paying',
    concern: { code: 'insurance_taken_on_unpaid', suggest: undo },
  },
  { med: ['INITIAL', 'NOTPAY'], cash: idle, insurance: idle, said: 'awaiting_payment' },
  { med: ['PAYING'], cash: idle, insurance: idle, said: 'paying' },
  {
    med: ['PAYING'],
    cash: cashIn,
    insurance: insuranceIn,
    said: 'paying',
    concern: aged('paid_legs_not_concluded'),
  },
  {
    med: ['PAYING'],
    cash: ['SUCCESS'],
    insurance: idle,
    said: 'paying',
    concern: aged('cash_taken_insurance_open'),
  },
  {
    med: ['PAYING'],
    cash: idle,
    insurance: ['PAYED'],
    said: 'paying',
    concern: aged('insurance_taken_cash_open'),
  },
  // One leg at least: an order without any cannot be paid.
  { med: ['SUCCESS'], cash: ['-'], insurance: ['-'], said: 'unclear', concern: unforeseen() },
  { med: ['SUCCESS'], cash: cashIn, insurance: insuranceIn, said: 'paid' },
  {
    med: ['SUCCESS'],
    cash: ['REFUND'],
    insurance: insuranceIn,
    said: 'paid',
    concern: { code: 'cash_back_unsaid', suggest: 'query the refund; find out who refunded the cash leg' },
    unless: 'refunded',
  },
  {
    med: ['SUCCESS'],
    cash: ['NOTPAY', 'CLOSED'],
    said: 'unclear',
    concern: { code: 'paid_without_cash', suggest: askPlatform },
  },
  {
    med: ['SUCCESS'],
    insurance: ['NOTPAY', 'CLOSED', 'REFUND'],
    said: 'unclear',
    concern: { code: 'paid_without_insurance', suggest: askPlatform },
  },
  {
    med: ['SYS_REFUNDING'],
    said: 'failing',
    reason: 'system_refunding',
    concern: { code: 'system_refund_runs_long', suggest: askPlatform, afterMs: ms.day },
  },
  {
    med: ['SYS_REFUNDED'],
    cash: ['SUCCESS'],
    said: 'failing',
    reason: 'cash_taken',
    concern: { code: 'failed_cash_kept', suggest: undo },
  },
  {
    med: ['SYS_REFUNDED'],
    insurance: ['PAYED'],
    said: 'failing',
    reason: 'insurance_taken',
    concern: { code: 'failed_insurance_kept', suggest: undo },
  },
  { med: ['SYS_REFUNDED'], cash: back, insurance: back, said: 'failed' },
  {
    med: ['CLOSED'],
    cash: ['SUCCESS'],
    said: 'failing',
    reason: 'cash_taken',
    concern: { code: 'taken_after_close', suggest: undo },
  },
  {
    med: ['CLOSED'],
    insurance: ['PAYED'],
    said: 'failing',
    reason: 'insurance_taken',
    concern: { code: 'taken_after_close', suggest: undo },
  },
  {
    med: ['CLOSED'],
    cash: ['REFUND'],
    insurance: ended,
    said: 'closed',
    concern: {
      code: 'taken_after_close',
      suggest: 'it was paid after its close and given back: find out by whom',
    },
    unless: 'refunded',
  },
  { med: ['CLOSED'], cash: ended, insurance: ended, said: 'closed' },
  ...refundRows(),
]

function refundRows(): readonly Row[] {
  const elsewhere = {
    code: 'refunded_elsewhere',
    suggest: 'find out who refunded it (the merchant console) and book it',
  }
  const moving = {
    said: 'paid',
    concern: aged('refund_legs_not_moved', 'query the refund; its legs have not moved'),
  } as const
  return [
    { med: ['REFUND'], cash: ['-'], insurance: ['-'], said: 'unclear', concern: unforeseen() },
    {
      med: ['REFUND'],
      cash: ['REFUND', '-'],
      insurance: ['REFUND', '-'],
      said: 'paid',
      concern: elsewhere,
      unless: 'refunded',
    },
    {
      med: ['REFUND'],
      cash: ['REFUND'],
      insurance: ['PAYED'],
      said: 'paid',
      concern: {
        code: 'cash_alone_refunded',
        suggest: 'compare it with the refund that was ordered; find out who refunded cash alone',
      },
      unless: 'cash_refunded',
    },
    { med: ['REFUND'], cash: ['SUCCESS'], insurance: ['REFUND', 'PAYED', '-'], ...moving },
    { med: ['REFUND'], cash: ['-'], insurance: ['PAYED'], ...moving },
  ]
}

function unforeseen(): Omit<Concern, 'found'> {
  return { code: 'unforeseen_states', suggest: askPlatform }
}

const medWords = [
  'INITIAL',
  'NOTPAY',
  'PAYING',
  'SUCCESS',
  'REFUND',
  'SYS_REFUNDING',
  'SYS_REFUNDED',
  'CLOSED',
]
const cashWords = ['SUCCESS', 'REFUND', 'NOTPAY', 'CLOSED', '?', '-']
const insuranceWords = ['PAYED', 'REFUND', 'NOTPAY', 'CLOSED', '?', '-']

/** What a triple means. Unlisted words leave the order where it is (X28); listed ones that nobody foresaw go to a person. */
export function standingOf({ med, cash, insurance }: Triple): Standing {
  const listed = medWords.includes(med) && cashWords.includes(cash) && insuranceWords.includes(insurance)
  if (!listed) return { said: 'unclear' }
  const row = rows.find(
    (one) =>
      one.med.includes(med) &&
      (one.cash?.includes(cash) ?? true) &&
      (one.insurance?.includes(insurance) ?? true),
  )
  return row ?? { said: 'unclear', concern: unforeseen() }
}

/** What a leg's state says of its part. */
export function legSaid(word: string): PartReading['said'] {
  return Object.hasOwn(legs, word) ? legs[word as keyof typeof legs] : 'unclear'
}

const legs = {
  SUCCESS: 'paid',
  PAYED: 'paid',
  REFUND: 'refunded',
  NOTPAY: 'waiting',
  CLOSED: 'closed',
  '-': 'none',
} as const

/** What the three states of a refund mean. */
export interface RefundStanding {
  readonly said: RefundReading['said']
  readonly concern?: Omit<Concern, 'found'> | undefined
}

interface RefundRow extends RefundStanding {
  readonly total?: string
  readonly cash?: readonly string[]
  readonly insurance?: readonly string[]
}

const running = ['REFUNDING', 'SUCCESS', '-']
const done = ['SUCCESS', '-']
const contradiction = {
  code: 'refund_contradiction_of_legs',
  suggest: 'the whole says done, a leg does not: compare with the console and the bureau',
}

/** The first row that fits counts; FAIL and CHANGE mark themselves. */
export const refundTable: readonly RefundRow[] = [
  { cash: ['FAIL'], said: 'failed' },
  { total: 'REFUNDING', insurance: ['FAIL'], said: 'failed' },
  { total: 'REFUNDING', cash: ['CHANGE'], said: 'change' },
  {
    total: 'REFUNDING',
    cash: running,
    insurance: running,
    said: 'processing',
    concern: {
      code: 'refund_runs_long',
      suggest: 'ask WeChat Pay with med_refund_id; do not refund by another way before',
      afterMs: 3 * ms.day,
    },
  },
  { total: 'SUCCESS', cash: done, insurance: done, said: 'succeeded' },
  { total: 'SUCCESS', cash: ['CHANGE'], said: 'change', concern: contradiction },
  { total: 'SUCCESS', insurance: ['FAIL'], said: 'failed', concern: contradiction },
  {
    total: 'SUCCESS',
    cash: ['REFUNDING'],
    said: 'processing',
    concern: { ...contradiction, afterMs: stuckMs },
  },
  {
    total: 'SUCCESS',
    insurance: ['REFUNDING'],
    said: 'processing',
    concern: { ...contradiction, afterMs: stuckMs },
  },
]

const refundWords = ['SUCCESS', 'REFUNDING', 'FAIL', 'CHANGE', '-']

/** What the states of a refund mean. */
export function refundStandingOf(total: string, cash: string, insurance: string): RefundStanding {
  if (
    ![cash, insurance].every((word) => refundWords.includes(word)) ||
    !['SUCCESS', 'REFUNDING'].includes(total)
  )
    return { said: cash === 'FAIL' ? 'failed' : 'unclear' }
  const row = refundTable.find(
    (one) =>
      (one.total ?? total) === total &&
      (one.cash?.includes(cash) ?? true) &&
      (one.insurance?.includes(insurance) ?? true),
  )
  return row ?? { said: 'unclear', concern: unforeseen() }
}
