/** Routes of approvals: four eyes on refunds above a limit. */
import { z } from 'zod'
import type { Approval as KeptApproval } from '../store/store.ts'
import { idPath } from './orders.ts'
import { presentApproval, presentSeen } from './present.ts'
import { Problem } from './problems.ts'
import { wishOf } from './refunds.ts'
import { type Api, route } from './route.ts'
import { Approval, listOf, SeenOrder } from './schemas.ts'

const list = route({
  id: 'approvals.list',
  method: 'GET',
  path: '/v1/approvals',
  scope: 'read',
  tenancy: 'any',
  title: 'List what waits for a second person',
  query: z.object({ state: z.enum(['waiting', 'approved', 'refused']).optional() }),
  answers: { 200: { meaning: 'All of them.', schema: listOf(Approval) } },
  problems: [],
  async handle({ api, tenant, query }) {
    const found = await api.store.approvals(tenant, query.state)
    return { status: 200, body: { data: found.map(presentApproval) } }
  },
})

const show = route({
  id: 'approvals.show',
  method: 'GET',
  path: '/v1/approvals/{id}',
  scope: 'read',
  tenancy: 'any',
  subject: 'approval',
  title: 'Read an approval',
  params: idPath,
  answers: { 200: { meaning: 'The approval.', schema: Approval } },
  problems: ['unknown_approval'],
  handle: async ({ subject }) => ({ status: 200, body: presentApproval(subject) }),
})

const approve = route({
  id: 'approvals.approve',
  method: 'POST',
  path: '/v1/approvals/{id}/approve',
  scope: 'operate',
  tenancy: 'any',
  subject: 'approval',
  title: 'Approve, as the second person',
  about:
    'Not by whoever asked. Approving what is approved carries it out again to the same effect, should it have been interrupted.',
  params: idPath,
  answers: { 200: { meaning: 'Approved and ordered; the order as it is known now.', schema: SeenOrder } },
  problems: [
    'unknown_approval',
    'own_approval',
    'already_decided',
    'refund_exceeds_order',
    'approval_outdated',
    'rule_broken',
  ],
  audit: ({ subject }) => ({ subject: subject.id, details: { order: subject.order } }),
  async handle({ api, caller, subject }) {
    await decide(api, subject, 'approved', caller.name)
    return { status: 200, body: presentSeen(await carryOut(api, subject)) }
  },
})

const refuse = route({
  id: 'approvals.refuse',
  method: 'POST',
  path: '/v1/approvals/{id}/refuse',
  scope: 'operate',
  tenancy: 'any',
  subject: 'approval',
  title: 'Refuse, or withdraw',
  params: idPath,
  answers: { 200: { meaning: 'Refused.', schema: Approval } },
  problems: ['unknown_approval', 'already_decided'],
  audit: ({ subject }) => ({ subject: subject.id, details: { order: subject.order } }),
  async handle({ api, caller, subject }) {
    await decide(api, subject, 'refused', caller.name)
    return { status: 200, body: presentApproval((await api.store.approval(subject.id)) ?? subject) }
  },
})

// The same decision again is no contradiction; another one is.
async function decide(
  api: Api,
  approval: KeptApproval,
  state: 'approved' | 'refused',
  by: string,
): Promise<void> {
  if (state === 'approved' && by === approval.askedBy) throw new Problem('own_approval')
  if (await api.store.decideApproval(approval.id, state, by, api.clock.now())) return
  const now = await api.store.approval(approval.id)
  if (now?.state !== state) throw new Problem('already_decided')
}

/** Orders what was approved, in the name of whoever asked. The same reference finds the same refund. */
export function carryOut(api: Pick<Api, 'gateway'>, approval: KeptApproval) {
  const { tenant, askedBy, order } = approval
  const approvedMinor = Number(approval.request.minor)
  return api.gateway.refund({ tenant, name: askedBy }, order, wishOf(approval), { approvedMinor })
}

/** Routes of approvals. */
export const approvalRoutes = [list, show, approve, refuse]
