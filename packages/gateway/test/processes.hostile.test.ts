/** Strangers at the public door of a gateway that is at work. */
import assert from 'node:assert/strict'
import { generateKeyPairSync, sign } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { assertAllThere, beginLoad } from './processes-day.ts'
import { openProcessDesk, type ProcessDesk, type Running } from './processes-desk.ts'

/** What a raw connection is answered: the status, `cut` when it is closed without, `waits` when neither. */
async function raw(node: Running, text: string): Promise<{ socket: Socket; answer: Promise<string> }> {
  const { hostname, port } = new URL(node.said.url ?? '')
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  const answer = new Promise<string>((resolve) => {
    socket.once('data', (data: Buffer) =>
      resolve(/^HTTP\/1\.1 (\d{3})/.exec(data.toString('latin1'))?.[1] ?? 'none'),
    )
    socket.once('close', () => resolve('cut'))
  })
  await once(socket, 'connect')
  socket.write(text)
  return { socket, answer }
}

const notify = 'POST /notify/provider/combine HTTP/1.1\r\nHost: pay\r\nContent-Type: application/json\r\n'

/** Requests that no client of ours sends; each is refused or cut, never taken. */
const malformed: Readonly<Record<string, string>> = {
  'no HTTP': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n',
  'no host': 'GET /v1/orders HTTP/1.1\r\n\r\n',
  'two lengths': `${notify}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}}`,
  'length and chunks': `${notify}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  'a length below zero': `${notify}Content-Length: -1\r\n\r\n`,
  'a chunk without size': `${notify}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`,
  'a header with a line break': `${notify}X: a\nb\r\n\r\n`,
  'large headers': `${notify}${'X-Filler: aaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n'.repeat(1_000)}\r\n`,
  'too long a target': `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: pay\r\n\r\n`,
  'another method': 'BREW /notify/provider/combine HTTP/1.1\r\nHost: pay\r\n\r\n',
  'a path outside': 'POST /notify/../../etc/passwd HTTP/1.1\r\nHost: pay\r\nContent-Length: 0\r\n\r\n',
  'a body said to be huge': `${notify}Content-Length: 99999999999\r\n\r\n{`,
}

/** Messages as WeChat Pay sends them, but not by WeChat Pay. */
function forgeries({ given }: ProcessDesk): Readonly<Record<string, Record<string, string>>> {
  const stamp = String(Math.floor(Date.now() / 1000))
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const signature = sign('sha256', Buffer.from(`${stamp}\nnonce\n${body}\n`), privateKey).toString('base64')
  const headers = {
    'wechatpay-timestamp': stamp,
    'wechatpay-nonce': 'nonce',
    'wechatpay-serial': given.apiv3.publicKeyId,
    'wechatpay-signature': signature,
    'wechatpay-signature-type': 'WECHATPAY2-SHA256-RSA2048',
  }
  return {
    unsigned: {},
    'signed by a stranger': headers,
    'under an unknown key': {
      ...headers,
      'wechatpay-serial': 'PUB_KEY_ID_0000000000000000000000000000000001',
    },
    'of long ago': { ...headers, 'wechatpay-timestamp': '1500000000' },
    'of no time': { ...headers, 'wechatpay-timestamp': 'NaN' },
    'with an empty signature': { ...headers, 'wechatpay-signature': '' },
  }
}

const body = JSON.stringify({
  id: 'forged',
  create_time: '2026-03-17T10:22:12+08:00',
  resource_type: 'encrypt-resource',
  event_type: 'TRANSACTION.SUCCESS',
  summary: '支付成功',
  resource: {
    algorithm: 'AEAD_AES_256_GCM',
    ciphertext: 'AAAA',
    nonce: '000000000000',
    associated_data: 'transaction',
    original_type: 'transaction',
  },
})

test('whatever strangers send is refused, and honest traffic is answered meanwhile', async () => {
  await using desk = await openProcessDesk()
  const node = await desk.start()
  const load = beginLoad(desk, 3)
  await load.more(2)
  const post = (path: string, given: { headers?: Record<string, string>; body: string }) =>
    fetch(`${node.said.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...given.headers },
      body: given.body,
    }).then(
      (response) => response.status,
      () => 'cut' as const,
    )

  // They hold their connections open and send a byte now and then.
  const slow = await Promise.all(
    Array.from({ length: 200 }, (_, at) =>
      raw(node, at % 2 === 0 ? 'POST /notify' : `${notify}Content-Length: 900\r\n\r\n{`),
    ),
  )
  const drip = setInterval(() => {
    for (const { socket } of slow) socket.write('a')
  }, 200)
  try {
    for (const [what, text] of Object.entries(malformed)) {
      const { socket, answer } = await raw(node, text)
      assert.match(await answer, /^(4\d\d|cut)$/, what)
      socket.destroy()
    }
    for (const [what, headers] of Object.entries(forgeries(desk)))
      assert.match(String(await post('/notify/provider/combine', { headers, body })), /^4\d\d$/, what)
    const before = load.placed.size
    for (const large of ['x'.repeat(2 * 1024 * 1024 + 1), 'x'.repeat(20 * 1024 * 1024)])
      assert.match(String(await post('/notify/provider/combine', { body: large })), /^(413|cut)$/)
    assert.match(String(await post('/v1/orders', { body: '['.repeat(300_000) })), /^4\d\d$/)
    for (const text of [
      '',
      '{',
      '[]',
      'null',
      '{"__proto__":{}}',
      `{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
    ]) {
      const headers = { authorization: `Bearer ${desk.key}` }
      assert.match(String(await post('/v1/orders', { headers, body: text })), /^4\d\d$/, text.slice(0, 20))
      assert.match(
        String(await post('/notify/provider/combine', { body: text })),
        /^4\d\d$/,
        text.slice(0, 20),
      )
    }
    await load.more(8)
    const genuine = desk.heard.filter(({ status }) => status >= 200 && status < 300)
    assert.ok(genuine.length > 0)
    for (const { path, headers, body: said } of genuine) {
      const again = (bytes: Buffer, to = path) => post(to, { headers, body: bytes.toString() })
      // The books below tell that each payment was taken once.
      assert.match(String(await again(said)), /^20\d$/)
      const altered = Buffer.from(said.toString().replace('TRANSACTION', 'TRANSACTIOM'))
      assert.match(String(await again(altered)), /^4\d\d$/)
      assert.match(String(await again(said, '/notify/nobody/combine')), /^404$/)
    }
    assert.ok(load.placed.size > before)
  } finally {
    clearInterval(drip)
    for (const { socket } of slow) socket.destroy()
  }
  await load.stop()
  await assertAllThere(desk, load)
  assert.equal(node.child.exitCode, null, node.told())
})
