/** Whatever is sent to whichever route, with a good key: it is answered with a documented status, never with a defect. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { openHttpBench, routes } from './http-bench.ts'

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '__proto__',
    'constructor',
    '../../etc',
    "' OR 1=1 --",
    '%00',
    '\u0000',
    '💰',
    '9'.repeat(400),
  ),
)

test('no path, query, header or body brings a route down', async () => {
  const bench = await openHttpBench()
  await bench.place('visit-1')
  const walked = routes.filter(({ id }) => id !== 'events.stream')
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...walked),
      fc.dictionary(fc.oneof(fc.constantFrom('limit', 'cursor', 'state', 'after', 'number'), text), text, {
        maxKeys: 3,
      }),
      text,
      fc.oneof(
        fc.json({ maxDepth: 4 }),
        text,
        fc.constantFrom('{"details":{"sub_orders":[{"a":1e999}]}}', 'null', '[]'),
      ),
      async (route, query, step, body) => {
        const path = route.path.replaceAll(/\{\w+\}/g, encodeURIComponent(wellFormed(step)) || 'x')
        const search = new URLSearchParams(
          Object.entries(query).map(([a, b]) => [wellFormed(a), wellFormed(b)]),
        )
        const key = route.tenancy === 'all' ? 'all-admin' : 'east-admin'
        const answer = await bench.call(route.method, `${path}?${search}`, {
          key,
          ...(route.body && { body: wellFormed(body) }),
        })
        assert.notEqual(answer.status, 500, `${route.id}: ${JSON.stringify(answer.body)}`)
        if (answer.status >= 400) assert.equal(typeof answer.body.code, 'string')
      },
    ),
    { numRuns: 600, seed: 742 },
  )
})

test('a half-right order is never a defect: details of any shape are judged', async () => {
  const bench = await openHttpBench()
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('medIns', 'combine', 'payscore', 'wecom', 'payinsurance'),
      fc.dictionary(
        fc.constantFrom(
          'trade_type',
          'sub_orders',
          'combine_payer_info',
          'total_fee',
          'payer',
          'amount',
          'openid',
          'mix_pay_type',
          'order_type',
          'service_id',
          'fee',
        ),
        fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constant('jsapi'), fc.constant('CASH_ONLY')),
      ),
      fc.uuid(),
      async (product, details, reference) => {
        const { status, body } = await bench.call('POST', '/v1/orders?wait_ms=0', {
          key: 'east-operate',
          body: { reference, product, details },
        })
        assert.notEqual(status, 500, JSON.stringify({ product, details, body, log: bench.logged.at(-1) }))
      },
    ),
    { numRuns: 300, seed: 742 },
  )
})

function wellFormed(given: string): string {
  return given.toWellFormed()
}
