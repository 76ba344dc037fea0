/** `npm run torture -- …`: many seeds, one seed again, a crash at every point, or every planted defect. */
import { parseArgs } from 'node:util'
import { crashEverywhere } from './exhaustive.ts'
import { hunt } from './hunting.ts'
import { commandOf, type Job, runJob } from './jobs.ts'
import { plantDefects } from './planting.ts'
import { openPool } from './pool.ts'

const usage = `npm run torture -- [what] [how much]
  --seeds N        so many seeds (default 200; core 2000)      --from N     the first seed
  --orders N       orders in each (default 10; core 6)         --minutes M  as many seeds as fit
  --core           the order core alone                        --workers N  processes (default: one per core)
  --seed S         this seed again, with its trace             --without a,b  no faults of these kinds
  --exhaustive     a crash at every point of the canonical scenarios
                   --every N  at each Nth only         --only combine  of this product
  --defects        every planted defect must be caught         --defect NAME  this one
  --scenario NAME  one canonical scenario                      --crash-at N   with a crash at this point
  --json           the figures as JSON`

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    orders: { type: 'string' },
    minutes: { type: 'string' },
    seed: { type: 'string' },
    workers: { type: 'string' },
    without: { type: 'string' },
    defect: { type: 'string' },
    scenario: { type: 'string' },
    'crash-at': { type: 'string' },
    core: { type: 'boolean', default: false },
    exhaustive: { type: 'boolean', default: false },
    defects: { type: 'boolean', default: false },
    every: { type: 'string' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

const layer = values.core ? 'core' : 'whole'
const number = (text: string | undefined) => (text === undefined ? undefined : Number(text))
const common = {
  layer,
  orders: number(values.orders) ?? (values.core ? 6 : 10),
  without: values.without?.split(','),
  defect: values.defect,
} as const
const say = (text: string) => void process.stdout.write(`${text}\n`)

if (values.help) say(usage)
else if (values.seed !== undefined || values.scenario !== undefined) {
  const job: Job = {
    ...common,
    seed: number(values.seed) ?? 1,
    lines: 100_000,
    scenario: values.scenario,
    crashAt: number(values['crash-at']),
  }
  const { trace, counts, digest, broken } = await runJob(job)
  say(trace.join('\n'))
  say(`${commandOf(job)}\n${JSON.stringify(counts)}\ntrace ${digest}`)
  if (broken) say(`BROKEN ${broken.message}`)
  process.exitCode = broken ? 1 : 0
} else {
  const pool = openPool(number(values.workers))
  try {
    const found = values.exhaustive
      ? await crashEverywhere(pool, say, { every: number(values.every), only: values.only })
      : values.defects
        ? await plantDefects(pool, say, { only: values.defect })
        : await hunt(pool, say, {
            ...common,
            from: Number(values.from),
            seeds:
              number(values.seeds) ??
              (values.minutes === undefined ? (values.core ? 2_000 : 200) : undefined),
            minutes: number(values.minutes),
            json: values.json,
          })
    process.exitCode = found ? 1 : 0
  } finally {
    pool.close()
  }
}
