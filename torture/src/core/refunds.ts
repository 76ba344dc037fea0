/** What merchants do with the money of an order: refund some of it, send refused refunds again, free stuck ones. */
import { type AttemptView, mayStillSucceed, type Order } from '../gateway.ts'
import { Declined, refundOf } from './engine.ts'
import { ask } from './nodes.ts'
import { type Case, newNumber, type World } from './world.ts'

/** Refunds a drawn share of a payment. */
export function askRefund(world: World, one: Case): void {
  const order = one.row?.order
  const paid = order?.view.attempts.filter((attempt) => attempt.taken > 0)
  if (!order || !paid || paid.length === 0) return
  const { chance, profile } = one
  const attempt = chance.pick(paid)
  const shares = attempt.parts
    .filter(() => chance.happens(0.7))
    .map((part) => ({
      id: part.id,
      minor: chance.happens(0.4) ? part.amount.minor : chance.whole(1, Math.max(1, part.amount.minor)),
    }))
    .filter((share) => share.minor > 0)
  if (shares.length === 0) return
  const refund = refundOf(profile, {
    number: newNumber(world, 'R'),
    attempt: attempt.number,
    nowMs: world.scheduler.nowMs,
    shares,
  })
  world.byNumber.set(refund.number, one)
  ask(world, one, (edit) => {
    world.parts.checkBound(edit.order, refund)
    edit.act({ act: 'refund', refund })
  })
}

/** Sends refused refunds again, and frees stuck ones, as a person would. */
export function retryRefunds(world: World, one: Case): void {
  const order = one.row?.order
  for (const refund of order?.view.refunds ?? []) {
    const kept = order?.refunds.find((all) => all.number === refund.number)
    if (!kept || kept.freed) continue
    if (refund.state === 'refused')
      ask(world, one, (edit) => {
        const now = edit.order.view.refunds.find((all) => all.number === refund.number)
        if (now?.state !== 'refused') throw new Declined('refund_not_refused', 'it went on')
        world.parts.checkBound(edit.order, kept)
        const step = kept.errands.find((errand) =>
          edit.order.facts.some(
            ({ reading }) =>
              reading.number === kept.number && reading.said === 'refused' && reading.step === errand.step,
          ),
        )
        edit.act({ act: 'retry', number: kept.number, step: step?.step ?? 'refund' })
      })
    else if (['abnormal', 'change', 'failed'].includes(refund.state) && one.chance.happens(0.3))
      ask(world, one, (edit) => {
        const now = edit.order.view.refunds.find((all) => all.number === refund.number)
        if (!['abnormal', 'change', 'failed'].includes(now?.state ?? ''))
          throw new Declined('refund_not_stuck', 'it went on')
        edit.act({ act: 'free', number: kept.number, operator: 'op', reason: 'paid by hand' })
      })
  }
}

/** Refunds what is left of a payment. */
export function refundAll(world: World, one: Case, order: Order, attempt: AttemptView): void {
  const bound = order.view.refunds.filter(
    (refund) =>
      refund.attempt === attempt.number && (refund.state === 'succeeded' || mayStillSucceed(refund)),
  )
  const left = (id: string, minor: number) =>
    minor -
    bound
      .flatMap((refund) => refund.parts)
      .reduce((sum, part) => sum + (part.id === id ? part.amount.minor : 0), 0)
  const shares = attempt.parts
    .map((part) => ({ id: part.id, minor: left(part.id, part.amount.minor) }))
    .filter((share) => share.minor > 0)
  if (shares.length === 0) return
  const refund = refundOf(one.profile, {
    number: newNumber(world, 'R'),
    attempt: attempt.number,
    nowMs: world.scheduler.nowMs,
    shares,
  })
  world.byNumber.set(refund.number, one)
  ask(world, one, (edit) => {
    world.parts.checkBound(edit.order, refund)
    edit.act({ act: 'refund', refund })
  })
}
