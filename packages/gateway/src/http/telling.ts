/** Routes of events, webhook endpoints and deliveries. */
import { z } from 'zod'
import { eventTypes } from '../engine/events.ts'
import { instant } from '../order/present.ts'
import { placeOf } from '../outbound/feed.ts'
import { redeliver, skip } from '../outbound/incidents.ts'
import { TargetRefused } from '../outbound/targets.ts'
import { newEndpoint, rotateSecret, tell } from '../outbound/webhooks.ts'
import type { Endpoint as KeptEndpoint } from '../store/store.ts'
import { isActive } from './keys.ts'
import { idPath } from './orders.ts'
import { presentDelivery } from './present.ts'
import { Problem } from './problems.ts'
import { type Api, route } from './route.ts'
import { Delivery, Event, Instant, instantInput, listOf, pageOf, paging, reason } from './schemas.ts'

const place = z
  .string()
  .regex(/^\d{1,15}$/)
  .describe('The `seq` behind which to begin; 0 for the first.')

const listEvents = route({
  id: 'events.list',
  method: 'GET',
  path: '/v1/events',
  scope: 'read',
  title: 'Read events',
  about: 'A sequence without gaps: whoever has read up to `next` has missed nothing.',
  query: z.object({ after: place.default('0'), limit: z.coerce.number().int().min(1).max(500).default(100) }),
  answers: {
    200: {
      meaning: 'Events after the place given, in their order.',
      schema: z.object({
        data: z.array(Event),
        next: z.int().describe('Give it as `after`.'),
        more: z.boolean().describe('Whether more is there already.'),
      }),
    },
  },
  problems: [],
  async handle({ api, caller, query }) {
    const { events, next, more } = await api.feed.page(caller.tenant, {
      after: placeOf(query.after),
      limit: query.limit,
    })
    return { status: 200, body: { data: events, next, more } }
  },
})

const stream = route({
  id: 'events.stream',
  method: 'GET',
  path: '/v1/events/stream',
  scope: 'read',
  title: 'Read events as they happen',
  about: 'Server-sent events: the id is the `seq`. Go on after a break with `Last-Event-ID` or `after`.',
  query: z.object({ after: place.optional() }),
  headers: z.object({ 'last-event-id': place.optional() }),
  answers: { 200: { meaning: 'A stream that ends after an hour at most.', type: 'text/event-stream' } },
  problems: ['too_many_streams'],
  async handle({ api, caller, key, query, headers, signal }) {
    const after = placeOf(headers.get('last-event-id') ?? query.after) ?? 0
    const allowed = async () => {
      const now = await api.store.apiKey(key.hash)
      return now !== undefined && isActive(now, api.clock.now())
    }
    return api.feed.stream(caller.tenant, { after, signal, allowed })
  },
})

const showEvent = route({
  id: 'events.show',
  method: 'GET',
  path: '/v1/events/{id}',
  scope: 'read',
  subject: 'event',
  title: 'Read one event',
  params: idPath,
  answers: { 200: { meaning: 'The event.', schema: Event } },
  problems: ['unknown_event'],
  handle: async ({ subject }) => ({ status: 200, body: tell(subject) }),
})

const Endpoint = z
  .object({
    id: z.string(),
    tenant: z.string(),
    url: z.string(),
    types: z.array(z.string()).describe('Empty for all.'),
    state: z.enum(['on', 'off']),
    created_at: Instant,
    secrets: z.int().describe('How many secrets sign now.'),
  })
  .meta({
    id: 'WebhookEndpoint',
    description: 'Where events are delivered, per the Standard Webhooks specification.',
  })

const EndpointWithSecret = z
  .object({ ...Endpoint.shape, secret: z.string().describe('`whsec_…`; shown this once.') })
  .meta({ id: 'WebhookEndpointWithSecret' })

const url = z.string().min(1).max(2048).describe('An https address.')
const types = z.array(z.enum(Object.keys(eventTypes) as [string, ...string[]])).max(50)

function presentEndpoint({
  id,
  tenant,
  url: address,
  types: wanted,
  state,
  createdMs,
  secrets,
}: KeptEndpoint) {
  const created = instant(createdMs)
  return { id, tenant, url: address, types: wanted, state, created_at: created, secrets: secrets.length }
}

