/** Webhooks as the Standard Webhooks specification has them: what is sent, how it is signed, how secrets change. */
import type { Random } from '@chadan/protocol'
import { Webhook } from 'standardwebhooks'
import type { Endpoint, FeedEvent } from '../store/store.ts'
import type { WebhookRequest } from './targets.ts'

/** An event as the feed, the stream and webhooks tell it. */
export interface ToldEvent {
  /** `evt_…`; the same in every repetition. */
  readonly id: string
  readonly type: string
  /** When it happened, ISO 8601 in UTC. */
  readonly timestamp: string
  /** Its place in the tenant's gap-free sequence: 1, 2, 3, … */
  readonly seq: number
  readonly order: string
  /** Ascends within an order. */
  readonly order_seq: number
  /** The order as it stood at this very event. */
  readonly data: FeedEvent['data']
}

/** Tells an event. */
export function tell({ id, type, atMs, seq, order, orderSeq, data }: FeedEvent): ToldEvent {
  return { id, type, timestamp: new Date(atMs).toISOString(), seq, order, order_seq: orderSeq, data }
}

/** An event as it is sent to an endpoint, signed with every secret that is good at `nowMs`. */
export function webhookOf(event: FeedEvent, { url, secrets }: Endpoint, nowMs: number): WebhookRequest {
  const body = JSON.stringify(tell(event))
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Chadan-Webhooks/1',
    ...signatureOf({ id: event.id, body, secrets, nowMs }),
  }
  return { url, headers, body }
}

/** The three headers of the specification; several signatures while secrets overlap. */
export function signatureOf(message: {
  id: string
  body: string
  secrets: Endpoint['secrets']
  nowMs: number
}): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> {
  const { id, body, nowMs } = message
  const signatures = goodAt(message.secrets, nowMs).map(({ secret }) =>
    new Webhook(secret).sign(id, new Date(nowMs), body),
  )
  if (signatures.length === 0) throw new Error('the endpoint has no secret that is good now')
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(nowMs / 1000)),
    'webhook-signature': signatures.join(' '),
  }
}

/** A fresh endpoint that is on. Its URL is not checked here: see `Targets.check`. */
export function newEndpoint(
  { tenant, url, types = [] }: { tenant: string; url: string; types?: readonly string[] | undefined },
  { random, nowMs }: { random: Random; nowMs: number },
): Endpoint {
  const id = `whe_${Buffer.from(random.bytes(16)).toString('hex')}`
  return { id, tenant, url, types, secrets: [{ secret: newSecret(random) }], state: 'on', createdMs: nowMs }
}

/** 32 random bytes as `whsec_…`, a prefix that secret scanners know. */
export function newSecret(random: Random): string {
  return `whsec_${Buffer.from(random.bytes(32)).toString('base64')}`
}

/** The endpoint under a new secret; what was good signs along for `overlapMs` (default a day), so that receivers can follow. */
export function rotateSecret(
  endpoint: Endpoint,
  { random, nowMs, overlapMs = dayMs }: { random: Random; nowMs: number; overlapMs?: number | undefined },
): Endpoint {
  const untilMs = nowMs + overlapMs
  const older = goodAt(endpoint.secrets, nowMs)
    .slice(0, maxSecrets - 1)
    .map((one) => ({ secret: one.secret, untilMs: Math.min(one.untilMs ?? untilMs, untilMs) }))
  return {
    ...endpoint,
    secrets: [{ secret: newSecret(random) }, ...older.filter((one) => one.untilMs > nowMs)],
  }
}

const dayMs = 24 * 3_600_000
// Receivers try every signature; rotating in a hurry must not make the header endless.
const maxSecrets = 4

function goodAt(secrets: Endpoint['secrets'], nowMs: number): Endpoint['secrets'] {
  return secrets.filter(({ untilMs }) => untilMs === undefined || untilMs > nowMs)
}
