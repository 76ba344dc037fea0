import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Lost, Refused } from '@chadan/client'
import { everyOperation, type InputOfOperation, type OperationShape } from '@chadan/protocol'
import {
  combined,
  combinedOf,
  completion,
  confirmRental,
  direct,
  mixed,
  outsidePayment,
  overseas,
  overseasRefund,
  pair,
  payRegistration,
  payRental,
  platformRefundOf,
  provided,
  refundOf,
  registration,
  registrationNumber,
  registrationRefund,
  rental,
  rentalKey,
  shopOrder,
  shopRefund,
  tea,
} from './cases/orders.ts'
import { application, picture } from './cases/wecom.ts'
import { operationOf } from './declared.ts'
import { methodOf } from './log.ts'
import { carriers, guarded, openStage, type Stage } from './stage.ts'

/** A call that places something, and how it is looked up by its own number. */
interface Placing {
  /** The input, and in the world what must be there before it. */
  readonly input: (stage: Stage) => object | Promise<object>
  /** Rejects as not found until it is placed; answers what there is. */
  readonly find: (stage: Stage) => Promise<unknown>
  /** How many there are at the platform. */
  readonly count: (stage: Stage) => number
  /** How the lookup says that there is none, where it has no word of its own for it. */
  readonly absent?: RegExp
  /** What the same bytes are answered once it is placed, where that is no success. */
  readonly again?: RegExp
}

const rows = (table: string) => (stage: Stage) => stage.sim.world.table(table).size
const refundsIn = (stage: Stage) => stage.sim.world.refunds.size

async function paidCombined(stage: Stage): Promise<void> {
  await stage.wx.combine.createJsapi(combined(stage))
  await stage.sim.pay('CT0001')
}

const combining = (front: keyof typeof combinedOf): Placing => ({
  input: (stage) => combinedOf[front](stage),
  find: ({ wx }) => wx.combine.queryByOutTradeNo({ combine_out_trade_no: 'CT0001' }),
  count: rows('combine.orders'),
})

const placings: Readonly<Record<string, Placing>> = {
  'cash.prepay': {
    input: (stage) => direct(stage),
    find: ({ wx, given }) =>
      wx.cash.queryByOutTradeNo({ out_trade_no: 'CASH0001', mchid: given.apiv3.mchid }),
    count: rows('cash.orders'),
  },
  'cash.prepayPartner': {
    input: (stage) => provided(stage),
    find: (stage) => stage.wx.cash.queryByOutTradeNoPartner({ out_trade_no: 'CASH0001', ...pair(stage) }),
    count: rows('cash.orders'),
  },
  'combine.createJsapi': combining('createJsapi'),
  'combine.createApp': combining('createApp'),
  'combine.createH5': combining('createH5'),
  'combine.createNative': combining('createNative'),
  'combine.createMiniprogram': combining('createMiniprogram'),
  'refunds.create': {
    input: async (stage) => {
      await paidCombined(stage)
      return refundOf(stage)
    },
    find: ({ wx }) => wx.refunds.find({ out_refund_no: 'RCT0001', sub_mchid: tea }),
    count: refundsIn,
  },
  'ecommerceRefunds.create': {
    input: async (stage) => {
      await paidCombined(stage)
      return platformRefundOf(stage)
    },
    find: ({ wx }) => wx.ecommerceRefunds.findByOutRefundNo({ out_refund_no: 'RCT0001', sub_mchid: tea }),
    count: refundsIn,
  },
  'globalRefunds.create': {
    input: async (stage) => overseasRefund(stage, await payRental(stage)),
    find: (stage) =>
      stage.wx.globalRefunds.findByOutRefundNo({ out_refund_no: 'RPS0001', ...overseas(stage) }),
    count: refundsIn,
  },
  'medIns.create': {
    input: async (stage) => {
      const order = provided(stage, { out_trade_no: 'MI0001' })
      return mixed(stage, (await stage.wx.cash.prepayPartner(order)).prepay_id)
    },
    find: ({ wx, given }) =>
      wx.medIns.queryByOutTradeNo({ out_trade_no: 'MI0001', sub_mchid: given.apiv3.subMchid }),
    count: rows('medIns.orders'),
    again: /ALREADY_EXISTS/,
  },
  'payscore.create': {
    input: (stage) => rental(stage),
    find: (stage) => stage.wx.payscore.query(rentalKey(stage)),
    count: rows('payscore.orders'),
  },
  'payscore.complete': {
    input: async (stage) => {
      await confirmRental(stage)
      return completion(stage)
    },
    find: async (stage) => completed(await stage.wx.payscore.query(rentalKey(stage))),
    count: rows('payscore.orders'),
    absent: /not completed/,
  },
  'payscore.sync': {
    input: async (stage) => {
      await confirmRental(stage)
      await stage.wx.payscore.complete(completion(stage))
      return outsidePayment(stage)
    },
    find: async (stage) => done(await stage.wx.payscore.query(rentalKey(stage))),
    count: rows('payscore.orders'),
    absent: /not done/,
    again: /ORDER_DONE/,
  },
  'wecom.applyMch': {
    input: async (stage) => application(await picture(stage)),
    find: ({ wx }) => wx.wecom.getApplymentStatus({ out_request_no: 'AP0001' }),
    count: rows('wecom.applications'),
    absent: /40058/,
    again: /40058/,
  },
  'wecom.createOrder': {
    input: (stage) => shopOrder(stage),
    find: ({ wx, given }) => wx.wecom.getOrder({ mchid: given.wecom.mchid, out_trade_no: 'WC0001' }),
    count: rows('wecom.orders'),
  },
  'wecom.refund': {
    input: async (stage) => {
      await stage.wx.wecom.createOrder(shopOrder(stage))
      await stage.sim.pay('WC0001')
      return shopRefund(stage)
    },
    find: ({ wx, given }) => wx.wecom.getRefundDetail({ mchid: given.wecom.mchid, out_refund_no: 'RWC0001' }),
    count: refundsIn,
  },
  'payinsurance.unifiedOrder': {
    input: (stage) => registration(stage),
    find: (stage) => stage.wx.payinsurance.queryOrder(registrationNumber(stage)),
    count: rows('payinsurance.orders'),
    again: /530/,
  },
  'payinsurance.refund': {
    input: async (stage) => {
      await payRegistration(stage)
      return registrationRefund(stage)
    },
    find: (stage) => {
      const { hosp_out_trade_no: _, ...accounts } = registrationNumber(stage)
      return stage.wx.payinsurance.queryRefund({ ...accounts, hosp_out_refund_no: 'RPI0001' })
    },
    count: refundsIn,
    again: /550/,
  },
}

