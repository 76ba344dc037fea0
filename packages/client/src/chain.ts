/** The chain view: the same declared operations, named by their paths in the three styles of WeChat Pay's PHP SDK. */
import {
  everyOperation,
  fields as kit,
  type OperationShape,
  type operations,
  type PartsOfOperation,
  type ResultOfOperation,
} from '@chadan/protocol'
import type { CallOptions } from './carry.ts'

type Groups = typeof operations
// `bills.download` and `wecom.downloadBill` share one path, which only answers give; the chain names the first.
type Declared = Exclude<
  { [G in keyof Groups]: Groups[G][keyof Groups[G]] }[keyof Groups],
  Groups['wecom']['downloadBill']
>

type PathOf<D> = D extends { readonly route: `${string} /${infer P}` } ? P : never
type VerbOf<D> = D extends { readonly route: `${infer V} /${string}` } ? Lowercase<V> : never

type Camel<S extends string> = S extends `{${infer Name}}`
  ? `_${Name}_`
  : S extends `${infer Head}-${infer Tail}`
    ? `${Head}${Capitalize<Camel<Tail>>}`
    : S
type Segments<P extends string> = P extends `${infer Head}/${infer Tail}`
  ? [Camel<Head>, ...Segments<Tail>]
  : [Camel<P>]

/** A verb of one path as a method: placeholders beside `query` and `body`. */
export type ChainMethod<D> =
  Record<never, never> extends PartsOfOperation<D>
    ? (parts?: PartsOfOperation<D>, options?: CallOptions) => Promise<ResultOfOperation<D>>
    : (parts: PartsOfOperation<D>, options?: CallOptions) => Promise<ResultOfOperation<D>>

type Verbs<D> = {
  readonly [V in VerbOf<D>]: ChainMethod<Extract<D, { readonly route: `${Uppercase<V>} /${string}` }>>
}

type Entry<D = Declared> = D extends Declared ? { segments: Segments<PathOf<D>>; operation: D } : never
type Heads<E> = E extends { segments: [infer H extends string, ...string[]] } ? H : never
type Under<E, H> = E extends { segments: [H, ...infer T]; operation: infer D }
  ? { segments: T; operation: D }
  : never
type Ended<E> = E extends { segments: []; operation: infer D } ? D : never
type Tree<E> = { readonly [H in Heads<E>]: Tree<Under<E, H>> } & ([Ended<E>] extends [never]
  ? unknown
  : Verbs<Ended<E>>)

type Paths = PathOf<Declared>
type At<P> = Verbs<Extract<Declared, { readonly route: `${string} /${P & string}` }>>

/** A path that is not declared: signed and verified like all others, its fields unchecked. */
export interface Unlisted {
  get(parts?: UnlistedParts, options?: CallOptions): Promise<Record<string, unknown>>
  post(parts?: UnlistedParts, options?: CallOptions): Promise<Record<string, unknown>>
}

/** Placeholders by name, beside `query` and `body`. */
export interface UnlistedParts {
  readonly query?: Readonly<Record<string, string>>
  readonly body?: Readonly<Record<string, unknown>>
  readonly [placeholder: string]: unknown
}

/**
 * The chain. `wx.chain.v3.medIns.orders.outTradeNo._out_trade_no_.get(…)`,
 * `wx.chain('v3/med-ins/orders/out-trade-no/{out_trade_no}').get(…)` and
 * `wx.chain['v3/med-ins/orders/out-trade-no/{out_trade_no}'].get(…)` are one call.
 */
export type Chain = Tree<Entry> & { readonly [P in Paths]: At<P> } & (<P extends Paths>(path: P) => At<P>) & {
    /** The only way to a path that is not declared, so that a misspelt one does not compile. */
    unlisted(path: `v3/${string}`): Unlisted
  }

/** Sends the parts of a request; what the chain leans on. */
export type SendParts = (
  operation: OperationShape,
  parts: ChainParts,
  options?: CallOptions,
) => Promise<unknown>

