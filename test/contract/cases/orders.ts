/** Working orders of all products, as a merchant of the simulated world would place them. */
import { idcard } from '@chadan/protocol'
import type { Stage } from '../stage.ts'

export const second = 1000
export const hour = 3600 * second
export const day = 24 * hour

/** Sub-merchants of the provider, beside the one in the credentials. */
export const [tea, books] = ['1690000202', '1690000203']

/** A cash order of the merchant itself. */
export function direct({ given, notifyUrl }: Stage, more: object = {}) {
  const { appid, mchid, openid } = given.apiv3
  return {
    appid,
    mchid,
    description: '示例-缴费',
    out_trade_no: 'CASH0001',
    notify_url: notifyUrl,
    amount: { total: 5000 },
    payer: { openid },
    ...more,
  }
}

/** A cash order for a sub-merchant. */
export function provided({ given, notifyUrl }: Stage, more: object = {}) {
  const { appid, mchid, subAppid, subMchid, subOpenid } = given.apiv3
  return {
    sp_appid: appid,
    sp_mchid: mchid,
    sub_appid: subAppid,
    sub_mchid: subMchid,
    description: '滨江示范医院-门诊缴费',
    out_trade_no: 'CASH0001',
    attach: 'visit=0001728',
    notify_url: notifyUrl,
    amount: { total: 5000, currency: 'CNY' as const },
    payer: { sub_openid: subOpenid },
    ...more,
  }
}

/** Who a provider's call is for. */
export const pair = ({ given }: Stage, more: object = {}) => ({
  sp_mchid: given.apiv3.mchid,
  sub_mchid: given.apiv3.subMchid,
  ...more,
})

/** A combined order of two sub-orders of a provider. */
export function combined({ given, notifyUrl }: Stage, number = 'CT0001', more: object = {}) {
  const { appid, mchid, openid } = given.apiv3
  const sub = (sub_mchid: string, index: number, total_amount: number) => ({
    mchid,
    sub_mchid,
    out_trade_no: `${number}_${index}`,
    description: '示例茶馆-龙井礼盒',
    attach: `line=${index}`,
    goods_tag: 'SPRING26',
    amount: { total_amount, currency: 'CNY' as const },
  })
  return {
    combine_appid: appid,
    combine_mchid: mchid,
    combine_out_trade_no: number,
    scene_info: { device_id: 'POS-HZ-0017', payer_client_ip: '203.0.113.24' },
    sub_orders: [sub(tea, 1, 12800), sub(books, 2, 3550)],
    combine_payer_info: { openid },
    notify_url: notifyUrl,
    ...more,
  }
}

/** The same order as each front end places it. */
export const combinedOf = {
  createJsapi: combined,
  createApp: combined,
  createNative: combined,
  createH5: (stage: Stage, number?: string, more: object = {}) => {
    const h5_info = { type: 'Wap' as const }
    const scene_info = { device_id: 'WEB-HZ-0001', payer_client_ip: '203.0.113.24', h5_info }
    return { ...combined(stage, number), scene_info, ...more }
  },
  createMiniprogram: (stage: Stage, number?: string, more: object = {}) => {
    const { sub_orders, ...order } = combined(stage, number)
    const subs = sub_orders.map(({ sub_mchid: _, goods_tag: __, ...sub }) => ({
      ...sub,
      individual_auth_id: '110001773',
    }))
    return { ...order, sub_orders: subs, ...more }
  },
} as const

/** What closes a combined order of a provider. */
export const closing = ({ given }: Stage, number = 'CT0001', more: object = {}) => ({
  combine_out_trade_no: number,
  combine_appid: given.apiv3.appid,
  sub_orders: [tea, books].map((sub_mchid, index) => ({
    mchid: given.apiv3.mchid,
    sub_mchid,
    out_trade_no: `${number}_${index + 1}`,
  })),
  ...more,
})

