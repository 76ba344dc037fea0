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

/** As `verifyText`, for a text in pieces, so that a large body is not copied. */
export function verifyPieces(
  pieces: readonly (string | Uint8Array)[],
  signature: string,
  publicKey: KeyObject,
): boolean {
  const bytes = signatureBytes(signature, publicKey)
  if (bytes === undefined) return false
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
  if (publicKey.asymmetricKeyType !== 'rsa' || signature.length > maxSignatureLength) return undefined
  const bytes = decodeBase64(signature)
  return bytes?.length === modulusBytes(publicKey) ? bytes : undefined
}

/** Length of an RSA key's modulus in bytes, which is the length of all it signs and seals. */
export function modulusBytes(key: KeyObject): number {
  return Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8)
}

const maxSignatureLength = 2048
