/** Holding what a caller gives against the declaration: every problem at once, never a value in a message. */
import type { AnyField, Field, Fields, GroupField, TextField, UploadField } from './fields.ts'
import type { Breach, Condition, Rule } from './rules.ts'
import { isDay, isIp, isJson, isOffsetTime, isPlainDay, isPosition, isStamp, isTime } from './text-forms.ts'

/** One thing wrong with an input. */
export interface Problem {
  /** Where, as a JSON pointer from the part of the request: `/body/sub_orders/0/amount`. */
  readonly at: string
  /** What was found: type, length, position. Never the value. */
  readonly found: string
  /** What the declaration asks for. */
  readonly expected: string
  /** The name of the check that failed: `required`, `length`, `charset`, `sums`, … */
  readonly rule: string
  /** How the platform refuses it, where not as a malformed parameter. */
  readonly breach?: Breach
}

/** Where the value stands, and which rules apply to it. */
export interface CheckOptions {
  /** The pointer under which the problems stand, e.g. `/body`. */
  readonly at?: string
  /** What happens to names that are not declared. Default `refuse`. */
  readonly unknown?: 'refuse' | 'ignore'
  /** Characters beyond the Basic Multilingual Plane; APIv3 refuses them (X20). Default `refuse`. */
  readonly fourByteText?: 'refuse' | 'accept'
  /** Decides rules that depend on it; without it they are not applied. */
  readonly mode?: 'direct' | 'partner'
  /** Fields that the dialect fills in: a caller may not give them (`refuse`), a message must have them (`accept`). Default `refuse`. */
  readonly filledFields?: 'refuse' | 'accept'
  /** `sealed`: sealed fields hold ciphertext, so their clear lengths do not apply. Default `clear`. */
  readonly sealedFields?: 'clear' | 'sealed'
  /** Bounds that no page of the product states. Default `accept`; the simulator refuses. */
  readonly beyondSupposed?: 'accept' | 'refuse'
}

/**
 * Every problem of `value` under these fields and rules; empty when it may be sent.
 * @example check({ out_trade_no: text(6, 32) }, [], { out_trade_no: 'A1' })
 * // [{ at: '/out_trade_no', found: 'text of 2 characters', expected: '6 to 32 characters', rule: 'length' }]
 */
export function check(
  fields: Fields,
  rules: readonly Rule[],
  value: unknown,
  options: CheckOptions = {},
): Problem[] {
  const problems: Problem[] = []
  checkGroup({ fields, rules }, value, options.at ?? '', options, problems)
  return problems
}

function checkGroup(
  { fields, rules }: Pick<GroupField, 'fields' | 'rules'>,
  value: unknown,
  at: string,
  options: CheckOptions,
  problems: Problem[],
): void {
  if (!isObject(value)) {
    problems.push({ at, found: describe(value), expected: 'an object', rule: 'type' })
    return
  }
  // JSON.stringify would send what the method makes of it, not what is checked here.
  if (typeof value.toJSON === 'function') {
    problems.push({ at, found: 'an object with a toJSON method', expected: 'a plain object', rule: 'type' })
    return
  }
  for (const name in fields) {
    const field = fields[name] as Field
    const here = `${at}/${escapePointer(name)}`
    const given = Object.hasOwn(value, name) ? value[name] : undefined
    if (field.filled && options.filledFields !== 'accept') {
      if (given !== undefined) {
        problems.push({
          at: here,
          found: describe(given),
          expected: 'nothing: it is filled in',
          rule: 'filled',
        })
      }
    } else if (given === undefined) {
      if (!field.optional)
        problems.push({ at: here, found: 'nothing', expected: expectation(field), rule: 'required' })
    } else {
      checkField(field, given, here, options, problems)
    }
  }
  if (options.unknown !== 'ignore') {
    for (const name of Object.keys(value)) {
      if (!Object.hasOwn(fields, name) && value[name] !== undefined) {
        problems.push({
          at: `${at}/${escapePointer(name)}`,
          found: describe(value[name]),
          expected: 'no such field',
          rule: 'unknown',
        })
      }
    }
  }
  for (const rule of rules) checkRule(rule, value, at, options, problems)
}

