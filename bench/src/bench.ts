/**
 * Measures ours beside what cannot be beaten and beside other packages, in one run, in turns.
 * `npm run bench`, `npm run bench -- --json`, `npm run bench -- --only xml,bill --rounds 3`
 */
import { execFileSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { bills } from './measures/bill.ts'
import { notifications } from './measures/notification.ts'
import { roundtrips } from './measures/roundtrip.ts'
import { sizes } from './measures/size.ts'
import { xml } from './measures/xml.ts'
import type { Effort } from './rounds.ts'
import { compare, type Found, type Measured, table } from './table.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    rounds: { type: 'string', default: '7' },
    'turn-ms': { type: 'string', default: '400' },
  },
})

const groups: Readonly<Record<string, (effort: Effort) => Promise<Record<string, Found>>>> = {
  roundtrip: roundtrips,
  notification: notifications,
  xml,
  bill: bills,
  size: sizes,
}

const wanted = values.only?.split(',') ?? Object.keys(groups)
const effort = { rounds: Number(values.rounds), turnMs: Number(values['turn-ms']) }
const [first] = wanted
const measures = wanted.length === 1 && first ? await measure(first) : Object.assign({}, ...wanted.map(apart))
console.log(values.json ? JSON.stringify(measures, null, 2) : table(measures))
process.exit()

async function measure(name: string): Promise<Record<string, Measured>> {
  const group = groups[name]
  if (!group) throw new Error(`there is no group ${name}: ${Object.keys(groups).join(', ')}`)
  const found = Object.entries(await group(effort))
  return Object.fromEntries(found.map(([one, numbers]) => [one, compare(numbers)]))
}

/** Each group in a process of its own, so that none is measured on code that another has warmed or spoilt. */
function apart(name: string): Record<string, Measured> {
  const words = ['--json', '--only', name, '--rounds', values.rounds, '--turn-ms', values['turn-ms']]
  const program = [import.meta.filename, ...words]
  return JSON.parse(
    execFileSync(process.execPath, program, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }),
  )
}
