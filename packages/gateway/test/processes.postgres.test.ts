/** Gateways on one PostgreSQL as processes that die without warning, and a PostgreSQL that goes away. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { startPostgres } from './postgres.ts'
import { assertAllThere, beginLoad } from './processes-day.ts'
import { openProcessDesk } from './processes-desk.ts'

const server = await startPostgres()
after(() => server[Symbol.asyncDispose]())

test('on PostgreSQL a gateway that is killed under load loses nothing that it acknowledged', async () => {
  await using desk = await openProcessDesk({ postgres: await server.database() })
  let node = await desk.start()
  const load = beginLoad(desk)
  for (const orders of [6, 9]) {
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

test('three nodes go on when one dies, and when their PostgreSQL stops and starts again', async () => {
  await using desk = await openProcessDesk({ postgres: await server.database() })
  const [first] = await Promise.all([desk.start(), desk.start(), desk.start()])
  assert.ok(first)
  const load = beginLoad(desk)
  await load.more(8)
  await desk.kill(first)
  await load.more(8)
  await server.stop()
  const health = await desk.call('GET', '/v1/orders').catch(() => undefined)
  assert.ok(
    health === undefined || health.status >= 500,
    `nothing is answered as if it were kept: ${health?.status}`,
  )
  await server.start()
  await load.more(8)
  await load.stop()
  await assertAllThere(desk, load)
})
