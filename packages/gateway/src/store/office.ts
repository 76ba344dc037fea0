/** What operators keep: API keys, tenants and signers, the audit chain, approvals, suspense. */
import { auditHash, auditStart } from './audit-chain.ts'
import { afterOf, builderOf, pageOf, select } from './lists.ts'
import { all, type Driver, lookup, put, run } from './script.ts'
import type { ApiKey, Approval, AuditEntry, KeptRecord, Scope, Store, Suspense } from './store.ts'
import { contextOf, type RowOf } from './tables.ts'
import type { Vault } from './vault.ts'

type Office = Pick<
  Store,
  | 'apiKey'
  | 'apiKeys'
  | 'saveApiKey'
  | 'touchApiKey'
  | 'records'
  | 'saveRecord'
  | 'audit'
  | 'auditLog'
  | 'lastAudit'
  | 'saveApproval'
  | 'approval'
  | 'approvals'
  | 'decideApproval'
  | 'suspend'
  | 'noteSuspense'
  | 'suspended'
  | 'resolveSuspense'
>

/** The part of a store that operators work with. */
export function officeStore(driver: Driver, vault: Vault): Office {
  return { ...keys(driver), ...auditChain(driver), ...approvals(driver, vault), ...suspense(driver, vault) }
}

function keys(driver: Driver) {
  return {
    apiKey: (hash) =>
      driver.read(function* () {
        const [row] = yield* lookup<RowOf<'api_keys'>>('api_keys', ['hash'], [[hash]])
        return row && apiKeyOf(row)
      }),
    apiKeys: (tenant) =>
      driver.read(function* () {
        const rows = yield* all<RowOf<'api_keys'>>('SELECT * FROM api_keys ORDER BY created_ms, id')
        return rows.filter((row) => tenant === undefined || row.tenant === tenant).map(apiKeyOf)
      }),
    saveApiKey: (key) =>
      driver.write(function* () {
        const row = {
          ...{ id: key.id, tenant: key.tenant, name: key.name, hash: key.hash },
          ...{ scopes: JSON.stringify(key.scopes), created_ms: key.createdMs },
          expires_ms: key.expiresMs ?? null,
          revoked_ms: key.revokedMs ?? null,
          last_used_ms: key.lastUsedMs ?? null,
        }
        // Only its end changes; whoever read it before it was revoked does not undo that.
        const conflict = `(id) DO UPDATE SET expires_ms = excluded.expires_ms,
          revoked_ms = COALESCE(api_keys.revoked_ms, excluded.revoked_ms)`
        yield [{ op: 'insert', table: 'api_keys', rows: [row], conflict }]
      }),
    touchApiKey: (id, atMs) =>
      driver.write(function* () {
        yield* run('UPDATE api_keys SET last_used_ms = ? WHERE id = ?', atMs, id)
      }),
    records: (kind) =>
      driver.read(function* () {
        const rows = yield* all<RowOf<'records'>>('SELECT * FROM records WHERE kind = ? ORDER BY id', kind)
        return rows.map(({ id, json, updated_ms }): KeptRecord => ({ kind, id, json, updatedMs: updated_ms }))
      }),
    saveRecord: ({ kind, id, json, updatedMs }) =>
      driver.write(() => put('records', ['kind', 'id'], { kind, id, json, updated_ms: updatedMs })),
  } satisfies Partial<Store>
}

function auditChain(driver: Driver) {
  return {
    audit: (entry) =>
      driver.write(function* () {
        yield* all(`SELECT name FROM meta WHERE name = 'audit'${driver.forUpdate}`)
        const [last] = yield* all<RowOf<'audit'>>('SELECT * FROM audit ORDER BY seq DESC LIMIT 1')
        const { atMs: at_ms, actor, tenant, action, subject } = entry
        const details = JSON.stringify(entry.details)
        const seq = (last?.seq ?? 0) + 1
        // As it will be read: what JSON cannot say is not part of the chain.
        const kept = { ...entry, seq, details: JSON.parse(details) as AuditEntry['details'] }
        const hash = auditHash(last?.hash ?? auditStart, kept)
        const row = { seq, at_ms, actor, tenant, action, subject, details, hash }
        yield [{ op: 'insert', table: 'audit', rows: [row] }]
      }),
    auditLog: (afterSeq, limit) =>
      driver.read(function* () {
        const rows = yield* all<RowOf<'audit'>>(
          'SELECT * FROM audit WHERE seq > ? ORDER BY seq LIMIT ?',
          ...[afterSeq, limit],
        )
        return rows.map(auditOf)
      }),
    lastAudit: (action) =>
      driver.read(function* () {
        const [row] = yield* all<RowOf<'audit'>>(
          'SELECT * FROM audit WHERE action = ? ORDER BY seq DESC LIMIT 1',
          action,
        )
        return row && auditOf(row)
      }),
  } satisfies Partial<Store>
}

function auditOf({ at_ms: atMs, details, ...row }: RowOf<'audit'>): AuditEntry {
  return { ...row, atMs, details: JSON.parse(details) as AuditEntry['details'] }
}

