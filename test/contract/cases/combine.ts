/** Combined payment: every way to be refused. */
import type { operations } from '@chadan/protocol'
import { methodOf } from '../log.ts'
import { type Call, type ErrorCases, forge, merchant, type Provoke, type Ways } from '../provoking.ts'
import type { Stage } from '../stage.ts'
import { closing, combined, combinedOf, tea } from './orders.ts'

type Front = keyof typeof combinedOf
const number = 'CT0001'

/** The next call about this order is refused with the code: for what no state of an order brings about. */
const hooked =
  (code: string, place: Call, call: Provoke): Provoke =>
  async (stage) => {
    await place(stage)
    await stage.sim.act(number, { action: 'event', name: 'refuse', details: { code } })
    return call(stage)
  }

// The pages print one list for all calls: these codes speak of another call than the one that lists them.
const strange = {
  create: 'USERPAYING TRADE_ERROR NOTENOUGH ACCOUNTERROR ORDERNOTEXIST INVALID_TRANSACTIONID ORDER_PAID',
  read: 'USERPAYING TRADE_ERROR RULELIMIT OUT_TRADE_NO_USED ORDER_CLOSED OPENID_MISMATCH NOTENOUGH NOAUTH MCH_NOT_EXISTS INVALID_TRANSACTIONID INVALID_REQUEST APPID_MCHID_NOT_MATCH ACCOUNTERROR',
} as const

const hooks = (codes: string, place: Call, call: Provoke): Ways =>
  Object.fromEntries(codes.split(' ').map((code) => [code, hooked(code, place, call)]))

const placeJsapi: Call = (stage) => stage.wx.combine.createJsapi(combined(stage))
const query: Call = (stage) => stage.wx.combine.queryByOutTradeNo({ combine_out_trade_no: number })
const close: Call = (stage, more) => stage.wx.combine.close(closing(stage, number, more))

/** The order with each sub-order changed. */
const withSubs = (stage: Stage, front: Front, more: object) => {
  const { sub_orders } = combinedOf[front](stage)
  return { sub_orders: sub_orders.map((sub) => ({ ...sub, ...more })) }
}

/** The order with its sub-merchants as merchants of their own. */
function withOwnMerchants(stage: Stage) {
  const { sub_orders } = combined(stage)
  return { sub_orders: sub_orders.map(({ sub_mchid, ...sub }) => ({ ...sub, mchid: sub_mchid })) }
}

/** The first sub-order twice. */
function twice(body: Record<string, unknown>): object {
  const [first] = body.sub_orders as object[]
  return { ...body, sub_orders: [first, first] }
}

function creating(front: Front): Ways {
  const call: Call = (stage, more) =>
    methodOf(stage.wx, `combine.${front}`)(combinedOf[front](stage, number, more))
  const individual = front === 'createMiniprogram'
  return {
    ...hooks(strange.create, call, call),
    RULELIMIT: (stage) => {
      if (individual) return hooked('RULELIMIT', call, call)(stage)
      merchant(stage, stage.given.apiv3.mchid).subs.splice(0)
      return call(stage)
    },
    OUT_TRADE_NO_USED: async (stage) => {
      await call(stage)
      return call(stage, { notify_url: `${stage.notifyUrl}/other` })
    },
    ORDER_CLOSED: async (stage) => {
      await call(stage)
      await stage.pass(8 * 24 * 3600_000)
      return call(stage)
    },
    OPENID_MISMATCH: (stage) => call(stage, { combine_payer_info: { openid: 'oNobody' } }),
    NOAUTH: (stage) => {
      if (individual) merchant(stage, stage.given.apiv3.mchid).disabled = true
      else merchant(stage, tea).permissions = ['jsapi']
      return call(stage)
    },
    MCH_NOT_EXISTS: (stage) =>
      call(stage, withSubs(stage, front, { mchid: '1999999999', sub_mchid: undefined })),
    INVALID_REQUEST: (stage) => forge(stage, `combine.${front}`, combinedOf[front](stage), { body: twice }),
    // The apps of these merchants are not the one that the order is placed in.
    APPID_MCHID_NOT_MATCH: (stage) =>
      call(stage, individual ? { combine_appid: 'wx0000000000000000' } : withOwnMerchants(stage)),
  }
}

/** The newer profile knows a number of the combined order. */
async function transactionOf(stage: Stage): Promise<string> {
  stage.sim.changeSwitches({ combine: { profile: 'modern' } })
  await placeJsapi(stage)
  await stage.sim.pay(number)
  const { combine_transaction_id = '' } = await stage.wx.combine.queryByOutTradeNo({
    combine_out_trade_no: number,
  })
  return combine_transaction_id
}

const byId = (combine_transaction_id: string): Provoke => {
  return (stage) => stage.wx.combine.queryById({ combine_transaction_id })
}

const hookedById = (code: string): Provoke => {
  return async (stage) => {
    const id = await transactionOf(stage)
    await stage.sim.act(number, { action: 'event', name: 'refuse', details: { code } })
    return byId(id)(stage)
  }
}

const fronts = Object.keys(combinedOf) as Front[]

export const combineErrors: ErrorCases = {
  ...Object.fromEntries(fronts.map((front) => [`combine.${front}`, creating(front)])),
  'combine.queryByOutTradeNo': { ...hooks(strange.read, placeJsapi, query), ORDERNOTEXIST: query },
  'combine.queryById': {
    ...Object.fromEntries(strange.read.split(' ').map((code) => [code, hookedById(code)])),
    INVALID_TRANSACTIONID: byId('P20150806125346'),
    ORDERNOTEXIST: byId(`4200${'1'.repeat(24)}`),
  },
  'combine.close': {
    ...hooks(strange.read, placeJsapi, close),
    ORDERNOTEXIST: close,
    INVALID_REQUEST: async (stage) => {
      await placeJsapi(stage)
      return close(stage, { combine_appid: 'wx0000000000000000' })
    },
    ORDER_PAID: async (stage) => {
      await placeJsapi(stage)
      await stage.sim.pay(number)
      return close(stage)
    },
  },
} satisfies Partial<Record<`combine.${keyof typeof operations.combine}`, Ways>>
