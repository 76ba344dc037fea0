/** Holding an order: under a claim, steps are carried out and written one after the other. */
import type { OperationShape } from '@chadan/protocol'
import { everyOperation } from '@chadan/protocol'
import type { LogEntry } from '../order/log.ts'
import type { Errand, Order } from '../order/order.ts'
import { plan } from '../order/plan.ts'
import type { Observation, Reading, Source } from '../order/reading.ts'
import type { Product } from '../products/product.ts'
import type { KeptBytes } from '../store/store.ts'
import type { Budgets } from './budgets.ts'
import type { Desk, Signer } from './desk.ts'
import { Edit } from './edit.ts'

/** How long a claim lives without a sign of life: longer than any call. */
export const leaseMs = 60_000

/** What carrying out a step needs besides the order. */
export interface Hands {
  readonly desk: Desk
  readonly budgets: Budgets
  readonly signer: Signer
  readonly product: Product
  /** The claim under which the order is held. */
  readonly claim: string
  /** Whether the claim is still to be ended, as far as this process knows. */
  readonly grip: { holds: boolean }
  /** How answers are learnt: a timer's question, or the payer who came back. */
  readonly source: Extract<Source, 'answer' | 'return_page'>
}

/** How a record is written. */
export interface Recording {
  /** Nothing is written unless the claim still holds: for what precedes an effect. */
  readonly must?: true
  /** The claim goes on whatever the plan says: a call follows. */
  readonly hold?: true
  readonly bytes?: readonly KeptBytes[]
  readonly numbers?: readonly { readonly kind: 'refund'; readonly number: string }[]
}

/** Changes an order and gives it as it stands then; the claim ends when nothing more is due. Throws `ClaimLost`. */
export async function record(
  { desk, product, claim, grip }: Hands,
  id: string,
  change: (edit: Edit) => unknown,
  { must, hold, bytes, numbers }: Recording = {},
): Promise<Order> {
  const nowMs = desk.clock.now()
  let log: readonly LogEntry[] = []
  const order = await desk.store.change({ id }, ({ order: found }) => {
    const edit = new Edit(found, product, nowMs)
    change(edit)
    log = edit.log
    const next = plan(edit.order, product)
    const release = !hold && !(next && next.atMs <= nowMs)
    grip.holds = !release
    const under = { id: claim, must: must === true, release, untilMs: nowMs + leaseMs }
    return { result: edit.order, write: edit.write({ claim: under, bytes, numbers }) }
  })
  tellTransitions(desk, product, log)
  return order
}

/** Tells who counts of every change of state. */
export function tellTransitions(desk: Desk, product: Product, log: readonly LogEntry[]): void {
  for (const { from, to, evidence = 'none' } of log) {
    const kind = evidence.startsWith('operator:') ? 'operator' : evidence === 'none' ? 'none' : 'message'
    if (from !== to) desk.watch.transition?.({ product: product.id, from, to, evidence: kind })
  }
}

/** An observation of an answer that decides. */
export function heard(
  { desk, source }: Pick<Hands, 'desk' | 'source'>,
  { operation, askedMs, verified }: { operation: OperationShape; askedMs: number; verified: boolean },
  reading: Reading,
): Observation {
  const { id, trust } = operation
  return { source, by: id, trust, verified, askedMs, heardMs: desk.clock.now(), reading }
}

const byId = new Map<string, OperationShape>(everyOperation.map((one) => [one.id, one]))

/** The declaration of an operation that an order names. */
export function operationOf(id: string): OperationShape {
  const operation = byId.get(id)
  if (!operation) throw new TypeError(`there is no operation ${id}`)
  return operation
}

/** The errand of this step under this number, an attempt's or a refund's. */
export function errandOf(order: Order, number: string, step: string): Errand {
  const holder = [...order.attempts, ...order.refunds].find((one) => one.number === number)
  const errand = holder?.errands.find((one) => one.step === step)
  if (!errand) throw new TypeError(`there is no errand ${step} under this number`)
  return errand
}

/** Whether a number is a refund's. */
export function isRefund({ refunds }: Pick<Order, 'refunds'>, number: string): boolean {
  return refunds.some((one) => one.number === number)
}
