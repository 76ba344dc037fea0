import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryNotices, type NoticeRefused } from '../src/index.ts'
import { type Bench, combinedOrder, openBench } from './bench.ts'

const again = (
  bench: Bench,
  change: {
    body?: Uint8Array | string
    headers?: Record<string, string>
    method?: string
    url?: string
  } = {},
) => {
  const message = bench.messages.at(-1)
  assert.ok(message)
  return {
    method: change.method ?? message.method,
    url: change.url ?? message.url,
    headers: { ...Object.fromEntries(message.headers), ...change.headers },
    body: change.body ?? message.body,
  }
}

async function paidBench(): Promise<Bench> {
  const bench = await openBench()
  const { prepay_id } = await bench.wx.combine.createJsapi(combinedOrder(bench.sim))
  await bench.sim.pay(prepay_id)
  await bench.sim.advance(1000)
  return bench
}

test('a verified notice has its type, its resource and its evidence', async () => {
  const bench = await paidBench()
  const [notice] = bench.notices
  assert.equal(notice?.type, 'combine.paid')
  if (notice?.type !== 'combine.paid') return
  assert.equal(notice.resource.combine_out_trade_no, 'CT20260317A00042')
  assert.equal(notice.resource.sub_orders.length, 2)
  assert.equal(notice.repeated, false)
  assert.deepEqual(notice.evidence.bytes, bench.messages[0]?.body)
  assert.equal(bench.sim.notices[0]?.state, 'accepted')
})

test('a notice that was accepted is known when it is repeated, and answered as accepted', async () => {
  const bench = await paidBench()
  const repeated = await bench.wx.notifications.receive(again(bench))
  assert.equal(repeated.repeated, true)
  assert.equal((await repeated.accept()).status, 204)
  let worked = 0
  await bench.wx.notifications.handle(again(bench), () => void worked++)
  assert.equal(worked, 0)
})

test('a notice whose work failed is sent again, and then it is new', async () => {
  const bench = await openBench({ client: {} })
  let tries = 0
  const failing = bench.open({ receiving: { memory: memoryNotices() } })
  const { prepay_id } = await bench.wx.combine.createJsapi(combinedOrder(bench.sim))
  await bench.sim.pay(prepay_id)
  await bench.sim.advance(0)
  const first = await failing.notifications.handle(again(bench), () => {
    tries++
    throw new Error('the database is away')
  })
  assert.equal(first.status, 500)
  assert.deepEqual(JSON.parse(await first.text()).code, 'FAIL')
  const second = await failing.notifications.handle(again(bench), () => void tries++)
  assert.equal(second.status, 204)
  assert.equal(tries, 2)
})

test('the platform repeats what was refused, on its schedule', async () => {
  const { sim, wx, notices } = await openBench()
  sim.faults.next('combine.paid', 'wrongSignature')
  sim.faults.next('combine.paid', 'probe')
  sim.faults.next('combine.paid', 'staleClock')
  const { prepay_id } = await wx.combine.createJsapi(combinedOrder(sim))
  await sim.pay(prepay_id)
  await sim.advance(59_000)
  assert.equal(notices.length, 0)
  await sim.advance(2000)
  assert.equal(notices.length, 1)
  assert.equal(sim.notices[0]?.attempts, 4)
})

