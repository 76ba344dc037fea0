/** Placing combined orders: the checks in the documented order, then the row and a fresh session. */
import { isDeepStrictEqual } from 'node:util'
import { operations, type Problem } from '@chadan/protocol'
import { holderOf, takeNumber } from '../../numbers.ts'
import { type Call, type Handled, handle, type Manners, Refusal } from '../../product.ts'
import type { Merchant, World } from '../../world.ts'
import { takeHook } from './hooks.ts'
import { type CombineOrder, keyOf, type Orders, ordersOf, type Placed, type Way, ways } from './orders.ts'
import { paramError, spelling } from './refusals.ts'

const { combine } = operations
const minute = 60_000
const day = 24 * 60 * minute
/** Unpaid orders are closed after this time. */
export const lapseMs = 7 * day
const sessionMs = 120 * minute
const h5LinkMs = 5 * minute

/** The handlers of the five ways. */
export function placingHandlers(world: World): Handled[] {
  const manners: Manners = { spell: spelling(world), excuses: (problem) => excused(world, problem) }
  const prepaid = (way: Way) => (call: { caller: Merchant; body: unknown }) => {
    const { order, key } = place(world, call.caller, way, call.body as Placed)
    return { order, prepay_id: key }
  }
  const [jsapi, app, miniprogram] = [
    prepaid('createJsapi'),
    prepaid('createApp'),
    prepaid('createMiniprogram'),
  ]
  return [
    handle(combine.createJsapi, (call) => ({ prepay_id: jsapi(call).prepay_id }), manners),
    handle(
      combine.createApp,
      (call: Call<typeof combine.createApp>) => ({
        prepay_id: app(call).prepay_id,
        ...(call.body.contract_info && { contract_result: { code: 'SUCCESS', message: '签约成功' } }),
      }),
      manners,
    ),
    handle(
      combine.createH5,
      (call) => ({ h5_url: place(world, call.caller, 'createH5', call.body as Placed).key }),
      manners,
    ),
    handle(
      combine.createNative,
      (call) => ({ code_url: place(world, call.caller, 'createNative', call.body as Placed).key }),
      manners,
    ),
    handle(combine.createMiniprogram, (call) => ({ prepay_id: miniprogram(call).prepay_id }), manners),
  ]
}

/** What the profile in force lets pass although the declaration does not. */
function excused(world: World, { at, rule, found }: Problem): boolean {
  const { profile, lenientDeviceId } = world.switches.combine
  if (at === '/body/scene_info/device_id' && rule === 'length') {
    const bytes = Number(/\d+/.exec(found)?.[0])
    return profile === 'modern' ? bytes >= 1 && bytes <= 32 : lenientDeviceId && bytes >= 1 && bytes < 7
  }
  // The older page has one text where the newer ones have a list.
  return profile === 'seed' && at === '/body/limit_pay' && rule === 'type' && found.startsWith('text')
}

