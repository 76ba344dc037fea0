/** The nodes of the engine: the work they do, what they commit, when they look again, and how they crash. */
import { ofEveryChange } from '../invariants.ts'
import { type Bench, Declined, drive, leaseMs, type Row, type Wait, type Work, wish } from './engine.ts'
import { call, fault } from './network.ts'
import type { Ending } from './provider.ts'
import { check } from './watch.ts'
import { type Case, hour, type Node, newClaim, type World } from './world.ts'

/** A commit was done or not: its answer never came. */
class CommitLost extends Error {}

/** Has a node do a piece of work, step by step, until it is done or the node dies. */
export function spawn(world: World, one: Case, work: (bench: Bench) => Work<unknown>, on?: Node): void {
  const up = world.nodes.filter((node) => node.alive)
  if (up.length === 0) return
  const node = on ?? world.chance.pick(up)
  const { epoch } = node
  const generator = work(benchOf(world, one, node))
  const go = (value: unknown): void => {
    if (node.epoch !== epoch) return
    if (world.given.crashAt !== undefined && world.counts.points === world.given.crashAt) crash(world, node)
    world.counts.points++
    if (node.epoch !== epoch) return
    try {
      const next = value instanceof CommitLost ? generator.throw(value) : generator.next(value)
      if (!next.done) next.value(go)
    } catch (error) {
      // A declined wish and a lost commit are the caller's to live with.
      if (!(error instanceof Declined) && !(error instanceof CommitLost)) throw error
      world.trace.note(world.scheduler.nowMs, node.name, `${one.id} ${error.message}`)
    }
  }
  go(undefined)
}

/** Has some node carry out a wish of the merchant. */
export function ask(
  world: World,
  one: Case,
  change: (edit: Parameters<Parameters<typeof wish>[2]>[0], nowMs: number) => unknown,
): void {
  spawn(world, one, function* (bench) {
    yield* wish(bench, one.id, (edit) => change(edit, bench.now()))
  })
}

function benchOf(world: World, one: Case, node: Node): Bench {
  return {
    parts: world.parts,
    product: one.product,
    profile: one.profile,
    chance: one.chance,
    now: () => world.scheduler.nowMs + node.skewMs,
    find: () => one.row,
    *commit(_id, decide) {
      yield wait(world, world.network.whole(0, 10))
      const { result, row } = decide(one.row)
      if (row) keep(world, one, row, node)
      const lost = fault(world, 'lost_commit', 1)
      yield wait(
        world,
        world.network.whole(0, 10),
        lost ? new CommitLost('the commit was not answered') : undefined,
      )
      return result
    },
    *call(what) {
      // Whoever waits here is given an ending.
      return (yield call(world, one, node, what)) as Ending
    },
    note: (what) => world.trace.note(world.scheduler.nowMs, node.name, what),
  }
}

function wait(world: World, ms: number, value?: unknown): Wait<unknown> {
  return (resume) => void world.scheduler.after(ms, () => resume(value))
}

/** Keeps a row that was committed, and looks at what it changed. */
function keep(world: World, one: Case, row: Row, node: Node): void {
  const before = one.row
  one.row = row
  if (before?.order.version !== row.order.version) {
    const last = row.log.at(-1)
    const what =
      last?.input.kind === 'act' ? last.input.act.act : `heard ${last?.input.observation.reading.said}`
    world.trace.note(
      world.scheduler.nowMs,
      node.name,
      `${one.id} v${row.order.version} ${what}: ${row.order.view.state}${row.order.view.marks.length > 0 ? ' !' : ''}`,
    )
  }
  const change = {
    before: before?.order,
    order: row.order,
    log: row.log.slice(before?.log.length ?? 0),
    events: row.events.slice(before?.events.length ?? 0),
    product: one.product,
  }
  for (const holds of ofEveryChange) holds(change)
  check(world, one, row, before)
  planNext(world, one)
}

/** When a node will look at this order again. */
function planNext(world: World, one: Case): void {
  one.wake?.()
  const row = one.row
  if (!row) return
  const step = world.parts.plan(row.order, one.product)
  if (!step) return
  const dueMs = Math.max(step.atMs, row.claim ? row.claim.untilMs + 1 : 0)
  const node = world.chance.pick(world.nodes)
  one.wake = world.scheduler.at(dueMs - node.skewMs + world.network.whole(0, 50), () =>
    lookAfter(world, one, node),
  )
}

function lookAfter(world: World, one: Case, node: Node): void {
  const row = one.row
  if (!row) return
  const nowMs = world.scheduler.nowMs + node.skewMs
  const step = world.parts.plan(row.order, one.product)
  const held = row.claim !== undefined && row.claim.untilMs >= nowMs
  if (!node.alive || held || !step || step.atMs > nowMs) {
    one.wake = world.scheduler.after(1_000, () => planNext(world, one))
    return
  }
  const claim = { id: newClaim(world), untilMs: nowMs + leaseMs }
  one.row = { ...row, claim }
  planNext(world, one)
  spawn(world, one, (bench) => drive(bench, row.order, claim.id), node)
}

/** Lets nodes crash from time to time until all is healed. */
export function planCrashes(world: World): void {
  const chance = world.chance.fork('crashes')
  if (world.shares.crash === 0) return
  const crashSome = () => {
    if (world.healed) return
    crash(world, chance.pick(world.nodes))
    world.scheduler.after(chance.spread(200, 4 * hour * (1.05 - world.shares.crash)), crashSome)
  }
  world.scheduler.after(chance.spread(200, hour), crashSome)
}

function crash(world: World, node: Node): void {
  if (!node.alive) return
  node.epoch++
  node.alive = false
  world.counts.crashes++
  world.counts.faults++
  world.trace.note(world.scheduler.nowMs, node.name, 'crashes')
  world.scheduler.after(world.network.spread(50, 120_000), () => {
    node.alive = true
    world.trace.note(world.scheduler.nowMs, node.name, 'is up again')
  })
}
