/**
 * Measures ours beside what cannot be beaten and beside other packages, in one run, in turns.
 * `npm run bench`, `npm run bench -- --json`, `npm run bench -- --only xml,bill --rounds 3`
 */
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
const measures: Record<string, Measured> = {}
for (const name of wanted) {
  const group = groups[name]
  if (!group) throw new Error(`there is no group ${name}: ${Object.keys(groups).join(', ')}`)
  for (const [measure, found] of Object.entries(await group(effort))) measures[measure] = compare(found)
}
console.log(values.json ? JSON.stringify(measures, null, 2) : table(measures))
process.exit()
