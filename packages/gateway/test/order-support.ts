/** An order of a small made-up product, for tests of the core. */
import { operations } from '@chadan/protocol'
import { act } from '../src/order/apply.ts'
import type { Attempt, Order } from '../src/order/order.ts'
import { call, type Product, question } from '../src/products/product.ts'

export const t0 = Date.UTC(2026, 2, 17, 2)

export const yuan = (minor: number) => ({ minor, currency: 'CNY' })

/** A product with one part and one errand; nothing of it is sent in these tests. */
export const testProduct: Product = {
  id: 'combine',
  title: 'A test',
  details: [],
  open: () => {
    throw new TypeError('not opened in tests of the core')
  },
  errands: {},
  ask: (_, { number }) => [
    question(operations.combine.queryByOutTradeNo, { combine_out_trade_no: number }, () => ({
      about: 'attempt' as const,
      number,
      said: 'unclear' as const,
      word: '',
    })),
  ],
  askRefund: () => [],
  close: () => call(operations.security.echo as never, {} as never),
  hear: () => undefined,
  handover: async () => undefined,
  refund: () => {
    throw new TypeError('not refunded in tests of the core')
  },
  timing: {
    expiresMs: 7_200_000,
    askMs: [5_000, 30_000, 60_000, 3_600_000],
    askRefundMs: [60_000, 3_600_000],
    closeNotBeforeMs: 0,
    fenceMs: 600_000,
    fence: 'place',
    handoverLost: 'place',
  },
}

export function attempt(number: string): Attempt {
  return {
    number,
    openedMs: t0,
    amount: yuan(100),
    parts: [{ id: 'whole', amount: yuan(100), fixed: true }],
    merchant: { mchid: '1900000001' },
    errands: [{ step: 'create', operation: 'combine.createJsapi', body: 'b', digest: 'd', sends: 0 }],
    expiresMs: t0 + 7_200_000,
    closes: 0,
  }
}

/** An order whose first call is under way. */
export function opened(): Order {
  const { order } = act(
    undefined,
    {
      act: 'open',
      order: {
        id: 'ord_1',
        tenant: 'east',
        signer: 'main',
        product: 'combine',
        reference: 'A-1',
        content: 'c',
        createdMs: t0,
      },
      attempt: attempt('N1'),
    },
    testProduct,
    t0,
  )
  const send = { act: 'send', number: 'N1', step: 'create', atMs: t0, body: 'b', digest: 'd' } as const
  return act(order, send, testProduct, t0).order
}

/** The order with a refund `R1` under way; its first call is sent. */
export function openedRefund(
  order: Order,
  minor: number,
  calls = [{ step: 'refund', id: 'whole', minor }],
): Order {
  const refund = {
    number: 'R1',
    attempt: 'N1',
    openedMs: t0,
    amount: yuan(minor),
    parts: calls.map((one) => ({ id: one.id, amount: yuan(one.minor) })),
    errands: calls.map(({ step }) => ({
      ...{ step, operation: 'refunds.create', body: 'r', digest: 'd', sends: 0 },
    })),
    by: 'his',
    reference: 'back-1',
    content: 'c',
  }
  const asked = act(order, { act: 'refund', refund }, testProduct, t0).order
  const send = { act: 'send', number: 'R1', step: 'refund', atMs: t0, body: 'r', digest: 'd' } as const
  return act(asked, send, testProduct, t0).order
}
