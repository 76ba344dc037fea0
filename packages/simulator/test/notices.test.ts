import assert from 'node:assert/strict'
import { createPublicKey } from 'node:crypto'
import { test } from 'node:test'
import { apiv3, everyNotification, type NotificationShape, notifications } from '@chadan/protocol'
import fc from 'fast-check'
import {
  type NoticeFault,
  openSimulator,
  type Simulator,
  type SimulatorOptions,
  type Snapshot,
  virtualClock,
} from '../src/index.ts'

const address = 'https://shop.example.cn/heard'
const paid = notifications.cash.paid

interface Delivery {
  readonly atMs: number
  readonly headers: Headers
  readonly body: string
}

/** A simulator whose merchant answers each delivery with the next of `statuses`, then with the last. */
async function shop(statuses: readonly number[], options: SimulatorOptions = {}) {
  const heard: Delivery[] = []
  const sim: Simulator = await openSimulator({
    ...options,
    fetch: async (request) => {
      heard.push({ atMs: sim.clock.now(), headers: request.headers, body: await request.text() })
      return new Response(null, { status: statuses[heard.length - 1] ?? statuses.at(-1) ?? 204 })
    },
  })
  return { sim, heard, startMs: sim.clock.now() }
}

function tell(sim: Simulator, notification: NotificationShape = paid, url = address): void {
  const { mchid } = sim.credentials.apiv3
  sim.world.notify({ notification, url, to: mchid, resource: { out_trade_no: 'A1' }, summary: '支付成功' })
}

function verdict(sim: Simulator, { headers, body }: Delivery, nowMs: number) {
  const { platformSerialNo, platformCertificate } = sim.credentials.apiv3
  return apiv3.checkSigned({
    headers: apiv3.readSignedHeaders((name) => headers.get(name)),
    body: Buffer.from(body),
    nowMs,
    keys: (serial) => (serial === platformSerialNo ? createPublicKey(platformCertificate) : undefined),
  })
}

const day = 24 * 3600_000

test('a notice that is never accepted is repeated on exactly its declared schedule, then given up', async () => {
  const apiv3Notices = everyNotification.filter((one) => one.dialect === 'apiv3')
  assert.ok(apiv3Notices.length >= 8)
  for (const notification of apiv3Notices) {
    const { sim, heard, startMs } = await shop([500])
    tell(sim, notification)
    await sim.advance(3 * day)
    let at = startMs
    const expected = [at, ...notification.schedule.map((seconds) => (at += seconds * 1000))]
    assert.deepEqual(
      heard.map((one) => one.atMs),
      expected,
      notification.id,
    )
    const [row] = sim.notices
    assert.deepEqual([row?.state, row?.attempts, row?.problem], ['givenUp', expected.length, 'answered 500'])
  }
})

test('a schedule that was changed holds for its notice, another for the rest, an empty one for none', async () => {
  const { sim, heard, startMs } = await shop([500])
  const first = everyNotification.find((one) => one.id === 'medIns.paid')
  const second = everyNotification.find((one) => one.id === 'combine.paid')
  assert.ok(first && second)
  sim.changeSwitches({ noticeSchedules: { 'medIns.paid': [1, 60], '*': [3] } })
  tell(sim, first)
  await sim.advance(day)
  assert.deepEqual(
    heard.map((one) => one.atMs - startMs),
    [0, 1000, 61_000],
  )
  heard.length = 0
  tell(sim, second)
  await sim.advance(day)
  assert.deepEqual(
    heard.map((one) => one.atMs - startMs - day),
    [0, 3000],
  )
  heard.length = 0
  sim.changeSwitches({ noticeSchedules: { 'medIns.paid': [] } })
  tell(sim, first)
  await sim.advance(day)
  assert.equal(heard.length, 1)
})

test('the status alone accepts: 200 and 204, nothing else', async () => {
  for (const [status, state] of [
    [200, 'accepted'],
    [204, 'accepted'],
    [201, 'due'],
    [302, 'due'],
    [401, 'due'],
    [500, 'due'],
  ] as const) {
    const { sim } = await shop([status])
    tell(sim)
    await sim.advance(0)
    assert.deepEqual([status, sim.notices[0]?.state], [status, state])
  }
})

