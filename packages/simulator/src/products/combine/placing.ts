/** Placing combined orders: the checks in the documented order, then the row and a fresh session. */
import { isDeepStrictEqual } from 'node:util'
import { operations, type Problem } from '@chadan/protocol'
import { holderOf, takeNumber } from '../../numbers.ts'
import { type Call, type Handled, handle, type Manners, Refusal } from '../../product.ts'
import type { Merchant, World } from '../../world.ts'
import { checkPlacing } from './checks.ts'
import { takeHook } from './hooks.ts'
import { type CombineOrder, keyOf, type Orders, ordersOf, type Placed, type Way } from './orders.ts'
import { paramError, spelling } from './refusals.ts'

const { combine } = operations
const minute = 60_000
const day = 24 * 60 * minute
/** Unpaid orders are closed after this time. */
const lapseMs = 7 * day
const sessionMs = 120 * minute
const h5LinkMs = 5 * minute

/** The handlers of the five ways. */
export function placingHandlers(world: World): Handled[] {
  const manners: Manners = { spell: spelling(world), excuses: (problem) => excused(world, problem) }
  const placed = (way: Way) => (call: { caller: Merchant; body: unknown }) =>
    // The bodies of the five ways are parts of one.
    place(world, call.caller, way, call.body as Placed)
  const [jsapi, app, h5] = [placed('createJsapi'), placed('createApp'), placed('createH5')]
  const [native, miniprogram] = [placed('createNative'), placed('createMiniprogram')]
  return [
    handle(combine.createJsapi, (call) => ({ prepay_id: jsapi(call) }), manners),
    handle(
      combine.createApp,
      (call: Call<typeof combine.createApp>) => ({
        prepay_id: app(call),
        ...(call.body.contract_info && { contract_result: { code: 'SUCCESS', message: '签约成功' } }),
      }),
      manners,
    ),
    handle(combine.createH5, (call) => ({ h5_url: h5(call) }), manners),
    handle(combine.createNative, (call) => ({ code_url: native(call) }), manners),
    handle(combine.createMiniprogram, (call) => ({ prepay_id: miniprogram(call) }), manners),
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

/** Places the order, or finds it again, and draws a fresh session, link or code. */
function place(world: World, caller: Merchant, way: Way, given: Placed): string {
  const body = withLimitList(given)
  checkPlacing(world, caller, way, body)
  const orders = ordersOf(world)
  const before = orders.rows.get(keyOf(caller.mchid, body.combine_out_trade_no))
  if (before) takeHook(before)
  const order = before ? repeated(world, before, way, body) : store(world, orders, caller, way, body)
  return drawHandle(world, orders, order)
}

function withLimitList(body: Placed): Placed {
  const limits: unknown = body.limit_pay
  if (typeof limits !== 'string') return body
  if (limits !== 'no_balance' && limits !== 'no_debit' && limits !== 'balance_only') {
    throw paramError('limit_pay', 'limit_pay不在可选范围内')
  }
  return { ...body, limit_pay: [limits] }
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
