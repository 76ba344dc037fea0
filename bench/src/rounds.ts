/** Contenders take turns, round by round, so that what else the machine does falls on all alike. */

/** What one turn came to. */
export interface Turn {
  /** By the clock. */
  readonly perSecond: number
  /** In a second of processor time: for work in one thread, what others do on the machine counts little in it. */
  readonly perCpuSecond: number
  /** Processor time for each call, all threads of this process together, in microseconds. */
  readonly cpuUs: number
}

/** One who is measured: `work` is done `concurrency` at a time. */
export interface Contender {
  readonly work: () => unknown
  readonly concurrency?: number
  /** How much one call of `work` counts for, e.g. the rows of a bill. Default 1. */
  readonly counts?: number
}

/** How long to measure. */
export interface Effort {
  readonly rounds: number
  readonly turnMs: number
}

/** Runs all contenders in turns; the median of each. The first round only warms up. */
export async function inTurns<N extends string>(
  contenders: Readonly<Record<N, Contender>>,
  { rounds, turnMs }: Effort,
): Promise<Record<N, Turn>> {
  const names = Object.keys(contenders) as N[]
  const turns = Object.fromEntries(names.map((name) => [name, [] as Turn[]])) as Record<N, Turn[]>
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const turn = await takeTurn(contenders[name], turnMs)
      if (round > 0) turns[name].push(turn)
    }
  }
  const middle = (name: N) => ({
    perSecond: median(turns[name].map((turn) => turn.perSecond)),
    perCpuSecond: median(turns[name].map((turn) => turn.perCpuSecond)),
    cpuUs: median(turns[name].map((turn) => turn.cpuUs)),
  })
  return Object.fromEntries(names.map((name) => [name, middle(name)])) as Record<N, Turn>
}

async function takeTurn({ work, concurrency = 1, counts = 1 }: Contender, turnMs: number): Promise<Turn> {
  let done = 0
  const startedCpu = process.cpuUsage()
  const started = performance.now()
  const end = started + turnMs
  async function line(): Promise<void> {
    while (performance.now() < end) {
      const result = work()
      if (result instanceof Promise) await result
      done += counts
    }
  }
  await Promise.all(Array.from({ length: concurrency }, line))
  const seconds = (performance.now() - started) / 1000
  const { user, system } = process.cpuUsage(startedCpu)
  const cpuUs = (user + system) / done
  return { perSecond: done / seconds, perCpuSecond: 1_000_000 / cpuUs, cpuUs }
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}
