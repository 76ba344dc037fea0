/** What will happen to each order of the day: decided beforehand, from the seed alone. */
import type { Chance } from './chance.ts'
import type { ProductName } from './comparison.ts'

/** What the payer does. */
export type PayerWill =
  /** Pays at the first try. */
  | 'pays'
  /** The first try fails (余额不足); pays at the second. */
  | 'fails first'
  /** The insurance leg fails after the cash was taken. */
  | 'insurance fails'
  /** Looks at it and goes. */
  | 'leaves'

/** What the merchant does afterwards. */
export type MerchantWill =
  | 'nothing'
  /** Gives all of it back. */
  | 'refunds all'
  /** Gives a part back: of one sub-order, of the cash leg, of the collection. */
  | 'refunds a part'
  /** Closes what nobody paid. */
  | 'closes'
  /** Closes it, then opens another attempt, which is paid. */
  | 'pays again'
  /** Leaves it to its expiry. */
  | 'lets it expire'

/** One order of the day. */
export interface Plan {
  readonly reference: string
  readonly product: ProductName
  readonly payer: PayerWill
  readonly merchant: MerchantWill
  /** When it is placed, ms from the opening. */
  readonly placeMs: number
  /** How long the payer takes. */
  readonly payMs: number
  /** How long the merchant takes. */
  readonly actMs: number
  /** Varies the amounts, from 1. */
  readonly size: number
}

type Fate = readonly [PayerWill, MerchantWill]
const common: readonly Fate[] = [
  ['pays', 'nothing'],
  ['pays', 'refunds a part'],
  ['leaves', 'closes'],
  ['pays', 'nothing'],
  ['pays', 'refunds all'],
  ['fails first', 'nothing'],
  ['leaves', 'lets it expire'],
  ['pays', 'nothing'],
]
/** What happens to the orders of a product, one after the other. */
const fates: Readonly<Record<ProductName, readonly Fate[]>> = {
  medIns: [
    ['pays', 'nothing'],
    ['insurance fails', 'refunds all'],
    ['pays', 'refunds all'],
    ['leaves', 'closes'],
    ['pays', 'nothing'],
    ['pays', 'refunds a part'],
    ['leaves', 'pays again'],
    ['pays', 'nothing'],
  ],
  combine: [...common, ['leaves', 'pays again']],
  payscore: [
    ['pays', 'nothing'],
    ['pays', 'refunds a part'],
    ['leaves', 'closes'],
    ['fails first', 'nothing'],
    ['pays', 'refunds all'],
  ],
  wecom: common,
  payinsurance: [
    ['pays', 'nothing'],
    ['pays', 'refunds all'],
    ['leaves', 'closes'],
    ['insurance fails', 'nothing'],
    ['pays', 'refunds a part'],
    ['pays', 'nothing'],
  ],
}

/** Of eight orders, how many are of which product. */
const mixture = [
  'medIns',
  'combine',
  'payinsurance',
  'wecom',
  'combine',
  'payscore',
  'medIns',
  'payinsurance',
] as const

const second = 1_000
const minute = 60 * second

/** Plans the day: `orders` orders, placed over `forMs`. */
export function planDay(orders: number, forMs: number, chance: Chance): readonly Plan[] {
  const made: Record<string, number> = {}
  return Array.from({ length: orders }, (_, index) => {
    const product = mixture[index % mixture.length] as ProductName
    const count = made[product] ?? 0
    made[product] = count + 1
    const list = fates[product]
    const [payer, merchant] = list[count % list.length] as Fate
    const late = chance.share() < 0.15
    return {
      reference: `${product.toLowerCase()}-${String(count + 1).padStart(4, '0')}`,
      product,
      payer,
      merchant,
      placeMs: Math.floor((index / orders) * forMs) + chance.whole(0, 2 * second),
      payMs: late ? chance.whole(minute, 3 * minute) : chance.whole(5 * second, 60 * second),
      actMs: chance.whole(5 * second, minute),
      size: chance.whole(1, 9),
    }
  })
}
