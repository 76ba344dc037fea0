/** How the tables came to be: steps that only go forward, run at open under a lock. */
import { all, type Driver, run, type Script } from './script.ts'

// In PostgreSQL's words; SQLite's driver reads the types its own way.
const first = [
  `CREATE TABLE orders (id TEXT PRIMARY KEY, tenant TEXT NOT NULL, signer TEXT NOT NULL, product TEXT NOT NULL,
    reference TEXT NOT NULL, state TEXT NOT NULL, reason TEXT, attention BIGINT NOT NULL, minor BIGINT NOT NULL,
    currency TEXT NOT NULL, version BIGINT NOT NULL, doc TEXT NOT NULL, due_ms BIGINT, claim_id TEXT,
    claim_until_ms BIGINT, wake_ms BIGINT, payer TEXT, payload BIGINT NOT NULL, state_ms BIGINT NOT NULL,
    created_ms BIGINT NOT NULL, updated_ms BIGINT NOT NULL)`,
  'CREATE UNIQUE INDEX orders_reference ON orders (tenant, reference)',
  'CREATE INDEX orders_named ON orders (reference)',
  'CREATE INDEX orders_created ON orders (created_ms, id)',
  'CREATE INDEX orders_of_tenant ON orders (tenant, created_ms, id)',
  'CREATE INDEX orders_of_tenant_in_state ON orders (tenant, state, created_ms, id)',
  'CREATE INDEX orders_of_signer ON orders (signer, created_ms, id)',
  'CREATE INDEX orders_in_state ON orders (state, created_ms, id)',
  'CREATE INDEX orders_of_product ON orders (product, created_ms, id)',
  'CREATE INDEX orders_of_amount ON orders (minor, created_ms, id)',
  'CREATE INDEX orders_of_payer ON orders (payer, created_ms, id) WHERE payer IS NOT NULL',
  'CREATE INDEX orders_marked ON orders (created_ms, id) WHERE attention > 0',
  'CREATE INDEX orders_waking ON orders (wake_ms) WHERE wake_ms IS NOT NULL',
  "CREATE INDEX orders_unknown ON orders (state_ms) WHERE state = 'unknown'",
  'CREATE INDEX orders_to_purge ON orders (updated_ms) WHERE payload = 1 AND due_ms IS NULL AND attention = 0',
  `CREATE TABLE numbers (signer TEXT NOT NULL, kind TEXT NOT NULL, number TEXT NOT NULL, order_id TEXT NOT NULL,
    PRIMARY KEY (signer, kind, number))`,
  'CREATE INDEX numbers_named ON numbers (number)',
  `CREATE TABLE bytes (id TEXT PRIMARY KEY, order_id TEXT NOT NULL, sealed BYTEA NOT NULL, key_id TEXT NOT NULL)`,
  'CREATE INDEX bytes_of_order ON bytes (order_id)',
  'CREATE INDEX bytes_by_key ON bytes (key_id)',
  `CREATE TABLE log (order_id TEXT NOT NULL, version BIGINT NOT NULL, at_ms BIGINT NOT NULL, entry TEXT NOT NULL,
    hash TEXT NOT NULL, PRIMARY KEY (order_id, version))`,
  'CREATE INDEX log_in_time ON log (at_ms, order_id)',
  `CREATE TABLE facts (order_id TEXT NOT NULL, fingerprint TEXT NOT NULL, sealed BYTEA, key_id TEXT, serial TEXT,
    request_id TEXT, heard_ms BIGINT NOT NULL, PRIMARY KEY (order_id, fingerprint))`,
  'CREATE INDEX facts_by_key ON facts (key_id) WHERE key_id IS NOT NULL',
  `CREATE TABLE events (arrived SERIAL8, id TEXT NOT NULL UNIQUE, tenant TEXT NOT NULL, order_id TEXT NOT NULL,
    order_seq BIGINT NOT NULL, type TEXT NOT NULL, at_ms BIGINT NOT NULL, body TEXT NOT NULL, minor BIGINT NOT NULL,
    currency TEXT NOT NULL, seq BIGINT, UNIQUE (order_id, order_seq))`,
  'CREATE UNIQUE INDEX events_in_feed ON events (tenant, seq) WHERE seq IS NOT NULL',
  'CREATE INDEX events_unsequenced ON events (arrived) WHERE seq IS NULL',
  'CREATE INDEX events_in_time ON events (tenant, at_ms)',
  'CREATE TABLE feeds (tenant TEXT PRIMARY KEY, last BIGINT NOT NULL)',
  `CREATE TABLE endpoints (id TEXT PRIMARY KEY, tenant TEXT NOT NULL, url TEXT NOT NULL, types TEXT NOT NULL,
    sealed BYTEA NOT NULL, key_id TEXT NOT NULL, state TEXT NOT NULL, created_ms BIGINT NOT NULL)`,
  'CREATE INDEX endpoints_of_tenant ON endpoints (tenant)',
  `CREATE TABLE deliveries (id TEXT PRIMARY KEY, endpoint TEXT NOT NULL, tenant TEXT NOT NULL, event TEXT NOT NULL,
    order_id TEXT NOT NULL, order_seq BIGINT NOT NULL, seq BIGINT NOT NULL, state TEXT NOT NULL, attempts BIGINT NOT NULL,
    due_ms BIGINT NOT NULL, created_ms BIGINT NOT NULL, last_ms BIGINT, last_status BIGINT, last_error TEXT,
    skipped_by TEXT, skipped_why TEXT, claim_id TEXT, claim_until_ms BIGINT, wake_ms BIGINT)`,
  'CREATE INDEX deliveries_waking ON deliveries (wake_ms, seq) WHERE wake_ms IS NOT NULL',
  `CREATE INDEX deliveries_undone ON deliveries (endpoint, order_id, order_seq)
    WHERE state IN ('due', 'sent', 'dead')`,
  'CREATE INDEX deliveries_in_state ON deliveries (state, created_ms, id)',
  'CREATE INDEX deliveries_created ON deliveries (created_ms, id)',
  'CREATE INDEX deliveries_of_tenant ON deliveries (tenant, created_ms, id)',
  'CREATE INDEX deliveries_of_endpoint ON deliveries (endpoint, created_ms, id)',
  'CREATE INDEX deliveries_of_order ON deliveries (order_id)',
  'CREATE INDEX deliveries_of_event ON deliveries (event)',
  `CREATE TABLE idempotency (tenant TEXT NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL, order_id TEXT NOT NULL,
    at_ms BIGINT NOT NULL, PRIMARY KEY (tenant, name))`,
  'CREATE INDEX idempotency_in_time ON idempotency (at_ms)',
  `CREATE TABLE tallies (slot BIGINT NOT NULL, product TEXT NOT NULL, state TEXT NOT NULL, orders BIGINT NOT NULL,
    PRIMARY KEY (slot, product, state))`,
  `CREATE TABLE budgets (name TEXT PRIMARY KEY, window_ms BIGINT NOT NULL, used BIGINT NOT NULL,
    granted BIGINT NOT NULL)`,
  'CREATE TABLE leases (name TEXT PRIMARY KEY, holder TEXT NOT NULL, until_ms BIGINT NOT NULL)',
  `CREATE TABLE api_keys (id TEXT PRIMARY KEY, tenant TEXT NOT NULL, name TEXT NOT NULL, hash TEXT NOT NULL UNIQUE,
    scopes TEXT NOT NULL, created_ms BIGINT NOT NULL, expires_ms BIGINT, revoked_ms BIGINT, last_used_ms BIGINT)`,
  `CREATE TABLE records (kind TEXT NOT NULL, id TEXT NOT NULL, json TEXT NOT NULL, updated_ms BIGINT NOT NULL,
    PRIMARY KEY (kind, id))`,
  `CREATE TABLE audit (seq BIGINT PRIMARY KEY, at_ms BIGINT NOT NULL, actor TEXT NOT NULL, tenant TEXT NOT NULL,
    action TEXT NOT NULL, subject TEXT NOT NULL, details TEXT NOT NULL, hash TEXT NOT NULL)`,
  'CREATE INDEX audit_of_action ON audit (action, seq)',
  `CREATE TABLE approvals (id TEXT PRIMARY KEY, tenant TEXT NOT NULL, order_id TEXT NOT NULL, action TEXT NOT NULL,
    asked_by TEXT NOT NULL, asked_ms BIGINT NOT NULL, sealed BYTEA NOT NULL, key_id TEXT NOT NULL,
    state TEXT NOT NULL, decided_by TEXT, decided_ms BIGINT)`,
  'CREATE INDEX approvals_in_state ON approvals (state, asked_ms)',
  `CREATE TABLE suspense (id TEXT PRIMARY KEY, signer TEXT NOT NULL, product TEXT NOT NULL, number TEXT NOT NULL,
    why TEXT NOT NULL, heard_by TEXT NOT NULL, heard_ms BIGINT NOT NULL, count BIGINT NOT NULL, found TEXT NOT NULL,
    sealed BYTEA NOT NULL, key_id TEXT NOT NULL, resolved_by TEXT, resolved_why TEXT, resolved_ms BIGINT)`,
  'CREATE INDEX suspense_in_time ON suspense (heard_ms, id)',
  'CREATE INDEX suspense_open ON suspense (heard_ms) WHERE resolved_ms IS NULL',
  'CREATE TABLE tokens (id TEXT PRIMARY KEY, sealed BYTEA NOT NULL, key_id TEXT NOT NULL)',
  // Rows that are locked so that one node at a time sequences and writes the audit chain.
  "INSERT INTO meta (name, value) VALUES ('sequencer', ''), ('audit', ''), ('ready', '')",
]

