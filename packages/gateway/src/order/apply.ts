/** `apply`: an order and something new make the order after it. Pure; the same facts in any order end the same. */
import { createHash } from 'node:crypto'
import type { Product } from '../products/product.ts'
import { type Act, carryOut } from './acts.ts'
import { derive } from './derive.ts'
import { chain, type Input, type LogEntry } from './log.ts'
import type { Order } from './order.ts'
import type { Fact, Observation, Reading, Repeats } from './reading.ts'
import type { View } from './view.ts'

/** What an input did to an order. */
export interface Applied {
  readonly order: Order
  /** Absent when nothing changed but counters. */
  readonly entry?: LogEntry | undefined
  /** A fact heard for the first time: its bytes are to be kept. */
  readonly fresh: boolean
}

/** Facts about one number beyond these are no longer told apart: a provider that says that much new is broken. */
export const maxFacts = 500

/** Carries out an act. Throws `ActMisplaced`. */
export function act(order: Order | undefined, one: Act, product: Product, atMs: number): Applied {
  return finish(order, carryOut(order, one), { kind: 'act', act: one }, product, atMs)
}

/** Takes in something heard. Heard again, it changes counters and times, and the order only where these decide. */
export function hear(order: Order, observation: Observation, product: Product, atMs: number): Applied {
  const fingerprint = fingerprintOf(observation)
  const facts = merge(order.facts, observation, fingerprint)
  const fresh = facts.length > order.facts.length
  const heard = { ...order, facts }
  if (!fresh) {
    const view = derive(heard, product)
    const same = JSON.stringify(view) === JSON.stringify(order.view)
    if (same) return { order: { ...heard, repeats: noted(order, facts), view: order.view }, fresh }
  }
  return { ...finish(order, heard, { kind: 'heard', observation }, product, atMs, fingerprint), fresh }
}

/** What was heard again and is not logged yet, with the fact that was just heard again. */
function noted({ facts: before, repeats }: Order, facts: readonly Fact[]): Repeats | undefined {
  const again = facts.find((one, index) => one !== before[index])
  if (!again) return repeats
  const { fingerprint, count, askedMs, heardMs, lastAskedMs, lastHeardMs } = again
  return { ...repeats, [fingerprint]: { count, askedMs, heardMs, lastAskedMs, lastHeardMs } }
}

/** The order with what was heard again before a log entry: replaying the log begins each entry with it. */
export function recall(order: Order, { repeats }: Input): Order {
  if (!repeats) return order
  const facts = order.facts.map((one) => ({ ...one, ...repeats[one.fingerprint] }))
  return { ...order, facts, repeats }
}

/** The facts with one more, or with one of them heard again. */
export function merge(
  facts: readonly Fact[],
  observation: Observation,
  fingerprint: string = fingerprintOf(observation),
): readonly Fact[] {
  const at = facts.findIndex((one) => one.fingerprint === fingerprint)
  const known = facts[at]
  if (!known) {
    if (facts.length >= maxFacts && isFull(facts, observation)) return facts
    const { askedMs, heardMs } = observation
    const fact = { ...observation, fingerprint, count: 1, lastAskedMs: askedMs, lastHeardMs: heardMs }
    // In an order of their own, so that the same facts are the same list whoever came first.
    return [...facts, fact].sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1))
  }
  const askedMs = Math.min(known.askedMs, observation.askedMs)
  const lastAskedMs = Math.max(known.lastAskedMs, observation.askedMs)
  return facts.with(at, {
    ...known,
    count: known.count + 1,
    askedMs,
    heardMs: Math.min(known.heardMs, observation.heardMs),
    // A notice that comes again says nothing new: what it said is as old as it was.
    lastAskedMs: observation.source === 'notice' ? askedMs : lastAskedMs,
    lastHeardMs: Math.max(known.lastHeardMs, observation.heardMs),
  })
}

// An order may have hundreds of refunds, each with a few facts: they do not crowd one another out.
function isFull(facts: readonly Fact[], { reading }: Observation): boolean {
  return facts.filter((one) => one.reading.number === reading.number).length >= maxFacts
}

/** SHA-256 of meaning and kind of source. Bytes, times and nonces differ in every repetition and do not count. */
export function fingerprintOf({ source, by, trust, verified, reading }: Observation): string {
  return createHash('sha256')
    .update(JSON.stringify([source, by, trust, verified, inOrder(reading)]))
    .digest('hex')
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value as Reading)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => [name, inOrder(member)])
}

function finish(
  before: Order | undefined,
  changed: Omit<Order, 'view'>,
  input: Input,
  product: Product,
  atMs: number,
  fingerprint?: string,
): Applied {
  const version = (before?.version ?? 0) + 1
  const view = derive({ ...changed, version }, product)
  const stated = {
    order: changed.id,
    version,
    atMs,
    input: before?.repeats ? { ...input, repeats: before.repeats } : input,
    from: before?.view.state ?? 'none',
    to: view.state,
    evidence: before?.view.state === view.state ? undefined : evidenceOf(view, input, fingerprint),
  }
  const entry: LogEntry = { ...stated, hash: chain(changed.head, stated) }
  const order: Order = { ...changed, repeats: undefined, version, head: entry.hash, view }
  return { order, entry, fresh: input.kind === 'heard' }
}

/** What proves the state an order came to: the fact behind it, else who decided. */
function evidenceOf(view: View, input: Input, fingerprint: string | undefined): string | undefined {
  if (input.kind === 'heard') return fingerprint
  const { act: one } = input
  if (one.act === 'end') return `operator:${one.by}`
  return view.attempts.find((attempt) => attempt.number === view.number)?.proof
}
