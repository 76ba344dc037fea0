/** Reads bodies: bounded, and JSON only as what it says it is. */
import { parseJson } from '@chadan/protocol'
import { Problem } from './problems.ts'

/** Thrown when a body has more bytes than it may. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge'
}

/** The bytes of a body. Throws `BodyTooLarge` as soon as there are too many. */
export async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw new BodyTooLarge()
  if (!request.body) return new Uint8Array()
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of request.body) {
    size += part.byteLength
    if (size > maxBytes) throw new BodyTooLarge()
    parts.push(part)
  }
  const bytes = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.byteLength
  }
  return bytes
}

const jsonType = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i

/** Reads a JSON body. Throws `Problem`. */
export function readJson(headers: Headers, bytes: Uint8Array): unknown {
  if (!jsonType.test(headers.get('content-type') ?? '') || headers.has('content-encoding'))
    throw new Problem('unsupported_media_type')
  try {
    const value = parseJson(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
    inspect(value, 0)
    return value
  } catch (error) {
    if (error instanceof Problem) throw error
    throw new Problem('malformed_json', {
      detail: `${bytes.byteLength} bytes are not JSON in UTF-8`,
      cause: error,
    })
  }
}

const maxDepth = 32
const forbidden: readonly string[] = ['__proto__', 'constructor', 'prototype']

// Names that reach prototypes are refused at the border, whatever is done with the object later.
function inspect(value: unknown, depth: number): void {
  if (typeof value === 'bigint')
    throw new Problem('malformed_json', { detail: 'a number has more digits than are kept' })
  if (typeof value !== 'object' || value === null) return
  if (depth >= maxDepth) throw new Problem('malformed_json', { detail: `nested more than ${maxDepth} deep` })
  for (const [name, member] of Object.entries(value)) {
    if (forbidden.includes(name))
      throw new Problem('malformed_json', { detail: 'a member name is not allowed' })
    inspect(member, depth + 1)
  }
}
