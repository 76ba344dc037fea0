/** Prepared bytes and inputs as they are kept: a call that is repeated is these same bytes, signed afresh. */
import type { Prepared } from '@chadan/client'

/** Where the prepared bytes of an errand are kept. */
export function bodyId(order: string, number: string, step: string): string {
  return `${order}/${number}/${step}`
}

/** Where the input of an errand is kept, sealed: later calls repeat parts of it. */
export function inputId(order: string, number: string, step: string): string {
  return `${bodyId(order, number, step)}/input`
}

/** A prepared call as bytes. */
export function packPrepared({ body, types: _, ...prepared }: Prepared): Uint8Array {
  return Buffer.from(JSON.stringify({ ...prepared, body: Buffer.from(body).toString('base64') }))
}

/** The call that was packed. */
export function unpackPrepared(bytes: Uint8Array): Prepared {
  // What is kept was packed above, and its seal held.
  const { body, ...prepared } = JSON.parse(Buffer.from(bytes).toString()) as Omit<Prepared, 'body'> & {
    body: string
  }
  return { ...prepared, body: Buffer.from(body, 'base64') }
}

/** An input as bytes. */
export function packInput(input: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(input))
}

/** The input that was packed. */
export function unpackInput(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes).toString())
}