/** A refund of the first sub-order. */
export const refundOf = ({ notifyUrl }: Stage, number = 'CT0001', more: object = {}) => ({
  sub_mchid: tea,
  out_trade_no: `${number}_1`,
  out_refund_no: `R${number}`,
  notify_url: notifyUrl,
  amount: { refund: 100, total: 12800, currency: 'CNY' as const },
  ...more,
})

/** A platform's refund of the first sub-order. */
export const platformRefundOf = (stage: Stage, number?: string, more: object = {}) => ({
  ...refundOf(stage, number),
  sp_appid: stage.given.apiv3.appid,
  ...more,
})

/** A mixed order, and what its cash leg is prepaid with. */
export function mixed({ given, notifyUrl, sim }: Stage, prepay_id: string | undefined, more: object = {}) {
  const { appid, subAppid, subMchid, subOpenid } = given.apiv3
  const patient = sim.world.payers.get('P1')
  return {
    mix_pay_type: 'CASH_AND_INSURANCE' as const,
    order_type: 'DIAG_PAY' as const,
    appid,
    sub_appid: subAppid,
    sub_mchid: subMchid,
    sub_openid: subOpenid,
    payer: {
      name: patient?.name ?? '',
      id_digest: idcard.idDigest(patient?.idNumber ?? ''),
      card_type: 'ID_CARD' as const,
    },
    out_trade_no: 'MI0001',
    serial_no: 'MZ2603170001728',
    pay_order_id: 'ORD330100202603171000420000917',
    pay_auth_no: 'AUTH330100202603171000301000446',
    geo_location: '120.153576,30.287459',
    city_id: '330100',
    med_inst_name: '滨江示范医院',
    med_inst_no: 'H33010000917',
    med_ins_order_create_time: '2026-03-17T10:00:00+08:00',
    total_fee: 16800,
    med_ins_gov_fee: 6820,
    med_ins_self_fee: 3150,
    med_ins_other_fee: 430,
    med_ins_cash_fee: 5600,
    wechat_pay_cash_fee: 5000,
    cash_add_detail: [{ cash_add_fee: 800, cash_add_type: 'FREIGHT' as const }],
    cash_reduce_detail: [
      { cash_reduce_fee: 1000, cash_reduce_type: 'HOSPITAL_REDUCE' as const },
      { cash_reduce_fee: 400, cash_reduce_type: 'PRE_PAYMENT' as const },
    ],
    callback_url: notifyUrl,
    attach: 'visit=0001728',
    ...(prepay_id && { prepay_id }),
    ...more,
  }
}

/** What makes a mixed order one that insurance pays alone. */
export const insuranceOnly = {
  mix_pay_type: 'INSURANCE_ONLY' as const,
  wechat_pay_cash_fee: undefined,
  prepay_id: undefined,
  cash_add_detail: undefined,
  total_fee: 16000,
  cash_reduce_detail: [{ cash_reduce_fee: 5600, cash_reduce_type: 'DISCOUNT' as const }],
}

/** What makes a mixed order one that cash pays alone. */
export const cashOnly = {
  mix_pay_type: 'CASH_ONLY' as const,
  pay_order_id: undefined,
  pay_auth_no: undefined,
  geo_location: undefined,
  med_ins_order_create_time: undefined,
  med_ins_gov_fee: undefined,
  med_ins_self_fee: undefined,
  med_ins_other_fee: undefined,
  med_ins_cash_fee: undefined,
  cash_add_detail: undefined,
  total_fee: 6400,
}

/** Prepays the cash leg and places the mixed order; its number at WeChat Pay. */
export async function placeMixed(
  stage: Stage,
  more: { out_trade_no?: string } & object = {},
): Promise<string> {
  const { out_trade_no = 'MI0001' } = more
  const { prepay_id } = await stage.wx.cash.prepayPartner(provided(stage, { out_trade_no }))
  return (await stage.wx.medIns.create(mixed(stage, prepay_id, more))).mix_trade_no
}

