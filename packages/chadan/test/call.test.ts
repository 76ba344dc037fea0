import assert from 'node:assert/strict'
import { test } from 'node:test'
import { operations } from '@chadan/protocol'
import { assign, readSteps } from '../src/assignments.ts'
import { line, openDesk } from './line.ts'

const number = 'CT20260317A'

const atOnce = (_ms: number, work: () => void) => {
  queueMicrotask(work)
  return () => {}
}

function order({ apiv3 }: Awaited<ReturnType<typeof openDesk>>['sim']['credentials']) {
  const sub = (out_trade_no: string, total_amount: number) => ({
    mchid: apiv3.mchid,
    sub_mchid: apiv3.subMchid,
    out_trade_no,
    attach: 'A',
    description: '挂号费',
    amount: { total_amount, currency: 'CNY' },
  })
  return {
    combine_appid: apiv3.appid,
    combine_mchid: apiv3.mchid,
    combine_out_trade_no: number,
    notify_url: 'https://shop.example.cn/notify',
    sub_orders: [sub('SUB0001', 100), sub('SUB0002', 250)],
  }
}

test('an order given as a file is placed, queried by name and printed', async () => {
  const desk = await openDesk()
  const input = await desk.write('order.json', JSON.stringify(order(desk.sim.credentials)))
  const placed = await desk.run(['call', 'combine.createNative', '--input', input, '--json'])
  assert.deepEqual([placed.exit, placed.err], [0, ''])
  assert.match(JSON.parse(placed.out).code_url, /^weixin:/)
  const asked = await desk.run(['call', 'combine.queryByOutTradeNo', `combine_out_trade_no=${number}`])
  assert.equal(asked.exit, 0)
  assert.equal(JSON.parse(asked.out).sub_orders[1].out_trade_no, 'SUB0002')
})

test('fields on the line go before those of the file, and standard input is a file too', async () => {
  const desk = await openDesk()
  const { exit, out } = await desk.run(
    [
      'call',
      'combine.createNative',
      '--input',
      '-',
      'sub_orders[1].amount.total_amount=999',
      '--prepare',
      '--json',
    ],
    { input: JSON.stringify(order(desk.sim.credentials)) },
  )
  assert.equal(exit, 0)
  const { method, target, body } = JSON.parse(out)
  assert.deepEqual([method, target], ['POST', '/v3/combine-transactions/native'])
  assert.equal(JSON.parse(body).sub_orders[1].amount.total_amount, 999)
  assert.equal(desk.sim.checkout(number), undefined)
})

test('what is shown before sending has the bytes of the body and no signature', async () => {
  const desk = await openDesk()
  const { out } = await desk.run([
    'call',
    'refunds.find',
    'out_refund_no=R|1*',
    'sub_mchid=1690000201',
    '--prepare',
  ])
  assert.equal(
    out.split('\n')[0],
    `GET ${desk.sim.credentials.baseUrl}/v3/refund/domestic/refunds/R%7C1*?sub_mchid=1690000201`,
  )
  assert.doesNotMatch(out, /signature|Authorization/i)
})

test('a wrong input is refused before sending, every problem with its place on one line', async () => {
  const desk = await openDesk()
  const { exit, err, out } = await desk.run([
    'call',
    'combine.queryByOutTradeNo',
    'combine_out_trade_no=a b',
    'surplus=1',
  ])
  assert.deepEqual([exit, out], [2, ''])
  assert.match(
    err,
    /^chadan: nothing was sent; \/query\/surplus: .*\/path\/combine_out_trade_no: .*\n$|^chadan: nothing was sent; \/path\/combine_out_trade_no: .*\/query\/surplus: .*\n$/,
  )
  assert.doesNotMatch(err, /a b/)
})

test('a refusal names code and advice and ends with 3', async () => {
  const desk = await openDesk()
  const args = ['call', 'combine.queryByOutTradeNo', 'combine_out_trade_no=NOTHERE']
  const { exit, err } = await desk.run(args)
  assert.equal(exit, 3)
  assert.match(err, /^chadan: combine\.queryByOutTradeNo: refused with 404 ORDER_?NOT_?EXIST.*\n$/)
  const json = await desk.run([...args, '--json'])
  const { error } = JSON.parse(json.err)
  assert.deepEqual([error.name, error.notFound, error.exit], ['Refused', true, 3])
})

