/** Where everything is kept: one contract, two databases, one vault. */

export type { StoreOptions } from './assemble.ts'
export { auditHash, auditStart } from './audit-chain.ts'
export type { Turn } from './gather.ts'
export { BadCursor } from './lists.ts'
export { NewerDatabase } from './migrations.ts'
export { openPostgres, type PostgresOptions } from './postgres.ts'
export { StoreFailed } from './script.ts'
export { openSqlite, type SqliteOptions } from './sqlite.ts'
export {
  type ApiKey,
  type Approval,
  type AuditEntry,
  type Claim,
  type ClaimedDelivery,
  ClaimLost,
  type Decision,
  type Delivery,
  type DeliveryState,
  type Endpoint,
  type EventDraft,
  type FeedEvent,
  type Figures,
  type Find,
  type Found,
  type KeptBytes,
  type KeptFact,
  type KeptKey,
  type KeptRecord,
  type NumberKind,
  type OrderFilter,
  type Page,
  type Scope,
  type Store,
  type Suspense,
  Taken,
  type Write,
} from './store.ts'
export { openVault, type Vault, VaultError, type VaultKey } from './vault.ts'
