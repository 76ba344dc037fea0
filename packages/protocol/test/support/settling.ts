/** Bringing values that were drawn by chance under the rules between them, one rule after the other. */
import fc from 'fast-check'
import type { AnyField, Field, Fields } from '../../src/fields.ts'
import type { Condition, Rule } from '../../src/rules.ts'

type Values = Record<string, unknown>

/** What makes a value for a field that a rule demands. */
export type Draw = (field: Field) => fc.Arbitrary<unknown>

/** The values with what each rule asks for; rules that contradict each other are left to the caller's filter. */
export function settle(
  fields: Fields,
  rules: readonly Rule[],
  drawn: Values,
  { mode, draw }: { mode: 'direct' | 'partner' | undefined; draw: Draw },
): Values {
  const values = structuredClone(drawn)
  // A rule may ask for what a later one refuses, or count what a later one sets: the second round sees both.
  for (let round = 0; round < 2; round++) for (const rule of rules) keep(fields, rule, values, mode, draw)
  return values
}

function keep(
  fields: Fields,
  rule: Rule,
  values: Values,
  mode: 'direct' | 'partner' | undefined,
  draw: Draw,
): void {
  const given = (path: string) => reach(values, path) !== undefined
  const give = (path: string) => {
    if (!given(path)) put(fields, values, path, draw)
  }
  const holds = (when: Condition) => conditionHolds(when, values, mode)
  switch (rule.rule) {
    case 'exactlyOne':
    case 'atMostOne': {
      const [first, ...others] = rule.fields.filter(given)
      for (const other of others) take(values, other)
      if (!first && rule.rule === 'exactlyOne') give(rule.fields[0] as string)
      return
    }
    case 'atLeastOne':
      if (!rule.fields.some(given)) give(rule.fields[0] as string)
      return
    case 'together':
      if (rule.fields.some(given)) rule.fields.forEach(give)
      return
    case 'needs':
      if (holds(rule.when)) rule.fields.forEach(give)
      return
    case 'refuses':
      if (holds(rule.when)) for (const path of rule.fields) take(values, path)
      return
    case 'zero':
      if (holds(rule.when)) for (const path of rule.fields) if (given(path)) set(values, path, 0)
      return
    case 'positive': {
      const path = rule.fields[0] as string
      if (holds(rule.when) && total(values, rule.fields) <= 0) set(values, path, 1)
      return
    }
    case 'sums':
      if (given(rule.total) && (!rule.when || holds(rule.when)))
        set(values, rule.total, total(values, rule.plus) - total(values, rule.minus))
      return
    case 'atMost': {
      const bound = reach(values, rule.bound)
      if (Number(reach(values, rule.field)) > Number(bound)) set(values, rule.field, bound)
      return
    }
    case 'covers': {
      const missing = total(values, rule.parts) - total(values, rule.fields)
      const path = rule.fields[0] as string
      if (missing > 0) set(values, path, Number(reach(values, path) ?? 0) + missing)
      return
    }
    case 'same':
      if (holds(rule.when) && rule.fields.every(given))
        set(values, rule.fields[0], reach(values, rule.fields[1]))
      return
    case 'fits':
      if (holds(rule.when) && given(rule.field) && !rule.form.test(String(reach(values, rule.field))))
        set(values, rule.field, sample(fc.stringMatching(rule.form)))
      return
    case 'unique': {
      const members = reach(values, rule.list)
      if (Array.isArray(members)) members.splice(0, members.length, ...distinct(members as Values[], rule.by))
      return
    }
    case 'differ':
      return
  }
}

function distinct(members: readonly Values[], by: readonly string[]): Values[] {
  const seen = new Set<string>()
  return members.filter((member) => {
    const key = JSON.stringify(by.map((path) => reach(member, path)))
    return !seen.has(key) && seen.add(key)
  })
}

function conditionHolds(when: Condition, values: Values, mode: 'direct' | 'partner' | undefined): boolean {
  if ('mode' in when) return when.mode === mode
  if ('all' in when) return when.all.every((one) => conditionHolds(one, values, mode))
  const found = reach(values, when.field)
  return 'present' in when ? (found !== undefined) === when.present : when.is.some((one) => one === found)
}

function reach(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((here, name) => (isObject(here) ? (here as Values)[name] : undefined), value)
}

function put(fields: Fields, values: Values, path: string, draw: Draw): void {
  const [name, ...rest] = path.split('.') as [string, ...string[]]
  const field = fields[name] as AnyField | undefined
  if (!field) return
  values[name] ??= sample(draw(field))
  if (rest.length > 0 && field.kind === 'group' && reach(values, path) === undefined)
    put(field.fields, values[name] as Values, rest.join('.'), draw)
}

function take(values: Values, path: string): void {
  const names = path.split('.')
  const holder = names.length === 1 ? values : reach(values, names.slice(0, -1).join('.'))
  if (isObject(holder)) delete holder[names.at(-1) as string]
}

function set(values: Values, path: string, value: unknown): void {
  const names = path.split('.')
  const holder = names.length === 1 ? values : reach(values, names.slice(0, -1).join('.'))
  if (isObject(holder)) holder[names.at(-1) as string] = value
}

function total(values: Values, paths: readonly string[]): number {
  let sum = 0
  for (const path of paths) {
    const [list, member] = path.split('[].') as [string, string?]
    const found = reach(values, list)
    const amounts = member && Array.isArray(found) ? found.map((one) => reach(one, member)) : [found]
    for (const amount of amounts) if (typeof amount === 'number') sum += amount
  }
  return sum
}

// The seed is fixed, so that a run of fast-check replays and shrinks as it should.
function sample(arbitrary: fc.Arbitrary<unknown>): unknown {
  return structuredClone(fc.sample(arbitrary, { numRuns: 1, seed: 7 })[0])
}

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
