/**
 * What a product answers; nobody asks its name.
 *
 * One real order through it (combine, two sub-orders):
 *  1. `POST /v1/orders` with `details` in WeChat's own words. `open` fills what is ours (numbers,
 *     `notify_url`, merchant numbers), says amount, parts and expiry, and plans one errand, `create`.
 *  2. The engine prepares the errand's bytes, commits row and bytes and the time of sending, sends,
 *     and gives the answer to `errands.create.read`, which makes a reading `accepted` that keeps
 *     `prepay_id`. A lost answer is found by `ask`: its questions are sent and read.
 *  3. A notice is verified by the client and given to `hear`, which says which number it is about,
 *     whose ids it carries, and its reading; one without amounts only makes the engine ask.
 *  4. `handover` makes what the payer's side needs, freshly signed.
 *  5. Past its expiry the engine asks, sends `close`, and asks again: only an answer proves `closed`.
 *  6. `refund` plans errands for money going back; `askRefund` follows them to their end.
 *
 * An adapter is pure: it makes inputs and reads results; it sends nothing and knows no clock.
 */

import type { Handover as Invocations, Notice } from '@chadan/client'
import type { InputOfOperation, OperationShape, ResultOfOperation } from '@chadan/protocol'
import type { Amount } from '../order/amount.ts'
import type { Attempt, MerchantIds, Order, PartPlan, ProductId, Refund } from '../order/order.ts'
import type { AttemptReading, Reading, RefundReading } from '../order/reading.ts'
import type { AttemptView, RefundView } from '../order/view.ts'

/** What an adapter may know of the credentials that sign. */
export interface SignerFacts {
  readonly id: string
  readonly mode: 'direct' | 'partner'
  readonly mchid?: string | undefined
  readonly appid?: string | undefined
  /** payinsurance: the hospital's or the platform's identity as its requests carry it. */
  readonly payinsurance?: Readonly<Record<string, string | undefined>> | undefined
  /** wecom: the second-level merchant number and app it collects for. */
  readonly wecom?: { readonly corpid: string } | undefined
}

/** What an adapter is given to open an attempt, a refund or a later errand. */
export interface Context {
  readonly signer: SignerFacts
  /** Ids of the tenant that details may leave out: `sub_mchid`, `sub_appid`, `appid`, `mchid`. */
  readonly tenant: MerchantIds
  /** Where this product's notices of this signer arrive. */
  readonly notifyUrl: string
  /** Where the payer's browser comes back to (payinsurance `return_url`). */
  readonly returnUrl: string
  readonly nowMs: number
  /** Draws a new number: letters and digits, at least 80 random bits. */
  draw(): string
}

/** A call that is to be made, with its types forgotten. */
export interface Call {
  readonly operation: OperationShape
  readonly input: unknown
}

/** A call, checked by its types where it is written. */
export function call<D extends OperationShape>(operation: D, input: InputOfOperation<D>): Call {
  return { operation, input }
}

/** A question: a read, and what its answer means. */
export interface Question<R extends Reading = Reading> extends Call {
  read(result: unknown): R
}

/** A question, checked by its types where it is written. */
export function question<D extends OperationShape, R extends Reading>(
  operation: D,
  input: InputOfOperation<D>,
  read: (result: ResultOfOperation<D>) => R,
): Question<R> {
  // The engine gives `read` only what this very operation answered.
  return { operation, input, read: read as (result: unknown) => R }
}

/** A planned errand: made at once, or from what earlier errands of the same attempt were answered. */
export interface PlannedErrand {
  readonly step: string
  readonly operation: OperationShape
  /** `kept` is what accepted errands before this one kept. Sealed with the order until it is called. */
  readonly input: unknown
  /** Names in `input` that are filled from `kept` before it is prepared, e.g. `['prepay_id']`. */
  readonly fills?: readonly string[] | undefined
}

