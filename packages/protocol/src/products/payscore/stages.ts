/** Where a service order stands, from the three words that only mean something together. */

/** The stages of a service order. */
export type ServiceStage =
  | 'awaiting_confirmation'
  | 'in_service'
  | 'collecting'
  | 'paid'
  | 'no_charge'
  | 'cancelled'
  | 'expired'
  | 'unknown'

/** What of an answer or notification decides the stage. */
export interface StageWords {
  readonly state: string
  readonly state_description?: string | undefined
  readonly total_amount?: number | undefined
  readonly need_collection?: boolean | undefined
  readonly collection?: { readonly state: string } | undefined
}

const stages: Readonly<Record<string, (words: StageWords) => ServiceStage>> = {
  CREATED: () => 'awaiting_confirmation',
  DOING: ({ state_description }) => doing.get(state_description ?? '') ?? 'unknown',
  DONE: finished,
  REVOKED: () => 'cancelled',
  EXPIRED: () => 'expired',
}

const doing = new Map<string, ServiceStage>([
  ['USER_CONFIRM', 'in_service'],
  ['MCH_COMPLETE', 'collecting'],
])

/**
 * The stage of a service order; `unknown` for words that nobody documented.
 * @example serviceStage({ state: 'DOING', state_description: 'MCH_COMPLETE' }) // 'collecting'
 */
export function serviceStage(words: StageWords): ServiceStage {
  return Object.hasOwn(stages, words.state) ? (stages[words.state]?.(words) ?? 'unknown') : 'unknown'
}

function finished({ collection, need_collection, total_amount }: StageWords): ServiceStage {
  if (collection?.state === 'USER_PAID') return 'paid'
  // Without a collection, only the platform's own "nothing to collect" proves that nothing was owed.
  return !collection && need_collection === false && (total_amount ?? 0) === 0 ? 'no_charge' : 'unknown'
}
