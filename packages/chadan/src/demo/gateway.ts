/** The gateway of the day: its process, through its deaths, and the API keys of those who use it. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { serve } from '../serve.ts'
import { type Api, type ApiDoors, openApi } from './api.ts'
import { type Running, type Starting, startCommand } from './processes.ts'
import type { Shop } from './shops.ts'

/** The gateway's process, through its deaths. */
export interface Gateway {
  readonly config: string
  readonly kills: number
  kill(): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
}

/** Starts a gateway. */
export async function openGateway(starting: Starting, config: string): Promise<Gateway> {
  const start = () => startCommand(starting, ['serve', '--config', config, '--json'])
  let running: Running = await start()
  let kills = 0
  return {
    config,
    get kills() {
      return kills
    },
    async kill() {
      kills++
      await running.kill()
    },
    async start() {
      running = await start()
    },
    stop: () => running.stop(),
  }
}

const operatorKey = 'operator.key'

/** The first key comes from whoever runs the gateway; it makes all others. */
export async function makeOperatorKey(
  starting: Starting,
  { config, folder, name }: { config: string; folder: string; name: string },
): Promise<void> {
  const made = await startCommand(starting, [
    'keys',
    'create',
    ...['--config', config, '--json', '--out', join(folder, operatorKey)],
    ...['--tenant', '*', '--name', name, '--scopes', 'admin'],
  ])
  await made.ended
}

/** The API under the keys of the day. */
export interface Apis {
  /** Of all tenants: for the comparison. */
  readonly operatorKey: string
  of(shop: string): Api
}

/** Makes a key for each shop. */
export async function openApis(folder: string, shops: readonly Shop[], doors: ApiDoors): Promise<Apis> {
  const key = (await readFile(join(folder, operatorKey), 'utf8')).trim()
  const made = await Promise.all(
    shops.map(async ({ id }): Promise<[string, Api]> => {
      const operator = openApi(key, doors, { 'chadan-tenant': id })
      const answer = await operator.post<{ key: string }>('/v1/keys', { name: id, scopes: ['operate'] })
      return [id, openApi(answer.key, doors)]
    }),
  )
  const apis = new Map(made)
  // Every shop has one.
  return { operatorKey: key, of: (shop) => apis.get(shop) as Api }
}

/** A port that nobody holds now: the gateway comes back to it after its death. */
export async function freePort(): Promise<number> {
  const taken = await serve(async () => new Response(), { port: 0 })
  await taken.close()
  return taken.port
}