function withSecret(endpoint: KeptEndpoint) {
  return { ...presentEndpoint(endpoint), secret: endpoint.secrets[0]?.secret ?? '' }
}

function checkTarget({ checkTarget: check }: Api, address: string): void {
  try {
    check(address)
  } catch (error) {
    if (error instanceof TargetRefused)
      throw new Problem('target_refused', { detail: error.message, cause: error })
    throw error
  }
}

const listEndpoints = route({
  id: 'endpoints.list',
  method: 'GET',
  path: '/v1/webhook-endpoints',
  scope: 'read',
  title: 'List webhook endpoints',
  answers: { 200: { meaning: 'All of them, without their secrets.', schema: listOf(Endpoint) } },
  problems: [],
  async handle({ api, tenant }) {
    return { status: 200, body: { data: (await api.store.endpoints(tenant)).map(presentEndpoint) } }
  },
})

const createEndpoint = route({
  id: 'endpoints.create',
  method: 'POST',
  path: '/v1/webhook-endpoints',
  scope: 'admin',
  title: 'Add a webhook endpoint',
  body: z.strictObject({ url, types: types.default([]).describe('Event types it wants; empty for all.') }),
  example: { url: 'https://his.example.cn/chadan', types: ['order.paid'] },
  answers: { 201: { meaning: 'Made. Its secret is shown this once.', schema: EndpointWithSecret } },
  problems: ['target_refused'],
  audit: ({ body }) => ({
    subject: 'new',
    details: { origin: URL.parse(body.url)?.origin, types: body.types },
  }),
  async handle({ api, caller, body }) {
    checkTarget(api, body.url)
    const made = { ...body, tenant: caller.tenant }
    const endpoint = newEndpoint(made, { random: api.random, nowMs: api.clock.now() })
    await api.store.saveEndpoint(endpoint)
    return {
      status: 201,
      body: withSecret(endpoint),
      headers: { location: `/v1/webhook-endpoints/${endpoint.id}` },
    }
  },
})

const showEndpoint = route({
  id: 'endpoints.show',
  method: 'GET',
  path: '/v1/webhook-endpoints/{id}',
  scope: 'read',
  subject: 'endpoint',
  title: 'Read a webhook endpoint',
  params: idPath,
  answers: { 200: { meaning: 'The endpoint, without its secrets.', schema: Endpoint } },
  problems: ['unknown_endpoint'],
  handle: async ({ subject }) => ({ status: 200, body: presentEndpoint(subject) }),
})

const changeEndpoint = route({
  id: 'endpoints.change',
  method: 'PATCH',
  path: '/v1/webhook-endpoints/{id}',
  scope: 'admin',
  subject: 'endpoint',
  title: 'Change a webhook endpoint',
  about: 'While it is off its events wait; nothing is lost.',
  params: idPath,
  body: z.strictObject({
    url: url.optional(),
    types: types.optional(),
    state: z.enum(['on', 'off']).optional(),
  }),
  example: { state: 'off' },
  answers: { 200: { meaning: 'The endpoint as it is now.', schema: Endpoint } },
  problems: ['unknown_endpoint', 'target_refused'],
  audit: ({ subject, body: { url: address, ...body } }) => ({
    subject: subject.id,
    details: { ...body, origin: address === undefined ? undefined : URL.parse(address)?.origin },
  }),
  async handle({ api, subject, body }) {
    if (body.url !== undefined) checkTarget(api, body.url)
    const { url: address = subject.url, types: wanted = subject.types, state = subject.state } = body
    const changed: KeptEndpoint = { ...subject, url: address, types: wanted, state }
    await api.store.saveEndpoint(changed)
    api.wake()
    return { status: 200, body: presentEndpoint(changed) }
  },
})

const removeEndpoint = route({
  id: 'endpoints.remove',
  method: 'DELETE',
  path: '/v1/webhook-endpoints/{id}',
  scope: 'admin',
  subject: 'endpoint',
  title: 'Remove a webhook endpoint',
  about:
    'What it did not acknowledge ends as skipped by whoever removes it. To pause it, switch it off instead.',
  params: idPath,
  answers: { 204: { meaning: 'Removed.' } },
  problems: ['unknown_endpoint'],
  audit: ({ subject }) => ({ subject: subject.id }),
  async handle({ api, caller, subject }) {
    await api.store.removeEndpoint(subject.id, caller.name, api.clock.now())
    return { status: 204 }
  },
})

