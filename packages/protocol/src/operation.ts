/** What an operation and a notification of WeChat Pay are, as data. */
import type { AnswersOf, Fields, GroupField, InputsOf } from './fields.ts'
import type { Rule } from './rules.ts'

/** The three protocol dialects; `token` is JSON under an access_token, `xml` is XML with MD5 under one. */
export type Dialect = 'apiv3' | 'token' | 'xml'

/**
 * Which host answers: `mainland` api.mch.weixin.qq.com, `global` apihk.mch.weixin.qq.com,
 * `wecom` qyapi.weixin.qq.com, `weixin` api.weixin.qq.com, `given` an address from an earlier answer.
 */
export type Host = 'mainland' | 'global' | 'wecom' | 'weixin' | 'given'

/**
 * By what the caller may believe an answer: `signature` (RSA over the bytes), `mac` (MD5 with a
 * shared key), `digest` (a hash announced in a signed answer), `channel` (TLS and our own token).
 */
export type Trust = 'signature' | 'mac' | 'digest' | 'channel'

/**
 * What repeating does: `read` changes nothing; `safe` repeats to the same effect; `same` adopts
 * the first call when number and content are the same (the client still never repeats it, X25);
 * `never` is refused or harmful.
 */
export type Repeat = 'read' | 'safe' | 'same' | 'never'

/** What a caller does about an error. */
export type Advice =
  /** Correct the request; repeating it as it is fails again. */
  | 'fix'
  /** The outcome is unknown or decided elsewhere: query the order or refund first. */
  | 'query'
  /** Repeat the identical request later. */
  | 'repeat'
  /** Too fast: wait, then repeat the identical request. */
  | 'wait'
  /** Keys, permissions, bindings or addresses must be set up. */
  | 'configure'
  /** This number is spent: a new purchase needs a new one. */
  | 'renumber'
  /** Final: tell the payer or the operator. */
  | 'stop'

/** One documented error. */
export interface ErrorCase {
  readonly code: string
  /** HTTP status. */
  readonly status: number
  readonly advice: Advice
  /** When it happens and what to do, in one line. */
  readonly meaning: string
  /** The internal numbers at the end of `Request-ID` that go with it. */
  readonly numbers?: readonly number[]
}

/** What counts as "not found": a code, an internal number, or any 404 with a JSON body. */
export interface NotFound {
  readonly codes: readonly string[]
  readonly numbers?: readonly number[]
  readonly any404?: true
}

/** An answer without a body (204). */
export interface EmptyResult {
  readonly kind: 'empty'
}

/** An answer that is a file: a bill. */
export interface FileResult {
  readonly kind: 'file'
}

/** The result of an operation that answers 204. */
export const empty: EmptyResult = { kind: 'empty' }
/** The result of an operation that answers a file. */
export const file: FileResult = { kind: 'file' }

/** The HTTP verbs that the declared operations use. */
export type Verb = 'GET' | 'POST'

/** What `defineOperation` takes. */
export interface OperationShape {
  /** `<product>.<operation>`, as in the index. */
  readonly id: `${string}.${string}`
  /** English, with the official Chinese title in brackets. */
  readonly title: string
  readonly dialect: Dialect
  readonly host: Host
  /** Verb and path, with placeholders: `GET /v3/refund/domestic/refunds/{out_refund_no}`. */
  readonly route: `${Verb} /${string}`
  readonly path?: Fields
  readonly query?: Fields
  readonly body?: Fields
  /** Fields that travel as headers, by the header's name. */
  readonly headers?: Fields
  /** Rules between fields of the body, or of the query where there is no body. */
  readonly rules?: readonly Rule[]
  readonly result: GroupField | EmptyResult | FileResult
  /** The status of success; 200, or 204 for an empty answer, when left out. */
  readonly status?: number
  readonly errors: readonly ErrorCase[]
  /** How this interface says "no such order" or "no such refund" (X7); on reads, closes and the like. */
  readonly notFound?: NotFound
  readonly repeat: Repeat
  readonly trust: Trust
  /** How the body travels when not in the way of its dialect. */
  readonly encoding?: 'multipart'
  /** A file whose SHA-1 stands in this header; the signature covers `{"sha1":"<it>"}` in place of the body. */
  readonly digestHeader?: string
  /** XML alone: whether answers carry `sign`; always, when left out. */
  readonly answerSign?: 'always' | 'if_present' | 'never'
  /** `none`: the request carries no signature and no token of its own (the token calls themselves). */
  readonly credentials?: 'none'
  /** The official page. */
  readonly doc: string
}

