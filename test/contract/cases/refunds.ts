/** Refunds of merchants, platforms and institutions overseas: every way to be refused. */
import { byFault, type Call, type ErrorCases, merchant, type Provoke, type Ways } from '../provoking.ts'
import type { Stage } from '../stage.ts'
import {
  combined,
  overseas,
  overseasRefund,
  payRental,
  platformRefundOf,
  refundOf,
  second,
  tea,
} from './orders.ts'

const number = 'CT0001'
const out_refund_no = `R${number}`
const unknown = { sub_mchid: '1999999999' }
const advance = { refund_account: 'REFUND_SOURCE_PARTNER_ADVANCE' as const }

/** On a world where a combined order is paid. */
const paid =
  (call: Call, prepare: (stage: Stage) => unknown = () => {}): Provoke =>
  async (stage) => {
    await stage.wx.combine.createJsapi(combined(stage))
    await stage.sim.pay(number)
    await prepare(stage)
    return call(stage)
  }

const event = (key: string, name: string) => (stage: Stage) =>
  stage.sim.act(key, { action: 'event', name: `refund:${name}` })

const poor = (mchid: string) => (stage: Stage) => {
  merchant(stage, mchid).balanceMinor = 99
}

const permitted = (permission: string) => (stage: Stage) => {
  merchant(stage, stage.given.apiv3.mchid).permissions = [permission]
}

const disable = (stage: Stage) => {
  merchant(stage, stage.given.apiv3.mchid).disabled = true
}

const create: Call = (stage, more) => stage.wx.refunds.create(refundOf(stage, number, more))
const find: Call = (stage, more) => stage.wx.refunds.find({ out_refund_no, sub_mchid: tea, ...more })
const reroute: Call = (stage, more) =>
  stage.wx.refunds.applyAbnormal({
    refund_id: '503',
    out_refund_no,
    sub_mchid: tea,
    type: 'MERCHANT_BANK_CARD',
    ...more,
  })

const applying = (call: Call): Ways => ({
  USER_ACCOUNT_ABNORMAL: paid(call, event(`refunds/${number}_1`, 'userAccountAbnormal')),
  NOT_ENOUGH: paid(call, poor(tea)),
  MCH_NOT_EXISTS: (stage) => call(stage, unknown),
  RESOURCE_NOT_EXISTS: (stage) => call(stage, { out_trade_no: 'SO0000' }),
  INVALID_REQUEST: paid((stage) => call(stage, { amount: { refund: 12801, total: 12801, currency: 'CNY' } })),
})

const looking = (call: Call): Ways => ({
  RESOURCE_NOT_EXISTS: call,
  MCH_NOT_EXISTS: (stage) => call(stage, unknown),
})

/** Sends another way a refund that is not abnormal. */
const tooEarly = (apply: (stage: Stage) => Promise<{ refund_id: string }>, again: Call): Provoke =>
  paid(async (stage) => again(stage, { refund_id: (await apply(stage)).refund_id }))

const createBy: Call = (stage, more) =>
  stage.wx.ecommerceRefunds.create(platformRefundOf(stage, number, more))
const findByNumber: Call = (stage, more) =>
  stage.wx.ecommerceRefunds.findByOutRefundNo({ out_refund_no, sub_mchid: tea, ...more })
const findById: Call = (stage, more) =>
  stage.wx.ecommerceRefunds.findById({ refund_id: '503', sub_mchid: tea, ...more })
const rerouteBy: Call = (stage, more) =>
  stage.wx.ecommerceRefunds.applyAbnormal({
    refund_id: '503',
    out_refund_no,
    sub_mchid: tea,
    type: 'MERCHANT_BANK_CARD',
    ...more,
  })
const giveBack: Call = (stage, more) =>
  stage.wx.ecommerceRefunds.returnAdvance({ refund_id: '503', sub_mchid: tea, ...more })
const askReturn: Call = (stage, more) =>
  stage.wx.ecommerceRefunds.findReturnAdvance({ refund_id: '503', sub_mchid: tea, ...more })

