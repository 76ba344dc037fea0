/** Bodies that stall, break or are given up, and what the errors of a transport tell. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { inspect } from 'node:util'
import { Distrusted, Lost, poll, type Transport } from '../src/index.ts'
import { isUnsent } from '../src/transport.ts'
import { combinedOrder, openBench } from './bench.ts'

const applied = {
  download_url: 'https://api.mch.weixin.qq.com/v3/billdownload/file?token=SECRET-TOKEN',
  hash_type: 'SHA1',
  hash_value: 'a9993e364706816aba3e25717850c26c9cd0d89d',
}

/** A client whose file comes in these pieces and then stalls until its connection is given up. */
async function stalling(pieces: string[]) {
  const given: { up: boolean } = { up: false }
  const bench = await openBench()
  const transport: Transport = async ({ signal }) => ({
    status: 200,
    header: () => null,
    body: (async function* () {
      for (const piece of pieces) yield Buffer.from(piece)
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      given.up = true
    })(),
  })
  return { ...bench, given, wx: bench.open({ transport, retries: 0 }) }
}

const failureOf = (asked: Promise<unknown>): Promise<Lost> =>
  asked.then(
    () => assert.fail('it was to fail'),
    (error) => error,
  )

const readAll = async (body: AsyncIterable<unknown>) => {
  for await (const _ of body);
}

test('a bill that stalls is lost when its next piece takes longer than the time limit', async () => {
  const { wx, pump, given } = await stalling(['first'])
  const error = await failureOf(pump(readAll(wx.billFiles.read(applied))))
  assert.ok(error instanceof Lost && !error.unsent, String(error))
  assert.equal(error.reason, 'time')
  await setImmediate()
  assert.ok(given.up)
})

test('a reader that is slow itself loses no bill', async () => {
  const { sim, open } = await openBench()
  const transport: Transport = async () => ({
    status: 200,
    header: () => null,
    body: (async function* () {
      yield* [Buffer.from('a'), Buffer.from('b'), Buffer.from('c')]
    })(),
  })
  const pieces: string[] = []
  for await (const piece of open({ transport }).billFiles.read(applied)) {
    pieces.push(String(Buffer.from(piece)))
    await sim.advance(60_000)
  }
  assert.equal(pieces.join(''), 'abc')
})

test('a caller gives a bill up while it is read', async () => {
  const { wx, given } = await stalling(['first'])
  const controller = new AbortController()
  const reading = failureOf(readAll(wx.billFiles.read(applied, { signal: controller.signal })))
  await setImmediate()
  controller.abort()
  assert.equal((await reading).reason, 'aborted')
  await setImmediate()
  assert.ok(given.up)
})

test('a bill whose connection breaks is lost, not short', async () => {
  const { open } = await openBench()
  const transport: Transport = async () => ({
    status: 200,
    header: () => null,
    body: (async function* () {
      yield Buffer.from('a')
      throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' })
    })(),
  })
  const error = await failureOf(readAll(open({ transport, retries: 0 }).billFiles.read(applied)))
  assert.ok(error instanceof Lost && !(error instanceof Distrusted))
  assert.deepEqual([error.reason, error.unsent], ['network', false])
})

test('the refusal of a bill has a time limit, too', async () => {
  const bench = await openBench()
  const transport: Transport = async () => ({
    status: 404,
    header: () => null,
    body: (async function* () {
      yield Buffer.from('{')
      await new Promise(() => {})
    })(),
  })
  const error = await failureOf(
    bench.pump(bench.open({ transport, retries: 0 }).billFiles.read(applied).next()),
  )
  assert.equal(error.reason, 'time')
})

test('a call that was given up before it began is not sent', async () => {
  let sent = 0
  const { sim, open } = await openBench()
  const transport: Transport = async () => {
    sent++
    return new Promise(() => {})
  }
  const error = await failureOf(
    open({ transport }).combine.createJsapi(combinedOrder(sim), { signal: AbortSignal.abort() }),
  )
  assert.deepEqual([error.reason, error.unsent, sent], ['aborted', true, 0])
})

