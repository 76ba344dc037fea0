import { openSqlite } from '../src/store/index.ts'
import { contract } from './contract/suite.ts'

contract('SQLite', async (given) => openSqlite({ ...given, file: ':memory:' }))
