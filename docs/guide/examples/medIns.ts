/** Medical-insurance mixed payment, as a provider (服务商, 从业机构) of a hospital. */
import { type Look, Lost, type Prepared, poll, systemClock } from '@chadan/client'
import { type Clock, idcard, operations, type ResultOfOperation } from '@chadan/protocol'
import type { Guide } from './guide.ts'

type Order = ResultOfOperation<typeof operations.medIns.queryByOutTradeNo>

// #region fees
/** 168.00 in all: 104.00 insurance and 56.00 cash share, 8.00 freight on top, 14.00 taken off the cash. */
const fees = {
  total_fee: 16800,
  med_ins_gov_fee: 6820, // 统筹
  med_ins_self_fee: 3150, // 个账
  med_ins_other_fee: 430,
  med_ins_cash_fee: 5600, // cash share after pre-settlement
  cash_add_detail: [{ cash_add_fee: 800, cash_add_type: 'FREIGHT' as const }],
  cash_reduce_detail: [
    { cash_reduce_fee: 1000, cash_reduce_type: 'HOSPITAL_REDUCE' as const },
    { cash_reduce_fee: 400, cash_reduce_type: 'PRE_PAYMENT' as const },
  ],
  wechat_pay_cash_fee: 5000, // 5600 + 800 - 1000 - 400: what WeChat Pay charges, and all it can refund
}
// #endregion

// #region place
export async function prepare({ wx, given, notifyUrl, now }: Guide, number: string, idNumber: string) {
  const { apiv3, payinsurance } = given
  // 1. The cash leg, by ordinary JSAPI. Same number, same mode, same merchants as the mixed order.
  const { prepay_id } = await wx.cash.prepayPartner({
    sp_appid: apiv3.appid,
    sp_mchid: apiv3.mchid,
    sub_appid: apiv3.subAppid,
    sub_mchid: apiv3.subMchid,
    description: '滨江示范医院-门诊缴费',
    out_trade_no: number,
    notify_url: notifyUrl,
    amount: { total: fees.wechat_pay_cash_fee, currency: 'CNY' },
    payer: { sub_openid: apiv3.subOpenid },
  })
  // 2. The mixed order. Nothing is sent yet: keep these bytes first, so that they can be sent again.
  const prepared = await wx.prepare(operations.medIns.create, {
    mix_pay_type: 'CASH_AND_INSURANCE',
    order_type: 'DIAG_PAY',
    appid: apiv3.appid,
    sub_appid: apiv3.subAppid,
    sub_mchid: apiv3.subMchid,
    sub_openid: apiv3.subOpenid,
    // In clear here: `prepare` seals both and names the key in Wechatpay-Serial.
    payer: { name: payinsurance.userName, id_digest: idcard.idDigest(idNumber), card_type: 'ID_CARD' },
    out_trade_no: number,
    serial_no: `MZ${number}`, // medOrgOrd of the bureau's interface 6201
    pay_order_id: `ORD${number}`,
    pay_auth_no: `AUTH${number}`, // single use, lives minutes
    geo_location: '120.153576,30.287459',
    city_id: '330100',
    med_inst_name: '滨江示范医院',
    med_inst_no: 'H33010000917',
    med_ins_order_create_time: now(),
    ...fees,
    callback_url: notifyUrl,
    prepay_id,
  })
  return { prepayId: prepay_id, prepared }
}
// #endregion

// #region send
export async function send(
  { wx, given }: Guide,
  prepared: Prepared<typeof operations.medIns.create>,
  number: string,
): Promise<Order> {
  try {
    return await wx.send(prepared)
  } catch (error) {
    if (!(error instanceof Lost)) throw error
    // It may have been placed. Ask under the same number, and adopt what is there.
    return await wx.medIns.queryByOutTradeNo({ out_trade_no: number, sub_mchid: given.apiv3.subMchid })
    // Refused with `notFound`, twice and 3 s apart? Then send the same prepared bytes again.
  }
}
// #endregion

// #region handover
export function payParameters({ wx, given }: Guide, placed: { prepayId: string; mixTradeNo: string }) {
  // appId is the app whose openid you placed with; leave prepayId out when there is no cash leg.
  return wx.handover.medIns({ appId: given.apiv3.subAppid, front: 'mini program', ...placed })
}
// #endregion

