/** Finding an ordinary order of the caller. */
import { type CashOrder, cashOrders, orderKey } from '../../cash-orders.ts'
import { Refusal } from '../../product.ts'
import type { Merchant, World } from '../../world.ts'
import { knownSub, sameMerchant } from './merchants.ts'

/** By whom it is asked for. */
interface Pair {
  readonly mchid: string
  readonly subMchid?: string
}

/** The order of this number. Throws ORDER_NOT_EXIST. */
export function findByNumber(
  world: World,
  caller: Merchant,
  { number, ...pair }: Pair & { number: string },
): CashOrder {
  sameMerchant(caller, pair.mchid)
  knownSub(world, caller, pair.subMchid)
  return ofPair(cashOrders(world).get(orderKey({ mchid: caller.mchid, outTradeNo: number })), pair)
}

/** The paid order of this payment. Throws ORDER_NOT_EXIST. */
export function findById(world: World, caller: Merchant, { id, ...pair }: Pair & { id: string }): CashOrder {
  sameMerchant(caller, pair.mchid)
  knownSub(world, caller, pair.subMchid)
  const payment = world.transactions.get(id)
  const own = payment?.product === 'cash' && payment.mchid === caller.mchid
  return ofPair(own ? cashOrders(world).get(orderKey(payment)) : undefined, pair)
}

function ofPair(order: CashOrder | undefined, { subMchid }: Pair): CashOrder {
  if (!order) throw new Refusal('ORDER_NOT_EXIST', '订单不存在', { status: 404 })
  if (order.subMchid !== subMchid)
    throw new Refusal('RULE_LIMIT', '特约商户与订单不匹配', { number: 268447845 })
  return order
}
