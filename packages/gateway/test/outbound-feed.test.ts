import assert from 'node:assert/strict'
import { test } from 'node:test'
import { virtualClock } from '@chadan/simulator'
import { openFeed, openSequencer, placeOf } from '../src/outbound/index.ts'
import { hour, openBench, startMs, turns, write } from './outbound-bench.ts'

/** Reads frames of a stream. */
function reading(response: Response) {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  assert.ok(reader)
  return {
    async frames(): Promise<readonly string[] | 'end'> {
      const { done, value } = await reader.read()
      return done ? 'end' : value.split('\n\n').filter((one) => one !== '')
    },
    cancel: () => reader.cancel(),
  }
}

const idsIn = (frames: readonly string[] | 'end') =>
  frames === 'end' ? [] : frames.map((frame) => Number(/^id: (\d+)$/m.exec(frame)?.[1]))

test('while two sequencers race and believe both to lead, the feed has no gap and readers miss nothing', async () => {
  await using bench = await openBench()
  const { store, clock } = bench
  const feed = openFeed({ store, clock })
  // The second node's clock is ahead: to it the other's lease has always run out.
  const nodes = [
    openSequencer({ store, clock, node: 'a', batch: 3 }),
    openSequencer({ store, clock: virtualClock(startMs + hour), node: 'b', batch: 2 }),
    openSequencer({ store, clock: virtualClock(startMs + 2 * hour), node: 'c', batch: 2 }),
  ]
  const written: Promise<string>[] = []
  const read: { seq: number; id: string }[] = []
  let after = 0
  for (let round = 0; round < 30; round++) {
    for (const order of ['o1', 'o2', 'o3', 'o4']) written.push(write(store, order, 'order.paid'))
    const page = feed.page('hospital', { after, limit: 5 })
    await Promise.all(nodes.map((node) => node.tick()))
    const { events, next } = await page
    read.push(...events)
    after = next
  }
  const ids = await Promise.all(written)
  for (const node of nodes) await node.tick()
  for (let more = true; more; ) {
    const page = await feed.page('hospital', { after, limit: 50 })
    read.push(...page.events)
    after = page.next
    more = page.more
  }
  assert.deepEqual(
    read.map(({ seq }) => seq),
    ids.map((_, at) => at + 1),
  )
  assert.deepEqual(read.map(({ id }) => id).toSorted(), ids.toSorted())
  const places = new Map<string, number>()
  for (const { id } of read) {
    const [, order = '', version] = id.split('_')
    assert.equal(Number(version), (places.get(order) ?? 0) + 1, 'events of one order stand in its order')
    places.set(order, Number(version))
  }
})

test('each tenant has numbers of its own and sees no other', async () => {
  await using bench = await openBench()
  const feed = openFeed(bench)
  await bench.happen('o1')
  await bench.happen('c1', 'order.paid', { tenant: 'clinic' })
  await bench.happen('o2')
  const seqs = async (tenant: string) =>
    (await feed.page(tenant)).events.map(({ seq, order }) => [seq, order])
  assert.deepEqual(await seqs('hospital'), [
    [1, 'o1'],
    [2, 'o2'],
  ])
  assert.deepEqual(await seqs('clinic'), [[1, 'c1']])
  const { events: first, next, more } = await feed.page('hospital', { limit: 1 })
  assert.deepEqual([first.length, next, more], [1, 1, true])
  assert.deepEqual(await feed.page('nobody', { after: 9 }), { events: [], next: 9, more: false })
})

test('one node numbers; another takes over when it stops or dies', async () => {
  await using bench = await openBench()
  const { store, clock } = bench
  await clock.advance(hour)
  const [first, second] = ['first', 'second'].map((node) => openSequencer({ store, clock, node }))
  assert.ok(first && second)
  const tell = () => write(store, 'o1', 'order.paid')
  await tell()
  assert.equal(await first.tick(), 1)
  await tell()
  assert.equal(await second.tick(), 0, 'the first holds the lease')
  await first.stop()
  assert.equal(await second.tick(), 1, 'it was let go')
  await tell()
  assert.equal(await first.tick(), 0)
  await clock.advance(10_000)
  assert.equal(await first.tick(), 1, 'the second is silent for longer than its lease')
})

test('a started sequencer numbers what it is told of at once, and what it is not told of soon', async () => {
  await using bench = await openBench()
  const { store, clock } = bench
  const told: string[] = []
  const sequencer = openSequencer({ store, clock, node: 'a', told: (tenants) => told.push(...tenants) })
  sequencer.start()
  await turns()
  await write(store, 'o1', 'order.paid')
  sequencer.nudge()
  await turns()
  assert.deepEqual(told, ['hospital'])
  await write(store, 'c1', 'order.paid', { tenant: 'clinic' })
  await clock.advance(1_000, turns)
  assert.deepEqual(told, ['hospital', 'clinic'])
  await sequencer.stop()
  await write(store, 'o1', 'order.paid')
  await clock.advance(5_000, turns)
  assert.equal(told.length, 2)
})

