/** A request made ready: checked, sealed, its bytes fixed. Only the signature's time is still open. */
import { createHmac, type KeyObject } from 'node:crypto'
import { apiv3, type Host, type OperationShape, routeOf, type Verb, writeFlat } from '@chadan/protocol'
import type { Parts } from './input.ts'

/** A request that lacks only its signature. */
export interface Draft {
  /** The operation's id. */
  readonly operation: string
  readonly method: Verb
  readonly host: Host
  /** Path and query as they are signed and sent; an access_token is added when it is sent. */
  readonly target: string
  readonly body: Uint8Array
  readonly contentType: string | undefined
  /** The serial of the key under which fields were sealed: goes into `Wechatpay-Serial`. */
  readonly sealedUnder: string | undefined
  /** Headers that the operation declares. */
  readonly headers: Readonly<Record<string, string>>
}

/** The draft of a call: what every dialect takes from the declaration alike, with the body it made. */
export function draftOf(
  operation: OperationShape,
  parts: Parts,
  made: { body?: Uint8Array; contentType?: string; sealedUnder?: string },
): Draft {
  return {
    operation: operation.id,
    method: routeOf(operation).verb,
    host: operation.host,
    target: targetOf(operation, parts),
    body: made.body ?? new Uint8Array(),
    contentType: made.contentType,
    sealedUnder: made.sealedUnder,
    headers: Object.fromEntries(writeFlat(operation.headers ?? {}, parts.headers)),
  }
}

/** Path and query of an operation, encoded once: what is signed is what is sent. */
export function targetOf(operation: OperationShape, parts: Pick<Parts, 'path' | 'query'>): string {
  const { path } = routeOf(operation)
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    apiv3.encodeSegment(String(parts.path[name])),
  )
  const query = apiv3.encodeQuery(writeFlat(operation.query ?? {}, parts.query))
  return query === '' ? filled : `${filled}?${query}`
}

/**
 * What `prepare` gives and `send` takes. Keep it (all members are plain data and bytes) before you
 * send it: repeating a placement means sending these same bytes again.
 */
export interface Prepared<D extends OperationShape = OperationShape> extends Draft {
  /** Never set: carries the type of what `send` answers. */
  readonly types?: D
  /** HMAC-SHA256 of the plain input, hex: two inputs are the same exactly when their digests are. */
  readonly digest: string
}

/** A keyed digest of the input in a fixed order of names. Keyed, since names and id numbers can be guessed. */
export function digestOf(key: KeyObject, operation: string, parts: Parts): string {
  return createHmac('sha256', key)
    .update('chadan input\n')
    .update(operation)
    .update('\n')
    .update(inOrder(parts))
    .digest('hex')
}

function inOrder(value: unknown): string {
  if (value instanceof Uint8Array) return `bytes:${Buffer.from(value).toString('hex')}`
  if (Array.isArray(value)) return `[${value.map(inOrder).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${inOrder(member)}`).join(',')}}`
  }
  return JSON.stringify(value)
}
