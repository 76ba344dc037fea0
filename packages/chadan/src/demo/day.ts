/** A business day: simulator and gateway in processes of their own, merchants and payers here, all in one scaled time. */
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '@chadan/protocol'
import type { Credentials } from '@chadan/simulator'
import { serve } from '../serve.ts'
import { stoppable } from '../system.ts'
import { getJson, readHere, readThere } from './books.ts'
import { openChance } from './chance.ts'
import { compare, type Disagreement, tally } from './comparison.ts'
import { openFaults } from './faults.ts'
import { freePort, makeOperatorKey, openApis, openGateway } from './gateway.ts'
import { writeGatewayFiles } from './gateway-files.ts'
import { live, type Stage } from './lives.ts'
import { openPayer } from './payer.ts'
import { type Plan, planDay } from './plans.ts'
import { type Plant, servePlanted } from './plant.ts'
import { startCommand } from './processes.ts'
import { settled, untold } from './settling.ts'
import { type Shop, shopsOf } from './shops.ts'
import { openStranger } from './stranger.ts'
import type { DayResult } from './summary.ts'
import { followTime } from './time.ts'
import { type Inbox, openInbox } from './webhooks.ts'

/** What a day is made of. */
export interface DayOptions {
  readonly orders: number
  readonly seed: number
  /** How many seconds of the day pass in a real one. */
  readonly speed: number
  /** A PostgreSQL for the gateway instead of a file. */
  readonly postgres?: string | undefined
  /** The command's own file, which is started for simulator and gateway. */
  readonly bin: string
  /** Real time. */
  readonly clock: Clock
  readonly fetch: (request: Request) => Promise<Response>
  /** Told what happens, in a line each. */
  readonly report: (line: string) => void
}

/** A day that is over; its processes still run. */
export interface Day {
  readonly gatewayUrl: string
  readonly controlUrl: string
  /** Compares the books, tampered with before if something is planted. */
  compare(plant?: Plant): Promise<DayResult>
  close(): Promise<void>
}

const second = 1_000
const minute = 60 * second

/** For how long orders are placed: as many in a minute, whatever the day. */
function openForMs(orders: number): number {
  return Math.max(minute, orders * 1.8 * second)
}

/**
 * Lives a day until everything is settled. Throws where it cannot be held at all.
 * @example
 * const day = await liveDay({ orders: 200, seed: 1, speed: 50, … })
 * console.log((await day.compare()).agree)
 */
export async function liveDay(options: DayOptions): Promise<Day> {
  const folder = await mkdtemp(join(tmpdir(), 'chadan-day-'))
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 })
  process.once('exit', remove)
  const closing: (() => Promise<unknown>)[] = [
    async () => {
      process.off('exit', remove)
      remove()
    },
  ]
  const close = async () => {
    for (const one of closing.splice(0)) await one()
  }
  try {
    return { ...(await liveIn(folder, options, (one) => closing.unshift(one))), close }
  } catch (error) {
    await close()
    throw error
  }
}

async function liveIn(
  folder: string,
  options: DayOptions,
  later: (close: () => Promise<unknown>) => void,
): Promise<Omit<Day, 'close'>> {
  const { bin, fetch, report, seed, orders } = options
  const get = getJson(fetch)
  const credentials = join(folder, 'wechat.json')
  const starting = { bin, compiled: join(folder, 'compiled') }
  const simulator = await startCommand(starting, [
    'simulate',
    ...['--credentials', credentials, '--port', '0', '--json'],
    ...['--speed', String(options.speed), '--seed', String(seed)],
  ])
  later(simulator.stop)
  const controlUrl = String(simulator.said.controlUrl)
  const given = (await get(`${controlUrl}/credentials`)) as Credentials
  // When the day is closed, nothing that somebody still waits for may hold the process.
  const real = stoppable(options.clock)
  later(async () => real.stop())
  const clock = await followTime(get, controlUrl, real)
  const faults = openFaults(controlUrl, fetch)

  // The merchants' door is open before anybody knocks: its address is part of the configuration.
  let receive: Inbox['receive'] = async () => new Response(null, { status: 503 })
  const door = await serve((request) => receive(request), { port: 0 })
  later(door.close)
  // A database that is kept may hold earlier days.
  const mark = options.postgres === undefined ? '' : `-${randomBytes(4).toString('hex')}`
  const shops = shopsOf(given, mark)
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
    openGateway(starting, files.config),
    makeOperatorKey(starting, { config: files.config, folder, name: `demo${mark}` }),
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

  const plans = planDay(orders, openForMs(orders), openChance(seed, 'plans'))
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
  await clock.pass(openForMs(orders) * 0.45)
  await gateway.kill()
  report('The gateway was killed (SIGKILL) and is started again.')
  await gateway.start()
  const complaints = (await Promise.all(lives)).filter((one) => one !== undefined)
  for (const complaint of complaints) report(`A merchant could not go on: ${complaint}`)
  const tenants = shops.map(({ id }) => id)
  const books = { get, url: files.publicUrl, key: apis.operatorKey, tenants }
  await settled(books, clock, apis)
  const missing = await untold({ apis, shops, inbox, clock })
  report('Everything is settled; the books are compared.')

  const compareBooks: Day['compare'] = async (plant) => {
    const planted = plant && (await servePlanted(books.url, plant, fetch))
    const here = await readHere(planted ? { ...books, url: planted.url } : books)
    await planted?.close()
    const there = await readThere(get, controlUrl)
    const { lost, duplicated, answersLost } = await faults.happened()
    const disagreements = [...compare(here, there), ...neverPlaced(plans, here), ...missing]
    return {
      seed,
      orders: here.length,
      agree: disagreements.length === 0,
      faults: { lost, duplicated, forged: stranger.tries, answersLost, kills: gateway.kills },
      products: tally(here, there),
      disagreements,
    }
  }
  return { gatewayUrl: books.url, controlUrl, compare: compareBooks }
}

/** What merchants placed has to be in the books. */
function neverPlaced(plans: readonly Plan[], here: readonly { reference: string }[]): Disagreement[] {
  const known = new Set(here.map((one) => one.reference))
  return plans
    .filter((plan) => !known.has(plan.reference))
    .map(({ product, reference }) => ({
      product,
      reference,
      number: '',
      what: 'order',
      here: 'no such order',
      there: 'the merchant placed it',
    }))
}

function shopOf(shops: readonly Shop[], { product, size }: Plan): Shop {
  const own = shops.filter((shop) => shop.signers[product] !== undefined)
  // Every product has a shop.
  return own[size % own.length] as Shop
}
