/** The life of one order: what the merchant and the payer do with it, one after the other. */
import type { Credentials } from '@chadan/simulator'
import { type Api, ApiRefused } from './api.ts'
import type { Payer } from './payer.ts'
import type { Plan } from './plans.ts'
import { type Basket, baskets, content, rentalFee, type Shop } from './shops.ts'
import type { Stranger } from './stranger.ts'
import type { DayClock } from './time.ts'
import type { Inbox } from './webhooks.ts'

/** What an order's life needs. */
export interface Stage {
  readonly clock: DayClock
  readonly given: Credentials
  readonly shop: Shop
  readonly api: Api
  readonly inbox: Inbox
  readonly payer: Payer
  readonly stranger: Stranger
}

interface Seen {
  readonly id: string
  readonly number: string
  readonly state: string
  readonly amount: { readonly minor: number }
  readonly attempts: readonly {
    readonly number: string
    readonly parts: readonly {
      readonly id: string
      readonly state: string
      readonly amount: { readonly minor: number }
    }[]
  }[]
}

const minute = 60_000
const over = ['paid', 'partially_refunded', 'refunded', 'failed', 'closed', 'failing']
const paid = ['paid', 'partially_refunded', 'refunded']

/** Lives it from placing to the last refund. Throws `ApiRefused` where the API refuses what the plan takes for granted. */
export async function live(plan: Plan, stage: Stage): Promise<void> {
  const { clock, given, shop, api } = stage
  await clock.pass(plan.placeMs)
  const details = baskets[plan.product](given, basketOf(plan, stage))
  const expires = plan.merchant === 'lets it expire' && { expires_at: isoOf(clock.now() + 5 * minute) }
  const order = await api.post<Seen>(
    '/v1/orders',
    {
      reference: plan.reference,
      product: plan.product,
      signer: shop.signers[plan.product],
      details,
      ...expires,
    },
    `place-${plan.reference}`,
  )
  if (!(await handedOver(stage, order.id))) return
  await clock.pass(plan.payMs)
  await visit(plan, stage, order)
  await clock.pass(plan.actMs)
  await after[plan.merchant](plan, stage, order)
}

function basketOf({ reference, size }: Plan, { clock }: Stage): Basket {
  return { mark: markOf(reference), size, now: clock.text() }
}

/** The hospital's own numbers of a visit follow from its reference. */
function markOf(reference: string): string {
  return reference.replace(/[^0-9A-Za-z]/g, '')
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString()
}

/** Whether the payer's side got what it needs: while the order's answer is lost, there is nothing yet. */
async function handedOver({ api, clock }: Stage, id: string): Promise<boolean> {
  const untilMs = clock.now() + 15 * minute
  while (clock.now() < untilMs) {
    try {
      await api.get(`/v1/orders/${id}/handover`)
      return true
    } catch (error) {
      if (!(error instanceof ApiRefused)) throw error
      const { state } = await api.get<Seen>(`/v1/orders/${id}`)
      if (over.includes(state)) return false
    }
    await clock.pass(5_000)
  }
  return false
}

/** What the payer does with the order in hand. */
async function visit(plan: Plan, stage: Stage, order: Seen): Promise<void> {
  const { payer, stranger, clock } = stage
  const { number } = order
  if (plan.payer === 'leaves') {
    await payer.act(number, 'cancel')
    return stranger.claim(plan.product, number, order.amount.minor)
  }
  if (plan.product === 'payscore') return rent(plan, stage, order)
  if (plan.payer === 'fails first') {
    await payer.act(number, 'fail', { reason: '余额不足' })
    await clock.pass(10_000)
  }
  const legs = plan.payer === 'insurance fails' && { legs: { insurance: 'fail', reason: '预结算金额已变化' } }
  await payer.act(number, 'pay', legs || {})
  await clock.pass(3_000)
  await payer.comeBack(number)
}

/** A rental: confirmed, used, completed by the shop, collected by WeChat. */
async function rent(plan: Plan, stage: Stage, { id, number }: Seen): Promise<void> {
  const { payer, api, clock } = stage
  await payer.act(number, 'confirm')
  if ((await learn(stage, id, ['in_service', ...over])) !== 'in_service') return
  // WeChat refuses an end that lies ahead of its own clock, be it by seconds.
  const returned = clock.text()
  await clock.pass(plan.payMs + 60_000)
  if (plan.payer === 'fails first') await payer.act(number, 'event', { name: 'deduction:fail' })
  const details = rentalFee({ size: plan.size, now: returned })
  await api.post(`/v1/orders/${id}/acts/complete`, { details })
  if (plan.payer !== 'fails first') return
  await clock.pass(30_000)
  await payer.act(number, 'pay')
}

