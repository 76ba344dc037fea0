/** The feed: every event of a tenant under numbers without a gap, by pages and as a stream. */
import type { Clock } from '@chadan/protocol'
import { Declined } from '../engine/desk.ts'
import type { FeedEvent, Store } from '../store/store.ts'
import { type ToldEvent, tell } from './webhooks.ts'

/** What a feed leans on, and its limits. */
export interface FeedOptions {
  readonly store: Store
  readonly clock: Clock
  readonly failed?: ((where: string, error: unknown) => void) | undefined
  /** How often a stream looks for events that another node numbered, in ms. Default 1 000. */
  readonly pollMs?: number | undefined
  /** A comment is sent after so long without an event, so that proxies keep the connection. Default 15 000. */
  readonly heartbeatMs?: number | undefined
  /** A stream ends after so long; receivers resume. Default an hour. */
  readonly lifeMs?: number | undefined
  /** Streams of one tenant at once. Default 20. */
  readonly streams?: number | undefined
}

/** One page of the feed. */
export interface FeedPage {
  readonly events: readonly ToldEvent[]
  /** What to give as `after` for what follows. */
  readonly next: number
  /** Whether more was there already. */
  readonly more: boolean
}

/** The feed of all tenants. */
export interface Feed {
  page(tenant: string, more?: { after?: number | undefined; limit?: number | undefined }): Promise<FeedPage>
  /**
   * `text/event-stream`: id is the number, event the type, data the event as in a page. Begins behind
   * `after`; ends on `signal`, at the end of its life, at `stop`, and a heartbeat after `allowed` says no.
   * Declines `too_many_streams`.
   */
  stream(
    tenant: string,
    more: {
      after: number
      signal?: AbortSignal | undefined
      allowed?: (() => Promise<boolean>) | undefined
    },
  ): Response
  /** These tenants have new events: their streams look at once. */
  wake(tenants: readonly string[]): void
  /** Ends all streams. */
  stop(): void
}

/** The place behind which to go on, from `Last-Event-ID` or `?after=`; `undefined` when it is no number of the feed. */
export function placeOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return 0
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

/** Opens the feed. */
export function openFeed(options: FeedOptions): Feed {
  const { store, clock, pollMs = 1_000, heartbeatMs = 15_000, lifeMs = 3_600_000, streams = 20 } = options
  const open = new Map<string, Set<Listener>>()

  function stream(tenant: string, { after, signal, allowed }: Parameters<Feed['stream']>[1]) {
    const listeners = open.get(tenant) ?? new Set()
    if (listeners.size >= streams) {
      throw new Declined('too_many_streams', `this tenant already reads ${streams} streams`, {
        retryMs: 30_000,
      })
    }
    const endMs = clock.now() + lifeMs
    let place = after
    let saidMs = clock.now()
    let checkedMs = clock.now()
    let ended = false
    let bell = Promise.withResolvers<void>()
    let close = () => {}

    function end(): void {
      if (ended) return
      ended = true
      listeners.delete(listener)
      if (listeners.size === 0) open.delete(tenant)
      signal?.removeEventListener('abort', end)
      bell.resolve()
      close()
    }
    const listener: Listener = { wake: () => bell.resolve(), end }

    // The next piece to send: events, or a sign of life; `undefined` at the end.
    async function next(): Promise<string | undefined> {
      while (!ended) {
        // Hung up before looking: what is numbered while we look rings it.
        bell = Promise.withResolvers()
        const events = await store.events(tenant, place, pieceSize)
        const nowMs = clock.now()
        if (allowed && nowMs - checkedMs >= heartbeatMs) {
          checkedMs = nowMs
          if (!(await allowed())) break
        }
        if (ended) break
        place = events.at(-1)?.seq ?? place
        if (events.length > 0) return events.map(frame).join('')
        if (nowMs >= endMs) break
        if (nowMs - saidMs >= heartbeatMs) return ':\n\n'
        const restMs = Math.min(pollMs, saidMs + heartbeatMs - nowMs, endMs - nowMs)
        const wakeNoMore = clock.after(restMs, () => bell.resolve())
        await bell.promise
        wakeNoMore()
      }
      return undefined
    }

    // Pieces are made only when the reader has room: a slow one costs a place, not memory.
    const body = new ReadableStream<Uint8Array>(
      {
        start(controller) {
          close = () => controller.close()
          controller.enqueue(encoder.encode('retry: 2000\n\n'))
        },
        async pull(controller) {
          try {
            const piece = await next()
            if (piece === undefined) return end()
            saidMs = clock.now()
            controller.enqueue(encoder.encode(piece))
          } catch (error) {
            options.failed?.('stream', error)
            end()
          }
        },
        cancel() {
          close = () => {}
          end()
        },
      },
      { highWaterMark: 0 },
    )
    listeners.add(listener)
    open.set(tenant, listeners)
    signal?.addEventListener('abort', end, { once: true })
    if (signal?.aborted) end()
    return new Response(body, { headers: streamHeaders })
  }

  return {
    stream,
    async page(tenant, { after = 0, limit = 100 } = {}) {
      const found = await store.events(tenant, after, limit + 1)
      const events = found.slice(0, limit)
      return {
        events: events.map(tell),
        next: events.at(-1)?.seq ?? after,
        more: found.length > limit,
      }
    },
    wake(tenants) {
      for (const tenant of tenants) {
        for (const listener of open.get(tenant) ?? []) listener.wake()
      }
    },
    stop() {
      for (const listeners of open.values()) for (const listener of [...listeners]) listener.end()
    },
  }
}

interface Listener {
  wake(): void
  end(): void
}

const pieceSize = 100
const encoder = new TextEncoder()

const streamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // Tells nginx to pass each piece on at once.
  'x-accel-buffering': 'no',
}

function frame(event: FeedEvent): string {
  return `id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(tell(event))}\n\n`
}
