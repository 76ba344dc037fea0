/** The machine's own time, chance and network: the doors that everything else takes as arguments. */
import { randomFillSync } from 'node:crypto'
import type { Clock, Random } from '@chadan/protocol'

/** The machine's clock. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, work) {
    const timer = setTimeout(work, ms)
    timer.unref?.()
    return () => clearTimeout(timer)
  },
}

/** The machine's cryptographic randomness. */
export const systemRandom: Random = {
  bytes: (size) => randomFillSync(new Uint8Array(size)),
}
