/** What a placement is held against, in the documented order: caller, merchants, binding, permission, payer. */
import { Refusal } from '../../product.ts'
import type { Merchant, World } from '../../world.ts'
import { type Placed, type Way, ways } from './orders.ts'
import { paramError } from './refusals.ts'

/** Throws the first refusal this placement meets, before its number is looked at. */
export function checkPlacing(world: World, caller: Merchant, way: Way, body: Placed): void {
  checkProfile(world, body)
  checkCaller(caller, body)
  checkMerchants(world, caller, body)
  checkBinding(world, caller, body)
  checkPermissions(world, caller, way, body)
  checkPayer(world, body)
}

function checkProfile(world: World, body: Placed): void {
  if (world.switches.combine.profile !== 'modern') return
  if (!/^[0-9A-Za-z_\-|*]{6,32}$/.test(body.combine_out_trade_no)) {
    throw paramError('combine_out_trade_no', '合单商户订单号应为6至32个字符，不含@')
  }
  const direct = body.sub_orders.every((sub) => !sub.sub_mchid && !sub.individual_auth_id)
  if (direct && (body.sub_orders.length < 2 || body.sub_orders.length > 10)) {
    throw paramError('sub_orders', '普通商户模式只支持2-10笔子单', 268435464)
  }
  for (const [index, sub] of body.sub_orders.entries()) {
    if (sub.out_trade_no.includes('@')) {
      throw paramError(`sub_orders/${index}/out_trade_no`, '子单商户订单号不能包含@')
    }
  }
}

function checkCaller(caller: Merchant, body: Placed): void {
  if (body.combine_mchid !== caller.mchid) {
    throw new Refusal('INVALID_REQUEST', 'combine_mchid与签名的商户号不一致', { number: 268447843 })
  }
}

function checkMerchants(world: World, caller: Merchant, body: Placed): void {
  const withSub = body.sub_orders.filter((sub) => sub.sub_mchid)
  for (const [index, sub] of body.sub_orders.entries()) {
    for (const mchid of [sub.mchid, sub.sub_mchid]) {
      if (mchid && !world.merchants.get(mchid)) throw new Refusal('MCH_NOT_EXISTS', '商户号不存在')
    }
    if (withSub.length > 0 && !sub.sub_mchid && !sub.individual_auth_id) {
      throw paramError(`sub_orders/${index}/sub_mchid`, '服务商模式下子商户号必填', 268443704)
    }
    if (!sub.sub_mchid) continue
    if (sub.sub_mchid === sub.mchid || sub.sub_mchid === caller.mchid) {
      throw new Refusal('INVALID_REQUEST', '子商户号不能与服务商商户号相同', { number: 268443705 })
    }
    if (!world.merchants.get(sub.mchid)?.subs.includes(sub.sub_mchid)) {
      throw new Refusal('RULELIMIT', '服务商与子商户没有受理关系', { number: 268443701 })
    }
  }
}

function checkBinding(world: World, caller: Merchant, body: Placed): void {
  const bound = (merchant: Merchant | undefined, appid: string) => merchant?.appids.includes(appid)
  const unbound = () => new Refusal('APPID_MCHID_NOT_MATCH', 'appid和mch_id不匹配', { number: 268445527 })
  if (!bound(caller, body.combine_appid)) throw unbound()
  for (const sub of body.sub_orders) {
    if (!bound(world.merchants.get(sub.mchid), body.combine_appid)) throw unbound()
    if (sub.sub_appid && !bound(world.merchants.get(sub.sub_mchid ?? sub.mchid), sub.sub_appid))
      throw unbound()
  }
}

/** Names of permissions: `*` grants all of them. */
const initiating = 'combine.initiate'
const receiving = 'combine.receive'

function checkPermissions(world: World, caller: Merchant, way: Way, body: Placed): void {
  const lacks = (merchant: Merchant, permission: string) =>
    !merchant.permissions.includes('*') && !merchant.permissions.includes(permission)
  const none = (message: string, number?: number) =>
    new Refusal('NOAUTH', message, { ...(number && { number }) })
  const { permission } = ways[way]
  const needed = [initiating, permission, ...(body.combine_payer_info?.identity ? ['realName'] : [])]
  if (needed.some((one) => lacks(caller, one))) throw none('商户号没有发起合单支付的权限')
  for (const sub of body.sub_orders) {
    const payee = world.merchants.get(sub.sub_mchid ?? sub.mchid) as Merchant
    if (payee.disabled) throw none('商户收款功能受限', 268448010)
    if ([receiving, permission].some((one) => lacks(payee, one))) throw none('子单商户没有接收合单支付的权限')
  }
}

function checkPayer(world: World, body: Placed): void {
  const payer = body.combine_payer_info as { openid?: string; sub_openid?: string } | undefined
  const mismatch = () =>
    world.switches.combine.profile === 'modern'
      ? paramError('combine_payer_info/openid', 'openid与appid不匹配')
      : new Refusal('OPENID_MISMATCH', 'openid和appid不匹配')
  if (payer?.openid && !world.payerOf(body.combine_appid, payer.openid)) throw mismatch()
  if (payer?.sub_openid) {
    const appids = body.sub_orders.flatMap((sub) => sub.sub_appid ?? [])
    if (appids.length === 0) throw paramError('sub_orders/0/sub_appid', '传入sub_openid时sub_appid必填')
    if (!appids.some((appid) => world.payerOf(appid, payer.sub_openid as string))) throw mismatch()
  }
  const identity = body.combine_payer_info?.identity
  // The newest pages promise the identity card alone (C24).
  if (identity && identity.type !== 'IDCARD') {
    throw paramError('combine_payer_info/identity/type', '合单支付只支持身份证')
  }
}
