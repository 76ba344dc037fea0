/** The first generation of insurance payment (微信医保支付): XML, MD5, access_token. For what exists already. */
import type { Guide } from './guide.ts'

/** In agent mode `appid` and `mch_id` are the platform's, `sub_…` the hospital's. */
function ids({ given: { payinsurance: own } }: Guide) {
  return { appid: own.appid, mch_id: own.mchId, sub_appid: own.subAppid, sub_mch_id: own.subMchId }
}

const content = { session_id: 'S20260317', aae011: '01', bka015: 'demo', bka001: '1', bka964: '120.15,30.28' }

// #region place
export async function place(guide: Guide, number: string) {
  const { wx, given, notifyUrl, now } = guide
  const own = given.payinsurance
  return wx.payinsurance.unifiedOrder({
    ...ids(guide),
    order_type: 'RegPay',
    sub_openid: own.openid,
    hosp_out_trade_no: number,
    hospital_name: '滨江示范医院',
    total_fee: 13000, // the full price; cash and insurance with reductions add up to it
    cash_fee: 4000,
    insurance_fee: 8700,
    cash_reduced_fee: 300,
    allow_fee_change: 1,
    spbill_create_ip: '203.0.113.24',
    notify_url: notifyUrl,
    body: '滨江示范医院-挂号',
    return_url: 'https://pay.example-hospital.cn/back',
    pay_type: 3,
    user_card_type: 1,
    user_card_no: own.userCardNo, // the digest of the id number, not the number
    user_name: own.userName,
    serial_no: 'HIS0001728',
    org_no: 'H33010000917',
    gmt_out_create: now().slice(0, 19).replace(/[-:T]/g, ''),
    request_content: JSON.stringify(content), // compact JSON, as text
    bill_no: 'B0001728',
  })
}
// #endregion

// #region handover
export function whereToPay({ wx }: Guide, placed: { pay_url: string; pay_appid?: string | undefined }) {
  return wx.handover.payinsurance(placed) // a page, or a mini program and a path in it
}
// #endregion

// #region hear
export function hear(guide: Guide, request: Request): Promise<Response> {
  return guide.wx.notifications.handle(request, async ({ type, resource }) => {
    // The answer is signed XML; `handle` writes it. The order's truth comes from a query.
    if (type === 'payinsurance.notified') await query(guide, resource.hosp_out_trade_no)
  })
}
// #endregion

// #region query
export async function query(guide: Guide, number: string) {
  const order = await guide.wx.payinsurance.queryOrder({ ...ids(guide), hosp_out_trade_no: number })
  const paid =
    order.med_trade_state === 'SUCCESS' &&
    order.cash_trade_status === 'SUCCESS' &&
    order.insurance_trade_status === 'PAYED' // yes: SUCCESS for cash, PAYED for insurance
  await guide.save(number, paid ? 'paid' : (order.med_trade_state ?? 'unknown'))
  return { paid, state: order.med_trade_state }
}
// #endregion

// #region refund
export async function refund(guide: Guide, number: string) {
  await guide.wx.payinsurance.refund({
    ...ids(guide),
    hosp_out_trade_no: number,
    hosp_out_refund_no: `R${number}`, // the only refund number this order will ever have
    cancel_serial_no: 'HIS0001728',
    cancel_bill_no: 'B0001728',
    request_content: JSON.stringify({ paytype: 'RegPay', ...content }),
  })
}

export async function refundState(guide: Guide, number: string) {
  const answer = await guide.wx.payinsurance.queryRefund({ ...ids(guide), hosp_out_refund_no: `R${number}` })
  return answer.med_refund_state
}
// #endregion
