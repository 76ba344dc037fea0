import { after, before } from 'node:test'
import { openPostgres } from '../src/store/index.ts'
import { contract } from './contract/suite.ts'
import { type PostgresServer, startPostgres } from './postgres.ts'

let server: PostgresServer

before(async () => {
  server = await startPostgres()
})

after(() => server[Symbol.asyncDispose]())

contract('PostgreSQL', async (given) => openPostgres({ ...given, url: await server.database() }))
