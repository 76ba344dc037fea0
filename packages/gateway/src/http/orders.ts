/** Routes of orders: place, find, look, close, pay again, act. */
import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { presentOrder } from '../order/present.ts'
import { orderStates } from '../order/view.ts'
import type { OrderFilter } from '../store/store.ts'
import { presentSeen } from './present.ts'
import { Problem } from './problems.ts'
import { type Api, route } from './route.ts'
import {
  details,
  Handover,
  instantInput,
  number,
  Order,
  PayAgain,
  PlaceOrder,
  pageOf,
  paging,
  productIds,
  reason,
  reference,
  SeenOrder,
} from './schemas.ts'

/** The `{id}` of a path. */
export const idPath = z.object({ id: z.string().min(1).max(128) })
const waiting = {
  wait_ms: z.coerce
    .number()
    .int()
    .min(0)
    .max(20_000)
    .default(5000)
    .describe('How long to wait for a known state; what is known then is answered.'),
}
function waitOf({ pace, longestWaitMs }: Api, askedMs: number): number {
  return Math.min(askedMs * pace, longestWaitMs)
}
const seen = { meaning: 'The order as it is known now.', schema: SeenOrder }

const example = {
  reference: 'visit-20260317-0042',
  product: 'combine',
  details: { scene: 'jsapi', combine_payer_info: { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' } },
}

const place = route({
  id: 'orders.place',
  method: 'POST',
  path: '/v1/orders',
  scope: 'operate',
  title: 'Place an order',
  about:
    'The order is kept before WeChat Pay is called. The same reference and content find the same order; a lost answer leaves it `unknown`, and it is asked for until it is known.',
  query: z.object(waiting),
  headers: z.object({
    'idempotency-key': z
      .string()
      .regex(/^(?:"[\x20\x21\x23-\x5b\x5d-\x7e]{1,255}"|[\x21\x23-\x7e]{1,255})$/)
      .optional()
      .describe(
        'Makes repeating safe even with another reference; per draft-ietf-httpapi-idempotency-key-header.',
      ),
  }),
  body: PlaceOrder,
  example,
  answers: {
    201: { ...seen, meaning: 'Kept, and placed or being placed.' },
    200: { ...seen, meaning: 'The same request came before.' },
  },
  problems: [
    'reference_taken',
    'number_taken',
    'key_reused',
    'still_in_flight',
    'unknown_signer',
    'signer_needed',
    'unknown_product',
    'details_invalid',
    'rule_broken',
  ],
  audit: { none: "placing stands in the order's own log, under the caller's name" },
  async handle({ api, body, query, caller, headers, bytes }) {
    const key = headers.get('idempotency-key')?.replace(/^"(.*)"$/, '$1')
    const { expires_at: expiresMs, return_to: returnTo, ...rest } = body
    const request = { ...rest, expiresMs, returnTo }
    const keyDigest = key === undefined ? undefined : digestOf(api, '/v1/orders', bytes)
    const { repeated, ...done } = await api.gateway.place(caller, request, {
      key,
      keyDigest,
      waitMs: waitOf(api, query.wait_ms),
    })
    return {
      status: repeated ? 200 : 201,
      body: presentSeen(done),
      headers: { location: `/v1/orders/${done.order.id}` },
    }
  },
})

// What a key stands for: method, path and body.
function digestOf({ digestKey }: Api, path: string, bytes: Uint8Array): string {
  return createHmac('sha256', digestKey).update(`POST\n${path}\n`).update(bytes).digest('hex')
}

const minor = z.coerce.number().int().min(0)
const filters = {
  product: z.enum(productIds).optional(),
  signer: z.string().min(1).max(64).optional(),
  merchant: z
    .string()
    .regex(/^[0-9]{1,32}$/)
    .optional()
    .describe("mchid or sub_mchid: the order's, or that of any of its parts."),
  state: z
    .union([
      z.enum(orderStates),
      z
        .string()
        .transform((text) => text.split(','))
        .pipe(z.array(z.enum(orderStates))),
    ])
    .optional()
    .describe('One state, or several separated by commas.'),
  number: number.optional().describe("Any number: the order's, an attempt's, a sub-order's, a refund's."),
  reference: reference.optional(),
  needs_attention: z.enum(['true', 'false']).optional(),
  created_from: instantInput.optional(),
  created_before: instantInput.optional(),
  amount: minor.optional().describe('Exactly so many minor units.'),
  amount_from: minor.optional(),
  amount_to: minor.optional(),
}

type Filters = z.output<z.ZodObject<typeof filters>>

function filterOf(given: Filters, tenant: string | undefined, payer?: string): OrderFilter {
  const { product, signer, merchant, state, number: one, reference: name, needs_attention: attention } = given
  return {
    tenant,
    product,
    signer,
    merchant,
    states: typeof state === 'string' ? [state] : state,
    number: one,
    reference: name,
    needsAttention: attention === undefined ? undefined : attention === 'true',
    createdFromMs: given.created_from,
    createdBeforeMs: given.created_before,
    minorFrom: given.amount ?? given.amount_from,
    minorTo: given.amount ?? given.amount_to,
    payer,
  }
}

const list = route({
  id: 'orders.list',
  method: 'GET',
  path: '/v1/orders',
  scope: 'read',
  tenancy: 'any',
  title: 'List orders, newest first',
  about:
    'Lists never ask WeChat Pay. A key of all tenants lists those of all unless `Chadan-Tenant` names one.',
  query: z.object({ ...filters, ...paging }),
  answers: { 200: { meaning: 'A page.', schema: pageOf(Order) } },
  problems: [],
  async handle({ api, query, tenant }) {
    const { rows, next } = await api.store.orders(filterOf(query, tenant), query)
    return { status: 200, body: { data: rows.map(presentOrder), next: next ?? null } }
  },
})

const search = route({
  id: 'orders.search',
  method: 'POST',
  path: '/v1/orders/search',
  scope: 'read',
  tenancy: 'any',
  title: 'List the orders of a payer',
  about: 'The same as the list, with an openid: it travels in the body, since addresses end up in logs.',
  query: z.object({ ...filters, ...paging }),
  body: z.strictObject({ payer: z.string().min(1).max(128).describe('openid of the payer.') }),
  example: { payer: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' },
  answers: { 200: { meaning: 'A page.', schema: pageOf(Order) } },
  problems: [],
  audit: { none: 'it only reads' },
  async handle({ api, query, body, tenant }) {
    const { rows, next } = await api.store.orders(filterOf(query, tenant, body.payer), query)
    return { status: 200, body: { data: rows.map(presentOrder), next: next ?? null } }
  },
})

const byReference = route({
  id: 'orders.byReference',
  method: 'GET',
  path: '/v1/orders/by-reference/{reference}',
  scope: 'read',
  subject: 'reference',
  title: 'Look at an order, by your reference',
  about: 'Looking is asking: an unsettled order is asked for first, within the rate budget.',
  params: z.object({ reference }),
  answers: { 200: seen },
  problems: ['unknown_order'],
  async handle({ api, caller, subject }) {
    return { status: 200, body: presentSeen(await api.gateway.look(caller, subject.id)) }
  },
})

const show = route({
  id: 'orders.show',
  method: 'GET',
  path: '/v1/orders/{id}',
  scope: 'read',
  subject: 'order',
  title: 'Look at an order',
  about:
    'Looking is asking: an unsettled order is asked for first, within the rate budget. `next_ask_at` says when it will be asked for next.',
  params: idPath,
  answers: { 200: seen },
  problems: ['unknown_order'],
  async handle({ api, caller, subject }) {
    return { status: 200, body: presentSeen(await api.gateway.look(caller, subject.id)) }
  },
})

const close = route({
  id: 'orders.close',
  method: 'POST',
  path: '/v1/orders/{id}/close',
  scope: 'operate',
  subject: 'order',
  title: 'Close an order',
  about:
    'Asks, closes with a fence, asks again: `closed` is answered only when WeChat Pay can no longer take the payment.',
  params: idPath,
  query: z.object(waiting),
  body: z.strictObject({
    reason: reason.default('requested'),
    owed: z
      .enum(['keep', 'give_up'])
      .default('keep')
      .describe("What becomes of a completed service's money; `give_up` cancels it."),
  }),
  example: { reason: 'the visit was cancelled' },
  answers: { 200: seen },
  problems: ['unknown_order', 'already_paid', 'money_owed', 'still_in_flight', 'rule_broken'],
  audit: ({ subject, body }) => ({ subject: subject.id, details: body }),
  async handle({ api, caller, subject, body, query }) {
    const done = await api.gateway.close(caller, subject.id, { ...body, waitMs: waitOf(api, query.wait_ms) })
    return { status: 200, body: presentSeen(done) }
  },
})

const payAgain = route({
  id: 'orders.payAgain',
  method: 'POST',
  path: '/v1/orders/{id}/attempts',
  scope: 'operate',
  subject: 'order',
  title: 'Pay again',
  about:
    'Ends the open attempt, then opens another under a new number. Declined while the old one may still be paid.',
  params: idPath,
  body: PayAgain,
  example: { details: {} },
  answers: { 201: { ...seen, meaning: 'Another attempt was opened.' } },
  problems: [
    'unknown_order',
    'already_paid',
    'attempt_open',
    'number_taken',
    'details_invalid',
    'still_in_flight',
    'rule_broken',
  ],
  audit: ({ subject, body }) => ({ subject: subject.id, details: { number: body.number } }),
  async handle({ api, caller, subject, body }) {
    const { expires_at: expiresMs, ...rest } = body
    return {
      status: 201,
      body: presentSeen(await api.gateway.payAgain(caller, subject.id, { ...rest, expiresMs })),
    }
  },
})

const act = route({
  id: 'orders.act',
  method: 'POST',
  path: '/v1/orders/{id}/acts/{act}',
  scope: 'operate',
  subject: 'order',
  title: "A product's own act",
  about: 'PayScore: `complete`, `sync`. See `GET /v1/products` for all of them.',
  params: z.object({ ...idPath.shape, act: z.string().regex(/^[a-z][a-zA-Z_]{0,31}$/) }),
  body: z.strictObject({ details: details.default({}) }),
  example: { details: { total_amount: 2500 } },
  answers: { 200: seen },
  problems: [
    'unknown_order',
    'unknown_act',
    'act_differs',
    'details_invalid',
    'still_in_flight',
    'rule_broken',
  ],
  audit: ({ subject, path }) => ({ subject: subject.id, details: { act: path.act } }),
  async handle({ api, caller, subject, path, body }) {
    if (!Object.hasOwn(api.products[subject.product].acts ?? {}, path.act)) throw new Problem('unknown_act')
    const done = await api.gateway.act(caller, subject.id, path.act, body.details)
    return { status: 200, body: presentSeen(done) }
  },
})

const handover = route({
  id: 'orders.handover',
  method: 'GET',
  path: '/v1/orders/{id}/handover',
  scope: 'operate',
  subject: 'order',
  title: "What the payer's side needs",
  about: 'Freshly signed, ready for the page, the mini program or the app.',
  params: idPath,
  answers: { 200: { meaning: 'Hand it over as it is.', schema: Handover } },
  problems: ['unknown_order', 'nothing_to_hand_over', 'provider_busy'],
  async handle({ api, caller, subject }) {
    const given = await api.gateway.handover(caller, subject.id)
    if (!given)
      throw new Problem('nothing_to_hand_over', {
        detail: `the order is ${subject.view.state}: there is nothing to hand over`,
      })
    const { scene, parameters, expiresMs } = given
    return { status: 200, body: { scene, parameters, expires_at: new Date(expiresMs).toISOString() } }
  },
})

/** Routes of orders. */
export const orderRoutes = [place, list, search, byReference, show, close, payAgain, act, handover]