function completed(order: { state_description?: string; state: string }): unknown {
  if (order.state_description !== 'MCH_COMPLETE' && order.state !== 'DONE') throw new Error('not completed')
  return order
}

function done(order: { state: string }): unknown {
  if (order.state !== 'DONE') throw new Error('not done')
  return order
}

/** Calls that are never repeated though they place nothing under a number of their own. */
const others: Readonly<Record<string, string>> = {
  'refunds.applyAbnormal': 'sends an abnormal refund another way; the refund itself tells whether',
  'ecommerceRefunds.applyAbnormal': 'the same',
  'ecommerceRefunds.returnAdvance': 'an advance is returned once by its refund, and asked for by it',
  'wecom.downloadBill': 'a file',
}

const isAbsent =
  ({ absent }: Placing) =>
  (error: unknown) =>
    absent ? error instanceof Error && absent.test(error.message) : error instanceof Refused && error.notFound

const isCut = (error: unknown) => error instanceof Lost && error.reason === 'network' && !error.unsent

test('every call that must not be repeated places something here, or has its reason', () => {
  const ids = everyOperation
    .filter(({ repeat }) => repeat === 'same' || repeat === 'never')
    .map(({ id }) => id)
  assert.deepEqual(
    ids.filter((id) => !placings[id] && !others[id]),
    [],
  )
  const known = [...Object.keys(placings), ...Object.keys(others)]
  assert.deepEqual(
    known.filter((id) => !ids.includes(id as never)),
    [],
  )
})

/** Runs short pauses out at once, and lets no time limit end. */
function unlessLong(ms: number, work: () => void): () => void {
  if (ms < 5000) setImmediate(work)
  return () => {}
}

/** The requests of this operation that reached the platform. */
const sent = (stage: Stage, operation: OperationShape) => {
  const [verb, path = ''] = operation.route.split(' ')
  const pattern = new RegExp(`^${verb} ${path.replace(/\{\w+\}/g, '[^/]+')}$`)
  return stage.requests.filter((one) => pattern.test(one)).length
}

for (const carrier of carriers) {
  for (const [id, placing] of Object.entries(placings)) {
    test(`${id} whose answer was lost is sent once, and found, ${carrier}`, guarded, async () => {
      await using stage = await openStage(carrier)
      const input = await placing.input(stage)
      const before = sent(stage, operationOf(id))
      await assert.rejects(placing.find(stage), isAbsent(placing))
      stage.sim.faults.next(id, 'loseAnswer')
      // This client repeats at once whatever may be repeated.
      const clock = { ...stage.sim.clock, after: unlessLong }
      await assert.rejects(methodOf(stage.open({ retries: 3, clock }), id)(input), isCut)
      assert.equal(sent(stage, operationOf(id)), before + 1)
      assert.ok(await placing.find(stage))
      assert.equal(placing.count(stage), 1)
    })

    test(
      `${id} that never arrived is not found, and its bytes place it once, ${carrier}`,
      guarded,
      async () => {
        await using stage = await openStage(carrier)
        const operation = operationOf(id)
        const input = (await placing.input(stage)) as InputOfOperation<OperationShape>
        const prepared = await stage.wx.prepare(operation, input)
        stage.sim.faults.next(id, 'loseRequest')
        await assert.rejects(stage.wx.send(prepared), isCut)
        await assert.rejects(placing.find(stage), isAbsent(placing))
        await stage.wx.send(prepared)
        assert.ok(await placing.find(stage))
        // WeCom takes one refund of an order a minute.
        await stage.pass(60_000)
        const again = stage.wx.send(prepared)
        if (placing.again) await assert.rejects(again, placing.again)
        else await again
        assert.equal(placing.count(stage), 1)
      },
    )
  }
}
