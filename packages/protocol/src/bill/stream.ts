import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { createGunzip, createGzip } from 'node:zlib'
import { BillError } from './error.ts'
import type { BillSource } from './parse.ts'

/** How far a gzip file may unfold. */
export interface GunzipLimits {
  /** Uncompressed bytes. Default 4 GiB. */
  readonly maxBytes?: number | undefined
  /** Uncompressed bytes per compressed byte, watched from the first MiB on. Default 200; bills reach about 30. */
  readonly maxRatio?: number | undefined
}

/** Below this a bomb does no harm, while a short file of equal rows packs very well. */
const ratioFreeBytes = 2 ** 20

/**
 * Unpacks a gzip bill while it streams.
 * @throws BillError when it is no gzip, cut short, followed by other bytes, or unfolds beyond the limits.
 * @example parseBill(verifyBillHash(gunzipBill(response.body), { hash_type, hash_value }))
 */
export async function* gunzipBill(
  source: BillSource,
  limits: GunzipLimits = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const maxBytes = limits.maxBytes ?? 2 ** 32
  const maxRatio = limits.maxRatio ?? 200
  const gunzip = createGunzip()
  let packed = 0
  let unpacked = 0
  const counted = counting(source, (length) => {
    packed += length
  })
  const input = Readable.from(counted, { objectMode: false })
  input.on('error', (error) => gunzip.destroy(error))
  input.pipe(gunzip)
  try {
    for await (const bytes of gunzip as AsyncIterable<Buffer>) {
      unpacked += bytes.length
      if (unpacked > maxBytes) throw new BillError({ expected: `at most ${maxBytes} bytes`, found: 'more' })
      if (unpacked > ratioFreeBytes && unpacked > packed * maxRatio) {
        throw new BillError({ expected: `gzip that unfolds at most ${maxRatio} times`, found: 'more' })
      }
      yield bytes
    }
    // Node stops at the end of the gzip stream and drops what follows without a word.
    if (gunzip.bytesWritten !== packed) {
      throw new BillError({ expected: 'the end of the gzip file', found: 'further bytes' })
    }
  } catch (error) {
    throw isZlibError(error)
      ? new BillError({ expected: 'a whole gzip file', found: error.code }, { cause: error })
      : error
  } finally {
    input.destroy()
    gunzip.destroy()
  }
}

/** Packs a bill as gzip while it streams. */
export async function* gzipBill(source: BillSource): AsyncGenerator<Uint8Array, void, undefined> {
  const gzip = createGzip()
  const input = Readable.from(source, { objectMode: false })
  input.on('error', (error) => gzip.destroy(error))
  input.pipe(gzip)
  try {
    yield* gzip as AsyncIterable<Buffer>
  } finally {
    input.destroy()
    gzip.destroy()
  }
}

/** What a bill's application answered about its digest, as on the wire. */
export interface BillHash {
  /** Only `SHA1` is known. */
  readonly hash_type: string
  /** Hexadecimal, in either case. */
  readonly hash_value: string
}

/** SHA-1 of the uncompressed bytes, lower-case hexadecimal. */
export async function hashBill(source: BillSource): Promise<string> {
  const hash = createHash('sha1')
  for await (const bytes of source) hash.update(bytes)
  return hash.digest('hex')
}

/**
 * Hands uncompressed bytes through and compares their digest at the end: rows read before that are
 * not to be believed until iteration has ended without an error.
 * @throws BillError at the end when the digest differs, at once when its type is not SHA1.
 */
export async function* verifyBillHash(
  source: BillSource,
  expected: BillHash,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (expected.hash_type.toUpperCase() !== 'SHA1') {
    throw new BillError({ expected: 'hash_type SHA1', found: 'another' })
  }
  const hash = createHash('sha1')
  for await (const bytes of source) {
    hash.update(bytes)
    yield bytes
  }
  if (hash.digest('hex') !== expected.hash_value.toLowerCase()) {
    throw new BillError({ expected: 'the digest that was announced', found: 'another' })
  }
}

async function* counting(source: BillSource, count: (length: number) => void) {
  for await (const bytes of source) {
    count(bytes.length)
    yield bytes
  }
}

const isZlibError = (error: unknown): error is Error & { code: string } =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('Z_')