function checkField(
  given: Field,
  value: unknown,
  at: string,
  options: CheckOptions,
  problems: Problem[],
): void {
  const field = given as AnyField
  const wrong = (rule: string, expected: string, found = describe(value)) =>
    void problems.push({ at, found, expected, rule })
  switch (field.kind) {
    case 'text':
      if (typeof value !== 'string') return wrong('type', expectation(field))
      return checkText(field, value, options, wrong)
    case 'whole':
      if (!Number.isSafeInteger(value)) return wrong('type', expectation(field))
      if (bounded(field, options) && ((value as number) < field.min || (value as number) > field.max))
        wrong('range', expectation(field), 'a whole number outside')
      return
    case 'real':
      if (typeof value !== 'number' || !Number.isFinite(value)) wrong('type', expectation(field))
      return
    case 'flag':
      if (typeof value !== 'boolean') wrong('type', expectation(field))
      return
    case 'choice':
      if (typeof value !== 'string') return wrong('type', expectation(field))
      if (!Object.hasOwn(field.values, value)) wrong('choice', expectation(field))
      return
    case 'numberChoice':
      if (typeof value !== 'number') return wrong('type', expectation(field))
      if (!Object.hasOwn(field.values, value)) wrong('choice', expectation(field))
      return
    case 'list':
      if (!Array.isArray(value)) return wrong('type', expectation(field))
      if (value.length < field.min || value.length > field.max)
        wrong('count', expectation(field), `a list of ${value.length}`)
      for (const [index, item] of value.entries()) {
        checkField(field.item, item, `${at}/${index}`, options, problems)
      }
      return
    case 'group':
      return checkGroup(field, value, at, options, problems)
    case 'upload':
      return checkUpload(field, value, wrong)
    case 'anything':
      return
  }
}

/** Whether the bounds of a field count. */
const bounded = (field: Field, options: CheckOptions): boolean =>
  !field.supposed || options.beyondSupposed === 'refuse'

type Wrong = (rule: string, expected: string, found?: string) => void

function checkText(field: TextField, value: string, options: CheckOptions, wrong: Wrong): void {
  if (field.sealed && options.sealedFields === 'sealed') return
  const wide = surrogate.test(value)
  if (wide && options.fourByteText !== 'accept') {
    const position = fourByteAt(value)
    if (position >= 0)
      wrong(
        'characters',
        'characters of at most three UTF-8 bytes (no emoji)',
        `a four-byte character at position ${position}`,
      )
  }
  if (wide && !value.isWellFormed()) wrong('characters', 'well-formed Unicode', 'half of a surrogate pair')
  const length = measure(field, value)
  if (length < field.min || (length > field.max && bounded(field, options))) {
    wrong('length', lengthExpectation(field), `text of ${length} ${field.unit}`)
    if (length > field.max) return
  }
  if (field.charset && !field.charset.whole.test(value)) {
    const position = [...value].findIndex((character) => !field.charset?.allowed.test(character))
    wrong('charset', field.charset.name, `another character at position ${position}`)
  }
  if (field.format && value !== '') {
    const complaint = formats[field.format](value)
    if (complaint) wrong(field.format, complaint, describe(value))
  }
}

const formats: Record<NonNullable<TextField['format']>, (value: string) => string | undefined> = {
  time: (value) => (isTime(value) ? undefined : 'a time with offset, such as 2026-03-17T10:20:30+08:00'),
  offsetTime: (value) =>
    isOffsetTime(value) ? undefined : 'a time with its offset in figures, such as 2026-03-17T10:20:30+08:00',
  day: (value) => (isDay(value) ? undefined : 'a day, yyyy-MM-dd'),
  plainDay: (value) => (isPlainDay(value) ? undefined : 'a day, yyyyMMdd'),
  stamp: (value) => (isStamp(value) ? undefined : 'a time, yyyyMMddHHmmss'),
  ip: (value) => (isIp(value) ? undefined : 'an IPv4 or IPv6 address'),
  position: (value) =>
    isPosition(value) ? undefined : 'longitude and latitude, such as 120.153576,30.287459',
  json: (value) => (isJson(value) ? undefined : 'JSON text'),
  base64: (value) =>
    /^[A-Za-z0-9+/]*={0,2}$/.test(value) && value.length % 4 === 0 ? undefined : 'base64 text',
  url: (value) => (absolute(value) ? undefined : 'an absolute http or https address'),
  notifyUrl: (value) => {
    const address = absolute(value)
    if (!address) return 'an absolute http or https address'
    return value.includes('?') || address.hash !== '' ? 'an address without query and fragment' : undefined
  },
}

function absolute(value: string): URL | undefined {
  const address = URL.parse(value)
  const plain = address && /^https?:$/.test(address.protocol) && !/\s/.test(value) && address.username === ''
  return plain ? address : undefined
}

