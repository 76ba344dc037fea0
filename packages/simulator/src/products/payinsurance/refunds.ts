/** Refunds: one number for an order, the insurance leg whole or not at all, each leg at its own pace. */
import { operations } from '@chadan/protocol'
import { addressOf } from '../../exchange/token.ts'
import { ActionRefused, type Call, Refusal } from '../../product.ts'
import type { Merchant, World } from '../../world.ts'
import { accountOf } from './access.ts'
import { answering, orderOf, takesTwoNumbers } from './answering.ts'
import { contentOf, isStale } from './bureau.ts'
import {
  cashRefundMoves,
  draw,
  insuranceRefundMoves,
  move,
  name,
  named,
  next,
  numberName,
  type OrderRow,
  orderBy,
  orders,
  type RefundRow,
  refunds,
  stampOf,
} from './rows.ts'

const { refund, queryRefund } = operations.payinsurance

type RefundCall = Call<typeof refund>

/** Accepts a refund of a paid order. */
export const refunding = answering(
  refund,
  (call) => {
    const { world } = call
    checkAddress(call)
    const order = orderOf(call, new Refusal('513', '订单不存在'))
    const session = checkRequest(call, order)
    const row = rowFor(call, order)
    submit(world, { row, order, hospital: call.caller, session })
    return {
      total_fee: order.placed.total_fee,
      cash_refund_fee: row.cashFee,
      insurance_refund_fee: row.insuranceFee,
      med_refund_id: row.id,
      ...numbersOf(row),
    }
  },
  takesTwoNumbers,
)

function checkAddress(call: RefundCall): void {
  const { world, caller } = call
  const { refundIps } = accountOf(caller)
  if (world.switches.payinsurance.ipRefusal >= 40_000 || !refundIps) return
  if (!refundIps.includes(addressOf(call)))
    throw new Refusal(String(world.switches.payinsurance.ipRefusal), 'IP不在白名单内')
}

/** Holds the request to the order; the session it came with. */
function checkRequest({ body }: RefundCall, order: OrderRow): string {
  const wrong = (words: string) => new Refusal('513', words)
  if (body.cancel_serial_no !== order.placed.serial_no) throw wrong('cancel_serial_no与原订单不一致')
  if (body.cancel_bill_no !== order.placed.bill_no) throw wrong('cancel_bill_no与原订单不一致')
  const content = contentOf(refund, body.request_content)
  if (content.paytype !== order.placed.order_type) throw wrong('paytype与原订单不一致')
  const asksCash = body.part_refund_type !== undefined || body.cash_refund_fee !== undefined
  if (asksCash && order.cash === undefined) throw wrong('订单没有自费部分')
  if ((body.cash_refund_fee ?? 0) > order.split.cash) throw wrong('现金退款金额大于自费金额')
  return content.session_id ?? ''
}

/** The refund of this order: the one that was refused before, or a new one. */
function rowFor({ world, caller, body }: RefundCall, order: OrderRow): RefundRow {
  const fees = {
    cashFee: order.cash === undefined ? 0 : (body.cash_refund_fee ?? order.split.cash),
    insuranceFee: body.part_refund_type === 'CASH_ONLY' ? 0 : order.split.insurance,
  }
  const number = numberName('refund', caller.mchid, body.hosp_out_refund_no)
  const before = order.refund === undefined ? undefined : refunds(world).get(order.refund)
  if (before) {
    checkAgain(before, body.hosp_out_refund_no, fees)
    return before
  }
  if (named(world, number)) throw new Refusal('513', '退款单号已被其他订单使用')
  if (!next(order.state, 'refund')) throw new Refusal('554', `退款状态不合法：订单状态为${order.state}`)
  const row: RefundRow = {
    id: draw(world, 'R'),
    order: order.id,
    hospital: caller.mchid,
    number: body.hosp_out_refund_no,
    ...fees,
    ...(fees.insuranceFee > 0 && { insuranceId: draw(world, 'S') }),
    ...(fees.cashFee > 0 && { cashId: draw(world, 'T') }),
    createMs: world.clock.now(),
    accepted: false,
    ...(fees.cashFee > 0 && { cash: 'REFUNDING' as const }),
    ...(fees.insuranceFee > 0 && { insurance: 'REFUNDING' as const }),
  }
  name(world, number, row.id)
  order.refund = row.id
  return refunds(world).set(row.id, row)
}

