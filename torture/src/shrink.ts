/** Makes a failing run smaller: fewer orders first, then fewer kinds of fault. It stays the same promise that breaks. */
import { coreFaults } from './core/faults.ts'
import type { Outcome } from './finding.ts'
import type { Job } from './jobs.ts'
import { wholeFaults } from './whole/faults.ts'

/** The smallest run found that still breaks the same promise, within so many tries. */
export async function shrink(
  job: Job,
  broken: NonNullable<Outcome['broken']>,
  run: (job: Job) => Promise<Outcome>,
  tries = 60,
): Promise<Job> {
  let left = tries
  let small = job
  const stillBreaks = async (candidate: Job) => {
    if (left-- <= 0) return false
    const { broken: again } = await run({ ...candidate, lines: 0 })
    return again?.promise === broken.promise
  }
  for (let orders = 1; orders < small.orders; orders++) {
    if (!(await stillBreaks({ ...small, orders }))) continue
    small = { ...small, orders }
    break
  }
  const kinds: readonly string[] = job.layer === 'core' ? coreFaults : Object.keys(wholeFaults)
  for (const kind of kinds) {
    const without = [...(small.without ?? []), kind]
    if (await stillBreaks({ ...small, without })) small = { ...small, without }
  }
  return small
}
