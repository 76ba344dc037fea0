/** PayScore overseas: every way to be refused. */
import type { Call, ErrorCases, Provoke, Ways } from '../provoking.ts'
import type { Stage } from '../stage.ts'
import {
  cancellation,
  completion,
  confirmRental,
  outsidePayment,
  payRental,
  rental,
  rentalKey,
} from './orders.ts'

const create: Call = (stage, more) => stage.wx.payscore.create(rental(stage, more))
const query: Call = (stage, more) => stage.wx.payscore.query(rentalKey(stage, more))
const cancel: Call = (stage, more) => stage.wx.payscore.cancel(cancellation(stage, more))
const complete: Call = (stage, more) => stage.wx.payscore.complete(completion(stage, more))
const sync: Call = (stage, more) => stage.wx.payscore.sync(outsidePayment(stage, more))

const after =
  (before: (stage: Stage) => Promise<unknown>, call: Call): Provoke =>
  async (stage) => {
    await before(stage)
    return call(stage)
  }

const cancelled = async (stage: Stage) => {
  await create(stage)
  await cancel(stage)
}

const expired = async (stage: Stage) => {
  await create(stage)
  await stage.pass(3_600_000)
}

const anyone = (call: Call): Ways => ({
  NO_AUTH: async (stage) => {
    await create(stage)
    return call(stage, { service_id: '1' })
  },
})

const known = (call: Call): Ways => ({ ...anyone(call), ORDER_NOT_EXIST: call })

export const payscoreErrors: ErrorCases = {
  'payscore.create': {
    ...anyone(create),
    INVALID_REQUEST: after(create, (stage) => create(stage, { service_introduction: 'Umbrella' })),
    INVALID_ORDER_STATE: after(expired, create),
    ORDER_CANCELED: after(cancelled, create),
    ORDER_DONE: after(payRental, create),
  },
  'payscore.query': known(query),
  'payscore.cancel': {
    ...known(cancel),
    INVALID_ORDER_STATE: after(expired, cancel),
    ORDER_DONE: after(payRental, cancel),
  },
  'payscore.complete': {
    ...known(complete),
    INVALID_ORDER_STATE: after(create, complete),
    ORDER_CANCELED: after(cancelled, complete),
    ORDER_DONE: after(payRental, (stage) =>
      complete(stage, { total_amount: 100, post_payments: [{ name: 'Rental fee', amount: 100 }] }),
    ),
  },
  'payscore.sync': {
    ...known(sync),
    INVALID_ORDER_STATE: after(confirmRental, sync),
    ORDER_CANCELED: after(cancelled, sync),
    ORDER_DONE: after(payRental, sync),
  },
}
