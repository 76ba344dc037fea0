/** What a gateway answers, in columns and blocks for people. */
import type { Json } from './gateway-api.ts'
import { columns, money } from './table.ts'

/** The text of a member; empty for what is absent. */
export function textOf(value: unknown): string {
  return value === null || value === undefined ? '' : String(value)
}

/** `{ minor, currency }` as people write it. */
export function amountText(value: unknown): string {
  const { minor, currency } = (value ?? {}) as { minor?: unknown; currency?: unknown }
  return typeof minor === 'number' && typeof currency === 'string' ? money(minor, currency) : ''
}

/** An instant to the second, without the letters: `2026-03-17 02:00:00Z`. */
export function timeText(value: unknown): string {
  return textOf(value)
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z')
}

/** The objects of a list. */
export function listOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : []
}

/** Rows under a heading, or a sentence that there are none. */
export function table(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  none: string,
): string {
  return rows.length === 0 ? none : columns([heading, ...rows])
}

/** Orders, one a line. */
export function ordersTable(orders: readonly Json[]): string {
  return table(
    ['created', 'product', 'state', 'amount', 'reference', 'number', 'id'],
    orders.map((order) => [
      timeText(order.created_at),
      textOf(order.product),
      stateText(order),
      amountText(order.amount),
      textOf(order.reference),
      textOf(order.number),
      textOf(order.id),
    ]),
    'there are no such orders',
  )
}

/** One order with attempts, parts, refunds and marks. */
export function orderText(order: Json): string {
  const attempts = listOf(order.attempts)
  const refunds = listOf(order.refunds)
  const marks = listOf(order.marks).filter(({ resolved }) => !resolved)
  const next = timeText(order.next_ask_at)
  const blocks = [
    `${textOf(order.product)} ${textOf(order.reference)}: ${stateText(order)}`,
    columns([
      ['  id', textOf(order.id)],
      ['  tenant', `${textOf(order.tenant)}, signed by ${textOf(order.signer)}`],
      ['  created', timeText(order.created_at)],
      [
        '  amount',
        `${amountText(order.amount)}, taken ${amountText(order.taken)}, refunded ${amountText(order.refunded)}`,
      ],
      ...(next ? [['  asked next', next]] : []),
    ]),
    ...attempts.map(attemptText),
    ...(refunds.length > 0 ? [`refunds\n${columns(refunds.map(refundRow), '  ')}`] : []),
    ...marks.map(
      (mark) =>
        `needs a person: ${textOf(mark.key)}\n  found: ${textOf(mark.found)}\n  to do: ${textOf(mark.suggest)}`,
    ),
  ]
  return blocks.join('\n')
}

/** A state with its reason, and whether a person is needed. */
export function stateText(one: Json): string {
  const reason = textOf(one.reason)
  return `${textOf(one.state)}${reason ? ` (${reason})` : ''}${one.needs_attention === true ? ' !' : ''}`
}

function attemptText(attempt: Json): string {
  const word = textOf(attempt.product_state)
  const learnt = learntText(attempt.learnt_by)
  const head = `number ${textOf(attempt.number)}: ${stateText(attempt)}${word ? `, WeChat says ${word}` : ''}${learnt}`
  const parts = listOf(attempt.parts).map((part) => [
    textOf(part.id),
    textOf(part.state),
    amountText(part.amount),
    textOf(part.product_state),
    textOf(part.transaction_id),
  ])
  return parts.length === 0 ? head : `${head}\n${columns(parts, '  ')}`
}

function refundRow(refund: Json): string[] {
  return [
    textOf(refund.reference),
    textOf(refund.number),
    stateText(refund),
    amountText(refund.amount),
    `${textOf(refund.product_state)}${learntText(refund.learnt_by)}`,
  ]
}

function learntText(value: unknown): string {
  const { source, by, at } = (value ?? {}) as Json
  return source === undefined ? '' : `, learnt by ${textOf(source)} (${textOf(by)}) at ${timeText(at)}`
}
