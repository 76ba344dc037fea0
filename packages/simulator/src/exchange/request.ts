/** A request as its bytes: what signatures are held against. */

/** The raw parts of a request. */
export interface RawRequest {
  readonly verb: string
  /** Path and query exactly as sent. */
  readonly target: string
  /** The part of `target` before the question mark. */
  readonly path: string
  /** The part of `target` after the question mark. */
  readonly search: string
  readonly body: Uint8Array
  header(name: string): string | undefined
}

/** The largest body the simulator reads, in bytes. */
export const maxBodyBytes = 4 * 1024 * 1024

/**
 * Reads a web request. `rawTarget` is the target as the socket received it; without a socket the
 * request's own address stands for it.
 */
export async function readRequest(request: Request, rawTarget?: string): Promise<RawRequest | 'too large'> {
  const address = new URL(request.url)
  const target = rawTarget ?? request.url.slice(request.url.indexOf(address.host) + address.host.length)
  const mark = target.indexOf('?')
  const body = await readBody(request, maxBodyBytes)
  if (body === 'too large') return body
  return {
    verb: request.method,
    target,
    path: mark < 0 ? target : target.slice(0, mark),
    search: mark < 0 ? '' : target.slice(mark + 1),
    body,
    header: (name) => request.headers.get(name) ?? undefined,
  }
}

/** The bytes of a body, unless there are more than `limit`. */
export async function readBody(request: Request, limit: number): Promise<Uint8Array | 'too large'> {
  if (!request.body) return new Uint8Array()
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of request.body) {
    size += part.byteLength
    if (size > limit) return 'too large'
    parts.push(part)
  }
  return parts.length === 1 ? (parts[0] as Uint8Array) : new Uint8Array(Buffer.concat(parts))
}