test('an answer that never comes, or does not verify, ends with 4 and says to ask', async () => {
  const desk = await openDesk()
  const args = [
    'call',
    'combine.close',
    `combine_out_trade_no=${number}`,
    `combine_appid=wx1`,
    'sub_orders=[{"mchid":"1688000101","out_trade_no":"SUB0001"}]',
  ]
  const lost = await desk.run(args, {
    fetch: () => Promise.reject(Object.assign(new TypeError('gone'), { code: 'ECONNRESET' })),
    clock: { now: desk.sim.clock.now, after: atOnce },
  })
  assert.equal(lost.exit, 4)
  assert.match(lost.err, /^chadan: .*chadan query.*\n$/)
  const forged = await desk.run(['call', 'combine.queryByOutTradeNo', `combine_out_trade_no=${number}`], {
    fetch: async () => Response.json({ combine_out_trade_no: number }),
  })
  assert.equal(forged.exit, 4)
  assert.match(forged.err, /not to be trusted.*chadan verify/)
})

test('credentials that are missing, no JSON or of another form are named by file, without content', async () => {
  const desk = await openDesk()
  const call = async (content: string) =>
    line(['call', 'certificates.list', '--credentials', await desk.write('broken.json', content)])
  for (const [content, pattern] of [
    ['not json with SECRET', /is not JSON/],
    ['[]', /holds no object/],
    ['{"apiv3":"SECRET"}', /apiv3 is no object/],
    ['{"apiv3":{"mchid":1688000101}}', /apiv3\.mchid is no text/],
    ['{"apiv3":{"mchid":"1688000101"}}', /serialNo is missing/],
    ['{}', /give mchid, serialNo and privateKey/],
  ] as const) {
    const { exit, err } = await call(content)
    assert.equal(exit, 2, content)
    assert.match(err, pattern)
    assert.doesNotMatch(err, /SECRET/)
  }
})

test('names lead into groups and lists, and text stays text', async () => {
  assert.deepEqual(readSteps('sub_orders[0].amount.total_amount'), [
    'sub_orders',
    0,
    'amount',
    'total_amount',
  ])
  const made = await assign(operations.combine.createNative, {}, [
    'combine_out_trade_no=00012',
    'sub_orders[0].amount.total_amount=12',
    'sub_orders[0].out_trade_no=1e3',
    'sub_orders[1]={"attach":"x=y"}',
    'scene_info.device_id=a=b',
  ])
  assert.deepEqual(made, {
    combine_out_trade_no: '00012',
    sub_orders: [{ amount: { total_amount: 12 }, out_trade_no: '1e3' }, { attach: 'x=y' }],
    scene_info: { device_id: 'a=b' },
  })
})

test('numbers, true and false are read where they are declared; what does not read stays for the check', async () => {
  const made = await assign(operations.medIns.create, {}, [
    'total_fee=100',
    'med_ins_gov_fee=007',
    'pay_for_relatives=true',
    'med_ins_test_env=yes',
    'attach=true',
  ])
  assert.deepEqual(made, {
    total_fee: 100,
    med_ins_gov_fee: '007',
    pay_for_relatives: true,
    med_ins_test_env: 'yes',
    attach: 'true',
  })
})

test('names that cannot be are refused, and __proto__ is a name like any other', async () => {
  for (const wrong of ['=1', 'a..b=1', 'a[x]=1', '[0]=1', 'a[1000]=1', 'a.b', 'a=1 a.b=2'])
    await assert.rejects(assign(operations.combine.createNative, {}, wrong.split(' ')), { exit: 2 }, wrong)
  const made = await assign(operations.combine.createNative, {}, ['__proto__.polluted=1'])
  assert.equal(Object.hasOwn(made, '__proto__'), true)
  assert.equal(({} as Record<string, unknown>).polluted, undefined)
})

test('a picture to upload is read from its file', async () => {
  const desk = await openDesk()
  const path = await desk.write('licence.JPG', new Uint8Array([1, 2, 3]))
  const made = (await assign(operations.wecom.uploadImage, {}, [`media=@${path}`])) as {
    media: { type: string; name: string }
  }
  assert.deepEqual([made.media.name, made.media.type], ['licence.JPG', 'image/jpeg'])
  await assert.rejects(
    assign(operations.wecom.uploadImage, {}, ['media=@missing.jpg']),
    /media: missing\.jpg cannot be read \(ENOENT\)/,
  )
})