for (const [what, unsent, members] of [
  ['a refused connection', true, { code: 'ECONNREFUSED', syscall: 'connect' }],
  ['a name that is not found', true, { code: 'ENOTFOUND', syscall: 'getaddrinfo' }],
  ['a connection that timed out', true, { code: 'ETIMEDOUT', syscall: 'connect' }],
  ['a certificate of another host', true, { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }],
  ['an issuer that is not known', true, { code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' }],
  ['a kept connection that was reset', false, { code: 'ECONNRESET', syscall: 'read' }],
  ['a kept connection that was closed', false, { code: 'UND_ERR_SOCKET' }],
  ['a host that went away after bytes were written', false, { code: 'EHOSTUNREACH', syscall: 'read' }],
  ['a network that went away after bytes were written', false, { code: 'ENETUNREACH', syscall: 'write' }],
  ['a connection that timed out in use', false, { code: 'ETIMEDOUT', syscall: 'read' }],
  ['an answer whose head did not come', false, { code: 'UND_ERR_HEADERS_TIMEOUT' }],
  ['a TLS record that is broken', false, { code: 'EPROTO', syscall: 'write' }],
  ['an error without a code', false, {}],
] as const) {
  test(`${what} ${unsent ? 'means' : 'does not mean'} that nothing was written`, () => {
    const error = new TypeError('fetch failed', { cause: Object.assign(new Error(what), members) })
    assert.equal(isUnsent(error), unsent)
  })
}

test('what a transport threw tells no query, header or body of the request', async () => {
  const { sim, open, pump } = await openBench()
  const transport: Transport = async ({ url, headers, body }) => {
    const inner = Object.assign(new Error(`connect to ${url}?corpsecret=SECRET failed`), {
      code: 'ECONNRESET',
      config: { url, headers, data: String(body) },
    })
    throw Object.assign(
      new TypeError(`Failed to parse URL from ${url}?access_token=SECRET`, { cause: inner }),
      {
        request: { headers },
      },
    )
  }
  const { wecom } = sim.credentials
  const wx = open({ transport, retries: 0 })
  for (const asked of [
    wx.combine.createJsapi(combinedOrder(sim)),
    wx.wecom.getOrder({ mchid: wecom.mchid, out_trade_no: 'NOBODY_0001' }),
  ]) {
    const error = await failureOf(pump<unknown>(asked))
    let shown = ''
    for (let cause: unknown = error; cause instanceof Error; cause = cause.cause)
      shown += `${inspect(cause, { depth: 9, showHidden: true })}${cause.message}${cause.stack}${JSON.stringify(cause)}`
    assert.match(shown, /Failed to parse URL/)
    assert.match(shown, /ECONNRESET/)
    assert.doesNotMatch(shown, /SECRET|signature=|openid/)
    assert.ok(!shown.includes(wecom.corpsecret))
  }
})

for (const download_url of [
  'https://evil.example/v3/billdownload/file?token=x',
  'http://api.mch.weixin.qq.com/v3/billdownload/file?token=x',
  'https://api.mch.weixin.qq.com.evil.example/file',
  'https://evilmch.weixin.qq.com/file',
  'https://api.mch.weixin.qq.com@evil.example/file',
  'https://evil.example\\@api.mch.weixin.qq.com/file',
  'https://api.mch.weixin.qq.com\t.evil.example/file',
  'http://169.254.169.254/latest/meta-data',
  '//evil.example/file',
  'file:///etc/passwd',
  '',
]) {
  test(`a bill is not fetched from ${JSON.stringify(download_url)}, and nothing is signed for it`, async () => {
    let sent = 0
    const { open } = await openBench()
    const transport: Transport = async () => {
      sent++
      throw new Error('not to be called')
    }
    const asked = open({ transport })
      .billFiles.read({ ...applied, download_url })
      .next()
    await assert.rejects(asked, { name: 'InputError' })
    assert.equal(sent, 0)
  })
}

test('polling that is given up between two looks ends without waiting for the next', async () => {
  const controller = new AbortController()
  const never = { now: () => 0, after: () => () => {} }
  const looking = (async () => {
    for await (const _ of poll(async () => 1, {
      until: () => false,
      clock: never,
      signal: controller.signal,
    }))
      controller.abort(new Error('given up'))
  })()
  await assert.rejects(looking, /given up/)
})
