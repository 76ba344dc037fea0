/** Work that is done again and again: when nudged at once, else after a rest. */
import type { Clock } from '@chadan/protocol'

/** Something that works until it is stopped. */
export interface Loop {
  start(): void
  /** Takes nothing new; resolves when the round under way has ended. */
  stop(): Promise<void>
  /** There is work: do not wait for the rest to end. */
  nudge(): void
}

/** Rounds never overlap. `round` answers how long to rest, in ms; after one that throws it rests for `retryMs`. */
export function openLoop(given: {
  clock: Clock
  round: () => Promise<number>
  failed: (error: unknown) => void
  retryMs?: number
}): Loop {
  const { clock, round, failed, retryMs = 1_000 } = given
  let on = false
  let again = false
  let running: Promise<void> | undefined
  let wakeNoMore = () => {}

  async function run(): Promise<void> {
    let restMs = 0
    do {
      again = false
      try {
        restMs = await round()
      } catch (error) {
        failed(error)
        restMs = retryMs
        again = false
      }
    } while (again && on)
    running = undefined
    if (on) wakeNoMore = clock.after(restMs, begin)
  }

  function begin(): void {
    wakeNoMore()
    running ??= run()
  }

  return {
    start() {
      if (on) return
      on = true
      begin()
    },
    async stop() {
      on = false
      wakeNoMore()
      await running
    },
    nudge() {
      if (!on) return
      if (running) again = true
      else begin()
    },
  }
}