/** What a merchant asks for. */
export interface OpenRequest {
  /** Fields of the placing operation in WeChat's own names; what the gateway fills may be left out. */
  readonly details: Readonly<Record<string, unknown>>
  /** A number the merchant gives; drawn when left out. */
  readonly number?: string | undefined
  /** When payment should end, UTC ms; the product's default when left out. */
  readonly expiresMs?: number | undefined
}

/** What follows from it. */
export interface Opening {
  readonly number: string
  /** Other numbers this attempt uses at WeChat Pay (sub-orders): unique per signer as well. */
  readonly otherNumbers?: readonly string[] | undefined
  readonly amount: Amount
  readonly parts: readonly PartPlan[]
  readonly merchant: MerchantIds
  readonly errands: readonly PlannedErrand[]
  readonly expiresMs: number
  /** Who pays: kept as a keyed digest only, to find orders by. */
  readonly payer?: string | undefined
}

/** What a merchant asks to be refunded. */
export interface RefundRequest {
  readonly order: Order
  readonly attempt: AttemptView
  /** Whole, when both are left out. */
  readonly amount?: number | undefined
  /** Per part id, in minor units. */
  readonly parts?: Readonly<Record<string, number>> | undefined
  readonly reason?: string | undefined
  /** Further fields in WeChat's own names (`funds_account`, the bureau's figures of medIns, `cancel_serial_no` …). */
  readonly details: Readonly<Record<string, unknown>>
  /** The sealed placing input is opened for this: what was ordered, in WeChat's names, by step. */
  readonly placed: Readonly<Record<string, unknown>>
}

/** What follows from it. */
export interface RefundOpening {
  readonly number: string
  readonly amount: Amount
  readonly parts: readonly { readonly id: string; readonly amount: Amount }[]
  readonly errands: readonly PlannedErrand[]
}

/** One kind of errand: what its answers mean. */
export interface ErrandKind {
  /** What a success means for the attempt or the refund of this number. */
  read(result: unknown, number: string, order: Order): Reading
  /**
   * Codes (their `kind`) that mean "it exists already": the engine asks instead of calling it refused.
   * E.g. medIns ALREADY_EXISTS, payinsurance 530.
   */
  readonly adopts?: readonly string[] | undefined
  /** Codes that leave the outcome open although the dialect calls them refusals: ask. */
  readonly asks?: readonly string[] | undefined
}

/** An errand kind, checked by its types where it is written. */
export function errand<D extends OperationShape>(
  _operation: D,
  read: (result: ResultOfOperation<D>, number: string, order: Order) => Reading,
  more: Omit<ErrandKind, 'read'> = {},
): ErrandKind {
  // The engine gives `read` only what this very operation answered.
  return { read: read as ErrandKind['read'], ...more }
}

/** A notice, as far as an order is concerned. */
export interface Heard {
  /** The number it is about, and what kind of number that is at this signer. */
  readonly kind: 'order' | 'refund'
  readonly number: string
  /** Ids in the message: those that both sides have must be equal. */
  readonly ids: MerchantIds
  /** `number` in it is replaced by the attempt's when a part's number was named. */
  readonly reading: Reading
  /** False: the message proves too little (X11): keep it, and ask now. */
  readonly complete: boolean
}

/** What the payer's side needs, ready to use. */
export interface PayerHandover {
  /** How it is used: `jsapi`, `mini_program`, `app`, `h5`, `native`, `insurance`, `payscore`. */
  readonly scene: string
  readonly parameters: Readonly<Record<string, unknown>>
  /** Until when WeChat takes it, UTC ms. */
  readonly expiresMs: number
}

/** Why a merchant's wish cannot be carried out: a rule of the product. The message is `found …, expected …`, one of the two, or a sentence. */
export class RuleBroken extends Error {
  override readonly name = 'RuleBroken'
  /** In snake case: `refund_exceeds_part`, `one_refund_only`. */
  readonly rule: string
  readonly at: string

  constructor(rule: string, at: string, message: string) {
    super(message)
    this.rule = rule
    this.at = at
  }

  /** What the message says was found. */
  get found(): string {
    const [, found] = /^(?:found )?(.+?)(?:, expected .+)?$/.exec(this.message) ?? []
    return found === undefined || found.startsWith('expected ') ? 'something else' : found
  }

