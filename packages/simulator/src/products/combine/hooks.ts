/** Refusals that no state of the world brings about: a test asks for one, the next call meets it. */
import { Refusal } from '../../product.ts'
import type { CombineOrder } from './orders.ts'

/** What a test may ask for, with the text of the refusal. */
export const hooks: Readonly<Record<string, string>> = {
  USERPAYING: '用户支付中，需要输入密码',
  TRADE_ERROR: '交易错误',
  NOTENOUGH: '用户账号余额不足',
  BANKERROR: '银行系统异常',
  ACCOUNTERROR: '用户账号异常',
  RULELIMIT: '业务规则限制',
}

/** Throws the refusal asked for, once. */
export function takeHook(order: CombineOrder): void {
  const { hook } = order
  if (!hook) return
  delete order.hook
  throw new Refusal(hook, hooks[hook] ?? '')
}
