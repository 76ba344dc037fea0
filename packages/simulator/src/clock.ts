/** Time in the simulated world. */
import type { Clock } from '@chadan/protocol'

/** A clock that stands still until it is told to advance. */
export interface VirtualClock extends Clock {
  /** Runs everything that is due within `ms`, in order of time, and leaves the clock `ms` later. */
  advance(ms: number, settle?: () => Promise<void>): Promise<void>
}

/** A clock that runs faster than the one behind it. */
export interface ScaledClock extends Clock {
  /** How many seconds pass here in one second there. */
  readonly speed: number
}

/**
 * A clock that begins at `startMs` and runs `speed` times as fast as `clock`, so that a day takes minutes.
 * @example const clock = scaledClock(systemClock, { speed: 60, startMs: Date.UTC(2026, 2, 17) })
 */
export function scaledClock(
  clock: Clock,
  { speed, startMs }: { speed: number; startMs: number },
): ScaledClock {
  const beganMs = clock.now()
  return {
    speed,
    now: () => startMs + Math.floor((clock.now() - beganMs) * speed),
    // Rounded up, so that nothing is early.
    after: (ms, work) => clock.after(Math.ceil(Math.max(0, ms) / speed), work),
  }
}

interface Timer {
  readonly at: number
  readonly order: number
  readonly work: () => void
}

/**
 * A virtual clock that starts at `startMs`.
 * @example const clock = virtualClock(Date.UTC(2026, 2, 17))
 */
export function virtualClock(startMs: number): VirtualClock {
  let now = startMs
  let count = 0
  let timers: Timer[] = []

  function next(until: number): Timer | undefined {
    let first: Timer | undefined
    for (const timer of timers) {
      if (timer.at > until) continue
      if (!first || timer.at < first.at || (timer.at === first.at && timer.order < first.order)) first = timer
    }
    return first
  }

  return {
    now: () => now,
    after(ms, work) {
      const timer = { at: now + Math.max(0, ms), order: count++, work }
      timers.push(timer)
      return () => {
        timers = timers.filter((one) => one !== timer)
      }
    },
    async advance(ms, settle = async () => {}) {
      const until = now + ms
      await settle()
      for (let timer = next(until); timer; timer = next(until)) {
        const due = timer
        timers = timers.filter((one) => one !== due)
        now = Math.max(now, due.at)
        due.work()
        await settle()
      }
      now = until
    },
  }
}
