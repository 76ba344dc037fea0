/** Token buckets: how fast a key may ask. In process; the budgets towards WeChat Pay are shared by all nodes. */
import type { Clock } from '@chadan/protocol'

/** How fast, and how much at once. */
export interface Rate {
  readonly perSecond: number
  readonly burst: number
}

/** Buckets by name; those that are full again are forgotten. */
export interface Buckets {
  /** Takes one token: 0, or how many ms to wait for the next. */
  take(name: string): number
}

// Names come from known keys only, so this is a bound that is never met by honest use.
const most = 10_000

/** Opens an empty set of buckets. */
export function openBuckets(clock: Pick<Clock, 'now'>, { perSecond, burst }: Rate): Buckets {
  const buckets = new Map<string, { tokens: number; atMs: number }>()
  const filled = (bucket: { tokens: number; atMs: number }, nowMs: number) =>
    Math.min(burst, bucket.tokens + (Math.max(0, nowMs - bucket.atMs) * perSecond) / 1000)
  return {
    take(name) {
      const nowMs = clock.now()
      const known = buckets.get(name) ?? { tokens: burst, atMs: nowMs }
      // The clock was set back: what was written ahead of it refills from now on.
      const bucket = known.atMs > nowMs ? { ...known, atMs: nowMs } : known
      if (bucket !== known) buckets.set(name, bucket)
      const tokens = filled(bucket, nowMs)
      if (buckets.size >= most)
        for (const [one, each] of buckets) if (filled(each, nowMs) >= burst) buckets.delete(one)
      if (tokens < 1) return Math.ceil(((1 - tokens) * 1000) / perSecond)
      buckets.set(name, { tokens: tokens - 1, atMs: nowMs })
      return 0
    },
  }
}
