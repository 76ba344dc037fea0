/** Routes for whoever watches over it all: incidents, suspense, the audit log. */
import { z } from 'zod'
import { instant } from '../order/present.ts'
import { deadLetters, silentEndpoints } from '../outbound/incidents.ts'
import type { AuditEntry as KeptEntry, Suspense as KeptSuspense } from '../store/store.ts'
import { verifyAudit } from '../verify.ts'
import { idPath } from './orders.ts'
import { Problem } from './problems.ts'
import { type Api, route } from './route.ts'
import { Amount, Instant, listOf, pageOf, paging, productIds, reason } from './schemas.ts'

const Incident = z
  .object({
    kind: z.enum(['needs_attention', 'dead_letter', 'silent_endpoint', 'approval', 'suspense']),
    id: z.string().describe('Of the order, delivery, endpoint, approval or suspended message.'),
    tenant: z.string().nullable(),
    order: z.string().nullable(),
    since: Instant,
    age_seconds: z.int(),
    at_stake: z.array(Amount).describe('Money it is about.'),
    holds: z.int().describe('How much waits behind it.'),
    found: z.string(),
    suggest: z.string(),
  })
  .meta({ id: 'Incident', description: 'Something that waits for a person.' })
type Raised = Omit<z.output<typeof Incident>, 'since' | 'age_seconds'> & { readonly sinceMs: number }

const incidents = route({
  id: 'incidents.list',
  method: 'GET',
  path: '/v1/incidents',
  scope: 'read',
  tenancy: 'any',
  title: 'List what waits for a person',
  about: 'The newest 200 of each kind, the oldest of them first.',
  answers: { 200: { meaning: 'Everything that is open.', schema: listOf(Incident) } },
  problems: [],
  async handle({ api, tenant }) {
    const nowMs = api.clock.now()
    const found = (
      await Promise.all([
        attention(api, tenant),
        dead(api, tenant),
        silent(api, tenant),
        waiting(api, tenant),
        tenant === undefined ? suspended(api) : [],
      ])
    ).flat()
    const data = found
      .sort((a, b) => a.sinceMs - b.sinceMs)
      .map(({ sinceMs, ...one }) => ({
        ...one,
        since: instant(sinceMs),
        age_seconds: Math.max(0, Math.floor((nowMs - sinceMs) / 1000)),
      }))
    return { status: 200, body: { data } }
  },
})

async function attention({ store }: Api, tenant: string | undefined): Promise<Raised[]> {
  const { rows } = await store.orders({ tenant, needsAttention: true }, { limit: 200 })
  return rows.flatMap((order) =>
    order.view.marks
      .filter((mark) => !mark.resolved)
      .map((mark) => {
        const heard = order.facts.filter((fact) => mark.facts.includes(fact.fingerprint))
        return {
          kind: 'needs_attention' as const,
          id: order.id,
          tenant: order.tenant,
          order: order.id,
          sinceMs: heard.reduce((latest, fact) => Math.max(latest, fact.heardMs), order.createdMs),
          at_stake: [order.view.amount],
          holds: 0,
          found: `${mark.code}: ${mark.found}`,
          suggest: mark.suggest,
        }
      }),
  )
}

async function dead(api: Api, tenant: string | undefined): Promise<Raised[]> {
  const { rows } = await deadLetters(api, { tenant, limit: 200 })
  return rows.map(({ delivery, ageMs, atStake, held }) => ({
    kind: 'dead_letter',
    id: delivery.id,
    tenant: delivery.tenant,
    order: delivery.order,
    sinceMs: api.clock.now() - ageMs,
    at_stake: Object.entries(atStake).map(([currency, minor]) => ({ minor, currency })),
    holds: held.length,
    found: `given up after ${delivery.attempts} attempts, last answered ${delivery.lastStatus ?? 'nothing'}`,
    suggest: 'mend the receiver and redeliver, or skip it with a reason',
  }))
}

async function silent(api: Api, tenant: string | undefined): Promise<Raised[]> {
  return (await silentEndpoints(api, tenant)).map(({ endpoint, waiting: behind, ageMs }) => ({
    kind: 'silent_endpoint',
    id: endpoint.id,
    tenant: endpoint.tenant,
    order: null,
    sinceMs: api.clock.now() - ageMs,
    at_stake: [],
    holds: behind,
    found: 'the endpoint is off while events wait for it',
    suggest: 'switch it on, or remove it',
  }))
}

async function waiting({ store }: Api, tenant: string | undefined): Promise<Raised[]> {
  return (await store.approvals(tenant, 'waiting')).slice(0, 200).map((one) => ({
    kind: 'approval',
    id: one.id,
    tenant: one.tenant,
    order: one.order,
    sinceMs: one.askedMs,
    at_stake: [{ minor: Number(one.request.minor), currency: String(one.request.currency) }],
    holds: 0,
    found: `a refund asked for by ${one.askedBy} waits for a second person`,
    suggest: 'approve or refuse it',
  }))
}

