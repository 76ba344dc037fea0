/** A business day: simulator and gateway in processes of their own, merchants and payers here, all in one scaled time. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '@chadan/protocol'
import type { Credentials } from '@chadan/simulator'
import { serve } from '../serve.ts'
import { type Api, type ApiDoors, openApi } from './api.ts'
import { type Get, getJson, type OrderHere, readHere, readThere } from './books.ts'
import { openChance } from './chance.ts'
import { compare, tally } from './comparison.ts'
import { openFaults } from './faults.ts'
import { writeGatewayFiles } from './gateway-files.ts'
import { live, type Stage } from './lives.ts'
import { openPayer } from './payer.ts'
import { type Plan, planDay } from './plans.ts'
import { type Plant, servePlanted } from './plant.ts'
import { type Running, startCommand } from './processes.ts'
import { type Shop, shopsOf } from './shops.ts'
import { openStranger } from './stranger.ts'
import type { DayResult } from './summary.ts'
import { type DayClock, followTime } from './time.ts'
import { type Inbox, openInbox } from './webhooks.ts'

/** What a day is made of. */
export interface DayOptions {
  readonly orders: number
  readonly seed: number
  /** How many seconds of the day pass in a real one. */
  readonly speed: number
  /** A PostgreSQL for the gateway instead of a file. */
  readonly postgres?: string | undefined
  /** What is tampered with when the day is over. */
  readonly plant?: Plant | undefined
  /** The command's own file, which is started for simulator and gateway. */
  readonly bin: string
  /** Real time. */
  readonly clock: Clock
  readonly fetch: (request: Request) => Promise<Response>
  /** Told what happens, in a line each. */
  readonly report: (line: string) => void
}

const second = 1_000
const minute = 60 * second
/** Orders are placed for so long. */
const openForMs = 7 * minute
/** The gateway is killed then. */
const killMs = 3 * minute
/** What is not settled so long after the last order, does not settle. */
const settleWithinMs = 45 * minute

/** Lives a day and compares the books. Throws where the day cannot be held at all. */
export async function holdDay(options: DayOptions): Promise<DayResult> {
  const folder = await mkdtemp(join(tmpdir(), 'chadan-day-'))
  const closing: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })]
  try {
    return await holdIn(folder, options, (close) => closing.unshift(close))
  } finally {
    for (const close of closing) await close()
  }
}

async function holdIn(
  folder: string,
  options: DayOptions,
  later: (close: () => Promise<unknown>) => void,
): Promise<DayResult> {
  const { bin, fetch, report, seed, orders } = options
  const get = getJson(fetch)
  const credentials = join(folder, 'wechat.json')
  const simulator = await startCommand(bin, [
    'simulate',
    ...['--credentials', credentials, '--port', '0', '--json'],
    ...['--speed', String(options.speed), '--seed', String(seed)],
  ])
  later(simulator.stop)
  const controlUrl = String(simulator.said.controlUrl)
  const given = (await get(`${controlUrl}/credentials`)) as Credentials
  const clock = await followTime(get, controlUrl, options.clock)
  const faults = openFaults(controlUrl, fetch)

  // The merchants' door is open before anybody knocks: its address is part of the configuration.
  let receive: Inbox['receive'] = async () => new Response(null, { status: 503 })
  const door = await serve((request) => receive(request), { port: 0 })
  later(door.close)
  const shops = shopsOf(given)
  const port = await freePort()
  const files = await writeGatewayFiles({
    folder,
    given,
    shops,
    port,
    shopsUrl: door.url,
    postgres: options.postgres,
  })
  const inbox = openInbox(files.webhookSecrets, clock)
  receive = inbox.receive
  const [gateway] = await Promise.all([
    openGateway(bin, files.config),
    makeOperatorKey(bin, files.config, folder),
  ])
  later(gateway.stop)
  const apis = await openApis(folder, shops, { url: files.publicUrl, clock, fetch })
  await faults.event(given.wecom.corpid, 'callback:configure', {
    url: `${files.publicUrl}/notify/corp/wecom`,
  })
  await clock.pass(2 * second)
  await faults.begin()
  report(
    `WeChat Pay is simulated at ${controlUrl}, the gateway listens on ${files.publicUrl}; ${shops.length} merchants open.`,
  )

  const plans = planDay(orders, openForMs, openChance(seed, 'plans'))
  const stranger = openStranger({ gatewayUrl: files.publicUrl, given, clock, fetch })
  const payer = openPayer({ controlUrl, fetch })
  const stageOf = (plan: Plan): Stage => {
    const shop = shopOf(shops, plan)
    return { clock, given, shop, api: apis.of(shop.id), inbox, payer, stranger }
  }
  const lives = plans.map((plan) =>
    live(plan, stageOf(plan)).then(
      () => undefined,
      (error: Error) => `${plan.reference}: ${error.message}`,
    ),
  )
  await clock.pass(killMs)
  await gateway.kill()
  report('The gateway was killed (SIGKILL) and is started again.')
  await gateway.start()
  const complaints = (await Promise.all(lives)).filter((one) => one !== undefined)
  for (const complaint of complaints) report(`A merchant could not go on: ${complaint}`)
  await settled(get, { url: files.publicUrl, key: apis.operatorKey, clock })
  await allTold({ apis, shops, inbox, clock })
  report('Everything is settled; the books are compared.')

  const planted = options.plant && (await servePlanted(files.publicUrl, options.plant, fetch))
  if (planted) later(planted.close)
  const here = await readHere(get, planted?.url ?? files.publicUrl, apis.operatorKey)
  const there = await readThere(get, controlUrl)
  const disagreements = compare(here, there)
  const happened = await faults.happened()
  return {
    seed,
    orders: here.length,
    agree: disagreements.length === 0 && here.length === orders,
    faults: { ...happened, forged: stranger.tries, kills: gateway.kills },
    products: tally(here, there),
    disagreements,
  }
}

