/** Carrying bytes: what a transport is, and one over any `fetch`. */

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

const beforeTheFirstByte = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

/** Whether an error means that no connection came about, so that not one byte was written. */
export function isUnsent(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 10; cause = cause.cause, depth++) {
    if (!('code' in cause)) continue
    // Unreachable hosts and timeouts are reported of connections as well on which bytes were written.
    const call = 'syscall' in cause ? cause.syscall : undefined
    if (call !== undefined && call !== 'connect' && call !== 'getaddrinfo') return false
    if (beforeTheFirstByte.has(String(cause.code))) return true
    if (cause.code === 'ETIMEDOUT' && call === 'connect') return true
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
