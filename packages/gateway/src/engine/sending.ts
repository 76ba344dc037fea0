/** Sends an errand: what has an effect at WeChat Pay. Written before and after. */
import type { Prepared } from '@chadan/client'
import type { Errand, Order } from '../order/order.ts'
import type { Reading } from '../order/reading.ts'
import type { KeptBytes } from '../store/store.ts'
import { bodyId, inputId, packInput, packPrepared, unpackInput, unpackPrepared } from './bodies.ts'
import { carry, decides, type Ending } from './calls.ts'
import { errandOf, type Hands, heard, isRefund, operationOf, record } from './hands.ts'

/** Sends an errand's stored bytes, signed afresh; makes them first where an earlier answer was needed. */
export async function sendErrand(
  hands: Hands,
  order: Order,
  { number, errand: step }: { number: string; errand: string },
): Promise<Order> {
  const errand = errandOf(order, number, step)
  const ready = await preparedOf(hands, order, number, errand)
  const sentMs = hands.desk.clock.now()
  // The time of sending is written first: after a crash the order is asked for, not placed blindly.
  const sending = await record(
    hands,
    order.id,
    (edit) =>
      edit.act({
        act: 'send',
        number,
        step,
        atMs: sentMs,
        body: bodyId(order.id, number, step),
        digest: ready.prepared.digest,
      }),
    { must: true, hold: true, ...(ready.made && { bytes: [ready.made] }) },
  )
  const ending = await carry(hands.desk, hands.signer, ready.prepared)
  return takeEnding(hands, sending, { number, step, sentMs, ending })
}

/** The bytes of an errand: kept ones, or made now from its input and what earlier answers kept. */
async function preparedOf(
  { desk, signer }: Hands,
  order: Order,
  number: string,
  errand: Errand,
): Promise<{ prepared: Prepared; made?: KeptBytes }> {
  const id = bodyId(order.id, number, errand.step)
  const kept = await desk.store.bytes(id)
  if (kept) return { prepared: unpackPrepared(kept) }
  const input = await desk.store.bytes(inputId(order.id, number, errand.step))
  if (!input) throw new TypeError(`${errand.step}: neither bytes nor input were kept`)
  const known = order.view.attempts.find((one) => one.number === number)?.kept ?? {}
  const filled = fill(unpackInput(input), errand.fills ?? [], known)
  const prepared = await signer.client.prepare(operationOf(errand.operation), filled as never)
  return { prepared, made: { id, order: order.id, bytes: packPrepared(prepared) } }
}

/** An input with what earlier answers kept in it. */
export function fill(
  input: unknown,
  names: readonly string[],
  kept: Readonly<Record<string, string>>,
): unknown {
  const filled = names.filter((name) => kept[name] !== undefined).map((name) => [name, kept[name]])
  return { ...(input as object), ...Object.fromEntries(filled) }
}

/** Writes what became of a send. */
export async function takeEnding(
  hands: Hands,
  order: Order,
  { number, step, sentMs, ending }: { number: string; step: string; sentMs: number; ending: Ending },
): Promise<Order> {
  const { desk, product, budgets, signer } = hands
  const operation = operationOf(errandOf(order, number, step).operation)
  const kind = product.errands[step]
  const budget = isRefund(order, number) ? 'refund' : 'place'
  const lose = (unsent: boolean) =>
    record(hands, order.id, (edit) =>
      edit.act({ act: 'lose', number, step, atMs: desk.clock.now(), ...(unsent && { unsent }) }),
    )
  const hear = (reading: Reading) =>
    record(hands, order.id, (edit) =>
      edit.hear(
        heard(hands, { operation, askedMs: sentMs, verified: true }, reading),
        'evidence' in ending ? ending.evidence : { bytes: new Uint8Array() },
      ),
    )
  if (ending.ended === 'answered' && kind) {
    budgets.wake(signer, budget)
    const reading = readOr(
      () => kind.read(ending.result, number, order),
      (error) => desk.watch.failed?.(`reading an answer of ${operation.id}`, error),
    )
    // An answer without the form that was promised tells nothing: what became of it is asked.
    return reading ? hear(reading) : lose(false)
  }
  if (ending.ended === 'lost' && ending.tired) budgets.rest(signer, budget)
  if (ending.ended !== 'refused') return lose(ending.ended === 'lost' && ending.unsent)
  const { refusal } = ending
  if (refusal.advice === 'wait') budgets.rest(signer, budget)
  const adopts = [...(kind?.adopts ?? []), ...(kind?.asks ?? [])].includes(refusal.kind)
  const open = refusal.notFound || ['query', 'repeat', 'wait'].includes(refusal.advice) || adopts
  // An unsigned refusal decides nothing (X27); an open one is asked for.
  if (open || !decides(operation, refusal)) return lose(false)
  return hear({
    about: isRefund(order, number) ? 'refund' : 'attempt',
    number,
    said: 'refused',
    word: refusal.code,
    step,
    reason: refusal.kind.toLowerCase(),
  })
}

function readOr<T>(read: () => T, failed: (error: unknown) => void): T | undefined {
  try {
    return read()
  } catch (error) {
    failed(error)
    return undefined
  }
}

/** Prepares an errand before anything is kept, so that what does not meet the declaration is refused at once. Throws `InputError`. */
export async function prepareErrand(
  client: Hands['signer']['client'],
  id: { order: string; number: string },
  planned: { step: string; operation: { id: string }; input: unknown; fills?: readonly string[] | undefined },
): Promise<{ errand: Errand; prepared: Prepared | undefined; bytes: readonly KeptBytes[] }> {
  const { step, input, fills = [] } = planned
  const operation = operationOf(planned.operation.id)
  const later = fills.length > 0
  const stand = Object.fromEntries(fills.map((name) => [name, 'wx00000000000000000000000000000000']))
  const prepared = await client.prepare(operation, { ...(input as object), ...stand } as never)
  const errand: Errand = {
    step,
    operation: operation.id,
    sends: 0,
    ...(later ? { fills } : { body: bodyId(id.order, id.number, step), digest: prepared.digest }),
  }
  const kept: KeptBytes[] = [
    { id: inputId(id.order, id.number, step), order: id.order, bytes: packInput(input) },
  ]
  if (!later)
    kept.push({
      id: bodyId(id.order, id.number, step),
      order: id.order,
      bytes: packPrepared(prepared),
    })
  return { errand, prepared: later ? undefined : prepared, bytes: kept }
}
