/** The merchants of the day, and what they sell: the placing details in WeChat's own names. */
import type { Credentials } from '@chadan/simulator'
import type { ProductName } from './comparison.ts'

/** A merchant: a tenant of the gateway. */
export interface Shop {
  /** The tenant's id. */
  readonly id: string
  readonly name: string
  /** The signers it may use, by product. */
  readonly signers: Readonly<Partial<Record<ProductName, string>>>
  readonly merchant: Readonly<Record<string, string>>
}

/** Ids of the signers in the gateway's configuration. */
export const signers = { provider: 'provider', insurance: 'insurance', corp: 'corp' } as const

/** The merchants, each with its products; `mark` tells them from those of another day. */
export function shopsOf({ apiv3, payinsurance, wecom }: Credentials, mark = ''): readonly Shop[] {
  const { provider, insurance, corp } = signers
  const sub = { appid: apiv3.appid, sub_appid: apiv3.subAppid }
  const shops: readonly Shop[] = [
    {
      id: 'hospital',
      name: '滨江示范医院',
      signers: { medIns: provider },
      merchant: { ...sub, sub_mchid: apiv3.subMchid },
    },
    {
      id: 'clinic',
      name: '滨江示范医院（一代医保）',
      signers: { payinsurance: insurance },
      merchant: {
        appid: payinsurance.appid,
        sub_appid: payinsurance.subAppid,
        mchid: payinsurance.mchId,
        sub_mchid: payinsurance.subMchId,
      },
    },
    {
      id: 'teahouse',
      name: '示例茶馆',
      signers: { combine: provider },
      merchant: { appid: apiv3.appid, sub_mchid: '1690000202' },
    },
    {
      id: 'bookshop',
      name: '示例书店',
      signers: { combine: provider },
      merchant: { appid: apiv3.appid, sub_mchid: '1690000203' },
    },
    {
      id: 'powerbank',
      name: 'City power bank',
      signers: { payscore: provider },
      merchant: { ...sub, sub_mchid: '1690000202' },
    },
    {
      id: 'corpshop',
      name: '示例企业的小店',
      signers: { wecom: corp },
      merchant: { appid: wecom.appid, mchid: wecom.mchid },
    },
  ]
  return shops.map((shop) => ({ ...shop, id: `${shop.id}${mark}` }))
}

/** What an order is made with, beyond the credentials. */
export interface Basket {
  /** Letters and digits that no other order has. */
  readonly mark: string
  /** Varies the amounts, from 1 to 9. */
  readonly size: number
  /** Beijing time, RFC 3339. */
  readonly now: string
}

type Details = Record<string, unknown>

/** The details of an order of each product; numbers, merchant ids and addresses are the gateway's to fill. */
export const baskets: Readonly<Record<ProductName, (given: Credentials, basket: Basket) => Details>> = {
  combine: ({ apiv3 }, { size }) => ({
    combine_payer_info: { openid: apiv3.openid },
    sub_orders: [
      {
        sub_mchid: '1690000202',
        description: '示例茶馆-龙井礼盒',
        attach: 'line=1',
        amount: { total_amount: 6400 * size },
      },
      {
        sub_mchid: '1690000203',
        description: '示例书店-茶谱',
        attach: 'line=2',
        amount: { total_amount: 3550 },
      },
    ],
  }),
  medIns: ({ apiv3, payinsurance }, { mark, size, now }) => ({
    description: '滨江示范医院-门诊缴费',
    mix_pay_type: 'CASH_AND_INSURANCE',
    order_type: 'DIAG_PAY',
    sub_openid: apiv3.subOpenid,
    payer: { name: payinsurance.userName, id_digest: payinsurance.userCardNo, card_type: 'ID_CARD' },
    serial_no: `MZ${mark}`,
    pay_order_id: `ORD${mark}`,
    pay_auth_no: `AUTH${mark}`,
    geo_location: '120.153576,30.287459',
    city_id: '330100',
    med_inst_name: '滨江示范医院',
    med_inst_no: 'H33010000917',
    med_ins_order_create_time: now,
    total_fee: 10400 + 6400 * size,
    med_ins_gov_fee: 6820,
    med_ins_self_fee: 3150,
    med_ins_other_fee: 430,
    med_ins_cash_fee: 6400 * size - 800,
    wechat_pay_cash_fee: 6400 * size - 1400,
    cash_add_detail: [{ cash_add_fee: 800, cash_add_type: 'FREIGHT' }],
    cash_reduce_detail: [
      { cash_reduce_fee: 1000, cash_reduce_type: 'HOSPITAL_REDUCE' },
      { cash_reduce_fee: 400, cash_reduce_type: 'PRE_PAYMENT' },
    ],
  }),
  payscore: ({ payscore }, { now }) => ({
    service_id: payscore.serviceId,
    currency: payscore.currency,
    service_introduction: 'City power bank',
    post_payments: [{ name: 'Rental fee', amount: 0, description: 'HK$6 per 30 minutes', count: 1 }],
    risk_fund: { name: 'DEPOSIT', amount: 30000, description: 'Power bank deposit' },
    time_range: { start_time: now, start_time_remark: 'Unlock time' },
    location: { start_location: 'Central Pier 7 kiosk' },
    need_user_confirm: true,
  }),
  wecom: ({ wecom }, { size }) => ({
    description: '下午茶套餐',
    amount: { total: 3200 * size, currency: 'CNY' },
    payer: { openid: wecom.openid },
    scene_info: { payer_client_ip: '203.0.113.24', store_info: { id: 'SZ-001', name: '福田店' } },
  }),
  payinsurance: ({ payinsurance }, { mark, size, now }) => ({
    order_type: 'RegPay',
    sub_openid: payinsurance.openid,
    hospital_name: '滨江示范医院',
    spbill_create_ip: '203.0.113.24',
    body: '滨江示范医院-挂号',
    ...(size % 3 === 0 ? ownMoney(size) : withInsurance(size)),
    user_card_type: 1,
    user_card_no: payinsurance.userCardNo,
    user_name: payinsurance.userName,
    serial_no: `HIS${mark}`,
    org_no: 'H33010000917',
    gmt_out_create: now.slice(0, 19).replace(/[-:T]/g, ''),
    request_content: JSON.stringify(content(mark)),
    bill_no: `B${mark}`,
  }),
}

/** A visit that the payer pays alone (自费). */
function ownMoney(size: number): Details {
  const cash = 1000 * size
  return { pay_type: 1, total_fee: cash, cash_fee: cash, insurance_fee: 0, allow_fee_change: 0 }
}

/** A visit that the insurance shares; the bureau may still change the split. */
function withInsurance(size: number): Details {
  const cash = 1000 * size
  return {
    pay_type: 3,
    total_fee: 9000 + cash,
    cash_fee: cash,
    insurance_fee: 8700,
    cash_reduced_fee: 300,
    allow_fee_change: 1,
  }
}

/** What the bureau is told of a visit. */
export function content(mark: string): Record<string, string> {
  return { session_id: `S${mark}`, aae011: '01', bka015: 'demo', bka001: '1', bka964: '120.15,30.28' }
}

/** Completes a rental: what the payer owes. */
export function rentalFee({ size, now }: Pick<Basket, 'size' | 'now'>): Details {
  const amount = 1200 + 600 * size
  return {
    post_payments: [{ name: 'Rental fee', amount, count: 1 }],
    total_amount: amount,
    time_range: { end_time: now },
  }
}