function approvals(driver: Driver, vault: Vault) {
  const approvalOf = (row: RowOf<'approvals'>): Approval => {
    const request = Buffer.from(vault.open(row.sealed, contextOf('approvals', row.id))).toString()
    return {
      ...{ id: row.id, tenant: row.tenant, order: row.order_id, action: 'refund' },
      ...{ askedBy: row.asked_by, askedMs: row.asked_ms },
      request: JSON.parse(request) as Approval['request'],
      // Only these words are written.
      state: row.state as Approval['state'],
      decidedBy: row.decided_by ?? undefined,
      decidedMs: row.decided_ms ?? undefined,
    }
  }
  return {
    saveApproval: ({ id, tenant, order, action, askedBy, askedMs, request, state, decidedBy, decidedMs }) =>
      driver.write(() =>
        put('approvals', ['id'], {
          ...{ id, tenant, order_id: order, action, asked_by: askedBy, asked_ms: askedMs },
          sealed: vault.seal(Buffer.from(JSON.stringify(request)), contextOf('approvals', id)),
          ...{ key_id: vault.keyId, state, decided_by: decidedBy ?? null, decided_ms: decidedMs ?? null },
        }),
      ),
    approval: (id) =>
      driver.read(function* () {
        const [row] = yield* lookup<RowOf<'approvals'>>('approvals', ['id'], [[id]])
        return row && approvalOf(row)
      }),
    approvals: (tenant, state) =>
      driver.read(function* () {
        let query = builderOf(driver.kind).selectFrom('approvals').selectAll()
        if (tenant !== undefined) query = query.where('tenant', '=', tenant)
        if (state !== undefined) query = query.where('state', '=', state)
        const rows = yield* select(query.orderBy('asked_ms', 'desc').orderBy('id', 'desc').limit(1000))
        return rows.map(approvalOf)
      }),
    decideApproval: (id, state, by, atMs) =>
      driver.write(function* () {
        const decided = yield* run(
          "UPDATE approvals SET state = ?, decided_by = ?, decided_ms = ? WHERE id = ? AND state = 'waiting'",
          ...[state, by, atMs, id],
        )
        return decided > 0
      }),
  } satisfies Partial<Store>
}

function suspense(driver: Driver, vault: Vault) {
  const suspenseOf = (row: RowOf<'suspense'>): Suspense => {
    const { id, signer, product, number, count, found, heard_by: by, heard_ms: heardMs } = row
    const { resolved_by: operator, resolved_why: reason, resolved_ms: atMs } = row
    return {
      ...{ id, signer, product, number, by, heardMs, count, found },
      why: row.why === 'other_ids' ? 'other_ids' : 'unknown_number',
      bytes: vault.open(row.sealed, contextOf('suspense', id)),
      resolved:
        operator !== null && reason !== null && atMs !== null ? { operator, reason, atMs } : undefined,
    }
  }
  return {
    suspend: ({ id, signer, product, number, why, by, heardMs, found, bytes }) =>
      driver.write(function* () {
        const row = {
          ...{ id, signer, product, number, why, heard_by: by, heard_ms: heardMs, count: 1, found },
          ...{ sealed: vault.seal(bytes, contextOf('suspense', id)), key_id: vault.keyId },
          ...{ resolved_by: null, resolved_why: null, resolved_ms: null },
        }
        const conflict = '(id) DO UPDATE SET count = suspense.count + 1'
        yield [{ op: 'insert', table: 'suspense', rows: [row], conflict }]
      }),
    noteSuspense: (id, note) =>
      driver.write(function* () {
        yield* run(
          `UPDATE suspense SET found = found || ? WHERE id = ? AND found NOT LIKE '%' || ?`,
          ...[`; ${note}`, id, note],
        )
      }),
    suspended: async ({ limit, cursor, open }) => {
      const after = afterOf(cursor)
      let query = builderOf(driver.kind).selectFrom('suspense').selectAll()
      if (open) query = query.where('resolved_ms', 'is', null)
      if (after)
        query = query.where(({ eb, refTuple, tuple }) =>
          eb(refTuple('heard_ms', 'id'), '<', tuple(after.ms, after.id)),
        )
      const page = query
        .orderBy('heard_ms', 'desc')
        .orderBy('id', 'desc')
        .limit(limit + 1)
      return driver.read(function* () {
        const rows = yield* select(page)
        return pageOf(rows, { limit, at: (row) => ({ ms: row.heard_ms, id: row.id }), show: suspenseOf })
      })
    },
    resolveSuspense: (id, operator, reason, atMs) =>
      driver.write(function* () {
        const resolved = yield* run(
          `UPDATE suspense SET resolved_by = ?, resolved_why = ?, resolved_ms = ?
           WHERE id = ? AND resolved_ms IS NULL`,
          ...[operator, reason, atMs, id],
        )
        return resolved > 0
      }),
  } satisfies Partial<Store>
}

function apiKeyOf(row: RowOf<'api_keys'>): ApiKey {
  const { id, tenant, name, hash, scopes, created_ms: createdMs } = row
  return {
    ...{ id, tenant, name, hash, createdMs, scopes: JSON.parse(scopes) as Scope[] },
    expiresMs: row.expires_ms ?? undefined,
    revokedMs: row.revoked_ms ?? undefined,
    lastUsedMs: row.last_used_ms ?? undefined,
  }
}
