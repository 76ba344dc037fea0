/** A crash at every point of every canonical scenario: recorded once, then once again for each. */
import { commandOf, type Job } from './jobs.ts'
import { type Pool, runAll } from './pool.ts'
import { scenarioSeed, scenarios } from './whole/scenarios.ts'

/** Crashes everywhere; true when something broke. */
export async function crashEverywhere(
  pool: Pool,
  say: (text: string) => void,
  { every = 1, only }: { every?: number | undefined; only?: string | undefined } = {},
): Promise<boolean> {
  const startedMs = performance.now()
  let found = 0
  let points = 0
  const jobs: Job[] = []
  const common = { layer: 'whole', seed: scenarioSeed, orders: 0, lines: 0 } as const
  await runAll(
    pool,
    Object.keys(scenarios)
      .filter((name) => only === undefined || name.startsWith(only))
      .map((scenario): Job => ({ ...common, scenario })),
    (job, outcome) => {
      if (outcome.broken) {
        found++
        say(`${job.scenario}: ${outcome.broken.message.slice(0, 600)}\n${commandOf(job)}`)
        return undefined
      }
      points += outcome.counts.points
      say(`${job.scenario}: ${outcome.counts.points} points`)
      for (let crashAt = every - 1; crashAt < outcome.counts.points; crashAt += every)
        jobs.push({ ...job, crashAt })
      return undefined
    },
  )
  await runAll(pool, jobs, (job, outcome) => {
    if (!outcome.broken) return undefined
    found++
    say(`${job.scenario}, point ${job.crashAt}: ${outcome.broken.message.slice(0, 600)}\n${commandOf(job)}`)
    return found < 20 ? undefined : false
  })
  const seconds = Math.round((performance.now() - startedMs) / 1_000)
  say(
    `${Object.keys(scenarios).length} scenarios, ${points} crash points, ${jobs.length} tried, ${seconds} s (${Math.round(pool.cpuMs / 1_000)} s of processor time); ${found} failed`,
  )
  return found > 0
}
