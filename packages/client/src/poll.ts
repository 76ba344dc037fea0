/** Asking until the answer is final. */
import type { Clock } from '@chadan/protocol'
import { Lost, Refused } from './errors.ts'

/** One look at an order. */
export type Look<T> =
  | { readonly look: 'answer'; readonly answer: T; readonly final: boolean; readonly attempt: number }
  /** No such order, as this interface says it; believe it when heard twice, 3 s apart (X7). */
  | { readonly look: 'notFound'; readonly error: Refused; readonly final: false; readonly attempt: number }
  | { readonly look: 'lost'; readonly error: Lost; readonly final: false; readonly attempt: number }

/** How to poll. */
export interface PollOptions<T> {
  /** Whether an answer is the last word. */
  readonly until: (answer: T) => boolean
  /** Pauses in ms between looks; the last one goes on. Default: every 2 s for a minute, then X13. */
  readonly pausesMs?: readonly number[]
  /** No look begins later than this many ms after the first. Ending proves nothing. */
  readonly timeLimitMs?: number
  readonly signal?: AbortSignal
  readonly clock: Clock
}

const second = 1000
const minute = 60 * second

/** While a payer waits, then 5, 30 s, 1, 3, 5, 10, 30 min, hourly for a day, then every six hours (X13). */
export const pollPausesMs: readonly number[] = [
  ...Array<number>(30).fill(2 * second),
  5 * second,
  30 * second,
  minute,
  3 * minute,
  5 * minute,
  10 * minute,
  30 * minute,
  ...Array<number>(24).fill(60 * minute),
  360 * minute,
]

/**
 * Asks again and again, and yields every look, until one is final. No schedule ends in a verdict: when
 * the limit is reached the iteration ends without a final look.
 * @example
 * for await (const look of poll(() => wx.medIns.queryByOutTradeNo(key), { until: isFinal, clock: systemClock })) …
 */
export async function* poll<T>(
  ask: () => Promise<T>,
  options: PollOptions<T>,
): AsyncGenerator<Look<T>, void> {
  const { clock, until, pausesMs = pollPausesMs, timeLimitMs = Number.POSITIVE_INFINITY, signal } = options
  const startMs = clock.now()
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted()
    const look = await lookOnce(ask, until, attempt)
    yield look
    if (look.final) return
    const pause = pausesMs[Math.min(attempt, pausesMs.length) - 1] ?? minute
    if (clock.now() + pause - startMs > timeLimitMs) return
    await wait(clock, pause, signal)
  }
}

async function lookOnce<T>(
  ask: () => Promise<T>,
  until: (answer: T) => boolean,
  attempt: number,
): Promise<Look<T>> {
  try {
    const answer = await ask()
    return { look: 'answer', answer, final: until(answer), attempt }
  } catch (error) {
    if (error instanceof Refused && error.notFound) return { look: 'notFound', error, final: false, attempt }
    if (error instanceof Lost) return { look: 'lost', error, final: false, attempt }
    throw error
  }
}

function wait(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const stop = () => {
      cancel()
      reject(signal?.reason)
    }
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener('abort', stop)
      resolve()
    })
    signal?.addEventListener('abort', stop, { once: true })
  })
}