test('a stream begins behind Last-Event-ID and goes on with what comes', async () => {
  await using bench = await openBench()
  const feed = openFeed(bench)
  for (const order of ['o1', 'o2', 'o3']) await bench.happen(order)
  const response = feed.stream('hospital', { after: placeOf('1') ?? 0 })
  assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/)
  const stream = reading(response)
  assert.deepEqual(await stream.frames(), ['retry: 2000'])
  const [second = '', third] = (await stream.frames()) as readonly string[]
  const [id, event, data = ''] = second.split('\n')
  assert.deepEqual([id, event], ['id: 2', 'event: order.paid'])
  const { events } = await feed.page('hospital', { after: 1 })
  assert.deepEqual(JSON.parse(data.slice('data: '.length)), events[0])
  assert.match(third ?? '', /^id: 3\n/)

  const next = stream.frames()
  await turns()
  await bench.happen('o4')
  feed.wake(['hospital'])
  assert.deepEqual(idsIn(await next), [4])
  await stream.cancel()
})

test('a stream finds what another node numbered, and gives a sign of life when nothing comes', async () => {
  await using bench = await openBench()
  const feed = openFeed(bench)
  const stream = reading(feed.stream('hospital', { after: 0 }))
  await stream.frames()
  const first = stream.frames()
  await turns()
  await bench.happen('o1')
  await bench.clock.advance(1_000, turns)
  assert.deepEqual(idsIn(await first), [1])
  const beat = stream.frames()
  await bench.clock.advance(15_000, turns)
  assert.deepEqual(await beat, [':'])
  await stream.cancel()
})

test('a wake-up that comes while the stream looks is not lost', async () => {
  await using bench = await openBench()
  const { store } = bench
  const looking = Promise.withResolvers<void>()
  const goOn = Promise.withResolvers<void>()
  let first = true
  const slow = Object.create(store) as typeof store
  Object.defineProperty(slow, 'events', {
    value: async (...given: Parameters<typeof store.events>) => {
      const found = await store.events(...given)
      if (first) {
        first = false
        looking.resolve()
        await goOn.promise
      }
      return found
    },
  })
  const feed = openFeed({ store: slow, clock: bench.clock })
  const stream = reading(feed.stream('hospital', { after: 0 }))
  await stream.frames()
  const next = stream.frames()
  await looking.promise
  await bench.happen('o1')
  feed.wake(['hospital'])
  goOn.resolve()
  assert.deepEqual(idsIn(await next), [1], 'though the clock stands still')
  await stream.cancel()
})

test('a reader that does not read costs nothing but its place', async () => {
  await using bench = await openBench()
  let looks = 0
  const counted = Object.create(bench.store) as typeof bench.store
  Object.defineProperty(counted, 'events', {
    value: (...given: Parameters<typeof counted.events>) => {
      looks++
      return bench.store.events(...given)
    },
  })
  const feed = openFeed({ store: counted, clock: bench.clock })
  for (let at = 0; at < 150; at++) await write(bench.store, `o${at % 10}`, 'order.paid')
  await bench.happen('o1')
  const body = feed.stream('hospital', { after: 0 }).body
  for (let at = 0; at < 5; at++) {
    feed.wake(['hospital'])
    await bench.clock.advance(1_000, turns)
  }
  assert.equal(looks, 0)
  const reader = body?.getReader()
  await reader?.read()
  const text = new TextDecoder().decode((await reader?.read())?.value)
  assert.equal(text.split('\n\n').length - 1, 100)
  await reader?.cancel()
})

test('a stream ends when its reader goes, at the end of its life, and when the service stops', async () => {
  await using bench = await openBench()
  const feed = openFeed({ ...bench, streams: 1, lifeMs: 40_000 })
  const abort = new AbortController()
  const left = reading(feed.stream('hospital', { after: 0, signal: abort.signal }))
  await left.frames()
  assert.throws(() => feed.stream('hospital', { after: 0 }), { code: 'too_many_streams' })
  const pending = left.frames()
  await turns()
  abort.abort()
  assert.equal(await pending, 'end')

  const aged = reading(feed.stream('hospital', { after: 0 }))
  await aged.frames()
  const seen: unknown[] = []
  const reader = (async () => {
    for (let one = await aged.frames(); one !== 'end'; one = await aged.frames()) seen.push(one)
  })()
  await bench.clock.advance(41_000, turns)
  await reader
  assert.deepEqual(seen, [[':'], [':']])

  const last = reading(feed.stream('hospital', { after: 0 }))
  await last.frames()
  const end = last.frames()
  await turns()
  feed.stop()
  assert.equal(await end, 'end')

  const gone = reading(feed.stream('hospital', { after: 0 }))
  await gone.cancel()
  await turns()
  await reading(feed.stream('hospital', { after: 0, signal: AbortSignal.abort() })).frames()
  await reading(feed.stream('hospital', { after: 0 })).cancel()
})

test('a place in the feed is a number of digits, or the beginning', () => {
  assert.deepEqual(['', undefined, '0', '41'].map(placeOf), [0, 0, 0, 41])
  for (const text of ['-1', '1.5', '1e3', 'abc', '9'.repeat(16), ' 1'])
    assert.equal(placeOf(text), undefined, text)
})
