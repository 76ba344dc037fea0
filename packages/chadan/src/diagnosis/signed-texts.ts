/** The texts that may stand under a signature: the right one first, then those with one change, then with several. */
import { createHash, type Hash } from 'node:crypto'
import { apiv3 } from '@chadan/protocol'
import type { Variant } from './bodies.ts'
import { type Cause, cause } from './cause.ts'

/** One text that may have been signed. */
export interface SignedText {
  /** What it would mean; nothing for the right text. */
  readonly causes: readonly Cause[]
  /** Feeds the text into a hash without putting it together. */
  feed(hash: Hash): void
  bytes(): Uint8Array
}

type Pieces = readonly (string | Uint8Array)[]
type Shape = { readonly cause: Cause | undefined; pieces(parts: Parts): Pieces | undefined }

interface Parts {
  readonly head: readonly string[]
  readonly body: Uint8Array
}

const asDocumented = 'end every line, the last one too, with one line feed'

const shapes: readonly Shape[] = [
  { cause: undefined, pieces: ({ head, body }) => [lines(head), body, '\n'] },
  {
    cause: cause('text.finalLf', 'the signed text lacks its last line feed', asDocumented),
    pieces: ({ head, body }) => (body.byteLength > 0 ? [lines(head), body] : undefined),
  },
  {
    cause: cause(
      'text.emptyLine',
      'the signed text lacks the line of the empty body',
      'a request without a body still signs an empty line',
    ),
    pieces: ({ head, body }) => (body.byteLength === 0 ? [lines(head)] : undefined),
  },
  {
    cause: cause('text.noEnds', 'the signed text ends after its lines without any line feed', asDocumented),
    pieces: ({ head, body }) => (body.byteLength === 0 ? [head.join('\n')] : undefined),
  },
  {
    cause: cause('text.crlf', 'the lines of the signed text end with CRLF', asDocumented),
    pieces: ({ head, body }) => [`${head.join('\r\n')}\r\n`, body, '\r\n'],
  },
  {
    cause: cause(
      'text.backslashN',
      'the lines of the signed text end with backslash and n, two characters',
      'use the line feed character itself',
    ),
    pieces: ({ head, body }) => [`${head.join('\\n')}\\n`, body, '\\n'],
  },
  {
    cause: cause(
      'text.joined',
      'the parts of the signed text stand without line feeds between them',
      asDocumented,
    ),
    pieces: ({ head, body }) => [head.join(''), body],
  },
  {
    cause: cause(
      'text.order',
      'nonce and timestamp changed places in the signed text',
      'the timestamp comes before the nonce',
    ),
    pieces: ({ head, body }) => [lines(swapped(head)), body, '\n'],
  },
]

const lines = (head: readonly string[]): string => `${head.join('\n')}\n`
const swapped = (head: readonly string[]): string[] => [...head.slice(0, -2), ...head.slice(-2).toReversed()]

/** Larger bodies are tried with one change at a time. */
const manyChangesUpTo = 64 * 1024

interface Found {
  readonly texts: readonly SignedText[]
  /** The text as it has to be. */
  readonly canonical: Uint8Array
}

/** The texts of a request: method, address, timestamp, nonce, body. */
export function requestTexts(given: {
  method: string
  targets: readonly Variant<string>[]
  bodies: readonly Variant<Uint8Array>[]
  timestamp: string
  nonce: string
}): Found {
  const { targets, bodies, timestamp, nonce } = given
  const method = given.method.toUpperCase()
  const heads: Variant<readonly string[]>[] = targets.map(({ value, cause: why }) => ({
    value: [method, value, timestamp, nonce],
    cause: why,
  }))
  const target = targets[0]?.value ?? ''
  const oddHeads: Variant<readonly string[]>[] = [
    {
      value: [method.toLowerCase(), target, timestamp, nonce],
      cause: cause('text.method', 'the method is in lower case in the signed text', 'sign it in capitals'),
    },
    {
      value: [target, method, timestamp, nonce],
      cause: cause(
        'text.order',
        'address and method changed places in the signed text',
        'the order is method, address, timestamp, nonce, body',
      ),
    },
    ...(method === 'POST' ? ['GET'] : ['POST']).map((other) => ({
      value: [other, target, timestamp, nonce],
      cause: cause(
        'text.otherMethod',
        `the signed text says ${other}, the request is a ${method}`,
        'sign the method that is sent',
      ),
    })),
    {
      value: [timestamp, nonce],
      cause: cause(
        'text.answer',
        'the text was made like that of an answer: timestamp, nonce, body',
        'a request signs method and address first',
      ),
    },
  ]
  return {
    texts: combined([...heads, ...oddHeads], bodies),
    canonical: apiv3.requestText({ method, target, timestamp, nonce, body: bodies[0]?.value ?? '' }),
  }
}

/** The texts of an answer or a notice: timestamp, nonce, body. */
export function signedTexts(given: {
  bodies: readonly Variant<Uint8Array>[]
  timestamp: string
  nonce: string
}): Found {
  const { bodies, timestamp, nonce } = given
  return {
    texts: combined([{ value: [timestamp, nonce], cause: undefined }], bodies),
    canonical: apiv3.responseText({ timestamp, nonce, body: bodies[0]?.value ?? '' }),
  }
}

function combined(
  heads: readonly Variant<readonly string[]>[],
  bodies: readonly Variant<Uint8Array>[],
): SignedText[] {
  const most = (bodies[0]?.value.byteLength ?? 0) > manyChangesUpTo ? 1 : 3
  const texts: SignedText[] = []
  for (const head of heads)
    for (const body of bodies)
      for (const shape of shapes) {
        const causes = [shape.cause, head.cause, body.cause].filter((one) => one !== undefined)
        if (causes.length > most) continue
        const pieces = shape.pieces({ head: head.value, body: body.value })
        if (pieces) texts.push(textOf(causes, pieces))
      }
  return texts.sort((a, b) => a.causes.length - b.causes.length)
}

function textOf(causes: readonly Cause[], pieces: Pieces): SignedText {
  return {
    causes,
    feed(hash) {
      for (const piece of pieces) hash.update(piece)
    },
    bytes: () =>
      Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece))),
  }
}

/** The digest of a text, hexadecimal. */
export function digestOf(text: SignedText, algorithm: string): string {
  const hash = createHash(algorithm)
  text.feed(hash)
  return hash.digest('hex')
}
