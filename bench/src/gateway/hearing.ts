/** Durable notifications: how many a second, and how long one takes at half of that. */
import type { Order } from '@chadan/gateway'
import { median } from '../rounds.ts'
import type { Found } from '../table.ts'
import { type Bare, type Bytes, barePostgres, bareSqlite } from './bare.ts'
import { type Desk, openDesk, place } from './desk.ts'
import { type Notice, noticesOf, tell } from './notices.ts'
import { openPlace, postgresAt, sqliteIn } from './stores.ts'
import { allOf, atPace, type Stretch } from './turns.ts'

/** How much is measured. */
export interface Effort {
  /** Notifications or orders of one turn. */
  readonly count: number
  readonly rounds: number
}

/** As many as WeChat Pay would send to a merchant at once. */
const atOnce = 256
/** How many share a commit at most. */
const groups = { sqlite: 64, postgres: 256 }

/** The measures `hearing…`: against verify, open, and a bare commit per group of the same bytes. */
export async function hearing(effort: Effort): Promise<Record<string, Found>> {
  await using where = await openPlace()
  const inFile = await openDesk(sqliteIn(`${where.folder}/gateway.db`))
  // How much is written is read off a few of them.
  const bytes = await bytesOf(inFile, effort)
  const sqlite = await race(
    inFile,
    bareSqlite(`${where.folder}/bare.db`, effort.count, bytes),
    groups.sqlite,
    effort,
  )
  await inFile.close()
  const server = await where.postgres()
  const inPostgres = await openDesk(postgresAt(await server.database()))
  const bare = await barePostgres(await server.database(), effort.count, bytes)
  const postgres = await race(inPostgres, bare, groups.postgres, effort)
  await inPostgres.close()
  return { ...foundOf('Sqlite', sqlite), ...foundOf('Postgres', postgres) }
}

interface Race {
  readonly ours: Stretch
  readonly limit: Stretch
  readonly half: { readonly p50: number; readonly p99: number }
}

function foundOf(name: string, { ours, limit, half }: Race): Record<string, Found> {
  const more = { unit: 'notices/s', better: 'more', peers: {} } as const
  const less = { better: 'less', peers: {} } as const
  return {
    [`hearing${name}`]: { ...more, ours: ours.perSecond, limit: limit.perSecond },
    [`hearing${name}Cpu`]: { ...less, unit: 'µs of processor', ours: ours.cpuUs, limit: limit.cpuUs },
    [`hearing${name}P50`]: { ...less, unit: 'ms at half load', ours: half.p50, limit: 200 },
    [`hearing${name}P99`]: { ...less, unit: 'ms at half load', ours: half.p99, limit: 200 },
  }
}

async function race(desk: Desk, bare: Bare, group: number, { count, rounds }: Effort): Promise<Race> {
  const ours: Stretch[] = []
  const limit: Stretch[] = []
  for (let round = 0; round <= rounds; round++) {
    const notices = await noticesOf(await placed(desk, count))
    const lists = grouped(notices, group)
    // Two groups at a time: while one is written the other is verified.
    const least = await allOf(lists.length, 2, (at) => bare.take(lists[at] ?? []))
    const taken = await allOf(count, atOnce, (at) => tell(desk, notices[at] as Notice))
    // The first round only warms up.
    if (round === 0) continue
    limit.push({
      perSecond: (least.perSecond * count) / lists.length,
      cpuUs: (least.cpuUs * lists.length) / count,
    })
    ours.push(taken)
  }
  await bare.close()
  const middle = { ours: middleOf(ours), limit: middleOf(limit) }
  const pace = middle.ours.perSecond / 2
  const notices = await noticesOf(await placed(desk, count))
  return { ...middle, half: await atPace(count, pace, (at) => tell(desk, notices[at] as Notice)) }
}

/** The median of stretches. */
export function middleOf(stretches: readonly Stretch[]): Stretch {
  return {
    perSecond: median(stretches.map((one) => one.perSecond)),
    cpuUs: median(stretches.map((one) => one.cpuUs)),
  }
}

function grouped<T>(all: readonly T[], size: number): T[][] {
  const lists: T[][] = []
  for (let at = 0; at < all.length; at += size) lists.push(all.slice(at, at + size))
  return lists
}

let next = 0
/** A number of its own. */
export function draw(): string {
  return `N${process.pid}X${String(next++).padStart(12, '0')}`
}

/** Places so many orders and gives them as they are kept. */
export async function placed(desk: Desk, count: number): Promise<Order[]> {
  const orders: Order[] = []
  await allOf(count, atOnce, async () => {
    const number = draw()
    const status = await place(desk, number)
    if (status !== 201) throw new Error(`placing was answered ${status}`)
    const order = await desk.store.find({ signer: 'main', kind: 'order', number })
    if (!order) throw new Error('an order that was placed is kept')
    orders.push(order)
  })
  return orders
}

/** What the gateway writes for one of these notifications, in bytes. */
async function bytesOf(desk: Desk, _effort: Effort): Promise<Bytes> {
  const [order] = await placed(desk, 1)
  if (!order) throw new Error('an order was placed')
  const [notice] = await noticesOf([order])
  if (!notice) throw new Error('a notice was made')
  await tell(desk, notice)
  const kept = await desk.store.find({ id: order.id })
  const log = await desk.store.log(order.id)
  const facts = await desk.store.facts(order.id)
  await desk.service.tick()
  const events = await desk.store.events('east', 0, 10)
  const size = (value: unknown) => Buffer.byteLength(JSON.stringify(value))
  return {
    order: size(kept),
    log: size(log.at(-1)),
    fact: facts.reduce((most, { bytes }) => Math.max(most, bytes.byteLength), 0) + 200,
    event: size(events.at(-1)),
  }
}
