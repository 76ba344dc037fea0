/** What merchants ask for in the contract, product by product; what differs is listed with its reason. */
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
  readonly notice: string
  readonly closeWaitMs?: number
  /** A refund of a part, and what it needs. */
  readonly partly: {
    readonly parts: (order: Order) => Readonly<Record<string, number>>
    readonly details?: object
  }
  readonly wholly: { readonly details?: object }
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
    notice: 'combine.paid',
    partly: { parts: (order) => ({ [only(order)]: 800 }) },
    wholly: {},
    refundCall: 'refunds.create',
  },
]
