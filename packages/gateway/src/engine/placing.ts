/** Placing: the order, its numbers and its bytes are kept in one transaction before the first call. */
import type { LogEntry } from '../order/log.ts'
import type { Attempt, Order } from '../order/order.ts'
import type { Opening, Product } from '../products/product.ts'
import { type KeptBytes, Taken, type Write } from '../store/store.ts'
import { bodyId, unpackPrepared } from './bodies.ts'
import { carry } from './calls.ts'
import {
  type Counter,
  contextFor,
  handsFor,
  orderOf,
  planned,
  seen,
  signerOf,
  tenantOf,
  within,
} from './counter.ts'
import { type Caller, Declined, type PlaceRequest, type Seen, type Signer, type Tenant } from './desk.ts'
import { drive } from './driving.ts'
import { Edit } from './edit.ts'
import { type Hands, leaseMs, tellTransitions } from './hands.ts'
import { contentDigest, drawId } from './numbers.ts'
import { prepareErrand, takeEnding } from './sending.ts'

/** How long a caller waits for the first answer, unless it says otherwise. */
const patienceMs = 8_000

/** Keeps an order, then places it. */
export async function place(
  counter: Counter,
  caller: Caller,
  request: PlaceRequest,
  { key, keyDigest = '', waitMs = patienceMs }: { key?: string; keyDigest?: string; waitMs?: number },
): Promise<Seen & { readonly repeated: boolean }> {
  const { desk } = counter
  const tenant = await tenantOf(counter, caller)
  const signer = await chosenSigner(counter, tenant, request)
  const product = desk.products[request.product]
  const content = contentDigest(desk.digestKey, request)
  const known = await desk.store.find({ tenant: tenant.id, reference: request.reference })
  // A repetition is answered before anything is prepared: an expired detail must not make it another.
  const id = known?.id ?? drawId(desk.random, 'ord')
  const open = known ? undefined : await openAttempt(counter, { tenant, signer, product, request, id })
  const hands = await handsFor(counter, { signer: signer.facts.id, product: product.id })
  const granted = open !== undefined && (await counter.budgets.take(signer, 'place')) === 0
  const nowMs = desk.clock.now()
  const take = { id: hands.claim, untilMs: nowMs + leaseMs }
  const find = { tenant: tenant.id, reference: request.reference, ...(key !== undefined && { key }) }
  const done = await declineTaken(
    desk.store.change<Kept>(find, (found) => {
      if (found.key && found.key.digest !== keyDigest)
        throw new Declined('key_reused', 'this Idempotency-Key was used for another request')
      if (found.order && found.order.content !== content)
        throw new Declined('reference_taken', 'this reference names an order with other content')
      if (found.order) {
        if (found.key && found.order.view.state === 'placing')
          throw new Declined('still_in_flight', 'the first request with this Idempotency-Key is in flight', {
            retryMs: 1_000,
          })
        return { result: { order: found.order, repeated: true, first: undefined, log: [] } }
      }
      if (!open) throw new Declined('still_in_flight', 'the order is being made', { retryMs: 1_000 })
      const edit = new Edit(undefined, product, nowMs)
      edit.act({
        act: 'open',
        order: {
          id,
          tenant: tenant.id,
          signer: signer.facts.id,
          product: product.id,
          reference: request.reference,
          content,
          createdMs: nowMs,
          returnTo: request.returnTo,
          ...(tenant.refundUnexpected === 'at_once' && { unexpected: 'at_once' as const }),
        },
        attempt: open.attempt,
      })
      const first = granted ? startFirst(edit, open.attempt, nowMs) : undefined
      const kept =
        key === undefined
          ? {}
          : { key: { tenant: tenant.id, key, digest: keyDigest, order: id, atMs: nowMs } }
      const write = edit.write({ ...open.write, ...kept, ...(granted && { take }) })
      return { result: { order: edit.order, repeated: false, first, log: edit.log }, write }
    }),
  )
  tellTransitions(desk, product, done.log)
  const order = await startSending(counter, hands, { ...done, open, sentMs: nowMs, waitMs })
  return { ...seen(counter, order), repeated: done.repeated }
}

/** Ends the open attempt, then opens another. */
export async function payAgain(
  counter: Counter,
  caller: Caller,
  id: string,
  request: Pick<PlaceRequest, 'details' | 'number' | 'expiresMs'>,
): Promise<Seen> {
  const { desk } = counter
  const tenant = await tenantOf(counter, caller)
  const known = await orderOf(counter, caller, id)
  const signer = await signerOf(counter, known.signer)
  const product = desk.products[known.product]
  const open = await openAttempt(counter, { tenant, signer, product, request, id })
  const hands = await handsFor(counter, known)
  const granted = (await counter.budgets.take(signer, 'place')) === 0
  const nowMs = desk.clock.now()
  const done = await declineTaken(
    desk.store.change<Kept>({ id }, ({ order }) => {
      if (!order) throw new Declined('unknown_order', 'there is no such order')
      const unended = order.view.attempts.filter((one) => one.state !== 'closed' && one.state !== 'failed')
      if (unended.some((one) => one.taken > 0))
        throw new Declined('already_paid', 'the order is paid: refund it, or place another')
      if (unended.length > 0)
        throw new Declined('attempt_open', 'the attempt before is not proven closed yet: close it first', {
          retryMs: 2_000,
        })
      const edit = new Edit(order, product, nowMs)
      edit.act({ act: 'attempt', attempt: open.attempt })
      const first = granted ? startFirst(edit, open.attempt, nowMs) : undefined
      const take = { id: hands.claim, untilMs: nowMs + leaseMs }
      return {
        result: { order: edit.order, repeated: false, first, log: edit.log },
        write: edit.write({ ...open.write, ...(granted && { take }) }),
      }
    }),
  )
  tellTransitions(desk, product, done.log)
  return seen(
    counter,
    await startSending(counter, hands, { ...done, open, sentMs: nowMs, waitMs: patienceMs }),
  )
}

