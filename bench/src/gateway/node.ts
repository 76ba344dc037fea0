/** One node of the measure `nodes`, in a process of its own. */
import { once } from 'node:events'
import { openDesk } from './desk.ts'
import { placed } from './hearing.ts'
import type { Task } from './nodes.ts'
import { noticesOf, tell } from './notices.ts'
import { postgresAt } from './stores.ts'
import { allOf } from './turns.ts'

const [{ url, count }] = (await once(process, 'message')) as [Task]
const desk = await openDesk(postgresAt(url), `node${process.pid}`)
const notices = await noticesOf(await placed(desk, count))
const begins = once(process, 'message')
process.send?.('ready')
await begins
const stretch = await allOf(count, 256, async (at) => {
  const notice = notices[at]
  if (notice) await tell(desk, notice)
})
process.send?.(stretch)
await once(process, 'disconnect')
await desk.close()
process.exit()
