/** The clock of a simulation: every process that follows it lives in the same time. */
import type { Fetch } from '@chadan/client'
import type { Clock } from '@chadan/protocol'

/** The simulator does not tell its time. */
export class ClockUnread extends Error {
  override readonly name = 'ClockUnread'
}

/** A clock that runs faster than the machine's. */
export interface FollowedClock extends Clock {
  /** Its seconds per second of the machine: limits that guard against a slow network are longer by it. */
  readonly speed: number
}

/**
 * A clock that runs as the simulator's does: from its time on, `speed` times as fast as `real`.
 * Only for simulations: `loadConfig` refuses it with any key that is not a test key.
 * @example const clock = await followClock('http://127.0.0.1:8090', fetch, systemClock)
 */
export async function followClock(url: string, fetch: Fetch, real: Clock): Promise<FollowedClock> {
  const address = `${url.replace(/\/+$/, '')}/_simulator/clock`
  const beforeMs = real.now()
  const { nowMs, speed } = await readClock(address, fetch)
  const afterMs = real.now()
  // The answer was made somewhere between asking and hearing.
  const anchorMs = (beforeMs + afterMs) / 2
  return {
    speed,
    now: () => Math.floor(nowMs + (real.now() - anchorMs) * speed),
    after: (ms, work) => real.after(ms / speed, work),
  }
}

async function readClock(address: string, fetch: Fetch): Promise<{ nowMs: number; speed: number }> {
  const answer = await fetch(new Request(address)).then(
    async (response) => (response.ok ? ((await response.json()) as unknown) : undefined),
    () => undefined,
  )
  const { nowMs, speed = 1 } = (answer ?? {}) as { nowMs?: unknown; speed?: unknown }
  const sound =
    typeof nowMs === 'number' &&
    Number.isFinite(nowMs) &&
    typeof speed === 'number' &&
    speed > 0 &&
    speed <= 1e6
  if (!sound)
    throw new ClockUnread(
      `${address} does not tell a time: start chadan simulate, and give its address in clock.follow`,
    )
  return { nowMs, speed }
}