test('however often the merchant refuses, deliveries end with the first acceptance', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(15), async (refusals) => {
      const { sim, heard } = await shop([...Array(refusals).fill(500), 204])
      tell(sim)
      await sim.advance(3 * day)
      assert.equal(heard.length, refusals + 1)
      assert.deepEqual([sim.notices[0]?.state, sim.notices[0]?.problem], ['accepted', undefined])
    }),
    { numRuns: 16 },
  )
})

test('a repetition is the same message under a fresh stamp', async () => {
  const { sim, heard } = await shop([500, 204])
  tell(sim)
  await sim.advance(day)
  const [first, second] = heard
  assert.ok(first && second)
  assert.equal(first.body, second.body)
  assert.notEqual(first.headers.get('wechatpay-nonce'), second.headers.get('wechatpay-nonce'))
  for (const one of heard) assert.equal(verdict(sim, one, one.atMs).ok, true)
  const { resource, ...envelope } = JSON.parse(first.body)
  assert.equal(envelope.event_type, 'TRANSACTION.SUCCESS')
  const clear = apiv3.openResource(resource, sim.credentials.apiv3.apiV3Key)
  assert.deepEqual(JSON.parse(Buffer.from(clear).toString()), { out_trade_no: 'A1' })
})

test('with stableCiphertext off each repetition is sealed anew under the same id', async () => {
  const { sim, heard } = await shop([500, 204], { switches: { stableCiphertext: false } })
  tell(sim)
  await sim.advance(day)
  const [first, second] = heard.map((one) => JSON.parse(one.body))
  assert.equal(first.id, second.id)
  assert.equal(first.create_time, second.create_time)
  assert.notEqual(first.resource.ciphertext, second.resource.ciphertext)
})

/** What the merchant hears when the first delivery meets a fault: seconds after the change, and whether it verifies. */
const faulty: Record<NoticeFault, [number, boolean][]> = {
  lose: [[15, true]],
  duplicate: [
    [0, true],
    [0, true],
  ],
  delayed: [[30, true]],
  reorder: [[30, true]],
  corrupted: [
    [0, false],
    [15, true],
  ],
  wrongSignature: [
    [0, false],
    [15, true],
  ],
  probe: [
    [0, false],
    [15, true],
  ],
  staleClock: [
    [0, false],
    [15, true],
  ],
}

test('every fault of a notice does what it says, and the notice arrives all the same', async () => {
  for (const [fault, expected] of Object.entries(faulty) as [NoticeFault, [number, boolean][]][]) {
    const { sim, heard, startMs } = await shop(expected.map(([, good]) => (good ? 204 : 401)))
    sim.faults.next('cash.paid', fault)
    tell(sim)
    await sim.advance(day)
    const met = heard.map((one) => [(one.atMs - startMs) / 1000, verdict(sim, one, one.atMs).ok])
    assert.deepEqual([fault, met], [fault, expected])
    assert.equal(sim.notices[0]?.state, 'accepted', fault)
  }
})

test('a notice that is delivered twice and refused is repeated on the schedule, not twice as often', async () => {
  const { sim, heard } = await shop([500])
  sim.faults.next('cash.paid', 'duplicate')
  tell(sim)
  await sim.advance(3 * day)
  assert.equal(heard.length, paid.schedule.length + 2)
})

test('reordered notices arrive after those that follow them', async () => {
  const { sim, heard } = await shop([204])
  sim.faults.next('cash.paid', 'reorder', { delayMs: 1000 })
  tell(sim)
  tell(sim, notifications.refunds.succeeded)
  await sim.advance(1000)
  assert.deepEqual(
    heard.map((one) => JSON.parse(one.body).event_type),
    ['REFUND.SUCCESS', 'TRANSACTION.SUCCESS'],
  )
})