/** A declared operation: its own literal types and everything an `OperationShape` has. */
export type Operation<D extends OperationShape = OperationShape> = Readonly<D>

/**
 * Declares one operation.
 * @example
 * defineOperation({ id: 'refunds.find', route: 'GET /v3/refund/domestic/refunds/{out_refund_no}', … })
 */
export function defineOperation<const D extends OperationShape>(declaration: D): D {
  return declaration
}

/** What `defineNotification` takes. */
export interface NotificationShape {
  readonly id: `${string}.${string}`
  readonly title: string
  readonly dialect: 'apiv3' | 'callback' | 'xml'
  /** How it arrives, where not by POST. */
  readonly verb?: 'GET'
  /** `event_type`, or what stands for it in the dialect; `.*` at the end is any rest. */
  readonly event: string
  /** Tells notices of one event apart: this field is in the decrypted resource. */
  readonly holds?: string
  /** This field is not in the decrypted resource. */
  readonly lacks?: string
  /** `original_type` of the envelope, where there is one. */
  readonly originalType?: string
  /** `associated_data` of the envelope, where it is not `originalType`. */
  readonly associatedData?: string
  /** The decrypted resource. */
  readonly resource: GroupField
  /** Delays after each failed attempt, in seconds (X1). */
  readonly schedule: readonly number[]
  readonly trust: Trust
  readonly doc: string
}

/** Declares one notification. */
export function defineNotification<const D extends NotificationShape>(declaration: D): D {
  return declaration
}

/** Fifteen steps, 24 h 4 min: TRANSACTION, REFUND and payinsurance (X1). */
export const commonSchedule: readonly number[] = [
  15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600,
]

type Part<D, K extends string> = D extends { readonly [key in K]: infer Fs } ? InputsOf<Fs> : unknown
type Flat<T> = { [N in keyof T]: T[N] } & {}

/** The flat input of an operation: the fields of path, query, body and headers side by side. */
export type InputOfOperation<D> = Flat<
  Part<D, 'path'> & Part<D, 'query'> & Part<D, 'body'> & Part<D, 'headers'>
>

/** The parts of a request apart, as the chain view takes them. */
export type PartsOfOperation<D> = Flat<
  Part<D, 'path'> & Nested<D, 'query'> & Nested<D, 'body'> & Nested<D, 'headers'>
>
type Nested<D, K extends 'query' | 'body' | 'headers'> = D extends { readonly [key in K]: infer Fs }
  ? Record<never, never> extends InputsOf<Fs>
    ? { [key in K]?: InputsOf<Fs> }
    : { [key in K]: InputsOf<Fs> }
  : unknown

/** What an operation answers. */
export type ResultOfOperation<D> = D extends { readonly result: GroupField<infer Fs> }
  ? AnswersOf<Fs>
  : D extends { readonly result: FileResult }
    ? ReadableStream<Uint8Array>
    : Record<string, never>

/** The decrypted resource of a notification. */
export type ResourceOf<D> = D extends { readonly resource: GroupField<infer Fs> } ? AnswersOf<Fs> : never

/** Verb and path of a route. */
export function routeOf(operation: Pick<OperationShape, 'route'>): { verb: Verb; path: string } {
  const space = operation.route.indexOf(' ')
  return { verb: operation.route.slice(0, space) as Verb, path: operation.route.slice(space + 1) }
}

/** The HTTP status of success. */
export function statusOf(operation: Pick<OperationShape, 'status' | 'result'>): number {
  return operation.status ?? (operation.result.kind === 'empty' ? 204 : 200)
}
