/** What every wish needs first: the tenant, the order, the signer, and hands to hold it with. */
import { InputError } from '@chadan/client'
import type { Order } from '../order/order.ts'
import { plan } from '../order/plan.ts'
import { type Context, type Product, RuleBroken } from '../products/product.ts'
import type { Budgets } from './budgets.ts'
import { type Caller, Declined, type Desk, type Seen, type Signer, type Tenant } from './desk.ts'
import type { Hands } from './hands.ts'
import { leaseMs } from './hands.ts'
import { drawId, drawNumber } from './numbers.ts'

/** The desk with what the engine keeps beside it. */
export interface Counter {
  readonly desk: Desk
  readonly budgets: Budgets
  /** Work that goes on after its caller was answered; `stop` waits for it. */
  underWay(work: Promise<unknown>): void
  /** Tells the worker that something may be due. */
  nudge(): void
}

/** The caller's tenant. */
export async function tenantOf({ desk }: Counter, { tenant }: Caller): Promise<Tenant> {
  const found = await desk.tenant(tenant)
  if (!found) throw new Declined('unknown_tenant', 'there is no such tenant')
  return found
}

/** A signer that can be relied on to be there: an order names it. */
export async function signerOf({ desk }: Counter, id: string): Promise<Signer> {
  const signer = await desk.signer(id)
  if (!signer)
    throw new Declined('unknown_signer', `there is no signer ${id}: it was taken out of the configuration`)
  return signer
}

/** The caller's order. Another tenant's is not there. */
export async function orderOf({ desk }: Counter, { tenant }: Caller, id: string): Promise<Order> {
  const order = await desk.store.find({ id })
  if (!order || order.tenant !== tenant) throw new Declined('unknown_order', 'there is no such order')
  return order
}

/** What an adapter is given to plan with. */
export function contextFor(
  desk: Desk,
  { signer, tenant, product, order }: { signer: Signer; tenant: Tenant; product: Product; order: string },
): Context {
  return {
    signer: signer.facts,
    tenant: tenant.merchant,
    notifyUrl: `${desk.publicUrl}/notify/${signer.facts.id}/${product.id}`,
    returnUrl: `${desk.publicUrl}/return/${order}`,
    nowMs: desk.clock.now(),
    draw: () => drawNumber(desk.random),
  }
}

/** Hands for an order; the claim is yet to be taken. */
export async function handsFor(
  counter: Counter,
  order: Pick<Order, 'signer' | 'product'>,
  source: Hands['source'] = 'answer',
): Promise<Hands> {
  const { desk, budgets } = counter
  const signer = await signerOf(counter, order.signer)
  return {
    desk,
    budgets,
    signer,
    product: desk.products[order.product],
    claim: drawId(desk.random, 'clm'),
    grip: { holds: true },
    source,
  }
}

/** Takes an order in hand; `undefined` when another holds it, or its signer was taken out of the configuration. */
export async function takeInHand(
  counter: Counter,
  id: string,
  source: Hands['source'] = 'answer',
): Promise<{ hands: Hands; order: Order } | undefined> {
  const { desk } = counter
  const known = await desk.store.find({ id })
  if (!known || !(await desk.signer(known.signer))) return undefined
  const hands = await handsFor(counter, known, source)
  const nowMs = desk.clock.now()
  const order = await desk.store.claim(id, nowMs, { id: hands.claim, untilMs: nowMs + leaseMs })
  return order && { hands, order }
}

/** An order as it is seen, and when it will be asked for next. */
export function seen({ desk }: Counter, order: Order): Seen {
  const next = plan(order, desk.products[order.product])
  return { order, nextAskMs: next?.atMs }
}

/** Runs an adapter's planning; what breaks a rule or a declaration declines the wish, all problems at once. */
export async function planned<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof RuleBroken)
      throw new Declined(error.rule, error.message, {
        problems: [{ at: error.at, found: error.found, expected: error.expected }],
        cause: error,
      })
    if (error instanceof InputError)
      throw new Declined('details_invalid', 'the details do not meet the declaration; nothing was sent', {
        problems: error.problems,
        cause: error,
      })
    throw error
  }
}

/** Waits for `work` at most `ms`; then it goes on alone. `undefined` when it is not done. */
export async function within<T>(
  { desk, underWay }: Counter,
  work: Promise<T>,
  ms: number,
): Promise<T | undefined> {
  underWay(work)
  let give: (value: undefined) => void = () => {}
  const bell = new Promise<undefined>((resolve) => {
    give = resolve
  })
  const stop = desk.clock.after(ms, () => give(undefined))
  try {
    return await Promise.race([work, bell])
  } finally {
    stop()
  }
}
