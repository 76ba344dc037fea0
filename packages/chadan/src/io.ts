/** The doors of the verbs: where they write, what they read, the network and the time. */
import type { Fetch } from '@chadan/client'
import type { Clock } from '@chadan/protocol'
import { systemClock } from './system.ts'

/** What a verb is given in place of the process. */
export interface Io {
  readonly stdout: (chunk: string | Uint8Array) => void
  readonly stderr: (text: string) => void
  /** All of standard input. */
  readonly stdin: () => Promise<Uint8Array>
  /** In place of the client's own connections. */
  readonly fetch?: Fetch
  /** Variables of the environment. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Addresses of a host name, in place of the system's. */
  readonly resolve?: (host: string) => Promise<readonly string[]>
  readonly clock: Clock
}

/** The process itself. */
export const systemIo: Io = {
  stdout: (chunk) => void process.stdout.write(chunk),
  stderr: (text) => void process.stderr.write(text),
  async stdin() {
    const parts: Uint8Array[] = []
    for await (const part of process.stdin) parts.push(part as Uint8Array)
    return Buffer.concat(parts)
  },
  env: process.env,
  clock: systemClock,
}

/** Ends the process quietly when whoever reads its output has seen enough, as `head` does. */
export function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(0)
  })
}

/** One line or block of text. */
export function printLine(io: Io, text: string): void {
  io.stdout(`${text}\n`)
}

/** A value as one line of JSON. */
export function printJson(io: Io, value: unknown): void {
  io.stdout(`${JSON.stringify(value)}\n`)
}
