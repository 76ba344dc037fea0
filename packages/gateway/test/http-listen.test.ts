/** The service on real sockets: hostile bytes are refused while good traffic goes on. */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { listen } from '../src/http/listen.ts'

async function openListening() {
  const seen: { method: string; path: string; bytes: number }[] = []
  const service = {
    async fetch(request: Request) {
      if (new URL(request.url).pathname === '/throws') throw new RangeError('secret text')
      const bytes = (await request.arrayBuffer()).byteLength
      seen.push({ method: request.method, path: new URL(request.url).pathname, bytes })
      return new Response('public', { status: 200 })
    },
    adminFetch: async () => new Response('admin'),
  }
  const reported: string[] = []
  const listening = await listen(service, {
    host: '127.0.0.1',
    port: 0,
    admin: { host: '127.0.0.1', port: 0 },
    report: (error) => void reported.push(error),
    graceMs: 1000,
  })
  return { ...listening, seen, reported, [Symbol.asyncDispose]: () => listening.close() }
}

/** Sends bytes and gives everything that came back until the end. */
function exchange(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(Number(port), hostname, () => socket.write(bytes))
    socket.setEncoding('latin1')
    socket.on('data', (piece) => {
      text += piece
    })
    socket.on('close', () => resolve(text))
    socket.on('error', (error) => (text === '' ? reject(error) : resolve(text)))
  })
}

test('public and admin are two listeners', async () => {
  await using open = await openListening()
  assert.equal(await (await fetch(`${open.url}/v1/orders`)).text(), 'public')
  assert.equal(await (await fetch(`${open.adminUrl}/healthz`)).text(), 'admin')
  assert.notEqual(open.url, open.adminUrl)
})

test('malformed and smuggling requests are refused before they reach the service, and good ones go on', async () => {
  await using open = await openListening()
  const head = 'GET /v1/orders HTTP/1.1\r\nHost: a\r\nConnection: close\r\n'
  const refused: Readonly<Record<string, [string, RegExp]>> = {
    'not HTTP': ['hello\r\n\r\n', /^HTTP\/1\.1 400/],
    'no host': ['GET / HTTP/1.1\r\nConnection: close\r\n\r\n', /^HTTP\/1\.1 400/],
    'large headers': [`${head}X-A: ${'a'.repeat(20_000)}\r\n\r\n`, /^HTTP\/1\.1 431/],
    'two lengths': [`${head}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`, /^HTTP\/1\.1 400/],
    'length and chunks': [
      `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      /^HTTP\/1\.1 400/,
    ],
    'bare line feeds in a header': [`${head}X-A: b\n X: c\r\n\r\n`, /^HTTP\/1\.1 400/],
    'a null byte': ['GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n', /^HTTP\/1\.1 400/],
    'a bad chunk': [
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      /^HTTP\/1\.1 400|^$/,
    ],
  }
  for (const [name, [bytes, answer]] of Object.entries(refused)) {
    assert.match(await exchange(open.url, bytes), answer, name)
    assert.equal((await fetch(`${open.url}/good`)).status, 200, name)
  }
  assert.ok(
    open.seen.every(({ path }) => path === '/good'),
    JSON.stringify(open.seen),
  )
})

test('an error of the service is answered 500 without its text, and reported by name', async () => {
  await using open = await openListening()
  const response = await fetch(`${open.url}/throws`)
  assert.deepEqual([response.status, await response.text()], [500, ''])
  assert.deepEqual(open.reported, ['RangeError'])
})

test('an address that is taken is an error, and leaves nothing listening', async () => {
  await using open = await openListening()
  const port = Number(new URL(open.adminUrl).port)
  const service = { fetch: async () => new Response(), adminFetch: async () => new Response() }
  const where = { host: '127.0.0.1', port: 0, admin: { host: '127.0.0.1', port } }
  await assert.rejects(listen(service, where), { code: 'EADDRINUSE' })
})

test('closing ends both listeners', async () => {
  const open = await openListening()
  await open.close()
  await assert.rejects(fetch(open.url))
  await assert.rejects(fetch(open.adminUrl))
})
