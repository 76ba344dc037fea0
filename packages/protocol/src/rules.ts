/** Rules between the fields of one object, as data: `check` walks them, documentation prints them. */

/** When a rule applies. A path names a field of the same object, dots lead into groups. */
export type Condition =
  | { readonly field: string; readonly is: readonly (string | number | boolean)[] }
  | { readonly field: string; readonly present: boolean }
  | { readonly mode: 'direct' | 'partner' }
  | { readonly all: readonly Condition[] }

/** A rule, and how the platform names a breach of it where it is not a malformed parameter. */
export type Rule = RuleShape & { readonly breach?: Breach }

/** The code, and the internal number, with which a breach is refused. */
export interface Breach {
  readonly code: string
  readonly number?: number
}

type RuleShape =
  | {
      readonly rule: 'exactlyOne' | 'atMostOne' | 'atLeastOne' | 'together'
      readonly fields: readonly string[]
    }
  | {
      readonly rule: 'needs' | 'refuses' | 'zero' | 'positive'
      readonly fields: readonly string[]
      readonly when: Condition
    }
  | {
      readonly rule: 'sums'
      readonly total: string
      readonly plus: readonly string[]
      readonly minus: readonly string[]
      readonly when?: Condition
    }
  | { readonly rule: 'differ'; readonly fields: readonly string[] }
  | { readonly rule: 'atMost'; readonly field: string; readonly bound: string }
  | { readonly rule: 'covers'; readonly fields: readonly string[]; readonly parts: readonly string[] }
  | { readonly rule: 'unique'; readonly list: string; readonly by: readonly string[] }
  | { readonly rule: 'same'; readonly fields: readonly [string, string]; readonly when: Condition }
  | {
      readonly rule: 'fits'
      readonly field: string
      readonly form: RegExp
      readonly words: string
      readonly when: Condition
    }

/** Exactly one of these fields is given. */
export function exactlyOne(...fields: string[]): Rule {
  return { rule: 'exactlyOne', fields }
}

/** None or one of these fields is given. */
export function atMostOne(...fields: string[]): Rule {
  return { rule: 'atMostOne', fields }
}

/** One or more of these fields are given. */
export function atLeastOne(...fields: string[]): Rule {
  return { rule: 'atLeastOne', fields }
}

/** All of these fields are given, or none. */
export function together(...fields: string[]): Rule {
  return { rule: 'together', fields }
}

/** These fields are given when the condition holds. */
export function needs(when: Condition, ...fields: string[]): Rule {
  return { rule: 'needs', fields, when }
}

/** These fields are left out when the condition holds. */
export function refuses(when: Condition, ...fields: string[]): Rule {
  return { rule: 'refuses', fields, when }
}

/** Each of these numbers is 0 or left out when the condition holds. */
export function zero(when: Condition, ...fields: string[]): Rule {
  return { rule: 'zero', fields, when }
}

/** These numbers together are more than 0 when the condition holds. */
export function positive(when: Condition, ...fields: string[]): Rule {
  return { rule: 'positive', fields, when }
}

/**
 * `total` is the sum of `plus` less the sum of `minus`; absent fields count 0, and a path
 * like `cash_add_detail[].cash_add_fee` adds up a list.
 */
export function sums(
  total: string,
  { plus, minus = [], when }: { plus: readonly string[]; minus?: readonly string[]; when?: Condition },
): Rule {
  return { rule: 'sums', total, plus, minus, ...(when && { when }) }
}

/** These fields, where given, have different values. */
export function differ(...fields: string[]): Rule {
  return { rule: 'differ', fields }
}

/** A number that is not larger than another of the same object. */
export function atMost(field: string, bound: string): Rule {
  return { rule: 'atMost', field, bound }
}

/** These numbers together are not less than those parts together; absent fields count 0. */
export function covers(fields: readonly string[], parts: readonly string[]): Rule {
  return { rule: 'covers', fields, parts }
}

/** No two members of a list agree in all of these fields. */
export function unique(list: string, ...by: string[]): Rule {
  return { rule: 'unique', list, by }
}

/** Two fields that, where both are given, have the same value when the condition holds. */
export function same(when: Condition, field: string, other: string): Rule {
  return { rule: 'same', fields: [field, other], when }
}

/** When the condition holds, a text has this form; `words` say it to people. */
export function fits(when: Condition, field: string, { form, words }: { form: RegExp; words: string }): Rule {
  return { rule: 'fits', field, form, words, when }
}

/** Holds when the field has one of these values. */
export function is(field: string, ...values: (string | number | boolean)[]): Condition {
  return { field, is: values }
}

/** Holds when the field is given. */
export function has(field: string): Condition {
  return { field, present: true }
}

/** Holds when the field is left out. */
export function lacks(field: string): Condition {
  return { field, present: false }
}

/** Holds when the caller says it works as a merchant of its own, or as a partner (服务商, 从业机构). */
export function mode(mode: 'direct' | 'partner'): Condition {
  return { mode }
}

/** Holds when all of these hold. */
export function all(...conditions: Condition[]): Condition {
  return { all: conditions }
}

/**
 * The same rule, whose breach the platform answers with this code instead of `PARAM_ERROR`.
 * @example refusedAs('INVALID_REQUEST', unique('sub_orders', 'mchid', 'out_trade_no'))
 */
export function refusedAs(code: string, rule: Rule, number?: number): Rule {
  return { ...rule, breach: { code, ...(number !== undefined && { number }) } }
}
