/** A fetch function on a socket. */
import type { AddressInfo } from 'node:net'
import { createAdaptorServer, type HttpBindings } from '@hono/node-server'
import { CommandProblem, systemCode } from './problem.ts'

/** What is served: a request and what is known of its connection. */
export type Served = (request: Request, connection: HttpBindings) => Promise<Response>

/** Where to listen, and whom to tell. */
export interface ServeOptions {
  /** 0 takes a free one. */
  readonly port: number
  /** Default 127.0.0.1: whoever reaches a simulator owns it. */
  readonly hostname?: string
  /** Told of errors that no response stands for; never of secrets, since messages hold none. */
  readonly report?: (message: string) => void
}

/** A server that listens. */
export interface Serving {
  readonly port: number
  /** `http://127.0.0.1:8090`, without a final slash. */
  readonly url: string
  /** Stops listening and ends all connections. */
  close(): Promise<void>
}

/**
 * Serves `fetch`. It is given the raw request target as `connection.incoming.url`, since signatures
 * cover the target as it was sent. When it throws `ConnectionCut` the socket is destroyed unanswered.
 */
export async function serve(
  fetch: Served,
  { port, hostname = '127.0.0.1', report = () => {} }: ServeOptions,
): Promise<Serving> {
  const server = createAdaptorServer({
    // The globals stay as they are: what is served here also runs in tests and other servers.
    overrideGlobalObjects: false,
    async fetch(request, bindings) {
      // A server made by node:http hands over its own two objects.
      const connection = bindings as HttpBindings
      try {
        return await fetch(request, connection)
      } catch (error) {
        const cut = error instanceof Error && error.name === 'ConnectionCut'
        if (cut) connection.incoming.socket.destroy()
        else if (!connection.incoming.destroyed) report(`a request failed: ${describe(error)}`)
        return new Response(null, { status: 500 })
      }
    },
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(error, hostname, port)))
    server.listen(port, hostname, resolve)
  })
  const { port: taken } = server.address() as AddressInfo
  return {
    port: taken,
    url: `http://${hostname.includes(':') ? `[${hostname}]` : hostname}:${taken}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        if ('closeAllConnections' in server) server.closeAllConnections()
      }),
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : typeof error
}

function cannotListen(error: unknown, hostname: string, port: number): CommandProblem {
  const reasons: Record<string, string> = {
    EADDRINUSE: `port ${port} is taken: give another --port, or 0 for a free one`,
    EACCES: `port ${port} needs rights this user does not have: give a --port above 1023`,
    EADDRNOTAVAIL: `${hostname} is no address of this machine`,
  }
  const code = systemCode(error) ?? 'unknown'
  return new CommandProblem(reasons[code] ?? `cannot listen on ${hostname}:${port} (${code})`, {
    cause: error,
  })
}