/** Sends what was kept to be sent, as long as the caller waits. What the rate budget held back is the worker's. */
async function startSending(
  counter: Counter,
  hands: Hands,
  given: {
    order: Order
    first: First | undefined
    open: { write: Pick<Write, 'bytes'> } | undefined
    sentMs: number
    waitMs: number
  },
): Promise<Order> {
  const { order, first, open, sentMs, waitMs } = given
  if (!first) {
    counter.nudge()
    return order
  }
  const work = sendFirst(hands, order, { ...first, sentMs, bytes: open?.write.bytes })
  return (await within(counter, work, waitMs)) ?? order
}

/** An order as it was found or made; `first`: the errand to be sent now, if the rate budget lets it go. */
interface Kept {
  readonly order: Order
  readonly repeated: boolean
  readonly first: First | undefined
  readonly log: readonly LogEntry[]
}

interface First {
  readonly number: string
  readonly step: string
}

/** The first errand is sent with the transaction that keeps it. */
function startFirst(edit: Edit, { number, errands }: Attempt, atMs: number): First {
  const [errand] = errands
  if (!errand?.body || !errand.digest) throw new TypeError('the first errand needs no earlier answer')
  const { step, body, digest } = errand
  edit.act({ act: 'send', number, step, atMs, body, digest })
  return { number, step }
}

async function sendFirst(
  hands: Hands,
  order: Order,
  { number, step, sentMs, bytes = [] }: First & { sentMs: number; bytes: Write['bytes'] },
): Promise<Order> {
  const id = bodyId(order.id, number, step)
  const kept = bytes.find((one) => one.id === id)
  if (!kept) throw new TypeError('the first errand has no bytes')
  const ending = await carry(hands.desk, hands.signer, unpackPrepared(kept.bytes))
  return drive(hands, await takeEnding(hands, order, { number, step, sentMs, ending }))
}

/** Plans an attempt and prepares its errands; nothing is kept or sent yet. */
async function openAttempt(
  counter: Counter,
  given: {
    tenant: Tenant
    signer: Signer
    product: Product
    request: Pick<PlaceRequest, 'details' | 'number' | 'expiresMs'>
    id: string
  },
): Promise<{ attempt: Attempt; write: Pick<Write, 'numbers' | 'bytes' | 'payer'> }> {
  const { tenant, signer, product, request, id } = given
  const context = contextFor(counter.desk, { signer, tenant, product, order: id })
  if (request.expiresMs !== undefined && request.expiresMs <= context.nowMs)
    throw new Declined('details_invalid', 'an order that has expired cannot be paid', {
      problems: [{ at: '/expires_at', found: 'a time that has passed', expected: 'a time to come' }],
    })
  const opening: Opening = await planned(() => product.open(request, context))
  const { number, amount, parts, merchant, expiresMs, payer, otherNumbers = [] } = opening
  const errands = await planned(() =>
    Promise.all(opening.errands.map((one) => prepareErrand(signer.client, { order: id, number }, one))),
  )
  const bytes: KeptBytes[] = errands.flatMap((one) => one.bytes)
  return {
    attempt: {
      number,
      openedMs: context.nowMs,
      amount,
      parts,
      merchant,
      expiresMs,
      errands: errands.map((one) => one.errand),
      closes: 0,
    },
    write: {
      numbers: [number, ...otherNumbers].map((one) => ({ kind: 'order' as const, number: one })),
      bytes,
      ...(payer !== undefined && { payer }),
    },
  }
}

async function chosenSigner(counter: Counter, tenant: Tenant, request: PlaceRequest): Promise<Signer> {
  const id = request.signer ?? (tenant.signers.length === 1 ? tenant.signers[0] : undefined)
  if (id === undefined)
    throw new Declined('signer_needed', `name one of the tenant's signers: ${tenant.signers.join(', ')}`)
  if (!tenant.signers.includes(id)) throw new Declined('unknown_signer', 'this tenant has no such signer')
  return signerOf(counter, id)
}

/** A number taken by another order declines; everything else goes on as it is. */
export async function declineTaken<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Taken && error.what === 'number')
      throw new Declined('number_taken', 'this number is taken at this signer', { cause: error })
    if (error instanceof Taken)
      throw new Declined('still_in_flight', `this ${error.what} is being used`, {
        retryMs: 1_000,
        cause: error,
      })
    throw error
  }
}
