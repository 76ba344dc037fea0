/** Reading a message as it was captured: raw HTTP text, or JSON with its parts. */
import { parseJson } from '@chadan/protocol'

/** A captured message. Nothing in it is decoded or tidied. */
export interface Capture {
  /** Of a request; a capture without its first line has none. */
  readonly method?: string
  /** Path and query as sent. */
  readonly target?: string
  /** Scheme and host, where they were captured. */
  readonly origin?: string
  /** Of an answer. */
  readonly status?: number
  /** The value of a header, whatever the case of its name. */
  header(name: string): string | undefined
  readonly body: Uint8Array
  /** The body was captured as a parsed object: its own bytes are lost. */
  readonly parsedBody?: true
  /** What is odd about the capture itself. */
  readonly notes: readonly string[]
}

/** A file that holds no message in one of the two forms. */
export class CaptureError extends Error {
  override readonly name = 'CaptureError'
}

const maxBytes = 4 * 1024 * 1024

/**
 * Reads a capture: the raw text of an HTTP message, or JSON `{ method, url, status, headers, body }` whose body is
 * text or, as `bodyBase64`, bytes. Throws `CaptureError`.
 */
export function readCapture(bytes: Uint8Array): Capture {
  if (bytes.byteLength > maxBytes)
    throw new CaptureError(`${bytes.byteLength} bytes, more than the ${maxBytes} that are read`)
  const text = Buffer.from(bytes).toString('latin1')
  const json = /^\s*\{/.test(text) ? readJsonCapture(bytes) : undefined
  return json ?? readRaw(bytes, text)
}

function readJsonCapture(bytes: Uint8Array): Capture | undefined {
  let value: unknown
  try {
    value = parseJson(Buffer.from(bytes).toString())
  } catch {
    return undefined
  }
  const given = value as Record<string, unknown>
  if (!('headers' in given) && !('body' in given) && !('bodyBase64' in given))
    throw new CaptureError('a JSON object without headers and body: give { method, url, headers, body }')
  const { body, parsedBody } = readBody(given)
  return {
    ...(typeof given.method === 'string' && { method: given.method }),
    ...(typeof given.url === 'string' && splitUrl(given.url)),
    ...(typeof given.status === 'number' && { status: given.status }),
    header: headerReader(readHeaders(given.headers)),
    body,
    ...(parsedBody && { parsedBody }),
    notes: parsedBody
      ? [
          'the capture holds the body as parsed JSON, so the bytes that were signed are lost: capture the raw text',
        ]
      : [],
  }
}

function readBody(given: Record<string, unknown>): { body: Uint8Array; parsedBody?: true } {
  if (typeof given.bodyBase64 === 'string') return { body: Buffer.from(given.bodyBase64, 'base64') }
  if (given.body === undefined || given.body === null) return { body: new Uint8Array() }
  if (typeof given.body === 'string') return { body: Buffer.from(given.body) }
  return { body: Buffer.from(JSON.stringify(given.body)), parsedBody: true }
}

/** An object of names, or a list of `{ name, value }` as HAR files have it. */
function readHeaders(given: unknown): [string, string][] {
  if (Array.isArray(given))
    return given.flatMap((one: unknown) => {
      const { name, value } = (one ?? {}) as Record<string, unknown>
      return typeof name === 'string' ? [[name, String(value)] as [string, string]] : []
    })
  if (typeof given !== 'object' || given === null) return []
  return Object.entries(given).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one): [string, string] => [name, String(one)]),
  )
}

function readRaw(bytes: Uint8Array, text: string): Capture {
  const blank = /\r?\n\r?\n/.exec(text)
  const headEnd = blank ? blank.index : text.trimEnd().length
  const [first = '', ...rest] = text.slice(0, headEnd).split(/\r?\n/)
  const started = readStart(first)
  const lines = started ? rest : [first, ...rest]
  const headers = lines.flatMap((line): [string, string][] => {
    const colon = line.indexOf(':')
    return colon > 0 ? [[line.slice(0, colon), line.slice(colon + 1).trim()]] : []
  })
  if (!started && headers.length === 0)
    throw new CaptureError('no HTTP message: expected a first line, headers, an empty line and the body')
  const header = headerReader(headers)
  const body = bytes.subarray(blank ? blank.index + blank[0].length : bytes.byteLength)
  const announced = Number(header('content-length') ?? Number.NaN)
  const differs = Number.isInteger(announced) && announced !== body.byteLength
  return {
    ...started,
    header,
    body,
    notes: differs
      ? [
          `Content-Length says ${announced} bytes, the capture holds ${body.byteLength}: it was changed or cut when it was saved`,
        ]
      : [],
  }
}

function readStart(line: string): Pick<Capture, 'method' | 'target' | 'origin' | 'status'> | undefined {
  const request = /^([A-Za-z]{3,10}) ((?:\/|https?:\/\/)\S*)(?: HTTP\/[0-9.]+)?$/.exec(line)
  if (request) return { method: request[1] as string, ...splitUrl(request[2] as string) }
  const answer = /^HTTP\/[0-9.]+ (\d{3})/.exec(line)
  return answer ? { status: Number(answer[1]) } : undefined
}

/** Taken apart as text: a parser would tidy up what was signed. */
function splitUrl(url: string): { target: string; origin?: string } {
  const scheme = /^https?:\/\//i.exec(url)
  if (!scheme) return { target: url }
  const slash = url.indexOf('/', scheme[0].length)
  return slash < 0 ? { target: '/', origin: url } : { target: url.slice(slash), origin: url.slice(0, slash) }
}

function headerReader(headers: readonly [string, string][]): (name: string) => string | undefined {
  return (name) => {
    const values = headers
      .filter(([one]) => one.toLowerCase() === name.toLowerCase())
      .map(([, value]) => value)
    return values.length > 0 ? values.join(', ') : undefined
  }
}
