/** Cash orders: every way to be refused. */
import { byFault, type Call, type ErrorCases, forge, merchant, type Ways } from '../provoking.ts'
import type { Stage } from '../stage.ts'
import { direct, pair, provided } from './orders.ts'

const out_trade_no = 'CASH0001'
const unknown = '1999999999'
const stranger = '1230000302'

const own = ({ given }: Stage, more: object = {}) => ({ mchid: given.apiv3.mchid, ...more })
const place: Call = (stage, more) => stage.wx.cash.prepay(direct(stage, more))
const placeFor: Call = (stage, more) => stage.wx.cash.prepayPartner(provided(stage, more))
const query: Call = (stage, more) => stage.wx.cash.queryByOutTradeNo({ out_trade_no, ...own(stage), ...more })
const queryFor: Call = (stage, more) =>
  stage.wx.cash.queryByOutTradeNoPartner({ out_trade_no, ...pair(stage), ...more })
const close: Call = (stage, more) => stage.wx.cash.close({ out_trade_no, ...own(stage), ...more })
const closeFor: Call = (stage, more) => stage.wx.cash.closePartner({ out_trade_no, ...pair(stage), ...more })
const byId: Call = (stage, more) =>
  stage.wx.cash.queryById({ transaction_id: '4200', ...own(stage), ...more })
const byIdFor: Call = (stage, more) =>
  stage.wx.cash.queryByIdPartner({ transaction_id: '4200', ...pair(stage), ...more })

async function refunded(stage: Stage, sub: object): Promise<void> {
  await stage.sim.pay(out_trade_no)
  await stage.wx.refunds.create({
    ...sub,
    out_trade_no,
    out_refund_no: 'R0001',
    notify_url: stage.notifyUrl,
    amount: { refund: 1, total: 5000, currency: 'CNY' },
  })
}

/** A payment of a sub-merchant: its number at WeChat Pay. */
async function paidFor(stage: Stage): Promise<string> {
  await placeFor(stage)
  await stage.sim.pay(out_trade_no)
  const { transaction_id = '' } = await stage.wx.cash.queryByOutTradeNoPartner({
    out_trade_no,
    ...pair(stage),
  })
  return transaction_id
}

const twice =
  (call: Call, more: object) =>
  async (stage: Stage): Promise<unknown> => {
    await call(stage)
    return call(stage, more)
  }

const afterClosing =
  (call: Call, end: Call) =>
  async (stage: Stage): Promise<unknown> => {
    await call(stage)
    await end(stage)
    return call(stage)
  }

const barred =
  (mchid: (stage: Stage) => string, call: Call) =>
  (stage: Stage): Promise<unknown> => {
    merchant(stage, mchid(stage)).disabled = true
    return call(stage)
  }

const placing = (id: string, call: Call, end: Call): Ways => ({
  OUT_TRADE_NO_USED: twice(call, { amount: { total: 5001, currency: 'CNY' } }),
  ORDER_CLOSED: afterClosing(call, end),
  MCH_NOT_EXISTS:
    id === 'cash.prepay'
      ? // A direct call names the merchant that signs, so it exists.
        (stage) => byFault(id, 'MCH_NOT_EXISTS', direct(stage))(stage)
      : (stage) => call(stage, { sub_mchid: unknown }),
})

/** Looking at an order of a sub-merchant as if it were one's own, or at one of a stranger. */
const asking = (call: Call, callFor: Call) => ({
  own: {
    INVALID_REQUEST: (stage: Stage) => call(stage, { mchid: unknown }),
    RULE_LIMIT: async (stage: Stage) => {
      await placeFor(stage)
      return call(stage)
    },
  },
  partner: {
    INVALID_REQUEST: (stage: Stage) => callFor(stage, { sp_mchid: unknown }),
    MCH_NOT_EXISTS: (stage: Stage) => callFor(stage, { sub_mchid: unknown }),
    RULE_LIMIT: (stage: Stage) => callFor(stage, { sub_mchid: stranger }),
  },
})

const queries = asking(query, queryFor)
const closes = asking(close, closeFor)

/** No state brings these about: a direct call names a merchant that exists, and no order is forbidden to read. */
const strange = (id: string): Ways => ({
  MCH_NOT_EXISTS: byFault(id, 'MCH_NOT_EXISTS'),
  TRADE_ERROR: byFault(id, 'TRADE_ERROR'),
})

const ending = (call: Call, end: Call, sub: (stage: Stage) => object): Ways => ({
  ORDER_PAID: async (stage) => {
    await call(stage)
    await stage.sim.pay(out_trade_no)
    return end(stage)
  },
  TRADE_ERROR: async (stage) => {
    await call(stage)
    await refunded(stage, sub(stage))
    return end(stage)
  },
})

export const cashErrors: ErrorCases = {
  'cash.prepay': {
    ...placing('cash.prepay', place, close),
    INVALID_REQUEST: (stage) => place(stage, { mchid: unknown }),
    APPID_MCHID_NOT_MATCH: (stage) =>
      forge(stage, 'cash.prepay', direct(stage), { body: (body) => ({ ...body, appid: 'wx0' }) }),
    NO_AUTH: barred(({ given }) => given.apiv3.mchid, place),
  },
  'cash.prepayPartner': {
    ...placing('cash.prepayPartner', placeFor, closeFor),
    INVALID_REQUEST: (stage) => placeFor(stage, { sp_mchid: unknown }),
    APPID_MCHID_NOT_MATCH: (stage) => placeFor(stage, { sub_appid: 'wx0' }),
    NO_AUTH: barred(({ given }) => given.apiv3.subMchid, placeFor),
  },
  'cash.queryByOutTradeNo': { ...strange('cash.queryByOutTradeNo'), ...queries.own, ORDER_NOT_EXIST: query },
  'cash.queryByOutTradeNoPartner': {
    ...strange('cash.queryByOutTradeNoPartner'),
    ...queries.partner,
    ORDER_NOT_EXIST: queryFor,
  },
  'cash.close': {
    ...strange('cash.close'),
    ...closes.own,
    ...ending(place, close, () => ({})),
  },
  'cash.closePartner': {
    ...closes.partner,
    ...ending(placeFor, closeFor, ({ given }) => ({ sub_mchid: given.apiv3.subMchid })),
  },
  'cash.queryById': {
    ...strange('cash.queryById'),
    INVALID_REQUEST: (stage) => byId(stage, { mchid: unknown }),
    RULE_LIMIT: async (stage) => byId(stage, { transaction_id: await paidFor(stage) }),
    ORDER_NOT_EXIST: byId,
  },
  'cash.queryByIdPartner': {
    ...strange('cash.queryByIdPartner'),
    INVALID_REQUEST: (stage) => byIdFor(stage, { sp_mchid: unknown }),
    MCH_NOT_EXISTS: async (stage) =>
      byIdFor(stage, { transaction_id: await paidFor(stage), sub_mchid: unknown }),
    RULE_LIMIT: async (stage) =>
      byIdFor(stage, { transaction_id: await paidFor(stage), sub_mchid: '1690000202' }),
    ORDER_NOT_EXIST: byIdFor,
  },
}
