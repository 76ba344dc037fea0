/** A command line in the process: what it printed, and how it ended. */
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSimulator, type Simulator } from '@chadan/simulator'
import { Command } from 'commander'
import type { Io } from '../src/io.ts'
import { run, withVerbs } from '../src/run.ts'

/** What a command line did. */
export interface Line {
  readonly exit: number
  readonly out: string
  readonly err: string
}

/** Runs a command line with the given doors. */
export async function line(
  args: readonly string[],
  { input = '', ...doors }: Partial<Io> & { readonly input?: string } = {},
): Promise<Line> {
  const printed = { out: '', err: '' }
  const io: Io = {
    stdout: (chunk) => {
      printed.out += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()
    },
    stderr: (text) => {
      printed.err += text
    },
    stdin: async () => Buffer.from(input),
    clock: { now: () => Date.UTC(2026, 2, 17, 2), after: () => () => {} },
    ...doors,
  }
  const exit = await run(withVerbs(new Command('chadan'), io), ['node', 'chadan', ...args], io)
  return { exit, ...printed }
}

/** A simulator, its credentials in a file, and command lines that reach it. */
export interface Desk {
  readonly sim: Simulator
  readonly file: string
  readonly folder: string
  run(args: readonly string[], doors?: Parameters<typeof line>[1]): Promise<Line>
  /** Writes a file beside the credentials and answers its path. */
  write(name: string, content: string | Uint8Array): Promise<string>
  /** Notices as they were sent. */
  readonly notices: { url: string; method: string; headers: Record<string, string>; body: string }[]
}

/** Opens a desk. */
export async function openDesk(): Promise<Desk> {
  const notices: Desk['notices'] = []
  const sim = await openSimulator({
    fetch: async (request) => {
      const headers = Object.fromEntries(request.headers)
      notices.push({ url: request.url, method: request.method, headers, body: await request.text() })
      return new Response(null, { status: 204 })
    },
  })
  const folder = await mkdtemp(join(tmpdir(), 'chadan-test-'))
  const write = async (name: string, content: string | Uint8Array) => {
    const path = join(folder, name)
    await writeFile(path, content)
    return path
  }
  const file = await write('wechat.json', JSON.stringify(sim.credentials))
  return {
    sim,
    file,
    folder,
    notices,
    write,
    run: (args, doors) =>
      line([...args, '--credentials', file], {
        fetch: (request: Request) => sim.fetch(request),
        clock: sim.clock,
        ...doors,
      }),
  }
}
