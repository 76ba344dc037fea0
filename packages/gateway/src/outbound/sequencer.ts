/** Gives committed events their place in the feed. One node at a time does it, under a lease; any other takes over. */
import type { Clock } from '@chadan/protocol'
import type { Store } from '../store/store.ts'
import { openLoop } from './loop.ts'

/** What a sequencer leans on. */
export interface SequencerOptions {
  readonly store: Store
  readonly clock: Clock
  /** This process among those that share the store. */
  readonly node: string
  /** Told after each step whose events have places now: wakes streams and the dispatcher of this node. */
  readonly told?: ((tenants: readonly string[]) => void) | undefined
  readonly failed?: ((where: string, error: unknown) => void) | undefined
  /** How often to look for events of other nodes, in ms. Default 1 000. */
  readonly pollMs?: number | undefined
  /** How long a dead node's lease stands in the way, in ms. Default 10 000. */
  readonly leaseMs?: number | undefined
  /** Events per transaction. Default 500. */
  readonly batch?: number | undefined
}

/** Numbers events. */
export interface Sequencer {
  start(): void
  /** Ends the step under way and lets go of the lease. */
  stop(): Promise<void>
  /** There are new events. */
  nudge(): void
  /** Numbers all there are; answers how many: 0 also where another node holds the lease. */
  tick(): Promise<number>
}

/** Opens a sequencer. Numbering is safe even when two believe they hold the lease: the store gives each number once. */
export function openSequencer(options: SequencerOptions): Sequencer {
  const { store, clock, node, told, failed, pollMs = 1_000, leaseMs = 10_000, batch = 500 } = options
  let oursUntilMs = 0

  async function leads(): Promise<boolean> {
    const nowMs = clock.now()
    if (oursUntilMs - nowMs > leaseMs / 2) return true
    const held = await store.lease(lease, node, nowMs, nowMs + leaseMs)
    oursUntilMs = held ? nowMs + leaseMs : 0
    return held
  }

  async function tick(): Promise<number> {
    let numbered = 0
    while (await leads()) {
      const { count, tenants } = await store.sequence(batch, clock.now())
      numbered += count
      if (count > 0) told?.(tenants)
      if (count < batch) break
    }
    return numbered
  }

  const loop = openLoop({
    clock,
    failed: (error) => failed?.('sequencer', error),
    async round() {
      await tick()
      return pollMs
    },
  })

  return {
    start: loop.start,
    nudge: loop.nudge,
    tick,
    async stop() {
      await loop.stop()
      if (oursUntilMs === 0) return
      oursUntilMs = 0
      const nowMs = clock.now()
      await store.lease(lease, node, nowMs, nowMs)
    },
  }
}

const lease = 'sequencer'
