/** A simulator on a socket, with its files: what `chadan simulate` runs. */
import type { Clock, Random } from '@chadan/protocol'
import {
  defaultSwitches,
  freshKeySource,
  openSimulator,
  type Simulator,
  type Snapshot,
  type SomeSwitches,
  scaledClock,
  testKeySource,
} from '@chadan/simulator'
import { readIfThere, writePrivate } from './files.ts'
import { CommandProblem } from './problem.ts'
import { type Served, type Serving, serve } from './serve.ts'
import { stoppable } from './system.ts'

/** What a simulation is opened with: doors, port, files. */
export interface SimulationOptions {
  readonly clock: Clock
  /** Chance where no seed is given. */
  readonly random: Random
  /** 0 takes a free one. */
  readonly port: number
  /** Where the credentials are written. */
  readonly credentials: string
  /** The same seed draws the same numbers. */
  readonly seed?: string | undefined
  /** Where the world is kept from one run to the next. */
  readonly state?: string | undefined
  readonly switches?: SomeSwitches
  readonly keys?: 'fresh' | 'test'
  /** How many seconds pass in the world in one real second. Default 1. */
  readonly speed?: number | undefined
  /** When the world begins, UTC ms. Default now, or where the state left off when that is later. */
  readonly startMs?: number | undefined
  /** How notices leave. */
  readonly fetch: (request: Request) => Promise<Response>
  /** Told of what goes wrong while it runs. */
  readonly report?: (message: string) => void
}

/** A simulation that runs. */
export interface Simulation {
  readonly simulator: Simulator
  readonly url: string
  /** Stops listening, saves the state, drops what is planned. */
  close(): Promise<void>
}

const { noticeTimeoutMs } = defaultSwitches

/** How long changes are gathered before the state is saved, in real milliseconds. */
const gatherMs = 300

/**
 * Opens a simulator on 127.0.0.1, goes on with the state of an earlier run where there is one, and
 * writes the credentials. Throws `CommandProblem`.
 */
export async function openSimulation(options: SimulationOptions): Promise<Simulation> {
  const snapshot = options.state === undefined ? undefined : await readState(options.state)
  const clock = stoppable(options.clock)
  const worldClock = clockOf(clock, options, snapshot)
  const keeper = options.state === undefined ? undefined : openKeeper(options.state, clock, options.report)
  // The address is part of the world, so the port is taken before the world is opened.
  let fetch: Served = async () => new Response(null, { status: 503 })
  const serving = await serve((request, connection) => fetch(request, connection), options)
  try {
    const simulator = await openSimulator({
      clock: worldClock,
      ...(options.seed === undefined && { random: options.random }),
      ...(options.seed !== undefined && { seed: options.seed }),
      baseUrl: serving.url,
      keys: options.keys === 'fresh' ? freshKeySource() : testKeySource(),
      switches: {
        loopbackNotifyUrls: 'accept',
        // The network does not run faster than the machine, whatever the clock says.
        ...(options.speed && { noticeTimeoutMs: Math.ceil(noticeTimeoutMs * options.speed) }),
        ...options.switches,
      },
      ...(snapshot && { snapshot }),
      fetch: options.fetch,
      changed: () => keeper?.changed(),
    })
    keeper?.open(() => simulator.snapshot())
    await keeper?.save()
    await writePrivate(options.credentials, `${JSON.stringify(simulator.credentials, null, 2)}\n`)
    fetch = simulator.fetch
    return { simulator, url: serving.url, close: () => close(serving, keeper, clock) }
  } catch (error) {
    clock.stop()
    await serving.close()
    throw error
  }
}

/** The world's own time: that of the machine, unless it runs faster or began elsewhere. */
function clockOf(
  clock: Clock,
  { speed, startMs }: Pick<SimulationOptions, 'speed' | 'startMs'>,
  snapshot: Snapshot | undefined,
): Clock {
  if (speed === undefined && startMs === undefined) return clock
  // Time never goes back in one world.
  const earliestMs = Math.max(startMs ?? clock.now(), snapshot?.nowMs ?? 0)
  return scaledClock(clock, { speed: speed ?? 1, startMs: earliestMs })
}

async function close(serving: Serving, keeper: Keeper | undefined, clock: { stop(): void }): Promise<void> {
  await serving.close()
  clock.stop()
  await keeper?.save()
}

/** Saves the state some time after a change, one save at a time. */
interface Keeper {
  open(take: () => Snapshot): void
  changed(): void
  /** Saves now. */
  save(): Promise<void>
}

function openKeeper(path: string, clock: Clock, report: (message: string) => void = () => {}): Keeper {
  let take: (() => Snapshot) | undefined
  let planned = false
  let saving = Promise.resolve()

  function save(): Promise<void> {
    const work = saving.then(async () => {
      if (take) await writePrivate(path, JSON.stringify(take()))
    })
    // A save that failed must not keep the next one from trying.
    saving = work.catch(() => {})
    return work
  }

  return {
    open(given) {
      take = given
    },
    save,
    changed() {
      if (planned) return
      planned = true
      clock.after(gatherMs, () => {
        planned = false
        save().catch((error: Error) => report(error.message))
      })
    },
  }
}

async function readState(path: string): Promise<Snapshot | undefined> {
  const text = await readIfThere(path)
  if (text === undefined) return undefined
  const unfit = (what: string) =>
    new CommandProblem(`${path} ${what}: move it away to begin anew, or give another --state`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw unfit('is no state of chadan simulate')
  }
  if (!isSnapshot(value)) throw unfit('is no state of this version of chadan simulate')
  return value
}

function isSnapshot(value: unknown): value is Snapshot {
  if (typeof value !== 'object' || value === null) return false
  const { version, nowMs, tables } = value as Partial<Record<keyof Snapshot, unknown>>
  return version === 1 && typeof nowMs === 'number' && typeof tables === 'object' && tables !== null
}