/** What a verb of the chain is given. */
export interface ChainParts {
  readonly query?: Record<string, unknown>
  readonly body?: Record<string, unknown>
  readonly [placeholder: string]: unknown
}

const byRoute = new Map<string, OperationShape>()
for (const operation of everyOperation) {
  if (!byRoute.has(operation.route)) byRoute.set(operation.route, operation)
}

/** Opens the chain. It is not thenable and remembers nothing: every step makes a new, empty view. */
export function openChain(send: SendParts): Chain {
  const verbs =
    (path: string, verb: 'GET' | 'POST') =>
    (parts: ChainParts = {}, options?: CallOptions) => {
      const operation = byRoute.get(`${verb} /${path}`)
      if (!operation)
        return Promise.reject(
          new TypeError(
            `${verb} /${path} is not declared; paths without a declaration go through chain.unlisted(path)`,
          ),
        )
      return send(operation, parts, options)
    }
  const view = (path: string): unknown =>
    new Proxy((given: string) => view(join(path, given)), {
      get(_target, name) {
        // A thenable chain would send a request when it is awaited by mistake.
        if (name === Symbol.toPrimitive) return () => `chain of /${path}`
        if (typeof name === 'symbol' || name === 'then' || name === 'toJSON') return undefined
        if (name === 'get' || name === 'post') return verbs(path, name === 'get' ? 'GET' : 'POST')
        if (name === 'unlisted' && path === '') return (given: string) => unlisted(given, send)
        return view(join(path, name.includes('/') ? name : segmentOf(name)))
      },
      has: () => false,
      ownKeys: () => [],
      getOwnPropertyDescriptor: () => undefined,
    })
  // The proxy serves every path; which of them exist is known to the type.
  return view('') as Chain
}

function join(path: string, more: string): string {
  const clean = more.replace(/^\/|\/$/g, '')
  return path === '' ? clean : `${path}/${clean}`
}

/** `outTradeNo` to `out-trade-no`, `_out_trade_no_` to `{out_trade_no}`. */
function segmentOf(name: string): string {
  const placeholder = /^_(\w+)_$/.exec(name)
  if (placeholder) return `{${placeholder[1]}}`
  return name.replace(/[A-Z]/g, (capital, at: number) =>
    at === 0 ? capital.toLowerCase() : `-${capital.toLowerCase()}`,
  )
}

function unlisted(path: string, send: SendParts): Unlisted {
  const call =
    (verb: 'GET' | 'POST') =>
    (parts: ChainParts = {}, options?: CallOptions) =>
      send(declareUnlisted(verb, join('', path), parts), parts, options) as Promise<Record<string, unknown>>
  return { get: call('GET'), post: call('POST') }
}

/** A declaration made of what is given: any text, any body. */
function declareUnlisted(
  verb: 'GET' | 'POST',
  path: string,
  { query, body, ...placeholders }: ChainParts,
): OperationShape {
  const anyText = kit.text(0, Number.POSITIVE_INFINITY)
  const fields = <F>(names: Record<string, unknown> | undefined, field: F) =>
    Object.fromEntries(Object.keys(names ?? {}).map((name) => [name, field]))
  return {
    id: `unlisted.${verb} /${path}`,
    title: 'A path that is not declared',
    dialect: 'apiv3',
    host: 'mainland',
    route: `${verb} /${path}`,
    path: fields(placeholders, anyText),
    query: fields(query, anyText),
    ...(verb === 'POST' && { body: fields(body, kit.optional(kit.anything)) }),
    result: kit.group({}),
    errors: [],
    repeat: verb === 'GET' ? 'read' : 'never',
    trust: 'signature',
    doc: '',
  }
}

/** The declaration of an unlisted operation by its id, for sending what was prepared. */
export function unlistedById(id: string): OperationShape | undefined {
  const match = /^unlisted\.(GET|POST) \/(v3\/.*)$/.exec(id)
  return match ? declareUnlisted(match[1] as 'GET', match[2] as string, {}) : undefined
}
