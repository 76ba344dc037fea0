import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom, virtualClock } from '@chadan/simulator'
import { redeliver, retryDelaysMs, rotateSecret, type WebhookAnswer } from '../src/outbound/index.ts'
import { hour, openBench, startMs, turns } from './outbound-bench.ts'

const failing = () => ({ status: 500, excerpt: 'busy' })

test('an event is sent once, signed, to each endpoint that wants its type, and acknowledged', async () => {
  await using bench = await openBench()
  const all = await bench.endpoint()
  const refunds = await bench.endpoint('hospital', ['refund.succeeded'])
  await bench.endpoint('clinic')
  const paid = await bench.happen('o1')
  const refunded = await bench.happen('o1', 'refund.succeeded')
  assert.equal(await bench.dispatcher().tick(), 3)
  assert.deepEqual(
    bench.received.map(({ endpoint, id }) => [endpoint, id]).toSorted(),
    [
      [all.id, paid],
      [all.id, refunded],
      [refunds.id, refunded],
    ].toSorted(),
  )
  for (const delivery of await bench.deliveries()) assert.equal(delivery.state, 'acknowledged')
  assert.equal(await bench.dispatcher().tick(), 0)
})

test('what is not acknowledged is sent again for days under the same id, then it is dead', async () => {
  await using bench = await openBench()
  await bench.endpoint()
  const id = await bench.happen('o1')
  bench.answer = failing
  await bench.settle()
  assert.deepEqual(new Set(bench.received.map((one) => one.id)), new Set([id]))
  const times = bench.received.map(({ atMs }) => atMs)
  assert.equal(times.length, retryDelaysMs.length + 1)
  for (const [at, base] of retryDelaysMs.entries()) {
    const rest = (times[at + 1] ?? 0) - (times[at] ?? 0)
    assert.ok(Math.abs(rest - base) <= base / 10 + 1, `rest ${at} was ${rest}, meant ${base}`)
  }
  const [delivery] = await bench.deliveries()
  assert.deepEqual(
    [delivery?.state, delivery?.attempts, delivery?.lastStatus, delivery?.lastError],
    ['dead', 10, 500, 'answered 500: busy'],
  )
  assert.deepEqual(bench.results, [...Array(9).fill('retried'), 'dead'])
})

test('under random failures each order is told in order and completely, at least once', async () => {
  for (let seed = 0; seed < 8; seed++) {
    await using bench = await openBench()
    const endpoint = await bench.endpoint()
    const chance = seededRandom(`failures ${seed}`)
    bench.answer = () => {
      const byte = chance.bytes(1)[0] ?? 0
      if (byte < 40) throw Object.assign(new Error('reset'), { code: 'ECONNRESET' })
      return { status: byte < 120 ? 503 : 200 }
    }
    const nodes = [bench.dispatcher({ concurrency: 3 }), bench.dispatcher({ concurrency: 2 })]
    const told: string[] = []
    for (let step = 0; step < 4; step++) {
      for (const order of ['o1', 'o2', 'o3']) told.push(await bench.happen(order))
      await Promise.all(nodes.map((node) => node.tick()))
      await bench.clock.advance(7_000)
    }
    await bench.settle()
    const taken = bench.received.filter(({ answered }) => answered === 200)
    assert.deepEqual(taken.map(({ id }) => id).toSorted(), told.toSorted(), `seed ${seed}`)
    for (const order of ['o1', 'o2', 'o3']) {
      const places = bench.received.filter((one) => one.order === order).map((one) => one.orderSeq)
      assert.deepEqual(
        places,
        places.toSorted((a, b) => a - b),
        `seed ${seed}, ${order} at ${endpoint.id}`,
      )
    }
    assert.deepEqual(bench.failures, [])
  }
})

test('an order whose event fails holds back neither other orders nor other endpoints', async () => {
  await using bench = await openBench()
  const broken = await bench.endpoint()
  await bench.endpoint()
  bench.answer = ({ endpoint, order }) => ({ status: endpoint === broken.id && order === 'o1' ? 500 : 200 })
  for (const order of ['o1', 'o1', 'o2']) await bench.happen(order)
  await bench.dispatcher().tick()
  const open = (await bench.deliveries()).filter(({ state }) => state !== 'acknowledged')
  assert.deepEqual(
    open.map(({ endpoint, order, attempts }) => [endpoint, order, attempts]),
    [
      [broken.id, 'o1', 1],
      [broken.id, 'o1', 0],
    ],
  )
})

test('a crash between sending and settling sends again, under the same id', async () => {
  await using bench = await openBench()
  await bench.endpoint()
  const id = await bench.happen('o1')
  const got: string[] = []
  // A node that dies while the receiver's answer is on its way: its own clock never moves again.
  const dying = bench.dispatcher({
    clock: virtualClock(startMs),
    send: async ({ headers }) => {
      got.push(headers['webhook-id'] ?? '')
      return new Promise<never>(() => {})
    },
  })
  void dying.tick()
  await turns()
  assert.equal((await bench.deliveries())[0]?.state, 'sent')

  const living = bench.dispatcher()
  assert.equal(await living.tick(), 0, 'the claim of the dead node still holds')
  await bench.clock.advance(60_000)
  assert.equal(await living.tick(), 1)
  assert.deepEqual([...got, ...bench.received.map((one) => one.id)], [id, id])
  assert.deepEqual(
    (await bench.deliveries()).map(({ state, attempts }) => [state, attempts]),
    [['acknowledged', 2]],
  )
})

