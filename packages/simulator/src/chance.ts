/** Chance in the simulated world: the same seed draws the same bytes. */
import { createHash } from 'node:crypto'
import type { Random } from '@chadan/protocol'

/** Bytes from SHA-256 over seed and a counter: reproducible, never for real keys. */
export function seededRandom(seed: string | number): Random {
  let counter = 0
  return {
    bytes(size) {
      const parts: Buffer[] = []
      for (let have = 0; have < size; have += 32) {
        parts.push(createHash('sha256').update(`${seed}/${counter++}`).digest())
      }
      return new Uint8Array(Buffer.concat(parts).subarray(0, size))
    },
  }
}

/** A number from 0 up to but not including 1. */
export function fraction(random: Random): number {
  return Buffer.from(random.bytes(4)).readUInt32BE(0) / 0x1_0000_0000
}

/** `length` decimal digits. */
export function digits(random: Random, length: number): string {
  let text = ''
  while (text.length < length) {
    for (const byte of random.bytes(length + 8)) {
      if (byte < 250 && text.length < length) text += String(byte % 10)
    }
  }
  return text
}

/** `length` lower-case hexadecimal digits. */
export function hex(random: Random, length: number): string {
  return Buffer.from(random.bytes(Math.ceil(length / 2)))
    .toString('hex')
    .slice(0, length)
}
