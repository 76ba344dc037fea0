/** Orders placed over the API: how many a second, and how long one takes at half of that. */
import { sign } from 'node:crypto'
import { promisify } from 'node:util'
import type { Found } from '../table.ts'
import { merchant } from '../world.ts'
import { openDesk, place } from './desk.ts'
import { draw, type Effort, middleOf } from './hearing.ts'
import { openPlace, postgresAt, sqliteIn } from './stores.ts'
import { allOf, atPace, type Stretch } from './turns.ts'

const atOnce = 64
const signAsync = promisify(sign) as (
  name: string,
  text: Buffer,
  key: typeof merchant.privateKey,
) => Promise<Buffer>
// As long as what is signed for a request with its body.
const text = Buffer.alloc(900, 'x')

/** The measures `placing…`: against the one signature that each order needs, made in the thread pool as ours is. */
export async function placing({ count, rounds }: Effort): Promise<Record<string, Found>> {
  await using where = await openPlace()
  const server = await where.postgres()
  const found: Record<string, Found> = {}
  const stores = {
    Sqlite: sqliteIn(`${where.folder}/gateway.db`),
    Postgres: postgresAt(await server.database()),
  }
  for (const [name, openStore] of Object.entries(stores)) {
    const desk = await openDesk(openStore)
    const one = async () => {
      const status = await place(desk, draw())
      if (status !== 201) throw new Error(`placing was answered ${status}`)
    }
    const ours: Stretch[] = []
    const limit: Stretch[] = []
    for (let round = 0; round <= rounds; round++) {
      const least = await allOf(count, atOnce, () => signAsync('sha256', text, merchant.privateKey))
      const taken = await allOf(count, atOnce, one)
      // The first round only warms up.
      if (round > 0) limit.push(least)
      if (round > 0) ours.push(taken)
    }
    const middle = { ours: middleOf(ours), limit: middleOf(limit) }
    const half = await atPace(count, middle.ours.perSecond / 2, one)
    await desk.close()
    const less = { better: 'less', peers: {} } as const
    found[`placing${name}`] = {
      ...{ unit: 'orders/s', better: 'more', peers: {} },
      ...{ ours: middle.ours.perSecond, limit: middle.limit.perSecond },
    }
    found[`placing${name}Cpu`] = {
      ...{ ...less, unit: 'µs of processor' },
      ...{ ours: middle.ours.cpuUs, limit: middle.limit.cpuUs },
    }
    found[`placing${name}P50`] = { ...less, unit: 'ms at half load', ours: half.p50, limit: 20 }
    found[`placing${name}P99`] = { ...less, unit: 'ms at half load', ours: half.p99, limit: 20 }
  }
  return found
}
