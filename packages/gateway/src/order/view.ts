/** What follows from an order's acts and facts: pure, whatever the order they came in. */
import type { Amount } from './amount.ts'

/** States of an order, in the words of the design. */
export const orderStates = [
  'placing',
  'unknown',
  'awaiting_payment',
  'in_service',
  'paying',
  'paid',
  'partially_refunded',
  'refunded',
  'failing',
  'failed',
  'closed',
] as const
/** Where an order or an attempt stands. */
export type OrderState = (typeof orderStates)[number]

/** States of a refund. */
export const refundStates = [
  'placing',
  'unknown',
  'processing',
  'succeeded',
  'refused',
  'closed',
  'abnormal',
  'change',
  'failed',
] as const
/** Where a refund stands. */
export type RefundState = (typeof refundStates)[number]

/** Why an order needs a person; open until somebody resolves it with a reason. */
export interface Mark {
  /** The same for the same trouble: code and what it is about. */
  readonly key: string
  readonly code: string
  readonly found: string
  readonly suggest: string
  /** Fingerprints of the facts behind it. */
  readonly facts: readonly string[]
  readonly resolved?:
    | { readonly operator: string; readonly reason: string; readonly atMs: number }
    | undefined
}

/** A part as it stands. */
export interface PartView {
  readonly id: string
  readonly state: 'waiting' | 'paying' | 'paid' | 'failed' | 'closed' | 'refunded' | 'none' | 'unclear'
  readonly word: string | undefined
  /** As ordered, or as the platform settled it where the split was open. */
  readonly amount: Amount
  readonly refunded: number
  readonly transactionId?: string | undefined
}

/** An attempt as it stands. */
export interface AttemptView {
  readonly number: string
  readonly state: OrderState
  readonly reason?: string | undefined
  readonly word?: string | undefined
  readonly amount: Amount
  readonly parts: readonly PartView[]
  /** What was really taken: the parts that are proven paid, in minor units. */
  readonly taken: number
  readonly refunded: number
  readonly paidMs?: number | undefined
  readonly kept: Readonly<Record<string, string>>
  /** All placing calls were accepted, or the provider knows the number. */
  readonly placed: boolean
  /** Fingerprint of the fact that proves `state`, where a fact does. */
  readonly proof?: string | undefined
}

/** A refund as it stands. */
export interface RefundView {
  readonly number: string
  readonly reference: string
  readonly attempt: string
  readonly state: RefundState
  readonly reason?: string | undefined
  readonly word?: string | undefined
  readonly amount: Amount
  readonly parts: readonly { readonly id: string; readonly amount: Amount }[]
  /** What has gone back of it for certain: all of it once it succeeded, some where only some of its calls did. */
  readonly returned: readonly { readonly id: string; readonly amount: Amount }[]
  readonly refundId?: string | undefined
  readonly succeededMs?: number | undefined
  readonly proof?: string | undefined
}

/** An order as it stands. */
export interface View {
  readonly state: OrderState
  readonly reason?: string | undefined
  /** The attempt that decides: the paid one, else the newest. */
  readonly number: string
  readonly amount: Amount
  /** What was taken over all attempts, in minor units. */
  readonly taken: number
  /** Succeeded refunds. */
  readonly refunded: number
  /** Ordered refunds that may still succeed. */
  readonly refunding: number
  readonly attempts: readonly AttemptView[]
  readonly refunds: readonly RefundView[]
  readonly marks: readonly Mark[]
}
