/** What a message of WeChat Pay means for an order: a reading, in our words, beside the product's own. */
import type { Trust } from '@chadan/protocol'
import type { Amount } from './amount.ts'

/** Where an attempt stands, as one message says. */
export type AttemptSaid =
  /** A placing call was accepted; `step` names it. */
  | 'accepted'
  /** A placing or closing call was refused for good; `step` names it. */
  | 'refused'
  /** "No such order". Believed only as X7 and X9 say. */
  | 'not_found'
  /** "No such order", asked when no copy of a request could be accepted any more (X9): ends the attempt. */
  | 'never_placed'
  /** An unlisted or UNKNOWN_* state: leaves the order where it is (X28). */
  | 'unclear'
  | 'awaiting_payment'
  | 'in_service'
  | 'paying'
  | 'paid'
  | 'failing'
  | 'failed'
  | 'closed'

/** Where a refund stands, as one message says. */
export type RefundSaid =
  /** A call of this refund was accepted; `step` names it. */
  | 'accepted'
  | 'refused'
  | 'not_found'
  | 'unclear'
  | 'processing'
  | 'succeeded'
  /** Withdrawn for good; its amount is free again (X17). */
  | 'closed'
  /** The money could not go back: waits for a person (X17). */
  | 'abnormal'
  /** Returned to the merchant's account, to be paid by hand (转入代发). */
  | 'change'
  | 'failed'

/** One separately settled share, as a message says. */
export interface PartReading {
  readonly id: string
  /** The product's own word for this part's state. */
  readonly word: string
  readonly said: 'waiting' | 'paying' | 'paid' | 'failed' | 'closed' | 'refunded' | 'none' | 'unclear'
  readonly amount?: Amount | undefined
  /** WeChat's number of this payment. */
  readonly transactionId?: string | undefined
}

/** Something that a person must look at, seen in the message itself. */
export interface Concern {
  /** In snake case, e.g. `cash_taken_on_unpaid`. */
  readonly code: string
  /** What was found on both sides, for a person; no personal data. */
  readonly found: string
  /** What to do about it. */
  readonly suggest: string
  /** Raised only when the same is still said this long afterwards, in ms. Default 0: at once. */
  readonly afterMs?: number | undefined
}

/** What one message says about an attempt. */
export interface AttemptReading {
  readonly about: 'attempt'
  /** The number the attempt was placed under. */
  readonly number: string
  readonly said: AttemptSaid
  /** The product's own state word(s), e.g. `MIX_PAY_SUCCESS`. */
  readonly word: string
  /** The call answered, where `said` is `accepted` or `refused`. */
  readonly step?: string | undefined
  /** The call of `step` was not done, or what its answer gave is lost: it is to be sent again, and is not answered by this. */
  readonly lacks?: true | undefined
  readonly reason?: string | undefined
  /** The product held the amounts to the terms of an order whose split was open: their sum may be another one. */
  readonly settled?: true | undefined
  /** The whole amount as the message states it; absent where it states none (X11). */
  readonly amount?: Amount | undefined
  readonly parts?: readonly PartReading[] | undefined
  /** When the payer paid, UTC ms, as the message says. */
  readonly paidMs?: number | undefined
  /** What later calls and the hand-over need and no later answer repeats: `prepay_id`, `pay_url`, `package`. */
  readonly kept?: Readonly<Record<string, string>> | undefined
  /** The product found that the message contradicts what was ordered, beyond the amounts. */
  readonly contradicts?: string | undefined
  readonly concerns?: readonly Concern[] | undefined
}

/** What one message says about a refund. */
export interface RefundReading {
  readonly about: 'refund'
  /** The refund's number at the merchant. */
  readonly number: string
  readonly said: RefundSaid
  readonly word: string
  /** Of `not_found`: asked when no copy of the last request could be accepted any more (X9). */
  readonly beyond?: true | undefined
  readonly step?: string | undefined
  readonly reason?: string | undefined
  readonly amount?: Amount | undefined
  readonly succeededMs?: number | undefined
  /** WeChat's number of the refund. */
  readonly refundId?: string | undefined
  readonly contradicts?: string | undefined
  readonly concerns?: readonly Concern[] | undefined
}

/** What one message says, of an attempt or of a refund. */
export type Reading = AttemptReading | RefundReading

/** How something was heard. */
export type Source = 'answer' | 'notice' | 'return_page' | 'bill' | 'operator'

/** A fact heard about an order: who said it, when, by what trust, and its meaning. Appended, never changed. */
export interface Observation {
  readonly source: Source
  /** The operation or notification it came by, e.g. `combine.queryByOutTradeNo`. */
  readonly by: string
  readonly trust: Trust | 'operator'
  /** Whether its proof held; an unsigned answer (4xx) never decides about money (X27). */
  readonly verified: boolean
  /** When the question left us, UTC ms; for a notice, when the platform made it, as far as it says so. */
  readonly askedMs: number
  /** When it was heard, UTC ms. */
  readonly heardMs: number
  readonly reading: Reading
}

/** An observation as it is kept: repeats raise the counter. Answers given again are new sayings; a notice sent again is the old one. */
export interface Fact extends Observation {
  /** SHA-256, hex, of meaning and kind of source; times and nonces do not count. */
  readonly fingerprint: string
  readonly count: number
  readonly lastAskedMs: number
  readonly lastHeardMs: number
}

/**
 * Facts heard again since the entry before, by fingerprint: they changed nothing then, but what is
 * newest later depends on when they were last said.
 */
export type Repeats = Readonly<
  Record<string, Pick<Fact, 'count' | 'askedMs' | 'heardMs' | 'lastAskedMs' | 'lastHeardMs'>>
>
