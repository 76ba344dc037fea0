/** Combined orders as queries and notices show them. */
import type { operations, ResultOfOperation } from '@chadan/protocol'
import type { World } from '../../world.ts'
import { type CombineOrder, type PlacedSub, ways } from './orders.ts'

type Answered = ResultOfOperation<typeof operations.combine.queryByOutTradeNo>
type AnsweredSub = Answered['sub_orders'][number]

/** The order as a notice holds it. */
export function announcedOrder(world: World, order: CombineOrder): Record<string, unknown> {
  const { trade_scenario: _, ...announced } = answeredOrder(world, order)
  return announced
}

/** The order as a query answers it. */
export function answeredOrder(world: World, order: CombineOrder): Answered {
  const { profile, quirks } = world.switches.combine
  const { body, paid } = order
  const appid = quirks.trailingBlankKey ? 'combine_appid ' : 'combine_appid'
  return {
    // With the quirk the key differs from the declared one, as on the page.
    ...({ [appid]: body.combine_appid } as { combine_appid: string }),
    combine_mchid: order.mchid,
    combine_out_trade_no: order.number,
    ...(paid && profile === 'modern' && { combine_transaction_id: paid.combineTransactionId }),
    ...(paid && { combine_payer_info: { openid: paid.openid } }),
    ...(body.scene_info && { scene_info: { device_id: body.scene_info.device_id } }),
    sub_orders: body.sub_orders.map((sub, index) => answeredSub(world, order, sub, index)),
    ...(body.trade_scenario && { trade_scenario: body.trade_scenario }),
  }
}

function answeredSub(world: World, order: CombineOrder, sub: PlacedSub, index: number): AnsweredSub {
  const { quirks } = world.switches.combine
  const paidSub = order.paid?.subs[index]
  const subMchid = sub.sub_mchid ?? (quirks.strictPresence ? sub.mchid : undefined)
  return {
    mchid: sub.mchid,
    ...(subMchid && { sub_mchid: subMchid }),
    ...(sub.sub_appid && { sub_appid: sub.sub_appid }),
    ...(sub.individual_auth_id && { individual_auth_id: sub.individual_auth_id }),
    ...(sub.individual_name && { individual_name: sub.individual_name }),
    out_trade_no: sub.out_trade_no,
    trade_type: ways[order.way].tradeType,
    trade_state: tradeState(world, order, index),
    attach: sub.attach,
    amount: {
      total_amount: sub.amount.total_amount,
      currency: 'CNY',
      payer_amount: paidSub?.payerMinor ?? 0,
      payer_currency: 'CNY',
    },
    ...(!paidSub && quirks.strictPresence && { success_time: '', transaction_id: '' }),
    ...(order.paid &&
      paidSub && {
        bank_type: order.paid.bankType,
        success_time: successTime(world, order.paid.successMs),
        transaction_id: paidSub.transactionId,
        ...(paidSub.subOpenid && { sub_openid: paidSub.subOpenid }),
        ...(paidSub.promotions.length > 0 && { promotion_detail: structuredClone([...paidSub.promotions]) }),
      }),
  }
}

/** A sub-order leaves the common state by its first accepted refund, and stays there (C22). */
export function tradeState(world: World, order: CombineOrder, index: number): string {
  const { profile } = world.switches.combine
  if (order.state === 'USERPAYING' && profile === 'modern') return 'NOTPAY'
  const transactionId = order.paid?.subs[index]?.transactionId
  if (transactionId === undefined) return order.state
  for (const refund of world.refunds.values()) if (refund.transactionId === transactionId) return 'REFUND'
  return order.state
}

function successTime(world: World, successMs: number): string {
  const time = world.time(successMs)
  return world.switches.combine.quirks.colonFraction ? `${time.slice(0, 19)}:000${time.slice(19)}` : time
}