function checkUpload(field: UploadField, value: unknown, wrong: Wrong): void {
  if (!isObject(value) || !(value.bytes instanceof Uint8Array) || typeof value.name !== 'string') {
    return wrong('type', '{ name, type, bytes }')
  }
  const size = value.bytes.byteLength
  if (size < field.minBytes || size > field.maxBytes)
    wrong('size', `${field.minBytes} to ${field.maxBytes} bytes`, `${size} bytes`)
  const extension = value.name.slice(value.name.lastIndexOf('.') + 1).toLowerCase()
  if (!field.extensions.includes(extension))
    wrong('extension', field.extensions.join(', '), 'another extension')
}

function checkRule(
  rule: Rule,
  value: Record<string, unknown>,
  at: string,
  options: CheckOptions,
  problems: Problem[],
): void {
  const complain = (where: string, found: string, expected: string) =>
    void problems.push({
      at: where === '' ? at : `${at}/${where.replaceAll('.', '/')}`,
      found,
      expected,
      rule: rule.rule,
      ...(rule.breach && { breach: rule.breach }),
    })
  const given = (path: string) => reach(value, path) !== undefined
  switch (rule.rule) {
    case 'exactlyOne':
    case 'atMostOne':
    case 'atLeastOne': {
      const count = rule.fields.filter(given).length
      const good =
        rule.rule === 'exactlyOne' ? count === 1 : rule.rule === 'atMostOne' ? count <= 1 : count >= 1
      const words = { exactlyOne: 'exactly one', atMostOne: 'at most one', atLeastOne: 'at least one' }
      if (!good) complain('', `${count} of them`, `${words[rule.rule]} of ${rule.fields.join(', ')}`)
      return
    }
    case 'together': {
      const count = rule.fields.filter(given).length
      if (count !== 0 && count !== rule.fields.length)
        complain('', `${count} of them`, `all or none of ${rule.fields.join(', ')}`)
      return
    }
    case 'needs':
      if (!holds(rule.when, value, options)) return
      for (const field of rule.fields)
        if (!given(field)) complain(field, 'nothing', `a value, since ${inWords(rule.when)}`)
      return
    case 'refuses':
      if (!holds(rule.when, value, options)) return
      for (const field of rule.fields)
        if (given(field))
          complain(field, describe(reach(value, field)), `nothing, since ${inWords(rule.when)}`)
      return
    case 'zero':
      if (!holds(rule.when, value, options)) return
      for (const field of rule.fields)
        if (given(field) && total(value, [field]) !== 0)
          complain(field, 'another number', `0 or nothing, since ${inWords(rule.when)}`)
      return
    case 'positive':
      if (!holds(rule.when, value, options) || total(value, rule.fields) > 0) return
      return complain(
        rule.fields.length === 1 ? (rule.fields[0] as string) : '',
        '0',
        `more than 0 in ${rule.fields.join(', ')}, since ${inWords(rule.when)}`,
      )
    case 'sums': {
      if (!given(rule.total) || (rule.when && !holds(rule.when, value, options))) return
      const expected = total(value, rule.plus) - total(value, rule.minus)
      const minus = rule.minus.length > 0 ? ` less ${rule.minus.join(' and ')}` : ''
      if (total(value, [rule.total]) !== expected)
        complain(rule.total, 'another number', `the sum of ${rule.plus.join(', ')}${minus}`)
      return
    }
    case 'differ': {
      const values = rule.fields.map((field) => reach(value, field)).filter((one) => one !== undefined)
      if (new Set(values).size !== values.length)
        complain('', 'equal values', `different values in ${rule.fields.join(', ')}`)
      return
    }
    case 'atMost': {
      const [number, bound] = [reach(value, rule.field), reach(value, rule.bound)]
      if (typeof number === 'number' && typeof bound === 'number' && number > bound)
        complain(rule.field, 'a larger number', `at most ${rule.bound}`)
      return
    }
    case 'covers':
      // A total that is missing or no number is complained of as that.
      if (typeof reach(value, rule.fields[0] as string) !== 'number') return
      if (total(value, rule.fields) < total(value, rule.parts))
        complain(
          rule.fields.length === 1 ? (rule.fields[0] as string) : '',
          'a smaller number',
          `${rule.fields.join(' and ')} of at least the sum of ${rule.parts.join(', ')}`,
        )
      return
    case 'same': {
      const [one, other] = rule.fields.map((field) => reach(value, field))
      if (one === undefined || other === undefined || !holds(rule.when, value, options)) return
      if (one !== other) complain(rule.fields[0], 'another value', `the value of ${rule.fields[1]}`)
      return
    }
    case 'fits': {
      const found = reach(value, rule.field)
      if (typeof found !== 'string' || !holds(rule.when, value, options)) return
      if (!rule.form.test(found)) complain(rule.field, describe(found), rule.words)
      return
    }
    case 'unique': {
      const members = reach(value, rule.list)
      if (!Array.isArray(members)) return
      const keys = members.map((member) => JSON.stringify(rule.by.map((path) => reach(member, path))))
      const twice = keys.findIndex((key, index) => keys.indexOf(key) !== index)
      if (twice >= 0)
        complain(`${rule.list}/${twice}`, 'a repetition', `members that differ in ${rule.by.join(', ')}`)
      return
    }
  }
}

