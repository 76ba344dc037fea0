/** The amount rules of a mixed order (MI 4), checked before anything is sent. */
import type { Loose } from './details.ts'
import { RuleBroken } from './product.ts'

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
  /** `undefined` where it does not apply or holds. */
  readonly broken: (amounts: Amounts) => { readonly found: number; readonly expected: string } | undefined
}

const insured = ({ type }: Amounts) => type === 'INSURANCE_ONLY' || type === 'CASH_AND_INSURANCE'

function rule(
  name: string,
  at: string,
  applies: (amounts: Amounts) => boolean,
  found: (amounts: Amounts) => number,
  expected: (amounts: Amounts) => readonly [holds: (value: number) => boolean, words: string],
): AmountRule {
  return {
    rule: name,
    at: `/details/${at}`,
    broken(amounts) {
      if (!applies(amounts)) return undefined
      const value = found(amounts)
      const [holds, words] = expected(amounts)
      return holds(value) ? undefined : { found: value, expected: words }
    },
  }
}

const equal = (value: number, words: string) =>
  [(one: number) => one === value, `${value} (${words})`] as const
const positive = [(one: number) => one > 0, 'more than 0'] as const

/** A4 is the fields' own; A11 and A12 are how the calls are made; A13 and A14 belong to refunds; A15 is the bureau's. */
const amountRules: readonly AmountRule[] = [
  rule(
    'a5_cash_only_without_insurance',
    'med_ins_cash_fee',
    ({ type }) => type === 'CASH_ONLY',
    ({ insurance, cashShare }) => insurance + cashShare,
    () => equal(0, 'a cash-only order has no figures of the bureau'),
  ),
  rule(
    'a5_cash_only_charges',
    'wechat_pay_cash_fee',
    ({ type }) => type === 'CASH_ONLY',
    ({ charge }) => charge,
    () => positive,
  ),
  rule(
    'a6_insurance_only_charges_nothing',
    'wechat_pay_cash_fee',
    ({ type }) => type === 'INSURANCE_ONLY',
    ({ charge }) => charge,
    () => equal(0, 'an insurance-only order is not charged'),
  ),
  rule(
    'a7_mixed_has_bureau_figures',
    'med_ins_cash_fee',
    ({ type }) => type === 'CASH_AND_INSURANCE',
    ({ insurance, cashShare }) => insurance + cashShare,
    () => positive,
  ),
  rule(
    'a7_mixed_charges',
    'wechat_pay_cash_fee',
    ({ type }) => type === 'CASH_AND_INSURANCE',
    ({ charge }) => charge,
    () => positive,
  ),
  rule(
    'a9_insurance_only_reductions',
    'cash_reduce_detail',
    ({ type }) => type === 'INSURANCE_ONLY',
    ({ reduced }) => reduced,
    ({ cashShare, added }) => equal(cashShare + added, 'cash share + additions'),
  ),
  rule(
    'a10_reductions_within_cash',
    'cash_reduce_detail',
    insured,
    ({ reduced }) => reduced,
    ({ cashShare, added }) => [(one) => one <= cashShare + added, `at most ${cashShare + added}`],
  ),
  rule(
    'a3_charge',
    'wechat_pay_cash_fee',
    insured,
    ({ charge }) => charge,
    ({ cashShare, added, reduced }) =>
      equal(cashShare + added - reduced, 'cash share + additions - reductions'),
  ),
  rule(
    'a1_total',
    'total_fee',
    () => true,
    ({ total }) => total,
    ({ insurance, charge, reduced }) =>
      equal(insurance + charge + reduced, 'insurance + charge + reductions'),
  ),
  rule(
    'a2_total',
    'total_fee',
    insured,
    ({ total }) => total,
    ({ insurance, cashShare, added }) =>
      equal(insurance + cashShare + added, 'insurance + cash share + additions'),
  ),
]

/** Throws `RuleBroken` for the first rule that does not hold. Amounts that are none are left to the fields' check. */
export function checkAmounts(details: Loose): void {
  const amounts = amountsOf(details)
  if (!amounts) return
  for (const { rule: name, at, broken } of amountRules) {
    const wrong = broken(amounts)
    if (wrong) throw new RuleBroken(name, at, `found ${wrong.found}, expected ${wrong.expected}`)
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
