/** What nodes share besides orders: rate budgets, leases, access tokens. */
import type { StoredToken } from '@chadan/client'
import { all, type Driver, lookup, put, run } from './script.ts'
import type { Store } from './store.ts'
import { contextOf, type RowOf } from './tables.ts'
import type { Vault } from './vault.ts'

/**
 * What lies further ahead than this was written by a clock that was wrong: WeChat Pay takes nothing from it
 * either. Nobody waits until it would be right.
 */
const wrongMs = 5 * 60_000

/** The part of a store that nodes agree by. */
export function sharedStore(driver: Driver, vault: Vault): Pick<Store, 'takeBudget' | 'lease' | 'tokens'> {
  return {
    takeBudget: (name, windowMs, limit, want) =>
      driver.write(function* () {
        // A node whose clock is behind draws on the newest window, so that a limit holds whatever clocks say.
        const fresh = `(excluded.window_ms > budgets.window_ms OR excluded.window_ms < budgets.window_ms - ${wrongMs})`
        const free = `CASE WHEN ${fresh} THEN 0 ELSE budgets.used END`
        const grant = `CASE WHEN ${free} + ? <= ? THEN ? WHEN ${free} >= ? THEN 0 ELSE ? - ${free} END`
        const granting = [want, limit, want, limit, limit]
        const first = Math.max(0, Math.min(want, limit))
        const [row] = yield* all<{ granted: number }>(
          `INSERT INTO budgets (name, window_ms, used, granted) VALUES (?, ?, ?, ?)
           ON CONFLICT (name) DO UPDATE SET granted = ${grant}, used = ${free} + ${grant},
             window_ms = CASE WHEN ${fresh} THEN excluded.window_ms ELSE budgets.window_ms END
           RETURNING granted`,
          ...[name, windowMs, first, first, ...granting, ...granting],
        )
        return row?.granted ?? 0
      }),

    lease: (name, holder, nowMs, untilMs) =>
      driver.write(function* () {
        const held = yield* all(
          `INSERT INTO leases (name, holder, until_ms) VALUES (?, ?, ?)
           ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until_ms = excluded.until_ms
             WHERE leases.holder = excluded.holder OR leases.until_ms <= ?
               OR leases.until_ms > excluded.until_ms + ${wrongMs}
           RETURNING name`,
          ...[name, holder, untilMs, nowMs],
        )
        return held.length > 0
      }),

    tokens: {
      get: (key) =>
        driver.read(function* () {
          const [row] = yield* lookup<RowOf<'tokens'>>('tokens', ['id'], [[key]])
          return row && tokenOf(row, vault)
        }),
      set: (key, token) =>
        driver.write(function* () {
          const sealed = vault.seal(Buffer.from(JSON.stringify(token)), contextOf('tokens', key))
          yield* put('tokens', ['id'], { id: key, sealed, key_id: vault.keyId })
        }),
      drop: (key, accessToken) =>
        driver.write(function* () {
          const [row] = yield* all<RowOf<'tokens'>>(
            `SELECT * FROM tokens WHERE id = ?${driver.forUpdate}`,
            key,
          )
          if (row && tokenOf(row, vault).accessToken === accessToken)
            yield* run('DELETE FROM tokens WHERE id = ?', key)
        }),
    },
  }
}

function tokenOf({ id, sealed }: RowOf<'tokens'>, vault: Vault): StoredToken {
  return JSON.parse(Buffer.from(vault.open(sealed, contextOf('tokens', id))).toString()) as StoredToken
}
