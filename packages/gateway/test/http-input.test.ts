/** What comes in over HTTP: all problems at once, no values in answers, limits, and nothing that reaches a prototype. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { combined, openHttpBench, publicUrl } from './http-bench.ts'

test('path, query and body are judged together, and no value is answered', async () => {
  const bench = await openHttpBench()
  const { status, body, headers } = await bench.call(
    'POST',
    '/v1/orders?wait_ms=secret1&strange=2&wait_ms=4',
    {
      key: 'east-operate',
      body: {
        reference: 'secret 2',
        product: 'secret3',
        expires_at: 'secret4',
        extra: 'secret5',
        return_to: 'javascript:6',
      },
    },
  )
  assert.equal(status, 400)
  assert.equal(headers.get('content-type'), 'application/problem+json')
  assert.equal(body.type, '/problems/invalid_request')
  const at = body.problems.map((one: { at: string }) => one.at).sort()
  assert.deepEqual(at, [
    'body/details',
    'body/expires_at',
    'body/extra',
    'body/product',
    'body/reference',
    'body/return_to',
    'query/strange',
    'query/wait_ms',
  ])
  assert.ok(!/secret|javascript/.test(JSON.stringify(body)), JSON.stringify(body))
})

test('only JSON in UTF-8 under its own name is read', async () => {
  const bench = await openHttpBench()
  const send = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string>) =>
    bench
      .raw(
        new Request(`${publicUrl}/v1/orders`, {
          method: 'POST',
          headers: { authorization: `Bearer ${bench.keys['east-operate']}`, ...headers },
          body,
        }),
      )
      .then(async (response) => [response.status, (await response.json()).code])
  const json = { 'content-type': 'application/json' }
  for (const type of [
    'text/plain',
    'application/json; charset=gbk',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
  ])
    assert.deepEqual(await send('{}', { 'content-type': type }), [415, 'unsupported_media_type'], type)
  assert.deepEqual(await send('{}', { ...json, 'content-encoding': 'gzip' }), [415, 'unsupported_media_type'])
  const malformed: (string | Uint8Array<ArrayBuffer>)[] = [
    '',
    '{',
    '{"a":1}x',
    new Uint8Array([0x7b, 0xff, 0x7d]),
    `${'['.repeat(100)}${']'.repeat(100)}`,
    '[9007199254740993]',
  ]
  for (const body of malformed)
    assert.deepEqual(await send(body, json), [400, 'malformed_json'], String(body))
  assert.deepEqual(await send('{}', { 'content-type': 'application/json; charset=UTF-8' }), [
    400,
    'invalid_request',
  ])
})

test('a name that reaches a prototype is refused at any depth', async () => {
  const bench = await openHttpBench()
  for (const text of [
    '{"__proto__":{"scopes":["admin"]}}',
    '{"reference":"a","product":"combine","details":{"a":[{"__proto__":{"polluted":true}}]}}',
    '{"details":{"constructor":{"prototype":{"polluted":true}}}}',
  ]) {
    const { status, body } = await bench.call('POST', '/v1/orders', { key: 'east-operate', body: text })
    assert.deepEqual([status, body.code], [400, 'malformed_json'])
  }
  const query = await bench.call('GET', '/v1/orders?__proto__=1&constructor=2', { key: 'east-read' })
  assert.equal(query.status, 400)
  assert.equal(({} as { polluted?: true }).polluted, undefined)
})

test('a body is refused as soon as it is too large, said or not', async () => {
  const bench = await openHttpBench({ limits: { maxBodyBytes: 1000 } })
  const large = JSON.stringify({ reference: 'x'.repeat(2000) })
  assert.equal((await bench.call('POST', '/v1/orders', { key: 'east-operate', body: large })).status, 413)
  let pulled = 0
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled++
      controller.enqueue(new Uint8Array(400))
    },
  })
  const response = await bench.raw(
    new Request(`${publicUrl}/v1/orders`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bench.keys['east-operate']}`, 'content-type': 'application/json' },
      body: endless,
      duplex: 'half',
    } as RequestInit),
  )
  assert.equal(response.status, 413)
  assert.ok(pulled < 10, `${pulled}`)
})

test('a key that asks too fast is told when to come again, and others are not held up', async () => {
  const bench = await openHttpBench({ limits: { rate: { perSecond: 2, burst: 3 } } })
  const status = async (key: string) => (await bench.call('GET', '/v1/orders', { key })).status
  for (let index = 0; index < 3; index++) assert.equal(await status('east-read'), 200)
  const refused = await bench.call('GET', '/v1/orders', { key: 'east-read' })
  assert.deepEqual([refused.status, refused.body.code], [429, 'too_many_requests'])
  assert.equal(refused.headers.get('retry-after'), '1')
  assert.equal(await status('west-read'), 200)
  await bench.clock.advance(500)
  assert.equal(await status('east-read'), 200)
  assert.equal(await status('east-read'), 429)
})

test('a request that takes too long is answered, and its work goes on', async () => {
  let let1: () => void = () => {}
  const gate = new Promise<void>((resolve) => {
    let1 = resolve
  })
  const bench = await openHttpBench({
    limits: { requestMs: 1000, concurrent: 1 },
    store: (store) => ({
      ...store,
      async orders(filter, page) {
        await gate
        return store.orders(filter, page)
      },
    }),
  })
  const slow = await bench.call('GET', '/v1/orders', { key: 'east-read' })
  assert.deepEqual([slow.status, slow.body.code, slow.headers.get('retry-after')], [503, 'timed_out', '1'])
  const busy = await bench.call('GET', '/v1/products', { key: 'east-read' })
  assert.deepEqual([busy.status, busy.body.code], [503, 'unavailable'])
  let1()
  await bench.pass(1000)
  assert.equal((await bench.call('GET', '/v1/products', { key: 'east-read' })).status, 200)
})

test('whoever waits for a state is answered in time with what is known', async () => {
  const bench = await openHttpBench({ limits: { requestMs: 3000 } })
  bench.sim.faults.next('combine.createJsapi', 'delayed', { delayMs: 8000 })
  const { status, body } = await bench.call('POST', '/v1/orders?wait_ms=20000', {
    key: 'east-operate',
    body: { reference: 'visit-1', product: 'combine', details: combined(bench.sim) },
  })
  assert.deepEqual([status, body.state], [201, 'placing'])
})

test('an unknown error is answered with an id and nothing else; the log has the id and no text of it', async () => {
  const bench = await openHttpBench({
    store: (store) => ({
      ...store,
      orders: async () => {
        throw new SyntaxError('Unexpected token in "oUpF8uMuAJO-secret"')
      },
    }),
  })
  const { status, body } = await bench.call('GET', '/v1/orders', { key: 'east-read' })
  assert.deepEqual([status, body.code], [500, 'internal'])
  assert.match(body.request_id, /^req_[0-9a-f]{24}$/)
  const line = bench.logged.find((one) => one.includes('request_failed')) ?? ''
  assert.ok(line.includes(body.request_id) && line.includes('SyntaxError'))
  assert.ok(!`${line}${JSON.stringify(body)}`.includes('secret'))
})

test('an unknown address is a problem, a wrong method says which are right', async () => {
  const bench = await openHttpBench()
  const nothing = await bench.call('GET', '/v2/orders')
  assert.deepEqual([nothing.status, nothing.body.code], [404, 'not_found'])
  const wrong = await bench.call('DELETE', '/v1/orders', { key: 'east-admin' })
  assert.deepEqual(
    [wrong.status, wrong.body.code, wrong.headers.get('allow')],
    [405, 'method_not_allowed', 'POST, GET'],
  )
})

test('every answer carries the security headers', async () => {
  const bench = await openHttpBench()
  for (const [path, key] of [
    ['/v1/orders', 'east-read'],
    ['/v1/orders', undefined],
    ['/nowhere', undefined],
    ['/reference', 'east-read'],
    ['/notify/main/none', undefined],
    ['/return/none', undefined],
  ] as const) {
    const { headers } = await bench.call('GET', path, { key })
    assert.match(headers.get('content-security-policy') ?? '', /^default-src 'none'/, path)
    assert.equal(headers.get('x-content-type-options'), 'nosniff', path)
    assert.equal(headers.get('cache-control'), 'no-store', path)
    assert.equal(headers.get('referrer-policy'), 'no-referrer', path)
    assert.equal(headers.get('x-frame-options'), 'DENY', path)
  }
})

test('no openid, key or name of a person reaches log, event, list or facts over a whole order', async () => {
  const bench = await openHttpBench()
  const { openid } = bench.sim.credentials.apiv3
  const placed = await bench.call('POST', '/v1/orders', {
    key: 'east-operate',
    body: { reference: 'visit-1', product: 'combine', details: combined(bench.sim) },
  })
  await bench.pay(placed.body)
  await bench.pass(5000)
  const texts = [bench.logged.join('')]
  for (const path of ['', `/${placed.body.id}`, `/${placed.body.id}/log`, `/${placed.body.id}/facts`])
    texts.push(JSON.stringify((await bench.call('GET', `/v1/orders${path}`, { key: 'east-read' })).body))
  texts.push(JSON.stringify((await bench.call('GET', '/v1/events', { key: 'east-read' })).body))
  texts.push(await bench.service.metrics.text())
  const text = texts.join('\n')
  assert.ok(text.length > 5000)
  for (const secret of [openid, ...Object.values(bench.keys)]) assert.ok(!text.includes(secret), secret)
})