test('with probes on, the first delivery is a probe and the next is good', async () => {
  const { sim, heard } = await shop([401, 204], { switches: { probeRate: 1 } })
  tell(sim)
  await sim.advance(day)
  assert.deepEqual(
    heard.map((one) => verdict(sim, one, one.atMs).ok),
    [false, true],
  )
  assert.match(heard[0]?.headers.get('wechatpay-signature') ?? '', /^WECHATPAY\/SIGNTEST\//)
})

test('an answer after the deadline does not count, and the request is ended', async () => {
  const clock = virtualClock(Date.UTC(2026, 2, 17, 2))
  let ended = false
  const sim = await openSimulator({
    clock,
    fetch: (request) =>
      new Promise((_, reject) => {
        request.signal.addEventListener('abort', () => {
          ended = true
          reject(new TypeError('aborted'))
        })
      }),
  })
  tell(sim)
  // Moving the clock without waiting for the merchant is what a slow merchant is.
  await clock.advance(4_999)
  assert.equal(ended, false)
  await clock.advance(1)
  await sim.settle()
  assert.equal(ended, true)
  assert.deepEqual([sim.notices[0]?.state, sim.notices[0]?.problem], ['due', 'no answer within 5000 ms'])
})

test('addresses the platform would not call are not called, and the row says why', async () => {
  for (const [url, problem] of [
    ['http://127.0.0.1:8080/x', /loopback/],
    ['http://192.168.1.2/x', /private/],
    ['http://[::1]/x', /loopback/],
    ['http://localhost/x', /loopback/],
    ['https://shop.example.cn/x?a=1', /query/],
    ['ftp://shop.example.cn/x', /http/],
  ] as const) {
    const { sim, heard } = await shop([204])
    tell(sim, paid, url)
    await sim.advance(0)
    assert.equal(heard.length, 0, url)
    assert.match(sim.notices[0]?.problem ?? '', problem)
  }
})

test('a notice is sent again by hand in any state, without using up a repetition', async () => {
  const { sim, heard } = await shop([500, 500, 204])
  tell(sim)
  await sim.advance(0)
  const [row] = sim.notices
  assert.ok(row)
  await sim.sendNotice(row.id)
  assert.deepEqual([heard.length, row.attempts, row.state], [2, 1, 'due'])
  await sim.sendNotice(row.id)
  assert.deepEqual([heard.length, row.attempts, row.state, row.problem], [3, 1, 'accepted', undefined])
  await sim.advance(day)
  assert.equal(heard.length, 3)
  await sim.sendNotice(row.id)
  assert.equal(heard.length, 4)
})

function stored(snapshot: Snapshot): Snapshot {
  return JSON.parse(JSON.stringify(snapshot))
}

test('a world from a snapshot repeats its notices when they are due', async () => {
  const before = await shop([500])
  tell(before.sim)
  await before.sim.advance(20_000)
  const { sim, heard, startMs } = await shop([204], { snapshot: stored(before.sim.snapshot()) })
  assert.equal(startMs, before.sim.clock.now())
  await sim.advance(day)
  assert.deepEqual(
    [...before.heard, ...heard].map((one) => (one.atMs - before.startMs) / 1000),
    [0, 15, 30],
  )
  assert.equal(heard[0]?.body, before.heard[0]?.body)
})

test('a notice that was under way when the world was saved is delivered again', async () => {
  const clock = virtualClock(Date.UTC(2026, 2, 17, 2))
  const before = await openSimulator({ clock, fetch: () => new Promise(() => {}) })
  tell(before)
  await clock.advance(0)
  const { sim, heard } = await shop([204], { snapshot: stored(before.snapshot()) })
  await sim.advance(0)
  assert.equal(heard.length, 1)
  assert.equal(sim.notices[0]?.state, 'accepted')
})

test('a snapshot opens to the same world, and draws other numbers', async () => {
  const first = await openSimulator()
  await first.rotateCertificate()
  const saved = stored(first.snapshot())
  const second = await openSimulator({ snapshot: saved })
  assert.deepEqual(second.credentials, first.credentials)
  const { 'world.counters': _before, ...tables } = saved.tables
  const { 'world.counters': _after, ...again } = stored(second.snapshot()).tables
  assert.deepEqual(again, tables)
  const drawn = Array.from({ length: 200 }, () => first.world.draw.hex(32))
  const third = await openSimulator({ snapshot: stored(second.snapshot()) })
  for (const sim of [second, third]) {
    for (let count = 0; count < 200; count++) assert.ok(!drawn.includes(sim.world.draw.hex(32)))
  }
})

test('the same seed makes the same world, another seed another', async () => {
  const open = async (seed: string) => (await openSimulator({ seed })).snapshot()
  assert.deepEqual(await open('a'), await open('a'))
  assert.notDeepEqual(await open('a'), await open('b'))
})
