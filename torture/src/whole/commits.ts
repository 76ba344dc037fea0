/** The store, with every commit looked at as it is made. */
import { Broken } from '../finding.ts'
import { type Order, products, type Store, type Write } from '../gateway.ts'
import { ofEveryChange } from '../invariants.ts'
import { closedMeansUnpayable, leaseBeforeEffect, onePayableNumber } from './invariants.ts'
import { isPayable } from './truth.ts'
import { guard, note, type World } from './world.ts'

/** The store, with every commit looked at as it is made. */
export function watchedStore(world: World, store: Store): Store {
  const change: Store['change'] = async (find, decide) => {
    let seen: { before: Order | undefined; write: Write; claim: string | undefined } | undefined
    const result = await store.change(find, (found) => {
      const decision = decide(found)
      const claim = found.order && claimOf(world, found.order.id)
      seen = decision.write && { before: found.order, write: decision.write, claim }
      return decision
    })
    if (seen) guard(world, () => committed(world, seen?.before, seen?.write, seen?.claim))
    for (const node of world.nodes) node.nudge()
    return result
  }
  const takeBudget: Store['takeBudget'] = async (name, windowMs, limit, want) => {
    const taken = await store.takeBudget(name, windowMs, limit, want)
    const key = `${name} ${windowMs}`
    const total = (world.granted.get(key) ?? 0) + taken
    world.granted.set(key, total)
    if (/ask/.test(name)) world.questionsGranted += taken
    guard(world, () => {
      if (total > limit) throw new Broken(24, 'provider budget', `${total} of ${limit} for ${key}`)
    })
    return taken
  }
  const sequence: Store['sequence'] = async (limit, nowMs) => {
    const done = await store.sequence(limit, nowMs)
    if (done.count < limit) world.unnumbered = false
    for (const node of world.nodes) if (done.count > 0) node.nudge()
    return done
  }
  return Object.assign(Object.create(store) as Store, bound(store), { change, takeBudget, sequence })
}

/** Who holds this order in the database at this moment. */
function claimOf(world: World, id: string): string | undefined {
  const row = world.claims?.get(id) as { claim_id: string | null } | undefined
  return row?.claim_id ?? undefined
}

function committed(
  world: World,
  before: Order | undefined,
  write: Write | undefined,
  claim: string | undefined,
): void {
  if (!write) return
  const { order, log = [], events = [] } = write
  if (events.length > 0) world.unnumbered = true
  world.orders.set(order.id, order)
  for (const entry of log) {
    const what =
      entry.input.kind === 'act'
        ? entry.input.act.act
        : `heard ${entry.input.observation.reading.said} by ${entry.input.observation.by}`
    const marks = order.view.marks.filter((one) => !one.resolved).map((one) => one.code)
    note(world, 'order', `${order.reference} v${entry.version} ${what}: ${entry.to} ${marks.join(' ')}`)
  }
  leaseBeforeEffect(write, claim)
  for (const holds of ofEveryChange) holds({ before, order, log, events, product: products[order.product] })
  for (const [id, digest] of bodyChanges(write)) {
    const known = world.bodies.get(id)
    if (known !== undefined && known !== digest)
      throw new Broken(15, 'numbers are never reused', `${id} was prepared twice`)
    world.bodies.set(id, digest)
  }
  payables(world, order)
}

/** What can be paid at the provider now agrees with what the order says. */
export function payables(world: World, order: Order): void {
  const simulator = world.simulator
  if (!simulator || order.attempts.some((one) => world.lied.has(one.number))) return
  const payable = (number: string) => isPayable(simulator, number)
  closedMeansUnpayable(order, payable)
  onePayableNumber(order, payable)
}

/** Prepared bytes that a write keeps, by their id; inputs are left out. */
function bodyChanges(write: Write): readonly [string, string][] {
  return (write.bytes ?? [])
    .filter(({ id }) => !id.endsWith('/input'))
    .map(({ id, bytes }) => [id, Buffer.from(bytes).toString('base64')])
}

/** Methods that go on working when they are called on a copy. */
function bound(store: Store): Partial<Store> {
  return Object.fromEntries(
    Object.entries(store).map(([name, member]) => [
      name,
      typeof member === 'function' ? member.bind(store) : member,
    ]),
  )
}