const rotateEndpoint = route({
  id: 'endpoints.rotateSecret',
  method: 'POST',
  path: '/v1/webhook-endpoints/{id}/rotate-secret',
  scope: 'admin',
  subject: 'endpoint',
  title: 'Give an endpoint a new secret',
  about: 'The old one signs along for the overlap, so that the receiver can follow.',
  params: idPath,
  body: z.strictObject({ overlap_hours: z.int().min(0).max(168).default(24) }),
  example: { overlap_hours: 24 },
  answers: { 200: { meaning: 'The new secret, shown this once.', schema: EndpointWithSecret } },
  problems: ['unknown_endpoint'],
  audit: ({ subject, body }) => ({ subject: subject.id, details: { overlap_hours: body.overlap_hours } }),
  async handle({ api, subject, body }) {
    const overlapMs = body.overlap_hours * 3_600_000
    const rotated = rotateSecret(subject, { random: api.random, nowMs: api.clock.now(), overlapMs })
    await api.store.saveEndpoint(rotated)
    return { status: 200, body: withSecret(rotated) }
  },
})

const listDeliveries = route({
  id: 'deliveries.list',
  method: 'GET',
  path: '/v1/deliveries',
  scope: 'read',
  tenancy: 'any',
  title: 'List deliveries, newest first',
  query: z.object({
    endpoint: z.string().max(128).optional(),
    order: z.string().max(128).optional(),
    event: z.string().max(128).optional(),
    state: z.enum(['due', 'sent', 'acknowledged', 'dead', 'skipped']).optional(),
    ...paging,
  }),
  answers: { 200: { meaning: 'A page.', schema: pageOf(Delivery) } },
  problems: [],
  async handle({ api, tenant, query }) {
    const { limit, cursor, ...filter } = query
    const only = tenant === undefined ? filter : { ...filter, tenant }
    const { rows, next } = await api.store.deliveries(only, { limit, cursor })
    return { status: 200, body: { data: rows.map(presentDelivery), next: next ?? null } }
  },
})

const redeliverMany = route({
  id: 'deliveries.redeliver',
  method: 'POST',
  path: '/v1/deliveries/redeliver',
  scope: 'operate',
  title: 'Send deliveries again',
  about: 'By id, by the time of their events, or all dead ones: under their old ids and in order.',
  body: z.strictObject({
    endpoint: z.string().max(128).optional(),
    ids: z.array(z.string().max(128)).min(1).max(1000).optional(),
    from: instantInput.optional(),
    to: instantInput.optional(),
    dead: z.literal(true).optional(),
  }),
  example: { dead: true },
  answers: { 200: { meaning: 'How many are due again.', schema: z.object({ count: z.int() }) } },
  problems: ['nothing_named'],
  audit: { none: 'redelivering writes its own entry' },
  async handle({ api, caller, body }) {
    const { from: fromMs, to: toMs, ...rest } = body
    const count = await redeliver(api, caller.name, { ...rest, fromMs, toMs, tenant: caller.tenant })
    api.wake()
    return { status: 200, body: { count } }
  },
})

const skipOne = route({
  id: 'deliveries.skip',
  method: 'POST',
  path: '/v1/deliveries/{id}/skip',
  scope: 'operate',
  tenancy: 'any',
  subject: 'delivery',
  title: 'Give up a dead delivery',
  about: "Its order's later events go on without it.",
  params: idPath,
  body: z.strictObject({ reason }),
  example: { reason: 'the receiver booked it by hand' },
  answers: { 204: { meaning: 'Skipped.' } },
  problems: ['unknown_delivery', 'delivery_not_dead', 'reason_missing'],
  audit: { none: 'skipping writes its own entry' },
  async handle({ api, caller, subject, body }) {
    await skip(api, caller.name, { tenant: subject.tenant, id: subject.id, reason: body.reason })
    api.wake()
    return { status: 204 }
  },
})

/** Routes of telling. */
export const tellingRoutes = [
  listEvents,
  stream,
  showEvent,
  listEndpoints,
  createEndpoint,
  showEndpoint,
  changeEndpoint,
  removeEndpoint,
  rotateEndpoint,
  listDeliveries,
  redeliverMany,
  skipOne,
]
