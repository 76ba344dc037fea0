/** One attempt over the network: time limit, size limit, second address, hooks. */
import type { OperationShape } from '@chadan/protocol'
import { apiv3 } from '@chadan/protocol'
import { tellable } from './cause.ts'
import { Lost } from './errors.ts'
import { quietly } from './hooks.ts'
import { openBody, TimeUp } from './open-body.ts'
import type { Settings } from './options.ts'
import { type Incoming, isUnsent, readAll, TooLarge } from './transport.ts'

/** What a caller may set for one call. */
export interface CallOptions {
  readonly signal?: AbortSignal
  /** Time for one attempt over the network, its answer's body included, in ms. */
  readonly timeoutMs?: number
  readonly retries?: number
}

/** A request of one attempt. */
export interface Attempt {
  readonly operation: OperationShape
  readonly method: string
  readonly base: string
  /** A second address, tried when no byte was written to the first. */
  readonly fallback?: string | undefined
  readonly target: string
  readonly headers: Record<string, string>
  readonly body: Uint8Array
  readonly attempt: number
}

/** An answer with its body read. */
export interface Carried {
  readonly status: number
  header(name: string): string | null
  readonly bytes: Uint8Array
  readonly requestId: string | undefined
}

/** Sends and reads an answer whole. Throws `Lost`. */
export function carry(settings: Settings, attempt: Attempt, options: CallOptions): Promise<Carried> {
  return within(settings, attempt, options, async (signal) => {
    const incoming = await reach(settings, attempt, signal)
    const bytes = await readAll(incoming.body, settings.maxAnswerBytes)
    const { status } = incoming
    return { status, header: incoming.header, bytes, requestId: requestIdOf(incoming) }
  })
}

/** Sends and gives the head of the answer with its body still open; the time limit is for the head and for each piece. */
export async function carryOpen(
  settings: Settings,
  attempt: Attempt,
  options: CallOptions,
): Promise<Incoming> {
  const connection = new AbortController()
  const { status, header, body } = await within(settings, attempt, options, (signal) => {
    signal.addEventListener('abort', () => connection.abort(signal.reason), { once: true })
    return reach(settings, attempt, connection.signal)
  })
  const { signal, timeoutMs = settings.timeoutMs } = options
  const lost = (error: unknown) =>
    toLost(attempt.operation.id, error, connection.signal, signal, timeoutMs, 'sent')
  return {
    status,
    header,
    body: openBody(body, { clock: settings.clock, timeoutMs, signal, connection, lost }),
  }
}

function requestIdOf(incoming: Pick<Incoming, 'header'>): string | undefined {
  return incoming.header('request-id') ?? undefined
}

async function reach(
  settings: Settings,
  { method, base, fallback, target, headers, body }: Attempt,
  signal: AbortSignal,
): Promise<Incoming> {
  const send = (address: string, more: Record<string, string> = {}) =>
    settings.transport({
      method,
      url: address + target,
      headers: { ...headers, ...more },
      signal,
      ...(body.byteLength > 0 && { body }),
    })
  try {
    return await send(base)
  } catch (error) {
    if (!fallback || !isUnsent(error) || signal.aborted) throw error
    // Host and port are not signed, so the same signature serves the second address.
    return send(fallback, { 'user-agent': `${headers['user-agent'] ?? ''} (second address)` })
  }
}

async function within<T extends { status: number } & Pick<Incoming, 'header'>>(
  settings: Settings,
  attempt: Attempt,
  { signal: outer, timeoutMs = settings.timeoutMs }: CallOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { clock, hooks } = settings
  if (outer?.aborted) {
    const words = 'given up by the caller before anything was sent'
    throw new Lost(attempt.operation.id, 'aborted', words, { unsent: true })
  }
  const controller = new AbortController()
  const cancel = clock.after(timeoutMs, () => controller.abort(new TimeUp()))
  const forward = () => controller.abort(outer?.reason)
  outer?.addEventListener('abort', forward, { once: true })
  const event = {
    operation: attempt.operation.id,
    method: attempt.method,
    address: `${attempt.base}${attempt.target.split('?')[0]}`,
    attempt: attempt.attempt,
  }
  const startedMs = clock.now()
  const started = hooks.started && quietly(() => hooks.started?.(event))
  const ended = (more: object) =>
    hooks.ended &&
    quietly(() => hooks.ended?.({ ...event, durationMs: clock.now() - startedMs, ...more }, started))
  try {
    const done = await unlessAborted(controller.signal, work)
    ended({ status: done.status, requestId: requestIdOf(done) })
    return done
  } catch (error) {
    const lost = toLost(attempt.operation.id, error, controller.signal, outer, timeoutMs)
    ended({ error: lost.reason })
    throw lost
  } finally {
    cancel()
    outer?.removeEventListener('abort', forward)
  }
}

// A transport that does not look at its signal must not hold the caller.
function unlessAborted<T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason)
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    work(signal).then(resolve, reject)
  })
}

function toLost(
  operation: string,
  error: unknown,
  signal: AbortSignal,
  outer: AbortSignal | undefined,
  timeoutMs: number,
  request: 'sent' | 'open' = 'open',
): Lost {
  const cause = tellable(error)
  const options = cause && { cause }
  if (outer?.aborted)
    return new Lost(operation, 'aborted', 'given up by the caller; it may have been done', {}, options)
  if (signal.aborted)
    return new Lost(
      operation,
      'time',
      `no whole answer within ${timeoutMs} ms; it may have been done`,
      {},
      options,
    )
  if (error instanceof TooLarge)
    return new Lost(operation, 'size', `an answer of ${error.message}`, {}, options)
  const unsent = request === 'open' && isUnsent(error)
  const words = unsent ? 'no connection, nothing was sent' : 'the connection broke; it may have been done'
  return new Lost(operation, 'network', words, { unsent }, options)
}

/** The `User-Agent` of this client; APIv3 refuses calls without one. */
export const userAgent = `chadan/0.1 (${process.platform}) node/${process.versions.node}`

/** The number that ends a Request-ID. */
export function numberOf(requestId: string | undefined): number | undefined {
  return requestId === undefined ? undefined : apiv3.errorNumber(requestId)
}
