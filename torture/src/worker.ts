/** A process that carries out runs for another one. */
import type { Outcome } from './finding.ts'
import { type Job, runJob } from './jobs.ts'

/** What is sent to a worker, and what it answers. */
export interface Errand {
  readonly id: number
  readonly job: Job
}
export interface Done {
  readonly id: number
  readonly outcome: Outcome
  /** Processor time it took, in ms. */
  readonly cpuMs: number
}

let stray: string | undefined
process.on('unhandledRejection', (error) => {
  stray ??= error instanceof Error ? (error.stack ?? error.message) : String(error)
})

process.on('message', ({ id, job }: Errand) => {
  const before = process.cpuUsage()
  void runJob(job).then((outcome) => {
    const { user, system } = process.cpuUsage(before)
    const message = stray
    stray = undefined
    const lost =
      message === undefined ? {} : { broken: { promise: 0, invariant: 'no rejection is lost', message } }
    process.send?.({ id, outcome: { ...lost, ...outcome }, cpuMs: (user + system) / 1_000 } satisfies Done)
  })
})