function checkAgain(
  row: RefundRow,
  number: string,
  { cashFee, insuranceFee }: Pick<RefundRow, 'cashFee' | 'insuranceFee'>,
): void {
  if (row.number !== number) throw new Refusal('558', '退款单号和原退款单号不相符')
  // What was refused by the bureau may be submitted once more under its number.
  if (row.accepted && row.insurance !== 'FAIL') throw new Refusal('550', '退款已成功提交')
  if (row.cashFee !== cashFee || row.insuranceFee !== insuranceFee)
    throw new Refusal('513', '退款金额与原退款单不一致')
}

interface Submission {
  readonly row: RefundRow
  readonly order: OrderRow
  readonly hospital: Merchant
  readonly session: string
}

/** Hands a refund to bureau and bank, or throws 553 or 556: then the row stays and may be submitted again. */
function submit(world: World, { row, order, hospital, session }: Submission): void {
  if (row.insurance && isStale(world, hospital.mchid, session)) {
    row.insurance = 'FAIL'
    throw new Refusal('553', '医保局退款失败：session_id已过期')
  }
  if (row.insurance === 'FAIL') row.insurance = insuranceRefundMoves.FAIL.again
  if (!row.accepted) takeCash(world, row, order, hospital)
  row.accepted = true
  if (order.state === 'SUCCESS') move(order, 'refund')
  const { cashRefund, insuranceRefund } = world.switches.payinsurance.settlingMs
  if (row.cash === 'REFUNDING') world.later(cashRefund, 'payinsurance.cashBack', { id: row.id })
  if (row.insurance === 'REFUNDING')
    world.later(insuranceRefund, 'payinsurance.insuranceBack', { id: row.id })
}

function takeCash(world: World, row: RefundRow, order: OrderRow, hospital: Merchant): void {
  if (row.cashFee === 0 || !order.transactionId) return
  const { balanceMinor } = hospital
  if (balanceMinor !== undefined && balanceMinor < row.cashFee)
    throw new Refusal('556', '自费退款提交失败：商户余额不足')
  if (balanceMinor !== undefined) hospital.balanceMinor = balanceMinor - row.cashFee
  const { placed } = order
  const refundId = world.draw.refundId()
  world.refunds.set(refundId, {
    refundId,
    outRefundNo: row.cashId ?? row.id,
    transactionId: order.transactionId,
    product: 'payinsurance',
    mchid: placed.mch_id,
    ...(placed.sub_mch_id && { subMchid: placed.sub_mch_id }),
    refundMinor: row.cashFee,
    payerRefundMinor: row.cashFee,
    currency: 'CNY',
    state: 'PROCESSING',
    createMs: row.createMs,
    details: { id: row.id },
  })
}

/** Ends the cash leg of a refund. */
export function endCashRefund(world: World, id: string, event: 'succeed' | 'change'): void {
  const row = acceptedRow(world, id)
  if (row.cash !== 'REFUNDING') throw new ActionRefused('no cash refund is on its way')
  row.cash = cashRefundMoves.REFUNDING[event]
  row.cashMs = world.clock.now()
  for (const record of world.refunds.values()) {
    if (record.product !== 'payinsurance' || record.details?.id !== row.id) continue
    record.state = event === 'succeed' ? 'SUCCESS' : 'ABNORMAL'
    if (event === 'succeed') record.successMs = world.clock.now()
  }
  const order = orders(world).get(row.order)
  if (order?.cash === 'SUCCESS' && event === 'succeed') order.cash = 'REFUND'
  finish(world, row)
}

