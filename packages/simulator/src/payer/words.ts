/** The words of the payer's page. */
import type { Action, Checkout } from '../product.ts'

/** How a state is shown: its mark, its title, and what it means for the person. */
export const states = {
  open: { tone: 'plain', mark: '', title: '待支付', hint: '' },
  paying: { tone: 'wait', mark: '…', title: '支付处理中', hint: '请稍候，本页会自动刷新' },
  paid: { tone: 'good', mark: '✓', title: '支付成功', hint: '可以关闭本页' },
  failed: { tone: 'bad', mark: '!', title: '支付失败', hint: '没有扣款，请回到商家重新下单' },
  cancelled: { tone: 'still', mark: '×', title: '已取消', hint: '没有扣款' },
  closed: { tone: 'still', mark: '×', title: '订单已关闭', hint: '不能再支付' },
  expired: { tone: 'still', mark: '×', title: '订单已过期', hint: '不能再支付，请回到商家重新下单' },
} as const satisfies Record<Checkout['state'], object>

/** What the buttons say, in the order in which they stand. Events have no button. */
export const buttons = {
  confirm: { label: '确认', kind: 'primary' },
  pay: { label: '支付', kind: 'primary' },
  fail: { label: '支付失败', kind: 'second' },
  cancel: { label: '取消', kind: 'quiet' },
} as const satisfies Record<Exclude<Action['action'], 'event'>, object>

/** An action that has a button. */
export type Pressed = keyof typeof buttons

/** What is said after an action that leaves the order open. */
export const afterwards: Readonly<Record<Pressed, string>> = {
  confirm: '已确认。',
  pay: '已提交。',
  fail: '本次支付失败，没有扣款，可以再试。',
  cancel: '已离开收银台，没有扣款，订单仍可支付。',
}

/** Whether a form names a button of the page. */
export function isPressed(text: string | null): text is Pressed {
  return text !== null && Object.hasOwn(buttons, text)
}

/** An amount of the currency's smallest unit, such as `¥12.30`. */
export function money({ minor, currency }: Checkout['amount']): string {
  const format = formatOf(currency)
  if (!format) return `${minor} ${currency}`
  const places = format.resolvedOptions().maximumFractionDigits ?? 2
  return format.format(minor / 10 ** places)
}

function formatOf(currency: string): Intl.NumberFormat | undefined {
  if (!/^[A-Z]{3}$/.test(currency)) return undefined
  return new Intl.NumberFormat('zh-CN', { style: 'currency', currency })
}
