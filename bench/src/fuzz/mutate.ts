/** Input by chance that can be had again: everything follows from one number. */

/** Whole numbers from a seed. */
export interface Dice {
  /** From 0 to `bound` - 1. */
  below(bound: number): number
}

/** The xorshift generator of 32 bits: not for secrets, the same for ever. */
export function dice(seed: number): Dice {
  // Neighbouring seeds must not begin alike, so their bits are stirred first.
  let state = Math.imul(seed ^ (seed >>> 16), 0x85ebca6b)
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35)
  state = state ^ (state >>> 16) || 1
  return {
    below(bound) {
      state ^= state << 13
      state ^= state >>> 17
      state ^= state << 5
      return (state >>> 0) % bound
    },
  }
}

/** What a target is fed with: samples that are valid, and words that mean something to it. */
export interface Food {
  readonly samples: readonly Buffer[]
  readonly words: readonly string[]
}

/** Mostly a sample with one to four changes, sometimes bytes without any sense. */
export function draw({ samples, words }: Food, chance: Dice): Buffer {
  if (chance.below(32) === 0) return noise(chance, chance.below(400))
  let bytes = pick(samples, chance)
  for (let left = 1 + chance.below(4); left > 0; left--) bytes = change(bytes, { samples, words }, chance)
  return bytes
}

type Change = (bytes: Buffer, food: Food, chance: Dice) => Buffer

const changes: readonly Change[] = [
  (bytes, _food, chance) => replaced(bytes, chance, (byte) => byte ^ (1 << chance.below(8))),
  (bytes, _food, chance) => replaced(bytes, chance, () => chance.below(256)),
  (bytes, _food, chance) => replaced(bytes, chance, () => 32 + chance.below(95)),
  (bytes, _food, chance) => spliced(bytes, chance, noise(chance, 1 + chance.below(8))),
  (bytes, { words }, chance) => spliced(bytes, chance, Buffer.from(pick(words, chance))),
  (bytes, { words }, chance) => overwritten(bytes, chance, Buffer.from(pick(words, chance))),
  (bytes, _food, chance) => spliced(bytes, chance, range(bytes, chance)),
  (bytes, { samples }, chance) => spliced(bytes, chance, range(pick(samples, chance), chance)),
  (bytes, _food, chance) => {
    const from = chance.below(bytes.length + 1)
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + chance.below(24))])
  },
  (bytes, _food, chance) => bytes.subarray(0, chance.below(bytes.length + 1)),
]

const change: Change = (bytes, food, chance) => pick(changes, chance)(bytes, food, chance)

function pick<T>(list: readonly T[], chance: Dice): T {
  return list[chance.below(list.length)] as T
}

function noise(chance: Dice, size: number): Buffer {
  return Buffer.from(Array.from({ length: size }, () => chance.below(256)))
}

function replaced(bytes: Buffer, chance: Dice, by: (byte: number) => number): Buffer {
  if (bytes.length === 0) return bytes
  const copy = Buffer.from(bytes)
  const at = chance.below(copy.length)
  copy[at] = by(copy[at] ?? 0)
  return copy
}

function spliced(bytes: Buffer, chance: Dice, piece: Buffer): Buffer {
  const at = chance.below(bytes.length + 1)
  return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)])
}

function overwritten(bytes: Buffer, chance: Dice, piece: Buffer): Buffer {
  const at = chance.below(bytes.length + 1)
  return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at + piece.length)])
}

function range(bytes: Buffer, chance: Dice): Buffer {
  const from = chance.below(bytes.length + 1)
  return bytes.subarray(from, from + chance.below(64))
}
