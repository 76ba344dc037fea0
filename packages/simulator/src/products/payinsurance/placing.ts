/** Placing an order, and binding the card it needs. */
import { idcard, operations } from '@chadan/protocol'
import { type Call, Refusal } from '../../product.ts'
import type { Merchant, Payer, World } from '../../world.ts'
import { accountOf } from './access.ts'
import { answering } from './answering.ts'
import { contentOf, isStale, payTypeOf, preSettle } from './bureau.ts'
import {
  draw,
  move,
  name,
  named,
  numberName,
  type OrderRow,
  orders,
  orderWords,
  type Placed,
  type Split,
} from './rows.ts'

const { unifiedOrder } = operations.payinsurance

/** Payers without a bound card, by their id. */
export const unbound = (world: World) => world.table<{ readonly id: string }>('payinsurance.unbound')

/** Places an order. */
export const placing = answering(unifiedOrder, (call) => {
  const { world, caller: hospital, body: placed } = call
  checkOwn(call)
  const session = contentOf(unifiedOrder, placed.request_content).session_id ?? ''
  const number = numberName('order', hospital.mchid, placed.hosp_out_trade_no)
  if (named(world, number)) throw new Refusal('530', 'hosp_out_trade_no重复')
  const payer = payerOf(world, placed)
  const isBound = !unbound(world).get(payer.id)
  // Without a card the bureau is asked when one is bound.
  const isFresh = !isStale(world, hospital.mchid, session)
  const split = isBound ? settled(world, hospital, placed, isFresh) : uploaded(placed)
  const order = keep(world, { hospital, placed, payer, split, state: isBound ? 'NOTPAY' : 'INITIAL' })
  name(world, number, order.id)
  world.later(world.switches.payinsurance.expiryMs, 'payinsurance.expire', { id: order.id })
  return { med_trans_id: order.id, ...pageOf(world, hospital, order) }
})

/** What the declaration does not say and this side refuses all the same. */
function checkOwn({ body, caller }: Call<typeof unifiedOrder>): void {
  if (body.user_card_type !== 1) throw new Refusal('513', '暂只支持居民身份证')
  const { orgNos } = accountOf(caller)
  if (orgNos && !orgNos.includes(body.org_no))
    throw new Refusal('533', '医保局预结算失败：医疗机构编码不存在')
}

function payerOf(world: World, placed: Placed): Payer {
  const { sub_appid, sub_openid, appid, openid } = placed
  const payer = sub_openid ? world.payerOf(sub_appid ?? '', sub_openid) : world.payerOf(appid, openid ?? '')
  if (!payer || !isPerson(payer, placed.user_name, placed.user_card_no))
    throw new Refusal('534', '用户实名信息不符')
  return payer
}

function isPerson(payer: Payer, realName: string, digest: string): boolean {
  return payer.name === realName && digestOf(payer) === digest.toLowerCase()
}

/** The digest of a payer's id number. */
export function digestOf({ idNumber }: Payer): string | undefined {
  return idNumber === undefined ? undefined : idcard.idDigest(idNumber)
}

function settled(world: World, hospital: Merchant, placed: Placed, isFresh: boolean): Split {
  if (placed.pay_type !== 1 && !isFresh) throw new Refusal('533', '医保局预结算失败：session_id已过期')
  return preSettle(world, hospital.mchid, placed)
}

// What nobody has computed yet: the figures as they were sent.
function uploaded({ cash_fee, insurance_fee }: Placed): Split {
  return { cash: cash_fee, insurance: insurance_fee, self: 0, fund: 0, other: 0 }
}

interface Kept {
  readonly hospital: Merchant
  readonly placed: Placed
  readonly payer: Payer
  readonly split: Split
  readonly state: 'INITIAL' | 'NOTPAY'
}

function keep(world: World, { hospital, placed, payer, split, state }: Kept): OrderRow {
  const id = draw(world, 'M')
  const row: OrderRow = {
    id,
    hospital: hospital.mchid,
    placed,
    payer: payer.id,
    payKey: world.draw.text(64),
    createMs: world.clock.now(),
    insuranceId: draw(world, 'I'),
    cashId: draw(world, 'C'),
    state,
    words: orderWords[state],
    split,
    payType: placed.pay_type,
  }
  if (state === 'NOTPAY') openLegs(row)
  name(world, row.payKey, id)
  name(world, placed.hosp_out_trade_no, id)
  return orders(world).set(id, row)
}

/** Gives an order the legs that its split asks for. */
export function openLegs(order: OrderRow): void {
  order.payType = payTypeOf(order.placed, order.split)
  delete order.cash
  delete order.insurance
  if (order.payType !== 2) order.cash = 'NOTPAY'
  if (order.payType !== 1) order.insurance = 'NOTPAY'
}

/** Binds the payer's card: now the bureau is asked, and an order it refuses is closed. */
export function bindCard(world: World, order: OrderRow): void {
  unbound(world).delete(order.payer)
  const hospital = world.merchants.get(order.hospital)
  const session = contentOf(unifiedOrder, order.placed.request_content).session_id ?? ''
  try {
    if (hospital)
      order.split = settled(world, hospital, order.placed, !isStale(world, hospital.mchid, session))
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return move(order, 'refuse', error.message)
  }
  move(order, 'bind')
  openLegs(order)
}

/** Where the patient pays: a page of the simulator, or for a mini program a path and the program to jump to. */
function pageOf(
  world: World,
  hospital: Merchant,
  { placed, payKey }: OrderRow,
): { pay_url: string; pay_appid?: string } {
  const isMini = accountOf(hospital).miniAppids?.includes(placed.sub_appid ?? placed.appid)
  if (isMini) return { pay_url: `pages/index/index?pay_key=${payKey}`, pay_appid: 'wxe1022cca111d18be' }
  return { pay_url: `${world.payUrl(payKey)}#wechat_redirect` }
}
