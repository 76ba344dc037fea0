/** What an application may watch: calls and notices, without their secrets. */

/** One attempt of a call. */
export interface CallEvent {
  readonly operation: string
  readonly method: string
  /** Host and path; never the query, which may hold tokens. */
  readonly address: string
  /** 1 for the first attempt. */
  readonly attempt: number
}

/** How an attempt ended. */
export interface CallEnd extends CallEvent {
  readonly durationMs: number
  readonly status?: number | undefined
  readonly requestId?: string | undefined
  /** The name of the error, or `undefined` when it succeeded. */
  readonly error?: string | undefined
  readonly code?: string | undefined
}

/** A notice that was received. */
export interface NoticeEvent {
  readonly notification: string | undefined
  readonly id?: string | undefined
  /** `failed`: it was genuine, but the work given to `handle` threw; it will come again. */
  readonly outcome: 'verified' | 'repeated' | 'refused' | 'probe' | 'failed'
  readonly check?: string | undefined
  /** What the work threw, with `failed`. */
  readonly error?: unknown
}

/** Functions called as things happen; what they throw is ignored. */
export interface Hooks {
  /** Before an attempt; what it returns is given to `ended`. */
  started?(event: CallEvent): unknown
  ended?(event: CallEnd, started: unknown): void
  noticed?(event: NoticeEvent): void
}

/** The part of an OpenTelemetry tracer that is used. */
export interface TracerLike {
  startSpan(name: string, options?: { kind?: number; attributes?: Record<string, string | number> }): SpanLike
}

/** The part of an OpenTelemetry span that is used. */
export interface SpanLike {
  setAttribute(name: string, value: string | number): unknown
  setStatus(status: { code: number; message?: string }): unknown
  end(): void
}

/**
 * Hooks that make an OpenTelemetry span of each attempt.
 * @example new WechatPay({ …, hooks: openTelemetryHooks(trace.getTracer('shop')) })
 */
export function openTelemetryHooks(tracer: TracerLike): Hooks {
  return {
    started: ({ operation, method, address, attempt }) =>
      tracer.startSpan(operation, {
        kind: 2,
        attributes: {
          'http.request.method': method,
          'url.full': address,
          'http.request.resend_count': attempt - 1,
        },
      }),
    ended({ status, requestId, error, code }, started) {
      const span = started as SpanLike
      if (status !== undefined) span.setAttribute('http.response.status_code', status)
      if (requestId) span.setAttribute('wechatpay.request_id', requestId)
      if (error) {
        span.setAttribute('error.type', code ?? error)
        span.setStatus({ code: 2, message: error })
      }
      span.end()
    },
  }
}

/** Calls a hook; an application's mistake there must not change what happens to money. */
export function quietly<T>(work: () => T): T | undefined {
  try {
    const result = work()
    // A hook may be asynchronous without saying so; an unheard rejection would end the process.
    if (result instanceof Promise) result.catch(() => {})
    return result
  } catch {
    return undefined
  }
}
