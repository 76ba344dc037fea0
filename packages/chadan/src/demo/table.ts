/** Outcomes as a table for people. */
import type { Outcome } from './story.ts'

/** A table in plain text, one row an order. */
export function tableOf(outcomes: readonly Outcome[]): string {
  const head = ['product', 'order', 'what happened', 'state at WeChat Pay', 'paid', 'refunded', 'notices', '']
  const rows = outcomes.map((one) => [
    one.product,
    one.number,
    one.story,
    one.state,
    money(one.paidMinor, one.currency),
    money(one.refundedMinor, one.currency),
    String(one.notices),
    one.ok ? '✓' : '✗',
  ])
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => (row[column] ?? '').length)),
  )
  const toRight = new Set([4, 5, 6])
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        toRight.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd()
  return [line(head), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)].join('\n')
}

function money(minor: number, currency: string): string {
  return minor === 0 ? '–' : `${currency} ${(minor / 100).toFixed(2)}`
}
