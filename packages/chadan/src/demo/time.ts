/** The time of the day: the simulator's, followed from this process. */
import type { Clock } from '@chadan/protocol'
import { type ScaledClock, scaledClock } from '@chadan/simulator'
import type { Get } from './books.ts'

/** Time with what stories need of it. */
export interface DayClock extends Clock {
  /** How many of its seconds pass in a real one. */
  readonly speed: number
  /** Resolves `ms` of this time later. */
  pass(ms: number): Promise<void>
  /** As WeChat writes it, Beijing time. */
  text(ms?: number): string
}

/** Follows the simulator's clock. */
export async function followTime(get: Get, controlUrl: string, real: Clock): Promise<DayClock> {
  const readings: { readonly roundMs: number; readonly clock: ScaledClock }[] = []
  for (let round = 0; round < 4; round++) {
    const askedMs = real.now()
    const { nowMs, speed } = (await get(`${controlUrl}/clock`)) as { nowMs: number; speed: number }
    const roundMs = real.now() - askedMs
    // The answer was made about half-way between question and answer.
    readings.push({ roundMs, clock: scaledClock(real, { speed, startMs: nowMs + (roundMs / 2) * speed }) })
  }
  // The quickest answer is the most exact.
  const [best] = readings.toSorted((a, b) => a.roundMs - b.roundMs)
  const { clock } = best as (typeof readings)[number]
  return {
    ...clock,
    pass: (ms) => new Promise((resolve) => void clock.after(ms, resolve)),
    text: (ms = clock.now()) => new Date(ms + 8 * 3600_000).toISOString().replace(/\.\d+Z$/, '+08:00'),
  }
}
