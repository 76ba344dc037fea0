/** Whose order a request speaks of. */
import { Refusal } from '../../product.ts'
import type { Merchant, World } from '../../world.ts'

/** The merchant number in query or body is that of the signature. */
export function sameMerchant(caller: Merchant, mchid: string): void {
  if (caller.mchid !== mchid)
    throw new Refusal('INVALID_REQUEST', '商户号与签名商户不一致', { number: 268447843 })
}

/** A sub-merchant exists and is the caller's. */
export function knownSub(world: World, caller: Merchant, subMchid: string | undefined): void {
  if (subMchid === undefined) return
  if (!world.merchants.get(subMchid)) throw new Refusal('MCH_NOT_EXISTS', '特约商户号不存在')
  if (!caller.subs.includes(subMchid))
    throw new Refusal('RULE_LIMIT', '服务商与特约商户没有受理关系', { number: 268443701 })
}
