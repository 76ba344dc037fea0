import assert from 'node:assert/strict'
import { test } from 'node:test'
import { line, openDesk } from './line.ts'

type Desk = Awaited<ReturnType<typeof openDesk>>

/** Places and pays an order, so that its notice was sent; also captures the query and its answer. */
async function captured(desk: Desk) {
  const { apiv3 } = desk.sim.credentials
  const order = {
    combine_appid: apiv3.appid,
    combine_mchid: apiv3.mchid,
    combine_out_trade_no: 'CT20260317A',
    notify_url: 'https://shop.example.cn/notify',
    sub_orders: [
      {
        mchid: apiv3.mchid,
        sub_mchid: apiv3.subMchid,
        out_trade_no: 'SUB0001',
        attach: 'A',
        description: '挂号费',
        amount: { total_amount: 100, currency: 'CNY' },
      },
    ],
  }
  const kept: { request?: string; answer?: string } = {}
  const fetch = async (request: Request) => {
    const { method, url } = request
    const body = await request.clone().text()
    kept.request = JSON.stringify({ method, url, headers: Object.fromEntries(request.headers), body })
    const response = await desk.sim.fetch(request)
    const text = await response.clone().text()
    const { status, headers } = response
    kept.answer = JSON.stringify({ status, headers: Object.fromEntries(headers), body: text })
    return response
  }
  const { err } = await desk.run(['call', 'combine.createNative', '--input', '-'], {
    input: JSON.stringify(order),
    fetch,
  })
  assert.equal(err, '')
  await desk.sim.pay('CT20260317A')
  await desk.sim.advance(2000)
  await desk.sim.settle()
  const notice = desk.notices.find(({ url }) => url === 'https://shop.example.cn/notify')
  assert.ok(notice && kept.request && kept.answer)
  return { ...kept, notice } as { request: string; answer: string; notice: Desk['notices'][number] }
}

test('request, answer and notice of a simulation verify, and say so', async () => {
  const desk = await openDesk()
  const { request, answer, notice } = await captured(desk)
  const files = [
    '--request',
    await desk.write('request.json', request),
    '--answer',
    await desk.write('answer.json', answer),
    '--notice',
    await desk.write('notice.json', JSON.stringify(notice)),
  ]
  const { exit, out, err } = await desk.run(['verify', ...files])
  assert.deepEqual([exit, err], [0, ''])
  assert.match(out, /^The request \(APIv3\) verifies\.\n/)
  assert.match(out, /\n\nThe answer \(APIv3\) verifies\.\n/)
  assert.match(out, /\n\nThe notice \(APIv3\) verifies\.\n/)
})

test('a notice whose body was parsed and written again is told as that, ends with 4, and shows texts on demand alone', async () => {
  const desk = await openDesk()
  const { notice } = await captured(desk)
  const path = await desk.write(
    'notice.json',
    JSON.stringify({ ...notice, body: JSON.stringify(JSON.parse(notice.body), null, 2) }),
  )
  const shown = await desk.run(['verify', '--notice', path])
  assert.equal(shown.exit, 4)
  assert.match(
    shown.out,
    /does not verify\.\n {2}the signature covers this body written as JSON without blanks/,
  )
  assert.match(shown.out, /\[body\.compact\]/)
  assert.match(shown.err, /^chadan: the notice does not verify: sign and verify the bytes .*\n$/)
  const secret = JSON.parse(notice.body).resource.ciphertext as string
  assert.equal(shown.out.includes(secret), false)
  const revealed = await desk.run(['verify', '--notice', path, '--reveal'])
  assert.ok(revealed.out.includes(secret))
})

test('the JSON form names dialect, message and causes, and the texts under --reveal alone', async () => {
  const desk = await openDesk()
  const { request } = await captured(desk)
  const path = await desk.write('request.json', request.replace('/native"', '/jsapi"'))
  const { exit, out } = await desk.run(['verify', '--request', path, '--json'])
  assert.equal(exit, 4)
  const [message] = JSON.parse(out).messages
  assert.deepEqual(
    [message.dialect, message.message, message.verifies, message.causes[0].id],
    ['apiv3', 'request', false, 'text.unknown'],
  )
  assert.equal('canonical' in message, false)
  const revealed = await desk.run(['verify', '--request', path, '--json', '--reveal'])
  assert.match(JSON.parse(revealed.out).messages[0].canonical, /^POST\n\/v3\/combine-transactions\/jsapi\n/)
})

test('keys may come as files, standard input is a capture, and --at judges the clock', async () => {
  const desk = await openDesk()
  const { notice } = await captured(desk)
  const { platformCertificate, publicKey, publicKeyId } = desk.sim.credentials.apiv3
  const keys = [
    '--certificate',
    await desk.write('platform.pem', platformCertificate),
    '--public-key',
    await desk.write('pub_key.pem', publicKey),
    '--serial',
    publicKeyId,
  ]
  const input = JSON.stringify(notice)
  const fine = await line(['verify', '--notice', '-', ...keys, '--at', '2026-03-17T10:00:10+08:00'], {
    input,
  })
  assert.deepEqual([fine.exit, fine.err], [0, ''])
  const late = await line(['verify', '--notice', '-', ...keys, '--at', '2026-03-17T11:00:10+08:00'], {
    input,
  })
  assert.equal(late.exit, 4)
  assert.match(late.out, /\[clock\]/)
})

test('what cannot be read is refused on one line that says what to do', async () => {
  const desk = await openDesk()
  const path = await desk.write('empty.http', 'nothing here')
  for (const [args, pattern] of [
    [[], /nothing to verify/],
    [['--notice', 'missing.http'], /cannot be read \(ENOENT\)/],
    [['--notice', path], /no HTTP message/],
    [['--notice', path, '--at', 'noon'], /--at is no time|no HTTP message/],
    [['--notice', path, '--public-key', path], /no HTTP message|expected a public key/],
  ] as const) {
    const { exit, err } = await desk.run(['verify', ...args])
    assert.equal(exit, 2)
    assert.match(err, /^chadan: [^\n]*\n$/)
    assert.match(err, pattern)
  }
})
