/** The five products as the core sees them: their times, and how they place, close and refund. Nothing is sent. */
import {
  apiv3FenceMs,
  askMs,
  askRefundMs,
  ms,
  type Product,
  type ProductId,
  type Timing,
} from '../gateway.ts'

/** How a product behaves, as far as the order core can tell them apart. */
export interface Profile {
  readonly id: ProductId
  /** Placing calls, in their order. */
  readonly steps: readonly string[]
  /** Ids of its parts; sub-orders are named by the number. */
  readonly parts: readonly string[]
  /** Whether the platform may divide the whole among the parts as it likes. */
  readonly fixed: boolean
  readonly closes: boolean
  /** A service runs first, and is completed with its amount later. */
  readonly service: boolean
  /** One refund takes one call per part, or one for all. */
  readonly refundCalls: 'one' | 'per_part'
  readonly timing: Timing
}

const timing = (more: Partial<Timing>): Timing => ({
  expiresMs: 2 * ms.hour,
  askMs,
  askRefundMs,
  closeNotBeforeMs: 0,
  fenceMs: apiv3FenceMs,
  fence: 'place',
  handoverLost: 'place',
  ...more,
})

const common = { steps: ['create'], fixed: true, closes: true, service: false, refundCalls: 'one' } as const

/** Five manners, named after the products that have them. */
export const profiles: readonly Profile[] = [
  { ...common, id: 'combine', parts: ['a', 'b'], refundCalls: 'per_part', timing: timing({}) },
  {
    ...common,
    id: 'medIns',
    steps: ['prepay', 'create'],
    parts: ['cash', 'insurance'],
    timing: timing({ fence: 'time' }),
  },
  { ...common, id: 'payscore', parts: ['collection'], service: true, timing: timing({}) },
  {
    ...common,
    id: 'wecom',
    parts: ['cash'],
    timing: timing({ closeNotBeforeMs: 5 * ms.minute }),
  },
  {
    ...common,
    id: 'payinsurance',
    parts: ['cash', 'insurance'],
    fixed: false,
    closes: false,
    timing: timing({ fence: 'time', handoverLost: 'close', fenceMs: 125 * ms.minute }),
  },
]

/** A product that answers only what the core asks of it. */
export function productOf(profile: Profile): Product {
  const sent = () => {
    throw new TypeError('the core sends nothing')
  }
  return {
    id: profile.id,
    title: profile.id,
    details: [],
    open: sent,
    errands: {},
    ask: () => [],
    askRefund: () => [],
    // The core asks only whether there is such a call.
    close: () => (profile.closes ? ({} as never) : undefined),
    hear: () => undefined,
    handover: async () => undefined,
    refund: sent,
    timing: profile.timing,
  }
}
