/** A hospital made of the protocol's own functions: placing mixed orders and following their legs. */
import assert from 'node:assert/strict'
import { check, idcard, type OperationShape, operations } from '@chadan/protocol'
import type { SomeSwitches } from '../src/index.ts'
import { type Answered, type Bench, openBench, type Parts, seal } from './support.ts'

const { cash, medIns } = operations

export const number = 'HZ20260317D0001728'
export const second = 1000
export const hour = 3600 * second

/** Every code that a test of this process met, by operation. */
export const met = new Set<string>()

export interface Hospital extends Bench {
  readonly seal: (text: string) => string
  /** Calls, and holds what comes back to the declaration. */
  ask(operation: OperationShape, parts: Parts): Promise<Answered>
  prepay(more?: object): Promise<string>
  /** The body of create, with its people sealed. */
  body(more?: object): object
  create(more?: object): Promise<Answered>
  query(out_trade_no?: string): Promise<Answered>
  report(mix_trade_no: string, more?: object): Promise<Answered>
  /** Prepay and create; the mixed order number. */
  placed(more?: object): Promise<string>
  /** The three statuses, without their prefixes. */
  statuses(): Promise<string>
}

/** Opens a world with a hospital in it. */
export async function openHospital(medInsSwitches: SomeSwitches['medIns'] = {}): Promise<Hospital> {
  const bench = await openBench({ switches: { medIns: medInsSwitches } })
  const { apiv3 } = bench.sim.credentials
  const payer = bench.sim.world.payers.get('P1')
  assert.ok(payer?.idNumber)
  const person = {
    name: seal(bench.sim, payer.name),
    id_digest: seal(bench.sim, idcard.idDigest(payer.idNumber)),
    card_type: 'ID_CARD',
  }

  async function ask(operation: OperationShape, parts: Parts): Promise<Answered> {
    const answered = await bench.call(operation, parts)
    if (answered.status >= 400) {
      met.add(`${operation.id} ${answered.body.code} ${numberOf(answered)}`)
      const { code } = answered.body
      const listed = operation.errors.some((error) => error.code === code && error.status === answered.status)
      assert.ok(listed, `${operation.id} answered ${answered.status} ${code}`)
    } else {
      assert.ok(answered.verified)
      const { result } = operation
      if (result.kind === 'group')
        assert.deepEqual(check(result.fields, result.rules, answered.body, { mode: 'partner' }), [])
    }
    return answered
  }

  const own = { sub_mchid: apiv3.subMchid }
  let prepayId = ''

  const hospital: Hospital = Object.assign(bench, {
    seal: (text: string) => seal(bench.sim, text),
    ask,
    async prepay(more: object = {}) {
      const answered = await ask(cash.prepayPartner, {
        body: {
          sp_appid: apiv3.appid,
          sp_mchid: apiv3.mchid,
          sub_appid: apiv3.subAppid,
          ...own,
          description: '滨江示范医院-门诊缴费',
          out_trade_no: number,
          notify_url: 'https://shop.example.cn/cash',
          amount: { total: 5000, currency: 'CNY' },
          payer: { sub_openid: apiv3.subOpenid },
          ...more,
        },
      })
      assert.equal(answered.status, 200, JSON.stringify(answered.body))
      prepayId = answered.body.prepay_id
      return prepayId
    },
    body: (more: object = {}) => ({
      mix_pay_type: 'CASH_AND_INSURANCE',
      order_type: 'DIAG_PAY',
      appid: apiv3.appid,
      sub_appid: apiv3.subAppid,
      ...own,
      sub_openid: apiv3.subOpenid,
      payer: person,
      out_trade_no: number,
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
      cash_add_detail: [{ cash_add_fee: 800, cash_add_type: 'FREIGHT' }],
      cash_reduce_detail: [
        { cash_reduce_fee: 1000, cash_reduce_type: 'HOSPITAL_REDUCE' },
        { cash_reduce_fee: 400, cash_reduce_type: 'PRE_PAYMENT' },
      ],
      callback_url: 'https://shop.example.cn/med-ins',
      prepay_id: prepayId,
      attach: 'visit=0001728',
      ...more,
    }),
    create: (more: object = {}) =>
      ask(medIns.create, {
        body: hospital.body(more),
        headers: { 'wechatpay-serial': apiv3.publicKeyId },
      }),
    query: (out_trade_no = number) => ask(medIns.queryByOutTradeNo, { path: { out_trade_no }, query: own }),
    report: (mix_trade_no: string, more: object = {}) =>
      ask(medIns.reportInsuranceRefund, {
        query: { mix_trade_no },
        body: {
          ...own,
          med_refund_total_fee: 10400,
          med_refund_gov_fee: 6820,
          med_refund_self_fee: 3150,
          med_refund_other_fee: 430,
          refund_time: '2026-03-17T15:20:08+08:00',
          out_refund_no: 'R1',
          ...more,
        },
      }),
    async placed(more: object = {}) {
      await hospital.prepay()
      const answered = await hospital.create(more)
      assert.equal(answered.status, 200, JSON.stringify(answered.body))
      return answered.body.mix_trade_no
    },
    async statuses() {
      const { body } = await hospital.query()
      return [
        body.mix_pay_status.replace('MIX_PAY_', ''),
        body.self_pay_status.replace('SELF_PAY_', ''),
        body.med_ins_pay_status.replace('MED_INS_PAY_', ''),
      ].join(' ')
    },
  })
  return hospital
}

/** The internal number at the end of `Request-ID`. */
export function numberOf({ headers }: Answered): number {
  return Number(headers.get('request-id')?.split('-').at(-1))
}

/** What makes the body that of an insurance-only order. */
export const insuranceOnly = {
  mix_pay_type: 'INSURANCE_ONLY',
  wechat_pay_cash_fee: undefined,
  prepay_id: undefined,
  cash_add_detail: undefined,
  total_fee: 16000,
  cash_reduce_detail: [{ cash_reduce_fee: 5600, cash_reduce_type: 'DISCOUNT' }],
}

/** What makes the body that of a cash-only order. */
export const cashOnly = {
  mix_pay_type: 'CASH_ONLY',
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