function place(
  world: World,
  caller: Merchant,
  way: Way,
  given: Placed,
): { order: CombineOrder; key: string } {
  const limits: unknown = given.limit_pay
  const body = typeof limits === 'string' ? ({ ...given, limit_pay: [limits] } as Placed) : given
  checkProfile(world, body)
  checkCaller(caller, body)
  checkMerchants(world, caller, body)
  checkBinding(world, caller, body)
  checkPermissions(world, caller, way, body)
  checkPayer(world, body)
  const orders = ordersOf(world)
  const before = orders.rows.get(keyOf(caller.mchid, body.combine_out_trade_no))
  if (before) takeHook(before)
  const order = before ? repeated(world, before, way, body) : store(world, orders, caller, way, body)
  return { order, key: drawHandle(world, orders, order) }
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

/** What may differ when a placement is repeated. */
const tolerated = ['scene_info', 'time_start', 'time_expire'] as const

function content(body: Placed, without: readonly string[] = []): unknown {
  const entries = Object.entries(body).filter(([name]) => !(tolerated as readonly string[]).includes(name))
  const subs = body.sub_orders.map((sub) =>
    Object.fromEntries(Object.entries(sub).filter(([name]) => !without.includes(name))),
  )
  return { ...Object.fromEntries(entries), sub_orders: subs }
}

/** The order again when way and content are the same; otherwise the reason against it. */
function repeated(world: World, order: CombineOrder, way: Way, body: Placed): CombineOrder {
  if (order.state === 'CLOSED') throw new Refusal('ORDER_CLOSED', '订单已关闭', { number: 268447914 })
  if (order.state === 'SUCCESS') {
    throw world.switches.combine.profile === 'modern'
      ? new Refusal('ORDER_PAID', '订单已支付', { number: 268498689 })
      : new Refusal('OUT_TRADE_NO_USED', '商户订单号重复：订单已支付', { number: 268498689 })
  }
  if (order.way === way && isDeepStrictEqual(content(order.body), content(body))) return order
  const settlement = ['settle_info', 'profit_sharing']
  const alike = isDeepStrictEqual(content(order.body, settlement), content(body, settlement))
  throw new Refusal('OUT_TRADE_NO_USED', alike ? '重复下单的结算信息不一致' : '重入参数不一致', {
    number: 268498688,
  })
}

function store(world: World, orders: Orders, caller: Merchant, way: Way, body: Placed): CombineOrder {
  for (const [index, sub] of body.sub_orders.entries()) {
    if (holderOf(world, sub.mchid, sub.out_trade_no)) {
      throw new Refusal('OUT_TRADE_NO_USED', `子单${index + 1}的商户订单号重复`, { number: 268498688 })
    }
  }
  const now = world.clock.now()
  const order: CombineOrder = {
    key: keyOf(caller.mchid, body.combine_out_trade_no),
    mchid: caller.mchid,
    number: body.combine_out_trade_no,
    way,
    body: structuredClone(body),
    state: 'NOTPAY',
    createMs: now,
    expireMs: expiry(now, body.time_expire),
    handles: [],
  }
  orders.rows.set(order.key, order)
  orders.keys.set(order.number, order.key)
  for (const sub of body.sub_orders) {
    takeNumber(world, sub.mchid, sub.out_trade_no, `combine/${order.key}`)
    orders.keys.set(sub.out_trade_no, order.key)
  }
  world.later(Math.max(lapseMs, order.expireMs - now), 'combine.lapse', { key: order.key })
  return order
}

/** 7 days when nothing is said; 1 minute to 15 days otherwise (C23). */
function expiry(now: number, given: string | undefined): number {
  if (!given) return now + lapseMs
  return Math.min(Math.max(Date.parse(given), now + minute), now + 15 * day)
}

function drawHandle(world: World, orders: Orders, order: CombineOrder): string {
  const now = world.clock.now()
  const prepayId = world.draw.prepayId()
  const drawn: Record<Way, () => { key: string; untilMs: number }> = {
    createJsapi: () => ({ key: prepayId, untilMs: now + sessionMs }),
    createApp: () => ({ key: prepayId, untilMs: now + sessionMs }),
    createMiniprogram: () => ({ key: prepayId, untilMs: now + sessionMs }),
    createH5: () => ({
      key: `${world.payUrl(prepayId)}?package=${world.draw.digits(10)}`,
      untilMs: now + h5LinkMs,
    }),
    createNative: () => ({
      key: `weixin://wxpay/bizpayurl/up?pr=${world.draw.text(9)}&groupid=00`,
      untilMs: now + sessionMs,
    }),
  }
  const handle = drawn[order.way]()
  // A new code ends the one before; sessions and links live until their own end.
  if (order.way === 'createNative')
    for (const old of order.handles) old.untilMs = Math.min(old.untilMs, now - 1)
  order.handles.push(handle)
  orders.keys.set(handle.key, order.key)
  // The link of H5 holds the session, by which the payer's page finds the order.
  if (order.way === 'createH5') {
    order.handles.push({ key: prepayId, untilMs: handle.untilMs })
    orders.keys.set(prepayId, order.key)
  }
  return handle.key
}
