/** Closing an ordinary order. */
import { type CashOrder, type CashState, stateOf } from '../../cash-orders.ts'
import { Refusal } from '../../product.ts'
import type { Merchant, World } from '../../world.ts'
import { findByNumber } from './finding.ts'

type Asked = Parameters<typeof findByNumber>[2]

/** What a close does in each state. */
const closing = {
  NOTPAY: 'close',
  CLOSED: 'nothing',
  SUCCESS: ['ORDER_PAID', '订单已支付', 268449538],
  REFUND: ['TRADE_ERROR', '订单已转入退款', undefined],
} as const satisfies Record<CashState, 'close' | 'nothing' | readonly [string, string, number | undefined]>

/** Closes it for good. An unknown number is answered as the switch says (X8). */
export function closeOrder(world: World, caller: Merchant, asked: Asked): undefined {
  const order = found(world, caller, asked)
  if (!order) return
  const outcome = closing[stateOf(world, order)]
  if (outcome === 'nothing') return
  if (outcome !== 'close') {
    const [code, message, number] = outcome
    throw new Refusal(code, message, number === undefined ? {} : { number })
  }
  if (order.locked) throw new Refusal('ORDER_PAID', '用户已验密，不能关单', { number: 268560650 })
  order.closedMs = world.clock.now()
}

function found(world: World, caller: Merchant, asked: Asked): CashOrder | undefined {
  try {
    return findByNumber(world, caller, asked)
  } catch (error) {
    const unknown = error instanceof Refusal && error.code === 'ORDER_NOT_EXIST'
    if (unknown && world.switches.closeUnknown.cash === 'success') return undefined
    throw error
  }
}
