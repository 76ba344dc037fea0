/** The service on sockets: the only real door of the gateway's HTTP. */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemClock } from '@chadan/client'
import { createAdaptorServer } from '@hono/node-server'
import type { Service } from '../service.ts'

/** Where to listen. Port 0 takes a free one. */
export interface ListenOptions {
  readonly host: string
  readonly port: number
  readonly admin: { readonly host: string; readonly port: number }
  /** Told of errors that no answer stands for, by name only. */
  readonly report?: ((error: string) => void) | undefined
  /** How long open requests may go on after `close`, in ms. Default 10 000. */
  readonly graceMs?: number | undefined
}

/** Both listeners. */
export interface Listening {
  /** `http://127.0.0.1:8080`, without a final slash. */
  readonly url: string
  readonly adminUrl: string
  /** Stops listening; open requests are finished, or cut after the grace. */
  close(): Promise<void>
}

/** Listens for the public and for operators. Rejects with the system's error when an address cannot be had. */
export async function listen(
  service: Pick<Service, 'fetch' | 'adminFetch'>,
  { host, port, admin, report = () => {}, graceMs = 10_000 }: ListenOptions,
): Promise<Listening> {
  const open = await openServer(service.fetch, { host, port, report })
  try {
    const inner = await openServer(service.adminFetch, { ...admin, report })
    return {
      url: open.url,
      adminUrl: inner.url,
      async close() {
        await Promise.all([open.close(graceMs), inner.close(graceMs)])
      },
    }
  } catch (error) {
    await open.close(0)
    throw error
  }
}

async function openServer(
  answer: (request: Request) => Promise<Response>,
  { host, port, report }: { host: string; port: number; report: (error: string) => void },
) {
  const server = createAdaptorServer({
    // The globals stay as they are: whoever embeds the gateway has its own.
    overrideGlobalObjects: false,
    // Slow headers and slow bodies are cut off; 431 and 408 are Node's own answers.
    serverOptions: {
      maxHeaderSize: 16 * 1024,
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 65_000,
      connectionsCheckingInterval: 5_000,
      requireHostHeader: true,
      insecureHTTPParser: false,
    },
    async fetch(request) {
      try {
        return await answer(request)
      } catch (error) {
        report(error instanceof Error ? error.name : typeof error)
        return new Response(null, { status: 500 })
      }
    },
  }) as Server
  server.maxConnections = 10_000
  server.maxRequestsPerSocket = 10_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const { port: taken } = server.address() as AddressInfo
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    close: (graceMs: number) =>
      new Promise<void>((resolve) => {
        const spare = systemClock.after(graceMs, () => server.closeAllConnections())
        server.close(() => {
          spare()
          resolve()
        })
        server.closeIdleConnections()
      }),
  }
}
