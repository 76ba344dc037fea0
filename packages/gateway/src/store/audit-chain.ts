/** The chain of the audit log: each entry's hash covers the one before it. */
import { createHash } from 'node:crypto'
import type { AuditEntry } from './store.ts'

/** Where the chain begins. */
export const auditStart = '0'.repeat(64)

/** The hash of the next entry. Names within `details` are put in order first: a database may keep them in its own. */
export function auditHash(before: string, entry: Omit<AuditEntry, 'hash'>): string {
  const { seq, atMs, actor, tenant, action, subject, details } = entry
  return createHash('sha256')
    .update(JSON.stringify([before, seq, atMs, actor, tenant, action, subject, inOrder(details)]))
    .digest('hex')
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => [name, inOrder(member)])
}
