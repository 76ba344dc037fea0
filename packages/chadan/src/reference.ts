/** The reference page of one operation or notification, as text. */
import {
  type AnyField,
  type ErrorCase,
  expectation,
  type Field,
  type Fields,
  type GroupField,
  type NotificationShape,
  type OperationShape,
  type Rule,
  routeOf,
  ruleInWords,
  statusOf,
} from '@chadan/protocol'
import { addressOf } from './addresses.ts'
import { columns } from './table.ts'

/** The page of an operation: how it is called, every field, what is answered, every error. */
export function operationPage(operation: OperationShape): string {
  const { verb, path } = routeOf(operation)
  const { result } = operation
  const ruled = operation.body ? 'body' : 'query'
  const rules = operation.rules ?? []
  const facts = [
    ['dialect', operation.dialect],
    ...(operation.credentials === 'none' ? [] : [['caller', callers[operation.dialect]]]),
    ['answer', `${statusOf(operation)}, believed by ${operation.trust}`],
    ['repeating', repeating[operation.repeat]],
    ['page', operation.doc],
  ]
  return joined(
    `${operation.id}  ${operation.title}`,
    `${verb} ${addressOf(operation.host) ?? '(an address from an earlier answer)'}${path}`,
    columns(facts),
    ...(['path', 'query', 'headers', 'body'] as const).map((part) =>
      section(part, operation[part], part === ruled ? rules : []),
    ),
    result.kind === 'group'
      ? section('answer', result.fields, result.rules)
      : `answer\n  ${result.kind === 'file' ? 'a file' : 'no body'}`,
    errorSection(operation.errors),
    `example\n  chadan call ${operation.id} ${exampleOf(operation)}--credentials wechat.json`,
  )
}

/** The page of a notification. */
export function notificationPage(notification: NotificationShape): string {
  const facts = [
    ['dialect', notification.dialect],
    ['event', notification.event],
    ['believed by', notification.trust],
    ['page', notification.doc],
  ]
  return joined(
    `${notification.id}  ${notification.title}`,
    `${notification.verb ?? 'POST'} to the address that you gave`,
    columns(facts),
    section('resource', notification.resource.fields, notification.resource.rules),
  )
}

/** How a request says who sends it, for those who write it without the client. */
const callers = {
  apiv3: 'Authorization: WECHATPAY2-SHA256-RSA2048 …, signed with the merchant key',
  token: '?access_token=… behind the path, from wecom.getToken',
  xml: '?access_token=… behind the path, from payinsurance.getAgentToken or getToken; sign by MD5',
} as const satisfies Record<OperationShape['dialect'], string>

const repeating = {
  read: 'changes nothing',
  safe: 'repeats to the same effect',
  same: 'the same number with the same content succeeds again',
  never: 'refused or harmful: query first',
} as const

function joined(...blocks: (string | undefined)[]): string {
  return blocks.filter((block) => block !== undefined).join('\n\n')
}

function section(title: string, fields: Fields | undefined, rules: readonly Rule[]): string | undefined {
  if (!fields) return undefined
  const said = [...rules, ...innerRules(fields)].map((rule) => `\n  ${ruleInWords(rule)}`)
  return `${title}\n${columns(fieldRows(fields, '  '))}${said.join('')}`
}

function innerRules(fields: Fields): Rule[] {
  return Object.values(fields).flatMap((field) => {
    const group = groupIn(field)
    return group ? [...group.rules, ...innerRules(group.fields)] : []
  })
}

function groupIn(given: Field): GroupField | undefined {
  const field = given as AnyField
  if (field.kind === 'list') return groupIn(field.item)
  return field.kind === 'group' ? field : undefined
}

function fieldRows(fields: Fields, indent: string): string[][] {
  return Object.entries(fields).flatMap(([name, given]) => {
    const field = given as AnyField
    const list = field.kind === 'list' ? '[]' : ''
    const row = [`${indent}${name}${list}`, kindOf(field), notesOf(field)]
    const values =
      field.kind === 'choice' || field.kind === 'numberChoice'
        ? Object.entries(field.values).map(([value, meaning]) => [
            `${indent}    ${value}`,
            '',
            meaning as string,
          ])
        : []
    // JSON inside a string has members as well, which whoever writes it has to know.
    const inner = groupIn(field)?.fields ?? (field.kind === 'text' ? field.known : undefined)
    return [row, ...values, ...(inner ? fieldRows(inner, `${indent}  `) : [])]
  })
}

function kindOf(field: AnyField): string {
  if (field.kind === 'choice' || field.kind === 'numberChoice') return 'one of'
  if (field.kind === 'text' && field.format) return formOf(field, field.format)
  return expectation(field)
}

type Text = Extract<AnyField, { kind: 'text' }>
type Format = NonNullable<Text['format']>

function formOf({ min, max, unit }: Text, format: Format): string {
  const isLong = Number.isFinite(max) && max > 64 && min !== max
  return `${forms[format]}${isLong ? ` of at most ${max} ${unit}` : ''}`
}

const forms = {
  time: 'time such as 2026-03-17T10:20:30+08:00',
  offsetTime: 'time such as 2026-03-17T10:20:30+08:00, not Z',
  day: 'day yyyy-MM-dd',
  plainDay: 'day yyyyMMdd',
  stamp: 'time yyyyMMddHHmmss',
  notifyUrl: 'URL without query',
  ip: 'IPv4 or IPv6 address',
  position: 'longitude,latitude',
  url: 'URL',
  base64: 'Base64',
  json: 'JSON as text',
} as const satisfies Record<Format, string>

function notesOf(field: AnyField): string {
  const marks = [
    field.filled ? 'filled in' : field.optional ? 'optional' : 'required',
    field.sealed && 'travels sealed',
    field.kind === 'whole' && field.money && `in ${field.money === 'fen' ? 'fen' : 'the smallest unit'}`,
  ].filter(Boolean)
  return `(${marks.join(', ')}) ${field.meaning ?? ''}`
}

function errorSection(errors: readonly ErrorCase[]): string {
  const rows = errors.map(({ code, status, advice, meaning }) => [code, String(status), advice, meaning])
  return `errors\n${columns(rows, '  ')}`
}

function exampleOf(operation: OperationShape): string {
  const names = [operation.path, operation.query, operation.body].flatMap((fields) =>
    Object.entries(fields ?? {})
      .filter(
        ([, field]) => !field.optional && !field.filled && field.kind !== 'group' && field.kind !== 'list',
      )
      .map(([name]) => `${name}=… `),
  )
  return names.slice(0, 3).join('')
}
