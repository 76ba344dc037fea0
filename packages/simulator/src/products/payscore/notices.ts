/** What the institution is told: that the user confirmed, that the money came in. */
import { notifications } from '@chadan/protocol'
import type { World } from '../../world.ts'
import { answerOf, moneyOf, rateOf, type ServiceOrder, userOf } from './orders.ts'

/** The user has confirmed. */
export function announceConfirmed(world: World, order: ServiceOrder): void {
  world.notify({
    notification: notifications.payscore.confirmed,
    url: order.body.notify_url,
    to: order.mchid,
    resource: told(world, order),
    summary: 'Service order confirmed',
  })
}

/** The money has come in; the switch says by which events (D40). */
export function announcePaid(world: World, order: ServiceOrder, transactionId: string): void {
  const { paidEvent } = world.switches.payscore
  const whom = { url: order.body.notify_url, to: order.mchid }
  if (paidEvent !== 'none')
    world.notify({
      ...whom,
      notification: notifications.payscore.paid,
      resource: { ...told(world, order), ...money(world, order) },
      summary: 'Service order paid',
    })
  if (paidEvent === 'both')
    world.notify({
      ...whom,
      notification: notifications.cash.paid,
      resource: transaction(world, order, transactionId),
      summary: 'Payment succeeded',
    })
}

/** The order as notices tell it: without address and currency, discounts without count (D28). */
function told(world: World, order: ServiceOrder): Record<string, unknown> {
  const { currency: _currency, notify_url: _address, ...rest } = answerOf(order)
  return {
    ...rest,
    ...userOf(order),
    post_payments: order.payments ?? [],
    post_discounts: order.discounts?.map(({ count: _count, ...discount }) => discount),
    ...(world.switches.payscore.ratesInNotices && { currency: order.body.currency, ...rateOf(order) }),
  }
}

function money(world: World, order: ServiceOrder): Record<string, unknown> {
  const { total_amount, need_collection, collection } = moneyOf(order)
  const { bank_type: _bank, ...collected } = collection ?? {}
  const total = world.switches.payscore.totalInNotices === 'text' ? String(total_amount) : total_amount
  return { total_amount: total, need_collection, collection: collected }
}

function transaction(world: World, order: ServiceOrder, transactionId: string): Record<string, unknown> {
  const { body } = order
  const booked = world.transactions.get(transactionId)
  return {
    sp_appid: body.appid,
    sp_mchid: order.mchid,
    sub_appid: body.sub_appid,
    sub_mchid: body.sub_mchid,
    out_trade_no: body.out_order_no,
    transaction_id: transactionId,
    trade_type: booked?.tradeType,
    trade_state: 'SUCCESS',
    trade_state_desc: '支付成功',
    bank_type: booked?.bankType,
    attach: body.attach,
    success_time: booked && world.time(booked.successMs),
    payer: { sp_openid: order.openid, sub_openid: order.subOpenid },
    amount: {
      total: booked?.amountMinor,
      payer_total: booked?.payerMinor,
      currency: body.currency,
      payer_currency: body.currency,
    },
  }
}
