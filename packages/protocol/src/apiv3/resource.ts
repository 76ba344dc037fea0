import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto'
import { decodeBase64 } from './signature.ts'

/** The only way in which the platform encrypts notifications and certificates here. */
export const resourceAlgorithm = 'AEAD_AES_256_GCM'

/** An encrypted part as it travels: of a notification or of the certificate list. */
export type Resource = {
  algorithm: string
  ciphertext: string
  associated_data?: string
  nonce: string
}

/** Something sealed that could not be opened. `part` is what failed; nothing of the content is in the message. */
export class OpenError extends Error {
  override name = 'OpenError'
  readonly part: 'algorithm' | 'key' | 'nonce' | 'ciphertext' | 'tag' | 'content'

  constructor(part: OpenError['part'], reason: string) {
    super(reason)
    this.part = part
  }
}

/**
 * Opens an encrypted resource and checks its tag (protocol 8.3). Throws OpenError, and never returns unchecked plaintext.
 * A key that opens many is best given as a KeyObject: Node takes it without looking at it again.
 *
 * @example JSON.parse(new TextDecoder().decode(openResource(envelope.resource, apiV3Key)))
 */
export function openResource(resource: Resource, apiV3Key: string | Uint8Array | KeyObject): Uint8Array {
  if (typeof resource !== 'object' || resource === null)
    throw new OpenError('ciphertext', 'there is no encrypted resource')
  const { algorithm, ciphertext, associated_data = '', nonce } = resource
  if (algorithm !== resourceAlgorithm)
    throw new OpenError('algorithm', `algorithm is not ${resourceAlgorithm}`)
  if (typeof ciphertext !== 'string' || typeof nonce !== 'string') {
    throw new OpenError('ciphertext', 'ciphertext and nonce must be text')
  }
  if (associated_data !== null && typeof associated_data !== 'string') {
    throw new OpenError('ciphertext', 'associated_data must be text')
  }
  if (ciphertext.length > maxCiphertextLength) {
    throw new OpenError(
      'ciphertext',
      `ciphertext has ${ciphertext.length} characters, more than ${maxCiphertextLength}`,
    )
  }
  const sealed = decodeBase64(ciphertext)
  if (!sealed)
    throw new OpenError(
      'ciphertext',
      `ciphertext of ${ciphertext.length} characters is not whole Base64: was it cut?`,
    )
  return openBytes(sealed, { key: apiV3Key, nonce, associatedData: associated_data ?? '' })
}

/**
 * Seals bytes as the platform does. The caller brings the nonce, 12 ASCII characters, and never uses it twice with one key.
 *
 * @example sealResource(JSON.stringify(order), { apiV3Key, nonce, associatedData: 'transaction' })
 */
export function sealResource(
  plain: string | Uint8Array,
  options: { apiV3Key: string | Uint8Array | KeyObject; nonce: string; associatedData?: string },
): Required<Resource> {
  const { apiV3Key, nonce, associatedData = '' } = options
  const cipher = createCipheriv('aes-256-gcm', cipherKey(apiV3Key), nonceBytes(nonce), {
    authTagLength: tagBytes,
  })
  cipher.setAAD(Buffer.from(associatedData))
  const sealed = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  return {
    algorithm: resourceAlgorithm,
    ciphertext: sealed.toString('base64'),
    associated_data: associatedData,
    nonce,
  }
}

/** Opens AES-256-GCM bytes that end in their tag: the inside of `openResource`, and the form of encrypted bills. */
export function openBytes(
  sealed: Uint8Array,
  options: { key: string | Uint8Array | KeyObject; nonce: string; associatedData?: string },
): Uint8Array {
  if (sealed.length < tagBytes)
    throw new OpenError('ciphertext', `${sealed.length} bytes are fewer than a tag has: was it cut?`)
  const { key, nonce, associatedData = '' } = options
  const decipher = createDecipheriv('aes-256-gcm', cipherKey(key), nonceBytes(nonce), {
    authTagLength: tagBytes,
  })
  decipher.setAAD(Buffer.from(associatedData))
  decipher.setAuthTag(sealed.subarray(-tagBytes))
  const plain = decipher.update(sealed.subarray(0, -tagBytes))
  try {
    // In GCM the last step yields no bytes: it only checks the tag.
    decipher.final()
  } catch {
    throw new OpenError(
      'tag',
      'the tag does not match: wrong APIv3 key (reset in the console, not here? another merchant?), or the message was changed or cut',
    )
  }
  return plain
}

function cipherKey(key: string | Uint8Array | KeyObject): Uint8Array | KeyObject {
  const bytes = typeof key === 'string' ? Buffer.from(key) : key
  const size = bytes instanceof Uint8Array ? bytes.length : (bytes.symmetricKeySize ?? 0)
  if (size !== 32) throw new OpenError('key', `the key has ${size} bytes, not 32`)
  return bytes
}

function nonceBytes(nonce: string): Uint8Array {
  const bytes = Buffer.from(nonce)
  if (bytes.length !== 12 && bytes.length !== 16)
    throw new OpenError('nonce', `the nonce has ${bytes.length} bytes, not 12 or 16`)
  return bytes
}

const tagBytes = 16
const maxCiphertextLength = 1_048_576
