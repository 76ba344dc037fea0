/** A store put together over a driver. */
import type { Order } from '../order/order.ts'
import type { Change, ChangeTools } from './change.ts'
import { deliveryStore } from './deliveries.ts'
import { feedStore } from './feed.ts'
import type { Turn } from './gather.ts'
import { keepingStore } from './keeping.ts'
import { officeStore } from './office.ts'
import { orderStore } from './orders.ts'
import type { Driver } from './script.ts'
import { sharedStore } from './shared.ts'
import type { Decision, Found, Store } from './store.ts'
import type { Vault } from './vault.ts'

/** What every store is opened with. */
export interface StoreOptions {
  readonly vault: Vault
  /** When an order's next step is due, UTC ms; `undefined` when nothing is left to do: `plan(order, product)?.atMs`. */
  readonly dueOf: (order: Order) => number | undefined
  /** Ends a turn: what was asked for until then shares a transaction. `setImmediate` when left out. */
  readonly turn?: Turn | undefined
  /**
   * How many share a transaction at most. SQLite, 64: it holds the thread for as long as all of them take.
   * PostgreSQL, 256.
   */
  readonly groupLimit?: number | undefined
}

/** The store over this driver. */
export function assemble(
  driver: Driver,
  {
    vault,
    dueOf,
    slot,
    change,
    finish = () => Promise.resolve(),
  }: Pick<StoreOptions, 'vault' | 'dueOf'> & {
    slot: number
    change: (driver: Driver, tools: ChangeTools) => (change: Change) => Promise<unknown>
    /** Waits for changes that were asked for. */
    finish?: () => Promise<void>
  },
): Store {
  const make = change(driver, { vault, dueOf, slot })
  return {
    kind: driver.kind,
    change<R>(find: Change['find'], decide: (found: Found) => Decision<R>): Promise<R> {
      // The result is what this very decision gave.
      return make({ find, decide }) as Promise<R>
    },
    ...orderStore(driver, vault),
    ...feedStore(driver),
    ...deliveryStore(driver, vault),
    ...officeStore(driver, vault),
    ...sharedStore(driver, vault),
    ...keepingStore(driver, vault),
    async close() {
      await finish()
      await driver.close()
    },
  }
}
