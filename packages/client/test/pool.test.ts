/** The pooled transport against a server on this machine. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { poolTransport, systemRandom } from '@chadan/client'
import { isUnsent, readAll } from '../src/transport.ts'

async function openServer(listener: RequestListener): Promise<{ url: string } & AsyncDisposable> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const get = (url: string, signal = new AbortController().signal) => ({
  method: 'GET',
  url,
  headers: {},
  signal,
})

test('target, body and headers arrive as they were given', async () => {
  await using server = await openServer((request, response) => {
    request.setEncoding('utf8')
    request.on('data', (body) =>
      response.end(`${request.method} ${request.url} ${request.headers['x-a']} ${body}`),
    )
  })
  const transport = poolTransport()
  const { status, header, body } = await transport({
    ...get(`${server.url}/v3/a%2Fb?x=%E6%9F%A5`),
    method: 'POST',
    headers: { 'X-A': '1' },
    body: Buffer.from('{"n":1}'),
  })
  assert.equal(status, 200)
  assert.notEqual(header('Date'), null)
  assert.equal(header('Absent'), null)
  assert.equal(String(await readAll(body, 1000)), 'POST /v3/a%2Fb?x=%E6%9F%A5 1 {"n":1}')
})

test('a body of many pieces comes whole, however slowly it is read', async () => {
  const piece = Buffer.alloc(50_000, 'x')
  await using server = await openServer((_request, response) => {
    for (let number = 0; number < 40; number++) response.write(piece)
    response.end('end')
  })
  const { body } = await poolTransport()(get(server.url))
  let size = 0
  let last: Uint8Array = new Uint8Array()
  for await (const part of body) {
    size += part.byteLength
    last = part
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.equal(size, 40 * 50_000 + 3)
  assert.equal(String(Buffer.from(last)).slice(-3), 'end')
})

test('a reader that stops early gives the connection up', async () => {
  const closed = Promise.withResolvers<void>()
  await using server = await openServer((_request, response) => {
    response.on('close', () => closed.resolve())
    response.write('first')
  })
  const { body } = await poolTransport()(get(server.url))
  for await (const part of body) {
    assert.equal(String(part), 'first')
    break
  }
  await closed.promise
})

test('a connection that breaks inside the body is an error, never a short body', async () => {
  await using server = await openServer((_request, response) => {
    response.writeHead(200, { 'content-length': '100' })
    response.write('half', () => response.destroy())
  })
  const { body } = await poolTransport()(get(server.url))
  await assert.rejects(readAll(body, 1000))
})

test('a signal ends a call before its head and inside its body', async () => {
  await using server = await openServer((request, response) => {
    if (request.url === '/body') response.write('first')
    else response.socket?.emit('held')
  })
  const transport = poolTransport()
  const before = new AbortController()
  const waiting = transport(get(`${server.url}/head`, before.signal))
  setImmediate(() => before.abort(new Error('given up')))
  await assert.rejects(waiting, /given up/)
  const inside = new AbortController()
  const { body } = await transport(get(`${server.url}/body`, inside.signal))
  inside.abort(new Error('given up'))
  await assert.rejects(readAll(body, 1000), /given up/)
  await assert.rejects(transport(get(server.url, AbortSignal.abort(new Error('given up')))), /given up/)
})

test('early hints are passed over, and an address where nobody listens is unsent', async () => {
  let url: string
  {
    await using server = await openServer((_request, response) => {
      response.writeEarlyHints({ link: '</a>; rel=preload' })
      response.end('late')
    })
    url = server.url
    const { status, body } = await poolTransport()(get(url))
    assert.equal(status, 200)
    assert.equal(String(await readAll(body, 1000)), 'late')
  }
  await assert.rejects(poolTransport()(get(url)), isUnsent)
})

test('random bytes are never given twice, across what is drawn in stock', () => {
  const drawn = [40, 4096, 5000, ...Array.from({ length: 400 }, () => 40)].map((size) =>
    systemRandom.bytes(size),
  )
  assert.deepEqual(
    drawn.slice(0, 3).map((bytes) => bytes.byteLength),
    [40, 4096, 5000],
  )
  const texts = new Set(drawn.map((bytes) => Buffer.from(bytes).toString('hex')))
  assert.equal(texts.size, drawn.length)
  assert.ok(![...texts].some((text) => /^0+$/.test(text)))
})
