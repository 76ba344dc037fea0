/** The promises as the core can be held to them: pure functions of one order and of what is true at the provider. */
import { Broken } from '../finding.ts'
import type { Product } from '../gateway.ts'
import { negativeStates, paidStates } from '../legal.ts'
import type { Row } from './engine.ts'
import type { Provider } from './provider.ts'

/** What an invariant looks at. */
export interface Scene {
  readonly before: Row | undefined
  readonly row: Row
  readonly product: Product
  readonly provider: Provider
  /** Whether a request of this number is under way that could still open it. */
  readonly mayArrive: (number: string) => boolean
}

/** 1 and 3. A paid attempt was paid at the provider, with the amount that was asked for. */
export function noPhantomPayment({ row, provider }: Scene): void {
  for (const attempt of row.order.view.attempts) {
    if (!paidStates.includes(attempt.state)) continue
    const truth = provider.orders.get(attempt.number)
    if (truth?.state !== 'paid')
      throw new Broken(
        1,
        'no phantom payment',
        `${attempt.number} is ${attempt.state}, there ${truth?.state}`,
      )
    if (truth.paidMinor !== attempt.amount.minor)
      throw new Broken(3, 'amount fixed', `${attempt.amount.minor} here, ${truth.paidMinor} there`)
  }
}

/** 5. The provider has executed no refund that was not ordered, and no more money. */
export function refundIdentity({ row, provider }: Scene): void {
  const numbers = new Set(row.order.attempts.map((one) => one.number))
  const executed = new Map<string, number>()
  for (const one of provider.refunds.values())
    if (numbers.has(one.of)) executed.set(one.number, (executed.get(one.number) ?? 0) + one.minor)
  for (const [number, minor] of executed) {
    const ordered = row.order.refunds.find((one) => one.number === number)
    if (!ordered || minor > ordered.amount.minor)
      throw new Broken(5, 'refund identity', `${number}: ${minor} there, ${ordered?.amount.minor} ordered`)
  }
}

/** 12. What is closed here cannot be paid there, nor be opened by a request on its way. */
export function closedMeansUnpayable({ row, provider, mayArrive }: Scene): void {
  for (const attempt of row.order.view.attempts) {
    if (!negativeStates.includes(attempt.state)) continue
    const truth = provider.orders.get(attempt.number)
    if (truth?.lied) continue
    if (provider.payable(attempt.number))
      throw new Broken(
        12,
        'closed means unpayable',
        `${attempt.number} is ${attempt.state}, there ${truth?.state}`,
      )
    const opened = truth !== undefined && truth.state !== 'prepared'
    if (!opened && attempt.reason !== 'refused' && mayArrive(attempt.number))
      throw new Broken(12, 'closed means unpayable', `${attempt.number} may still arrive`)
  }
}

/** 13. At most one number of an order can be paid at any time. */
export function onePayableNumber({ row, provider }: Scene): void {
  const payable = row.order.attempts.filter(
    (one) => provider.payable(one.number) && !provider.orders.get(one.number)?.lied,
  )
  if (payable.length > 1)
    throw new Broken(13, 'one payable number', payable.map((one) => one.number).join(', '))
}

/** 15. A number never comes with another body. */
export function oneBodyPerNumber({ provider }: Scene): void {
  if (provider.conflicts.length > 0)
    throw new Broken(15, 'numbers are never reused', provider.conflicts[0] ?? '')
}

/** Checked whenever an order or what is true of it has changed. */
export const always: readonly ((scene: Scene) => void)[] = [
  noPhantomPayment,
  refundIdentity,
  closedMeansUnpayable,
  onePayableNumber,
  oneBodyPerNumber,
]

const waits: readonly string[] = ['prepared', 'none']

/** 2. What was paid there is paid here, or marked where the amount differs. */
export function noLostPayment({ row, provider }: Scene): void {
  for (const attempt of row.order.view.attempts) {
    const truth = provider.orders.get(attempt.number)
    if (truth?.state !== 'paid' || paidStates.includes(attempt.state)) continue
    // Paid after the close, and the late questions answered with yesterday's state: only a bill shows that.
    if (truth.misled && negativeStates.includes(attempt.state)) continue
    const marked = row.order.view.marks.some((one) => one.key === `amount_mismatch:${attempt.number}`)
    if (truth.paidMinor !== attempt.amount.minor && marked) continue
    throw new Broken(2, 'no lost payment', `${attempt.number} is ${attempt.state} here`)
  }
}

