/** Medical-insurance mixed payment: one order over a cash order and the bureau. */
import { operations, type Problem } from '@chadan/protocol'
import { prepays } from '../../cash-orders.ts'
import { type Checkout, handle, type Product } from '../../product.ts'
import type { World } from '../../world.ts'
import { byMixNumber, byNumber, checkQuery, permitted } from './access.ts'
import { answer } from './answers.ts'
import { booked } from './books.ts'
import { insuranceFee, type LegName, type MedInsOrder, medInsKeys, medInsOrders, refresh } from './orders.ts'
import { act, actProblem, runLeg } from './paying.ts'
import { place } from './placing.ts'
import { report } from './refunding.ts'

// Bindings and used numbers are looked at before amounts, so breaches of rules wait for their place.
const breachesLater = { excuses: ({ breach }: Problem) => breach !== undefined }

/** The product `medIns`. It looks up keys before `cash`: a prepay id of a mixed order pays that order. */
export function medIns(world: World): Product {
  return {
    name: 'medIns',
    handlers: [
      handle(
        operations.medIns.create,
        ({ caller, body }) => answer(world, place(world, caller, body)),
        breachesLater,
      ),
      handle(operations.medIns.queryByOutTradeNo, ({ operation, caller, path, query }) => {
        checkQuery(world, operation, caller, query)
        permitted(caller)
        return answer(world, byNumber(world, caller, path.out_trade_no, query.sub_mchid))
      }),
      handle(operations.medIns.queryByMixTradeNo, ({ operation, caller, path, query }) => {
        checkQuery(world, operation, caller, query)
        permitted(caller)
        return answer(world, byMixNumber(world, caller, path.mix_trade_no, query.sub_mchid))
      }),
      handle(
        operations.medIns.reportInsuranceRefund,
        ({ caller, query, body }) => report(world, caller, query.mix_trade_no, body),
        breachesLater,
      ),
    ],
    jobs: { 'medIns.leg': (payload: { order: string; leg: LegName }) => runLeg(world, payload) },
    checkout: (key) => {
      const order = orderBehind(world, key)
      return order && checkout(world, refresh(world, order))
    },
    act: (key, action) => {
      const order = orderBehind(world, key)
      if (order) act(world, order, action)
    },
    booked: (from, limit) => booked(world, from, limit),
    recent: (limit) =>
      [...medInsOrders(world).values()]
        .slice(-limit)
        .reverse()
        .map((order) => checkout(world, refresh(world, order))),
  }
}

/** The order of a number or a prepay id, of a later one of the same cash order, too. */
function orderBehind(world: World, key: string): MedInsOrder | undefined {
  const keys = medInsKeys(world)
  const found = keys.get(key) ?? keys.get(prepays(world).get(key)?.order ?? '')
  return found && medInsOrders(world).get(found.order)
}

const failedAs = { closed: 'closed', expired: 'expired', refused: 'failed' } as const

function checkout(world: World, order: MedInsOrder): Checkout {
  const { body } = order
  const problem = actProblem(world, order)
  const state: Checkout['state'] = order.failed
    ? failedAs[order.failed]
    : order.paidMs
      ? 'paid'
      : order.verified
        ? 'paying'
        : problem === 'expired'
          ? 'expired'
          : 'open'
  const lines = [
    { label: '医保统筹支付', minor: body.med_ins_gov_fee ?? 0 },
    { label: '医保个账支付', minor: body.med_ins_self_fee ?? 0 },
    { label: '医保其他支付', minor: body.med_ins_other_fee ?? 0 },
  ]
  return {
    product: 'medIns',
    number: body.out_trade_no,
    payee: body.med_inst_name,
    description: insuranceFee(body) > 0 ? '医保支付' : '自费支付',
    amount: { minor: body.wechat_pay_cash_fee ?? 0, currency: 'CNY' },
    lines: lines.filter(({ minor }) => minor > 0),
    state,
    actions: state === 'open' ? ['pay', 'fail', 'cancel'] : state === 'paying' ? ['event'] : [],
    coupons: [],
  }
}
