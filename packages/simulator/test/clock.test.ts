import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scaledClock, virtualClock } from '../src/clock.ts'
import { openSimulator } from '../src/simulator.ts'

const noon = Date.UTC(2026, 2, 17, 4)

test('a scaled clock begins where it is told and runs so many times faster', async () => {
  const base = virtualClock(1_000)
  const clock = scaledClock(base, { speed: 60, startMs: noon })
  assert.equal(clock.now(), noon)
  await base.advance(1_000)
  assert.equal(clock.now(), noon + 60_000)
})

test('work on a scaled clock is due after its own time, never early, and can be taken back', async () => {
  const base = virtualClock(0)
  const clock = scaledClock(base, { speed: 60, startMs: noon })
  const seen: number[] = []
  clock.after(60_000, () => seen.push(clock.now() - noon))
  clock.after(100, () => seen.push(clock.now() - noon))
  clock.after(30_000, () => seen.push(-1))()
  await base.advance(999)
  assert.deepEqual(seen, [120])
  await base.advance(1)
  assert.deepEqual(seen, [120, 60_000])
})

test('a speed that is no whole number still gives whole milliseconds', async () => {
  const base = virtualClock(0)
  const clock = scaledClock(base, { speed: 1.5, startMs: noon })
  await base.advance(333)
  assert.equal(clock.now(), noon + 499)
})

test('who follows the clock is told its speed and when it began', async () => {
  const base = virtualClock(0)
  const read = async (sim: { fetch(request: Request): Promise<Response> }) =>
    (await sim.fetch(new Request('http://127.0.0.1:1/_simulator/clock'))).json()
  const scaled = await openSimulator({ clock: scaledClock(base, { speed: 90, startMs: noon }) })
  await base.advance(2_000)
  assert.deepEqual(await read(scaled), {
    nowMs: noon + 180_000,
    time: '2026-03-17T12:03:00+08:00',
    kind: 'scaled',
    speed: 90,
    startedMs: noon,
  })
  const standing = await openSimulator({ clock: virtualClock(noon) })
  await standing.advance(5_000)
  const { nowMs, kind, speed, startedMs } = await read(standing)
  assert.deepEqual([nowMs, kind, speed, startedMs], [noon + 5_000, 'virtual', 0, noon])
  const real = await openSimulator({ clock: { now: () => noon, after: () => () => {} } })
  assert.deepEqual([(await read(real)).kind, (await read(real)).speed], ['real', 1])
})

test('a scaled clock is not moved by hand', async () => {
  const sim = await openSimulator({ clock: scaledClock(virtualClock(0), { speed: 60, startMs: noon }) })
  const response = await sim.fetch(
    new Request('http://127.0.0.1:1/_simulator/clock/advance', { method: 'POST', body: '{"ms":1}' }),
  )
  assert.equal(response.status, 409)
  assert.match((await response.json()).expected, /this one is scaled/)
})
