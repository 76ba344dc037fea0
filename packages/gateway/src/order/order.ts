/**
 * An order as it is kept: what we set out to do (acts), what we heard (facts), and the view that
 * follows from both. Plain JSON; no names, openids or id numbers stand in it: those are sealed
 * beside the prepared bytes.
 */
import type { Amount } from './amount.ts'
import type { Fact, Repeats } from './reading.ts'
import type { View } from './view.ts'

/** The five products. */
export type ProductId = 'medIns' | 'combine' | 'payscore' | 'wecom' | 'payinsurance'

/** Whose money it is, as WeChat's messages name it: compared with every message. */
export interface MerchantIds {
  readonly mchid?: string | undefined
  readonly sub_mchid?: string | undefined
  readonly appid?: string | undefined
  readonly sub_appid?: string | undefined
  /** payscore: every later call names it again. */
  readonly service_id?: string | undefined
  /** wecom: the corporation whose second-level merchant is paid. */
  readonly corpid?: string | undefined
  /** combine: an individual payee in the place of a sub-merchant. */
  readonly individual_auth_id?: string | undefined
}

/** A share that is settled on its own, as it was ordered. */
export interface PartPlan {
  /** `cash`, `insurance`, `collection`, or the sub-order's number. */
  readonly id: string
  readonly amount: Amount
  /** False where the platform may change the split within the whole (`allow_fee_change`). */
  readonly fixed: boolean
  readonly merchant?: MerchantIds | undefined
  /** Further figures of the order that its product holds later answers to (`total_fee`, `cash_add_fee`). */
  readonly terms?: Readonly<Record<string, number>> | undefined
}

/** One call that has an effect at WeChat Pay, and how often it was sent. Its bytes are kept sealed, under `body`. */
export interface Errand {
  /** Its name within the product's plan: `prepay`, `create`, `complete`, `refund`, `report`. */
  readonly step: string
  readonly operation: string
  /** Key of the prepared bytes in the store; absent until they can be made (an earlier answer is needed). */
  readonly body?: string | undefined
  /** HMAC of the input: the same number always has the same (invariant 15). */
  readonly digest?: string | undefined
  readonly sends: number
  /** Names filled from earlier answers before its bytes are made. */
  readonly fills?: readonly string[] | undefined
  /** When the last signature or token was used, UTC ms: begins the time fence (X9). */
  readonly lastSentMs?: number | undefined
  /** When the last send ended without an answer to rely on. */
  readonly lostMs?: number | undefined
  /** Keyed digest of what was asked for, where a merchant asked for it after placing. */
  readonly content?: string | undefined
  /** Refusals of the first so many sends no longer count: a person sent it again. */
  readonly again?: number | undefined
  /** Asked for after placing (`complete`, `sync`): the attempt counts as placed without it. */
  readonly later?: true | undefined
}

/** One placing of an order under one number. */
export interface Attempt {
  readonly number: string
  readonly openedMs: number
  /** What the payer is asked for; payscore sets it when the service is completed. */
  readonly amount: Amount
  readonly parts: readonly PartPlan[]
  readonly merchant: MerchantIds
  /** The placing calls in their order, then those a merchant asked for later (`complete`, `sync`). */
  readonly errands: readonly Errand[]
  /** From when on it is asked, closed and asked again; UTC ms. */
  readonly expiresMs: number
  /** Who wanted it closed and since when. */
  readonly closing?: { readonly sinceMs: number; readonly reason: string; readonly by: string } | undefined
  /** Close calls sent. */
  readonly closes: number
  readonly lastCloseMs?: number | undefined
}

/** Money going back, for an order or some of its parts. */
export interface Refund {
  readonly number: string
  readonly attempt: string
  readonly openedMs: number
  readonly amount: Amount
  /** Per part what goes back of it; sums to `amount`. Several errands are one for each part, in this order. */
  readonly parts: readonly { readonly id: string; readonly amount: Amount }[]
  readonly errands: readonly Errand[]
  readonly by: string
  /** The merchant's own name for it, unique within the order. */
  readonly reference: string
  /** Keyed digest of what was asked for: the same reference always has the same. */
  readonly content: string
  /** A second person let it go: it is above what one may order. */
  readonly approved?: true | undefined
  /** Freed by a person after it ended `abnormal`, `change` or `failed` (X17). */
  readonly freed?: boolean | undefined
}

/** A person's word about a mark, kept with its reason. */
export interface Ruling {
  readonly mark: string
  readonly operator: string
  readonly reason: string
  readonly atMs: number
}

/** Everything that was decided here, as opposed to heard. */
export interface Order {
  readonly id: string
  readonly tenant: string
  readonly signer: string
  readonly product: ProductId
  /** The merchant's own name for it, unique within the tenant. */
  readonly reference: string
  readonly createdMs: number
  /** Rises by one with every logged change; events carry it as their place within the order. */
  readonly version: number
  /** Keyed digest of what the merchant asked for: the same reference always has the same. */
  readonly content: string
  /** Hash of its newest log entry. */
  readonly head: string
  /** Where the payer's browser is sent after the return page, as the merchant gave it. */
  readonly returnTo?: string | undefined
  /** The merchant's rule when it was placed: money that nobody expected goes back at once. */
  readonly unexpected?: 'at_once' | undefined
  readonly attempts: readonly Attempt[]
  readonly refunds: readonly Refund[]
  readonly facts: readonly Fact[]
  readonly rulings: readonly Ruling[]
  /** Concerns that were said for so long that they became marks. */
  readonly aged: readonly string[]
  /** Questions asked, by the number they were about. Not logged, not versioned: only the schedule needs them. */
  readonly asked: Readonly<Record<string, Asked>>
  /** Heard again since the newest log entry; the next one holds it. */
  readonly repeats?: Repeats | undefined
  /** While a payer waits, questions come faster until then; UTC ms. */
  readonly watchedUntilMs?: number | undefined
  /** What follows from all of the above. */
  readonly view: View
}

/** How often and when last a question was asked since something last happened. */
export interface Asked {
  readonly count: number
  readonly lastMs: number
  /** How often in a row the answer was "not found", and since when (X7). */
  readonly missing: number
  readonly missingSinceMs: number
}

/** The head of an order that has no log entry yet. */
export const chainStart = '0'.repeat(64)
