/** Rate budgets towards WeChat Pay: used whole, never exceeded, and what it asks for is heeded. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Lost, type Prepared, type WechatPay } from '@chadan/client'
import { virtualClock } from '@chadan/simulator'
import { Budgets } from '../src/engine/budgets.ts'
import { carry } from '../src/engine/calls.ts'
import type { Desk, Signer } from '../src/engine/desk.ts'
import { openSqlite } from '../src/store/index.ts'
import { dueOf, vaultOf } from './store-orders.ts'

const limits = { place: 50, ask: 30, close: 20, refund: 20, ask_refund: 20 }
// Budgets look at nothing else of a signer.
const signer = { facts: { id: 'main' }, limits } as unknown as Signer

function open() {
  const clock = virtualClock(Date.UTC(2026, 2, 17, 2))
  const store = openSqlite({ file: ':memory:', vault: vaultOf(), dueOf })
  const waited: string[] = []
  const watch = {
    waited: ({ kind, why }: { kind: string; why: string }) => void waited.push(`${kind} ${why}`),
  }
  const node = () => new Budgets({ store, clock, watch })
  return { clock, store, node, waited, [Symbol.asyncDispose]: () => store.close() }
}

const gone = async (takes: readonly Promise<number>[]) =>
  (await Promise.all(takes)).filter((waitMs) => waitMs === 0).length

test('of many calls at the same moment as many go as the limit allows, and no more', async () => {
  await using desk = open()
  const budgets = desk.node()
  assert.equal(await gone(Array.from({ length: 100 }, () => budgets.take(signer, 'ask'))), limits.ask)
  await desk.clock.advance(1_000)
  assert.equal(await gone(Array.from({ length: 100 }, () => budgets.take(signer, 'ask'))), limits.ask)
})

test('two nodes together send no more than one may', async () => {
  await using desk = open()
  const nodes = [desk.node(), desk.node()]
  const takes = nodes.flatMap((node) => Array.from({ length: 60 }, () => node.take(signer, 'ask')))
  assert.equal(await gone(takes), limits.ask)
})

test('calls that failed side by side make one rest, and the next failure a longer one', async () => {
  await using desk = open()
  const budgets = desk.node()
  for (let call = 0; call < 16; call++) budgets.rest(signer, 'ask')
  assert.equal(await budgets.take(signer, 'ask'), 1_000)
  await desk.clock.advance(1_000)
  assert.equal(await budgets.take(signer, 'ask'), 0)
  budgets.rest(signer, 'ask')
  assert.equal(await budgets.take(signer, 'ask'), 2_000)
})

test('an interface that asks for fewer calls does not stop the others', async () => {
  await using desk = open()
  const budgets = desk.node()
  budgets.rest(signer, 'ask')
  assert.ok((await budgets.take(signer, 'ask')) > 0)
  assert.equal(await budgets.take(signer, 'place'), 0)
})

test('what is asked with two calls takes two, and loses none that one call can use', async () => {
  await using desk = open()
  const budgets = desk.node()
  const takes = Array.from({ length: 100 }, () => budgets.take(signer, 'ask', 2))
  assert.equal(await gone(takes), limits.ask / 2)
  await desk.clock.advance(1_000)
  const odd = { ...signer, limits: { ...limits, ask: 11 } }
  assert.equal(await gone(Array.from({ length: 9 }, () => budgets.take(odd, 'ask', 2))), 5)
  assert.equal(await gone([budgets.take(odd, 'ask'), budgets.take(odd, 'ask')]), 1)
  await desk.clock.advance(1_000)
  const single = { ...signer, limits: { ...limits, ask: 1 } }
  assert.equal(await budgets.take(single, 'ask', 2), 0)
})

test('a call that has to wait is told, and why', async () => {
  await using desk = open()
  const budgets = desk.node()
  for (let call = 0; call < 51; call++) await budgets.take(signer, 'place')
  budgets.rest(signer, 'ask')
  await budgets.take(signer, 'ask')
  assert.deepEqual(desk.waited, ['place budget', 'ask rest'])
})

test('an answer of 429, a system error and no answer ask for a rest; one that does not verify does not', async () => {
  const lost = (reason: Lost['reason'], status?: number) =>
    new Lost('combine.close', reason, 'lost', { status })
  const endings: (boolean | undefined)[] = []
  const clock = virtualClock(0)
  for (const error of [
    lost('status', 429),
    lost('status', 500),
    lost('network'),
    lost('time'),
    lost('signature', 200),
  ]) {
    const client = { send: () => Promise.reject(error) } as unknown as WechatPay
    const ending = await carry({ clock, watch: {} } as unknown as Desk, { ...signer, client }, {} as Prepared)
    endings.push(ending.ended === 'lost' ? ending.tired : undefined)
  }
  assert.deepEqual(endings, [true, true, true, true, false])
})