const applied = (stage: Stage, more?: object) =>
  stage.wx.ecommerceRefunds.create(platformRefundOf(stage, number, more))

/** On a world where a rental is paid. */
const rented =
  (call: (stage: Stage, transaction: string) => Promise<unknown>): Provoke =>
  async (stage) =>
    call(stage, await payRental(stage))

const createOverseas = (stage: Stage, transaction: string, more?: object) =>
  stage.wx.globalRefunds.create(overseasRefund(stage, transaction, more))
const list: Call = (stage, more) =>
  stage.wx.globalRefunds.list({ transaction_id: '4200', ...overseas(stage), ...more })
const overseasByNumber: Call = (stage, more) =>
  stage.wx.globalRefunds.findByOutRefundNo({ out_refund_no, ...overseas(stage), ...more })
const overseasById: Call = (stage, more) =>
  stage.wx.globalRefunds.findById({ refund_id: '503', ...overseas(stage), ...more })

const lookingOverseas = (call: Call): Ways => ({
  ...looking(call),
  NO_AUTH: (stage) => call(stage, { sub_mchid: '1640012345' }),
})

export const refundErrors: ErrorCases = {
  'refunds.create': { ...applying(create), NO_AUTH: paid(create, permitted('jsapi')) },
  'refunds.find': looking(find),
  'refunds.applyAbnormal': {
    ...looking(reroute),
    INVALID_REQUEST: tooEarly((stage) => stage.wx.refunds.create(refundOf(stage)), reroute),
    NO_AUTH: (stage) => {
      permitted('jsapi')(stage)
      return reroute(stage)
    },
  },
  'ecommerceRefunds.create': {
    ...applying(createBy),
    NO_AUTH: paid((stage) => createBy(stage, advance), permitted('refund')),
  },
  'ecommerceRefunds.findByOutRefundNo': looking(findByNumber),
  'ecommerceRefunds.findById': looking(findById),
  'ecommerceRefunds.applyAbnormal': {
    ...looking(rerouteBy),
    INVALID_REQUEST: tooEarly((stage) => applied(stage), rerouteBy),
    NO_AUTH: (stage) => {
      disable(stage)
      return rerouteBy(stage)
    },
  },
  'ecommerceRefunds.returnAdvance': {
    ...looking(giveBack),
    INVALID_REQUEST: tooEarly((stage) => applied(stage), giveBack),
    NO_AUTH: paid(async (stage) => {
      const { refund_id } = await applied(stage, advance)
      await stage.pass(2 * second)
      permitted('refund')(stage)
      return giveBack(stage, { refund_id })
    }),
  },
  'ecommerceRefunds.findReturnAdvance': looking(askReturn),
  'globalRefunds.create': {
    INVALID_REQUEST: rented((stage, transaction) =>
      createOverseas(stage, transaction, { amount: { refund: 4001, total: 4001, currency: 'HKD' } }),
    ),
    NO_AUTH: rented((stage, transaction) => createOverseas(stage, transaction, { sub_mchid: '1640012345' })),
    NOT_ENOUGH: rented((stage, transaction) => {
      poor(stage.given.apiv3.subMchid)(stage)
      return createOverseas(stage, transaction)
    }),
    USER_ACCOUNT_ABNORMAL: rented(async (stage, transaction) => {
      await event(`refunds/${transaction}`, 'userAccountAbnormal')(stage)
      return createOverseas(stage, transaction)
    }),
    // The simulator names both with INVALID_REQUEST.
    TRADE_OVERDUE: byFault('globalRefunds.create', 'TRADE_OVERDUE'),
    REFUND_FEE_MISMATCH: byFault('globalRefunds.create', 'REFUND_FEE_MISMATCH'),
    MCH_NOT_EXISTS: (stage) => createOverseas(stage, '4200', unknown),
    RESOURCE_NOT_EXISTS: (stage) => createOverseas(stage, '4200'),
  },
  'globalRefunds.list': lookingOverseas(list),
  'globalRefunds.findByOutRefundNo': lookingOverseas(overseasByNumber),
  'globalRefunds.findById': lookingOverseas(overseasById),
}