/** What is reported of an insurance refund. */
export const reported = ({ given }: Stage, mix_trade_no: string, more: object = {}) => ({
  mix_trade_no,
  sub_mchid: given.apiv3.subMchid,
  med_refund_total_fee: 10400,
  med_refund_gov_fee: 6820,
  med_refund_self_fee: 3150,
  med_refund_other_fee: 430,
  refund_time: '2026-03-17T15:20:08+08:00',
  out_refund_no: 'RI0001',
  ...more,
})

/** A power bank that is rented. */
export function rental({ given, notifyUrl }: Stage, more: object = {}) {
  const { apiv3, payscore } = given
  return {
    service_id: payscore.serviceId,
    appid: apiv3.appid,
    sub_mchid: apiv3.subMchid,
    out_order_no: 'PS0001',
    currency: payscore.currency,
    service_introduction: 'City power bank',
    post_payments: [{ name: 'Rental fee', amount: 0, description: 'HK$6 per 30 minutes', count: 1 }],
    risk_fund: { name: 'DEPOSIT' as const, amount: 30000, description: 'Power bank deposit' },
    time_range: { start_time: '2026-03-17T10:00:00+08:00', start_time_remark: 'Unlock time' },
    location: { start_location: 'Central Pier 7 kiosk' },
    notify_url: notifyUrl,
    ...more,
  }
}

/** Who a call about a rental names. */
export const rentalKey = ({ given }: Stage, more: object = {}) => ({
  service_id: given.payscore.serviceId,
  sub_mchid: given.apiv3.subMchid,
  out_order_no: 'PS0001',
  ...more,
})

export const cancellation = (stage: Stage, more: object = {}) => ({
  ...rentalKey(stage),
  appid: stage.given.apiv3.appid,
  reason: 'Kiosk slot jammed',
  ...more,
})

export const completion = (stage: Stage, more: object = {}) => ({
  ...rentalKey(stage),
  appid: stage.given.apiv3.appid,
  currency: stage.given.payscore.currency,
  post_payments: [{ name: 'Rental fee', amount: 4000, count: 1 }],
  total_amount: 4000,
  time_range: { end_time: stage.sim.world.time() },
  ...more,
})

export const outsidePayment = (stage: Stage, more: object = {}) => ({
  ...rentalKey(stage),
  type: 'Order_Paid' as const,
  detail: { seq: 1, paid_time: stage.sim.world.time(), paid_amount: 4000 },
  ...more,
})

/** Places a rental that the user confirms. */
export async function confirmRental(
  stage: Stage,
  more: { out_order_no?: string } & object = {},
): Promise<void> {
  await stage.wx.payscore.create(rental(stage, more))
  await stage.sim.act(more.out_order_no ?? 'PS0001', { action: 'confirm' })
  await stage.pass(0)
}

/** A rental to its payment; the number of the transaction. */
export async function payRental(
  stage: Stage,
  more: { out_order_no?: string } & object = {},
): Promise<string> {
  await confirmRental(stage, more)
  const { out_order_no = 'PS0001' } = more
  await stage.wx.payscore.complete(completion(stage, { out_order_no }))
  await stage.pass(2 * second)
  const { collection } = await stage.wx.payscore.query(rentalKey(stage, { out_order_no }))
  return collection?.details?.[0]?.transaction_id ?? ''
}

/** Who a refund overseas is for. */
export const overseas = ({ given }: Stage) => ({
  sp_mchid: given.apiv3.mchid,
  sub_mchid: given.apiv3.subMchid,
})

export const overseasRefund = (stage: Stage, transaction_id: string, more: object = {}) => ({
  ...overseas(stage),
  sp_appid: stage.given.apiv3.appid,
  transaction_id,
  out_refund_no: 'RPS0001',
  amount: { refund: 1000, total: 4000, currency: 'HKD' },
  notify_url: stage.notifyUrl,
  ...more,
})

