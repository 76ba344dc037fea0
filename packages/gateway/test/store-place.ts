/** Where a store's test takes place. */
import type { Order } from '../src/order/order.ts'
import type { Store, StoreOptions, Write } from '../src/store/index.ts'

/** An empty database, and what a test may do behind the store's back. */
export interface Place {
  /** Opens a store on it; several share it. All are closed at the end. */
  open(more?: Partial<StoreOptions>): Promise<Store>
  /** Everything the database holds, as text, bytes as Latin-1. */
  contents(): Promise<string>
  run(sql: string): Promise<void>
  columns(table: string): Promise<readonly string[]>
  [Symbol.asyncDispose](): Promise<void>
}

/** Opens a place for one test. */
export type OpenPlace = () => Promise<Place>

/** Makes an order. */
export async function make(store: Store, order: Order, more: Omit<Write, 'order'> = {}): Promise<void> {
  await store.change({ id: order.id }, () => ({ result: undefined, write: { order, ...more } }))
}
