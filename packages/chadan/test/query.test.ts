import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { valuesOf } from '../../protocol/test/support/arbitrary.ts'
import { type Look, looks } from '../src/looks.ts'
import { readState } from '../src/state-report.ts'
import { money } from '../src/table.ts'
import { openDesk } from './line.ts'

type Desk = Awaited<ReturnType<typeof openDesk>>

async function place(desk: Desk): Promise<void> {
  const { apiv3 } = desk.sim.credentials
  const sub = (out_trade_no: string, total_amount: number) => ({
    mchid: apiv3.mchid,
    sub_mchid: apiv3.subMchid,
    out_trade_no,
    attach: 'A',
    description: '挂号费',
    amount: { total_amount, currency: 'CNY' },
  })
  const order = {
    combine_appid: apiv3.appid,
    combine_mchid: apiv3.mchid,
    combine_out_trade_no: 'CT20260317A',
    notify_url: 'https://shop.example.cn/notify',
    sub_orders: [sub('SUB0001', 100), sub('SUB0002', 1250)],
  }
  const { err } = await desk.run(['call', 'combine.createNative', '--input', '-'], {
    input: JSON.stringify(order),
  })
  assert.equal(err, '')
}

test('a combined order is told part by part: state word with meaning, money, numbers, and why it is believed', async () => {
  const desk = await openDesk()
  await place(desk)
  const before = await desk.run(['query', 'combine', 'CT20260317A'])
  assert.equal(before.exit, 0)
  assert.match(before.out, /part SUB0002\n +trade_state +NOTPAY +\S/)
  await desk.sim.pay('CT20260317A')
  const { out } = await desk.run(['query', 'combine', 'CT20260317A'])
  assert.match(out, /^combine CT20260317A\n/)
  assert.match(out, /part SUB0001\n +trade_state +SUCCESS +\S/)
  assert.match(out, /amount\.total_amount +12\.50 CNY/)
  assert.match(out, /transaction_id +\d{28}/)
  assert.match(out, /believed: signed by WeChat Pay, verified under \S{20,}\n$/)
})

test('the JSON form has words, money in the smallest unit, parts, proof and the whole answer', async () => {
  const desk = await openDesk()
  await place(desk)
  const { out } = await desk.run(['query', 'combine', 'CT20260317A', '--json'])
  const told = JSON.parse(out)
  assert.deepEqual(
    [told.product, told.number, told.operation, told.trust],
    ['combine', 'CT20260317A', 'combine.queryByOutTradeNo', 'signature'],
  )
  assert.deepEqual(told.parts[1].money[0], { field: 'amount.total_amount', minor: 1250, currency: 'CNY' })
  assert.equal(told.parts[0].words[0].value, 'NOTPAY')
  assert.equal(told.answer.combine_out_trade_no, 'CT20260317A')
  assert.equal(told.heardMs, desk.sim.clock.now())
})

for (const product of ['medIns', 'combine', 'payscore', 'wecom', 'payinsurance', 'cash', 'refund']) {
  test(`an unknown ${product} number is told as that, with what to believe, and ends with 3`, async () => {
    const desk = await openDesk()
    const { exit, err, out } = await desk.run(['query', product, 'NOTHERE1'])
    assert.deepEqual([exit, out], [3, ''], err)
    assert.match(
      err,
      /^chadan: WeChat Pay knows no order or refund with this number \(.*\): .*heard twice, 3 s apart\n$/,
    )
  })
}

test('a product that is not there, or a number that cannot be, is refused before sending', async () => {
  const desk = await openDesk()
  const unknown = await desk.run(['query', 'alipay', 'A1'])
  assert.deepEqual(
    [unknown.exit, unknown.err],
    [
      2,
      'chadan: there is no product alipay: give one of medIns, combine, payscore, wecom, payinsurance, cash, refund\n',
    ],
  )
  const wrong = await desk.run(['query', 'combine', 'A B'])
  assert.equal(wrong.exit, 2)
  assert.match(wrong.err, /nothing was sent/)
})

test('a merchant of its own asks without a sub-merchant', async () => {
  const desk = await openDesk()
  const asked: string[] = []
  const fetch = async (request: Request) => {
    asked.push(new URL(request.url).pathname + new URL(request.url).search)
    return desk.sim.fetch(request)
  }
  await desk.run(['query', 'cash', 'C1234567', '--direct'], { fetch })
  await desk.run(['query', 'cash', 'C1234567', '--sub-mchid', '1690000202'], { fetch })
  assert.deepEqual(asked, [
    '/v3/pay/transactions/out-trade-no/C1234567?mchid=1688000101',
    '/v3/pay/partner/transactions/out-trade-no/C1234567?sp_mchid=1688000101&sub_mchid=1690000202',
  ])
})

test('a word that nobody documented is shown and said to decide nothing', () => {
  const look: Look = looks.combine
  const report = readState(look, { sub_orders: [{ out_trade_no: 'S1', trade_state: 'NEWS' }] })
  assert.deepEqual(report.parts[0]?.words, [
    {
      field: 'trade_state',
      value: 'NEWS',
      meaning: 'Not a documented word: ask again, decide nothing by it.',
    },
  ])
})

test('every member that a look names is declared, in the answer and in its parts', () => {
  for (const [product, look] of Object.entries(looks) as [string, Look][]) {
    const { result } = look.operation({
      mchid: '1',
      subMchid: '2',
      serviceId: '3',
      wecomMchid: '4',
      payinsurance: {},
    })
    assert.ok(result.kind === 'group', product)
    const paths = [...look.words, ...look.amounts, ...look.facts, ...(look.currency ? [look.currency] : [])]
    for (const path of paths) assert.ok(declared(result, path), `${product}: ${path}`)
    const { parts } = look
    if (!parts) continue
    for (const path of [
      parts.name,
      ...parts.words,
      ...parts.amounts,
      ...parts.facts,
      ...(parts.currency ? [parts.currency] : []),
    ])
      assert.ok(declared(result, `${parts.list}.${path}`), `${product}: ${path} of ${parts.list}`)
  }
})

function declared(field: unknown, path: string): boolean {
  let here = field as { kind: string; fields?: Record<string, unknown>; item?: unknown } | undefined
  for (const name of path.split('.')) {
    if (here?.kind === 'list') here = here.item as typeof here
    here = here?.fields?.[name] as typeof here
  }
  return here !== undefined
}

test('money is written with the decimals of its currency', () => {
  assert.deepEqual(
    [money(5), money(-1234), money(100, 'HKD'), money(1234, 'JPY')],
    ['0.05 CNY', '-12.34 CNY', '1.00 HKD', '1234 JPY'],
  )
})

test('whatever a product may answer, its report tells every state word with its documented meaning', () => {
  for (const [product, look] of Object.entries(looks) as [string, Look][]) {
    const { result } = look.operation({
      mchid: '1',
      subMchid: '2',
      serviceId: '3',
      wecomMchid: '4',
      payinsurance: {},
    })
    assert.ok(result.kind === 'group')
    fc.assert(
      fc.property(valuesOf(result.fields, result.rules), (answer) => {
        const { words, parts } = readState(look, answer)
        const told = [...words, ...parts.flatMap((part) => part.words)]
        for (const { field, meaning } of told)
          assert.match(meaning, /^(?!Not a documented)\S/, `${product} ${field}`)
        assert.equal(words.length > 0 || parts.length > 0, true, product)
      }),
      { numRuns: 20 },
    )
  }
})
