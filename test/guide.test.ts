/** The guide: what it shows is what is in the files, and the files run. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Notice, Refused } from '@chadan/client'
import * as combine from '../docs/guide/examples/combine.ts'
import * as first from '../docs/guide/examples/first.ts'
import * as keys from '../docs/guide/examples/keys.ts'
import * as medIns from '../docs/guide/examples/medIns.ts'
import * as notifications from '../docs/guide/examples/notifications.ts'
import * as payinsurance from '../docs/guide/examples/payinsurance.ts'
import * as payscore from '../docs/guide/examples/payscore.ts'
import * as simulator from '../docs/guide/examples/simulator.ts'
import * as wecom from '../docs/guide/examples/wecom.ts'
import { openStage, type Stage } from './guide.stage.ts'

const idNumber = '110101199003072316'
const refundTime = 10 * 60_000

test('medIns: placed, paid, heard, queried, watched and refunded on both sides', async () => {
  const stage = await openStage(medIns.hear)
  const placed = await placeMedIns(stage, 'HZ20260317001')
  const parameters = await medIns.payParameters(stage, placed)
  assert.deepEqual(Object.keys(parameters).sort(), [
    'mixTradeNo',
    'nonceStr',
    'package',
    'paySign',
    'signType',
    'timeStamp',
  ])
  await stage.sim.pay(placed.mixTradeNo)
  await stage.sim.advance(10_000)
  assert.deepEqual([...stage.saved].sort(), ['HZ20260317001: cash leg SUCCESS', 'HZ20260317001: paid'])
  const looks = []
  for await (const look of medIns.watch(stage, 'HZ20260317001', stage.sim.clock)) looks.push(look.look)
  assert.deepEqual(looks, ['answer'])
  assert.equal(await medIns.refund(stage, 'HZ20260317001', placed.mixTradeNo), 'PROCESSING')
  await stage.sim.advance(refundTime)
  assert.equal(await medIns.refundState(stage, 'HZ20260317001'), 'SUCCESS')
  assert.equal(stage.saved.at(-1), 'HZ20260317001: cash refunded')
  await medIns.query(stage, 'HZ20260317001')
  assert.equal(stage.saved.at(-1), 'HZ20260317001: refunded')
})

test('medIns: an order whose insurance fails says that its cash must go back', async () => {
  const stage = await openStage(medIns.hear)
  const placed = await placeMedIns(stage, 'HZ20260317002')
  await simulator.insuranceFails(stage.sim, placed.mixTradeNo)
  await medIns.query(stage, 'HZ20260317002')
  assert.equal(stage.saved.at(-1), 'HZ20260317002: failed: refund the cash')
})

test('medIns: an order whose answer was lost is found by its number', async () => {
  const stage = await openStage(medIns.hear)
  const { prepared } = await medIns.prepare(stage, 'HZ20260317003', idNumber)
  stage.sim.faults.next('medIns.create', 'loseRequest')
  const refusal = await medIns.send(stage, prepared, 'HZ20260317003').catch((error: unknown) => error)
  assert.ok(refusal instanceof Refused && refusal.notFound)
  stage.sim.faults.next('medIns.create', 'loseAnswer')
  assert.equal((await medIns.send(stage, prepared, 'HZ20260317003')).mix_pay_status, 'MIX_PAY_CREATED')
})

test('combine: placed, paid, heard by sub-order, refunded in part', async () => {
  const stage = await openStage(combine.hear)
  const prepayId = await combine.place(stage, 'CT20260317A')
  assert.equal((await combine.payParameters(stage, prepayId)).package, `prepay_id=${prepayId}`)
  assert.equal(await first.isPaid(stage.wx, 'CT20260317A'), false)
  assert.equal(await simulator.payAndWait(stage.sim, prepayId), 'paid')
  assert.deepEqual(stage.saved, ['CT20260317A_1: SUCCESS', 'CT20260317A_2: SUCCESS'])
  assert.equal(await first.isPaid(stage.wx, 'CT20260317A'), true)
  assert.equal((await first.sameByPath(stage.wx, 'CT20260317A')).sub_orders.length, 2)
  assert.equal(await combine.refund(stage, 'CT20260317A'), 'PROCESSING')
  await stage.sim.advance(refundTime)
  assert.deepEqual(await combine.refundState(stage, 'CT20260317A'), { status: 'SUCCESS', refunded: 550 })
  assert.equal(stage.saved.at(-1), 'RCT20260317A_2: SUCCESS')
})

test('combine: an unpaid order is closed, a paid one is not', async () => {
  const stage = await openStage(combine.hear)
  await combine.place(stage, 'CT20260317B')
  assert.equal(await combine.close(stage, 'CT20260317B'), 'closed')
  const prepayId = await combine.place(stage, 'CT20260317C')
  await simulator.payAndWait(stage.sim, prepayId)
  assert.equal(await combine.close(stage, 'CT20260317C'), 'paid')
})

test('payscore: confirmed, completed, paid, heard, refunded by its transaction', async () => {
  const stage = await openStage(payscore.hear)
  const link = await payscore.place(stage, 'PS20260317')
  assert.equal(payscore.confirmParameters(stage, link).businessType, 'wxpayScoreUse')
  await stage.sim.act(link, { action: 'confirm' })
  await stage.sim.advance(3_600_000)
  await payscore.complete(stage, 'PS20260317')
  if ((await payscore.query(stage, 'PS20260317')).state !== 'DONE') await stage.sim.pay('PS20260317')
  await stage.sim.advance(60_000)
  assert.equal(await payscore.isPaid(stage, 'PS20260317'), true)
  assert.deepEqual(stage.saved, ['PS20260317: confirmed', 'PS20260317: paid'])
  await payscore.refund(stage, 'PS20260317')
  await stage.sim.advance(refundTime)
  assert.equal(await payscore.refundState(stage, 'PS20260317'), 'SUCCESS')
  assert.equal(stage.saved.at(-1), 'RPS20260317: SUCCESS')
})

test('payscore: a cancelled order is paid by nobody', async () => {
  const stage = await openStage(payscore.hear)
  await payscore.place(stage, 'PS20260318')
  await payscore.cancel(stage, 'PS20260318')
  assert.equal((await payscore.query(stage, 'PS20260318')).state, 'REVOKED')
  assert.equal(await payscore.isPaid(stage, 'PS20260318'), false)
})

test('wecom: the address checked, placed, paid, heard, refunded, found in the bill', async () => {
  const stage = await openStage(wecom.hear)
  await stage.sim.act(stage.given.wecom.corpid, {
    action: 'event',
    name: 'callback:configure',
    details: { url: `${stage.notifyUrl}?callback_format=json` },
  })
  await stage.sim.advance(0)
  assert.deepEqual(stage.answered, [200])
  const prepayId = await wecom.place(stage, 'WC_20260317')
  const seconds = Math.floor(stage.sim.clock.now() / 1000)
  const parameters = await wecom.payParameters(stage, prepayId, seconds, '5K8264ILTKCH16CQ2502SI8ZNMTM67VS')
  assert.match(parameters.paySign, /^[A-Za-z0-9+/]{342}==$/)
  await stage.sim.pay(prepayId)
  await stage.sim.advance(5000)
  assert.deepEqual(stage.saved, ['WC_20260317: SUCCESS'])
  assert.deepEqual((await wecom.query(stage, 'WC_20260317')).paid, 12800)
  await wecom.refund(stage, 'WC_20260317')
  await stage.sim.advance(refundTime)
  assert.equal(await wecom.refundState(stage, 'WC_20260317'), 'SUCCESS')
  assert.equal(stage.saved.at(-1), 'RWC_20260317: SUCCESS')
  await stage.sim.advance(36 * 3600_000)
  assert.deepEqual(await wecom.paidInBill(stage, '2026-03-17'), new Map([['WC_20260317', 12800]]))
})

test('wecom: an order can be closed after five minutes', async () => {
  const stage = await openStage(wecom.hear)
  await wecom.place(stage, 'WC_20260318')
  await assert.rejects(wecom.close(stage, 'WC_20260318'), Refused)
  await stage.sim.advance(5 * 60_000)
  assert.equal(await wecom.close(stage, 'WC_20260318'), 'CLOSED')
})

test('payinsurance: placed, paid, heard, queried, refunded whole', async () => {
  const stage = await openStage(payinsurance.hear)
  const placed = await payinsurance.place(stage, 'PI20260317')
  const where = payinsurance.whereToPay(stage, { pay_url: placed.pay_url ?? '', pay_appid: placed.pay_appid })
  assert.ok('page' in where || 'path' in where)
  await stage.sim.pay(placed.med_trans_id ?? '')
  await stage.sim.advance(60_000)
  assert.deepEqual(stage.saved, ['PI20260317: paid'])
  assert.equal((await payinsurance.query(stage, 'PI20260317')).paid, true)
  await payinsurance.refund(stage, 'PI20260317')
  await stage.sim.advance(refundTime)
  assert.equal(await payinsurance.refundState(stage, 'PI20260317'), 'SUCCESS')
})

test('keys: public key, certificates, both, and a key in a KMS all verify and sign', async () => {
  const stage = await openStage()
  const more = {
    baseUrl: stage.given.baseUrl,
    fetch: (request: Request) => stage.sim.fetch(request),
    clock: stage.sim.clock,
  }
  await combine.place(stage, 'CT20260317K')
  const { apiv3 } = stage.given
  const clients = {
    pubkey: keys.withPublicKey(apiv3, more),
    cert: keys.withCertificates(apiv3, more),
    mixed: keys.duringTheSwitch(apiv3, more),
    kms: keys.withSigner(apiv3, keys.kmsSigner(keys.kmsOf(apiv3.privateKey)), more),
  }
  for (const [name, wx] of Object.entries(clients)) {
    const keyMode = name === 'mixed' ? ({ mixed: 0.5 } as const) : name === 'cert' ? 'cert' : 'pubkey'
    stage.sim.changeMerchant(apiv3.mchid, { keyMode })
    for (let time = 0; time < 4; time++) assert.equal(await first.isPaid(wx, 'CT20260317K'), false)
  }
})

test('keys: each error asks for one thing', async () => {
  const counts = new Map<string, number>()
  const stage = await openStage(combine.hear, { client: keys.counting(counts) })
  const ask = (number: string) => () => stage.wx.combine.queryByOutTradeNo({ combine_out_trade_no: number })
  assert.equal(await keys.outcomeOf(ask('CT20260317X')), 'not found: ask again in 3 s')
  const prepayId = await combine.place(stage, 'CT20260317X')
  assert.equal(await keys.outcomeOf(ask('CT20260317X')), 'done')
  stage.sim.faults.next('combine.createJsapi', 'loseAnswer')
  const placing = () => combine.place(stage, 'CT20260317Y')
  assert.equal(await keys.outcomeOf(placing), 'unknown: query it by its number')
  stage.sim.faults.next('combine.createJsapi', 'wrongSignature')
  assert.match(await keys.outcomeOf(placing), /^unknown, query it; signature failed/)
  assert.match(
    await keys.outcomeOf(() => combine.place(stage, 'x'.repeat(40))),
    /^not sent: \/body\/combine_out_trade_no/,
  )
  stage.sim.faults.next('combine.paid', 'probe')
  await simulator.payAndWait(stage.sim, prepayId)
  await stage.sim.advance(60_000)
  assert.equal(counts.get('notice probe'), 1)
  assert.equal(counts.get('notice verified'), 1)
})

test('simulator: in process, with faults, switches, rotating keys, a week and a snapshot', async () => {
  const heard: Notice[] = []
  const receive = (request: Request) => wx.notifications.handle(request, (notice) => void heard.push(notice))
  const { sim, wx } = await simulator.open(receive)
  const guide = {
    wx,
    given: sim.credentials,
    notifyUrl: 'https://shop.example.cn/notify',
    save: async () => {},
    now: () => sim.world.time(),
  }
  const place = () => combine.place(guide, 'CT20260317S')
  assert.equal(await simulator.loseOneAnswer(sim, place), 'lost: ask by number')
  simulator.doubtTheOtherWay(sim)
  assert.equal(sim.world.switches.probeRate, 0.05)
  assert.equal(sim.certificates.length, 1)
  await simulator.rotate(sim)
  assert.equal(sim.certificates.length, 2)
  await simulator.aWeekLater(sim)
  sim.changeSwitches({ probeRate: 0 })
  assert.deepEqual((await combine.query(guide, 'CT20260317S')).states, ['CLOSED', 'CLOSED'])
  const later = await simulator.open(receive, JSON.parse(simulator.save(sim)))
  const answer = await later.wx.combine.queryByOutTradeNo({ combine_out_trade_no: 'CT20260317S' })
  assert.equal(answer.sub_orders[0]?.trade_state, 'CLOSED')
})

test('notifications: kept before they are acknowledged, known when they come again', async () => {
  const kept: string[] = []
  const table = new Set<string>()
  const memory = notifications.sharedMemory({
    has: async (id) => table.has(id),
    insert: async (id) => void table.add(id),
  })
  let broken = true
  const database = {
    async keep(_id: string, type: string) {
      if (broken) throw new Error('the database is away')
      kept.push(type)
    },
  }
  const stage = await openStage(
    ({ wx }, request) =>
      notifications.receiveInSteps(wx, request, database).catch(() => new Response(null, { status: 500 })),
    { client: { receiving: { memory } } },
  )
  await stage.sim.pay(await combine.place(stage, 'CT20260317N'))
  await stage.sim.advance(5000)
  assert.deepEqual([stage.answered, kept], [[500], []])
  broken = false
  await stage.sim.advance(60_000)
  assert.deepEqual([stage.answered, kept], [[500, 204], ['combine.paid']])
  await stage.sim.sendNotice(stage.sim.notices[0]?.id ?? '')
  assert.deepEqual([stage.answered, kept], [[500, 204, 204], ['combine.paid']])
})

test('notifications: the short way works once a notice and refuses what is forged', async () => {
  const paid: string[] = []
  const stage = await openStage(({ wx }, request) =>
    notifications.receive(wx, request, async (number) => void paid.push(number)),
  )
  stage.sim.faults.next('combine.paid', 'corrupted')
  await stage.sim.pay(await combine.place(stage, 'CT20260317M'))
  await stage.sim.advance(60_000)
  assert.deepEqual([stage.answered, paid], [[401, 204], ['CT20260317M']])
})

async function placeMedIns(stage: Stage, number: string) {
  const { prepayId, prepared } = await medIns.prepare(stage, number, idNumber)
  return { prepayId, mixTradeNo: (await medIns.send(stage, prepared, number)).mix_trade_no }
}
