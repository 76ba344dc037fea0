/** The life of a service order, as tables. */
import { Refusal } from '../../product.ts'

/** Where a service order stands; DOING is two stages. */
export type Stage = 'CREATED' | 'USER_CONFIRM' | 'MCH_COMPLETE' | 'DONE' | 'REVOKED' | 'EXPIRED'

/** What the merchant asks that depends on the stage. */
export type Request = 'create' | 'cancel' | 'complete' | 'sync'

/** Goes to a stage, succeeds again without a change, or is refused with a code. */
type Verdict = { readonly to: Stage } | 'again' | { readonly refused: RefusalCode }
type RefusalCode = 'INVALID_ORDER_STATE' | 'ORDER_CANCELED' | 'ORDER_DONE'

const to = <S extends Stage>(stage: S) => ({ to: stage })
const refused = <C extends RefusalCode>(code: C) => ({ refused: code })

const verdicts = {
  CREATED: {
    create: 'again',
    cancel: to('REVOKED'),
    complete: refused('INVALID_ORDER_STATE'),
    sync: refused('INVALID_ORDER_STATE'),
  },
  USER_CONFIRM: {
    create: 'again',
    cancel: to('REVOKED'),
    complete: to('MCH_COMPLETE'),
    sync: refused('INVALID_ORDER_STATE'),
  },
  MCH_COMPLETE: {
    create: 'again',
    cancel: to('REVOKED'),
    complete: refused('INVALID_ORDER_STATE'),
    sync: to('DONE'),
  },
  DONE: {
    create: refused('ORDER_DONE'),
    cancel: refused('ORDER_DONE'),
    complete: refused('ORDER_DONE'),
    sync: refused('ORDER_DONE'),
  },
  REVOKED: {
    create: refused('ORDER_CANCELED'),
    cancel: 'again',
    complete: refused('ORDER_CANCELED'),
    sync: refused('ORDER_CANCELED'),
  },
  EXPIRED: {
    create: refused('INVALID_ORDER_STATE'),
    cancel: refused('INVALID_ORDER_STATE'),
    complete: refused('INVALID_ORDER_STATE'),
    sync: refused('INVALID_ORDER_STATE'),
  },
} as const satisfies Record<Stage, Record<Request, Verdict>>

const messages: Record<RefusalCode, string> = {
  INVALID_ORDER_STATE: '当前订单状态不支持此操作',
  ORDER_CANCELED: '订单已取消',
  ORDER_DONE: '订单已完成',
}

/** The stage that a request leads to, or `again`; throws the refusal of the table. */
export function decide(stage: Stage, request: Request): Stage | 'again' {
  const verdict: Verdict = verdicts[stage][request]
  if (verdict === 'again') return verdict
  if ('to' in verdict) return verdict.to
  throw new Refusal(verdict.refused, messages[verdict.refused])
}

/** How a stage reads on the wire: `state_description` never stands outside DOING. */
export const wire = {
  CREATED: { state: 'CREATED' },
  USER_CONFIRM: { state: 'DOING', state_description: 'USER_CONFIRM' },
  MCH_COMPLETE: { state: 'DOING', state_description: 'MCH_COMPLETE' },
  DONE: { state: 'DONE' },
  REVOKED: { state: 'REVOKED' },
  EXPIRED: { state: 'EXPIRED' },
} as const satisfies Record<Stage, { state: string; state_description?: string }>
