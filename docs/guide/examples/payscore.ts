/** PayScore overseas (境外支付分), as an institution: a power bank is rented, returned and paid. */
import type { Guide } from './guide.ts'

// #region place
export async function place({ wx, given, notifyUrl, now }: Guide, number: string) {
  const { apiv3, payscore } = given
  const order = await wx.payscore.create({
    service_id: payscore.serviceId, // text: it has leading zeros
    appid: apiv3.appid,
    sub_mchid: apiv3.subMchid,
    out_order_no: number,
    currency: payscore.currency, // the one settlement currency of the receiving merchant
    service_introduction: 'City power bank', // at most 20 characters
    post_payments: [{ name: 'Rental fee', amount: 0, description: 'HK$6 per 30 minutes', count: 1 }],
    risk_fund: { name: 'DEPOSIT', amount: 30000, description: 'Power bank deposit' },
    time_range: { start_time: now(), start_time_remark: 'Unlock time' },
    location: { start_location: 'Central Pier 7 kiosk' },
    notify_url: notifyUrl,
  })
  return order.package ?? '' // opens the confirmation page; lives an hour
}
// #endregion

// #region handover
export function confirmParameters({ wx }: Guide, link: string) {
  return wx.handover.payscore({ package: link }) // for wx.openBusinessView
}
// #endregion

// #region hear
export function hear({ wx, save }: Guide, request: Request): Promise<Response> {
  return wx.notifications.handle(request, async ({ type, resource }) => {
    if (type === 'payscore.confirmed') await save(resource.out_order_no, 'confirmed')
    if (type === 'payscore.paid') await save(resource.out_order_no, 'paid')
    if (type === 'refunds.succeeded') await save(resource.out_refund_no, resource.refund_status)
  })
}
// #endregion

// #region query
export async function query({ wx, given }: Guide, number: string) {
  return wx.payscore.query({
    service_id: given.payscore.serviceId,
    sub_mchid: given.apiv3.subMchid,
    out_order_no: number, // or query_id, from the page the user came back to; not both
  })
}

export async function isPaid(guide: Guide, number: string): Promise<boolean> {
  const { state, need_collection, collection } = await query(guide, number)
  // DONE without anything to collect is an end without money.
  return state === 'DONE' && need_collection === true && collection?.state === 'USER_PAID'
}
// #endregion

// #region complete
export async function complete({ wx, given, now }: Guide, number: string) {
  const { apiv3, payscore } = given
  await wx.payscore.complete({
    out_order_no: number,
    service_id: payscore.serviceId,
    appid: apiv3.appid,
    sub_mchid: apiv3.subMchid,
    currency: payscore.currency,
    // `count` is shown, not multiplied: the amounts add up to total_amount.
    post_payments: [{ name: 'Rental fee', amount: 4000, count: 1 }],
    total_amount: 4000,
    time_range: { end_time: now() },
  })
}
// #endregion

// #region cancel
export async function cancel({ wx, given }: Guide, number: string) {
  const { apiv3, payscore } = given
  await wx.payscore.cancel({
    out_order_no: number,
    service_id: payscore.serviceId,
    appid: apiv3.appid,
    sub_mchid: apiv3.subMchid,
    reason: 'Returned within the free minutes',
  })
}
// #endregion

// #region refund
export async function refund(guide: Guide, number: string) {
  const { wx, given, notifyUrl } = guide
  const { collection } = await query(guide, number)
  // The service order's number is no payment number: refunds go by the transaction in the collection.
  const transaction_id = collection?.details?.[0]?.transaction_id
  if (!transaction_id) throw new Error(`nothing was collected for ${number}`)
  const refund = await wx.globalRefunds.create({
    sp_mchid: given.apiv3.mchid,
    sub_mchid: given.apiv3.subMchid,
    sp_appid: given.apiv3.appid,
    transaction_id,
    out_refund_no: `R${number}`,
    amount: { refund: 1000, total: 4000, currency: given.payscore.currency },
    notify_url: notifyUrl,
  })
  return refund.id
}

export async function refundState({ wx, given }: Guide, number: string) {
  const key = { out_refund_no: `R${number}`, sp_mchid: given.apiv3.mchid, sub_mchid: given.apiv3.subMchid }
  return (await wx.globalRefunds.findByOutRefundNo(key)).status
}
// #endregion
