/**
 * Measures the gateway beside what cannot be beaten, in one run.
 * `npm run bench:gateway`, `… -- --json`, `… -- --only hearing,placing,finding,nodes --count 2000 --rounds 3 --rows 1000000`
 */
import { execFileSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { finding } from './gateway/finding.ts'
import { hearing } from './gateway/hearing.ts'
import { nodes } from './gateway/nodes.ts'
import { placing } from './gateway/placing.ts'
import { compare, type Found, type Measured, table } from './table.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    count: { type: 'string', default: '2000' },
    rounds: { type: 'string', default: '3' },
    rows: { type: 'string', default: '1000000' },
  },
})

const effort = { count: Number(values.count), rounds: Number(values.rounds) }
const groups: Readonly<Record<string, () => Promise<Record<string, Found>>>> = {
  hearing: () => hearing(effort),
  placing: () => placing(effort),
  nodes: () => nodes(effort),
  finding: () => finding(Number(values.rows)),
}

const wanted = values.only?.split(',') ?? Object.keys(groups)
const [first] = wanted
const measures = wanted.length === 1 && first ? await measure(first) : Object.assign({}, ...wanted.map(apart))
console.log(values.json ? JSON.stringify(measures, null, 2) : table(measures))
process.exit()

async function measure(name: string): Promise<Record<string, Measured>> {
  const group = groups[name]
  if (!group) throw new Error(`there is no group ${name}: ${Object.keys(groups).join(', ')}`)
  return Object.fromEntries(Object.entries(await group()).map(([one, numbers]) => [one, compare(numbers)]))
}

/** Each group in a process of its own, so that none is measured on what another left in memory. */
function apart(name: string): Record<string, Measured> {
  const { count, rounds, rows } = values
  const words = ['--json', '--only', name, '--count', count, '--rounds', rounds, '--rows', rows]
  const program = ['--expose-gc', import.meta.filename, ...words]
  return JSON.parse(
    execFileSync(process.execPath, program, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }),
  )
}
