import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryTokens, Refused } from '../src/index.ts'
import { openBench } from './bench.ts'

const find = (sim: Awaited<ReturnType<typeof openBench>>['sim']) => ({
  mchid: sim.credentials.wecom.mchid,
  out_trade_no: 'NOBODY_0001',
})
const draws = (requests: readonly string[]) => requests.filter((one) => one.includes('gettoken')).length

test('many calls at once draw one token', async () => {
  const { sim, wx, requests } = await openBench()
  const asked = await Promise.allSettled(Array.from({ length: 8 }, () => wx.wecom.getOrder(find(sim))))
  assert.ok(
    asked.every((one) => one.status === 'rejected' && one.reason instanceof Refused && one.reason.notFound),
  )
  assert.equal(draws(requests), 1)
})

test('a token that the platform no longer takes is renewed once, by one', async () => {
  const tokens = memoryTokens()
  const { sim, open, requests } = await openBench()
  const wx = open({ tokens, wecom: { ...sim.credentials.wecom, app: '1' } })
  await tokens.set(`wecom:${sim.credentials.wecom.corpid}:1`, {
    accessToken: 'stale',
    obtainedMs: sim.clock.now(),
    expiresInSeconds: 7200,
  })
  const asked = await Promise.allSettled(Array.from({ length: 5 }, () => wx.wecom.getOrder(find(sim))))
  assert.ok(asked.every((one) => one.status === 'rejected' && one.reason.notFound === true))
  assert.equal(draws(requests), 1)
})

test('a wrong secret is a configuration error and is not tried again', async () => {
  const { sim, open, requests } = await openBench()
  const wx = open({ wecom: { corpid: sim.credentials.wecom.corpid, corpsecret: 'wrong' } })
  await assert.rejects(
    wx.wecom.getOrder(find(sim)),
    (error: Refused) =>
      error instanceof Refused && error.advice === 'configure' && !error.message.includes('wrong'),
  )
  assert.equal(draws(requests), 1)
})

test('a token that another process renewed is taken from the store instead of being drawn again', async () => {
  const tokens = memoryTokens()
  const { sim, open, requests, wx } = await openBench()
  const { corpid } = sim.credentials.wecom
  await wx.wecom.getOrder(find(sim)).catch(() => {})
  const given = { obtainedMs: sim.clock.now(), expiresInSeconds: 7200 }
  await tokens.set(`wecom:${corpid}:1`, { accessToken: 'stale', ...given })
  const { access_token: fresh } = await wx.wecom.getToken({
    corpid,
    corpsecret: sim.credentials.wecom.corpsecret,
  })
  const other = open({
    tokens: {
      ...tokens,
      // The other process renews between our call and our look.
      get: async (key) => {
        const stored = await tokens.get(key)
        await tokens.set(key, { accessToken: fresh, ...given })
        return stored
      },
    },
    wecom: { ...sim.credentials.wecom, app: '1' },
  })
  const before = draws(requests)
  await assert.rejects(other.wecom.getOrder(find(sim)), (error: Refused) => error.notFound)
  assert.equal(draws(requests), before)
})