function holds(when: Condition, value: unknown, options: CheckOptions): boolean {
  if ('mode' in when) return when.mode === options.mode
  if ('all' in when) return when.all.every((one) => holds(one, value, options))
  const found = reach(value, when.field)
  if ('present' in when) return (found !== undefined) === when.present
  return when.is.some((one) => one === found)
}

/** A condition as people say it. */
export function inWords(when: Condition): string {
  if ('mode' in when) return `the caller works in ${when.mode} mode`
  if ('all' in when) return when.all.map(inWords).join(' and ')
  if ('present' in when) return `${when.field} is ${when.present ? 'given' : 'left out'}`
  return `${when.field} is ${when.is.join(' or ')}`
}

function reach(value: unknown, path: string): unknown {
  let found = value
  for (const name of path.split('.')) {
    if (!isObject(found) || !Object.hasOwn(found, name)) return undefined
    found = found[name]
  }
  return found
}

function total(value: unknown, paths: readonly string[]): number {
  let sum = 0
  for (const path of paths) {
    const [list, member] = path.split('[].')
    const found = reach(value, list as string)
    const amounts = member && Array.isArray(found) ? found.map((one) => reach(one, member)) : [found]
    for (const amount of amounts) if (typeof amount === 'number') sum += amount
  }
  return sum
}

/** What a value is, without saying it: `text of 12 characters`, `number`, `list`. */
export function describe(value: unknown): string {
  if (typeof value === 'string')
    return value === '' ? 'empty text' : `text of ${[...value].length} characters`
  if (value === null) return 'null'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'number')
    return Number.isSafeInteger(value) ? 'a whole number' : 'a number that is no safe integer'
  if (typeof value === 'object') return 'an object'
  return typeof value === 'undefined' ? 'nothing' : `a ${typeof value}`
}

/** What a field asks for, in words. */
export function expectation(given: Field): string {
  const field = given as AnyField
  switch (field.kind) {
    case 'text':
      return `text of ${lengthExpectation(field)}${field.charset ? `, ${field.charset.name}` : ''}`
    case 'whole':
      return field.max === Number.MAX_SAFE_INTEGER
        ? `a whole number of at least ${field.min}`
        : `a whole number from ${field.min} to ${field.max}`
    case 'real':
      return 'a number'
    case 'flag':
      return 'true or false'
    case 'choice':
    case 'numberChoice':
      return `one of ${Object.keys(field.values).join(', ')}`
    case 'list':
      return field.max === Number.POSITIVE_INFINITY
        ? `a list of at least ${field.min}`
        : `a list of ${field.min} to ${field.max}`
    case 'group':
      return 'an object'
    case 'upload':
      return 'a file { name, type, bytes }'
    case 'anything':
      return 'a value'
  }
}

function lengthExpectation({ min, max, unit }: TextField): string {
  if (max === Number.POSITIVE_INFINITY) return `at least ${min} ${unit}`
  return min === max ? `${max} ${unit}` : `${min} to ${max} ${unit}`
}

/** The length of a text as the platform counts it for this field. */
export function measure({ unit }: Pick<TextField, 'unit'>, value: string): number {
  if (unit === 'bytes') return Buffer.byteLength(value)
  if (!surrogate.test(value)) return value.length
  let count = 0
  for (const _ of value) count++
  return count
}

/** Text without a surrogate, nearly all, has as many characters as code units. */
const surrogate = /[\ud800-\udfff]/

function fourByteAt(value: string): number {
  return [...value].findIndex((character) => (character.codePointAt(0) as number) > 0xffff)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}
