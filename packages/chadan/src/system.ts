/** The doors of the command: the real clock and real chance. */
import { randomBytes } from 'node:crypto'
import type { Clock, Random } from '@chadan/protocol'

/** The longest time Node's timers hold, in milliseconds; beyond it they fire at once. */
const longestTimerMs = 2 ** 31 - 1

/** The time of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, work) {
    let timer: NodeJS.Timeout
    const wait = (leftMs: number) => {
      const stepMs = Math.min(Math.max(leftMs, 0), longestTimerMs)
      timer = setTimeout(() => (leftMs > stepMs ? wait(leftMs - stepMs) : work()), stepMs)
    }
    wait(ms)
    return () => clearTimeout(timer)
  },
}

/** Chance from the operating system, fit for keys. */
export const systemRandom: Random = { bytes: (size) => new Uint8Array(randomBytes(size)) }

/** A clock whose planned work can be dropped all at once, when what it was planned for is closed. */
export interface StoppableClock extends Clock {
  stop(): void
}

/** The same time, with its own list of what is planned. */
export function stoppable(clock: Clock): StoppableClock {
  const cancels = new Set<() => void>()
  return {
    now: clock.now,
    after(ms, work) {
      const cancel = clock.after(ms, () => {
        cancels.delete(cancel)
        work()
      })
      cancels.add(cancel)
      return () => {
        cancels.delete(cancel)
        cancel()
      }
    },
    stop() {
      for (const cancel of cancels) cancel()
      cancels.clear()
    },
  }
}
