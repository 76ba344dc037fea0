/** Work that is done a number of times, so many at a time or at a pace, and what it took. */

/** What a stretch of work came to. */
export interface Stretch {
  readonly perSecond: number
  /** Processor time of this process for each, in microseconds. */
  readonly cpuUs: number
}

/** Does `work` for 0 to `count` - 1, at most `atOnce` at a time. */
export async function allOf(
  count: number,
  atOnce: number,
  work: (at: number) => Promise<unknown>,
): Promise<Stretch> {
  let next = 0
  const startedCpu = process.cpuUsage()
  const started = performance.now()
  const line = async () => {
    while (next < count) await work(next++)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, line))
  const seconds = (performance.now() - started) / 1000
  const { user, system } = process.cpuUsage(startedCpu)
  return { perSecond: count / seconds, cpuUs: (user + system) / count }
}

/** Times in milliseconds. */
export interface Latency {
  readonly p50: number
  readonly p99: number
}

/**
 * Does `work` at a pace that does not wait for answers, and counts each from when it should have
 * begun: whatever queues behind something slow is counted with it.
 */
export async function atPace(
  count: number,
  perSecond: number,
  work: (at: number) => Promise<unknown>,
): Promise<Latency> {
  const started = performance.now()
  const dueMs = (at: number) => started + (at * 1000) / perSecond
  const took: number[] = []
  const under: Promise<unknown>[] = []
  for (let at = 0; at < count; ) {
    for (; at < count && dueMs(at) <= performance.now(); at++) {
      const due = dueMs(at)
      under.push(work(at).then(() => took.push(performance.now() - due)))
    }
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await Promise.all(under)
  took.sort((a, b) => a - b)
  const quantile = (q: number) => took[Math.min(took.length - 1, Math.floor(q * took.length))] ?? Number.NaN
  return { p50: quantile(0.5), p99: quantile(0.99) }
}
