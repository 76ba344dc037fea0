/** When an event that was not acknowledged is sent again. */
import type { Random } from '@chadan/protocol'

const [second, minute, hour] = [1_000, 60_000, 3_600_000]

/** Rests between attempts, as the Standard Webhooks specification recommends: ten attempts over a little more than three days. */
export const retryDelaysMs: readonly number[] = [
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
]

/**
 * How long to rest after so many attempts, a tenth more or less so that a recovering receiver is not
 * met by everything at once; `undefined` after the last. A receiver may ask for more, up to a day.
 */
export function restAfter(
  attempts: number,
  { random, retryMs = 0, delaysMs = retryDelaysMs }: Resting,
): number | undefined {
  const base = delaysMs[attempts - 1]
  if (base === undefined) return undefined
  const chance = Buffer.from(random.bytes(4)).readUInt32BE(0) / 0x1_0000_0000
  return Math.max(Math.round(base * (0.9 + 0.2 * chance)), Math.min(retryMs, 24 * hour))
}

interface Resting {
  readonly random: Random
  readonly retryMs?: number | undefined
  readonly delaysMs?: readonly number[] | undefined
}