test('a node whose claim ran out while it waited writes nothing', async () => {
  await using bench = await openBench()
  await bench.endpoint()
  await bench.happen('o1')
  const late = Promise.withResolvers<WebhookAnswer>()
  const slow = bench.dispatcher({ clock: virtualClock(startMs), send: () => late.promise })
  const slowTick = slow.tick()
  await turns()
  await bench.clock.advance(60_000)
  await bench.dispatcher().tick()
  late.resolve({ status: 500 })
  await slowTick
  assert.deepEqual(bench.results, ['acknowledged', 'lost_claim'])
  assert.equal((await bench.deliveries())[0]?.state, 'acknowledged')
})

test('a receiver that says nothing is left after 15 seconds', async () => {
  await using bench = await openBench()
  await bench.endpoint()
  await bench.happen('o1')
  const signals: AbortSignal[] = []
  const ticking = bench
    .dispatcher({
      send: (_request, signal) => {
        signals.push(signal)
        return new Promise<never>(() => {})
      },
    })
    .tick()
  await turns()
  await bench.clock.advance(14_999)
  assert.equal(signals[0]?.aborted, false)
  await bench.clock.advance(1)
  await ticking
  assert.equal(signals[0]?.aborted, true)
  const [delivery] = await bench.deliveries()
  assert.deepEqual([delivery?.state, delivery?.lastError], ['due', 'no answer within 15000 ms'])
})

test('410 turns the endpoint off: nothing more is sent, nothing is lost, and it is kept in the audit log', async () => {
  await using bench = await openBench()
  const endpoint = await bench.endpoint()
  await bench.happen('o1')
  bench.answer = () => ({ status: 410 })
  await bench.settle()
  const [refused] = await bench.deliveries()
  assert.deepEqual([refused?.state, refused?.lastStatus], ['dead', 410], 'a dead letter raises the alarm')
  await bench.happen('o2')
  await bench.settle()
  assert.equal(bench.received.length, 1)
  const [kept] = await bench.store.endpoints('hospital')
  assert.equal(kept?.state, 'off')
  const audit = await bench.store.auditLog(0, 10)
  assert.deepEqual(
    audit.map(({ action, subject }) => [action, subject]),
    [['endpoint.off', endpoint.id]],
  )

  bench.answer = () => ({ status: 200 })
  await bench.store.saveEndpoint({ ...endpoint, state: 'on' })
  await redeliver(bench, 'li', { tenant: 'hospital', dead: true })
  await bench.settle()
  assert.deepEqual(
    (await bench.deliveries()).map(({ state }) => state),
    ['acknowledged', 'acknowledged'],
  )
})

test('410 from an address the endpoint no longer has turns nothing off', async () => {
  await using bench = await openBench()
  const endpoint = await bench.endpoint()
  await bench.happen('o1')
  bench.answer = async () => {
    await bench.store.saveEndpoint({ ...endpoint, url: 'https://shop.example/new' })
    return { status: 410 }
  }
  await bench.dispatcher().tick()
  assert.equal((await bench.store.endpoints('hospital'))[0]?.state, 'on')
})

test('a hanging endpoint takes its few places and leaves the others theirs', async () => {
  await using bench = await openBench({ perEndpoint: 2, concurrency: 6 })
  const hanging = await bench.endpoint()
  const prompt = await bench.endpoint()
  for (let order = 1; order <= 20; order++) await bench.happen(`o${order}`)
  let [now, most] = [0, 0]
  bench.answer = async ({ endpoint }) => {
    if (endpoint !== hanging.id) return { status: 200 }
    most = Math.max(most, ++now)
    return new Promise<never>(() => {})
  }
  const dispatcher = bench.dispatcher()
  dispatcher.start()
  await turns(200)
  const taken = (await bench.deliveries({ endpoint: prompt.id })).filter(
    ({ state }) => state === 'acknowledged',
  )
  assert.deepEqual([taken.length, most], [20, 2])
  const otherNode = { id: 'other', untilMs: bench.clock.now() + 60_000 }
  const left = await bench.store.claimDeliveries(bench.clock.now(), 100, otherNode)
  assert.ok(
    left.length >= 16,
    `a busy endpoint's deliveries are left to other nodes, not hoarded: ${left.length}`,
  )
  const stopping = dispatcher.stop()
  await bench.clock.advance(15_000, turns)
  await stopping
})

