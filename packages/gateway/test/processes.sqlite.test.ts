/** A gateway on SQLite as a process that dies without warning. */
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { assertAllThere, beginLoad } from './processes-day.ts'
import { openProcessDesk } from './processes-desk.ts'

test('a gateway that is killed again and again under load loses nothing that it acknowledged', async () => {
  await using desk = await openProcessDesk()
  let node = await desk.start()
  const load = beginLoad(desk)
  for (const orders of [5, 11, 8]) {
    await load.more(orders)
    // At any moment between two answers.
    await pause(Math.random() * 100)
    await desk.kill(node)
    node = await desk.start()
  }
  await load.more(5)
  await load.stop()
  await assertAllThere(desk, load)
})
