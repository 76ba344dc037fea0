/** What a merchant or an operator wants of an order: close, complete, refund, resolve. */
import type { Act } from '../order/acts.ts'
import { answerOf } from '../order/derive-attempt.ts'
import type { Attempt, Order, Refund } from '../order/order.ts'
import { settled } from '../order/plan.ts'
import type { AttemptView, RefundView } from '../order/view.ts'
import type { Product } from '../products/product.ts'
import type { KeptBytes } from '../store/store.ts'
import {
  type Counter,
  contextFor,
  orderOf,
  planned,
  seen,
  signerOf,
  takeInHand,
  tenantOf,
  within,
} from './counter.ts'
import {
  ApprovalNeeded,
  type Caller,
  Declined,
  type Gateway,
  type RefundWish,
  type Seen,
  type Tenant,
} from './desk.ts'
import { drive } from './driving.ts'
import { Edit } from './edit.ts'
import { planRefund } from './giving-back.ts'
import { tellTransitions } from './hands.ts'
import { contentDigest } from './numbers.ts'
import { declineTaken } from './placing.ts'
import { prepareErrand } from './sending.ts'

const patienceMs = 8_000

/** Ends the open attempt: asks, closes with a fence, asks again. */
export async function close(
  counter: Counter,
  caller: Caller,
  id: string,
  { reason, waitMs = patienceMs, owed = 'keep' }: Parameters<Gateway['close']>[2],
): Promise<Seen> {
  const order = await orderOf(counter, caller, id)
  const atMs = counter.desk.clock.now()
  if (order.view.state === 'closed' || order.view.state === 'failed') return seen(counter, order)
  // Under the order's lock: a completion at the same moment makes money owed.
  const acts = (now: Order): readonly Act[] => {
    const { number, state } = now.view
    if (state === 'closed' || state === 'failed') return []
    if (settled.includes(state)) throw new Declined('already_paid', 'a paid order is refunded, not closed')
    const attempt = now.attempts.find((one) => one.number === number)
    // A completed service is owed: to cancel it gives the money up.
    if (owed === 'keep' && attempt && isOwed(now, attempt))
      throw new Declined(
        'money_owed',
        'the service is completed and being collected: say that the money is given up',
      )
    return [{ act: 'end', number, atMs, reason, by: caller.name }]
  }
  return changeAndDrive(counter, order, { acts, waitMs })
}

// One that is to be completed is owed as well, unless its end was decided before.
function isOwed(order: Order, { number, errands, closing }: Attempt): boolean {
  const { state } = order.view
  const later = errands.filter((one) => one.later)
  if (state === 'paying') return later.length > 0
  const asked = later.some((one) => answerOf(order, number, one) !== 'refused')
  return state === 'in_service' && closing === undefined && asked
}

/** A product's own act, as an errand under the attempt's number. */
export async function act(
  counter: Counter,
  caller: Caller,
  id: string,
  name: string,
  details: Readonly<Record<string, unknown>>,
): Promise<Seen> {
  const { desk } = counter
  const order = await orderOf(counter, caller, id)
  const product = desk.products[order.product]
  const wanted = product.acts?.[name]
  if (!wanted) throw new Declined('unknown_act', `${product.id} has no act ${name}`)
  const [tenant, signer] = await Promise.all([tenantOf(counter, caller), signerOf(counter, order.signer)])
  const attempt = decidingAttempt(order)
  const content = contentDigest(desk.digestKey, { name, details })
  // The same wish again finds the errand that carries it out, before a rule can call it one too many.
  if (isAsked(order, attempt.number, content)) return changeAndDrive(counter, order, { acts: () => [] })
  const context = contextFor(desk, { signer, tenant, product, order: id })
  const {
    errand: plannedErrand,
    amount,
    parts,
  } = await planned(() => wanted.plan({ order, attempt, details, context }))
  const made = await planned(() =>
    prepareErrand(signer.client, { order: id, number: attempt.number }, plannedErrand),
  )
  return changeAndDrive(counter, order, {
    bytes: made.bytes,
    acts: (now) => {
      const placed = now.attempts.find((one) => one.number === attempt.number)
      const known = placed?.errands.find((one) => one.step === made.errand.step)
      // The same wish again finds the errand that carries it out; another one contradicts it.
      if (known?.digest === made.errand.digest) return []
      if (known) throw new Declined('act_differs', `${name} was asked for with other content`)
      const before = order.attempts.find((one) => one.number === attempt.number)
      if (placed?.closing && !before?.closing)
        throw new Declined('still_in_flight', 'the order began to be closed at the same moment', {
          retryMs: 1_000,
        })
      return [
        {
          act: 'plan',
          number: attempt.number,
          errand: { ...made.errand, later: true, content },
          amount,
          parts,
        },
      ]
    },
  })
}

function isAsked(order: Order, number: string, content: string): boolean {
  const attempt = order.attempts.find((one) => one.number === number)
  const errand = attempt?.errands.find((one) => one.content === content)
  return errand !== undefined && answerOf(order, number, errand) !== 'refused'
}

