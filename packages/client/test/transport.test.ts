import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { virtualClock } from '@chadan/simulator'
import {
  type CallEnd,
  fetchTransport,
  type Hooks,
  Lost,
  openTelemetryHooks,
  poll,
  poolTransport,
  Refused,
  type Transport,
  WechatPay,
  type WechatPayOptions,
} from '../src/index.ts'
import { combinedOrder, openBench } from './bench.ts'

/** A server that answers as told, on loopback, and a client that calls it. */
async function served(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  work: (wx: WechatPay, url: string, count: () => number) => Promise<void>,
  options: Partial<WechatPayOptions> = {},
): Promise<void> {
  let requests = 0
  const server = createServer((request, response) => {
    requests++
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { sim } = await openBench()
  const { mchid, serialNo, privateKey, publicKey, publicKeyId, apiV3Key } = sim.credentials.apiv3
  try {
    await work(
      new WechatPay({
        mchid,
        serialNo,
        privateKey,
        publicKey,
        publicKeyId,
        apiV3Key,
        baseUrl: url,
        retries: 0,
        ...options,
      }),
      url,
      () => requests,
    )
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

const number = { combine_out_trade_no: 'CT20260317A00042' }

for (const [name, transport] of [
  ['the pool', poolTransport()],
  ['fetch', fetchTransport((request) => fetch(request))],
] as const) {
  test(`a redirect is not followed by ${name}, and is no answer`, async () => {
    await served(
      (_request, response) => response.writeHead(302, { location: '/elsewhere' }).end(),
      async (wx, _url, count) => {
        await assert.rejects(
          wx.combine.queryByOutTradeNo(number),
          (error: Lost) => error instanceof Lost && error.status === 302,
        )
        assert.equal(count(), 1)
      },
      { transport },
    )
  })

  test(`an answer over the limit ends the call over ${name}`, async () => {
    await served(
      (_request, response) => response.end('x'.repeat(5000)),
      async (wx) => {
        await assert.rejects(
          wx.combine.queryByOutTradeNo(number),
          (error: Lost) => error instanceof Lost && error.reason === 'size',
        )
      },
      { transport, maxAnswerBytes: 4096 },
    )
  })
}

test('the time limit covers a body that drips', async () => {
  const clock = virtualClock(Date.UTC(2026, 2, 17))
  await served(
    (_request, response) => void response.writeHead(200).write('{'),
    async (wx, _url, count) => {
      const asked = wx.combine.queryByOutTradeNo(number).then(
        () => undefined,
        (error: unknown) => error,
      )
      while (count() === 0) await setImmediate()
      await clock.advance(9_999)
      await clock.advance(2)
      const error = await asked
      assert.ok(error instanceof Lost && error.reason === 'time' && !error.unsent)
    },
    { clock },
  )
})

test('a caller that gives up is told that it may have been done', async () => {
  await served(
    () => {},
    async (wx, _url, count) => {
      const controller = new AbortController()
      const asked = wx.combine
        .queryByOutTradeNo(number, { signal: controller.signal })
        .catch((error: unknown) => error)
      while (count() === 0) await setImmediate()
      controller.abort()
      const error = await asked
      assert.ok(error instanceof Lost && error.reason === 'aborted')
    },
  )
})

test('an empty 404 is a configuration error and never "no such order"', async () => {
  await served(
    (_request, response) => response.writeHead(404).end(),
    async (wx) => {
      await assert.rejects(wx.combine.queryByOutTradeNo(number), (error: Refused) => {
        assert.ok(error instanceof Refused)
        assert.deepEqual([error.notFound, error.advice, error.code], [false, 'configure', 'NO_SUCH_PATH'])
        return true
      })
    },
  )
})

test('the second address is used only when not one byte was written', async () => {
  const tried: string[] = []
  const failing =
    (code: string): Transport =>
    async ({ url }) => {
      tried.push(new URL(url).host)
      throw new TypeError('failed', { cause: Object.assign(new Error(code), { code }) })
    }
  const { sim, open } = await openBench()
  const options = {
    baseUrl: undefined,
    hosts: { mainland: 'https://first.invalid' },
    fallback: 'https://second.invalid',
  }
  const placing = (transport: Transport) =>
    open({ ...options, transport }).combine.createJsapi(combinedOrder(sim))
  await assert.rejects(
    placing(failing('ECONNREFUSED')),
    (error: Lost) => error instanceof Lost && error.unsent,
  )
  assert.deepEqual(tried.splice(0), ['first.invalid', 'second.invalid'])
  await assert.rejects(
    placing(failing('ECONNRESET')),
    (error: Lost) => error instanceof Lost && !error.unsent,
  )
  assert.deepEqual(tried.splice(0), ['first.invalid'])
})

test('the second address serves the call, signed once', async () => {
  const { sim, open } = await openBench()
  const wx = open({
    baseUrl: undefined,
    hosts: { mainland: 'https://first.invalid' },
    fallback: 'https://second.invalid',
    fetch: (request) => {
      if (new URL(request.url).host === 'first.invalid')
        throw Object.assign(new TypeError('no'), { code: 'ENOTFOUND' })
      return sim.fetch(request)
    },
  })
  assert.ok((await wx.combine.createJsapi(combinedOrder(sim))).prepay_id)
})

test('hooks see every attempt and its end, and what they throw changes nothing', async () => {
  const ends: CallEnd[] = []
  const hooks: Hooks = {
    started: () => {
      throw new Error('a mistake of the application')
    },
    ended: (event) => void ends.push(event),
  }
  const { sim, open, pump } = await openBench()
  const wx = open({ hooks })
  await wx.combine.createJsapi(combinedOrder(sim))
  sim.faults.next('combine.queryByOutTradeNo', 'loseAnswer')
  await pump(wx.combine.queryByOutTradeNo(number))
  assert.deepEqual(
    ends.map(({ operation, attempt, status, error }) => [operation, attempt, status, error]),
    [
      ['combine.createJsapi', 1, 200, undefined],
      ['combine.queryByOutTradeNo', 1, undefined, 'network'],
      ['combine.queryByOutTradeNo', 2, 200, undefined],
    ],
  )
})

test('a span of OpenTelemetry tells operation, status and error', async () => {
  const spans: Record<string, unknown>[] = []
  const hooks = openTelemetryHooks({
    startSpan(name) {
      const span: Record<string, unknown> = { name }
      spans.push(span)
      return {
        setAttribute: (attribute, value) => Object.assign(span, { [attribute]: value }),
        setStatus: (status) => Object.assign(span, { status }),
        end: () => void Object.assign(span, { ended: true }),
      }
    },
  })
  const { sim, open } = await openBench()
  const wx = open({ hooks })
  await wx.combine.createJsapi(combinedOrder(sim))
  assert.equal(spans[0]?.name, 'combine.createJsapi')
  assert.equal(spans[0]?.['http.response.status_code'], 200)
  assert.equal(spans[0]?.ended, true)
})

test('polling yields every look and ends with the final one', async () => {
  const { sim, wx, pump } = await openBench()
  const looks: string[] = []
  const polling = (async () => {
    for await (const look of poll(() => wx.combine.queryByOutTradeNo(number, { retries: 0 }), {
      until: (order) => order.sub_orders.every((sub) => sub.trade_state === 'SUCCESS'),
      clock: sim.clock,
    })) {
      looks.push(look.look === 'answer' ? `${look.answer.sub_orders[0]?.trade_state}` : look.look)
      if (looks.length === 1) sim.faults.next('combine.queryByOutTradeNo', 'loseAnswer')
      if (looks.length === 2) await wx.combine.createJsapi(combinedOrder(sim))
      if (looks.length === 3) await sim.pay((await wx.combine.createJsapi(combinedOrder(sim))).prepay_id)
    }
  })()
  await pump(polling)
  assert.deepEqual(looks, ['notFound', 'lost', 'NOTPAY', 'SUCCESS'])
})

test('polling ends without a verdict at its limit', async () => {
  const { sim, wx, pump } = await openBench()
  const looks: boolean[] = []
  await pump(
    (async () => {
      for await (const look of poll(() => wx.combine.queryByOutTradeNo(number), {
        until: () => true,
        timeLimitMs: 5000,
        clock: sim.clock,
      }))
        looks.push(look.final)
    })(),
  )
  assert.deepEqual(looks, [false, false, false])
})

test('a bill is downloaded, unpacked and held against its hash', async () => {
  const { sim, wx } = await openBench()
  const { prepay_id } = await wx.combine.createJsapi(combinedOrder(sim))
  await sim.pay(prepay_id)
  await sim.advance(36 * 3600_000)
  const applied = await wx.bills.trade({ bill_date: '2026-03-17', tar_type: 'GZIP' })
  const rows: string[] = []
  for await (const row of wx.billFiles.rows(applied)) rows.push(row.text('商户订单号') ?? '')
  assert.deepEqual(rows, ['CT20260317A00042_1', 'CT20260317A00042_2'])
  const again = await wx.bills.trade({ bill_date: '2026-03-17' })
  const reading = (async () => {
    for await (const _ of wx.billFiles.read({ ...again, hash_value: '0'.repeat(40) }));
  })()
  await assert.rejects(reading, { name: 'Distrusted', check: 'hash' })
  await assert.rejects(
    wx.billFiles.read({ ...again, download_url: 'https://evil.example/v3/billdownload/file?token=x' }).next(),
    { name: 'InputError' },
  )
})

test('a statement is held to its signed digest', async () => {
  const { sim, wx, open } = await openBench()
  const { mchid, subMchid, appid } = sim.credentials.apiv3
  const { serviceId, currency } = sim.credentials.payscore
  await wx.payscore.create({
    service_id: serviceId,
    appid,
    sub_mchid: subMchid,
    out_order_no: 'PB20260317',
    currency,
    service_introduction: 'City power bank',
    risk_fund: { name: 'DEPOSIT', amount: 30000 },
    time_range: { start_time: sim.world.time() },
    notify_url: 'https://shop.example.cn/notify',
  })
  await sim.act('PB20260317', { action: 'confirm' })
  await sim.advance(3600_000)
  const total = {
    post_payments: [{ name: 'fee', amount: 4000 }],
    total_amount: 4000,
    time_range: { end_time: sim.world.time() },
  }
  await wx.payscore.complete({
    out_order_no: 'PB20260317',
    service_id: serviceId,
    sub_mchid: subMchid,
    ...total,
  })
  await sim.advance(36 * 3600_000)
  const query = { date: '20260317', sp_mchid: mchid }
  const text = await new Response(await wx.globalBills.statement(query)).text()
  assert.match(text, /^\ufeff?交易时间,/)
  assert.match(text, /HKD/)
  const altering = open({
    fetch: async (request) => {
      const answer = await sim.fetch(request)
      const headers = new Headers(answer.headers)
      return new Response((await answer.text()).replace('40', '41'), { status: answer.status, headers })
    },
  })
  await assert.rejects(async () => new Response(await altering.globalBills.statement(query)).text(), {
    name: 'Distrusted',
    check: 'digest',
  })
  const lying = open({
    retries: 0,
    fetch: async (request) => {
      const answer = await sim.fetch(request)
      const headers = new Headers(answer.headers)
      headers.set('wechatpay-statement-sha1', '0'.repeat(40))
      return new Response(answer.body, { status: answer.status, headers })
    },
  })
  await assert.rejects(lying.globalBills.statement(query), { name: 'Distrusted', check: 'signature' })
})

test('an institution overseas asks for its certificates where they are listed', async () => {
  const { sim, open, requests } = await openBench()
  const wx = open({
    region: 'global',
    publicKey: undefined,
    publicKeyId: undefined,
    platformCertificates: [],
  })
  await assert.rejects(
    wx.payscore.query({
      service_id: sim.credentials.payscore.serviceId,
      sub_mchid: sim.credentials.apiv3.subMchid,
      out_order_no: 'NOBODY',
    }),
    { name: 'Refused', notFound: true },
  )
  assert.equal(requests[0], 'GET /v3/global/certificates')
})
