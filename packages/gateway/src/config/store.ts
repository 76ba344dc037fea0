/** The store and the clock that a configuration names. */
import type { Fetch } from '@chadan/client'
import type { Clock, Random } from '@chadan/protocol'
import type { StoreOptions } from '../store/assemble.ts'
import { openPostgres } from '../store/postgres.ts'
import { openSqlite } from '../store/sqlite.ts'
import type { Store } from '../store/store.ts'
import { openVault } from '../store/vault.ts'
import { type FollowedClock, followClock } from './clock.ts'
import type { Config } from './load.ts'

/**
 * Opens the store and brings its tables up to date.
 * @example const store = await openStore(config, { random: systemRandom, dueOf })
 */
export async function openStore(
  { store, vault }: Pick<Config, 'store' | 'vault'>,
  { random, ...options }: Omit<StoreOptions, 'vault'> & { readonly random: Random },
): Promise<Store> {
  const whole = { ...options, vault: openVault({ ...vault, random }) }
  return 'sqlite' in store
    ? openSqlite({ ...whole, file: store.sqlite })
    : openPostgres({ ...whole, url: store.postgres.reveal() })
}

/** The given clock, or the simulator's where the configuration follows one. */
export async function openClock(
  { clock }: Pick<Config, 'clock'>,
  fetch: Fetch,
  real: Clock,
): Promise<FollowedClock> {
  if (clock) return followClock(clock.follow, fetch, real)
  return { now: () => real.now(), after: (ms, work) => real.after(ms, work), speed: 1 }
}
