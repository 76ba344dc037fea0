/** A backup that is restored in the middle of a run. */
import type { DatabaseSync } from 'node:sqlite'
import type { Order } from '../gateway.ts'
import { Backup } from './backup.ts'
import { crash } from './trouble.ts'
import { hour, note, type World } from './world.ts'

/** 27. Some minutes of the database are lost; what it still knows must be right again in the end. */
export function planRestore(world: World): void {
  const chance = world.chance.fork('backup')
  world.scheduler.after(chance.spread(60_000, 2 * hour), () => {
    const database = world.database
    if (!database || world.healed) return
    const backup = new Backup(database, world.scheduler.nowMs)
    note(world, 'world', 'a backup is made')
    world.scheduler.after(chance.spread(10_000, 40 * 60_000), () => {
      if (world.healed) return
      for (const node of world.nodes) crash(world, node, 1_000)
      // What dead processes still had in the queue of the database is over, too.
      world.scheduler.after(500, () => {
        backup.restore()
        forget(world, database)
      })
    })
  })
}

/** What was written since the backup is gone: what was counted of it is counted anew. */
function forget(world: World, database: DatabaseSync): void {
  const before = new Map(world.orders)
  world.orders.clear()
  for (const { doc } of database.prepare('SELECT doc FROM orders').all()) {
    const order = JSON.parse(String(doc)) as Order
    world.orders.set(order.id, order)
  }
  // A node whose clock is behind takes its share of a window that the backup had not seen yet.
  world.granted.clear()
  // What was acknowledged since the backup is lost with it.
  for (const row of world.simulator?.notices ?? []) if (row.state === 'accepted') world.accepted.add(row.id)
  let lost = 0
  for (const [id, order] of before) {
    if (world.orders.get(id)?.version === order.version) continue
    lost++
    for (const key of world.taken.keys()) if (key.endsWith(id)) world.taken.delete(key)
    for (const { number } of [...order.attempts, ...order.refunds]) {
      world.forgotten.add(number)
      world.effects.delete(number)
      for (const key of world.bodies.keys()) if (key.includes(number)) world.bodies.delete(key)
    }
  }
  note(world, 'world', `the backup is restored: ${lost} orders lose something`)
}
