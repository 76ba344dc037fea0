/** Kinds of fault of the core, how often each happens in a run, and the provider's manners that follow. */
import type { Chance } from '../chance.ts'
import type { Manners } from './provider.ts'

/** Kinds of fault of the core, which shrinking takes away one by one. */
export const coreFaults = [
  'lose_request',
  'lose_answer',
  'late_request',
  'double_request',
  'server_error',
  'crash',
  'lost_commit',
  'skew',
  'notice_lost',
  'notice_doubled',
  'notice_late',
  'pays_after_close',
  'other_amount',
  'never_notifies',
  'no_amounts',
  'lag',
  'stale',
  'closes_unknown',
  'refund_429_made',
  'unsigned_refusals',
  'refuses_placing',
  'refunds_go_wrong',
] as const
/** One of them. */
export type CoreFault = (typeof coreFaults)[number]

/** How often each fault happens; 0 where this run does not have it. */
export type Shares = Readonly<Record<CoreFault, number>>

/** Which faults a seed has, and how often: some are absent, so that others can be seen alone. */
export function drawShares(chance: Chance, without: readonly string[]): Shares {
  const shares = coreFaults.map((kind) => {
    const share = chance.happens(0.4) ? chance.spread(10, 400) / 1_000 : 0
    return [kind, without.includes(kind) ? 0 : share]
  })
  return Object.fromEntries(shares) as Record<CoreFault, number>
}

/** The manners of a provider that keeps to its documents. */
export const soundManners: Manners = {
  paysAfterClose: false,
  paysOtherAmounts: false,
  neverNotifies: false,
  noticesWithoutAmounts: false,
  lagMs: 0,
  staleAnswers: false,
  closesUnknown: true,
  refund429Made: false,
  unsignedRefusals: false,
  refusesPlacing: false,
  refundsGoWrong: false,
}

/** How the provider of a run with these faults departs from its documents. */
export function mannersOf(shares: Shares): Manners {
  const has = (kind: CoreFault) => shares[kind] > 0
  return {
    paysAfterClose: has('pays_after_close'),
    paysOtherAmounts: has('other_amount'),
    neverNotifies: has('never_notifies'),
    noticesWithoutAmounts: has('no_amounts'),
    // Within what the fence allows for: five minutes less than it.
    lagMs: has('lag') ? Math.round(shares.lag * 500_000) : 0,
    staleAnswers: has('stale'),
    closesUnknown: has('closes_unknown'),
    refund429Made: has('refund_429_made'),
    unsignedRefusals: has('unsigned_refusals'),
    refusesPlacing: has('refuses_placing'),
    refundsGoWrong: has('refunds_go_wrong'),
  }
}
