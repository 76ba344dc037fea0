/** Logs and traces: listed fields only, UTC, one line each; spans from the API call to the calls to WeChat Pay. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Span, SpanOptions, Tracer } from '@opentelemetry/api'
import { errorFields, type LogFields, openLog } from '../src/logging.ts'
import { openHttpBench } from './http-bench.ts'

function openLines() {
  const lines: string[] = []
  const clock = { now: () => Date.UTC(2026, 2, 17, 2) }
  const log = openLog({ clock, node: 'a', destination: { write: (line) => void lines.push(line) } })
  return { lines, log }
}

test('a line is JSON with time, level, node and the listed fields', () => {
  const { lines, log } = openLines()
  log.info('started', { port: 8080 })
  assert.deepEqual(JSON.parse(lines[0] ?? ''), {
    level: 'info',
    time: '2026-03-17T02:00:00.000Z',
    node: 'a',
    port: 8080,
    message: 'started',
  })
})

test('what is not listed is masked, and so is what is no plain value', () => {
  const { lines, log } = openLines()
  const careless = { openid: 'oUpF8', order: { name: '王' }, where: 'x'.repeat(5000) } as unknown as LogFields
  log.warn('careless', careless)
  const line = JSON.parse(lines[0] ?? '')
  assert.deepEqual([line.openid, line.order], ['[masked]', '[masked]'])
  assert.equal(line.where.length, 2001)
})

test('a line break in a value makes no second line', () => {
  const { lines, log } = openLines()
  log.error('failed', { where: 'a\n{"level":"info","message":"forged"}' })
  assert.equal(lines.length, 1)
  assert.equal(lines[0]?.trimEnd().split('\n').length, 1)
})

test('of an error its name, code and frames are logged, never its text', () => {
  const error = Object.assign(new TypeError('secret'), { code: 'E_X' })
  const fields = errorFields(error)
  assert.deepEqual([fields.error, fields.code], ['TypeError', 'E_X'])
  assert.match(String(fields.stack), /http-logging/)
  assert.ok(!JSON.stringify(fields).includes('secret'))
  assert.deepEqual(errorFields('secret'), { error: 'string' })
})

test('an API call is a span with route and status, never with an address', async () => {
  const spans: { name: string; attributes: Record<string, unknown>; ended: boolean }[] = []
  const tracer = {
    startActiveSpan(name: string, options: SpanOptions, _parent: unknown, work: (span: Span) => unknown) {
      const made = { name, attributes: { ...options.attributes }, ended: false }
      spans.push(made)
      const span = {
        setAttribute(key: string, value: unknown) {
          Object.assign(made.attributes, { [key]: value })
        },
        setStatus() {},
        end() {
          made.ended = true
        },
      }
      return work(span as unknown as Span)
    },
  } as unknown as Tracer
  const bench = await openHttpBench({ options: { tracer } })
  await bench.call('GET', '/v1/orders/ord_1?x=secret', { key: 'east-read' })
  assert.deepEqual(spans, [
    {
      name: 'GET /v1/orders/{id}',
      attributes: {
        'http.request.method': 'GET',
        'http.route': '/v1/orders/{id}',
        'http.response.status_code': 400,
      },
      ended: true,
    },
  ])
})
