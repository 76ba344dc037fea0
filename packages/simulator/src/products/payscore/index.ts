/** PayScore service orders of overseas institutions, on the platform's side. */
import type { ProductFactory } from '../../product.ts'
import { booked } from './books.ts'
import { deduct } from './collecting.ts'
import { handlers } from './handlers.ts'
import { expireWhenDue, serviceOrders } from './orders.ts'
import { act, checkout } from './payer.ts'

/** Makes the product for a world. */
export const payscore: ProductFactory = (world) => ({
  name: 'payscore',
  handlers,
  jobs: {
    'payscore.expire': ({ key }: { key: string }) => {
      const order = serviceOrders(world).get(key)
      if (order) expireWhenDue(world, order)
    },
    'payscore.deduct': ({ key }: { key: string }) => {
      const order = serviceOrders(world).get(key)
      if (order) deduct(world, order)
    },
  },
  checkout: (key) => checkout(world, key),
  act: (key, action) => act(world, key, action),
  booked: (from, limit) => booked(world, from, limit),
  recent: (limit) =>
    [...serviceOrders(world).values()]
      .slice(-limit)
      .reverse()
      .flatMap(({ key }) => checkout(world, key) ?? []),
})
