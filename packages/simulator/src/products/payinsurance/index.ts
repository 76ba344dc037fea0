/** Medical-insurance payment by the legacy interface, the platform's side: PI 11. */
import type { ProductFactory } from '../../product.ts'
import { agentDrawing, drawing, expireTokens } from './access.ts'
import { billing } from './bills.ts'
import { booked } from './books.ts'
import { verifying } from './names.ts'
import { closing, expire, querying } from './orders.ts'
import { act, checkout, recent } from './payer.ts'
import { type Ending, reverse, settle } from './paying.ts'
import { placing } from './placing.ts'
import { cashBack, insuranceBack, refunding, refundQuerying } from './refunds.ts'

interface Id {
  readonly id: string
}

/** Makes the product for a world. */
export const payinsurance: ProductFactory = (world) => ({
  name: 'payinsurance',
  handlers: [
    agentDrawing,
    drawing,
    placing,
    querying,
    closing,
    refunding,
    refundQuerying,
    billing,
    verifying,
  ],
  jobs: {
    'payinsurance.expire': (payload: Id) => expire(world, payload),
    'payinsurance.settle': (payload: Id & Ending) => settle(world, payload),
    'payinsurance.reversed': (payload: Id) => reverse(world, payload),
    'payinsurance.cashBack': (payload: Id) => cashBack(world, payload),
    'payinsurance.insuranceBack': (payload: Id) => insuranceBack(world, payload),
  },
  checkout: (key) => checkout(world, key),
  act: (key, action) => act(world, key, action),
  recent: (limit) => recent(world, limit),
  booked: (from, limit) => booked(world, from, limit),
  expireTokens: () => expireTokens(world),
})
