/** What merchants ask for in the contract, product by product; what differs is listed with its reason. */
import { idcard } from '@chadan/protocol'
import type { Order, ProductId } from '../../src/order/order.ts'
import type { Bench } from './bench.ts'

/** One product in the contract. */
export interface Sample {
  readonly product: ProductId
  readonly details: (bench: Bench, reference: string) => Readonly<Record<string, unknown>>
  /** The payer pays, as far as it lies with them. */
  readonly pay: (bench: Bench, order: Order) => Promise<void>
  /** What the whole order comes to, in minor units. */
  readonly minor: number
  /** The call that places it last, and the one that asks, for faults. */
  readonly create: string
  readonly query: string
  /** All notices of a payment, the deciding one first. */
  readonly notices: readonly string[]
  readonly closeWaitMs?: number
  /** Why no order of it waits for hours. */
  readonly livesShorter?: string
  /** A refund of a part, and what it needs. */
  readonly partly: {
    readonly parts: (order: Order) => Readonly<Record<string, number>>
    readonly details?: object
  }
  readonly refundCall: string
}

const only = (order: Order) => order.view.attempts[0]?.parts[0]?.id ?? ''
const keyOf = ({ view }: Order) => {
  const kept = view.attempts.at(-1)?.kept ?? {}
  return kept.prepay_id ?? kept.pay_url ?? view.number
}

