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
  bytes(size) {
    if (size > stock.byteLength) return randomFillSync(new Uint8Array(size))
    if (taken + size > stock.byteLength) {
      randomFillSync(stock)
      taken = 0
    }
    const bytes = stock.slice(taken, taken + size)
    stock.fill(0, taken, taken + size)
    taken += size
    return bytes
  },
}

// Drawn in stock, since calling the generator costs far more than its bytes. None is given twice, none is kept once given.
const stock = new Uint8Array(4096)
let taken = stock.byteLength
