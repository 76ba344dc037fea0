/** The amount rules of a mixed order (MI 4), checked before anything is sent. */
import type { Loose } from '../details.ts'
import { RuleBroken } from '../product.ts'

interface Amounts {
  readonly type: unknown
  /** T, G + S + O, C, W, additions and reductions. */
  readonly total: number
  readonly insurance: number
  readonly cashShare: number
  readonly charge: number
  readonly added: number
  readonly reduced: number
}

interface AmountRule {
  readonly rule: string
  readonly at: string
  /** Kinds of order it holds for. */
  readonly of: readonly string[]
  readonly found: (amounts: Amounts) => number
  readonly holds: 'equal' | 'at most' | 'more than'
  readonly expected: (amounts: Amounts) => number
  readonly words: string
}

const insured = ['INSURANCE_ONLY', 'CASH_AND_INSURANCE']
const charged = ['CASH_ONLY', 'CASH_AND_INSURANCE']

/** A4 is the fields' own; A11 and A12 are how the calls are made; A13 and A14 belong to refunds; A15 is the bureau's. */
const amountRules: readonly AmountRule[] = [
  {
    rule: 'a5_cash_only_without_insurance',
    at: 'med_ins_cash_fee',
    of: ['CASH_ONLY'],
    found: ({ insurance, cashShare }) => insurance + cashShare,
    holds: 'equal',
    expected: () => 0,
    words: 'a cash-only order has no figures of the bureau',
  },
  {
    rule: 'a5_a7_charges',
    at: 'wechat_pay_cash_fee',
    of: charged,
    found: ({ charge }) => charge,
    holds: 'more than',
    expected: () => 0,
    words: 'an order with a cash leg is charged',
  },
  {
    rule: 'a6_insurance_only_charges_nothing',
    at: 'wechat_pay_cash_fee',
    of: ['INSURANCE_ONLY'],
    found: ({ charge }) => charge,
    holds: 'equal',
    expected: () => 0,
    words: 'an insurance-only order is not charged',
  },
  {
    rule: 'a7_bureau_figures',
    at: 'med_ins_cash_fee',
    of: ['CASH_AND_INSURANCE'],
    found: ({ insurance, cashShare }) => insurance + cashShare,
    holds: 'more than',
    expected: () => 0,
    words: 'a mixed order has figures of the bureau',
  },
  {
    rule: 'a9_insurance_only_reductions',
    at: 'cash_reduce_detail',
    of: ['INSURANCE_ONLY'],
    found: ({ reduced }) => reduced,
    holds: 'equal',
    expected: ({ cashShare, added }) => cashShare + added,
    words: 'cash share and additions',
  },
  {
    rule: 'a10_reductions_within_cash',
    at: 'cash_reduce_detail',
    of: insured,
    found: ({ reduced }) => reduced,
    holds: 'at most',
    expected: ({ cashShare, added }) => cashShare + added,
    words: 'cash share and additions',
  },
  {
    rule: 'a3_charge',
    at: 'wechat_pay_cash_fee',
    of: insured,
    found: ({ charge }) => charge,
    holds: 'equal',
    expected: ({ cashShare, added, reduced }) => cashShare + added - reduced,
    words: 'cash share and additions, less reductions',
  },
  {
    rule: 'a1_total',
    at: 'total_fee',
    of: ['CASH_ONLY', ...insured],
    found: ({ total }) => total,
    holds: 'equal',
    expected: ({ insurance, charge, reduced }) => insurance + charge + reduced,
    words: 'insurance, charge and reductions',
  },
  // A2 follows from A1 and A3, so it never fails alone.
]

const compare = {
  equal: (found: number, expected: number) => found === expected,
  'at most': (found: number, expected: number) => found <= expected,
  'more than': (found: number, expected: number) => found > expected,
} as const

/** Throws `RuleBroken` for the first rule that does not hold. Amounts that are none are left to the fields' check. */
export function checkAmounts(details: Loose): void {
  const amounts = amountsOf(details)
  if (!amounts) return
  for (const { rule, at, of, found, holds, expected, words } of amountRules) {
    if (!of.includes(amounts.type as string)) continue
    const [is, should] = [found(amounts), expected(amounts)]
    if (compare[holds](is, should)) continue
    const bound = holds === 'equal' ? `${should}` : `${holds} ${should}`
    throw new RuleBroken(rule, `/details/${at}`, `found ${is}, expected ${bound} (${words})`)
  }
}

/** The cash and the insurance money of an order, in fen; 0 where it has none. */
export function legsOf(details: Loose): { readonly cash: number; readonly insurance: number } {
  const amounts = amountsOf(details)
  return { cash: amounts?.charge ?? 0, insurance: amounts?.insurance ?? 0 }
}

function amountsOf(details: Loose): Amounts | undefined {
  const one = (name: string) => details[name] ?? 0
  const added = sumOf(details.cash_add_detail, 'cash_add_fee')
  const reduced = sumOf(details.cash_reduce_detail, 'cash_reduce_fee')
  const all = [
    one('total_fee'),
    one('med_ins_gov_fee'),
    one('med_ins_self_fee'),
    one('med_ins_other_fee'),
    one('med_ins_cash_fee'),
    one('wechat_pay_cash_fee'),
    added,
    reduced,
  ]
  if (!all.every((value) => Number.isSafeInteger(value))) return undefined
  const [total, gov, self, other, cashShare, charge] = all as [number, number, number, number, number, number]
  return {
    type: details.mix_pay_type,
    total,
    insurance: gov + self + other,
    cashShare,
    charge,
    added: added as number,
    reduced: reduced as number,
  }
}

/** The sum of one member over a list; 0 without a list, `undefined` for what cannot be added up. */
export function sumOf(list: unknown, name: string): number | undefined {
  if (list === undefined) return 0
  if (!Array.isArray(list)) return undefined
  return list.reduce<number | undefined>((sum, member: unknown) => {
    const value = typeof member === 'object' && member !== null ? (member as Loose)[name] : undefined
    return sum !== undefined && Number.isSafeInteger(value) ? sum + (value as number) : undefined
  }, 0)
}
