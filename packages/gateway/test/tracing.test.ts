/** Traces: from the caller's span to that of the API call, and on to those of the calls to WeChat Pay. */
import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { test } from 'node:test'
import { openTelemetryHooks } from '@chadan/client'
import {
  type Context,
  type ContextManager,
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  type SpanOptions,
  type TextMapPropagator,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { combined, openHttpBench } from './http-bench.ts'

/** What an SDK brings: contexts that follow awaits, headers of W3C, and spans that name their parents. */
function openSdk() {
  const storage = new AsyncLocalStorage<Context>()
  const contexts: ContextManager = {
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (given, work, self, ...args) => storage.run(given, () => work.call(self as never, ...args)),
    bind: (given, target) =>
      typeof target === 'function'
        ? (((...args: unknown[]) => storage.run(given, () => target(...args))) as typeof target)
        : target,
    enable: () => contexts,
    disable: () => contexts,
  }
  const w3c: TextMapPropagator = {
    inject: () => {},
    fields: () => ['traceparent'],
    extract(given, carrier, { get }) {
      const [, traceId = '', spanId = ''] = String(get(carrier, 'traceparent') ?? '').split('-')
      return traceId === '' ? given : trace.setSpanContext(given, { traceId, spanId, traceFlags: 1 })
    },
  }
  context.setGlobalContextManager(contexts)
  propagation.setGlobalPropagator(w3c)
  const spans: { name: string; id: string; parent: string | undefined; traceId: string | undefined }[] = []
  function startSpan(name: string, _options?: SpanOptions, given = context.active()): Span {
    const parent = trace.getSpanContext(given)
    const spanId = `span-${spans.length}`
    spans.push({ name, id: spanId, parent: parent?.spanId, traceId: parent?.traceId })
    const said: SpanContext = { traceId: parent?.traceId ?? 'new', spanId, traceFlags: 1 }
    return trace.wrapSpanContext(said)
  }
  const tracer = {
    startSpan,
    startActiveSpan(name: string, options: SpanOptions, given: Context, work: (span: Span) => unknown) {
      const span = startSpan(name, options, given)
      return context.with(trace.setSpan(given, span), () => work(span))
    },
  } as unknown as Tracer
  return { tracer, spans }
}

test("calls to WeChat Pay are children of the API call that made them, and that one of its caller's span", async () => {
  const { tracer, spans } = openSdk()
  const bench = await openHttpBench({ options: { tracer }, hooks: openTelemetryHooks(tracer) })
  await bench.call('POST', '/v1/orders', {
    key: 'east-operate',
    headers: { traceparent: '00-trace-caller-01' },
    body: { reference: 'visit-1', product: 'combine', details: combined(bench.sim) },
  })
  const api = spans.find(({ name }) => name === 'POST /v1/orders')
  const placed = spans.find(({ name }) => name === 'combine.createJsapi')
  assert.deepEqual([api?.traceId, api?.parent], ['trace', 'caller'])
  assert.deepEqual([placed?.traceId, placed?.parent], ['trace', api?.id])
})
