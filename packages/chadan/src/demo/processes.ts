/** Processes of the day: started, waited for until they say where they are, killed without warning. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { CommandProblem } from '../problem.ts'

/** A `chadan` command that runs in a process of its own. */
export interface Running {
  /** What it said on its first line. */
  readonly said: Readonly<Record<string, unknown>>
  /** Resolves when it has ended by itself. */
  readonly ended: Promise<unknown>
  /** SIGKILL: nothing is finished, nothing is saved. */
  kill(): Promise<void>
  /** SIGTERM, and its end. */
  stop(): Promise<void>
}

/** How commands are started. */
export interface Starting {
  /** The command's own file. */
  readonly bin: string
  /** Where compiled sources are kept, so that what starts again starts faster. */
  readonly compiled: string
}

/** Starts a command whose first line is JSON. Throws `CommandProblem` when it ends instead. */
export async function startCommand({ bin, compiled }: Starting, args: readonly string[]): Promise<Running> {
  const child = spawn(process.execPath, [bin, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_COMPILE_CACHE: compiled },
  })
  // Nobody else would stop it when this process is told to end.
  const orphan = () => void child.kill('SIGKILL')
  process.prependOnceListener('exit', orphan)
  child.once('exit', () => process.off('exit', orphan))
  const errors = lastOf(child, 2_000)
  const ended = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })
  const line = await Promise.race([
    once(lines, 'line').then(([text]) => String(text)),
    ended.then(() => undefined),
  ])
  if (line === undefined)
    throw new CommandProblem(`chadan ${args[0]} ended at once: ${errors().trim() || 'it said nothing'}`)
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill(signal)
    await ended
  }
  return { said: JSON.parse(line), ended, kill: () => end('SIGKILL'), stop: () => end('SIGTERM') }
}

/** What it wrote to its standard error last; read, so that its pipe never fills. */
function lastOf({ stderr }: ChildProcess, most: number): () => string {
  let text = ''
  stderr?.on('data', (chunk: Buffer) => {
    text = `${text}${chunk}`.slice(-most)
  })
  return () => text
}