/** The gateway's process, through its deaths. */
interface Gateway {
  readonly config: string
  readonly kills: number
  kill(): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
}

async function openGateway(bin: string, config: string): Promise<Gateway> {
  const start = () => startCommand(bin, ['serve', '--config', config, '--json'])
  let running: Running = await start()
  let kills = 0
  return {
    config,
    get kills() {
      return kills
    },
    async kill() {
      kills++
      await running.kill()
    },
    async start() {
      running = await start()
    },
    stop: () => running.stop(),
  }
}

const operatorKey = 'operator.key'

/** The first key comes from whoever runs the gateway; it makes all others. */
async function makeOperatorKey(bin: string, config: string, folder: string): Promise<void> {
  const made = await startCommand(bin, [
    'keys',
    'create',
    ...['--config', config, '--json', '--out', join(folder, operatorKey)],
    ...['--tenant', '*', '--name', 'demo', '--scopes', 'admin'],
  ])
  await made.ended
}

/** The API under the keys of the day. */
interface Apis {
  /** Of all tenants: for the comparison. */
  readonly operatorKey: string
  of(shop: string): Api
}

/** Makes a key for each shop. */
async function openApis(folder: string, shops: readonly Shop[], doors: ApiDoors): Promise<Apis> {
  const key = (await readFile(join(folder, operatorKey), 'utf8')).trim()
  const made = await Promise.all(
    shops.map(async ({ id }): Promise<[string, Api]> => {
      const operator = openApi(key, doors, { 'chadan-tenant': id })
      const answer = await operator.post<{ key: string }>('/v1/keys', { name: id, scopes: ['operate'] })
      return [id, openApi(answer.key, doors)]
    }),
  )
  const apis = new Map(made)
  // Every shop has one.
  return { operatorKey: key, of: (shop) => apis.get(shop) as Api }
}

/** A port that nobody holds now: the gateway comes back to it after its death. */
async function freePort(): Promise<number> {
  const taken = await serve(async () => new Response(), { port: 0 })
  await taken.close()
  return taken.port
}

function shopOf(shops: readonly Shop[], { product, size }: Plan): Shop {
  const own = shops.filter((shop) => shop.signers[product] !== undefined)
  // Every product has a shop.
  return own[size % own.length] as Shop
}

const unsettled = 'placing,unknown,awaiting_payment,in_service,paying,failing'
const refunding = ['placing', 'unknown', 'processing']

/** Waits until nothing is expected any more, or it has taken too long: then the comparison says what is open. */
async function settled(
  get: Get,
  { url, key, clock }: { url: string; key: string; clock: DayClock },
): Promise<void> {
  const untilMs = clock.now() + settleWithinMs
  const headers = { authorization: `Bearer ${key}` }
  const isOver = async () => {
    const open = (await get(`${url}/v1/orders?limit=1&state=${unsettled}`, headers)) as { data: unknown[] }
    if (open.data.length > 0) return false
    const all: OrderHere[] = await readHere(get, url, key)
    return all.every((order) => order.refunds.every((refund) => !refunding.includes(refund.state)))
  }
  while (clock.now() < untilMs && !(await isOver())) await clock.pass(15 * second)
}

/** Waits until every event has been delivered to its shop. */
async function allTold(given: {
  apis: Apis
  shops: readonly Shop[]
  inbox: Inbox
  clock: DayClock
}): Promise<void> {
  const { apis, shops, inbox, clock } = given
  const untilMs = clock.now() + settleWithinMs
  for (const { id } of shops) {
    for (let missing = true; missing && clock.now() < untilMs; ) {
      const received = inbox.received(id)
      missing = (await eventsOf(apis.of(id))).some((event) => !received.has(event))
      if (missing) await clock.pass(10 * second)
    }
  }
}

/** Ids of all events of a shop, from the sequence that has no gaps. */
async function eventsOf(api: Api): Promise<string[]> {
  const ids: string[] = []
  for (let after = 0, more = true; more; ) {
    const page = await api.get<{ data: { id: string }[]; next: number; more: boolean }>(
      `/v1/events?limit=500&after=${after}`,
    )
    ids.push(...page.data.map((event) => event.id))
    after = page.next
    more = page.more
  }
  return ids
}
