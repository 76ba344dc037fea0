/** Structured logs: one JSON line each, UTC, and only fields that are listed here. */
import type { Clock } from '@chadan/protocol'
import { type DestinationStream, type Level, pino } from 'pino'

/** Fields that may be logged. Whatever is not listed is masked: names, openids, keys and amounts of persons never come through. */
export const loggable = [
  'attempts',
  'code',
  'count',
  'delivery',
  'endpoint',
  'error',
  'event',
  'evidence',
  'from',
  'key',
  'kind',
  'method',
  'minor',
  'ms',
  'node',
  'operation',
  'order',
  'port',
  'product',
  'request_id',
  'result',
  'route',
  'signer',
  'stack',
  'status',
  'tenant',
  'to',
  'where',
] as const
/** A field that may be logged. */
export type Loggable = (typeof loggable)[number]
/** What is logged with an event. */
export type LogFields = Readonly<Partial<Record<Loggable, string | number | boolean | undefined>>>

/** Where events go. */
export interface Log {
  info(event: string, fields?: LogFields): void
  warn(event: string, fields?: LogFields): void
  error(event: string, fields?: LogFields): void
}

/**
 * Opens a log.
 * @example openLog({ clock: systemClock, node: 'a' }).info('started', { port: 8080 })
 */
export function openLog(given: {
  readonly clock: Pick<Clock, 'now'>
  readonly node: string
  readonly level?: Level | 'silent' | undefined
  /** Default: standard output. */
  readonly destination?: DestinationStream | undefined
}): Log {
  const { clock, node, level = 'info', destination } = given
  const options = {
    level,
    base: { node },
    messageKey: 'message',
    timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  const logger = destination ? pino(options, destination) : pino(options)
  return {
    info: (event, fields) => logger.info(masked(fields), event),
    warn: (event, fields) => logger.warn(masked(fields), event),
    error: (event, fields) => logger.error(masked(fields), event),
  }
}

const allowed: ReadonlySet<string> = new Set(loggable)
const longest = 2000

/** What may be shown of fields: listed names, short plain values; the rest is masked, so that a mistake shows without leaking. */
export function masked(fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, allowed.has(name) ? shown(value) : '[masked]']),
  )
}

function shown(value: unknown): unknown {
  if (typeof value === 'string') return value.length > longest ? `${value.slice(0, longest)}…` : value
  return typeof value === 'number' || typeof value === 'boolean' ? value : '[masked]'
}

/**
 * What may be logged of any error: its name, its code, and where it came from. The text of a foreign error may
 * quote what it read, so it stays out.
 */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: typeof error }
  const { code } = error as { code?: unknown }
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  return {
    error: error.name,
    ...(typeof code === 'string' && { code }),
    stack: frames
      .slice(0, 8)
      .map((line) => line.trim())
      .join(' | '),
  }
}

/**
 * Warnings that strangers can cause, at most `most` a minute: so that nobody fills the disk. How many were left
 * out is said with the first one after.
 */
export function sparingly(
  { clock, log }: { clock: Pick<Clock, 'now'>; log: Log },
  { event, leftOut, most = 20 }: { event: string; leftOut: string; most?: number },
): (fields: LogFields) => void {
  let sinceMs = Number.NEGATIVE_INFINITY
  let count = 0
  return (fields) => {
    const nowMs = clock.now()
    if (nowMs - sinceMs >= 60_000 || nowMs < sinceMs) {
      if (count > most) log.warn(leftOut, { count: count - most })
      sinceMs = nowMs
      count = 0
    }
    count++
    if (count <= most) log.warn(event, fields)
  }
}