const refusals: [string, (bench: Bench) => Parameters<Bench['wx']['notifications']['receive']>[0], string][] =
  [
    [
      'a changed byte',
      (bench) =>
        again(bench, {
          body: Buffer.from(bench.messages[0]?.body ?? [])
            .toString()
            .replace('SUCCESS', 'SUCCESs'),
        }),
      'signature',
    ],
    [
      'a body that was parsed and written again',
      (bench) =>
        again(bench, {
          body: JSON.stringify(JSON.parse(Buffer.from(bench.messages[0]?.body ?? []).toString()), null, 1),
        }),
      'signature',
    ],
    ['another nonce', (bench) => again(bench, { headers: { 'wechatpay-nonce': 'x' } }), 'signature'],
    [
      'a missing signature type and time',
      (bench) => again(bench, { headers: { 'wechatpay-timestamp': '' } }),
      'headers',
    ],
    ['no headers of WeChat Pay', () => ({ headers: {}, body: '{"id":"1"}' }), 'form'],
    [
      'a v2 refund notice on an APIv3 address',
      () => ({ headers: {}, body: '<xml><return_code>SUCCESS</return_code><req_info>abc</req_info></xml>' }),
      'dialect',
    ],
    [
      'XML with a wrong signature',
      () => ({ headers: {}, body: '<xml><a>1</a><sign>AAAA</sign></xml>' }),
      'form',
    ],
    ['XML with a document type', () => ({ headers: {}, body: '<!DOCTYPE x><xml></xml>' }), 'xml'],
    [
      'an unknown public key',
      (bench) => again(bench, { headers: { 'wechatpay-serial': 'PUB_KEY_ID_0000000000000000000000000000' } }),
      'serial',
    ],
  ]
for (const [name, make, check] of refusals) {
  test(`${name} is refused at ${check}`, async () => {
    const bench = await paidBench()
    await assert.rejects(bench.wx.notifications.receive(make(bench)), (error: NoticeRefused) => {
      assert.equal(error.name, 'NoticeRefused')
      assert.equal(error.check, check)
      assert.ok(error.response.status === 401 || error.response.status === 200)
      return true
    })
  })
}

test('a notice from six minutes ago and one from the future are refused at the clock', async () => {
  const bench = await paidBench()
  const nowMs = bench.sim.clock.now()
  for (const offset of [-303_000, 303_000]) {
    const late = bench.open({ clock: { ...bench.sim.clock, now: () => nowMs + offset } })
    await assert.rejects(late.notifications.receive(again(bench)), { check: 'clock' })
  }
})

test('a body over the limit is refused before it is verified', async () => {
  const bench = await paidBench()
  const small = bench.open({ receiving: { maxBodyBytes: 100 } })
  await assert.rejects(small.notifications.receive(again(bench)), { check: 'size' })
})

test('a body that a framework parsed is refused with what to do', async () => {
  const bench = await paidBench()
  await assert.rejects(
    bench.wx.notifications.receive(again(bench, { body: { id: 1 } as never })),
    /raw bytes/,
  )
})

test('a notice under another merchant’s APIv3 key says so', async () => {
  const bench = await paidBench()
  const other = bench.open({ apiV3Key: 'a'.repeat(32) })
  await assert.rejects(
    other.notifications.receive(again(bench)),
    (error: NoticeRefused) => error.check === 'resource' && /key/i.test(error.likely),
  )
})

test('probes are counted apart from attacks', async () => {
  const outcomes: string[] = []
  const { sim, wx } = await openBench({
    client: { hooks: { noticed: ({ outcome }) => void outcomes.push(outcome) } },
  })
  sim.faults.next('combine.paid', 'probe')
  sim.faults.next('combine.paid', 'wrongSignature')
  const { prepay_id } = await wx.combine.createJsapi(combinedOrder(sim))
  await sim.pay(prepay_id)
  await sim.advance(40_000)
  assert.deepEqual(outcomes, ['probe', 'refused', 'verified'])
})

test('what the work threw is told to the hook, and nothing of it to WeChat Pay', async () => {
  const bench = await paidBench()
  const seen: unknown[] = []
  const wx = bench.open({ hooks: { noticed: ({ outcome, error }) => void seen.push([outcome, error]) } })
  const failure = new Error('password of the database')
  const answer = await wx.notifications.handle(again(bench), () => {
    throw failure
  })
  assert.deepEqual(seen, [
    ['verified', undefined],
    ['failed', failure],
  ])
  assert.doesNotMatch(await answer.text(), /password/)
})
