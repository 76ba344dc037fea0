/** The tables as they stand now, as data: rows and their types follow from it. `?` may be null. */

/** Kinds of columns: text, a whole number, bytes. */
export type ColumnKind = 'text' | 'int' | 'bytes' | 'text?' | 'int?' | 'bytes?'

/** Every table and its columns. `migrations.ts` makes them. */
export const tables = {
  orders: {
    id: 'text',
    tenant: 'text',
    signer: 'text',
    product: 'text',
    reference: 'text',
    state: 'text',
    reason: 'text?',
    /** How many marks are open. */
    attention: 'int',
    minor: 'int',
    currency: 'text',
    version: 'int',
    doc: 'text',
    /** When its next step is due. */
    due_ms: 'int?',
    claim_id: 'text?',
    claim_until_ms: 'int?',
    /** When somebody may take it: when it is due and nobody holds it. */
    wake_ms: 'int?',
    /** Blind index of who pays. */
    payer: 'text?',
    /** 1 while bytes of it are kept that purge will remove. */
    payload: 'int',
    /** Since when it is in its state. */
    state_ms: 'int',
    created_ms: 'int',
    updated_ms: 'int',
  },
  numbers: { signer: 'text', kind: 'text', number: 'text', order_id: 'text' },
  /** Whose orders they are: every mchid and sub_mchid that an order names. */
  merchants: { merchant: 'text', placed_ms: 'int', order_id: 'text' },
  bytes: { id: 'text', order_id: 'text', sealed: 'bytes', key_id: 'text' },
  log: { order_id: 'text', version: 'int', at_ms: 'int', entry: 'text', hash: 'text' },
  facts: {
    order_id: 'text',
    fingerprint: 'text',
    sealed: 'bytes?',
    key_id: 'text?',
    serial: 'text?',
    request_id: 'text?',
    heard_ms: 'int',
  },
  events: {
    id: 'text',
    tenant: 'text',
    order_id: 'text',
    order_seq: 'int',
    type: 'text',
    at_ms: 'int',
    body: 'text',
    minor: 'int',
    currency: 'text',
    /** Its place in the tenant's feed, once it has one. */
    seq: 'int?',
  },
  feeds: { tenant: 'text', last: 'int' },
  endpoints: {
    id: 'text',
    tenant: 'text',
    url: 'text',
    types: 'text',
    sealed: 'bytes',
    key_id: 'text',
    state: 'text',
    created_ms: 'int',
  },
  deliveries: {
    id: 'text',
    endpoint: 'text',
    tenant: 'text',
    event: 'text',
    order_id: 'text',
    order_seq: 'int',
    seq: 'int',
    state: 'text',
    attempts: 'int',
    due_ms: 'int',
    created_ms: 'int',
    last_ms: 'int?',
    last_status: 'int?',
    last_error: 'text?',
    skipped_by: 'text?',
    skipped_why: 'text?',
    claim_id: 'text?',
    claim_until_ms: 'int?',
    /** When it is worth looking at; null where nothing can be sent (done, dead, behind a dead one, endpoint off). */
    wake_ms: 'int?',
  },
  idempotency: { tenant: 'text', name: 'text', digest: 'text', order_id: 'text', at_ms: 'int' },
  tallies: { slot: 'int', product: 'text', state: 'text', orders: 'int' },
  budgets: { name: 'text', window_ms: 'int', used: 'int', granted: 'int' },
  leases: { name: 'text', holder: 'text', until_ms: 'int' },
  api_keys: {
    id: 'text',
    tenant: 'text',
    name: 'text',
    hash: 'text',
    scopes: 'text',
    created_ms: 'int',
    expires_ms: 'int?',
    revoked_ms: 'int?',
    last_used_ms: 'int?',
  },
  records: { kind: 'text', id: 'text', json: 'text', updated_ms: 'int' },
  audit: {
    seq: 'int',
    at_ms: 'int',
    actor: 'text',
    tenant: 'text',
    action: 'text',
    subject: 'text',
    details: 'text',
    hash: 'text',
  },
  approvals: {
    id: 'text',
    tenant: 'text',
    order_id: 'text',
    action: 'text',
    asked_by: 'text',
    asked_ms: 'int',
    sealed: 'bytes',
    key_id: 'text',
    state: 'text',
    decided_by: 'text?',
    decided_ms: 'int?',
  },
  suspense: {
    id: 'text',
    signer: 'text',
    product: 'text',
    number: 'text',
    why: 'text',
    heard_by: 'text',
    heard_ms: 'int',
    count: 'int',
    found: 'text',
    sealed: 'bytes',
    key_id: 'text',
    resolved_by: 'text?',
    resolved_why: 'text?',
    resolved_ms: 'int?',
  },
  tokens: { id: 'text', sealed: 'bytes', key_id: 'text' },
  meta: { name: 'text', value: 'text' },
} as const satisfies Record<string, Record<string, ColumnKind>>

/** The name of a table. */
export type TableName = keyof typeof tables
/** What a driver takes and gives for a column. */
export type Value = string | number | null | Uint8Array

type Plain<K> = K extends 'text' ? string : K extends 'int' ? number : Uint8Array
type Cell<K> = K extends `${infer P}?` ? Plain<P> | null : Plain<K>
/** A row of a table. */
export type RowOf<T extends TableName> = {
  -readonly [C in keyof (typeof tables)[T]]: Cell<(typeof tables)[T][C]>
}
/** All tables, as the query builder knows them. */
export type Schema = { [T in TableName]: RowOf<T> }

/** Tables with sealed bytes: how a row is named in its seal's context. */
export const sealedTables = {
  bytes: ['id'],
  facts: ['order_id', 'fingerprint'],
  endpoints: ['id'],
  approvals: ['id'],
  suspense: ['id'],
  tokens: ['id'],
} as const satisfies { [T in TableName]?: readonly string[] }

/** Where something sealed is kept: its seal opens nowhere else. */
export function contextOf(table: keyof typeof sealedTables, ...names: readonly string[]): string {
  return JSON.stringify([table, ...names])
}
