/** Numbers and ids made here: random, never a counter, so that a restored backup cannot issue one again. */
import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { type Random, randomText } from '@chadan/protocol'

/** A number for WeChat Pay: 24 letters and digits, 142 random bits, within every product's length (X24). */
export function drawNumber(random: Random): string {
  return randomText(random, 24)
}

/**
 * The number of a refund: follows from its order's number and its reference. After a backup was restored, the
 * same wish gets the same number again, which WeChat Pay pays out once.
 */
export function numberFor(key: Uint8Array, subject: readonly string[]): string {
  let count = 0
  const bytes = (size: number): Uint8Array => {
    const blocks: Buffer[] = []
    for (let made = 0; made < size; made += 32)
      blocks.push(
        createHmac('sha256', imported(key))
          .update([count++, ...subject].join('\n'))
          .digest(),
      )
    return Buffer.concat(blocks).subarray(0, size)
  }
  return randomText({ bytes }, 24)
}

/** An id of ours: `ord_…`, 128 bits and more. */
export function drawId(random: Random, prefix: string): string {
  return `${prefix}_${randomText(random, 24)}`
}

/** A keyed digest of plain JSON with its names in order: equal exactly when the content is. */
export function contentDigest(key: Uint8Array, content: unknown): string {
  return createHmac('sha256', imported(key))
    .update(JSON.stringify(sorted(content)))
    .digest('hex')
}

// Importing a key costs ten times what a digest does.
const keys = new WeakMap<Uint8Array, KeyObject>()

function imported(key: Uint8Array): KeyObject {
  const known = keys.get(key) ?? createSecretKey(key)
  keys.set(key, known)
  return known
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => [name, sorted(member)])
}
