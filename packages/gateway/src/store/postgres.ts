/** The store in PostgreSQL, shared by any number of nodes: changes of a turn in one transaction, a batch in one round trip. */
import pg from 'pg'
import { assemble, type StoreOptions } from './assemble.ts'
import { migrate } from './migrations.ts'
import {
  type Answer,
  type Ask,
  all,
  Collided,
  type Driver,
  NotUnique,
  type Row,
  type Script,
  StoreFailed,
} from './script.ts'
import { statementOf } from './statements.ts'
import type { Store } from './store.ts'
import type { Value } from './tables.ts'
import { gatherChanges } from './together.ts'

/** How a store in PostgreSQL is opened. */
export interface PostgresOptions extends StoreOptions {
  /** `postgres://user:password@host:port/database`. */
  readonly url?: string | undefined
  /** A pool instead; it stays open when the store is closed. `pipeline: true` saves it round trips. */
  readonly pool?: pg.Pool | undefined
  /** Connections at most; 10 when left out. */
  readonly connections?: number | undefined
}

/** Connects, and brings the tables up to date. Throws `NewerDatabase`, `StoreFailed`. */
export async function openPostgres(options: PostgresOptions): Promise<Store> {
  const { turn = setImmediate, groupLimit = 256 } = options
  const driver = new PostgresDriver(options.pool ?? openPool(options), { owned: !options.pool })
  try {
    await driver.write(() => migrate(driver))
    const [row] = await driver.read(() => all<{ slot: number }>('SELECT pg_backend_pid() % 64 AS slot'))
    const tools = { vault: options.vault, dueOf: options.dueOf, slot: row?.slot ?? 0 }
    const changes = gatherChanges(driver, tools, { turn, limit: groupLimit })
    return assemble(driver, {
      ...tools,
      change: () => (change) => changes.add(change),
      finish: () => changes.idle(),
    })
  } catch (error) {
    await driver.close()
    throw error
  }
}

// What is found by a key is looked up by its index, even before the database has statistics of a new table.
const planning = ['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin'].map((one) => `-c ${one}=off`)

function openPool({ url, connections = 10 }: PostgresOptions): pg.Pool {
  if (url === undefined) throw new TypeError('a store needs a url or a pool')
  const config = {
    connectionString: url,
    max: connections,
    // All asks of a batch go out at once.
    pipeline: true,
    application_name: 'chadan',
    options: planning.join(' '),
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
    statement_timeout: 60_000,
    // A node that vanished holds its locks no longer than this.
    idle_in_transaction_session_timeout: 15_000,
  }
  const pool = new pg.Pool(config)
  // An idle connection that breaks is replaced when it is needed; work under way has its own error.
  pool.on('error', () => {})
  return pool
}

class PostgresDriver implements Driver {
  readonly kind = 'postgres'
  readonly forUpdate = ' FOR UPDATE'
  readonly forShare = ' FOR SHARE'
  // Any number that only this software uses: nodes that start together wait for each other.
  readonly lockMigrations = 'SELECT pg_advisory_xact_lock(7163928451)'
  readonly tablesMade =
    "SELECT tablename FROM pg_tables WHERE tablename = 'meta' AND schemaname = current_schema()"
  readonly #pool: pg.Pool
  readonly #owned: boolean

  constructor(pool: pg.Pool, { owned }: { owned: boolean }) {
    this.#pool = pool
    this.#owned = owned
  }

  skipLocked(of?: string): string {
    return ` FOR UPDATE${of ? ` OF ${of}` : ''} SKIP LOCKED`
  }

  ddl(statement: string): string {
    return statement
      .replace(/\bTEXT\b/g, 'TEXT COLLATE "C"')
      .replace(/\bSERIAL8\b/g, 'BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY')
  }

  anyOf(column: string): string {
    return `${column} = ANY(?::text[])`
  }

  list(values: readonly string[]): Value {
    // pg writes arrays; the border's values are otherwise plain.
    return values as unknown as Value
  }

  read<R>(script: () => Script<R>): Promise<R> {
    return this.#with((client) => drive(client, script()))
  }

