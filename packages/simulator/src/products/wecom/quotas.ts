/** Quotas: so many calls in a minute or an hour, and a block once there were more. */
import type { World } from '../../world.ts'

interface Count {
  startMs: number
  count: number
  blockedUntilMs: number
}

// A breach blocks as long as the window is.
const windowMs = { minute: 60_000, hour: 3600_000 } as const

/** Counts a call under this key and says whether it is blocked; `ask` only says. */
export function overQuota(
  world: World,
  key: string,
  window: keyof typeof windowMs,
  limit: number,
  what: 'count' | 'ask' = 'count',
): boolean {
  const counts = world.table<Count>('wecom.quotas')
  const name = `${window} ${key}`
  const now = world.clock.now()
  const row = counts.get(name) ?? counts.set(name, { startMs: now, count: 0, blockedUntilMs: 0 })
  if (now < row.blockedUntilMs) return true
  if (now - row.startMs >= windowMs[window]) Object.assign(row, { startMs: now, count: 0 })
  if (what === 'ask') return false
  row.count++
  if (row.count <= limit) return false
  row.blockedUntilMs = now + windowMs[window]
  return true
}
