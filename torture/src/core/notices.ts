/** Notices of the provider on their way to some node: lost, late or doubled, and told again until they are heard. */
import type { Reading } from '../gateway.ts'
import { hearNotice } from './engine.ts'
import { fault } from './network.ts'
import { spawn } from './nodes.ts'
import { hour, type World } from './world.ts'

/** Sends a notice for the so-many-th time. */
export function notify(world: World, reading: Reading, attempt: number): void {
  const one = world.byNumber.get(reading.number)
  const pauses = [15, 15, 30, 180, 600, 1_200, 1_800, 3_600, 10_800, 21_600]
  const pause = pauses[attempt]
  if (!one || pause === undefined) return
  const again = () => world.scheduler.after(pause * 1_000, () => notify(world, reading, attempt + 1))
  if (fault(world, 'notice_lost')) return void again()
  const delay = fault(world, 'notice_late')
    ? world.network.spread(1_000, 5 * hour)
    : world.network.whole(5, 500)
  const times = fault(world, 'notice_doubled') ? 2 : 1
  for (let copy = 0; copy < times; copy++)
    world.scheduler.after(delay + copy * world.network.whole(0, 60_000), () => {
      const up = world.nodes.filter((node) => node.alive)
      if (!one.row || up.length === 0) return void again()
      let heard = false
      const node = world.chance.pick(up)
      spawn(
        world,
        one,
        function* (bench) {
          heard = yield* hearNotice(bench, one.id, reading, true)
        },
        node,
      )
      // What is not answered in time comes again.
      world.scheduler.after(5_000, () => !heard && again())
    })
}
