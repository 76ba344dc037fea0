/** Refusals that no state of the world brings about: a test asks for one, the next call meets it. */
import { type ErrorCase, operations } from '@chadan/protocol'
import { Refusal } from '../../product.ts'
import type { CombineOrder } from './orders.ts'

const cases: readonly ErrorCase[] = operations.combine.close.errors

/** Whether combined payment documents this code. */
export function isHook(code: string): boolean {
  return cases.some((one) => one.code === code)
}

/** Throws the refusal asked for, once. */
export function takeHook(order: CombineOrder): void {
  const found = cases.find((one) => one.code === order.hook)
  if (!found) return
  delete order.hook
  const [, chinese = found.meaning] = /\(([^()]*[\u4e00-\u9fff][^()]*)\)/.exec(found.meaning) ?? []
  throw new Refusal(found.code, chinese, { status: found.status })
}
