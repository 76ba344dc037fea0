/** The rows of a statement: 38 columns, amounts in the currencies' own units. */
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

/** How a statement is written. */
export interface StatementOptions {
  /** When it was made: refunds stand in it as they were then. */
  readonly madeMs: number
  /** Amounts in the currency's main unit, or in its smallest (D39). */
  readonly amounts: 'major' | 'minor'
}

/** Currencies without hundredths. */
const wholeCurrencies: readonly string[] = ['JPY', 'KRW']

/** The statement as bytes; it has no summary. */
export function statementText(found: readonly Movement[], options: StatementOptions): Buffer {
  const rows = found.map((movement) => cellsOf(movement, options))
  return Buffer.concat([...bill.writeBill('globalStatement', { rows })])
}

function cellsOf(
  { atMs, payment, refund }: Movement,
  { madeMs, amounts }: StatementOptions,
): Record<string, string> {
  const { currency } = payment
  const decimals = amounts === 'minor' || wholeCurrencies.includes(currency) ? 0 : 2
  const money = (minor: number) => bill.unitsToDecimal(minor, decimals)
  // The payer pays in yuan where a rate was locked, else in the order's own currency.
  const payerCurrency = payment.rate === undefined ? currency : 'CNY'
  const payer = (minor: number) =>
    payment.rate === undefined
      ? money(minor)
      : bill.unitsToDecimal(yuanOf(minor, payment.rate), amounts === 'minor' ? 0 : 2)
  const rate = payment.rate === undefined ? '' : String(payment.rate)
  const common = {
    交易时间: bill.msToBillTime(atMs),
    公众账号ID: payment.appid,
    商户号: payment.mchid,
    子商户号: payment.subMchid ?? '',
    微信订单号: payment.transactionId,
    商户订单号: payment.outTradeNo,
    用户标识: payment.openid ?? payment.subOpenid ?? '',
    交易类型: payment.tradeType,
    付款银行: payment.bankType,
    商品名称: payment.description,
    商户数据包: payment.attach ?? '',
    费率: rateOf(payment),
    标价币种: currency,
    用户支付币种: payerCurrency,
    结算币种: currency,
    支付汇率: rate,
    充值券币种: currency,
    优惠券币种: currency,
  }
  const settled = settledOf(refund ? refund.refundMinor : payment.amountMinor, payment)
  const fee = feeOf(settled, payment)
  if (!refund)
    return {
      ...common,
      交易状态: 'SUCCESS',
      充值券金额: money(couponsOf(payment, 'CASH')),
      优惠券金额: money(couponsOf(payment, 'NOCASH')),
      微信退款单号: '0',
      商户退款单号: '0',
      手续费: money(fee),
      '订单金额(标价币种)': money(payment.amountMinor),
      用户支付金额: payer(payment.payerMinor),
      应结订单金额: money(settled),
      申请退款金额: money(0),
      用户退款金额: money(0),
      退款应结订单金额: money(0),
      充值券退款金额: money(0),
      优惠券退款金额: money(0),
    }
  return {
    ...common,
    交易状态: 'REFUND',
    充值券金额: money(0),
    优惠券金额: money(0),
    微信退款单号: refund.refundId,
    商户退款单号: refund.outRefundNo,
    退款类型: String(refund.details?.channel ?? 'ORIGINAL'),
    退款状态: refundWord(refund, madeMs),
    手续费: money(-fee),
    '订单金额(标价币种)': money(0),
    用户支付金额: money(0),
    应结订单金额: money(0),
    退款汇率: rate,
    申请退款金额: money(refund.refundMinor),
    用户退款币种: payerCurrency,
    用户退款金额: payer(refund.payerRefundMinor),
    退款结算币种: currency,
    退款应结订单金额: money(settled),
    充值券退款金额: money(couponShare(payment, 'CASH', refund.refundMinor)),
    优惠券退款金额: money(couponShare(payment, 'NOCASH', refund.refundMinor)),
  }
}

/** An amount in fen, at a rate times 100 000 000. */
const yuanOf = (minor: number, rate: number): number => Math.round((minor * rate) / 100_000_000)