test('stopping finishes what is under way and gives back what waits', async () => {
  await using bench = await openBench({ perEndpoint: 2, concurrency: 20 })
  await bench.endpoint()
  for (let order = 1; order <= 9; order++) await bench.happen(`o${order}`)
  const answers: ((answer: WebhookAnswer) => void)[] = []
  bench.answer = () => new Promise((done) => answers.push(done))
  const dispatcher = bench.dispatcher()
  dispatcher.start()
  await turns(50)
  assert.equal(answers.length, 2)
  // Its place is filled by one of two that are claimed then; the other waits.
  answers[0]?.({ status: 200 })
  await turns(50)
  assert.equal(answers.length, 3)
  let stopped = false
  const stopping = dispatcher.stop().then(() => {
    stopped = true
  })
  await turns(50)
  assert.equal(stopped, false)
  for (const answer of answers) answer({ status: 200 })
  await stopping
  assert.equal(answers.length, 3, 'nothing new was begun')

  bench.answer = () => ({ status: 200 })
  await bench.dispatcher().tick()
  assert.ok(
    (await bench.deliveries()).every(({ state }) => state === 'acknowledged'),
    'no claim stands in the way',
  )
})

test('what waited until its claim was nearly over is claimed anew before it is sent', async () => {
  await using bench = await openBench({ perEndpoint: 2, concurrency: 20 })
  await bench.endpoint()
  for (let order = 1; order <= 4; order++) await bench.happen(`o${order}`)
  const begun: string[] = []
  const answers: ((answer: WebhookAnswer) => void)[] = []
  bench.answer = ({ order }) => {
    begun.push(order)
    return new Promise((done) => answers.push(done))
  }
  const dispatcher = bench.dispatcher()
  dispatcher.start()
  await turns(50)
  answers[0]?.({ status: 200 })
  await turns(50)
  assert.deepEqual(begun, ['o1', 'o2', 'o3'])
  // The machine sleeps for most of the claim, and wakes with two attempts timed out.
  await bench.clock.advance(50_000)
  await turns(50)
  assert.deepEqual(begun, ['o1', 'o2', 'o3', 'o4'])
  await bench.clock.advance(12_000, turns)
  bench.answer = () => ({ status: 200 })
  await bench.dispatcher().tick()
  const byOthers = bench.received.map(({ order }) => order)
  assert.ok(!byOthers.includes('o4'), 'no other node sends what is being sent')
  for (const answer of answers) answer({ status: 200 })
  await dispatcher.stop()
})

test('a started dispatcher wakes for a retry by itself', async () => {
  await using bench = await openBench()
  await bench.endpoint()
  bench.answer = () => ({ status: bench.received.length === 0 ? 503 : 200 })
  const dispatcher = bench.dispatcher()
  dispatcher.start()
  await bench.happen('o1')
  dispatcher.nudge()
  await turns()
  assert.equal(bench.received.length, 1)
  await bench.clock.advance(5_600, turns)
  assert.deepEqual(
    bench.received.map(({ answered }) => answered),
    [503, 200],
  )
  await dispatcher.stop()
})

test('a receiver that asks for a rest gets it', async () => {
  await using bench = await openBench()
  await bench.endpoint()
  await bench.happen('o1')
  bench.answer = () => ({ status: 429, retryMs: hour })
  await bench.dispatcher().tick()
  assert.equal((await bench.deliveries())[0]?.dueMs, startMs + hour)
})

test('events are told again by their ids or by time, under their old ids', async () => {
  await using bench = await openBench()
  await bench.endpoint()
  const early = await bench.happen('o1')
  await bench.clock.advance(hour)
  const late = await bench.happen('o2')
  await bench.settle()
  bench.received.length = 0

  const [first] = await bench.deliveries()
  assert.equal(await redeliver(bench, 'li', { tenant: 'hospital', ids: [first?.id ?? ''] }), 1)
  await bench.settle()
  assert.deepEqual(
    bench.received.map(({ id }) => id),
    [early],
  )

  assert.equal(
    await redeliver(bench, 'li', { tenant: 'hospital', fromMs: startMs + 1, toMs: startMs + 2 * hour }),
    1,
  )
  await bench.settle()
  assert.deepEqual(
    bench.received.map(({ id }) => id),
    [early, late],
  )
  assert.equal(await redeliver(bench, 'li', { tenant: 'clinic', ids: [first?.id ?? ''] }), 0)
})

test('a webhook sent after a rotation is signed with the old secret too', async () => {
  await using bench = await openBench()
  const endpoint = await bench.endpoint()
  await bench.store.saveEndpoint(rotateSecret(endpoint, { random: bench.random, nowMs: bench.clock.now() }))
  await bench.happen('o1')
  // The receiver of the bench still knows the old secret alone.
  await bench.dispatcher().tick()
  assert.equal(bench.received.length, 1)
  await bench.clock.advance(24 * hour)
  await bench.happen('o2')
  await bench.dispatcher().tick()
  assert.equal(bench.received.length, 1)
})

test('neither secrets nor texts of errors are kept with a delivery', async () => {
  await using bench = await openBench()
  const endpoint = await bench.endpoint()
  await bench.happen('o1')
  const secret = endpoint.secrets[0]?.secret ?? ''
  bench.send = async () => {
    throw new Error(`connect to 10.0.0.5 with ${secret}`)
  }
  await bench.dispatcher().tick()
  const [delivery] = await bench.deliveries()
  assert.equal(delivery?.lastError, 'no answer')
})
