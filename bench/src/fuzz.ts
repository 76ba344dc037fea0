/**
 * Feeds the readers with what nobody should send. Fails when one throws anything but its own refusal, takes
 * longer than two seconds for one input, or accepts what was changed after it was signed.
 * `npm run fuzz -- --runs 1000000`, `npm run fuzz -- --runs 50000 --seed 7 bills`
 */
import { parseArgs } from 'node:util'
import { answers, authorization, certificates, signedHeaders, times } from './fuzz/apiv3.ts'
import { dice, draw } from './fuzz/mutate.ts'
import { bills, callbacks, idNumbers, xml } from './fuzz/others.ts'
import type { Target } from './fuzz/target.ts'

const targets: Readonly<Record<string, () => Target | Promise<Target>>> = {
  xml,
  answers,
  authorization,
  signedHeaders,
  bills,
  callbacks,
  times,
  idNumbers,
  certificates,
}

const longestMs = 2_000

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '90000' }, seed: { type: 'string', default: '1' } },
})
const wanted = positionals.length > 0 ? positionals : Object.keys(targets)
const runs = Math.ceil(Number(values.runs) / wanted.length)
for (const name of wanted) {
  const open = targets[name]
  if (!open) throw new Error(`there is no target ${name}: ${Object.keys(targets).join(', ')}`)
  feed(name, await open())
}
process.exit(process.exitCode)

function feed(name: string, target: Target): void {
  const started = performance.now()
  let accepted = 0
  let slowest = 0
  for (const sample of target.samples) if (!target.read(sample)) throw new Error(`${name} refuses its sample`)
  for (let run = 0; run < runs; run++) {
    // Each run has its own dice, so that one failure can be had again alone.
    const input = draw(target, dice(Number(values.seed) * 1_000_003 + run))
    const before = performance.now()
    try {
      if (target.read(input)) accepted++
    } catch (error) {
      if (!target.refusals.some((kind) => error instanceof kind)) return fail(name, run, input, error)
    }
    const took = performance.now() - before
    slowest = Math.max(slowest, took)
    if (took > longestMs) return fail(name, run, input, new Error(`took ${took.toFixed(0)} ms`))
  }
  const seconds = (performance.now() - started) / 1000
  const figures = `${runs} runs, ${accepted} accepted, slowest ${slowest.toFixed(1)} ms, ${seconds.toFixed(1)} s`
  console.log(`${name}: ${figures}`)
}

function fail(name: string, run: number, input: Buffer, error: unknown): void {
  process.exitCode = 1
  console.error(`${name}: broken at seed ${values.seed}, run ${run}, input ${input.toString('base64')}`)
  console.error(error)
}