  async write<R>(script: () => Script<R>): Promise<R> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#with((client) => transact(client, script()))
      } catch (error) {
        // Two waited for each other and this one gave way: nothing of it remains.
        if (!(error instanceof Collided) || tries > 5) throw error
      }
    }
  }

  async close(): Promise<void> {
    if (this.#owned && !this.#pool.ending) await this.#pool.end()
  }

  async #with<R>(work: (client: pg.PoolClient) => Promise<R>): Promise<R> {
    const client = await this.#pool.connect().catch((error) => {
      throw failure(error)
    })
    // A connection that breaks says so to whoever waits for an answer; nobody else needs to hear it.
    client.on('error', ignore)
    try {
      const result = await work(client)
      client.off('error', ignore)
      client.release()
      return result
    } catch (error) {
      client.off('error', ignore)
      client.release(error instanceof StoreFailed && error.where === 'store')
      throw error
    }
  }
}

function ignore(): void {}

async function transact<R>(client: pg.PoolClient, script: Script<R>): Promise<R> {
  try {
    const result = await drive(client, script, 'BEGIN ISOLATION LEVEL READ COMMITTED')
    await commit(client)
    return result
  } catch (error) {
    if (!(error instanceof StoreFailed && error.where === 'store')) await send(client, 'ROLLBACK')
    throw error
  }
}

/** Runs a script; `opening` goes out with its first batch, in the same round trip. */
async function drive<R>(client: pg.PoolClient, script: Script<R>, opening?: string): Promise<R> {
  const before: Ask[] = opening === undefined ? [] : [{ op: 'query', sql: opening, values: [] }]
  let step = script.next()
  while (!step.done) {
    const first = before.splice(0)
    const answers = await answersOf(client, [...first, ...step.value])
    step = script.next(answers.slice(first.length))
  }
  await answersOf(client, before)
  return step.value
}

async function answersOf(client: pg.PoolClient, asks: readonly Ask[]): Promise<readonly Answer[]> {
  if (client.pipeline) return Promise.all(asks.map((ask) => answerOf(client, ask)))
  const answers: Answer[] = []
  for (const ask of asks) answers.push(await answerOf(client, ask))
  return answers
}

async function answerOf(client: pg.PoolClient, ask: Ask): Promise<Answer> {
  if (('rows' in ask && ask.rows.length === 0) || ('keys' in ask && ask.keys.length === 0)) return nothing
  const { sql, values, name } = statementOf(ask)
  const { rows, rowCount } = await send(client, sql, values, name)
  return { rows, count: rowCount ?? 0 }
}

const nothing: Answer = { rows: [], count: 0 }

async function commit(client: pg.PoolClient): Promise<void> {
  try {
    await send(client, 'COMMIT')
  } catch (error) {
    if (!(error instanceof StoreFailed)) throw error
    const { message, code, where } = error
    throw new StoreFailed(message, { code, where, outcome: where === 'store' ? 'unknown' : 'nothing' })
  }
}

const int8 = 20
const types = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === int8 ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
}

async function send(client: pg.PoolClient, text: string, values: readonly Value[] = [], name?: string) {
  try {
    return await client.query<Row>({ text, values: [...values], types, ...(name ? { name } : {}) })
  } catch (error) {
    throw failure(error)
  }
}

/** Class 08 connection, 53 resources, 57 operator, 58 system; and a database that only reads. */
const everybody = /^(08|53|57|58|25006|XX)/

// Messages and details of PostgreSQL may hold values: only codes and names of tables are kept.
function failure(error: unknown): Error {
  if (error instanceof pg.DatabaseError && error.code) {
    const { code, table = '', constraint = '' } = error
    if (code === '23505') return new NotUnique(`${table} ${constraint}`)
    if (code === '40001' || code === '40P01') return new Collided('another transaction was in the way')
    const where = everybody.test(code) ? 'store' : 'statement'
    return new StoreFailed(`PostgreSQL: error ${code}${table ? ` in ${table}` : ''}`, { code, where })
  }
  if (error instanceof TypeError) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'connection'
  return new StoreFailed(`PostgreSQL cannot be reached (${code})`, { code, where: 'store' })
}
