import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import {
  BillError,
  type BillSource,
  gunzipBill,
  gzipBill,
  hashBill,
  openSealedBill,
  parseBill,
  type SealedBillPart,
  sealBillPart,
  verifyBillHash,
} from '../src/bill/index.ts'
import { fundFlowSample, tradeSample } from './bill.samples.ts'

const bill = Buffer.from(`\uFEFF${tradeSample.join('\r\n')}\r\n`)
const hash = { hash_type: 'SHA1', hash_value: '7e1e458c287ac80bf5b81450dbbee191efc4f48a' }

async function gathered(source: BillSource): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const bytes of source) pieces.push(bytes)
  return Buffer.concat(pieces)
}

const inPieces = (bytes: Uint8Array, length: number) =>
  Array.from({ length: Math.ceil(bytes.length / length) }, (_, turn) =>
    bytes.subarray(turn * length, (turn + 1) * length),
  )

test('a gzip bill is unpacked, checked and read in one pass', async () => {
  const packed = await gathered(gzipBill(inPieces(bill, 100)))
  assert.deepEqual(gunzipSync(packed), bill)
  const read = parseBill(verifyBillHash(gunzipBill(inPieces(packed, 7)), hash))
  let rows = 0
  for await (const batch of read.batches()) rows += batch.length
  assert.equal(rows, 2)
})

test('the digest is compared in either case, and a changed byte is refused at the end', async () => {
  assert.equal(await hashBill([bill]), hash.hash_value)
  const upper = { hash_type: 'SHA1', hash_value: hash.hash_value.toUpperCase() }
  assert.deepEqual(await gathered(verifyBillHash([bill], upper)), bill)
  const changed = Buffer.from(bill)
  changed[400] = 0x41
  await assert.rejects(gathered(verifyBillHash([changed], hash)), /digest/)
  await assert.rejects(gathered(verifyBillHash([bill], { ...hash, hash_type: 'MD5' })), /SHA1/)
})

test('a gzip file that is cut, followed by bytes or no gzip at all is refused', async () => {
  const packed = gzipSync(bill)
  const cases = [
    packed.subarray(0, -9),
    Buffer.concat([packed, Buffer.from('trailer')]),
    Buffer.concat([packed, Buffer.alloc(5)]),
    bill,
  ]
  for (const bytes of cases) await assert.rejects(gathered(gunzipBill([bytes])), BillError)
})

test('a gzip bomb is stopped by its ratio and by the limit of bytes', async () => {
  const bomb = gzipSync(Buffer.alloc(8 * 2 ** 20))
  await assert.rejects(gathered(gunzipBill([bomb])), /200 times/)
  await assert.rejects(
    gathered(gunzipBill([bomb], { maxBytes: 2 ** 20, maxRatio: 1e6 })),
    /at most 1048576 bytes/,
  )
  assert.equal((await gathered(gunzipBill([bomb], { maxRatio: 2000 }))).length, 8 * 2 ** 20)
})

test('an error of the source comes out as it is', async () => {
  async function* broken() {
    yield gzipSync(bill).subarray(0, 50)
    throw new Error('connection lost')
  }
  await assert.rejects(gathered(gunzipBill(broken())), /connection lost/)
  await assert.rejects(gathered(gzipBill(broken())), /connection lost/)
})

test('leaving early closes the source', async () => {
  let closed = 0
  async function* endless() {
    try {
      for (;;) yield gzipSync(bill)
    } finally {
      closed += 1
    }
  }
  for await (const _ of gunzipBill(endless())) break
  for await (const _ of gzipBill(endless())) break
  assert.equal(closed, 2)
})

const key = Buffer.alloc(32, 7)
const fundFlow = Buffer.from(`${fundFlowSample.join('\n')}\n`)
const halves = [fundFlow.subarray(0, 300), fundFlow.subarray(300)]

const sealedParts = (pack: (bytes: Buffer) => Buffer): SealedBillPart[] =>
  halves.map((bytes, place) => {
    const nonce = `nonce-of-part-00${place + 1}`.slice(-16)
    return {
      bill_sequence: place + 1,
      nonce,
      key,
      body: inPieces(sealBillPart(pack(bytes), { key, nonce }), 64),
      hash_type: 'SHA1',
      hash_value: createHash('sha1').update(bytes).digest('hex'),
    }
  })

test('sealed parts are opened in the order of their sequence, packed or not', async () => {
  for (const pack of [gzipSync, (bytes: Buffer) => bytes]) {
    const opened = await gathered(openSealedBill(sealedParts(pack).reverse()))
    assert.deepEqual(opened, fundFlow)
  }
})

test('a sealed part that was changed, is missing, too large or has a wrong key is refused', async () => {
  const [one, two] = sealedParts(gzipSync)
  assert.ok(one && two)
  const bytes = await gathered(two.body)
  bytes[5] = (bytes[5] ?? 0) ^ 1
  const cases: [SealedBillPart[], RegExp][] = [
    [[one, { ...two, body: [bytes] }], /sealed with this key/],
    [[two], /gap/],
    [[one, one], /gap/],
    [[{ ...one, key: Buffer.alloc(16) }], /32 bytes/],
    [[{ ...one, key: Buffer.alloc(32, 8) }], /sealed with this key/],
    [[{ ...one, nonce: 'short' }], /16 bytes/],
    [[{ ...one, hash_value: two.hash_value }], /digest/],
    [[{ ...one, body: [Buffer.alloc(3)] }], /too few/],
  ]
  for (const [parts, message] of cases) await assert.rejects(gathered(openSealedBill(parts)), message)
  await assert.rejects(gathered(openSealedBill([one], { maxSealedBytes: 100 })), /sealed bytes/)
})
