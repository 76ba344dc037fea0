/** What the words of a service order mean: state, its description and the collection only say something together. */
import {
  type notifications,
  type operations,
  type ResourceOf,
  type ResultOfOperation,
  type ServiceStage,
  serviceStage,
} from '@chadan/protocol'
import type { Amount } from '../../order/amount.ts'
import type { AttemptReading, AttemptSaid, Concern, PartReading } from '../../order/reading.ts'
import { given } from '../details.ts'
import { latestMs } from '../times.ts'
import { ms } from '../timing.ts'

/** A service order as a query answers it, or as a notice announces it. */
export type Stated =
  | ResultOfOperation<typeof operations.payscore.query>
  | ResourceOf<typeof notifications.payscore.confirmed>
  | ResourceOf<typeof notifications.payscore.paid>

/** The only part of a service order. */
export const collectionId = 'collection'

interface Meaning {
  readonly said: AttemptSaid
  readonly reason?: string
  readonly part: PartReading['said']
}

const meanings: Readonly<Record<ServiceStage, Meaning>> = {
  awaiting_confirmation: { said: 'awaiting_payment', part: 'waiting' },
  in_service: { said: 'in_service', part: 'waiting' },
  collecting: { said: 'paying', part: 'paying' },
  paid: { said: 'paid', part: 'paid' },
  no_charge: { said: 'closed', reason: 'no_charge', part: 'none' },
  cancelled: { said: 'closed', reason: 'cancelled', part: 'closed' },
  expired: { said: 'closed', reason: 'expired', part: 'closed' },
  unknown: { said: 'unclear', part: 'unclear' },
}

/** What the words say together. */
export function meaningOf(stated: Parameters<typeof serviceStage>[0]): Meaning {
  return meanings[serviceStage(stated)]
}

/**
 * What a service order means as it was stated. `currency` is the ordered one: an answer that names none
 * means that one, a notice that names none proves no amount (X11).
 */
export function readStated(stated: Stated, number: string, currency?: string): AttemptReading {
  const { said, reason, part } = meaningOf(stated)
  const { collection, state, state_description } = stated
  const amount = amountOf(stated, stated.currency ?? currency)
  return given({
    about: 'attempt',
    number,
    said,
    word: [state, state_description, collection?.state].filter(Boolean).join('/'),
    reason,
    amount,
    parts: [
      given({
        id: collectionId,
        word: collection?.state ?? state,
        said: part,
        amount,
        transactionId: transactionOf(stated),
      } satisfies PartReading),
    ],
    paidMs: said === 'paid' ? latestMs((collection?.details ?? []).map((one) => one.paid_time)) : undefined,
    contradicts: stated.out_order_no === number ? undefined : 'another order',
    concerns: said === 'paying' ? [uncollected] : undefined,
  } satisfies AttemptReading)
}

const uncollected: Concern = {
  code: 'uncollected',
  found: 'the service was completed, but WeChat Pay has not collected the money',
  suggest: 'ask the payer to pay in WeChat; report money that was paid elsewhere with the act sync',
  afterMs: 7 * ms.day,
}

/**
 * What the reading says of an act whose answer was lost: the order shows whether it was done. `complete`
 * leads from the service to the collection, `sync` from there to the end.
 */
export function answering(
  reading: AttemptReading,
  act: { readonly step: string; readonly minor: number } | undefined,
): AttemptReading {
  if (!act) return reading
  const { step, minor } = act
  const before = step.startsWith('complete') ? 'in_service' : 'paying'
  if (reading.said === before) return { ...reading, step, lacks: true }
  const done = ['paying', 'paid'].includes(reading.said) || reading.reason === 'no_charge'
  // Another amount was completed by somebody else.
  return done && reading.amount?.minor === minor ? { ...reading, step } : reading
}

/** What was collected or is to be; nothing is owed while nobody has completed the service. */
function amountOf({ total_amount, collection }: Stated, currency: string | undefined): Amount | undefined {
  const minor = collection?.state === 'USER_PAID' ? (collection.paid_amount ?? total_amount) : total_amount
  return minor === undefined || currency === undefined ? undefined : { minor, currency }
}

/** The one transaction that collected all of it; several, or money paid elsewhere, have no common number. */
function transactionOf({ collection }: Stated): string | undefined {
  const [only, another] = collection?.details ?? []
  return another ? undefined : only?.transaction_id
}
