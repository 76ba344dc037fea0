/** Combined payment (合单支付) on WeChat Pay's side. */
import type { ProductFactory } from '../../product.ts'
import { askingHandlers } from './asking.ts'
import { booked } from './books.ts'
import { ordersOf } from './orders.ts'
import { act, checkout, lapse } from './paying.ts'
import { placingHandlers } from './placing.ts'

/** Combined payment in the simulated world. */
export const combine: ProductFactory = (world) => ({
  name: 'combine',
  handlers: [...placingHandlers(world), ...askingHandlers(world)],
  jobs: { 'combine.lapse': (payload: { key: string }) => lapse(world, payload) },
  checkout: (key) => checkout(world, key),
  act: (key, action) => act(world, key, action),
  booked: (from, limit) => booked(world, from, limit),
  recent: (limit) =>
    [...ordersOf(world).rows.values()]
      .slice(-limit)
      .reverse()
      .flatMap(({ key }) => checkout(world, key) ?? []),
})
