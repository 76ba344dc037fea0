/** Enumerations of orders, in query answers and notices. */
import { choice } from '../../fields.ts'

const noticedStates = {
  SUCCESS: 'Paid (支付成功).',
  REFUND: 'A refund was accepted (转入退款).',
  NOTPAY: 'Not paid yet (未支付).',
  CLOSED: 'Closed (已关闭).',
  REVOKED: 'Reversed, payment codes only (已撤销).',
  USERPAYING: 'The payer is paying, payment codes only (用户支付中).',
  PAYERROR: 'The payment failed, for example at the bank (支付失败).',
} as const

/** The seven states that the payment notice lists. */
export const noticedTradeState = choice(noticedStates).describe('State of the order (交易状态).')

/** The eight states of get_order. */
export const tradeState = choice({
  ...noticedStates,
  ACCEPT: 'Received, waiting for the deduction (已接收，等待扣款).',
}).describe('State of the order (交易状态).')

/** Kind of trade (交易类型), JSAPI here. */
export const tradeType = choice({
  JSAPI: 'Official account or mini program (公众号支付): what orders of this product are.',
  NATIVE: 'Scanned code (扫码支付).',
  APP: 'App (APP支付).',
  MICROPAY: 'Payment code (付款码支付).',
  MWEB: 'H5 (H5支付).',
  FACEPAY: 'Face (刷脸支付).',
}).describe('Kind of trade (交易类型), JSAPI here.')
