/**
 * What a product brings to the simulated world, and what the world gives it. READY: this is the
 * contract that `products/*` implement.
 *
 * One real order through it (cash):
 *  1. `POST /v3/pay/partner/transactions/jsapi` arrives. `exchange/apiv3.ts` finds the operation by
 *     its declared route, verifies the request in the documented order, checks and unseals the body
 *     and calls the product's handler with a `Call`.
 *  2. The handler looks at `call.caller`, keeps a row in its table (`world.table('cash.orders')`),
 *     and returns the result object, or throws `new Refusal('ORDER_PAID', …)`.
 *  3. A person pays: `simulator.pay(prepay_id)`, the control API or the payer's page find the
 *     product by `product.checkout(key)` and call `product.act(key, { action: 'pay', … })`.
 *  4. The product changes its row, books the money (`world.book(transaction)`), tells the merchant
 *     (`world.notify({ … })`) and plans what follows with `world.later(ms, 'cash.settle', { … })`.
 *
 * Rows and jobs are plain JSON, so that a snapshot holds the whole world.
 */
import type { ErrorCase, InputsOf, OperationShape, Problem, ResultOfOperation } from '@chadan/protocol'
import type { BookedOrder } from './books.ts'
import type { RawRequest } from './exchange/request.ts'
import type { Merchant, World } from './world.ts'

/** A verified and checked request on its way to a handler. */
export interface Call<D extends OperationShape = OperationShape> {
  readonly operation: D
  readonly world: World
  /** Who signed (APIv3) or whose token or key it is (`token`, `xml`). */
  readonly caller: Merchant
  readonly path: Part<D, 'path'>
  readonly query: Part<D, 'query'>
  /** Checked; sealed fields are in clear text. */
  readonly body: Part<D, 'body'>
  /** Header by its lower-case name. */
  header(name: string): string | undefined
  /** What the dialect knows beyond the caller, e.g. the access token's owner. */
  readonly token?: string
}

type Part<D, K extends string> = D extends { readonly [key in K]: infer Fs }
  ? InputsOf<Fs>
  : Record<string, never>

/** What a handler returns: the result object; nothing for an empty answer; bytes for a file. */
export type Answer<D> = D extends { result: { kind: 'empty' } }
  ? undefined
  : D extends { result: { kind: 'file' } }
    ? Uint8Array | { readonly bytes: Uint8Array; readonly headers: Record<string, string> }
    : ResultOfOperation<D>

/** What a product does with a call that was verified and checked. */
export type Handler<D extends OperationShape = OperationShape> = (
  call: Call<D>,
) => Answer<D> | Promise<Answer<D>>

/** Where a product's side of an interface departs from its declaration, by a switch. */
export interface Manners {
  /** Problems of the declaration that this side passes over. */
  readonly excuses?: (problem: Problem) => boolean
  /** How this side spells a declared code. */
  readonly spell?: (code: string) => string
  /** Whether a request that is answered 429 is carried out all the same. */
  readonly acceptsTooMany?: () => boolean
  /** Takes a request that the route alone does not give it: of another verb, or on a route it shares. */
  readonly alsoTakes?: (request: RawRequest) => boolean
}

/** A handler with its operation, its types checked against the declaration. */
export interface Handled extends Manners {
  readonly operation: OperationShape
  readonly handle: Handler
}

/** Ties a handler to an operation. */
export function handle<D extends OperationShape>(
  operation: D,
  handler: Handler<D>,
  manners: Manners = {},
): Handled {
  // The exchange calls a handler only with what its own operation's check let through.
  return { operation, handle: handler as unknown as Handler, ...manners }
}

/** What a person sees before paying, and afterwards. */
export interface Checkout {
  readonly product: string
  /** The number of the order at the merchant. */
  readonly number: string
  readonly payee: string
  readonly description: string
  readonly amount: { readonly minor: number; readonly currency: string }
  /** Legs, sub-orders or coupons already taken off, for the page. */
  readonly lines: readonly { readonly label: string; readonly minor: number }[]
  readonly state: 'open' | 'paying' | 'paid' | 'failed' | 'cancelled' | 'closed' | 'expired'
  /** What can be done now. */
  readonly actions: readonly Action['action'][]
  readonly coupons: readonly { readonly id: string; readonly name: string; readonly minor: number }[]
  /** Where the payer's browser goes afterwards, paid or not. */
  readonly returnUrl?: string
}

/** What a person, or a test in a person's place, does with an order. */
export type Action =
  | { readonly action: 'pay'; readonly coupon?: string; readonly bank?: string; readonly legs?: LegOutcomes }
  /** The payment is tried and fails (bank refuses). */
  | { readonly action: 'fail'; readonly reason?: string }
  /** The person leaves without paying. */
  | { readonly action: 'cancel' }
  /** PayScore: the person confirms the service order. */
  | { readonly action: 'confirm' }
  /** Something only this product knows, e.g. `insurance:fail`, `refund:abnormal`. */
  | { readonly action: 'event'; readonly name: string; readonly details?: Record<string, unknown> }

/** How the legs of an insurance payment end. Default: both succeed. */
export interface LegOutcomes {
  readonly cash?: 'success' | 'fail' | 'stuck'
  readonly insurance?: 'success' | 'fail' | 'stuck'
  readonly reason?: string
}

/** One product of the simulated world. */
export interface Product {
  readonly name: string
  readonly handlers: readonly Handled[]
  /** Planned work by name; `world.later` calls it with its payload. */
  readonly jobs?: Readonly<Record<string, (payload: never) => void>>
  /** The order behind a prepay id, a pay link, a platform number or a merchant's number. */
  checkout?(key: string): Checkout | undefined
  /** Does it, or throws `ActionRefused`. */
  act?(key: string, action: Action): void
  /** The newest orders first, at most `limit`; for lists on the control API. */
  recent?(limit: number): readonly Checkout[]
  /** All orders, oldest first, from this place on, at most `limit`; their places never change. */
  booked?(from: number, limit: number): readonly BookedOrder[]
  /** Ends all access tokens now, as if their time were over; answers how many there were. */
  expireTokens?(): number
}

/** Makes a product for a world. */
export type ProductFactory = (world: World) => Product

/** Why a request is refused, in the words of the declaration. */
export class Refusal extends Error {
  readonly code: string
  readonly status: number | undefined
  readonly number: number | undefined
  readonly detail: Record<string, unknown> | undefined

  /** `status` is taken from the operation's declared errors when left out; `number` ends Request-ID. */
  constructor(
    code: string,
    message: string,
    more: { status?: number; number?: number; detail?: Record<string, unknown> } = {},
  ) {
    super(message)
    this.name = 'Refusal'
    this.code = code
    this.status = more.status
    this.number = more.number
    this.detail = more.detail
  }
}

/** A person or a test asked for what the order's state does not allow. */
export class ActionRefused extends Error {
  override readonly name = 'ActionRefused'
}

/** The declared error case for a code of this operation. */
export function errorCaseOf(operation: OperationShape, code: string): ErrorCase | undefined {
  return operation.errors.find((one) => one.code === code)
}