/** Waits for the webhook; one that does not come is no reason to stay ignorant: looking at an order asks for it. */
async function learn(
  { inbox, api }: Stage,
  id: string,
  states: readonly string[],
): Promise<string | undefined> {
  for (let round = 0; round < 4; round++) {
    const told = await inbox.reaches(id, states, 5 * minute)
    if (told !== undefined) return told
    const { state } = await api.get<Seen>(`/v1/orders/${id}`)
    if (states.includes(state)) return state
  }
  return undefined
}

type Afterwards = (plan: Plan, stage: Stage, order: Seen) => Promise<void>

const after: Readonly<Record<Plan['merchant'], Afterwards>> = {
  nothing: async () => {},
  'lets it expire': async () => {},
  closes: close,
  async 'pays again'(plan, stage, order) {
    const { api, given, payer, clock } = stage
    await close(plan, stage, order)
    if ((await learn(stage, order.id, over)) !== 'closed') return
    const details = baskets[plan.product](
      given,
      basketOf({ ...plan, reference: `${plan.reference}2` }, stage),
    )
    const again = await api.post<Seen>(`/v1/orders/${order.id}/attempts`, { details })
    if (!(await handedOver(stage, order.id))) return
    await clock.pass(plan.payMs)
    await payer.act(again.number, 'pay')
  },
  'refunds all': (plan, stage, order) => refund(plan, stage, order, (_id, minor) => minor),
  'refunds a part': (plan, stage, order) => refund(plan, stage, order, partOf[plan.product]),
}

async function close(plan: Plan, { api }: Stage, { id }: Seen): Promise<void> {
  await api.post(`/v1/orders/${id}/close`, { reason: 'the payer left' }, `close-${plan.reference}`)
}

/** How much of which part goes back when only a part does. */
const partOf: Readonly<Record<Plan['product'], (part: string, minor: number) => number>> = {
  combine: (part, minor) => (part === 'first' ? Math.floor(minor / 2) : 0),
  medIns: (part, minor) => (part === 'cash' ? Math.floor(minor / 4) : 0),
  payscore: (_part, minor) => Math.floor(minor / 3),
  wecom: (_part, minor) => Math.floor(minor / 4),
  payinsurance: (part, minor) => (part === 'cash' ? minor : 0),
}

/** Orders a refund of what is paid, part by part, and waits for its end. */
async function refund(
  plan: Plan,
  stage: Stage,
  { id }: Seen,
  share: (part: string, minor: number) => number,
): Promise<void> {
  const { api, inbox, clock } = stage
  // An order whose insurance failed keeps the cash it took: that goes back, too.
  const state = await learn(stage, id, over)
  if (state === undefined || (!paid.includes(state) && state !== 'failing')) return
  const order = await api.get<Seen>(`/v1/orders/${id}`)
  const attempt = order.attempts.find((one) => one.number === order.number)
  const shares = (attempt?.parts ?? [])
    .filter((one) => one.state === 'paid')
    .map(
      ({ id: part, amount }, index) =>
        [part, share(index === 0 && plan.product === 'combine' ? 'first' : part, amount.minor)] as const,
    )
    .filter(([, minor]) => minor > 0)
  if (shares.length === 0) return
  const reference = `back-${plan.reference}`
  const parts = Object.fromEntries(shares)
  const body = { reference, parts, reason: 'returned', details: refundDetails(plan, parts, clock) }
  await api.post(`/v1/orders/${id}/refunds`, body, reference)
  await inbox.refunded(id, reference, 10 * minute)
}

/** What the product wants to know beside the amounts. */
function refundDetails(
  { product, reference }: Plan,
  parts: Readonly<Record<string, number>>,
  clock: DayClock,
): Record<string, unknown> {
  if (product === 'medIns' && parts.insurance !== undefined)
    return {
      med_refund_gov_fee: 6820,
      med_refund_self_fee: 3150,
      med_refund_other_fee: 430,
      refund_time: clock.text(),
    }
  if (product !== 'payinsurance') return {}
  const mark = markOf(reference)
  return {
    cancel_serial_no: `HIS${mark}`,
    cancel_bill_no: `B${mark}`,
    request_content: JSON.stringify({ paytype: 'RegPay', ...content(mark) }),
  }
}
