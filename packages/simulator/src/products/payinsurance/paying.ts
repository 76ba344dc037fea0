/** Paying an order: both legs, one after the other, and what happens when only one succeeds. */
import { notifications } from '@chadan/protocol'
import { ActionRefused, type LegOutcomes } from '../../product.ts'
import type { World } from '../../world.ts'
import { closeLegs } from './orders.ts'
import { accountsOf, insuranceOf, move, type OrderRow, orders, stampOf } from './rows.ts'

/** How a payment is to end. */
export interface Ending extends LegOutcomes {
  readonly bank?: string
}

/** Opens the cashier. */
export function confirm(order: OrderRow): void {
  move(order, 'confirm')
}

/** Pays: the result is there when the payment has settled. */
export function pay(world: World, order: OrderRow, ending: Ending): void {
  if (order.state !== 'PAYING') confirm(order)
  if (order.settling || isTaken(order)) throw new ActionRefused('this order is being paid already')
  order.settling = true
  world.later(world.switches.payinsurance.settlingMs.pay, 'payinsurance.settle', { id: order.id, ...ending })
}

/** Leaves the cashier; no leg may have been taken. */
export function abandon(order: OrderRow): void {
  if (order.settling || isTaken(order)) throw new ActionRefused('this order is being paid already')
  move(order, 'abandon')
}

/** The end of a payment. Cash comes first: when it fails, the bureau is not asked unless a script says so. */
export function settle(world: World, { id, ...ending }: Ending & { id: string }): void {
  const order = orders(world).get(id)
  if (!order?.settling) return
  delete order.settling
  const { cash = 'success', insurance = cash === 'fail' ? 'fail' : 'success' } = ending
  if (order.cash && cash !== 'stuck') endCash(world, order, cash, ending.bank)
  if (order.insurance && insurance !== 'stuck') endInsurance(world, order, insurance)
  conclude(world, order, ending.reason)
}

/** Ends the cash leg of an order that is being paid. */
export function endCash(world: World, order: OrderRow, outcome: 'success' | 'fail', bank?: string): void {
  if (order.state !== 'PAYING' || order.cash !== 'NOTPAY')
    throw new ActionRefused('no cash leg waits for its end')
  order.cash = outcome === 'success' ? 'SUCCESS' : 'CLOSED'
  if (outcome === 'fail') return
  const { placed } = order
  order.transactionId = world.draw.transactionId()
  world.book({
    transactionId: order.transactionId,
    product: 'payinsurance',
    mchid: placed.mch_id,
    ...(placed.sub_mch_id && { subMchid: placed.sub_mch_id }),
    appid: placed.appid,
    ...(placed.sub_appid && { subAppid: placed.sub_appid }),
    ...(placed.openid && { openid: placed.openid }),
    ...(placed.sub_openid && { subOpenid: placed.sub_openid }),
    // At WeChat Pay the cash leg is the order.
    outTradeNo: order.cashId ?? order.id,
    amountMinor: order.split.cash,
    payerMinor: order.split.cash,
    currency: 'CNY',
    coupons: [],
    successMs: world.clock.now(),
    tradeType: 'JSAPI',
    bankType: bank ?? 'OTHERS',
    description: placed.body,
    feeRate: 0.003,
  })
}

/** Ends the insurance leg of an order that is being paid. */
export function endInsurance(world: World, order: OrderRow, outcome: 'success' | 'fail'): void {
  if (order.state !== 'PAYING' || order.insurance !== 'NOTPAY')
    throw new ActionRefused('no insurance leg waits for its end')
  order.insurance = outcome === 'success' ? 'PAYED' : 'CLOSED'
  if (outcome === 'fail') return
  order.bureau = {
    medicalCardId: `ZL${world.draw.digits(12)}`,
    response: JSON.stringify({ setl_id: world.draw.digits(20), msg: 'ok' }),
  }
}

/** What the legs together mean: paid, failed, to be given back, or still open. */
export function conclude(world: World, order: OrderRow, reason?: string): void {
  const legs = [order.cash, order.insurance].filter((leg) => leg !== undefined)
  if (legs.includes('NOTPAY')) return
  if (!legs.includes('CLOSED')) {
    move(order, 'succeed')
    order.paidMs = world.clock.now()
    return tell(world, order, 'SUCCESS')
  }
  if (!isTaken(order)) {
    move(order, 'fail', reason)
    return tellFailure(world, order)
  }
  move(order, 'break', reason)
  world.later(world.switches.payinsurance.settlingMs.reversal, 'payinsurance.reversed', { id: order.id })
}

/** The taken leg is back with whom it belongs to. */
export function reverse(world: World, { id }: { id: string }): void {
  const order = orders(world).get(id)
  if (order?.state !== 'SYS_REFUNDING') return
  move(order, 'giveBack')
  if (order.cash === 'SUCCESS') order.cash = 'REFUND'
  if (order.insurance === 'PAYED') order.insurance = 'REFUND'
  closeLegs(order)
  tellFailure(world, order)
}

function isTaken(order: OrderRow): boolean {
  return order.cash === 'SUCCESS' || order.insurance === 'PAYED'
}

function tellFailure(world: World, order: OrderRow): void {
  if (world.switches.payinsurance.notifyFailures) tell(world, order, 'FAIL')
}

function tell(world: World, order: OrderRow, result: 'SUCCESS' | 'FAIL'): void {
  const { placed, split } = order
  const failure = { err_code: '80000', err_code_des: order.words }
  world.notify({
    notification: notifications.payinsurance.notified,
    url: placed.notify_url,
    to: order.hospital,
    resource: {
      return_code: 'SUCCESS',
      result_code: result,
      ...(result === 'SUCCESS' ? { err_code: '0' } : failure),
      ...accountsOf(order),
      ...(placed.openid && { openid: placed.openid }),
      ...(placed.sub_openid && { sub_openid: placed.sub_openid }),
      med_trans_id: order.id,
      hosp_out_trade_no: placed.hosp_out_trade_no,
      time_end: stampOf(world, order.paidMs ?? world.clock.now()),
      pay_type: order.payType,
      total_fee: placed.total_fee,
      cash_fee: split.cash,
      insurance_fee: split.insurance,
      bill_no: placed.bill_no,
      serial_no: placed.serial_no,
      ...insuranceOf(order),
    },
  })
}
