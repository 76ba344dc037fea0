/** Insurance payment of the first generation (微信医保支付): XML and MD5, one refund number per order. */
import type { Notice } from '@chadan/client'
import { operations } from '@chadan/protocol'
import type { Attempt, MerchantIds, Order } from '../../order/order.ts'
import { given, type Loose, textOf } from '../details.ts'
import {
  type Context,
  call,
  errand,
  type Heard,
  type Opening,
  type OpenRequest,
  type Product,
  question,
} from '../product.ts'
import { ms } from '../timing.ts'
import { accountsOf } from './accounts.ts'
import { payTypeOf, type Terms, termsOf } from './money.ts'
import {
  appliedReading,
  concernsOf,
  noticeReading,
  placedReading,
  queryReading,
  refundStep,
} from './readings.ts'
import { askRefund, refund } from './refunds.ts'

const { payinsurance: calls } = operations

/** A token lives two hours; ten minutes more for clocks that differ (X9). */
const tokenFenceMs = 2 * ms.hour + 10 * ms.minute
/** An order that nobody pays closes by itself after this time. */
const orderLivesMs = 2 * ms.hour

const hourlyForADay: readonly number[] = Array.from({ length: 24 }, () => ms.hour)

/** The product `payinsurance`. */
export const payinsurance: Product = {
  id: 'payinsurance',
  title: 'Insurance payment, first generation (微信医保支付)',
  details: [
    {
      operation: calls.unifiedOrder,
      filled: [
        'appid',
        'mch_id',
        'sub_appid',
        'sub_mch_id',
        'hosp_out_trade_no',
        'pay_type',
        'notify_url',
        'return_url',
        'nonce_str',
        'sign',
      ],
    },
  ],
  open,
  errands: {
    // 530: the number is there already, its pay_url perhaps not; what is found decides.
    create: errand(calls.unifiedOrder, placedReading, { adopts: ['530'] }),
    // 550: it was submitted before; its query says how far it is.
    [refundStep]: errand(calls.refund, appliedReading, { adopts: ['550'] }),
  },
  ask(_order, attempt) {
    const input = { ...accountsOf(attempt), hosp_out_trade_no: attempt.number }
    return [question(calls.queryOrder, input, (found) => queryReading(found, attempt))]
  },
  askRefund,
  close: (_order: Order, attempt: Attempt) =>
    call(calls.closeOrder, { ...accountsOf(attempt), hosp_out_trade_no: attempt.number }),
  hear,
  async handover({ kept }, _placed, { invocations, placedMs }) {
    const { pay_url, pay_appid } = kept
    if (pay_url === undefined) return undefined
    const parameters = invocations.payinsurance(given({ pay_url, pay_appid }))
    return {
      scene: 'page' in parameters ? 'h5' : 'mini_program',
      parameters,
      expiresMs: placedMs + orderLivesMs,
    }
  },
  refund,
  concerns: concernsOf,
  timing: {
    expiresMs: orderLivesMs,
    askMs: [
      5 * ms.second,
      15 * ms.second,
      30 * ms.second,
      ms.minute,
      2 * ms.minute,
      5 * ms.minute,
      10 * ms.minute,
      20 * ms.minute,
      30 * ms.minute,
      ...hourlyForADay,
      6 * ms.hour,
    ],
    askRefundMs: [
      10 * ms.second,
      30 * ms.second,
      ...Array.from({ length: 11 }, () => ms.minute),
      5 * ms.minute,
      10 * ms.minute,
      20 * ms.minute,
      ...hourlyForADay,
      6 * ms.hour,
    ],
    closeNotBeforeMs: 0,
    fenceMs: tokenFenceMs,
    fence: 'place',
    // The pay_url is told once: an order whose answer was lost is closed, and another is placed (PI F7).
    handoverLost: 'close',
  },
}

function open({ details, number: wanted, expiresMs }: OpenRequest, context: Context): Opening {
  const number = wanted ?? context.draw()
  const terms = termsOf(details)
  const accounts = context.signer.payinsurance ?? {}
  const input = given({
    ...details,
    ...accounts,
    hosp_out_trade_no: number,
    pay_type: payTypeOf(details),
    notify_url: context.notifyUrl,
    return_url: context.returnUrl,
  })
  const legs = { cash: terms?.cash_fee ?? 0, insurance: terms?.insurance_fee ?? 0 }
  return {
    number,
    amount: { minor: legs.cash + legs.insurance, currency: 'CNY' },
    parts: partsOf(terms, legs),
    merchant: merchantOf(input),
    errands: [{ step: 'create', operation: calls.unifiedOrder, input }],
    expiresMs: expiresMs ?? context.nowMs + orderLivesMs,
    payer: textOf(details, 'sub_openid') ?? textOf(details, 'openid'),
  }
}

/** The legs as ordered. Where the bureau may change the split, either of them may come to be. */
function partsOf(terms: Terms | undefined, legs: { cash: number; insurance: number }): Opening['parts'] {
  const open = terms?.allow_fee_change === 1 && terms.pay_type !== 1
  const insured = terms?.pay_type !== 1
  const ids = (['cash', 'insurance'] as const).filter(
    (id) => legs[id] > 0 || open || (id === 'insurance' && insured),
  )
  return ids.map((id) =>
    given({
      id,
      amount: { minor: legs[id], currency: 'CNY' },
      fixed: !open,
      // A plain record of whole numbers.
      terms: terms && ({ ...terms } as Readonly<Record<string, number>>),
    }),
  )
}

function merchantOf(input: Loose): MerchantIds {
  return given({
    mchid: textOf(input, 'mch_id'),
    appid: textOf(input, 'appid'),
    sub_mchid: textOf(input, 'sub_mch_id'),
    sub_appid: textOf(input, 'sub_appid'),
  })
}

function hear(notice: Notice): Heard | undefined {
  if (notice.type !== 'payinsurance.notified') return undefined
  const { resource } = notice
  return {
    kind: 'order',
    number: resource.hosp_out_trade_no,
    ids: merchantOf(resource),
    ...noticeReading(resource),
  }
}
