/** Work that is nobody's request: payloads past their time are removed, approved refunds that were interrupted are carried out. */
import type { Clock } from '@chadan/protocol'
import type { Gateway } from './engine/desk.ts'
import { carryOut } from './http/approvals.ts'
import { wishOf } from './http/refunds.ts'
import { openLoop } from './outbound/loop.ts'
import type { Store } from './store/store.ts'

/** What housekeeping leans on. */
export interface HousekeepingOptions {
  readonly store: Store
  readonly clock: Clock
  readonly gateway: Gateway
  readonly node: string
  /** How long payloads are kept, in ms. */
  readonly retentionMs: number
  readonly failed: (where: string, error: unknown) => void
}

const everyMs = 10 * 60_000
const batch = 500
/** An approved refund is tried again for so long; then its asker must ask again. */
const approvedForMs = 24 * 3_600_000

/** Opens the job; one node at a time does it. */
export function openHousekeeping(options: HousekeepingOptions) {
  const { store, clock, gateway, node, retentionMs, failed } = options

  async function finishApproved(): Promise<void> {
    const sinceMs = clock.now() - approvedForMs
    for (const approval of await store.approvals(undefined, 'approved')) {
      if ((approval.decidedMs ?? 0) < sinceMs) continue
      const order = await store.find({ id: approval.order })
      if (order?.refunds.some(({ reference }) => reference === wishOf(approval).reference)) continue
      await carryOut({ gateway }, approval).catch((error) => failed('approved refund', error))
    }
  }

  async function tick(): Promise<void> {
    const nowMs = clock.now()
    if (!(await store.lease('housekeeper', node, nowMs, nowMs + everyMs * 2))) return
    await finishApproved()
    while ((await store.purge(nowMs - retentionMs, batch)) >= batch);
  }

  const loop = openLoop({
    clock,
    failed: (error) => failed('housekeeping', error),
    async round() {
      await tick()
      return everyMs
    },
  })
  return { start: loop.start, stop: loop.stop, tick }
}
