/** Carrying bytes: a pooled undici transport by default, any `fetch` on request. */
import type { Dispatcher } from 'undici'

/** A request as bytes. */
export interface Outgoing {
  readonly method: string
  readonly url: string
  readonly headers: Record<string, string>
  readonly body?: Uint8Array | undefined
  readonly signal: AbortSignal
}

/** An answer as it arrives. */
export interface Incoming {
  readonly status: number
  header(name: string): string | null
  readonly body: AsyncIterable<Uint8Array>
}

/** Carries one request and brings the head of its answer. Never follows redirects. */
export type Transport = (request: Outgoing) => Promise<Incoming>

/** What a caller may give instead of the pool. */
export type Fetch = (request: Request) => Promise<Response>

/** A transport over any `fetch`. */
export function fetchTransport(fetch: Fetch): Transport {
  return async ({ method, url, headers, body, signal }) => {
    const request = new Request(url, {
      method,
      headers,
      signal,
      redirect: 'manual',
      ...(body && { body: body as BodyInit }),
    })
    const response = await fetch(request)
    return {
      status: response.status,
      header: (name) => response.headers.get(name),
      body: response.body ?? [],
    } as Incoming
  }
}

/** How the pool behaves. */
export interface PoolOptions {
  /** Connections per host. Default 64. */
  readonly connections?: number
}

/**
 * A pool of kept connections on undici, which is loaded at the first call. The platform closes idle
 * connections after 8 s, so ours are retired before.
 */
export function poolTransport({ connections = 64 }: PoolOptions = {}): Transport {
  let pool: Promise<Dispatcher> | undefined
  return async ({ method, url, headers, body, signal }) => {
    pool ??= import('undici').then(
      ({ Agent }) =>
        new Agent({ connections, keepAliveTimeout: 7_000, keepAliveMaxTimeout: 7_000, pipelining: 1 }),
    )
    const { origin, path } = splitUrl(url)
    const response = await (await pool).request({
      origin,
      path,
      method: method as Dispatcher.HttpMethod,
      headers,
      signal,
      body: body ?? null,
    })
    return {
      status: response.statusCode,
      header(name) {
        const value = response.headers[name.toLowerCase()]
        return Array.isArray(value) ? (value[0] ?? null) : (value ?? null)
      },
      body: response.body,
    }
  }
}

// Taken apart as text: what is signed is what is sent, and no parser may tidy it up in between.
function splitUrl(url: string): { origin: string; path: string } {
  const slash = url.indexOf('/', url.indexOf('//') + 2)
  return slash < 0 ? { origin: url, path: '/' } : { origin: url.slice(0, slash), path: url.slice(slash) }
}

const beforeTheFirstByte = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

/** Whether an error means that no connection came about, so that not one byte was written. */
export function isUnsent(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && beforeTheFirstByte.has(String(cause.code))) return true
  }
  return false
}

/** Thrown when an answer is larger than the limit. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge'
}

/** All bytes of a body, up to a limit. */
export async function readAll(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of body) {
    size += part.byteLength
    if (size > maxBytes) throw new TooLarge(`more than ${maxBytes} bytes`)
    parts.push(part)
  }
  return parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts, size)
}
