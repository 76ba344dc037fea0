/** The worker: does what is due, and sleeps until the next thing is. Any number of nodes share the work. */

import type { Order } from '../order/order.ts'
import { type Counter, handsFor } from './counter.ts'
import { drive } from './driving.ts'
import { leaseMs } from './hands.ts'
import { drawId } from './numbers.ts'

/** How many orders are driven at the same time. */
const atOnce = 16
/** Other nodes' work is seen this late at the latest. */
const lookAgainMs = 1_000

/** A worker over a store. */
export interface Worker {
  start(): void
  /** Takes nothing new, and waits for what is under way. */
  stop(): Promise<void>
  /** Does everything that is due now. Answers how many orders were driven. */
  tick(): Promise<number>
  nudge(): void
}

/** Opens a worker; it does nothing before `start` or `tick`. */
export function openWorker(counter: () => Counter): Worker {
  let running = false
  let again = false
  let waking: (() => void) | undefined
  let round: Promise<void> | undefined

  async function tick(): Promise<number> {
    let count = 0
    for (;;) {
      const taken = await takeDue(counter())
      if (taken.length === 0) return count
      count += taken.length
      await Promise.all(taken.map((work) => work()))
    }
  }

  async function rounds(): Promise<void> {
    while (running) {
      again = false
      try {
        await tick()
      } catch (error) {
        counter().desk.watch.failed?.('taking what is due', error)
      }
      if (running && !again) await rest()
    }
  }

  async function rest(): Promise<void> {
    const { desk } = counter()
    const nextMs = await desk.store.nextDueMs().catch(() => undefined)
    const waitMs = Math.min(lookAgainMs, Math.max(1, (nextMs ?? Number.POSITIVE_INFINITY) - desk.clock.now()))
    if (!running || again) return
    await new Promise<void>((resolve) => {
      const stop = desk.clock.after(waitMs, resolve)
      waking = () => {
        stop()
        resolve()
      }
    })
    waking = undefined
  }

  return {
    start() {
      if (running) return
      running = true
      round = rounds()
    },
    async stop() {
      running = false
      waking?.()
      await round
    },
    tick,
    nudge() {
      again = true
      waking?.()
    },
  }
}

/** Claims what is due, at most as many as are driven at once. */
async function takeDue(counter: Counter): Promise<readonly (() => Promise<Order>)[]> {
  const { desk } = counter
  const nowMs = desk.clock.now()
  const claim = { id: drawId(desk.random, 'clm'), untilMs: nowMs + leaseMs }
  const due = await desk.store.claimDue(nowMs, atOnce, claim)
  return due.map((order) => async () => {
    try {
      const hands = { ...(await handsFor(counter, order)), claim: claim.id }
      return await drive(hands, order)
    } catch (error) {
      // A signer that is gone from the configuration: the order waits, and the log says so.
      desk.watch.failed?.('taking an order in hand', error)
      await desk.store.release(order.id, claim.id, nowMs + 60_000)
      return order
    }
  })
}