/** Orders a refund, or finds the one of this reference. Bound and limit are checked under the order's lock. */
export async function refund(
  counter: Counter,
  caller: Caller,
  id: string,
  wish: RefundWish,
  more: { approvedMinor?: number | undefined } = {},
): Promise<Seen & { readonly refund: string }> {
  for (let tries = 1; ; tries++) {
    const order = await orderOf(counter, caller, id)
    try {
      return await refundOf(counter, caller, order, { wish, ...more })
    } catch (error) {
      if (!(error instanceof Overtaken) || tries >= mostPlans) throw error
    }
  }
}

/** A refund is planned again so often when others came first. */
const mostPlans = 8

/** What it was planned upon has changed: the rules of the product are to be looked at again. */
class Overtaken extends Declined {
  constructor() {
    super('still_in_flight', 'other refunds of this order come first', { retryMs: 1_000 })
  }
}

async function refundOf(
  counter: Counter,
  caller: Caller,
  order: Order,
  { wish, approvedMinor }: { wish: RefundWish; approvedMinor?: number | undefined },
): Promise<Seen & { readonly refund: string }> {
  const { desk } = counter
  const content = contentDigest(desk.digestKey, wish)
  const known = order.refunds.find((one) => one.reference === wish.reference)
  if (known) return { ...sameRefund(counter, order, known, content), refund: known.number }
  const tenant = await tenantOf(counter, caller)
  const signer = await signerOf(counter, order.signer)
  decidingAttempt(order, wish.number)
  const { wanted, bytes } = await planRefund(desk, {
    order,
    signer,
    tenant,
    wish,
    content,
    by: caller.name,
    ...(approvedMinor !== undefined && { approved: true }),
  })
  const { number } = wanted
  let found = number
  const after = await changeAndDrive(counter, order, {
    numbers: [{ kind: 'refund', number }],
    bytes,
    acts: (now) => {
      const same = now.refunds.find((one) => one.reference === wish.reference)
      if (same) {
        sameRefund(counter, now, same, content)
        found = same.number
        return []
      }
      if (now.refunds.length !== order.refunds.length) throw new Overtaken()
      checkBound(now, wanted)
      checkLimit(now, wanted, tenant)
      if (approvedMinor !== undefined && !(wanted.amount.minor <= approvedMinor))
        throw new Declined(
          'approval_outdated',
          `approved were ${approvedMinor}, by now it is ${wanted.amount.minor}`,
        )
      return [{ act: 'refund', refund: wanted }]
    },
  })
  return { ...after, refund: found }
}

function sameRefund(counter: Counter, order: Order, known: Refund, content: string): Seen {
  if (known.content !== content)
    throw new Declined('refund_reference_taken', 'this reference names a refund with other content')
  return seen(counter, order)
}

/** Refunds never exceed what was taken, per order and per part, at every moment (promise 4). */
export function checkBound(
  order: Order,
  wanted: Pick<Refund, 'number' | 'attempt' | 'amount' | 'parts'>,
): void {
  const attempt = order.view.attempts.find((one) => one.number === wanted.attempt)
  if (!attempt || attempt.taken === 0) throw new Declined('not_paid', 'nothing was taken that could go back')
  const bound = order.view.refunds
    .filter((one) => one.attempt === wanted.attempt && one.number !== wanted.number)
    .flatMap((one) => boundBy(order, one))
  const total = bound.reduce((sum, one) => sum + one.amount.minor, 0)
  if (wanted.amount.minor <= 0) throw new Declined('refund_empty', 'a refund gives something back')
  if (total + wanted.amount.minor > attempt.taken)
    throw new Declined(
      'refund_exceeds_order',
      `taken ${attempt.taken}, ordered back already ${total}, asked for ${wanted.amount.minor}`,
    )
  for (const part of wanted.parts) {
    const plan = attempt.parts.find((one) => one.id === part.id)
    const before = bound.reduce((sum, one) => sum + (one.id === part.id ? one.amount.minor : 0), 0)
    if (!plan || before + part.amount.minor > plan.amount.minor)
      throw new Declined(
        'refund_exceeds_part',
        `part ${part.id}: taken ${plan?.amount.minor ?? 0}, ordered back already ${before}, asked for ${part.amount.minor}`,
      )
  }
}

/**
 * What one person may order back of an order, in one refund or in many, also at the same moment. The limit
 * counts what the bound counts: what is refused gave nothing back, until it is sent again.
 */
function checkLimit(
  order: Order,
  { number, amount, approved }: Pick<Refund, 'number' | 'amount' | 'approved'>,
  { approvalAboveMinor: limit }: Pick<Tenant, 'approvalAboveMinor'>,
): void {
  if (limit === undefined || approved) return
  const before = order.view.refunds
    .filter((one) => one.number !== number)
    .flatMap((one) => boundBy(order, one))
    .reduce((sum, one) => sum + one.amount.minor, 0)
  if (before + amount.minor > limit) throw new ApprovalNeeded(amount.minor)
}