/** Ends the insurance leg of a refund. */
export function endInsuranceRefund(world: World, id: string, event: 'succeed' | 'fail'): void {
  const row = acceptedRow(world, id)
  if (row.insurance !== 'REFUNDING') throw new ActionRefused('no insurance refund is on its way')
  row.insurance = insuranceRefundMoves.REFUNDING[event]
  if (event === 'fail') return
  row.insuranceMs = world.clock.now()
  row.response = JSON.stringify({ setl_id: world.draw.digits(20), cancel: 'ok' })
  const order = orders(world).get(row.order)
  if (order?.insurance === 'PAYED') order.insurance = 'REFUND'
  finish(world, row)
}

function acceptedRow(world: World, id: string): RefundRow {
  const row = refunds(world).get(id)
  if (!row?.accepted) throw new ActionRefused('no accepted refund stands behind this key')
  return row
}

function finish(world: World, row: RefundRow): void {
  if (isBack(row)) row.endMs = world.clock.now()
}

function isBack({ accepted, cash = 'SUCCESS', insurance = 'SUCCESS' }: RefundRow): boolean {
  return accepted && cash === 'SUCCESS' && insurance === 'SUCCESS'
}

/** The planned end of the cash leg; a test may have been faster. */
export function cashBack(world: World, { id }: { id: string }): void {
  if (refunds(world).get(id)?.cash === 'REFUNDING') endCashRefund(world, id, 'succeed')
}

/** The planned end of the insurance leg; a test may have been faster. */
export function insuranceBack(world: World, { id }: { id: string }): void {
  if (refunds(world).get(id)?.insurance === 'REFUNDING') endInsuranceRefund(world, id, 'succeed')
}

/** Answers what became of a refund. */
export const refundQuerying = answering(
  queryRefund,
  (call) => {
    const { world } = call
    const row = refundBy(call)
    const order = row && orders(world).get(row.order)
    if (!row || !order) throw new Refusal('551', '退款单查询失败')
    return {
      med_trans_id: order.id,
      med_refund_id: row.id,
      hosp_out_trade_no: order.placed.hosp_out_trade_no,
      hosp_out_refund_no: row.number,
      insurance_refund_fee: row.insuranceFee,
      cash_refund_fee: row.cashFee,
      ...(row.cash && { cash_refund_statuses: row.cash }),
      ...(row.insurance && { insurance_refund_status: row.insurance }),
      med_refund_state: isBack(row) ? 'SUCCESS' : 'REFUNDING',
      ...(row.endMs !== undefined && { refund_end_time: stampOf(world, row.endMs) }),
      ...(row.response && { response_content: row.response }),
      ...numbersOf(row),
    }
  },
  takesTwoNumbers,
)

/** By the first of these numbers that is given, and no other. */
function refundBy({ world, caller, body }: Call<typeof queryRefund>): RefundRow | undefined {
  const { med_refund_id, hosp_out_refund_no, hosp_out_trade_no, med_trans_id } = body
  const byOrder = (numbers: { hosp_out_trade_no?: string; med_trans_id?: string }) => {
    const order = orderBy(world, caller, numbers)
    return order === 'two orders' ? undefined : order?.refund
  }
  const id =
    med_refund_id ??
    (hosp_out_refund_no && (named(world, numberName('refund', caller.mchid, hosp_out_refund_no)) ?? '')) ??
    byOrder(
      hosp_out_trade_no !== undefined ? { hosp_out_trade_no } : { ...(med_trans_id && { med_trans_id }) },
    )
  const row = id === undefined ? undefined : refunds(world).get(id)
  return row?.hospital === caller.mchid ? row : undefined
}

function numbersOf({ cashId, insuranceId }: RefundRow) {
  return {
    ...(cashId && { cash_refund_id: cashId }),
    ...(insuranceId && { insurance_refund_id: insuranceId }),
  }
}
