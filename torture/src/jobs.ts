/** One run as data, so that it can be carried out in any process, kept in a file, and repeated. */
import { runCore } from './core/run.ts'
import { coreDefects, wholeDefects } from './defects.ts'
import type { Given, Outcome } from './finding.ts'
import { runWhole } from './whole/run.ts'
import { runScenario } from './whole/scenarios.ts'

/** A run. */
export interface Job extends Given {
  readonly layer: 'core' | 'whole'
  /** The name of a canonical scenario instead of drawn people. */
  readonly scenario?: string | undefined
}

/** Carries out a run. */
export async function runJob(job: Job): Promise<Outcome> {
  const { layer, scenario, ...given } = job
  const { defect } = given
  if (scenario !== undefined) return runScenario(scenario, given)
  if (layer === 'core') return runCore(job, defect === undefined ? undefined : coreDefects[defect]?.parts())
  return runWhole({ ...given, adapt: defect === undefined ? undefined : wholeDefects[defect]?.adapt() })
}

/** The command that repeats a run. */
export function commandOf({ layer, seed, orders, without = [], defect, scenario, crashAt }: Job): string {
  return [
    'npm run torture --',
    layer === 'core' && '--core',
    `--seed ${seed} --orders ${orders}`,
    without.length > 0 && `--without ${without.join(',')}`,
    scenario !== undefined && `--scenario '${scenario}'`,
    crashAt !== undefined && `--crash-at ${crashAt}`,
    defect !== undefined && `--defect ${defect}`,
  ]
    .filter((one) => one !== false)
    .join(' ')
}
