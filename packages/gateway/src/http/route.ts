/** What a route of the API is: everything about it in one place, so that guard, documents and tests follow from it. */
import type { z } from 'zod'
import type { Caller, Desk, Gateway } from '../engine/desk.ts'
import type { Order } from '../order/order.ts'
import type { Feed } from '../outbound/feed.ts'
import type { ApiKey, Approval, Delivery, Endpoint, FeedEvent, Scope } from '../store/store.ts'
import type { ProblemCode } from './problem-kinds.ts'

/** What routes lean on. */
export interface Api
  extends Pick<Desk, 'store' | 'clock' | 'random' | 'digestKey' | 'products' | 'tenant' | 'publicUrl'> {
  readonly gateway: Gateway
  /** Clock time that passes while this machine works for one unit of its own; 1 in earnest. */
  readonly pace: number
  /** So long a handler may wait for a state to become known, in ms: shorter than a request may take. */
  readonly longestWaitMs: number
  readonly feed: Feed
  /** Throws `TargetRefused` for webhook addresses that must not be called. */
  readonly checkTarget: (url: string) => unknown
  /** Tells the dispatcher that there is something to deliver. */
  readonly wake: () => void
  /** Prometheus text. */
  readonly metrics: () => Promise<string>
  /** Resolves when this process begins to stop: streams end. */
  readonly stopping: AbortSignal
}

/** Things with an owner that `{id}` of a path may name; loaded and compared with the tenant before the handler runs. */
export interface Subjects {
  readonly order: Order
  readonly reference: Order
  readonly endpoint: Endpoint
  readonly delivery: Delivery
  readonly approval: Approval
  readonly event: FeedEvent
  readonly key: ApiKey
}
/** What an `{id}` or `{reference}` of a path may name. */
export type SubjectKind = keyof Subjects

/** What an operator's act is called in the audit log. */
export interface Audited {
  readonly subject: string
  /** No personal data and no secrets. */
  readonly details?: Readonly<Record<string, unknown>> | undefined
}

/** What a handler is given. */
export interface Exchange<P, Q, B, S extends SubjectKind> {
  readonly api: Api
  readonly path: P
  readonly query: Q
  readonly body: B
  readonly headers: Headers
  /** The body as it came. */
  readonly bytes: Uint8Array
  readonly caller: Caller
  readonly key: ApiKey
  /** Absent only on routes that may be for all tenants. */
  readonly tenant: string | undefined
  readonly subject: Subjects[S]
  /** Ends when the caller is gone. */
  readonly signal: AbortSignal
}

/** What a handler answers. */
export interface Answer {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** One documented answer. */
export interface AnswerKind {
  readonly meaning: string
  /** Absent: no body. */
  readonly schema?: z.ZodType | undefined
  /** Default `application/json`. */
  readonly type?: string | undefined
  readonly example?: unknown
}

/** A route with its types forgotten. */
export interface Route {
  /** Operation id, e.g. `orders.place`. */
  readonly id: string
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** As OpenAPI writes it: `/v1/orders/{id}`. */
  readonly path: string
  readonly scope: Scope
  /** `one`: acts within one tenant; `any`: a key of all tenants may leave the tenant out; `all`: only for keys of all tenants. */
  readonly tenancy: 'one' | 'any' | 'all'
  readonly subject?: SubjectKind | undefined
  readonly title: string
  readonly about?: string | undefined
  readonly params?: z.ZodObject | undefined
  readonly query?: z.ZodObject | undefined
  readonly headers?: z.ZodObject | undefined
  readonly body?: z.ZodType | undefined
  readonly example?: unknown
  /** Default 256 KiB. */
  readonly maxBodyBytes?: number | undefined
  readonly answers: Readonly<Record<number, AnswerKind>>
  readonly problems: readonly ProblemCode[]
  /**
   * Written to the audit chain before the handler runs, so that no act goes unaudited; every route but a GET has
   * it, or says why not.
   */
  readonly audit?: ((exchange: Exchange<never, never, never, never>) => Audited) | { readonly none: string }
  readonly handle: (exchange: Exchange<never, never, never, never>) => Promise<Answer | Response>
}

type Parsed<T extends z.ZodType | undefined> = T extends z.ZodType ? z.output<T> : Record<string, never>

/** A route, its handler typed by its schemas. */
export function route<
  P extends z.ZodObject | undefined = undefined,
  Q extends z.ZodObject | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
  S extends SubjectKind = never,
>(
  given: Omit<Route, 'params' | 'query' | 'body' | 'subject' | 'audit' | 'handle' | 'tenancy'> & {
    params?: P
    query?: Q
    body?: B
    subject?: S
    tenancy?: Route['tenancy']
    audit?: ((exchange: Exchange<Parsed<P>, Parsed<Q>, Parsed<B>, S>) => Audited) | { readonly none: string }
    handle: (exchange: Exchange<Parsed<P>, Parsed<Q>, Parsed<B>, S>) => Promise<Answer | Response>
  },
): Route {
  // The app gives a handler only what its own schemas made of the request.
  return { tenancy: 'one', ...given } as unknown as Route
}