/** An order of a shop in WeCom. */
export function shopOrder({ given }: Stage, more: object = {}) {
  const { mchid, appid, openid } = given.wecom
  return {
    appid,
    mchid,
    out_trade_no: 'WC0001',
    description: '下午茶套餐',
    amount: { total: 12800, currency: 'CNY' as const },
    payer: { openid },
    attach: 'cart-5591',
    scene_info: {
      payer_client_ip: '203.0.113.24',
      device_id: 'POS-02',
      store_info: { id: 'SZ-001', name: '福田店' },
    },
    ...more,
  }
}

export const shopRefund = ({ given }: Stage, more: object = {}) => ({
  mchid: given.wecom.mchid,
  appid: given.wecom.appid,
  out_trade_no: 'WC0001',
  out_refund_no: 'RWC0001',
  amount: { refund: 100, total: 12800, currency: 'CNY' as const },
  ...more,
})

/** Lets the corp's callbacks come to the merchant's server. */
export async function configureCallback(stage: Stage): Promise<void> {
  const details = { url: `${stage.notifyUrl}?callback_format=json` }
  await stage.sim.act(stage.given.wecom.corpid, { action: 'event', name: 'callback:configure', details })
  await stage.pass(0)
}

const session = {
  session_id: '3b9e6c1a-52f0-4d7e-9a41-0c2f7be85d13',
  bka001: '1',
  aae011: 'OP0001',
  bka015: '自助机',
  bka964: '示例市示例区示例路1号',
}

/** The accounts that every call of the first-generation interface names. */
export const accounts = ({ given }: Stage) => {
  const { appid, mchId, subAppid, subMchId } = given.payinsurance
  return { appid, mch_id: mchId, sub_appid: subAppid, sub_mch_id: subMchId }
}

/** A registration paid from cash and insurance. */
export function registration(stage: Stage, more: object = {}) {
  const { openid, userCardNo, userName } = stage.given.payinsurance
  return {
    ...accounts(stage),
    order_type: 'RegPay' as const,
    sub_openid: openid,
    hosp_out_trade_no: 'PI0001',
    hospital_name: '示例第一医院',
    total_fee: 13000,
    cash_fee: 4000,
    cash_add_fee: 500,
    allow_fee_change: 0 as const,
    spbill_create_ip: '203.0.113.10',
    notify_url: stage.notifyUrl,
    body: '示例第一医院-挂号费',
    return_url: 'https://h5.example.com/pay/back?no=PI0001',
    pay_type: 3 as const,
    insurance_fee: 8700,
    user_card_type: 1 as const,
    user_card_no: userCardNo,
    user_name: userName,
    serial_no: 'HIS20200801000123',
    org_no: 'H44030000001',
    gmt_out_create: '20260317100000',
    request_content: JSON.stringify(session),
    bill_no: 'AAZ20200801000456',
    attach: 'dept=A01',
    ...more,
  }
}

export const registrationNumber = (stage: Stage, more: object = {}) => ({
  ...accounts(stage),
  hosp_out_trade_no: 'PI0001',
  ...more,
})

export const registrationRefund = (stage: Stage, more: object = {}) => ({
  ...registrationNumber(stage),
  hosp_out_refund_no: 'RPI0001',
  cancel_serial_no: 'HIS20200801000123',
  cancel_bill_no: 'AAZ20200801000456',
  request_content: JSON.stringify({ ...session, paytype: 'RegPay' }),
  ...more,
})

/** Places a registration and pays it. */
export async function payRegistration(stage: Stage, more: { hosp_out_trade_no?: string } & object = {}) {
  await stage.wx.payinsurance.unifiedOrder(registration(stage, more))
  await stage.sim.pay(more.hosp_out_trade_no ?? 'PI0001')
  await stage.pass(2 * second)
}
