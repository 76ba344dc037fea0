/** The insurance bureau and the e-voucher, as far as creating an order asks them; off unless the switch is on. */
import { apiv3, idcard } from '@chadan/protocol'
import { Refusal } from '../../product.ts'
import type { Payer, World } from '../../world.ts'
import type { Placed } from './orders.ts'

/** A pre-settlement that the bureau made for a payer: rows of `medIns.settlements` by `payAuthNo`. */
export interface Settlement {
  readonly payAuthNo: string
  readonly payOrderId: string
  readonly serialNo: string
  readonly medInstNo: string
  readonly cityId: string
  readonly orderTime: string
  readonly govFee: number
  readonly selfFee: number
  readonly otherFee: number
  readonly cashFee: number
  /** The payer, and in partner mode the institution, whom the authorization was given to. */
  readonly payer: string
  readonly subMchid?: string
  readonly expiresMs: number
  usedBy?: string
}

/** What the e-voucher knows beyond the payer: rows of `medIns.vouchers` by payer. */
export interface Voucher {
  readonly bound: boolean
  readonly relatives: readonly { readonly name: string; readonly idNumber: string }[]
}

/** Throws the first objection of e-voucher or bureau; uses up the authorization. */
export function askBureau(world: World, body: Placed): void {
  if (!world.switches.medIns.bureauChecks) return
  const payer = payerOf(world, body)
  checkVoucher(world, payer, body)
  if (body.pay_auth_no) settle(world, payer, body)
}

function payerOf(world: World, { appid, openid, sub_appid, sub_openid }: Placed): Payer {
  const found = openid ? world.payerOf(appid, openid) : world.payerOf(sub_appid ?? '', sub_openid ?? '')
  // The bindings are checked before the bureau is asked.
  return found as Payer
}

function refuse(number: number, message: string): Refusal {
  return new Refusal('INVALID_REQUEST', message, { number })
}

function checkVoucher(world: World, payer: Payer, body: Placed): void {
  const voucher = world.table<Voucher>('medIns.vouchers').get(payer.id)
  if (!payer.idNumber || voucher?.bound === false) throw refuse(268545963, '用户未激活医保电子凭证')
  if (body.payer.name !== payer.name) throw refuse(268545962, '姓名与医保电子凭证不一致')
  if (body.payer.id_digest !== idcard.idDigest(payer.idNumber))
    throw refuse(268545961, '证件号与医保电子凭证不一致')
  const { relative } = body
  if (!body.pay_for_relatives || !relative) return
  const known = voucher?.relatives.some(
    ({ name, idNumber }) => name === relative.name && idcard.idDigest(idNumber) === relative.id_digest,
  )
  if (!known) throw refuse(268545964, '亲属关系不存在')
}

function settle(world: World, payer: Payer, body: Placed): void {
  const row = world.table<Settlement>('medIns.settlements').get(body.pay_auth_no ?? '')
  if (!row || !wholeTriple(body)) throw refuse(268545967, '医保局查无授权记录')
  const good = row.payer === payer.id && row.subMchid === body.sub_mchid && world.clock.now() < row.expiresMs
  if (!good || row.usedBy) throw refuse(268547120, '支付授权码校验失败')
  if (!agrees(row, body)) throw refuse(268510610, '医保局结算校验失败')
  row.usedBy = body.out_trade_no
}

/** What passes through to the bureau names all three values, or none. */
function wholeTriple({ passthrough_request_content: text }: Placed): boolean {
  if (!text) return true
  const given: unknown = JSON.parse(text)
  const names = ['payAuthNo', 'payOrdId', 'setlLatlnt'].filter(
    (name) => typeof given === 'object' && given !== null && name in given,
  )
  return names.length === 0 || names.length === 3
}

const nearMs = 5 * 60_000

function agrees(row: Settlement, body: Placed): boolean {
  const apartMs = Math.abs(
    apiv3.parseTime(row.orderTime) - apiv3.parseTime(body.med_ins_order_create_time ?? row.orderTime),
  )
  return (
    row.payOrderId === body.pay_order_id &&
    row.serialNo === body.serial_no &&
    row.medInstNo === body.med_inst_no &&
    row.cityId === body.city_id &&
    row.govFee === body.med_ins_gov_fee &&
    row.selfFee === body.med_ins_self_fee &&
    row.otherFee === body.med_ins_other_fee &&
    row.cashFee === body.med_ins_cash_fee &&
    apartMs <= nearMs
  )
}
