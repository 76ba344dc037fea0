import { constants, createHash, type KeyObject, privateDecrypt, publicEncrypt } from 'node:crypto'
import { OpenError } from './resource.ts'
import { decodeBase64, modulusBytes } from './signature.ts'

/**
 * Encrypts a sensitive field to the platform's key: RSAES-OAEP with SHA-1 over UTF-8, as Base64 (protocol 9).
 *
 * Throws RangeError beyond `maxFieldBytes(key)`, 214 bytes for 2048 bits. With `seed`, 20 bytes, the result is
 * always the same: this is for simulations only. Without it Node draws the seed.
 *
 * @example sealField(name, readPublicKey(pem))
 */
export function sealField(plain: string, publicKey: KeyObject, seed?: Uint8Array): string {
  if (!plain.isWellFormed()) throw new RangeError('the field holds half a surrogate pair')
  const bytes = Buffer.from(plain)
  const limit = maxFieldBytes(publicKey)
  if (bytes.length > limit)
    throw new RangeError(`the field has ${bytes.length} bytes, at most ${limit} can be encrypted`)
  const sealed = seed
    ? publicEncrypt(
        { key: publicKey, padding: constants.RSA_NO_PADDING },
        pad(bytes, seed, modulusBytes(publicKey)),
      )
    : publicEncrypt({ key: publicKey, ...oaep }, bytes)
  return sealed.toString('base64')
}

/** Decrypts a field that was encrypted to the key's owner. Throws OpenError. */
export function openField(sealed: string, privateKey: KeyObject): string {
  const size = modulusBytes(privateKey)
  const bytes = sealed.length > maxSealedLength ? undefined : decodeBase64(sealed)
  if (bytes?.length !== size) {
    throw new OpenError(
      'ciphertext',
      `the field is not Base64 of ${size} bytes: was it cut, or never encrypted?`,
    )
  }
  try {
    return strictUtf8.decode(privateDecrypt({ key: privateKey, ...oaep }, bytes))
  } catch {
    // One message for every cause: telling them apart would help whoever sends guesses.
    throw new OpenError('content', 'the field does not open: it was encrypted to another key')
  }
}

/** How many bytes of plaintext an RSA key can seal in one field. */
export function maxFieldBytes(key: KeyObject): number {
  return modulusBytes(key) - 2 * hashBytes - 2
}

// EME-OAEP of RFC 8017, 7.1.1, with the empty label.
function pad(plain: Uint8Array, seed: Uint8Array, size: number): Buffer {
  if (seed.length !== hashBytes) throw new RangeError(`the seed has ${seed.length} bytes, not ${hashBytes}`)
  const padded = Buffer.alloc(size)
  const maskedSeed = padded.subarray(1, 1 + hashBytes)
  const block = padded.subarray(1 + hashBytes)
  sha1(new Uint8Array()).copy(block)
  block[block.length - plain.length - 1] = 1
  block.set(plain, block.length - plain.length)
  maskedSeed.set(seed)
  mask(block, seed)
  mask(maskedSeed, block)
  return padded
}

/** Mixes a block with what MGF1 makes of a seed. */
function mask(block: Uint8Array, seed: Uint8Array): void {
  const counter = Buffer.alloc(4)
  for (let start = 0; start < block.length; start += hashBytes) {
    counter.writeUInt32BE(start / hashBytes)
    const digest = sha1(seed, counter)
    block.subarray(start, start + hashBytes).forEach((byte, index, part) => {
      part[index] = byte ^ (digest[index] ?? 0)
    })
  }
}

function sha1(...parts: Uint8Array[]): Buffer {
  const hash = createHash('sha1')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

const oaep = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' }
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const hashBytes = 20
const maxSealedLength = 2048
