/** What merchants do with their orders: place, close, pay again, complete. */
import { settled } from '../gateway.ts'
import {
  attemptOf,
  type Bench,
  Declined,
  digestOf,
  drive,
  leaseMs,
  sendNow,
  type Work,
  wish,
} from './engine.ts'
import { ask, spawn } from './nodes.ts'
import { intendToPay } from './payer.ts'
import { productOf, profiles } from './products.ts'
import { askRefund, refundAll, retryRefunds } from './refunds.ts'
import { type Case, hour, newClaim, newNumber, type World } from './world.ts'

/** Draws an order, and when it is placed. */
export function openCase(world: World, index: number): void {
  const chance = world.chance.fork(`order ${index}`)
  const profile = chance.pick(profiles)
  const one: Case = {
    id: `ord${index}`,
    profile,
    product: productOf(profile),
    chance,
    row: undefined,
    wake: undefined,
    calls: 0,
  }
  world.cases.push(one)
  world.scheduler.after(chance.whole(0, 20 * 60_000), () => place(world, one, 3))
}

function place(world: World, one: Case, tries: number): void {
  const { chance, profile } = one
  if (one.row) return
  const nowMs = world.scheduler.nowMs
  const number = newNumber(world, 'P')
  const attempt = attemptOf(profile, {
    id: one.id,
    number,
    minor: chance.whole(2, 50_000),
    nowMs,
    expiresMs: nowMs + (profile.closes ? chance.spread(60_000, 3 * hour) : 2 * hour),
  })
  world.byNumber.set(number, one)
  intendToPay(world, one, number)
  if (tries === 3) intend(world, one)
  spawn(world, one, (bench) => placing(world, one, bench, attempt))
  // A caller that hears nothing repeats the request; it finds the order that was made.
  world.scheduler.after(15_000, () => !one.row && tries > 0 && place(world, one, tries - 1))
}

function* placing(world: World, one: Case, bench: Bench, attempt: ReturnType<typeof attemptOf>): Work<void> {
  const nowMs = bench.now()
  const claim = { id: newClaim(world), untilMs: nowMs + leaseMs }
  const [first] = attempt.errands
  if (!first?.body || !first.digest || one.row) return
  const { step, body, digest } = first
  const order = yield* wish(
    bench,
    one.id,
    (edit) => {
      if (one.row) throw new Declined('reference_taken', 'it was made meanwhile')
      edit.act({
        act: 'open',
        order: {
          id: one.id,
          tenant: 'east',
          signer: 'main',
          product: one.profile.id,
          reference: one.id,
          createdMs: nowMs,
          content: one.id,
        },
        attempt,
      })
      edit.act({ act: 'send', number: attempt.number, step, atMs: nowMs, body, digest })
    },
    claim,
  )
  const sent = yield* sendNow(bench, order, {
    number: attempt.number,
    step,
    sentMs: nowMs,
    claim: claim.id,
  })
  yield* drive(bench, sent, claim.id)
}

/** What the merchant will do. */
function intend(world: World, one: Case): void {
  const { chance } = one
  if (chance.happens(0.35)) world.scheduler.after(chance.spread(1_000, hour), () => closeOrder(world, one))
  if (chance.happens(0.4))
    for (let at = 0; at < 8; at++)
      world.scheduler.after(chance.spread(60_000, 5 * hour), () => payAgain(world, one))
  const refunds = chance.pick([0, 0, 1, 2, 4])
  for (let at = 0; at < refunds; at++)
    world.scheduler.after(chance.spread(60_000, 20 * hour), () => askRefund(world, one))
  if (one.profile.service)
    for (let at = 0; at < 4; at++)
      world.scheduler.after(chance.spread(120_000, 4 * hour), () => complete(world, one))
  if (chance.happens(0.5))
    for (let at = 0; at < 3; at++)
      world.scheduler.after(chance.whole(hour, 20 * hour), () => retryRefunds(world, one))
}

function closeOrder(world: World, one: Case): void {
  const order = one.row?.order
  if (!order || settled.includes(order.view.state)) return
  const { number } = order.view
  // People pay at the very moment at which others close.
  if (one.chance.happens(0.4))
    world.scheduler.after(one.chance.whole(0, 3_000), () => world.provider.pay(number))
  ask(world, one, (edit, nowMs) =>
    edit.act({ act: 'end', number, atMs: nowMs, reason: 'requested', by: 'merchant' }),
  )
}

function payAgain(world: World, one: Case): void {
  const order = one.row?.order
  if (!order || order.attempts.length > 3 || !world.parts.mayPayAgain(order)) return
  const { chance, profile } = one
  const nowMs = world.scheduler.nowMs
  const number = newNumber(world, 'P')
  const attempt = attemptOf(profile, {
    id: one.id,
    number,
    minor: order.view.amount.minor,
    nowMs,
    expiresMs: nowMs + (profile.closes ? chance.spread(60_000, 3 * hour) : 2 * hour),
  })
  world.byNumber.set(number, one)
  ask(world, one, (edit) => {
    if (!world.parts.mayPayAgain(edit.order)) throw new Declined('attempt_open', 'not ended')
    edit.act({ act: 'attempt', attempt })
  })
  intendToPay(world, one, number)
}

function complete(world: World, one: Case): void {
  const order = one.row?.order
  const attempt = order?.attempts.find((all) => all.number === order.view.number)
  if (!order || !attempt || order.view.state !== 'in_service') return
  if (attempt.errands.some((errand) => errand.step === 'complete')) return
  const minor = one.chance.whole(1, attempt.amount.minor)
  const { number } = attempt
  ask(world, one, (edit) => {
    if (
      edit.order.attempts.find((all) => all.number === number)?.errands.some((all) => all.step === 'complete')
    )
      throw new Declined('act_differs', 'it was asked for')
    edit.act({
      act: 'plan',
      number,
      errand: {
        step: 'complete',
        operation: 'complete',
        body: `${one.id}/${number}/complete`,
        digest: digestOf(number, 'complete'),
        sends: 0,
        later: true,
      },
      amount: { minor, currency: 'CNY' },
      parts: [{ id: 'collection', amount: { minor, currency: 'CNY' }, fixed: true }],
    })
  })
}

/** What a person does once it is quiet: closes services nobody completed, refunds what was paid twice. */
export function tidy(world: World): void {
  for (const one of world.cases) {
    const order = one.row?.order
    if (!order) continue
    if (!settled.includes(order.view.state) && one.profile.service) closeOrder(world, one)
    const paid = order.view.attempts.filter((attempt) => attempt.taken > 0)
    for (const attempt of paid.slice(1)) refundAll(world, one, order, attempt)
  }
}
