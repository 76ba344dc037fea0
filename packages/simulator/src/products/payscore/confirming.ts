/** The user confirms: the assessment, who it was, and the rate that is locked then. */
import type { Payer, World } from '../../world.ts'
import type { ServiceOrder } from './orders.ts'

/** Payers whose assessment fails, by their id. */
export const failing = (world: World) => world.table<{ failing: true }>('payscore.failing')

/** The person behind an order: the one it names, else the first who knows the app. */
export function payerOf(world: World, { body }: ServiceOrder): Payer | undefined {
  if (body.sub_openid && body.sub_appid) return world.payerOf(body.sub_appid, body.sub_openid)
  if (body.openid) return world.payerOf(body.appid, body.openid)
  const app = body.sub_appid ?? body.appid
  for (const payer of world.payers.values()) if (payer.openids[app]) return payer
  return undefined
}

/** Whether the person behind an order passes the assessment. */
export function isAccepted(world: World, order: ServiceOrder): boolean {
  const payer = payerOf(world, order)
  return payer !== undefined && !failing(world).get(payer.id)
}

/** Puts an order into service: names the user, locks the rate for good. */
export function confirmed(world: World, order: ServiceOrder): void {
  const { body } = order
  const payer = payerOf(world, order)
  const openid = payer?.openids[body.appid]
  const subOpenid = body.sub_appid && payer?.openids[body.sub_appid]
  if (openid) order.openid = openid
  if (subOpenid) order.subOpenid = subOpenid
  const price = world.switches.payscore.rates[body.currency]
  if (price !== undefined) order.price = price
  order.stage = 'USER_CONFIRM'
}
