/** Pages of lists: filters are put together by Kysely, which only writes the text; drivers run it. */
import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type SelectQueryBuilder,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import type { Driver, Script } from './script.ts'
import type { Page } from './store.ts'
import type { RowOf, Schema, TableName, Value } from './tables.ts'

const dialects = {
  sqlite: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (database: Kysely<never>) => new SqliteIntrospector(database),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
  postgres: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (database: Kysely<never>) => new PostgresIntrospector(database),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
}

/** The query builder of a dialect. */
export function builderOf(kind: Driver['kind']): Kysely<Schema> {
  return new Kysely<Schema>({ dialect: dialects[kind] })
}

/** A cursor that is none of ours. */
export class BadCursor extends Error {
  override readonly name = 'BadCursor'
}

/** Where a page begins: behind the row with this time and id. */
export interface After {
  readonly ms: number
  readonly id: string
}

/** Reads a cursor. Throws `BadCursor`. */
export function afterOf(cursor: string | undefined): After | undefined {
  if (cursor === undefined) return undefined
  const [ms, ...id] = Buffer.from(cursor, 'base64url').toString().split(' ')
  if (!/^\d{1,15}$/.test(ms ?? '') || id.length === 0)
    throw new BadCursor(`not a cursor: ${cursor.length} characters`)
  return { ms: Number(ms), id: id.join(' ') }
}

/** The page of the rows found, one more than its limit asked for. */
export function pageOf<R, T>(
  rows: readonly R[],
  { limit, at, show }: { limit: number; at: (row: R) => After; show: (row: R) => T },
): Page<T> {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const more = rows.length > limit && last !== undefined
  const next = more ? Buffer.from(`${at(last).ms} ${at(last).id}`).toString('base64url') : undefined
  return { rows: shown.map(show), next }
}

/** Runs what the builder put together: several queries in one round trip, their rows one after the other. */
export function* select<T extends TableName>(
  // Which tables it joins and what it selects is of no matter here.
  ...queries: readonly SelectQueryBuilder<Schema, T, RowOf<T>>[]
): Script<readonly RowOf<T>[]> {
  const answers = yield queries.map((query) => {
    const { sql, parameters } = query.compile()
    return { op: 'query', sql, values: parameters as readonly Value[], dynamic: true } as const
  })
  return answers.flatMap(({ rows }) => rows as readonly RowOf<T>[])
}
