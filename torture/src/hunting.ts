/** Runs many seeds, those that found something before first; shrinks and keeps what fails. */
import type { Counts, Outcome } from './finding.ts'
import { commandOf, type Job } from './jobs.ts'
import { type Pool, runAll } from './pool.ts'
import { keepSeed, readSeeds } from './seeds.ts'
import { shrink } from './shrink.ts'

/** What is hunted, and for how long. */
export interface Hunt {
  readonly layer: Job['layer']
  readonly orders: number
  readonly without?: readonly string[] | undefined
  readonly defect?: string | undefined
  readonly from: number
  readonly seeds?: number | undefined
  readonly minutes?: number | undefined
  readonly json?: boolean
}

/** Hunts; true when something was found. */
export async function hunt(pool: Pool, say: (text: string) => void, given: Hunt): Promise<boolean> {
  const startedMs = performance.now()
  const untilMs = given.minutes === undefined ? Number.POSITIVE_INFINITY : startedMs + given.minutes * 60_000
  const counts: Counts[] = []
  const failed: { job: Job; outcome: Outcome }[] = []
  const { layer, orders, without, defect } = given

  function* jobs(): Generator<Job> {
    for (const { found: _, ...kept } of readSeeds()) if (kept.layer === layer) yield { ...kept, lines: 0 }
    for (let seed = given.from; given.seeds === undefined || seed < given.from + given.seeds; seed++) {
      if (performance.now() > untilMs) return
      yield { layer, seed, orders, without, defect, lines: 0 }
    }
  }

  await runAll(pool, jobs(), (job, outcome) => {
    counts.push(outcome.counts)
    if (!outcome.broken) return undefined
    failed.push({ job, outcome })
    say(`seed ${job.seed}: ${outcome.broken.message.slice(0, 600)}`)
    // A few are enough to look at.
    return failed.length < 5 ? undefined : false
  })

  for (const { job, outcome } of failed.slice(0, 2)) {
    if (!outcome.broken) continue
    const small = await shrink(job, outcome.broken, (one) => pool.run(one))
    const again = await pool.run({ ...small, lines: 80 })
    say(`\n${again.trace.join('\n')}\n${again.broken?.message}\nrepeat: ${commandOf(small)}`)
    const { seed, scenario, crashAt } = small
    if (defect === undefined)
      keepSeed({
        layer,
        seed,
        orders: small.orders,
        without: small.without,
        scenario,
        crashAt,
        found: outcome.broken.message.slice(0, 200),
      })
  }
  const figures = figuresOf(counts, (performance.now() - startedMs) / 1_000, pool.cpuMs)
  say(
    given.json ? JSON.stringify({ layer, failed: failed.length, ...figures }) : tell(figures, failed.length),
  )
  return failed.length > 0
}

function figuresOf(counts: readonly Counts[], seconds: number, cpuMs: number) {
  // A seed without a fault proves nothing about faults.
  const counted = counts.filter((one) => one.faults > 0)
  const median = (name: keyof Counts) =>
    counted.map((one) => one[name]).toSorted((a, b) => a - b)[counted.length >> 1] ?? 0
  return {
    seeds: counts.length,
    withFaults: counted.length,
    seconds: Math.round(seconds),
    cpuMsPerSeed: Math.round(cpuMs / Math.max(1, counts.length)),
    orders: median('orders'),
    paid: median('paid'),
    faults: median('faults'),
    crashes: median('crashes'),
    calls: median('calls'),
    steps: median('steps'),
  }
}

function tell(figures: ReturnType<typeof figuresOf>, failed: number): string {
  const { seeds, withFaults, seconds, cpuMsPerSeed, ...medians } = figures
  const words = Object.entries(medians).map(([name, value]) => `${name} ${value}`)
  return `${seeds} seeds in ${seconds} s (${cpuMsPerSeed} ms of processor time each), ${withFaults} with faults; medians of these: ${words.join(', ')}; ${failed} failed`
}
