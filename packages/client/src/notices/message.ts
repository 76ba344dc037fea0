/** A message as it came, whatever carried it. */

/** What `receive` takes beside a web `Request`: the parts as your framework has them. `body` must be the raw bytes. */
export interface RawNotice {
  readonly method?: string
  /** Path and query, or the whole address; WeCom signs in the query. */
  readonly url?: string
  readonly headers: Headers | Readonly<Record<string, string | string[] | undefined>>
  readonly body: Uint8Array | string
}

/** A message with its body read. */
export interface Message {
  readonly method: string
  readonly query: URLSearchParams
  header(name: string): string | null
  readonly bytes: Uint8Array
}

/** Thrown when a body ended before its end. */
export class BodyBroken extends Error {
  override readonly name = 'BodyBroken'
}

/** Thrown when a body is larger than the limit. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge'
}

/** Reads a request or its raw parts. Throws `BodyTooLarge`, `BodyBroken`; `TypeError` when the body was parsed before. */
export async function readMessage(given: Request | RawNotice, maxBytes: number): Promise<Message> {
  if (given instanceof Request) {
    return {
      method: given.method,
      query: new URL(given.url).searchParams,
      header: (name) => given.headers.get(name),
      bytes: await readRequestBody(given, maxBytes),
    }
  }
  const { method = 'POST', url = '/', headers, body } = given
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) {
    throw new TypeError(
      'the body was parsed before it came here: pass the raw bytes, since they are what is signed',
    )
  }
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  if (bytes.byteLength > maxBytes) throw new BodyTooLarge()
  return {
    method,
    query: queryOf(url),
    header: headerReader(headers),
    bytes,
  }
}

// Most addresses of notices have no query, and parsing one costs as much as reading all headers.
function queryOf(url: string): URLSearchParams {
  const mark = url.indexOf('?')
  // Cut out, not parsed as an address: a request line may hold anything, and none of it may throw.
  return new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1).split('#')[0])
}

async function readRequestBody(request: Request, maxBytes: number): Promise<Uint8Array> {
  if (request.bodyUsed)
    throw new TypeError('the body was read before it came here: pass the untouched request')
  if (!request.body) return new Uint8Array()
  const parts: Uint8Array[] = []
  let size = 0
  try {
    for await (const part of request.body as unknown as AsyncIterable<Uint8Array>) {
      size += part.byteLength
      if (size > maxBytes) throw new BodyTooLarge()
      parts.push(part)
    }
  } catch (error) {
    throw error instanceof BodyTooLarge ? error : new BodyBroken()
  }
  return parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts, size)
}

function headerReader(headers: RawNotice['headers']): (name: string) => string | null {
  if (headers instanceof Headers) return (name) => headers.get(name)
  let lower: Map<string, string | string[] | undefined> | undefined
  return (name) => {
    const wanted = name.toLowerCase()
    // Node's own servers give names in lower case; only other spellings are gone through.
    if (Object.hasOwn(headers, wanted)) return joinedValues(headers[wanted])
    lower ??= new Map(Object.entries(headers).map(([given, value]) => [given.toLowerCase(), value]))
    return joinedValues(lower.get(wanted))
  }
}

function joinedValues(value: string | string[] | undefined): string | null {
  return (Array.isArray(value) ? value.join(', ') : value) ?? null
}
