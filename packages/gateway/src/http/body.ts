/** Reads bodies: bounded, and JSON only as what it says it is. */
import { parseJson } from '@chadan/protocol'
import { hasNameTwice } from './names.ts'
import { Problem } from './problems.ts'

/** Thrown when a body has more bytes than it may. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge'
}

/** Thrown when a body was given up before it had come whole. */
export class BodyGivenUp extends Error {
  override readonly name = 'BodyGivenUp'
}

/** How much bodies that are still arriving may hold together, in bytes. */
export class Room {
  #left: number

  constructor(bytes: number) {
    this.#left = bytes
  }

  /** Whether there was room for so many more. */
  take(bytes: number): boolean {
    if (bytes > this.#left) return false
    this.#left -= bytes
    return true
  }

  give(bytes: number): void {
    this.#left += bytes
  }
}

/**
 * The bytes of a body. Throws `BodyTooLarge` as soon as there are too many, `BodyGivenUp` when its sender
 * hangs up, the signal says so or the room for bodies of strangers is full; what has come by then is let go.
 */
export async function readBytes(
  request: Request,
  maxBytes: number,
  { signal, room }: { signal?: AbortSignal | undefined; room?: Room | undefined } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw new BodyTooLarge()
  if (!request.body) return new Uint8Array()
  const reader = request.body.getReader()
  const stop = () => void reader.cancel().catch(() => {})
  signal?.addEventListener('abort', stop, { once: true })
  const parts: Uint8Array[] = []
  let size = 0
  let held = 0
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw new BodyGivenUp('the sender hung up', { cause: error })
      })
      if (signal?.aborted) throw new BodyGivenUp()
      if (done) break
      size += value.byteLength
      if (size > maxBytes) throw new BodyTooLarge()
      if (room && !room.take(value.byteLength)) throw new BodyGivenUp()
      held += value.byteLength
      parts.push(value)
    }
  } catch (error) {
    stop()
    throw error
  } finally {
    signal?.removeEventListener('abort', stop)
    room?.give(held)
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
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    const value = parseJson(text)
    inspect(value, 0)
    if (hasNameTwice(text)) throw new Problem('malformed_json', { detail: 'a member stands twice' })
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