const merchants = [
  `CREATE TABLE merchants (merchant TEXT NOT NULL, placed_ms BIGINT NOT NULL, order_id TEXT NOT NULL,
    PRIMARY KEY (merchant, placed_ms, order_id))`,
]

/** Each step's statements. A step that was released is never changed: the next one corrects it. */
export const migrations: readonly (readonly string[])[] = [first, merchants]

/** The database was written by a newer version of this software. */
export class NewerDatabase extends Error {
  override readonly name = 'NewerDatabase'
}

/** Brings the tables up to date, or makes them; one that starts at the same time waits. Answers the schema's version. */
export function* migrate(driver: Pick<Driver, 'lockMigrations' | 'tablesMade' | 'ddl'>): Script<number> {
  const known = migrations.length
  // Where nothing is to be done, nothing is locked, and no right to make tables is needed.
  if ((yield* versionOf(driver)) === known) return known
  const { ddl, lockMigrations } = driver
  if (lockMigrations) yield [{ op: 'query', sql: lockMigrations, values: [] }]
  const found = yield* versionOf(driver)
  if (found > known)
    throw new NewerDatabase(
      `the database has schema ${found}, this version knows ${known}: run the newer version, or restore the backup made before the upgrade`,
    )
  if (found === 0) yield* run(ddl('CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)'))
  for (const step of migrations.slice(found))
    yield step.map((statement) => ({ op: 'query', sql: ddl(statement), values: [] }) as const)
  yield* run(
    `INSERT INTO meta (name, value) VALUES ('schema', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    String(known),
  )
  return known
}

function* versionOf({ tablesMade }: Pick<Driver, 'tablesMade'>): Script<number> {
  const made = yield* all(tablesMade)
  if (made.length === 0) return 0
  const [row] = yield* all<{ value: string }>("SELECT value FROM meta WHERE name = 'schema'")
  return Number(row?.value ?? 0)
}
