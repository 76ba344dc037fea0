/** Messages that carry no signature because their interface has none. */
import type { Capture } from './capture.ts'
import { cause, type Diagnosis } from './cause.ts'

/** Explains a JSON message under an access_token; undefined for everything else. */
export function explainUnsigned(capture: Capture, message: 'request' | 'answer'): Diagnosis | undefined {
  const token = message === 'request' && /[?&]access_token=/.test(capture.target ?? '')
  if (!token && !(message === 'answer' && holdsErrcode(capture.body))) return undefined
  const says = 'a message under an access_token (WeCom): this interface signs nothing'
  const todo = 'what proves it is TLS and a token of your own; there is no signature to verify'
  return {
    dialect: 'token',
    message,
    verifies: false,
    causes: [cause('unsigned', says, todo)],
    notes: capture.notes,
    canonical: new Uint8Array(),
  }
}

function holdsErrcode(body: Uint8Array): boolean {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString())
    return typeof value === 'object' && value !== null && 'errcode' in value
  } catch {
    return false
  }
}
