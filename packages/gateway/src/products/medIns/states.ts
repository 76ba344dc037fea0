/** What the three statuses of a mixed order mean together (MI 3.9 to 3.11). */
import type { AttemptReading, Concern, PartReading } from '../../order/reading.ts'
import { ms } from '../timing.ts'

/** The statuses of an order, without their prefixes. */
export interface Statuses {
  readonly mix: string
  readonly self: string
  readonly insurance: string
}

/** What a row says of an attempt. */
export interface Standing {
  readonly said: AttemptReading['said']
  readonly reason?: string | undefined
  readonly concern?: Omit<Concern, 'found'> | undefined
  /** Only an own refund explains it; without one it is `concern`'s business. */
  readonly unlessRefunded?: true | undefined
}

const cashTaken = {
  code: 'cash_taken_insurance_failed',
  suggest: 'refund the cash leg; nobody gives it back by itself, and nothing is reported to WeChat Pay',
} as const
const insuranceTaken = {
  code: 'insurance_taken_cash_failed',
  suggest: 'have the bureau reverse or refund its leg, then order an insurance refund here to report it',
} as const
const halfTaken = {
  code: 'one_leg_taken',
  suggest: 'ask WeChat Pay why the other leg is still open; deliver nothing, refund nothing before it ends',
  afterMs: 30 * ms.minute,
} as const
const refundedElsewhere = {
  code: 'refunded_elsewhere',
  suggest: 'find out who refunded it (the merchant platform, the bureau) and book it',
} as const
/** Nobody foresaw these statuses. */
export const unforeseen = {
  code: 'unforeseen_states',
  suggest: 'query the order once more; when it stays, ask WeChat Pay with the request id',
} as const

/** The leg that both kinds of refusal leave open: its cash order must be closed. */
export const openLeg = 'open_leg'

const paid = { said: 'paid' } as const
const refunded = { said: 'paid', concern: refundedElsewhere, unlessRefunded: true } as const
const waiting = { said: 'awaiting_payment' } as const
const failed = { said: 'failed' } as const
const undone = { said: 'failed', concern: refundedElsewhere, unlessRefunded: true } as const
const stillOpen = { said: 'failing', reason: openLeg } as const
const bureauOpen = {
  said: 'failing',
  reason: 'insurance_open',
  concern: { ...halfTaken, code: 'insurance_open_on_failed' },
} as const
const keptCash = { said: 'failing', reason: 'cash_taken', concern: cashTaken } as const
const keptInsurance = { said: 'failing', reason: 'insurance_taken', concern: insuranceTaken } as const

/** Every combination that is foreseen: mix, self, insurance. */
export const rows: Readonly<Record<string, Standing>> = {
  'CREATED CREATED CREATED': waiting,
  'CREATED SUCCESS CREATED': { said: 'paying', concern: halfTaken },
  'CREATED CREATED SUCCESS': { said: 'paying', concern: halfTaken },
  'SUCCESS SUCCESS SUCCESS': paid,
  'FAIL SUCCESS FAIL': keptCash,
  'FAIL FAIL SUCCESS': keptInsurance,
  'FAIL FAIL FAIL': failed,
  'FAIL CREATED FAIL': stillOpen,
  'FAIL REFUND FAIL': undone,
  'FAIL FAIL REFUND': undone,
  'SUCCESS REFUND SUCCESS': refunded,
  'SUCCESS SUCCESS REFUND': refunded,
  'REFUND REFUND REFUND': refunded,
  // Between two answers of an order that fails: one leg has failed, the other is not through yet.
  'FAIL FAIL CREATED': bureauOpen,
  'FAIL SUCCESS CREATED': keptCash,
  'FAIL CREATED SUCCESS': { ...keptInsurance, reason: openLeg },
  'FAIL CREATED CREATED': stillOpen,
  // Cash only.
  'CREATED CREATED NONE': waiting,
  'SUCCESS SUCCESS NONE': paid,
  'REFUND REFUND NONE': refunded,
  'FAIL FAIL NONE': failed,
  'FAIL CREATED NONE': stillOpen,
  'FAIL REFUND NONE': undone,
  // Insurance only.
  'CREATED NONE CREATED': waiting,
  'SUCCESS NONE SUCCESS': paid,
  'REFUND NONE REFUND': refunded,
  'FAIL NONE FAIL': failed,
  'FAIL NONE CREATED': bureauOpen,
  'FAIL NONE REFUND': undone,
}

const statusWords = ['CREATED', 'SUCCESS', 'REFUND', 'FAIL', 'NONE']

/** What these statuses mean. Unlisted and UNKNOWN_* words leave the order where it is (X28). */
export function standingOf({ mix, self, insurance }: Statuses): Standing {
  const row = rows[`${mix} ${self} ${insurance}`]
  if (row) return row
  if (![mix, self, insurance].every((word) => statusWords.includes(word))) return { said: 'unclear' }
  return { said: 'unclear', concern: unforeseen }
}

/** The statuses as short words; a status that is missing is no word at all. */
export function statusesOf(order: {
  readonly mix_pay_status?: string | undefined
  readonly self_pay_status?: string | undefined
  readonly med_ins_pay_status?: string | undefined
}): Statuses {
  return {
    mix: short(order.mix_pay_status, 'MIX_PAY_'),
    self: order.self_pay_status === 'NO_SELF_PAY' ? 'NONE' : short(order.self_pay_status, 'SELF_PAY_'),
    insurance:
      order.med_ins_pay_status === 'NO_MED_INS_PAY'
        ? 'NONE'
        : short(order.med_ins_pay_status, 'MED_INS_PAY_'),
  }
}

function short(word: string | undefined, prefix: string): string {
  return word?.startsWith(prefix) ? word.slice(prefix.length) : '?'
}

/** What a leg's status says of its part. */
export function legSaid(word: string): PartReading['said'] {
  return Object.hasOwn(legs, word) ? legs[word as keyof typeof legs] : 'unclear'
}

const legs = {
  CREATED: 'waiting',
  SUCCESS: 'paid',
  REFUND: 'refunded',
  FAIL: 'failed',
  NONE: 'none',
} as const
