/** The store of a configuration, for verbs that work on it directly. */
import type { Config, Store } from '@chadan/gateway'
import { CommandEnd, exits, wrongInput } from './end.ts'
import type { Io } from './io.ts'
import { systemRandom } from './system.ts'

/** The gateway's package, loaded by the verbs that need it: the others start without its database drivers. */
export function gateway(): Promise<typeof import('@chadan/gateway')> {
  return import('@chadan/gateway')
}

/** Reads a configuration; problems end the command, each on a line of its own. */
export async function readConfig(io: Io, path: string): Promise<Config> {
  const { ConfigError, loadConfig, systemSecretDoors } = await gateway()
  try {
    const { config, warnings } = await loadConfig(path, { ...systemSecretDoors, env: io.env ?? {} })
    for (const warning of warnings) io.stderr(`chadan: ${warning}\n`)
    return config
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    for (const line of error.message.split('\n')) io.stderr(`${line}\n`)
    throw wrongInput(
      `${path} has ${error.problems.length} ${error.problems.length === 1 ? 'problem' : 'problems'}: correct what stands above`,
      error,
    )
  }
}

/** Opens the store, lets work be done, and closes it. */
export async function withStore<T>(
  io: Io,
  path: string,
  work: (store: Store, config: Config) => Promise<T>,
): Promise<T> {
  const config = await readConfig(io, path)
  const { openStore } = await gateway()
  let store: Store
  try {
    // No order is changed by a command: nothing falls due by it.
    store = await openStore(config, { random: systemRandom, dueOf: () => undefined })
  } catch (cause) {
    throw new CommandEnd(exits.other, `the database cannot be opened: ${storeTrouble(cause)}`, { cause })
  }
  try {
    return await work(store, config)
  } finally {
    await store.close()
  }
}

/** Why a database cannot be used, without its address or password. */
export function storeTrouble(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const name = error instanceof Error ? error.name : ''
  if (name === 'NewerDatabase' && error instanceof Error) return error.message
  return troubles[code] ?? `it answers ${/^[\w.]{1,40}$/.test(code) ? code : name || 'nothing'}`
}

/** The system's words for what happened, and what to do. */
const troubles: Readonly<Record<string, string>> = {
  EADDRINUSE: 'its port is taken: give another one under listen or adminListen',
  EADDRNOTAVAIL: 'its host is no address of this machine: correct listen or adminListen',
  ECONNREFUSED: 'nobody listens there: start PostgreSQL, or correct its address',
  ENOTFOUND: 'its host name has no address: correct it',
  '28P01': 'its password is refused: correct the address that the secret holds',
  '28000': 'this user may not connect: see pg_hba.conf',
  '3D000': 'there is no such database: create it (createdb)',
  ENOENT: 'its folder does not exist: make it',
  EACCES: 'this user may not write there: correct the rights of file and folder',
  ERR_SQLITE_ERROR: 'SQLite cannot open it: look at the file, its folder and their rights',
}

/** Who acts, as the audit log names a person at the command line. */
export function actorOf(io: Io): string {
  const user = io.env?.USER ?? io.env?.LOGNAME ?? 'unknown'
  return `command/${user.replace(/[^\w.@-]/g, '').slice(0, 64) || 'unknown'}`
}
