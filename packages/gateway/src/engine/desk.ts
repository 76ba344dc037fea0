/** Everything the gateway leans on, given from outside: time, chance, store, signers, tenants. */
import type { RawNotice, WechatPay } from '@chadan/client'
import type { Clock, Random } from '@chadan/protocol'
import type { MerchantIds, Order, ProductId } from '../order/order.ts'
import type { Product, SignerFacts } from '../products/product.ts'
import type { Store } from '../store/store.ts'

/** Credentials and their space of numbers; many tenants may share one. */
export interface Signer {
  readonly facts: SignerFacts
  readonly client: WechatPay
  /** Calls per second over all nodes, by kind of step. */
  readonly limits: Readonly<Record<BudgetKind, number>>
}

/** What rate budgets tell apart. */
export type BudgetKind = 'place' | 'ask' | 'close' | 'refund' | 'ask_refund'

/** Owns API keys, webhooks and orders. */
export interface Tenant {
  readonly id: string
  readonly name: string
  readonly signers: readonly string[]
  /** Ids that placing details may leave out. */
  readonly merchant: MerchantIds
  /** The merchant's page behind the return page, where an order names none. */
  readonly returnPage?: string | undefined
  /** Refunds above it need a second person, in minor units. */
  readonly approvalAboveMinor?: number | undefined
  /** Money that nobody expected is refunded without asking a person: paid twice, paid after close. */
  readonly refundUnexpected: 'by_hand' | 'at_once'
}

/** What is told to whoever counts and logs; never a name, an openid or a key. */
export interface Watcher {
  transition?(change: { product: ProductId; from: string; to: string; evidence: string }): void
  called?(call: { operation: string; code: string; ms: number; signer: string }): void
  /** A call could not go out at once: the rate budget was spent, or WeChat Pay had asked for a rest. */
  waited?(call: { kind: BudgetKind; why: 'budget' | 'rest' }): void
  notice?(notice: {
    kind: string
    result: 'ok' | 'duplicate' | 'refused' | 'probe' | 'unknown_order' | 'other_ids' | 'failed'
    ms: number
  }): void
  failed?(where: string, error: unknown): void
}

/** The desk at which orders are kept. */
export interface Desk {
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly products: Readonly<Record<ProductId, Product>>
  /** This process among those that share the store. */
  readonly node: string
  /** The address WeChat and payers reach us at, without a final slash. */
  readonly publicUrl: string
  /** Keyed digests of inputs and of idempotent requests: the same on all nodes, at least 16 bytes. */
  readonly digestKey: Uint8Array
  signer(id: string): Promise<Signer | undefined>
  tenant(id: string): Promise<Tenant | undefined>
  readonly watch: Watcher
}

/** A tenant's wish to be paid. */
export interface PlaceRequest {
  readonly reference: string
  readonly product: ProductId
  /** Needed where the tenant has several. */
  readonly signer?: string | undefined
  readonly number?: string | undefined
  readonly expiresMs?: number | undefined
  readonly returnTo?: string | undefined
  /** In WeChat's own names; kept sealed. */
  readonly details: Readonly<Record<string, unknown>>
}

/** A tenant's wish to give money back. */
export interface RefundWish {
  /** The tenant's own name for it, unique within the order: repeating it finds the same refund. */
  readonly reference: string
  /** Which attempt, where two were paid; the deciding one when left out. */
  readonly number?: string | undefined
  readonly amountMinor?: number | undefined
  readonly parts?: Readonly<Record<string, number>> | undefined
  readonly reason?: string | undefined
  readonly details: Readonly<Record<string, unknown>>
}

/** An order as somebody sees it, and when it will be asked for next. */
export interface Seen {
  readonly order: Order
  readonly nextAskMs: number | undefined
}

