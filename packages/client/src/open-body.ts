/** A body that is read long after its head: never without a time limit, never deaf to the caller's signal. */
import type { Clock } from '@chadan/protocol'

/** What holds a body while it is read. */
export interface OpenBodyOptions {
  readonly clock: Clock
  /** The time that each piece may take to come, in ms; the time the reader takes itself is not counted. */
  readonly timeoutMs: number
  /** The caller's. */
  readonly signal: AbortSignal | undefined
  /** Gives the connection up. */
  readonly connection: AbortController
  /** What the reader is thrown. */
  readonly lost: (error: unknown) => Error
}

/** Thrown inside when time is up. */
export class TimeUp extends Error {}

/** The pieces of a body, each within its time; a reader that stops early gives the connection up. */
export async function* openBody(
  body: AsyncIterable<Uint8Array>,
  { clock, timeoutMs, signal, connection, lost }: OpenBodyOptions,
): AsyncGenerator<Uint8Array, void> {
  const pieces = body[Symbol.asyncIterator]()
  let stop: (reason: unknown) => void = () => {}
  const giveUp = () => connection.abort(signal?.reason)
  connection.signal.addEventListener('abort', () => stop(connection.signal.reason), { once: true })
  signal?.addEventListener('abort', giveUp, { once: true })
  if (signal?.aborted) giveUp()
  const next = () =>
    new Promise<IteratorResult<Uint8Array, unknown>>((resolve, reject) => {
      stop = reject
      if (connection.signal.aborted) reject(connection.signal.reason)
      else pieces.next().then(resolve, reject)
    })
  let whole = false
  try {
    for (;;) {
      const cancel = clock.after(timeoutMs, () => connection.abort(new TimeUp()))
      const piece = await next()
        .catch((error: unknown) => {
          throw lost(error)
        })
        .finally(cancel)
      if (piece.done) {
        whole = true
        return
      }
      yield piece.value
    }
  } finally {
    signal?.removeEventListener('abort', giveUp)
    if (!whole) {
      connection.abort()
      // A body that hangs may never answer this, so nobody waits for it.
      Promise.resolve(pieces.return?.()).catch(() => {})
    }
  }
}