/** 6. Every refund ended, and as it did there. */
export function refundsConverge({ row, provider }: Scene): void {
  if (provider.manners.unsignedRefusals) return
  for (const refund of row.order.view.refunds) {
    const there = [...provider.refunds.values()].filter((one) => one.number === refund.number)
    if (refund.state === 'placing' || refund.state === 'unknown' || refund.state === 'processing')
      throw new Broken(
        6,
        'refund convergence',
        `${refund.number} is ${refund.state}, there ${there.map((one) => one.state).join() || 'none'}`,
      )
    if (refund.state === 'refused' && there.length > 0)
      throw new Broken(
        6,
        'refund convergence',
        `${refund.number} is refused here and ${there[0]?.state} there`,
      )
    const [only] = there
    if (refund.state === 'closed' && only && there.length === 1 && only.state !== 'closed')
      throw new Broken(6, 'refund convergence', `${refund.number} is closed here and ${only.state} there`)
    if (refund.state === 'succeeded' && there.some((one) => one.state !== 'succeeded'))
      throw new Broken(6, 'refund convergence', `${refund.number} succeeded here only`)
  }
}

/** 7. What is kept here is what is kept there, and no more than the order, unless a person was called. */
export function conservation({ row, provider }: Scene): void {
  const { order } = row
  const misled = order.attempts.some((one) => provider.orders.get(one.number)?.misled)
  const strange = misled || order.view.marks.some((one) => one.code === 'amount_mismatch')
  const numbers = new Set(order.attempts.map((one) => one.number))
  const paid = [...provider.orders.values()]
    .filter((one) => numbers.has(one.number))
    .reduce((sum, one) => sum + (one.state === 'paid' ? one.paidMinor : 0), 0)
  const back = [...provider.refunds.values()]
    .filter((one) => numbers.has(one.of) && one.state === 'succeeded')
    .reduce((sum, one) => sum + one.minor, 0)
  const partly = order.view.refunds.some((one) => !['succeeded', 'refused', 'closed'].includes(one.state))
  if (!strange && !partly && paid - back !== order.view.taken - order.view.refunded)
    throw new Broken(
      7,
      'conservation',
      `${order.view.taken - order.view.refunded} kept here, ${paid - back} there`,
    )
  const amount = Math.max(...order.attempts.map((one) => one.amount.minor))
  if (
    !misled &&
    paid - back > amount &&
    !order.view.marks.some((one) => ['double_payment', 'amount_mismatch'].includes(one.code))
  )
    throw new Broken(7, 'conservation', `${paid - back} kept of ${amount}, and nobody was told`)
}

/** 18 and 23 for the core: nothing stays undecided once the provider answers. */
export function everythingIsDecided({ row, provider }: Scene): void {
  for (const attempt of row.order.view.attempts) {
    const truth = provider.orders.get(attempt.number)?.state ?? 'none'
    if (provider.manners.unsignedRefusals && waits.includes(truth)) continue
    const marked = row.order.view.marks.some((one) => one.key === `amount_mismatch:${attempt.number}`)
    const kept = row.order.attempts.find((one) => one.number === attempt.number)
    const unsent = kept?.errands.find((one) => one.later && one.sends === 0)
    if (unsent && !kept?.closing && attempt.state === 'in_service')
      throw new Broken(23, 'no starvation', `${unsent.step} of ${attempt.number} was never sent`)
    if (truth === 'in_service' && attempt.state === 'in_service') continue
    if (truth === 'paying' && attempt.state === 'paying') continue
    if (
      truth === 'open' &&
      row.order.attempts.some(
        (one) => one.number === attempt.number && provider.orders.get(one.number)?.profile.service,
      )
    )
      continue
    if (![...paidStates, ...negativeStates].includes(attempt.state) && !(marked && truth === 'paid'))
      throw new Broken(23, 'no starvation', `${attempt.number} is ${attempt.state} here, ${truth} there`)
  }
}

/** Demanded after the faults have healed. */
export const converged: readonly ((scene: Scene) => void)[] = [
  noLostPayment,
  refundsConverge,
  conservation,
  everythingIsDecided,
]
