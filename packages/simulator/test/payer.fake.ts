/** A product whose orders only a payer's page needs: to try every state and every button. */
import { ActionRefused, type Checkout, type Product } from '../src/product.ts'
import { openSimulator, type Simulator } from '../src/simulator.ts'
import type { OpenWorld } from '../src/world.ts'

type Order = { -readonly [K in keyof Checkout]: Checkout[K] }

export const fakeOrder: Order = {
  product: 'fake',
  number: 'T20260317-0001',
  payee: '滨江示范医院',
  description: '门诊缴费',
  amount: { minor: 2_468_00, currency: 'CNY' },
  lines: [
    { label: '医保统筹', minor: 200_000 },
    { label: '个人账户', minor: 40_000 },
    { label: '现金', minor: 6_800 },
  ],
  state: 'open',
  actions: ['pay', 'fail', 'cancel'],
  coupons: [
    { id: 'C1', name: '满100减5', minor: 500 },
    { id: 'C2', name: '新人立减', minor: 1_200 },
  ],
}

/** A simulator in which `orders` can be paid; what was done is kept in `done`. */
export async function openFake(orders: Record<string, Order>): Promise<{ sim: Simulator; done: unknown[] }> {
  const sim = await openSimulator()
  const done: unknown[] = []
  const ends = { pay: 'paid', fail: 'failed', cancel: 'cancelled', confirm: 'open', event: 'open' } as const
  const product: Product = {
    name: 'fake',
    handlers: [],
    checkout: (key) => orders[key],
    act(key, action) {
      const order = orders[key]
      if (!order?.actions.includes(action.action)) throw new ActionRefused('the order does not allow this')
      done.push(action)
      order.state = ends[action.action]
      order.actions = []
    },
    recent: (limit) => Object.values(orders).slice(0, limit),
  }
  // A simulator's world is an open one; only its type is narrower.
  ;(sim.world as OpenWorld).products.push(product)
  return { sim, done }
}
