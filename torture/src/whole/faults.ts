/** Kinds of fault of the whole product, and how often each happens in a run: drawn per seed. */
import type { SomeSwitches } from '@chadan/simulator'
import type { Chance } from '../chance.ts'

/** Every kind, with what it means. */
export const wholeFaults = {
  lose_request: 'A request never arrives.',
  lose_answer: 'The work is done, the answer is lost.',
  late_request: 'A request arrives after its caller gave up.',
  slow: 'An answer comes late, perhaps too late.',
  double_request: 'A request arrives twice.',
  truncated: 'The body of an answer is cut.',
  wrong_signature: 'An answer carries a wrong signature.',
  busy: 'A proxy answers 429.',
  server_error: 'A proxy answers 502.',
  drip: 'The body of an answer comes in pieces, slowly.',
  stale_answer: 'A question is answered with what was true before.',
  notice_lost: 'A notice is lost.',
  notice_doubled: 'A notice comes twice.',
  notice_late: 'A notice comes late, after others.',
  notice_forged: 'Somebody else sends a notice.',
  notice_unanswered: 'The answer to a notice is lost.',
  receiver_down: "The merchant's receiver refuses connections for a while.",
  receiver_error: "The merchant's receiver answers 500.",
  receiver_slow: "The merchant's receiver answers too late.",
  receiver_deaf: 'It took the webhook, its answer is lost.',
  crash: 'A node dies and is started again.',
  stall: 'A node stands still longer than its leases live.',
  skew: "The nodes' clocks differ.",
  lost_commit: 'A commit is done, its answer is lost.',
  store_down: 'The database refuses for a moment.',
  restored_backup: 'The database is restored from a backup of some minutes ago.',
  closes_unknown: 'A close of an unknown number is answered with success.',
  refund_429_made: 'Refunds are answered 429 and made all the same.',
  unsigned_refusals: 'Business refusals carry no signature.',
  no_amounts: 'Notices carry no amounts.',
  never_notifies: 'No notice is ever sent.',
  probes: 'Some messages carry a probe signature.',
  refunds_go_wrong: 'Refunds end abnormal, closed or stuck.',
  legs_fail: 'Legs of insurance payments fail or hang.',
  refused_notices: 'Failed payments are notified too.',
} as const
export type WholeFault = keyof typeof wholeFaults

/** How often each fault happens; 0 where this run does not have it. */
export type Shares = Readonly<Record<WholeFault, number>>

/** Draws which faults a run has, and how often: some stay away, so that others are seen alone. */
export function drawShares(chance: Chance, without: readonly string[], share = 0.3): Shares {
  const drawn = Object.keys(wholeFaults).map((kind) => {
    const intensity = chance.happens(share) ? chance.spread(10, 300) / 1_000 : 0
    return [kind, without.includes(kind) ? 0 : intensity]
  })
  return Object.fromEntries(drawn) as Shares
}

/** No fault at all. */
export const noShares: Shares = Object.fromEntries(
  Object.keys(wholeFaults).map((kind) => [kind, 0]),
) as Shares

/** The simulator's switches that these faults turn. */
export function switchesOf(shares: Shares): SomeSwitches {
  const has = (kind: WholeFault) => shares[kind] > 0
  return {
    signBusiness4xx: !has('unsigned_refusals'),
    closeUnknown: {
      cash: has('closes_unknown') ? 'success' : 'notFound',
      other: has('closes_unknown') ? 'success' : 'notFound',
    },
    ...(has('refund_429_made') && {
      refund429: 'accepted' as const,
      requestsPerSecond: { 'refunds.create': 1, 'wecom.refund': 1 },
    }),
    probeRate: has('probes') ? shares.probes : 0,
    ...(has('never_notifies') && { noticeSchedules: { '*': [] } }),
    medIns: { noticeAmounts: !has('no_amounts'), noticeForm: has('no_amounts') ? 'minimal' : 'full' },
    payscore: { paidEvent: has('no_amounts') ? 'both' : 'USER_PAID' },
    payinsurance: { notifyFailures: has('refused_notices') },
  }
}