  /** What it says was expected; the rule, where it says nothing. */
  get expected(): string {
    return /(?:^|, )expected (.+)$/.exec(this.message)?.[1] ?? this.rule
  }
}

/** An errand that a merchant asks for after the order was placed: payscore `complete`, `sync`; medIns `report`. */
export interface Act {
  readonly title: string
  plan(request: {
    order: Order
    attempt: AttemptView
    details: Readonly<Record<string, unknown>>
    context: Context
  }): {
    readonly errand: PlannedErrand
    /** What the payer is asked for from now on, where the act decides it. */
    readonly amount?: Amount | undefined
    readonly parts?: readonly PartPlan[] | undefined
  }
}

/** One product. */
export interface Product {
  readonly id: ProductId
  /** English, with the official Chinese name in brackets. */
  readonly title: string
  /** The operations whose inputs `details` is made of, with the names the gateway fills. */
  readonly details: readonly { readonly operation: OperationShape; readonly filled: readonly string[] }[]
  /** Throws `RuleBroken`, or `InputError` of the client when details do not meet the declaration. */
  open(request: OpenRequest, context: Context): Opening
  readonly errands: Readonly<Record<string, ErrandKind>>
  /** Questions that show where an attempt stands, the deciding one first. */
  ask(order: Order, attempt: Attempt): readonly Question<AttemptReading>[]
  askRefund(order: Order, refund: Refund): readonly Question<RefundReading>[]
  /** The call that ends an unpaid attempt; `undefined` where none exists. `reason` is for the wire where it has a place. */
  close(order: Order, attempt: Attempt): Call | undefined
  /** Reads a verified notice; `undefined` when it is not this product's. */
  hear(notice: Notice): Heard | undefined
  /** `undefined` while nothing can be handed over. `placed` is the sealed placing input by step. */
  handover(
    attempt: AttemptView,
    placed: Readonly<Record<string, unknown>>,
    tools: {
      readonly invocations: Invocations
      readonly nowMs: number
      /** When the placing call whose answer is handed over was last sent, UTC ms: what it gave lives from then. */
      readonly placedMs: number
      /** Draws letters and digits, at least 80 random bits (a nonce). */
      draw(): string
      /** Sends a read-like call through the signer (wecom `get_sign`). */
      send(call: Call): Promise<unknown>
    },
  ): Promise<PayerHandover | undefined>
  /** Throws `RuleBroken` where the product's rules forbid it. */
  refund(request: RefundRequest, context: Context): RefundOpening
  readonly acts?: Readonly<Record<string, Act>> | undefined
  /** The marks of a refund or attempt that only this product has, e.g. a REFUND state nobody here ordered. */
  concerns?(order: Order, attempt: AttemptView, refunds: readonly RefundView[]): Reading['concerns']
  readonly timing: Timing
}

/** Times of a product, all in ms. */
export interface Timing {
  /** How long an attempt may be paid when the merchant does not say. */
  readonly expiresMs: number
  /** What the expiry ends: all that is unpaid (when left out), or only what waits for its payer, since the rest stays owed. */
  readonly expiryEnds?: 'unpaid' | 'waiting' | undefined
  /** Questions after the hand-over or a loss, each this long after the one before (X13). */
  readonly askMs: readonly number[]
  /** The same for refunds. */
  readonly askRefundMs: readonly number[]
  /** No close is sent before an attempt is this old. */
  readonly closeNotBeforeMs: number
  /** Not found this long after the last send ends the attempt as never placed (X9). */
  readonly fenceMs: number
  /** Whether a missing attempt that is to be closed is placed again first (X9); else time alone fences it. */
  readonly fence: 'place' | 'time'
  /**
   * What to do when the provider knows the number, but the answer that carried the hand-over was lost:
   * `place` the same bytes again, or `close` it (payinsurance: the pay_url cannot be fetched again).
   */
  readonly handoverLost: 'place' | 'close'
}
