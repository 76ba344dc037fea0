/** Chance of the day: the same seed plans the same orders. */
import { seededRandom } from '@chadan/simulator'

/** Draws from a seed. */
export interface Chance {
  /** From 0 up to but not including 1. */
  share(): number
  /** A whole number from `least` to `most`. */
  whole(least: number, most: number): number
  pick<T>(list: readonly [T, ...T[]]): T
  /** Letters and digits, for idempotency keys and the like. */
  text(length: number): string
}

/** Opens chance; `name` keeps several of one seed apart. */
export function openChance(seed: number, name: string): Chance {
  const random = seededRandom(`${seed}/${name}`)
  const share = () => Buffer.from(random.bytes(4)).readUInt32BE(0) / 0x1_0000_0000
  const whole = (least: number, most: number) => least + Math.floor(share() * (most - least + 1))
  return {
    share,
    whole,
    // The index is never beyond the end.
    pick: (list) => list[whole(0, list.length - 1)] as (typeof list)[number],
    text: (length) => Buffer.from(random.bytes(length)).toString('hex').slice(0, length),
  }
}
