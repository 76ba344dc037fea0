/** The money rules of an insurance order (PI 6): what may be asked for, and what is accepted as paid. */
import type { Attempt } from '../../order/order.ts'
import type { Loose } from '../details.ts'
import { RuleBroken } from '../product.ts'

/** What was asked for: T, C, I, A, R, and how far the bureau may change it. */
export interface Terms {
  readonly total_fee: number
  readonly cash_fee: number
  readonly insurance_fee: number
  readonly cash_add_fee: number
  readonly cash_reduced_fee: number
  readonly allow_fee_change: number
  readonly pay_type: number
}

const names = [
  'total_fee',
  'cash_fee',
  'insurance_fee',
  'cash_add_fee',
  'cash_reduced_fee',
  'allow_fee_change',
  'pay_type',
] as const satisfies readonly (keyof Terms)[]

/** By whom it is paid (M6); an insured order with cash that the bureau pays nothing of says 3 itself. */
export function payTypeOf({ pay_type, cash_fee, insurance_fee }: Loose): unknown {
  if (pay_type !== undefined) return pay_type
  return insurance_fee === 0 ? 1 : cash_fee === 0 ? 2 : 3
}

/** The figures of the details, checked; `undefined` where the fields' own check must speak first. Throws `RuleBroken`. */
export function termsOf(details: Loose): Terms | undefined {
  const found = names.map((name) =>
    name === 'pay_type'
      ? payTypeOf(details)
      : name.startsWith('cash_add') || name.startsWith('cash_red')
        ? (details[name] ?? 0)
        : details[name],
  )
  if (!found.every((value) => Number.isSafeInteger(value))) return undefined
  // Each name has its whole number.
  const terms = Object.fromEntries(names.map((name, at) => [name, found[at]])) as unknown as Terms
  for (const { rule, at, holds, words } of rules)
    if (!holds(terms))
      throw new RuleBroken(rule, `/details/${at}`, `found ${terms[at]}, expected ${words(terms)}`)
  return terms
}

interface MoneyRule {
  readonly rule: string
  readonly at: keyof Terms
  readonly holds: (terms: Terms) => boolean
  readonly words: (terms: Terms) => string
}

const rules: readonly MoneyRule[] = [
  { rule: 'm1_total', at: 'total_fee', holds: (of) => of.total_fee > 0, words: () => 'more than 0' },
  ...(['cash_fee', 'insurance_fee', 'cash_add_fee', 'cash_reduced_fee'] as const).map((at) => ({
    rule: 'm1_not_negative',
    at,
    holds: (of: Terms) => of[at] >= 0,
    words: () => '0 or more',
  })),
  {
    rule: 'm2_cash_holds_addition',
    at: 'cash_fee',
    holds: (of) => of.cash_fee - of.cash_add_fee + of.cash_reduced_fee >= 0,
    words: (of) => `at least ${of.cash_add_fee - of.cash_reduced_fee} (addition less reduction)`,
  },
  {
    rule: 'm3_total_covers',
    at: 'total_fee',
    holds: (of) => of.total_fee >= of.cash_fee + of.cash_reduced_fee + of.insurance_fee,
    words: (of) =>
      `at least ${of.cash_fee + of.cash_reduced_fee + of.insurance_fee} (cash, reduction, insurance)`,
  },
  {
    rule: 'm6_pay_type',
    at: 'pay_type',
    holds: ({ pay_type, cash_fee, insurance_fee }) => fitsPayType(pay_type, cash_fee, insurance_fee),
    words: () => '1 without insurance, 2 without cash, 3 with both',
  },
]

function fitsPayType(payType: number, cash: number, insurance: number): boolean {
  if (payType === 1) return insurance === 0 && cash > 0
  if (payType === 2) return cash === 0 && insurance > 0
  return payType === 3 && cash > 0
}

/** The terms an attempt was placed under. */
export function orderedTerms({ parts }: Pick<Attempt, 'parts'>): Terms | undefined {
  // `open` put all of them there.
  return parts[0]?.terms as unknown as Terms | undefined
}

/** What a payment is said to consist of. */
export interface Paid {
  readonly total_fee?: number | undefined
  readonly cash_fee?: number | undefined
  readonly insurance_fee?: number | undefined
  readonly pay_type?: number | undefined
  readonly Insurance_self_fee?: number | undefined
  readonly insurance_fund_fee?: number | undefined
  readonly insurance_other_fee?: number | undefined
}

/** Cash and insurance of a message; `undefined` where it leaves out what its kind of order has (X11). */
export function paidLegs({
  cash_fee,
  insurance_fee,
  pay_type,
}: Paid): { cash: number; insurance: number } | undefined {
  if (cash_fee === undefined || (insurance_fee === undefined && pay_type !== 1)) return undefined
  return { cash: cash_fee, insurance: insurance_fee ?? 0 }
}

/** Why a payment is not the one that was ordered, if it is not: the acceptance checks. */
export function contradictionOf(paid: Paid, terms: Terms): string | undefined {
  const legs = paidLegs(paid)
  if (!legs) return undefined
  const { cash, insurance } = legs
  const differs = (name: string, found: number | undefined, ordered: number) =>
    found === ordered ? undefined : `${name} ${found} instead of ${ordered}`
  const { cash_add_fee: added, cash_reduced_fee: reduced, total_fee: total } = terms
  const split = splitOf(paid, insurance)
  if (split) return split
  if (terms.allow_fee_change !== 1)
    return (
      differs('total_fee', paid.total_fee, total) ??
      differs('cash_fee', cash, terms.cash_fee) ??
      differs('insurance_fee', insurance, terms.insurance_fee) ??
      differs('pay_type', paid.pay_type, terms.pay_type)
    )
  const wrongType = terms.pay_type === 1 ? paid.pay_type !== 1 : paid.pay_type !== (cash === 0 ? 2 : 3)
  return (
    differs('total_fee', paid.total_fee, total) ??
    (cash < 0 || cash > total ? `cash_fee ${cash} of a total of ${total}` : undefined) ??
    (cash - added + reduced < 0 ? `cash_fee ${cash} with an addition of ${added}` : undefined) ??
    (insurance < 0 || cash + insurance + reduced > total
      ? `cash ${cash} and insurance ${insurance} of a total of ${total}`
      : undefined) ??
    (wrongType ? `pay_type ${paid.pay_type} with cash ${cash} and insurance ${insurance}` : undefined)
  )
}

/** M5: the parts of the insurance leg make it up, or stay within it where some are not told. */
function splitOf(paid: Paid, insurance: number): string | undefined {
  const told = [paid.Insurance_self_fee, paid.insurance_fund_fee, paid.insurance_other_fee]
  const sum = told.reduce<number>((so, one) => so + (one ?? 0), 0)
  const whole = !told.includes(undefined)
  return (whole ? sum !== insurance : sum > insurance)
    ? `parts of ${sum} in an insurance_fee of ${insurance}`
    : undefined
}
