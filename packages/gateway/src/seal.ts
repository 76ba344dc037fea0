/** Seals order logs: each minute the audit chain takes in a hash over the heads of all logs that grew. */
import { createHash } from 'node:crypto'
import type { Clock } from '@chadan/protocol'
import { openLoop } from './outbound/loop.ts'
import type { AuditEntry, Store } from './store/store.ts'

/** The action of a seal in the audit log. */
export const sealAction = 'seal'

// Entries are dated before they are committed, by nodes whose clocks differ: a span is sealed when none can come late.
const delayMs = 5 * 60_000
const everyMs = 60_000
const longestSpanMs = 3_600_000

/** What a seal says. */
export interface Seal {
  readonly fromMs: number
  readonly beforeMs: number
  readonly orders: number
  readonly digest: string
}

/** The digest over the newest log entries of a span. */
export function sealDigest(heads: Awaited<ReturnType<Store['heads']>>): string {
  const lines = heads.map(({ order, version, hash }) => `${order} ${version} ${hash}\n`).sort()
  return createHash('sha256').update(lines.join('')).digest('hex')
}

/** A seal out of its audit entry; `undefined` when it is none. */
export function readSeal({ details }: AuditEntry): Seal | undefined {
  const { from_ms: fromMs, before_ms: beforeMs, orders, digest } = details
  const sound =
    typeof fromMs === 'number' &&
    typeof beforeMs === 'number' &&
    typeof orders === 'number' &&
    typeof digest === 'string'
  return sound ? { fromMs, beforeMs, orders, digest } : undefined
}

/** What the sealer leans on. */
export interface SealerOptions {
  readonly store: Store
  readonly clock: Clock
  readonly node: string
  readonly failed: (where: string, error: unknown) => void
}

/** Opens the job that seals; one node at a time does it, under a lease. `tick` seals everything that is ripe. */
export function openSealer({ store, clock, node, failed }: SealerOptions) {
  async function tick(): Promise<number> {
    const nowMs = clock.now()
    if (!(await store.lease('sealer', node, nowMs, nowMs + everyMs * 2))) return 0
    const ripeMs = Math.floor((nowMs - delayMs) / everyMs) * everyMs
    const last = await store.lastAudit(sealAction)
    const before = last && readSeal(last)
    let fromMs = before?.beforeMs ?? 0
    let seals = 0
    while (fromMs < ripeMs) {
      const beforeMs = fromMs === 0 ? ripeMs : Math.min(ripeMs, fromMs + longestSpanMs)
      const heads = await store.heads(fromMs, beforeMs)
      // Where nothing happened nothing is written: the next seal's span is longer.
      if (heads.length > 0 || beforeMs - fromMs >= longestSpanMs) {
        const details = {
          from_ms: fromMs,
          before_ms: beforeMs,
          orders: heads.length,
          digest: sealDigest(heads),
        }
        const said = { actor: 'chadan', tenant: '*', action: sealAction, subject: 'order logs', details }
        await store.audit({ ...said, atMs: clock.now() })
        seals++
      }
      fromMs = beforeMs
    }
    return seals
  }
  const loop = openLoop({
    clock,
    failed: (error) => failed('sealer', error),
    async round() {
      await tick()
      return everyMs
    },
  })
  return { start: loop.start, stop: loop.stop, tick }
}
