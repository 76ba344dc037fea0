/** Workers, one per core: runs share nothing, so each goes to whichever is free. */
import { type ChildProcess, fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Outcome } from './finding.ts'
import type { Job } from './jobs.ts'
import type { Done } from './worker.ts'

/** A pool of workers. */
export interface Pool {
  readonly size: number
  /** Processor time of all runs so far, in ms: what a busy machine cannot spoil. */
  readonly cpuMs: number
  run(job: Job): Promise<Outcome>
  close(): void
}

/** Opens a pool. */
export function openPool(size = availableParallelism()): Pool {
  const path = fileURLToPath(new URL('worker.ts', import.meta.url))
  const free: ChildProcess[] = []
  const waiting: ((worker: ChildProcess) => void)[] = []
  const answers = new Map<number, (outcome: Outcome) => void>()
  let count = 0
  let cpuMs = 0
  const workers = Array.from({ length: size }, () => {
    const worker = fork(path, { execArgv: [...process.execArgv, '--no-warnings'] })
    worker.on('message', ({ id, outcome, cpuMs: spent }: Done) => {
      cpuMs += spent
      answers.get(id)?.(outcome)
      answers.delete(id)
      const next = waiting.shift()
      if (next) next(worker)
      else free.push(worker)
    })
    free.push(worker)
    return worker
  })
  const take = () =>
    new Promise<ChildProcess>((resolve) => {
      const worker = free.pop()
      if (worker) resolve(worker)
      else waiting.push(resolve)
    })
  return {
    size,
    get cpuMs() {
      return cpuMs
    },
    async run(job) {
      const worker = await take()
      const id = count++
      return new Promise((resolve) => {
        answers.set(id, resolve)
        worker.send({ id, job })
      })
    },
    close() {
      for (const worker of workers) worker.disconnect()
    },
  }
}

/** Carries out many runs, as many at a time as there are workers; `told` hears each, and ends it with `false`. */
export async function runAll(
  pool: Pool,
  jobs: Iterable<Job>,
  told: (job: Job, outcome: Outcome) => boolean | undefined,
): Promise<void> {
  const list = jobs[Symbol.iterator]()
  let on = true
  const lane = async () => {
    while (on) {
      const { value, done } = list.next()
      if (done) return
      const job: Job = value
      if (told(job, await pool.run(job)) === false) on = false
    }
  }
  await Promise.all(Array.from({ length: pool.size }, lane))
}