export const samples: readonly Sample[] = [
  {
    product: 'combine',
    details: ({ sim }) => ({
      trade_type: 'jsapi',
      sub_orders: [
        {
          sub_mchid: '1690000202',
          description: '示例茶馆-龙井礼盒',
          attach: 'store=HZ02',
          amount: { total_amount: 12800, currency: 'CNY' },
        },
        {
          sub_mchid: '1690000203',
          description: '示例茶馆-茶具',
          attach: 'store=HZ02',
          amount: { total_amount: 3550, currency: 'CNY' },
        },
      ],
      combine_payer_info: { openid: sim.credentials.apiv3.openid },
    }),
    pay: ({ sim }, order) => sim.pay(keyOf(order)),
    minor: 16350,
    create: 'combine.createJsapi',
    query: 'combine.queryByOutTradeNo',
    notices: ['combine.paid'],
    partly: { parts: (order) => ({ [only(order)]: 800 }) },
    refundCall: 'refunds.create',
  },
  {
    product: 'medIns',
    details: ({ sim }, reference) => ({
      mix_pay_type: 'CASH_AND_INSURANCE',
      order_type: 'DIAG_PAY',
      sub_openid: sim.credentials.apiv3.subOpenid,
      payer: {
        name: sim.credentials.payinsurance.userName,
        id_digest: idcard.idDigest(sim.world.payers.get('P1')?.idNumber ?? ''),
        card_type: 'ID_CARD',
      },
      description: '滨江示范医院-门诊缴费',
      serial_no: `MZ${reference}`,
      pay_order_id: `ORD${reference}`,
      pay_auth_no: `AUTH${reference}`,
      geo_location: '120.153576,30.287459',
      city_id: '330100',
      med_inst_name: '滨江示范医院',
      med_inst_no: 'H33010000917',
      med_ins_order_create_time: sim.world.time(),
      total_fee: 16800,
      med_ins_gov_fee: 6820,
      med_ins_self_fee: 3150,
      med_ins_other_fee: 430,
      med_ins_cash_fee: 5600,
      wechat_pay_cash_fee: 5000,
      cash_add_detail: [{ cash_add_fee: 800, cash_add_type: 'FREIGHT' }],
      cash_reduce_detail: [
        { cash_reduce_fee: 1000, cash_reduce_type: 'HOSPITAL_REDUCE' },
        { cash_reduce_fee: 400, cash_reduce_type: 'PRE_PAYMENT' },
      ],
    }),
    pay: ({ sim }, order) => sim.pay(order.view.attempts.at(-1)?.kept.mix_trade_no ?? ''),
    // 50.00 cash and 104.00 insurance; 14.00 is taken off and paid by nobody.
    minor: 15400,
    livesShorter: 'bound to a prepay_id, which lives two hours',
    create: 'medIns.create',
    query: 'medIns.queryByOutTradeNo',
    notices: ['medIns.paid', 'cash.paid'],
    partly: { parts: () => ({ cash: 1000 }) },
    refundCall: 'refunds.create',
  },
  {
    product: 'payscore',
    details: ({ sim }) => ({
      service_id: sim.credentials.payscore.serviceId,
      currency: sim.credentials.payscore.currency,
      service_introduction: 'City power bank',
      post_payments: [{ name: 'Rental fee', amount: 0, description: 'HK$6 per 30 minutes', count: 1 }],
      risk_fund: { name: 'DEPOSIT', amount: 30000, description: 'Power bank deposit' },
      time_range: { start_time: sim.world.time(), start_time_remark: 'Unlock time' },
      location: { start_location: 'Central Pier 7 kiosk' },
    }),
    async pay(bench, order) {
      const { sim, gateway, caller } = bench
      await sim.act(order.view.number, { action: 'confirm' })
      await bench.pass(2 * 60_000)
      const bill = {
        post_payments: [{ name: 'Rental fee', amount: 4000, count: 1 }],
        total_amount: 4000,
        time_range: { end_time: sim.world.time() },
      }
      await gateway.act(caller, order.id, 'complete', bill)
      // Whose answer was lost says it again.
      await gateway.act(caller, order.id, 'complete', bill)
      const open = sim.checkout(order.view.number)?.state !== 'paid'
      if (open) await sim.pay(order.view.number)
    },
    minor: 4000,
    livesShorter: 'a service is confirmed within an hour',
    create: 'payscore.create',
    query: 'payscore.query',
    notices: ['payscore.paid', 'payscore.confirmed'],
    partly: { parts: () => ({ collection: 1000 }) },
    refundCall: 'globalRefunds.create',
  },
  {
    product: 'wecom',
    details: ({ sim }) => ({
      appid: sim.credentials.wecom.appid,
      mchid: sim.credentials.wecom.mchid,
      description: 'Afternoon tea set',
      amount: { total: 12800, currency: 'CNY' },
      payer: { openid: sim.credentials.wecom.openid },
      scene_info: { payer_client_ip: '203.0.113.24', store_info: { id: 'SZ-001' } },
    }),
    pay: ({ sim }, order) => sim.pay(keyOf(order)),
    minor: 12800,
    create: 'wecom.createOrder',
    query: 'wecom.getOrder',
    notices: ['wecom.paid'],
    closeWaitMs: 5 * 60_000,
    partly: { parts: (order) => ({ [only(order)]: 3200 }) },
    refundCall: 'wecom.refund',
  },
  {
    product: 'payinsurance',
    details: ({ sim }, reference) => ({
      order_type: 'RegPay',
      sub_openid: sim.credentials.payinsurance.openid,
      hospital_name: '滨江示范医院',
      total_fee: 13000,
      cash_fee: 4000,
      insurance_fee: 8700,
      cash_reduced_fee: 300,
      allow_fee_change: 1,
      spbill_create_ip: '203.0.113.24',
      body: '滨江示范医院-挂号',
      pay_type: 3,
      user_card_type: 1,
      user_card_no: sim.credentials.payinsurance.userCardNo,
      user_name: sim.credentials.payinsurance.userName,
      serial_no: `HIS${reference}`,
      org_no: 'H33010000917',
      gmt_out_create: sim.world.time().slice(0, 19).replace(/[-:T]/g, ''),
      request_content: content(reference),
      bill_no: `B${reference}`,
    }),
    pay: ({ sim }, order) => sim.pay(order.view.number),
    minor: 12700,
    livesShorter: 'WeChat closes it after two hours',
    create: 'payinsurance.unifiedOrder',
    query: 'payinsurance.queryOrder',
    notices: ['payinsurance.notified'],
    partly: {
      parts: () => ({ cash: 1000 }),
      details: { part_refund_type: 'CASH_ONLY', request_content: content('A-1') },
    },
    refundCall: 'payinsurance.refund',
  },
]

function content(reference: string): string {
  return JSON.stringify({
    session_id: `S${reference}`,
    aae011: '01',
    bka015: 'demo',
    bka001: '1',
    bka964: '120.15,30.28',
    paytype: 'RegPay',
  })
}
