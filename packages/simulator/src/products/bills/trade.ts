/** The trade bill: payments by success, refunds by acceptance. */
import { bill } from '@chadan/protocol'
import {
  couponShare,
  couponsOf,
  feeOf,
  type Movement,
  rateOf,
  refundWord,
  settledOf,
} from '../../bill-days.ts'

const { fenToYuan, msToBillTime } = bill

/** What the three bills hold. */
export type TradeBill = 'ALL' | 'SUCCESS' | 'REFUND'

const kinds = { ALL: 'trade.all', SUCCESS: 'trade.success', REFUND: 'trade.refund' } as const

const wanted: Record<TradeBill, (movement: Movement) => boolean> = {
  ALL: () => true,
  SUCCESS: ({ refund }) => refund === undefined,
  REFUND: ({ refund }) => refund !== undefined,
}

/** The bill as bytes; undefined when it would have no row. */
export function tradeBill(type: TradeBill, all: readonly Movement[], madeMs: number): Buffer | undefined {
  const chosen = all.filter(wanted[type])
  if (chosen.length === 0) return undefined
  const row = (movement: Movement) => {
    const cells = cellsOf(movement, { type, madeMs })
    return bill.billFormat(kinds[type]).columns.map(({ name }) => cells[name] ?? '')
  }
  const sums = summary(chosen)
  const names = bill.billFormat(kinds[type]).summary.map(({ name }) => sums[name] ?? '')
  return Buffer.concat([...bill.writeBill(kinds[type], { rows: chosen.map(row), summary: names })])
}

type Cells = Readonly<Record<string, string>>

function cellsOf(movement: Movement, { type, madeMs }: { type: TradeBill; madeMs: number }): Cells {
  const { payment, refund, atMs } = movement
  const common = {
    // The bill of refunds has columns of its own for their times, so this one is the payment's.
    交易时间: msToBillTime(type === 'REFUND' ? payment.successMs : atMs),
    公众账号ID: payment.appid,
    商户号: payment.mchid,
    特约商户号: payment.subMchid ?? '0',
    设备号: payment.deviceId ?? '',
    微信订单号: payment.transactionId,
    商户订单号: payment.outTradeNo,
    用户标识: payment.openid ?? payment.subOpenid ?? '',
    交易类型: payment.tradeType,
    付款银行: payment.bankType,
    货币种类: payment.currency,
    商品名称: payment.description,
    商户数据包: payment.attach ?? '',
    费率: rateOf(payment),
    费率备注: '',
  }
  const { settled, fee, order, asked } = moneyOf(movement)
  const money = {
    应结订单金额: fenToYuan(settled),
    手续费: bill.milliFenToYuan(fee * 1000),
    订单金额: fenToYuan(order),
    申请退款金额: fenToYuan(asked),
  }
  if (!refund)
    return {
      ...common,
      ...money,
      交易状态: 'SUCCESS',
      代金券金额: fenToYuan(couponsOf(payment, 'CASH')),
      微信退款单号: '0',
      商户退款单号: '0',
      退款金额: '0.00',
      充值券退款金额: '0.00',
    }
  return {
    ...common,
    ...money,
    交易状态: 'REFUND',
    代金券金额: '0.00',
    退款申请时间: msToBillTime(refund.createMs),
    退款成功时间:
      refund.successMs !== undefined && refund.successMs <= madeMs ? msToBillTime(refund.successMs) : '',
    微信退款单号: refund.refundId,
    商户退款单号: refund.outRefundNo,
    退款金额: fenToYuan(refund.refundMinor),
    充值券退款金额: fenToYuan(couponShare(payment, 'CASH', refund.refundMinor)),
    退款类型: String(refund.details?.channel ?? 'ORIGINAL'),
    退款状态: refundWord(refund, madeMs),
  }
}

/** What a movement adds to the sums, in fen. */
function moneyOf({ payment, refund }: Movement) {
  if (refund) {
    const settled = settledOf(refund.refundMinor, payment)
    return { settled: 0, fee: -feeOf(settled, payment), order: 0, asked: refund.refundMinor }
  }
  const settled = settledOf(payment.amountMinor, payment)
  return { settled, fee: feeOf(settled, payment), order: payment.amountMinor, asked: 0 }
}

function summary(chosen: readonly Movement[]): Cells {
  const sum = (of: (movement: Movement) => number) =>
    chosen.reduce((total, movement) => total + of(movement), 0)
  return {
    总交易单数: String(chosen.length),
    应结订单总金额: fenToYuan(sum((one) => moneyOf(one).settled)),
    退款总金额: fenToYuan(sum(({ refund }) => refund?.refundMinor ?? 0)),
    充值券退款总金额: fenToYuan(
      sum(({ payment, refund }) => (refund ? couponShare(payment, 'CASH', refund.refundMinor) : 0)),
    ),
    手续费总金额: bill.milliFenToYuan(sum((one) => moneyOf(one).fee) * 1000),
    订单总金额: fenToYuan(sum((one) => moneyOf(one).order)),
    申请退款总金额: fenToYuan(sum((one) => moneyOf(one).asked)),
  }
}
