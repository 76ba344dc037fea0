/** Bytes of a body. A string stands for its UTF-8 bytes. */
export type Body = string | Uint8Array

/**
 * The five lines that a request's signature covers (protocol 3.1).
 *
 * `target` is the path and query exactly as sent, `timestamp` the seconds as in the header, `body` the bytes as sent. An upload
 * passes the text of its `meta` part as body. Throws RangeError when a line other than the body holds a line feed.
 *
 * @example requestText({ method: 'GET', target: '/v3/certificates', timestamp: '1773714030', nonce, body: '' })
 */
export function requestText(request: {
  method: string
  target: string
  timestamp: string
  nonce: string
  body: Body
}): Uint8Array {
  const { method, target, timestamp, nonce, body } = request
  return join(lines([method.toUpperCase(), target, timestamp, nonce]), body)
}

/** The three lines that the signature of an answer or a notification covers (protocol 4). Throws as `requestText` does. */
export function responseText(response: { timestamp: string; nonce: string; body: Body }): Uint8Array {
  return join(lines([response.timestamp, response.nonce]), response.body)
}

/** Values as lines, each ended by a line feed. A value with a line feed could pose as two lines and is refused. */
export function lines(values: readonly string[]): string {
  let text = ''
  for (const value of values) {
    if (value.includes('\n'))
      throw new RangeError(`line ${values.indexOf(value) + 1} of the signed text holds a line feed`)
    text += `${value}\n`
  }
  return text
}

function join(head: string, body: Body): Uint8Array {
  if (typeof body === 'string') return encoder.encode(`${head}${body}\n`)
  if (body.length === 0) return encoder.encode(`${head}\n`)
  const first = encoder.encode(head)
  const text = new Uint8Array(first.length + body.length + 1)
  text.set(first)
  text.set(body, first.length)
  text[text.length - 1] = lineFeed
  return text
}

const encoder = new TextEncoder()
const lineFeed = 0x0a
