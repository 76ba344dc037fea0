/** Several nodes on one PostgreSQL: what a notification costs each as nodes are added. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { Found } from '../table.ts'
import { openPlace } from './stores.ts'
import type { Stretch } from './turns.ts'

/** What the parent sends a node first. */
export interface Task {
  readonly url: string
  readonly count: number
}

/** The measures `nodes1` to `nodes3`: processor time of a node for each notification, against one node alone. */
export async function nodes({ count }: { readonly count: number }): Promise<Record<string, Found>> {
  await using where = await openPlace()
  const server = await where.postgres()
  const found: Record<string, Found> = {}
  let alone: Stretch | undefined
  for (const many of [1, 2, 3]) {
    const together = await run(many, { url: await server.database(), count })
    alone ??= together
    found[`nodes${many}`] = {
      ...{ unit: 'notices/s of all', better: 'more', peers: {} },
      ...{ ours: together.perSecond, limit: alone.perSecond },
    }
    found[`nodes${many}Cpu`] = {
      ...{ unit: 'µs of processor of a node', better: 'less', peers: {} },
      ...{ ours: together.cpuUs, limit: alone.cpuUs },
    }
  }
  return found
}

async function run(many: number, task: Task): Promise<Stretch> {
  const file = new URL('./node.ts', import.meta.url)
  const children = Array.from({ length: many }, () =>
    fork(file, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }),
  )
  // Each places its orders and signs its notices first; all begin together.
  const ready = children.map((child) => once(child, 'message'))
  for (const child of children) child.send(task)
  await Promise.all(ready)
  const results = children.map(async (child) => (await once(child, 'message'))[0] as Stretch)
  for (const child of children) child.send('go')
  const stretches = await Promise.all(results)
  await Promise.all(
    children.map(async (child) => {
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    }),
  )
  return {
    perSecond: stretches.reduce((sum, one) => sum + one.perSecond, 0),
    cpuUs: stretches.reduce((sum, one) => sum + one.cpuUs, 0) / many,
  }
}
