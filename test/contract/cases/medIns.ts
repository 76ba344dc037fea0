/** Mixed payment of medical insurance: every way to be refused. */
import { idcard } from '@chadan/protocol'
import {
  answered,
  type Call,
  type ErrorCases,
  forge,
  merchant,
  type Provoke,
  type Ways,
  withMembers,
} from '../provoking.ts'
import type { Stage } from '../stage.ts'
import { cashOnly, hour, mixed, placeMixed, provided, reported } from './orders.ts'

const out_trade_no = 'MI0001'

/** Prepays the cash leg. */
async function prepaid(stage: Stage): Promise<string> {
  return (await stage.wx.cash.prepayPartner(provided(stage, { out_trade_no }))).prepay_id
}

/** Places a mixed order as the client checks it. */
const create =
  (more: object | ((stage: Stage) => object) = {}): Provoke =>
  async (stage) =>
    stage.wx.medIns.create(
      mixed(stage, await prepaid(stage), typeof more === 'function' ? more(stage) : more),
    )

/** Places what the client's own rules would refuse. */
const forged =
  (more: object): Provoke =>
  async (stage) =>
    forge(stage, 'medIns.create', mixed(stage, await prepaid(stage)), withMembers(more))

/** Places an order while the bureau checks what it settled, and the e-voucher who pays. */
const checked =
  (more: (stage: Stage) => object, settled: object = {}, voucher?: object): Provoke =>
  async (stage) => {
    stage.sim.changeSwitches({ medIns: { bureauChecks: true } })
    if (voucher) stage.sim.world.table('medIns.vouchers').set('P1', voucher)
    stage.sim.world.table('medIns.settlements').set('AUTH330100202603171000301000446', {
      payAuthNo: 'AUTH330100202603171000301000446',
      payOrderId: 'ORD330100202603171000420000917',
      serialNo: 'MZ2603170001728',
      medInstNo: 'H33010000917',
      cityId: '330100',
      orderTime: '2026-03-17T10:00:00+08:00',
      govFee: 6820,
      selfFee: 3150,
      otherFee: 430,
      cashFee: 5600,
      payer: 'P1',
      subMchid: stage.given.apiv3.subMchid,
      expiresMs: stage.sim.clock.now() + hour,
      ...settled,
    })
    return create(more)(stage)
  }

function person(stage: Stage, { name, idNumber }: { name?: string; idNumber?: string }) {
  const payer = stage.sim.world.payers.get('P1')
  return {
    name: name ?? payer?.name ?? '',
    id_digest: idcard.idDigest(idNumber ?? payer?.idNumber ?? ''),
    card_type: 'ID_CARD',
  }
}

const relative = (stage: Stage) => ({ pay_for_relatives: true, relative: person(stage, { name: '张小三' }) })

const withPermissions = (of: 'mchid' | 'subMchid', permission: string, call: Provoke): Provoke => {
  return (stage) => {
    const row = merchant(stage, stage.given.apiv3[of])
    const before = row.permissions
    row.permissions = [permission]
    return call(stage).finally(() => {
      row.permissions = before
    })
  }
}

const sub = ({ given }: Stage, more: object = {}) => ({ sub_mchid: given.apiv3.subMchid, ...more })
const byNumber: Call = (stage, more) =>
  stage.wx.medIns.queryByOutTradeNo({ out_trade_no, ...sub(stage, more) })
const byMix: Call = (stage, more) =>
  stage.wx.medIns.queryByMixTradeNo({ mix_trade_no: '1', ...sub(stage, more) })
const report: Call = (stage, more) => stage.wx.medIns.reportInsuranceRefund(reported(stage, '404', more))

const queries = (id: string, call: Call): Ways => ({
  // No source says which state of an order lets a query meet an expired authorization.
  'INVALID_REQUEST 268545967': answered(id, { status: 400, code: 'INVALID_REQUEST', number: 268545967 }),
  RULE_LIMIT: (stage) => call(stage, { sub_mchid: '1999999999' }),
  NO_AUTH: withPermissions('mchid', 'cash', call),
  NOT_FOUND: call,
})

export const medInsErrors: ErrorCases = {
  'medIns.create': {
    'PARAM_ERROR 268435461': forged({ total_fee: '16800' }),
    INVALID_REQUEST: create({ prepay_id: 'wx404' }),
    'PARAM_ERROR 268510603': create({ appid: 'wx0' }),
    'PARAM_ERROR 268510604': create({ sub_openid: 'o404' }),
    'INVALID_REQUEST 268545961': checked((stage) => ({
      payer: person(stage, { idNumber: '990000198001011234' }),
    })),
    'INVALID_REQUEST 268545962': checked((stage) => ({ payer: person(stage, { name: '李四' }) })),
    'INVALID_REQUEST 268545963': checked(() => ({}), {}, { bound: false, relatives: [] }),
    'INVALID_REQUEST 268545964': checked(relative),
    'INVALID_REQUEST 268547120': checked(() => ({}), { payer: 'P2' }),
    'INVALID_REQUEST 268545967': checked(() => ({ pay_auth_no: 'A1' })),
    'INVALID_REQUEST 268510610': checked(() => ({}), { govFee: 6821 }),
    ALREADY_EXISTS: async (stage) => {
      await placeMixed(stage)
      return create()(stage)
    },
    'RULE_LIMIT 268529474': forged({ ...cashOnly, med_ins_gov_fee: 1 }),
    'RULE_LIMIT 268529475': forged({ pay_auth_no: undefined }),
    'RULE_LIMIT 268529476': forged({ med_ins_cash_fee: 5601 }),
    'RULE_LIMIT 268529477': forged({ total_fee: 16801 }),
    'RULE_LIMIT 268529481': create({ wechat_pay_cash_fee: 4999, med_ins_cash_fee: 5599, total_fee: 16799 }),
    RULE_LIMIT: create({ sub_mchid: '1999999999' }),
    // The same limit in another spelling: the simulator answers FREQUENCY_LIMITED with this number.
    'RULE_LIMIT 268447840': answered('medIns.create', { status: 403, code: 'RULE_LIMIT', number: 268447840 }),
    REQUEST_BLOCKED: async (stage) => {
      const prepay_id = await prepaid(stage)
      merchant(stage, stage.given.apiv3.subMchid).permissions = ['cash']
      return stage.wx.medIns.create(mixed(stage, prepay_id))
    },
    NO_AUTH: async (stage) => {
      const prepay_id = await prepaid(stage)
      merchant(stage, stage.given.apiv3.subMchid).disabled = true
      return stage.wx.medIns.create(mixed(stage, prepay_id))
    },
  },
  'medIns.queryByOutTradeNo': queries('medIns.queryByOutTradeNo', byNumber),
  'medIns.queryByMixTradeNo': queries('medIns.queryByMixTradeNo', byMix),
  'medIns.reportInsuranceRefund': {
    RULE_LIMIT: async (stage) =>
      stage.wx.medIns.reportInsuranceRefund(reported(stage, await placeMixed(stage))),
    NOT_FOUND: report,
  },
}
