/** The default transport: a pool of kept connections on undici. */
import type { Dispatcher } from 'undici'
import { Arriving } from './arriving.ts'
import type { Incoming, Outgoing, Transport } from './transport.ts'

/** How the pool behaves. */
export interface PoolOptions {
  /** Connections per host. Default 64. */
  readonly connections?: number
  /** Time to connect, in ms. Default 3 000: well below a call's own limit, so that the second address still gets its turn. */
  readonly connectTimeoutMs?: number
}

/**
 * A pool of kept connections on undici, which is loaded at the first call. The platform closes idle
 * connections after 8 s, so ours are retired before.
 */
export function poolTransport({ connections = 64, connectTimeoutMs = 3_000 }: PoolOptions = {}): Transport {
  let pool: Promise<Dispatcher> | undefined
  return async (request) => {
    pool ??= import('undici').then(
      ({ Agent }) =>
        new Agent({
          connections,
          connect: { timeout: connectTimeoutMs },
          keepAliveTimeout: 7_000,
          keepAliveMaxTimeout: 7_000,
          pipelining: 1,
        }),
    )
    return dispatch(await pool, request)
  }
}

// Dispatching is the way below `request`: no stream is built for an answer that mostly comes in one piece.
function dispatch(pool: Dispatcher, { url, method, headers, body, signal }: Outgoing): Promise<Incoming> {
  const { promise, resolve, reject } = Promise.withResolvers<Incoming>()
  let arriving: Arriving | undefined
  let stop = () => {}
  const forget = () => signal.removeEventListener('abort', stop)
  if (signal.aborted) throw signal.reason
  pool.dispatch(
    { ...splitUrl(url), method: method as Dispatcher.HttpMethod, headers, body: body ?? null },
    {
      onRequestStart(controller) {
        stop = () => controller.abort(signal.reason)
        if (signal.aborted) stop()
        else signal.addEventListener('abort', stop, { once: true })
      },
      onResponseStart(controller, status, received) {
        if (status < 200) return
        arriving = new Arriving(controller)
        resolve({ status, header: (name) => first(received[name.toLowerCase()]), body: arriving })
      },
      onResponseData(_controller, chunk) {
        arriving?.push(chunk)
      },
      onResponseEnd() {
        forget()
        arriving?.end()
      },
      onResponseError(_controller, error) {
        forget()
        arriving?.end(error)
        reject(error)
      },
    },
  )
  return promise
}

function first(value: string | string[] | undefined): string | null {
  return (Array.isArray(value) ? value[0] : value) ?? null
}

// Taken apart as text: what is signed is what is sent, and no parser may tidy it up in between.
function splitUrl(url: string): { origin: string; path: string } {
  const slash = url.indexOf('/', url.indexOf('//') + 2)
  return slash < 0 ? { origin: url, path: '/' } : { origin: url.slice(0, slash), path: url.slice(slash) }
}
