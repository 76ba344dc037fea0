import { createCipheriv, createDecipheriv } from 'node:crypto'
import { CallbackError } from './error.ts'
import { type CallbackKey, keyBytes } from './key.ts'
import { readBase64, readUtf8 } from './outer.ts'

/** The sealed part of a notice. `ciphertext` is Base64 and ends with the 16-byte tag. */
export type SealedResource = {
  readonly algorithm: string
  readonly ciphertext: string
  readonly nonce: string
  readonly associated_data: string
}

const ALGORITHM = 'AEAD_AES_256_GCM'
const TAG_BYTES = 16
const NONCE_BYTES = 12

/**
 * Opens the inner layer of a notice: AES-256-GCM, tag checked before a byte is used. No page names the key; it is
 * taken to be the EncodingAESKey's, and `readInnerKey` makes another where that turns out wrong.
 *
 * @example JSON.parse(openInner(readNotice(message).resource, key))
 */
export function openInner(resource: SealedResource, key: CallbackKey): string {
  if (resource.algorithm !== ALGORITHM) {
    throw new CallbackError(
      'notice',
      `the algorithm (${resource.algorithm.length} characters) is not ${ALGORITHM}`,
    )
  }
  const nonce = readNonce(resource.nonce)
  const sealed = readBase64(resource.ciphertext, 'ciphertext')
  if (sealed.length < TAG_BYTES)
    throw new CallbackError('tag', `ciphertext holds ${sealed.length} bytes, expected at least 16`)
  const decipher = createDecipheriv('aes-256-gcm', keyBytes(key), nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(resource.associated_data))
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
  const opened = decipher.update(sealed.subarray(0, -TAG_BYTES))
  try {
    decipher.final()
  } catch {
    throw new CallbackError(
      'tag',
      'the tag does not fit; likely another inner key, or a cut or changed resource',
    )
  }
  return readUtf8(opened, 'opened resource')
}

/** Seals the inner layer. The nonce is 12 ASCII characters, never used twice with one key. */
export function sealInner(
  plain: { readonly text: string; readonly nonce: string; readonly associatedData?: string },
  key: CallbackKey,
): SealedResource {
  const { nonce, associatedData = '' } = plain
  const cipher = createCipheriv('aes-256-gcm', keyBytes(key), readNonce(nonce), { authTagLength: TAG_BYTES })
  cipher.setAAD(Buffer.from(associatedData))
  const sealed = Buffer.concat([cipher.update(plain.text, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return {
    algorithm: ALGORITHM,
    ciphertext: sealed.toString('base64'),
    nonce,
    associated_data: associatedData,
  }
}

function readNonce(text: string): Buffer {
  const nonce = Buffer.from(text)
  if (nonce.length !== NONCE_BYTES)
    throw new CallbackError('notice', `nonce has ${nonce.length} bytes, expected ${NONCE_BYTES}`)
  return nonce
}
