import { createVerify, type KeyObject, sign, verify } from 'node:crypto'

/**
 * Signs a text with RSASSA-PKCS1-v1_5 and SHA-256, as Base64. Throws TypeError for a key that is not a private RSA key.
 *
 * @example signText(requestText(request), readPrivateKey(pem))
 */
export function signText(text: Uint8Array, privateKey: KeyObject): string {
  if (privateKey.type !== 'private' || privateKey.asymmetricKeyType !== 'rsa') {
    throw new TypeError('signing takes a private RSA key')
  }
  return sign('sha256', text, privateKey).toString('base64')
}

/** Whether `signature`, strict Base64, is that of `text` under an RSA key. Never throws. */
export function verifyText(text: Uint8Array, signature: string, publicKey: KeyObject): boolean {
  const bytes = signatureBytes(signature, publicKey)
  return bytes !== undefined && verify('sha256', text, publicKey, bytes)
}

/** As `verifyText`, for a text in pieces; a large body is not copied. */
export function verifyPieces(
  pieces: readonly (string | Uint8Array)[],
  signature: string,
  publicKey: KeyObject,
): boolean {
  const bytes = signatureBytes(signature, publicKey)
  if (bytes === undefined) return false
  // One call is the faster way; only a large body is worth not being copied for it.
  const size = pieces.reduce((sum, piece) => sum + piece.length, 0)
  if (size <= maxCopiedLength) return verify('sha256', joined(pieces), publicKey, bytes)
  const verifier = createVerify('sha256')
  for (const piece of pieces) verifier.update(piece)
  return verifier.verify(publicKey, bytes)
}

/** The bytes of standard Base64 in its one canonical form, or undefined: Node alone would skip whatever it does not know. */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}

function signatureBytes(signature: string, publicKey: KeyObject): Buffer | undefined {
  if (signature.length > maxSignatureLength) return undefined
  const size = modulusBytes(publicKey)
  const bytes = size > 0 ? decodeBase64(signature) : undefined
  return bytes?.length === size ? bytes : undefined
}

function joined(pieces: readonly (string | Uint8Array)[]): Buffer {
  let size = 0
  for (const piece of pieces) size += typeof piece === 'string' ? Buffer.byteLength(piece) : piece.length
  const whole = Buffer.allocUnsafe(size)
  let end = 0
  for (const piece of pieces) {
    if (typeof piece === 'string') end += whole.write(piece, end)
    else {
      whole.set(piece, end)
      end += piece.length
    }
  }
  return whole
}

/** Length of an RSA key's modulus in bytes, which is the length of all it signs and seals; 0 for other keys. */
export function modulusBytes(key: KeyObject): number {
  const known = sizes.get(key)
  if (known !== undefined) return known
  const bits = key.asymmetricKeyType === 'rsa' ? (key.asymmetricKeyDetails?.modulusLength ?? 0) : 0
  const size = Math.ceil(bits / 8)
  sizes.set(key, size)
  return size
}

// A key never changes, and Node works out its details anew each time it is asked.
const sizes = new WeakMap<KeyObject, number>()

const maxSignatureLength = 2048
const maxCopiedLength = 65_536
