/** Rules between fields, as JSON Schema where it has words for them, and in words. */
import { inWords } from './check.ts'
import type { Condition, Rule } from './rules.ts'

type Schema = { readonly [keyword: string]: unknown }

/** A rule that JSON Schema cannot say: its own data, and the same in words. */
export type UnsaidRule = { readonly words: string; readonly [member: string]: unknown }

/** The rules as schemas of the object they stand on, and those that have to be read. */
export function ruleSchemas(
  rules: readonly Rule[],
  mode: 'direct' | 'partner' | undefined,
): { readonly said: readonly Schema[]; readonly unsaid: readonly UnsaidRule[] } {
  const said: Schema[] = []
  const unsaid: UnsaidRule[] = []
  for (const rule of rules) {
    const schema = ruleSchema(rule, mode)
    if (schema) said.push({ ...schema, description: ruleInWords(rule) })
    else unsaid.push(asData(rule))
  }
  return { said, unsaid }
}

function asData(whole: Rule): UnsaidRule {
  const { breach, ...rule } = whole
  const form = whole.rule === 'fits' ? { form: whole.form.source } : {}
  return { ...rule, ...form, ...(breach && { breach }), words: ruleInWords(whole) }
}

/** `undefined` where JSON Schema has no words for the rule. */
function ruleSchema(rule: Rule, mode: 'direct' | 'partner' | undefined): Schema | undefined {
  switch (rule.rule) {
    case 'exactlyOne':
      return { oneOf: rule.fields.map(present) }
    case 'atMostOne':
      return { oneOf: [...rule.fields.map(present), absent(rule.fields)] }
    case 'atLeastOne':
      return { anyOf: rule.fields.map(present) }
    case 'together':
      return { anyOf: [{ allOf: rule.fields.map(present) }, absent(rule.fields)] }
    case 'needs':
      return when(rule.when, mode, allOf(rule.fields.map(present)))
    case 'refuses':
      return when(rule.when, mode, absent(rule.fields))
    case 'zero':
      return (
        plain(rule.fields) && when(rule.when, mode, allOf(rule.fields.map((one) => at(one, { const: 0 }))))
      )
    case 'positive':
      return (
        plain(rule.fields) &&
        when(rule.when, mode, {
          anyOf: rule.fields.map((one) => given(one, { exclusiveMinimum: 0 })),
        })
      )
    case 'fits':
      // JSON Schema knows no flags, and without them the form could refuse what the rule lets pass.
      return rule.form.flags === '' || rule.form.flags === 'u'
        ? when(rule.when, mode, at(rule.field, { pattern: rule.form.source }))
        : undefined
    case 'sums':
    case 'differ':
    case 'atMost':
    case 'covers':
    case 'unique':
    case 'same':
      return undefined
  }
}

function when(
  condition: Condition,
  mode: 'direct' | 'partner' | undefined,
  consequence: Schema,
): Schema | undefined {
  const premise = conditionSchema(condition, mode)
  // biome-ignore lint/suspicious/noThenProperty: it is JSON Schema's own word, and holds no function.
  return premise && { if: premise, then: consequence }
}

function conditionSchema(condition: Condition, mode: 'direct' | 'partner' | undefined): Schema | undefined {
  if ('mode' in condition) return mode && (condition.mode === mode ? {} : { not: {} })
  if ('all' in condition) {
    const all = condition.all.map((one) => conditionSchema(one, mode))
    return all.includes(undefined) ? undefined : { allOf: all }
  }
  if ('present' in condition) return condition.present ? present(condition.field) : absent([condition.field])
  return given(condition.field, { enum: condition.is })
}

/** Whether no path leads through the members of a list. */
const plain = (paths: readonly string[]): true | undefined =>
  paths.some((path) => path.includes('[]')) ? undefined : true

const allOf = (schemas: readonly Schema[]): Schema =>
  schemas.length === 1 ? (schemas[0] as Schema) : { allOf: schemas }

/** The field is there. */
const present = (path: string): Schema => given(path, undefined)

/** None of the fields is there. */
const absent = (paths: readonly string[]): Schema => ({
  not: paths.length === 1 ? present(paths[0] as string) : { anyOf: paths.map(present) },
})

/** The field is there and like this. */
function given(path: string, schema: Schema | undefined): Schema {
  const [name, ...rest] = path.split('.') as [string, ...string[]]
  const inner = rest.length > 0 ? given(rest.join('.'), schema) : schema
  return { required: [name], ...(inner && { properties: { [name]: inner } }) }
}

/** Where the field is there, it is like this. */
function at(path: string, schema: Schema): Schema {
  const [name, ...rest] = path.split('.') as [string, ...string[]]
  return { properties: { [name]: rest.length > 0 ? at(rest.join('.'), schema) : schema } }
}

/**
 * A rule as people say it.
 * @example ruleInWords(exactlyOne('openid', 'sub_openid')) // 'Exactly one of openid, sub_openid is given.'
 */
export function ruleInWords(rule: Rule): string {
  switch (rule.rule) {
    case 'exactlyOne':
      return `Exactly one of ${names(rule.fields)} is given.`
    case 'atMostOne':
      return `At most one of ${names(rule.fields)} is given.`
    case 'atLeastOne':
      return `At least one of ${names(rule.fields)} is given.`
    case 'together':
      return `All of ${names(rule.fields)} are given, or none.`
    case 'needs':
      return `Where ${inWords(rule.when)}: ${names(rule.fields)} must be given.`
    case 'refuses':
      return `Where ${inWords(rule.when)}: ${names(rule.fields)} must be left out.`
    case 'zero':
      return `Where ${inWords(rule.when)}: ${names(rule.fields)} is 0 or left out.`
    case 'positive':
      return `Where ${inWords(rule.when)}: ${rule.fields.join(' + ')} is more than 0.`
    case 'sums': {
      const less = rule.minus.map((one) => ` - ${one}`).join('')
      const condition = rule.when ? `Where ${inWords(rule.when)}: ` : ''
      return `${condition}${rule.total} = ${rule.plus.join(' + ')}${less}.`
    }
    case 'differ':
      return `${names(rule.fields)} have different values.`
    case 'atMost':
      return `${rule.field} is at most ${rule.bound}.`
    case 'covers':
      return `${rule.fields.join(' + ')} is at least ${rule.parts.join(' + ')}.`
    case 'unique':
      return `No two members of ${rule.list} agree in ${names(rule.by)}.`
    case 'same':
      return `Where ${inWords(rule.when)}: ${rule.fields[0]} has the value of ${rule.fields[1]}.`
    case 'fits':
      return `Where ${inWords(rule.when)}: ${rule.field} is ${rule.words}.`
  }
}

const names = (fields: readonly string[]): string => fields.join(', ')
