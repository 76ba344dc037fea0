/** Chance of one run: everything that is drawn comes from one seed, and draws with different names never disturb each other. */
import type { Random } from '@chadan/protocol'

/** Draws of one purpose. */
export interface Chance extends Random {
  /** From 0 up to but not including 1. */
  fraction(): number
  /** A whole number from `least` to `most`. */
  whole(least: number, most: number): number
  /** True with this probability. */
  happens(share: number): boolean
  pick<T>(list: readonly T[]): T
  /** A time between two, the short ones as likely as the long ones. */
  spread(leastMs: number, mostMs: number): number
  /** Draws for another purpose, which depend on the seed and the name alone. */
  fork(name: string): Chance
}

/**
 * Opens the chance of a seed.
 * @example openChance(7).fork('network').happens(0.1)
 */
export function openChance(seed: number | string): Chance {
  const name = String(seed)
  const next = generator(name)
  const fraction = () => next() / 2 ** 32
  const whole = (least: number, most: number) => least + Math.floor(fraction() * (most - least + 1))
  return {
    fraction,
    whole,
    happens: (share) => share > 0 && fraction() < share,
    pick<T>(list: readonly T[]): T {
      if (list.length === 0) throw new RangeError('nothing to pick from')
      // The index lies within the list.
      return list[whole(0, list.length - 1)] as T
    },
    spread: (leastMs, mostMs) =>
      Math.round(Math.exp(Math.log(leastMs) + fraction() * (Math.log(mostMs) - Math.log(leastMs)))),
    fork: (purpose) => openChance(`${name}/${purpose}`),
    bytes(size) {
      const bytes = new Uint8Array(size)
      for (let at = 0; at < size; at++) bytes[at] = next() >>> 24
      return bytes
    },
  }
}

/** xoshiro128**, its state hashed from the name: fast, and good enough to decide what goes wrong. */
function generator(name: string): () => number {
  let [a, b, c, d] = [hash(name, 1), hash(name, 2), hash(name, 3), hash(name, 4) | 1]
  return () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0
    const t = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = rotate(d, 11)
    return result
  }
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}

function hash(text: string, salt: number): number {
  let value = 2166136261 ^ Math.imul(salt, 0x9e3779b1)
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 16777619)
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return (value ^ (value >>> 16)) >>> 0
}
