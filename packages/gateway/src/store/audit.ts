/** The chain of operators' acts: each entry's hash covers the one before, so that none can be changed or taken out unseen. */
import { createHash } from 'node:crypto'
import type { AuditEntry } from './store.ts'

/** Where the chain begins. */
export const auditStart = '0'.repeat(64)

/** SHA-256 over the hash before and the entry's own digest. */
export function auditHash(before: string, entry: Omit<AuditEntry, 'hash'>): string {
  const { seq, atMs, actor, tenant, action, subject, details } = entry
  const digest = createHash('sha256')
    .update(JSON.stringify([seq, atMs, actor, tenant, action, subject, JSON.stringify(details)]))
    .digest('hex')
  return createHash('sha256').update(`${before}\n${digest}`).digest('hex')
}

/** The first entry of these, in order, whose hash is not what follows from the one before; `undefined` when all hold. */
export function brokenLink(
  entries: readonly AuditEntry[],
  before: Pick<AuditEntry, 'seq' | 'hash'> = { seq: 0, hash: auditStart },
): AuditEntry | undefined {
  let last = before
  for (const entry of entries) {
    if (entry.seq !== last.seq + 1 || entry.hash !== auditHash(last.hash, entry)) return entry
    last = entry
  }
  return undefined
}
