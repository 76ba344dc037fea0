/** Recomputes the chains: of an order's log, of the audit log, and of the seals that tie the one to the other. */
import { chain, type LogEntry } from './order/log.ts'
import { chainStart } from './order/order.ts'
import { readSeal, sealAction, sealDigest } from './seal.ts'
import { auditHash, auditStart } from './store/audit-chain.ts'
import type { AuditEntry, Store } from './store/store.ts'

/** The first version of an order's log that does not follow from the one before; `undefined` when all do. */
export function verifyLog(entries: readonly LogEntry[]): { version: number; found: string } | undefined {
  let before = chainStart
  for (const [index, entry] of entries.entries()) {
    const { hash, ...stated } = entry
    if (entry.version !== index + 1)
      return { version: entry.version, found: `version ${entry.version} where ${index + 1} should stand` }
    if (chain(before, stated) !== hash)
      return { version: entry.version, found: 'its hash is not what it should be' }
    before = hash
  }
  return undefined
}

/** What verifying the audit log found. */
export interface AuditFound {
  readonly entries: number
  readonly seals: number
  /** The first broken entry. */
  readonly broken?: { readonly seq: number; readonly found: string } | undefined
  /** Hash of the last sound entry. */
  readonly head: string
}

/**
 * Verifies the audit chain from its beginning, every seal in it, and the log of every sealed order. An end that was cut
 * off shows only against a `head` that was kept elsewhere.
 */
export async function verifyAudit(store: Pick<Store, 'auditLog' | 'heads' | 'log'>): Promise<AuditFound> {
  let head = auditStart
  let entries = 0
  let seals = 0
  const checked = new Set<string>()
  for (;;) {
    const page = await store.auditLog(entries, pageSize)
    for (const entry of page) {
      const found = wrongWith(entry, entries + 1, head) ?? (await wrongWithSeal(store, entry, checked))
      if (found !== undefined) return { entries, seals, head, broken: { seq: entry.seq, found } }
      head = entry.hash
      entries++
      if (entry.action === sealAction) seals++
    }
    if (page.length < pageSize) return { entries, seals, head }
  }
}

const pageSize = 500

function wrongWith({ hash, ...entry }: AuditEntry, seq: number, before: string): string | undefined {
  if (entry.seq !== seq) return `entry ${entry.seq} where ${seq} should stand`
  return auditHash(before, entry) === hash ? undefined : 'its hash is not what it should be'
}

async function wrongWithSeal(
  store: Pick<Store, 'heads' | 'log'>,
  entry: AuditEntry,
  checked: Set<string>,
): Promise<string | undefined> {
  if (entry.action !== sealAction) return undefined
  const seal = readSeal(entry)
  if (!seal) return 'a seal that cannot be read'
  const heads = await store.heads(seal.fromMs, seal.beforeMs)
  if (heads.length !== seal.orders || sealDigest(heads) !== seal.digest)
    return `${heads.length} orders were changed in the sealed span, ${seal.orders} were sealed, or their logs differ`
  for (const { order } of heads) {
    if (checked.has(order)) continue
    const broken = verifyLog(await store.log(order))
    if (broken) return `the log of order ${order} is broken at version ${broken.version}: ${broken.found}`
    checked.add(order)
  }
  return undefined
}
