/** The databases that are measured: a file that is synced at every commit, and a PostgreSQL that is. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openPostgres, openSqlite } from '@chadan/gateway'
import { type PostgresServer, startPostgres } from '../../../packages/gateway/test/postgres.ts'
import type { OpenStore } from './desk.ts'

/** A folder that is gone at the end. */
export interface Place extends AsyncDisposable {
  readonly folder: string
  /** A PostgreSQL that syncs every commit, started when it is first asked for. */
  postgres(): Promise<PostgresServer>
}

/** Opens a place for databases. */
export async function openPlace(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'chadan-bench-'))
  let server: Promise<PostgresServer> | undefined
  return {
    folder,
    postgres() {
      server ??= startPostgres({ durable: true })
      return server
    },
    async [Symbol.asyncDispose]() {
      await (await server)?.[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** SQLite in this file. */
export function sqliteIn(file: string): OpenStore {
  return async (options) => openSqlite({ ...options, file })
}

/** PostgreSQL at this address. */
export function postgresAt(url: string): OpenStore {
  return (options) => openPostgres({ ...options, url })
}