/** What a refund holds, by part: all that may still go back; of one that was freed or refused, what did. */
function boundBy(order: Order, { state, number, parts, returned }: RefundView): RefundView['parts'] {
  const over = state === 'refused' || state === 'closed'
  const freed = order.refunds.find((one) => one.number === number)?.freed === true
  return over || freed ? returned : parts
}

/** Sends a refused refund again, under its own number and with its own bytes. */
export async function retryRefund(
  counter: Counter,
  caller: Caller,
  id: string,
  number: string,
): Promise<Seen> {
  const tenant = await tenantOf(counter, caller)
  const order = await orderOf(counter, caller, id)
  return changeAndDrive(counter, order, {
    acts: (now) => {
      const { view, refund } = ownRefund(now, number)
      if (view.state !== 'refused' && view.state !== 'failed')
        throw new Declined(
          'refund_not_refused',
          `the refund is ${view.state}: only a refused one is sent again`,
        )
      if (refund.freed) throw new Declined('refund_freed', 'its amount was freed: order another refund')
      checkBound(now, refund)
      checkLimit(now, refund, tenant)
      const step = refund.errands.at(-1)?.step ?? 'refund'
      const errand = refund.errands.find((one) => isRefused(now, number, one.step)) ?? { step }
      return [{ act: 'retry', number, step: errand.step }]
    },
  })
}

function isRefused({ facts }: Order, number: string, step: string): boolean {
  return facts.some(
    ({ reading }) => reading.number === number && reading.said === 'refused' && reading.step === step,
  )
}

/** Frees the amount of a refund that ended abnormal, changed or failed (X17). */
export async function freeRefund(
  counter: Counter,
  caller: Caller,
  id: string,
  number: string,
  reason: string,
): Promise<Seen> {
  const order = await orderOf(counter, caller, id)
  return changeAndDrive(counter, order, {
    acts: (now) => {
      const { view } = ownRefund(now, number)
      if (!['abnormal', 'change', 'failed'].includes(view.state))
        throw new Declined(
          'refund_not_stuck',
          `the refund is ${view.state}: its amount is not a person's to free`,
        )
      return [{ act: 'free', number, operator: caller.name, reason }]
    },
  })
}

/** A person's word on a mark, kept with its reason. */
export async function resolve(
  counter: Counter,
  caller: Caller,
  id: string,
  mark: string,
  reason: string,
): Promise<Seen> {
  const order = await orderOf(counter, caller, id)
  return changeAndDrive(counter, order, {
    acts: (now) => {
      if (!now.view.marks.some((one) => one.key === mark))
        throw new Declined('unknown_mark', 'the order has no such mark')
      const atMs = counter.desk.clock.now()
      return [{ act: 'rule', ruling: { mark, operator: caller.name, reason, atMs } }]
    },
  })
}

function ownRefund(order: Order, number: string): { view: RefundView; refund: Refund } {
  const view = order.view.refunds.find((one) => one.number === number)
  const refund = order.refunds.find((one) => one.number === number)
  if (!view || !refund) throw new Declined('unknown_refund', 'the order has no such refund')
  return { view, refund }
}

function decidingAttempt({ view }: Order, number = view.number): AttemptView {
  const attempt = view.attempts.find((one) => one.number === number)
  if (!attempt) throw new Declined('unknown_attempt', 'the order has no attempt of this number')
  return attempt
}

/** Writes acts, then does what follows from them, as long as the caller waits. */
async function changeAndDrive(
  counter: Counter,
  order: Order,
  given: {
    acts: (now: Order) => readonly Act[]
    numbers?: readonly { kind: 'refund'; number: string }[]
    bytes?: readonly KeptBytes[]
    waitMs?: number
  },
): Promise<Seen> {
  const { desk } = counter
  const product: Product = desk.products[order.product]
  const done = await declineTaken(
    desk.store.change({ id: order.id }, ({ order: now }) => {
      if (!now) throw new Declined('unknown_order', 'there is no such order')
      const acts = given.acts(now)
      if (acts.length === 0) return { result: { order: now, log: [] } }
      const edit = new Edit(now, product, desk.clock.now())
      for (const one of acts) edit.act(one)
      const { numbers, bytes } = given
      return { result: { order: edit.order, log: edit.log }, write: edit.write({ numbers, bytes }) }
    }),
  )
  tellTransitions(desk, product, done.log)
  const work = driveNow(counter, order.id)
  return seen(counter, (await within(counter, work, given.waitMs ?? patienceMs)) ?? done.order)
}

/** Takes the order in hand and does what is due; whoever holds it already does so anyway. */
async function driveNow(counter: Counter, id: string): Promise<Order | undefined> {
  const taken = await takeInHand(counter, id)
  if (!taken) {
    counter.nudge()
    return counter.desk.store.find({ id })
  }
  return drive(taken.hands, taken.order)
}
