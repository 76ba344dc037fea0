/** Plants every defect and counts the seeds until it is caught. */
import { coreDefects, wholeDefects } from './defects.ts'
import type { Outcome } from './finding.ts'
import type { Job } from './jobs.ts'
import type { Pool } from './pool.ts'

/** What a defect cost to find. */
export interface Caught {
  readonly defect: string
  readonly layer: Job['layer']
  readonly what: string
  /** Seeds until it was caught, from three starts; absent where it was not caught. */
  readonly seeds: readonly number[]
  readonly by: string
}

/** The most seeds a defect may take. */
export const bounds = { core: 400, whole: 80 } as const

/** Seeds from `from` on until the defect is caught. */
export async function catchDefect(
  run: (job: Job) => Promise<Outcome>,
  given: Pick<Job, 'layer' | 'defect' | 'orders'> & { from: number; most: number },
): Promise<{ seeds: number; by: string } | undefined> {
  const { layer, defect, orders, from, most } = given
  for (let count = 1; count <= most; count++) {
    const { broken } = await run({ layer, seed: from + count, orders, defect, lines: 0 })
    if (broken) return { seeds: count, by: `${broken.promise} ${broken.invariant}` }
  }
  return undefined
}

/** Every defect by its layer. */
export function allDefects(): readonly { layer: Job['layer']; defect: string; what: string }[] {
  const of = (layer: Job['layer'], all: Readonly<Record<string, { what: string }>>) =>
    Object.entries(all).map(([defect, { what }]) => ({ layer, defect, what }))
  return [...of('core', coreDefects), ...of('whole', wholeDefects)]
}

/** Plants them all; true when one was not caught. */
export async function plantDefects(
  pool: Pool,
  say: (text: string) => void,
  { only }: { only?: string | undefined },
): Promise<boolean> {
  const list = allDefects().filter((one) => only === undefined || one.defect === only)
  const caught: Caught[] = []
  const next = list[Symbol.iterator]()
  const lane = async () => {
    for (let { value, done } = next.next(); !done && value; { value, done } = next.next()) {
      const { layer, defect, what } = value
      const seeds: number[] = []
      let by = 'nothing'
      for (const from of [0, 10_000, 20_000]) {
        const orders = layer === 'core' ? 6 : 10
        const found = await catchDefect((job) => pool.run(job), {
          layer,
          defect,
          orders,
          from,
          most: bounds[layer],
        })
        if (!found) break
        seeds.push(found.seeds)
        by = found.by
      }
      caught.push({ defect, layer, what, seeds, by })
      const median = seeds.toSorted((a, b) => a - b)[1]
      say(
        `| ${defect.replaceAll('_', ' ')} | ${layer} | ${seeds.length < 3 ? 'NOT CAUGHT' : median} | ${by} |`,
      )
    }
  }
  await Promise.all(Array.from({ length: pool.size }, lane))
  const missed = caught.filter((one) => one.seeds.length < 3)
  say(
    `${caught.length} defects, ${missed.length} not caught${missed.length > 0 ? `: ${missed.map((one) => one.defect).join(', ')}` : ''}`,
  )
  return missed.length > 0
}
