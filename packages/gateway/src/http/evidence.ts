/** Routes that show why an order stands where it stands: its log, its facts, its marks. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { LogEntry } from '../order/log.ts'
import { instant } from '../order/present.ts'
import type { Fact as KeptReading, Reading } from '../order/reading.ts'
import type { KeptFact } from '../store/store.ts'
import { idPath } from './orders.ts'
import { presentSeen } from './present.ts'
import { Problem } from './problems.ts'
import { route } from './route.ts'
import { Instant, listOf, reason, SeenOrder } from './schemas.ts'

const LogLine = z
  .object({
    version: z.int(),
    at: Instant,
    kind: z.enum(['act', 'heard']).describe('Decided here, or heard.'),
    what: z.string().describe('The act, or the operation or notification it was heard by.'),
    from: z.string(),
    to: z.string(),
    evidence: z.string().nullable().describe("The fact's fingerprint, or `operator:<name>`."),
    hash: z.string().describe('SHA-256 over the entry before and the digest of this one.'),
  })
  .meta({ id: 'LogLine', description: 'One version of an order.' })

const log = route({
  id: 'orders.log',
  method: 'GET',
  path: '/v1/orders/{id}/log',
  scope: 'read',
  subject: 'order',
  title: 'Read the log of an order',
  about: 'Every change, chained by hashes.',
  params: idPath,
  answers: { 200: { meaning: 'The whole log, oldest first.', schema: listOf(LogLine) } },
  problems: ['unknown_order'],
  async handle({ api, subject }) {
    const entries = await api.store.log(subject.id)
    return { status: 200, body: { data: entries.map(presentLine) } }
  },
})

function presentLine({ version, atMs, input, from, to, evidence, hash }: LogEntry) {
  const what = input.kind === 'act' ? input.act.act : input.observation.by
  return { version, at: instant(atMs), kind: input.kind, what, from, to, evidence: evidence ?? null, hash }
}

const Fact = z
  .object({
    fingerprint: z.string(),
    source: z.enum(['answer', 'notice', 'return_page', 'bill', 'operator']),
    by: z.string(),
    trust: z.string(),
    verified: z.boolean(),
    asked_at: Instant,
    heard_at: Instant,
    last_heard_at: Instant,
    count: z.int(),
    meaning: z
      .record(z.string(), z.unknown())
      .describe('What it means, in our words beside the product’s own.'),
    evidence: z
      .object({
        sha256: z.string(),
        bytes: z.int(),
        serial: z.string().nullable(),
        request_id: z.string().nullable(),
      })
      .nullable()
      .describe('The bytes it was heard by; null once they were purged.'),
  })
  .meta({ id: 'Fact', description: 'Something heard about an order.' })

const facts = route({
  id: 'orders.facts',
  method: 'GET',
  path: '/v1/orders/{id}/facts',
  scope: 'read',
  subject: 'order',
  title: 'Read the facts behind an order',
  about: 'Meaning and digests of the evidence; the bytes themselves only by a reveal.',
  params: idPath,
  answers: { 200: { meaning: 'All facts.', schema: listOf(Fact) } },
  problems: ['unknown_order'],
  async handle({ api, subject }) {
    const kept = await api.store.facts(subject.id)
    const bytes = new Map(kept.map((one) => [one.fingerprint, one]))
    const data = subject.facts.map((fact) => presentFact(fact, bytes.get(fact.fingerprint)))
    return { status: 200, body: { data } }
  },
})

function presentFact(fact: KeptReading, kept: KeptFact | undefined) {
  const { fingerprint, source, by, trust, verified, count } = fact
  return {
    fingerprint,
    source,
    by,
    trust,
    verified,
    asked_at: instant(fact.askedMs),
    heard_at: instant(fact.heardMs),
    last_heard_at: instant(fact.lastHeardMs),
    count,
    meaning: meaningOf(fact.reading),
    evidence: kept
      ? {
          sha256: createHash('sha256').update(kept.bytes).digest('hex'),
          bytes: kept.bytes.byteLength,
          serial: kept.serial ?? null,
          request_id: kept.requestId ?? null,
        }
      : null,
  }
}

// What is kept for the hand-over opens the payment: its names are shown, its values are not.
function meaningOf(reading: Reading): Record<string, unknown> {
  const { about, number, said, word, reason: why, amount, step, contradicts, concerns } = reading
  const common = { about, number, said, word, step, reason: why, amount, contradicts, concerns }
  if (reading.about === 'refund') return { ...common, refund_id: reading.refundId }
  const parts = reading.parts?.map(({ transactionId, ...part }) => ({
    ...part,
    transaction_id: transactionId,
  }))
  return { ...common, parts, kept: reading.kept && Object.keys(reading.kept) }
}

const reveal = route({
  id: 'orders.revealFact',
  method: 'POST',
  path: '/v1/orders/{id}/facts/{fact}/reveal',
  scope: 'admin',
  subject: 'order',
  title: 'Reveal the bytes of a fact',
  about: 'They may hold personal data: every reveal is audited with its reason.',
  params: z.object({ ...idPath.shape, fact: z.string().regex(/^[0-9a-f]{64}$/) }),
  body: z.strictObject({ reason }),
  example: { reason: 'dispute 2026-17 with the bank' },
  answers: {
    200: {
      meaning: 'The bytes as they came.',
      schema: z.object({ fingerprint: z.string(), base64: z.string(), heard_at: Instant }),
    },
  },
  problems: ['unknown_order', 'unknown_fact'],
  audit: ({ subject, path, body }) => ({
    subject: subject.id,
    details: { fact: path.fact, reason: body.reason },
  }),
  async handle({ api, subject, path }) {
    const found = (await api.store.facts(subject.id)).find(({ fingerprint }) => fingerprint === path.fact)
    if (!found) throw new Problem('unknown_fact')
    const { fingerprint, bytes, heardMs } = found
    return {
      status: 200,
      body: { fingerprint, base64: Buffer.from(bytes).toString('base64'), heard_at: instant(heardMs) },
    }
  },
})

const resolve = route({
  id: 'marks.resolve',
  method: 'POST',
  path: '/v1/orders/{id}/marks/{mark}/resolve',
  scope: 'operate',
  subject: 'order',
  title: "A person's word on a mark",
  about: 'What needed attention was looked at; the reason is kept. The state does not change by it.',
  params: z.object({ ...idPath.shape, mark: z.string().min(1).max(256) }),
  body: z.strictObject({ reason }),
  example: { reason: 'both amounts were compared with the till: the order was changed by hand' },
  answers: { 200: { meaning: 'The order as it is known now.', schema: SeenOrder } },
  problems: ['unknown_order', 'unknown_mark'],
  audit: ({ subject, path, body }) => ({
    subject: subject.id,
    details: { mark: path.mark, reason: body.reason },
  }),
  async handle({ api, caller, subject, path, body }) {
    const done = await api.gateway.resolve(caller, subject.id, path.mark, body.reason)
    return { status: 200, body: presentSeen(done) }
  },
})

/** Routes of evidence. */
export const evidenceRoutes = [log, facts, reveal, resolve]
