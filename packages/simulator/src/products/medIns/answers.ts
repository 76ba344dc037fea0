/** The order as queries answer it and the notice brings it. */
import { notifications, type operations, type ResultOfOperation } from '@chadan/protocol'
import type { World } from '../../world.ts'
import { type Kept, type MedInsOrder, shownLegs, wholeOf } from './orders.ts'

type Answered = ResultOfOperation<typeof operations.medIns.create>

/** The order in the field order of the official page, without what does not exist yet. */
export function answer(world: World, order: MedInsOrder): Answered {
  const { body, paidMs } = order
  const legs = shownLegs(world, order)
  const current = world.switches.medIns.profile === 'current'
  const { mix_pay_type, order_type, appid, sub_appid, sub_mchid, openid, sub_openid, ...rest } = body
  const shown = {
    mix_trade_no: order.mixTradeNo,
    mix_pay_status: `MIX_PAY_${wholeOf(order, legs)}`,
    self_pay_status: legs.cash === 'NONE' ? 'NO_SELF_PAY' : `SELF_PAY_${legs.cash}`,
    med_ins_pay_status: legs.insurance === 'NONE' ? 'NO_MED_INS_PAY' : `MED_INS_PAY_${legs.insurance}`,
    ...(paidMs && { paid_time: world.time(paidMs) }),
    ...(paidMs && legs.insurance !== 'NONE' && { passthrough_response_content: bureauText(body) }),
    mix_pay_type,
    order_type,
    appid,
    sub_appid,
    sub_mchid,
    openid: current ? openid : undefined,
    sub_openid,
    ...inOrder(rest),
    med_ins_fail_reason: current && legs.insurance === 'FAIL' ? order.reason : undefined,
  }
  return JSON.parse(JSON.stringify(shown))
}

const detailNames = [
  'pay_for_relatives',
  'out_trade_no',
  'serial_no',
  'pay_order_id',
  'pay_auth_no',
  'geo_location',
  'city_id',
  'med_inst_name',
  'med_inst_no',
  'med_ins_order_create_time',
  'total_fee',
  'med_ins_gov_fee',
  'med_ins_self_fee',
  'med_ins_other_fee',
  'med_ins_cash_fee',
  'wechat_pay_cash_fee',
  'cash_add_detail',
  'cash_reduce_detail',
  'callback_url',
  'prepay_id',
  'passthrough_request_content',
  'extends',
  'attach',
  'channel_no',
  'med_ins_test_env',
] as const satisfies readonly (keyof Kept)[]

type Details = Pick<Kept, (typeof detailNames)[number]>

function inOrder(details: Details): Details {
  return Object.fromEntries(detailNames.map((name) => [name, details[name]])) as Details
}

/** What the bureau gives back: JSON inside a text. */
function bureauText({ pay_order_id, pay_auth_no, geo_location }: Kept): string {
  return JSON.stringify({ payOrdId: pay_order_id, payAuthNo: pay_auth_no, setlLatlnt: geo_location })
}

const sure = [
  'mix_trade_no',
  'mix_pay_status',
  'mix_pay_type',
  'appid',
  'sub_mchid',
  'out_trade_no',
  'city_id',
  'med_inst_name',
  'med_inst_no',
  'callback_url',
]
const amounts = [
  'total_fee',
  'med_ins_gov_fee',
  'med_ins_self_fee',
  'med_ins_other_fee',
  'med_ins_cash_fee',
  'wechat_pay_cash_fee',
]

/** Tells the merchant that all legs are paid; the only notice there is. */
export function notifyPaid(world: World, order: MedInsOrder): void {
  const { noticeAmounts, noticeForm } = world.switches.medIns
  const whole = answer(world, order)
  const told = Object.entries(whole).filter(
    ([name]) =>
      (noticeForm !== 'minimal' || sure.includes(name)) && (noticeAmounts || !amounts.includes(name)),
  )
  world.notify({
    notification: notifications.medIns.paid,
    url: order.body.callback_url,
    to: order.mchid,
    resource: Object.fromEntries(noticeForm === 'loose' ? told.map(loosely) : told),
    summary: '医保混合收款成功',
  })
}

/** Amounts as text and one object, without its amount, where a list is documented elsewhere. */
function loosely([name, value]: [string, unknown]): [string, unknown] {
  if (amounts.includes(name)) return [name, String(value)]
  if (!Array.isArray(value)) return [name, value]
  const [first] = value as Record<string, unknown>[]
  const { cash_add_fee: _added, cash_reduce_fee: _reduced, ...type } = first ?? {}
  return [name, type]
}
