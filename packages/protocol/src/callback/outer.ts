import { isUtf8 } from 'node:buffer'
import { createCipheriv, createDecipheriv, hash, timingSafeEqual } from 'node:crypto'
import { CallbackError } from './error.ts'
import { type CallbackKey, checkToken, keyBytes } from './key.ts'

/** What travels inside `encrypt`. */
export type OuterPlain = {
  /** 16 bytes of chance that make equal messages look different. */
  readonly random: Uint8Array
  readonly message: string
  /** For whom: the corpid, for self-built apps. */
  readonly receiveId: string
}

const BLOCK = 32

/**
 * Seals a message as WeCom does: AES-256-CBC over 16 random bytes, the length of the message as four bytes, the
 * message, the receiver; padded to a multiple of 32 bytes, not 16. Returns Base64.
 */
export function sealOuter(plain: OuterPlain, key: CallbackKey): string {
  if (plain.random.byteLength !== 16) {
    throw new CallbackError('encoding', `sealing takes 16 random bytes, found ${plain.random.byteLength}`)
  }
  const message = Buffer.from(plain.message)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(message.length)
  const content = Buffer.concat([plain.random, length, message, Buffer.from(plain.receiveId)])
  const pad = BLOCK - (content.length % BLOCK)
  const raw = keyBytes(key)
  const cipher = createCipheriv('aes-256-cbc', raw, raw.subarray(0, 16)).setAutoPadding(false)
  return Buffer.concat([
    cipher.update(content),
    cipher.update(Buffer.alloc(pad, pad)),
    cipher.final(),
  ]).toString('base64')
}

/** Opens what `sealOuter` sealed. Check the signature first: this layer has no authentication of its own. */
export function openOuter(encrypt: string, key: CallbackKey): OuterPlain {
  const content = unpad(decrypt(readBase64(encrypt, 'encrypt'), key))
  if (content.length < 20) {
    throw new CallbackError(
      'length',
      `the decrypted text has ${content.length} bytes, expected at least 20; ${LIKELY}`,
    )
  }
  const end = 20 + content.readUInt32BE(16)
  if (end > content.length) {
    throw new CallbackError(
      'length',
      `the message says ${end - 20} bytes, ${content.length - 20} are there; ${LIKELY}`,
    )
  }
  return {
    random: content.subarray(0, 16),
    message: readUtf8(content.subarray(20, end), 'message'),
    receiveId: readUtf8(content.subarray(end), 'receiver'),
  }
}

const LIKELY = 'likely another EncodingAESKey or a cut body'

function decrypt(sealed: Buffer, key: CallbackKey): Buffer {
  if (sealed.length === 0 || sealed.length % 16 !== 0) {
    throw new CallbackError(
      'decryption',
      `encrypt holds ${sealed.length} bytes, expected a multiple of 16; likely cut`,
    )
  }
  const raw = keyBytes(key)
  const decipher = createDecipheriv('aes-256-cbc', raw, raw.subarray(0, 16)).setAutoPadding(false)
  return Buffer.concat([decipher.update(sealed), decipher.final()])
}

function unpad(padded: Buffer): Buffer {
  const pad = padded[padded.length - 1] ?? 0
  const fits = pad >= 1 && pad <= BLOCK && pad <= padded.length
  if (!fits || padded.subarray(padded.length - pad).some((byte) => byte !== pad)) {
    throw new CallbackError(
      'padding',
      `the padding is not 1 to 32 equal bytes that count themselves; ${LIKELY}`,
    )
  }
  return padded.subarray(0, padded.length - pad)
}

/** Base64 in its one canonical form, so that no two texts mean the same bytes. */
export function readBase64(text: string, what: string): Buffer {
  const decoded = Buffer.from(text, 'base64')
  if (text === '' || decoded.toString('base64') !== text) {
    throw new CallbackError('encoding', `${what} (${text.length} characters) is not Base64`)
  }
  return decoded
}

/** Text of UTF-8 bytes; refuses what is not UTF-8 instead of replacing it. */
export function readUtf8(bytes: Buffer, what: string): string {
  if (!isUtf8(bytes)) throw new CallbackError('encoding', `the ${what} is not UTF-8; ${LIKELY}`)
  return bytes.toString('utf8')
}

/** The four texts under one WeCom signature. */
export type SignedTexts = {
  readonly token: string
  readonly timestamp: string
  readonly nonce: string
  readonly encrypt: string
}

/** `msg_signature`: SHA-1 over the four texts in the order of their code units, in lower-case hexadecimal. */
export function signCallback({ token, timestamp, nonce, encrypt }: SignedTexts): string {
  checkToken(token)
  return hash('sha1', [token, timestamp, nonce, encrypt].sort().join(''), 'hex')
}

/** Throws unless the signature fits; compares in constant time. */
export function checkSignature(texts: SignedTexts, signature: string): void {
  const expected = signCallback(texts)
  if (!/^[0-9a-f]{40}$/.test(signature)) {
    throw new CallbackError(
      'signature',
      `msg_signature has ${signature.length} characters, expected 40 of 0-9 and a-f`,
    )
  }
  if (!timingSafeEqual(Buffer.from(signature, 'latin1'), Buffer.from(expected, 'latin1'))) {
    throw new CallbackError(
      'signature',
      'msg_signature does not fit; likely another token, or a changed or decoded URL',
    )
  }
}
