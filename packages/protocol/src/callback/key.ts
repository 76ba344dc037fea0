import { CallbackError } from './error.ts'

/** The AES key of a callback, made by `readEncodingAesKey` or `readInnerKey` alone. Its bytes are not a property. */
export type CallbackKey = { readonly kind: 'callback_key' }

const bytes = new WeakMap<CallbackKey, Buffer>()

/**
 * Reads an EncodingAESKey: 43 letters and digits, the Base64 of 32 bytes without its `=`. The two spare bits of the
 * last character are ignored, because the console draws all 43 characters at random.
 */
export function readEncodingAesKey(text: string | undefined): CallbackKey {
  if (typeof text !== 'string' || text === '') throw new CallbackError('key', 'the EncodingAESKey is missing')
  if (text.length !== 43) {
    throw new CallbackError('key', `the EncodingAESKey has ${text.length} characters, expected 43`)
  }
  const odd = text.search(/[^A-Za-z0-9]/)
  if (odd !== -1) throw new CallbackError('key', `the EncodingAESKey has no letter or digit at ${odd}`)
  return keep(Buffer.from(`${text}=`, 'base64'))
}

/**
 * Reads a key of its own for the inner layer: 32 visible ASCII characters, like an APIv3 key. No page says which key
 * seals the inner layer; the EncodingAESKey is the default, this is the alternative.
 */
export function readInnerKey(text: string | undefined): CallbackKey {
  if (typeof text !== 'string' || !/^[\x21-\x7e]{32}$/.test(text)) {
    throw new CallbackError(
      'key',
      `the inner key has ${text?.length ?? 0} characters, expected 32 visible ASCII ones`,
    )
  }
  return keep(Buffer.from(text, 'latin1'))
}

function keep(raw: Buffer): CallbackKey {
  const key: CallbackKey = Object.freeze({ kind: 'callback_key' })
  bytes.set(key, raw)
  return key
}

/** The 32 bytes of a key, for the sealing functions of this folder alone. */
export function keyBytes(key: CallbackKey): Buffer {
  const raw = bytes.get(key)
  if (raw === undefined)
    throw new CallbackError('key', 'the key was not made by readEncodingAesKey or readInnerKey')
  return raw
}

/** A callback token: 1 to 32 letters and digits. A missing one would make everybody's signature fit. */
export function checkToken(token: string): void {
  if (typeof token !== 'string' || !/^[A-Za-z0-9]{1,32}$/.test(token)) {
    throw new CallbackError(
      'key',
      `the callback token has ${token?.length ?? 0} characters, expected 1 to 32 letters and digits`,
    )
  }
}
