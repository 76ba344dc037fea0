import { createCipheriv, createDecipheriv } from 'node:crypto'
import { BillError } from './error.ts'
import type { BillSource } from './parse.ts'
import { type BillHash, type GunzipLimits, gunzipBill, verifyBillHash } from './stream.ts'

/** One encrypted part of a fund-flow bill, its key already opened with the merchant's private key. */
export interface SealedBillPart extends BillHash {
  /** Place of the part, from 1. */
  readonly bill_sequence: number
  /** Text of 16 bytes, used whole as the GCM nonce. */
  readonly nonce: string
  /** AES-256 key, 32 bytes: `encrypt_key` after RSA decryption. */
  readonly key: Uint8Array
  /** The bytes that were downloaded. */
  readonly body: BillSource
}

/** How much a sealed bill may hold. */
export interface SealedLimits extends GunzipLimits {
  /** Encrypted bytes of one part, which is held in memory until its tag is verified. Default 256 MiB. */
  readonly maxSealedBytes?: number | undefined
}

const tagBytes = 16
const nonceBytes = 16

/**
 * Opens AEAD_AES_256_GCM parts one after the other, in the order of `bill_sequence`: decrypt, unpack if
 * packed, compare the digest. No byte of a part leaves before its tag is verified.
 * @throws BillError when a part is missing, too large, or not what was sealed.
 * @example parseBill(openSealedBill(parts), { kind: 'fundFlow' })
 */
export async function* openSealedBill(
  parts: readonly SealedBillPart[],
  limits: SealedLimits = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const ordered = parts.toSorted((a, b) => a.bill_sequence - b.bill_sequence)
  for (const [place, part] of ordered.entries()) {
    if (part.bill_sequence !== place + 1) {
      throw new BillError({
        expected: `bill_sequence from 1 to ${parts.length}`,
        found: 'a gap or a repetition',
      })
    }
  }
  for (const part of ordered) {
    const sealed = await gathered(part.body, limits.maxSealedBytes ?? 2 ** 28)
    const opened = [openBytes(sealed, part)]
    const plain = isGzip(opened[0]) ? gunzipBill(opened, limits) : opened
    yield* verifyBillHash(plain, part)
  }
}

/** Seals one part as the platform does: AES-256-GCM, tag last. */
export function sealBillPart(
  bytes: Uint8Array,
  { key, nonce }: Pick<SealedBillPart, 'key' | 'nonce'>,
): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonceOf(nonce))
  return Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()])
}

function openBytes(sealed: Buffer, { key, nonce }: Pick<SealedBillPart, 'key' | 'nonce'>): Buffer {
  if (key.length !== 32) throw new BillError({ expected: 'a key of 32 bytes', found: `${key.length}` })
  if (sealed.length < tagBytes)
    throw new BillError({ expected: 'sealed bytes and a tag', found: 'too few bytes' })
  const cut = sealed.length - tagBytes
  const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(nonce), { authTagLength: tagBytes })
  decipher.setAuthTag(sealed.subarray(cut))
  const text = decipher.update(sealed.subarray(0, cut))
  try {
    return Buffer.concat([text, decipher.final()])
  } catch (cause) {
    throw new BillError({ expected: 'bytes sealed with this key and nonce', found: 'others' }, { cause })
  }
}

function nonceOf(nonce: string): Buffer {
  const bytes = Buffer.from(nonce, 'utf8')
  if (bytes.length !== nonceBytes) {
    throw new BillError({ expected: `a nonce of ${nonceBytes} bytes`, found: `${bytes.length}` })
  }
  return bytes
}

async function gathered(source: BillSource, maxBytes: number): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const bytes of source) {
    length += bytes.length
    if (length > maxBytes)
      throw new BillError({ expected: `at most ${maxBytes} sealed bytes`, found: 'more' })
    pieces.push(bytes)
  }
  return Buffer.concat(pieces)
}

const isGzip = (bytes: Buffer | undefined): boolean => bytes?.[0] === 0x1f && bytes[1] === 0x8b
