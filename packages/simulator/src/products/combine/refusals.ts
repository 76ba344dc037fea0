/** Refusals of combined payment in the older and the newer spelling (README X19). */
import { Refusal } from '../../product.ts'
import type { World } from '../../world.ts'

const newer: Readonly<Record<string, string>> = {
  SYSTEMERROR: 'SYSTEM_ERROR',
  BANKERROR: 'BANK_ERROR',
  ORDERNOTEXIST: 'ORDER_NOT_EXIST',
  RULELIMIT: 'RULE_LIMIT',
  NOTENOUGH: 'NOT_ENOUGH',
  NOAUTH: 'NO_AUTH',
  ACCOUNTERROR: 'ACCOUNT_ERROR',
  FREQUENCY_LIMITED: 'FREQUENCY_LIMIT_EXCEED',
}

/** The spelling of the profile the world is in. */
export function spelling(world: World): (code: string) => string {
  return (code) => (world.switches.combine.profile === 'modern' ? (newer[code] ?? code) : code)
}

/** No such combined order for this merchant. */
export const orderUnknown = () => new Refusal('ORDERNOTEXIST', '订单不存在', { number: 268512771 })

/** A parameter is wrong in a way that only the whole order or the profile shows. */
export function paramError(field: string, message: string, number = 268435461): Refusal {
  return new Refusal('PARAM_ERROR', message, {
    number,
    detail: { location: 'body', field: `/body/${field}`, issue: message },
  })
}
