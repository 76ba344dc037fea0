/** OpenTelemetry spans from an API call to the calls it makes; without an SDK they cost nothing. */
import { context, propagation, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api'

/** The tracer of the gateway; give it to `openTelemetryHooks` for the calls to WeChat Pay too. */
export function gatewayTracer(): Tracer {
  return trace.getTracer('@chadan/gateway')
}

/** Runs the answer to a request in a span that continues the caller's trace. */
export function traced(
  tracer: Tracer,
  request: Request,
  { route, method }: { readonly route: string; readonly method: string },
  work: () => Promise<Response>,
): Promise<Response> {
  const parent = propagation.extract(context.active(), request.headers, {
    keys: (headers) => [...headers.keys()],
    get: (headers, name) => headers.get(name) ?? undefined,
  })
  const options = {
    kind: SpanKind.SERVER,
    attributes: { 'http.request.method': method, 'http.route': route },
  }
  return tracer.startActiveSpan(`${method} ${route}`, options, parent, async (span) => {
    try {
      const response = await work()
      span.setAttribute('http.response.status_code', response.status)
      if (response.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
      return response
    } finally {
      span.end()
    }
  })
}