// #region hear
export function hear(guide: Guide, request: Request): Promise<Response> {
  return guide.wx.notifications.handle(request, async ({ type, resource }) => {
    // Two notices, in any order: the cash leg alone, and the whole order.
    if (type === 'cash.paid') await guide.save(resource.out_trade_no, `cash leg ${resource.trade_state}`)
    // Amounts in this one may be absent: the notice is a cue to query.
    if (type === 'medIns.paid') await query(guide, resource.out_trade_no)
    if (type === 'refunds.succeeded') await guide.save(resource.out_trade_no, 'cash refunded')
  })
}
// #endregion

// #region query
export async function query({ wx, given, save }: Guide, number: string): Promise<Order> {
  const order = await wx.medIns.queryByOutTradeNo({ out_trade_no: number, sub_mchid: given.apiv3.subMchid })
  await save(number, verdict(order))
  return order
}

/** A leg that was paid, was paid and given back since, or does not exist. */
const settled = new Set<string>([
  ...['SELF_PAY_SUCCESS', 'SELF_PAY_REFUND', 'NO_SELF_PAY'],
  ...['MED_INS_PAY_SUCCESS', 'MED_INS_PAY_REFUND', 'NO_MED_INS_PAY'],
])

/** What an answer proves: the word for the whole order, and both legs. */
function verdict({ mix_pay_status, self_pay_status, med_ins_pay_status }: Order): string {
  const cash = self_pay_status === 'SELF_PAY_SUCCESS'
  const insurance = med_ins_pay_status === 'MED_INS_PAY_SUCCESS'
  switch (mix_pay_status) {
    case 'MIX_PAY_SUCCESS':
      return settled.has(self_pay_status) && settled.has(med_ins_pay_status) ? 'paid' : 'open: ask again'
    case 'MIX_PAY_REFUND':
      return 'refunded'
    case 'MIX_PAY_FAIL':
      if (cash) return 'failed: refund the cash'
      return insurance ? 'failed: have the bureau reverse the insurance' : 'failed'
    default:
      return 'open: ask again' // CREATED, UNKNOWN_*, and whatever may be added
  }
}
// #endregion

// #region wait
/** Asks until the order is final; meanwhile every look says what is known. */
export async function* watch(
  guide: Guide,
  number: string,
  clock: Clock = systemClock,
): AsyncGenerator<Look<Order>> {
  yield* poll(() => query(guide, number), {
    until: ({ mix_pay_status }) =>
      ['MIX_PAY_SUCCESS', 'MIX_PAY_FAIL', 'MIX_PAY_REFUND'].includes(mix_pay_status),
    clock,
  })
}
// #endregion

// #region refund
export async function refund(guide: Guide, number: string, mixTradeNo: string) {
  const { wx, given, notifyUrl, now } = guide
  const { subMchid: sub_mchid } = given.apiv3
  // 1. The cash leg: what WeChat Pay charged, never total_fee.
  const cash = await wx.refunds.create({
    sub_mchid,
    out_trade_no: number,
    out_refund_no: `R${number}`,
    notify_url: notifyUrl,
    amount: { refund: fees.wechat_pay_cash_fee, total: fees.wechat_pay_cash_fee, currency: 'CNY' },
  })
  // 2. The insurance leg goes back through the bureau's own interface, outside WeChat Pay.
  // 3. Tell WeChat Pay what the bureau gave back. This is a call of yours, not a callback.
  await wx.medIns.reportInsuranceRefund({
    mix_trade_no: mixTradeNo,
    sub_mchid,
    med_refund_total_fee: 10400,
    med_refund_gov_fee: 6820,
    med_refund_self_fee: 3150,
    med_refund_other_fee: 430,
    refund_time: now(),
    out_refund_no: `RI${number}`,
  })
  return cash.status
}

export async function refundState({ wx, given }: Guide, number: string) {
  return (await wx.refunds.find({ out_refund_no: `R${number}`, sub_mchid: given.apiv3.subMchid })).status
}
// #endregion