async function suspended({ store }: Api): Promise<Raised[]> {
  const { rows } = await store.suspended({ limit: 200, open: true })
  return rows.map((one) => ({
    kind: 'suspense',
    id: one.id,
    tenant: null,
    order: null,
    sinceMs: one.heardMs,
    at_stake: [],
    holds: 0,
    found: `${one.why}: ${one.found}`,
    suggest: 'find out whose message it is, then resolve it with a reason',
  }))
}

const Suspense = z
  .object({
    id: z.string(),
    signer: z.string(),
    product: z.enum(productIds).or(z.string()),
    number: z.string(),
    why: z.enum(['unknown_number', 'other_ids']),
    by: z.string(),
    heard_at: Instant,
    count: z.int(),
    found: z.string(),
    resolved: z.object({ operator: z.string(), reason: z.string(), at: Instant }).nullable(),
  })
  .meta({ id: 'Suspense', description: 'A verified message that belongs to no order here.' })

const listSuspense = route({
  id: 'suspense.list',
  method: 'GET',
  path: '/v1/suspense',
  scope: 'read',
  tenancy: 'all',
  title: 'List verified messages that belong to no order here',
  query: z.object(paging),
  answers: { 200: { meaning: 'A page.', schema: pageOf(Suspense) } },
  problems: [],
  async handle({ api, query }) {
    const { rows, next } = await api.store.suspended(query)
    return { status: 200, body: { data: rows.map(presentSuspense), next: next ?? null } }
  },
})

function presentSuspense({ bytes: _sealed, heardMs, resolved, ...one }: KeptSuspense) {
  const word = resolved && {
    operator: resolved.operator,
    reason: resolved.reason,
    at: instant(resolved.atMs),
  }
  return { ...one, heard_at: instant(heardMs), resolved: word ?? null }
}

const resolveSuspense = route({
  id: 'suspense.resolve',
  method: 'POST',
  path: '/v1/suspense/{id}/resolve',
  scope: 'operate',
  tenancy: 'all',
  title: "A person's word on a suspended message",
  params: idPath,
  body: z.strictObject({ reason }),
  example: { reason: 'an order of the old system, booked there' },
  answers: { 204: { meaning: 'Resolved.' } },
  problems: ['unknown_suspense'],
  audit: ({ path, body }) => ({ subject: path.id, details: { reason: body.reason } }),
  async handle({ api, caller, path, body }) {
    if (!(await api.store.resolveSuspense(path.id, caller.name, body.reason, api.clock.now())))
      throw new Problem('unknown_suspense')
    return { status: 204 }
  },
})

const AuditEntry = z
  .object({
    seq: z.int(),
    at: Instant,
    actor: z.string(),
    tenant: z.string(),
    action: z.string(),
    subject: z.string(),
    details: z.record(z.string(), z.unknown()),
    hash: z.string(),
  })
  .meta({ id: 'AuditEntry', description: 'What an operator did; chained by hashes.' })

const listAudit = route({
  id: 'audit.list',
  method: 'GET',
  path: '/v1/audit',
  scope: 'admin',
  tenancy: 'any',
  title: 'Read the audit log',
  about:
    'A key of one tenant sees the entries of its tenant: pages may then hold fewer than `limit`, or none.',
  query: z.object({
    after: z.coerce.number().int().min(0).default(0).describe('The `seq` behind which to begin.'),
    limit: z.coerce.number().int().min(1).max(500).default(100),
  }),
  answers: {
    200: {
      meaning: 'Entries in their order.',
      schema: z.object({
        data: z.array(AuditEntry),
        next: z.int().nullable().describe('Give it as `after`.'),
      }),
    },
  },
  problems: [],
  async handle({ api, tenant, query }) {
    const entries = await api.store.auditLog(query.after, query.limit)
    const data = entries.filter((one) => tenant === undefined || one.tenant === tenant).map(presentEntry)
    const next = entries.length < query.limit ? null : (entries.at(-1)?.seq ?? null)
    return { status: 200, body: { data, next } }
  },
})

function presentEntry({ atMs, ...entry }: KeptEntry) {
  return { ...entry, at: instant(atMs) }
}

const checkAudit = route({
  id: 'audit.verify',
  method: 'POST',
  path: '/v1/audit/verify',
  scope: 'admin',
  tenancy: 'all',
  title: 'Verify the audit log and the logs of all orders it seals',
  about: 'May take long: `chadan audit verify` does the same without a time limit.',
  answers: {
    200: {
      meaning: 'What was found.',
      schema: z.object({
        sound: z.boolean(),
        entries: z.int(),
        seals: z.int(),
        broken: z.object({ seq: z.int(), found: z.string() }).nullable().describe('The first broken entry.'),
        head: z.string().describe('Hash of the newest entry; keep it elsewhere to notice a cut end.'),
      }),
    },
  },
  problems: [],
  audit: { none: 'it only reads' },
  async handle({ api }) {
    const found = await verifyAudit(api.store)
    return {
      status: 200,
      body: { ...found, sound: found.broken === undefined, broken: found.broken ?? null },
    }
  },
})

/** Routes of oversight. */
export const oversightRoutes = [incidents, listSuspense, resolveSuspense, listAudit, checkAudit]