/** Why the gateway does not do what was asked; each `code` is a documented problem of the API. */
export class Declined extends Error {
  override readonly name = 'Declined'
  /** In snake case: `unknown_order`, `reference_taken`, `still_in_flight`, `attempt_open`, … */
  readonly code: string
  /** All problems of the input, where it is the input. */
  readonly problems: readonly { readonly at: string; readonly found: string; readonly expected: string }[]
  /** When it may be asked again, in ms. */
  readonly retryMs: number | undefined

  constructor(
    code: string,
    message: string,
    more: { problems?: Declined['problems']; retryMs?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause })
    this.code = code
    this.problems = more.problems ?? []
    this.retryMs = more.retryMs
  }
}

/** Together with what was ordered back before, a refund is above what one person may order. */
export class ApprovalNeeded extends Declined {
  /** What the refund is worth, in minor units. */
  readonly minor: number

  constructor(minor: number) {
    super('approval_needed', 'above the limit of the tenant, with what was ordered back before')
    this.minor = minor
  }
}

/** Who asks: an API key's name and its tenant. */
export interface Caller {
  readonly tenant: string
  readonly name: string
}

/** What can be done with orders. Each throws `Declined`. */
export interface Gateway {
  /** Keeps the order, then places it. Gives what is known within `waitMs`, which may be `placing` or `unknown`. */
  place(
    caller: Caller,
    request: PlaceRequest,
    more: { key?: string | undefined; keyDigest?: string | undefined; waitMs?: number },
  ): Promise<Seen & { readonly repeated: boolean }>
  /** Looking is asking: an unsettled order, or this refund of it, is asked for first, within the rate budget. */
  look(
    caller: Caller,
    id: string,
    more?: { source?: 'answer' | 'return_page'; refund?: string },
  ): Promise<Seen>
  /** What the payer's side needs, freshly signed; `undefined` while there is nothing to hand over. */
  handover(
    caller: Caller,
    id: string,
  ): Promise<{ scene: string; parameters: Readonly<Record<string, unknown>>; expiresMs: number } | undefined>
  /** Asks, closes with a fence, asks again. Gives what is known within `waitMs`. */
  close(
    caller: Caller,
    id: string,
    /** `owed`: what becomes of a completed service's money; `give_up` cancels it. */
    more: { reason: string; waitMs?: number | undefined; owed?: 'keep' | 'give_up' | undefined },
  ): Promise<Seen>
  /** Ends the open attempt, then opens another under a new number. Declines while the old one may be paid. */
  payAgain(
    caller: Caller,
    id: string,
    request: {
      details: PlaceRequest['details']
      number?: string | undefined
      expiresMs?: number | undefined
    },
  ): Promise<Seen>
  /** A product's own act: payscore `complete`, `sync`. */
  act(caller: Caller, id: string, name: string, details: Readonly<Record<string, unknown>>): Promise<Seen>
  /**
   * Orders a refund, or finds the one of this reference. `approvedMinor`: what a second person let go, and no more;
   * without it the tenant's limit holds. Throws `ApprovalNeeded` above it.
   */
  refund(
    caller: Caller,
    id: string,
    wish: RefundWish,
    more?: { approvedMinor?: number | undefined },
  ): Promise<Seen & { readonly refund: string }>
  /** Sends a refused or failed refund again, under its own number. */
  retryRefund(caller: Caller, id: string, refund: string): Promise<Seen>
  /** A person's word that an abnormal, changed or failed refund's amount is free again. */
  freeRefund(caller: Caller, id: string, refund: string, reason: string): Promise<Seen>
  /** A person's word on a mark. */
  resolve(caller: Caller, id: string, mark: string, reason: string): Promise<Seen>
  /** Answers a message of WeChat, after the commit. */
  hear(signer: string, product: ProductId, message: Request | RawNotice): Promise<Response>
  /** Where the payer's browser goes on to. */
  comeBack(id: string): Promise<{ readonly location: string | undefined; readonly state: string }>
  /** Does what is due until `stop`. */
  start(): void
  /** Finishes what is under way and takes nothing new. */
  stop(): Promise<void>
  /** Does everything that is due now; for tests and the simulation. Answers how many steps. */
  tick(): Promise<number>
}
