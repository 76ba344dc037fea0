/** Refunds of a collection: through the global interface, by WeChat Pay's number of the transaction. */
import { operations, type ResultOfOperation, refundStanding } from '@chadan/protocol'
import type { RefundReading } from '../../order/reading.ts'
import { given, only } from '../details.ts'
import { errand, type Product, question, RuleBroken } from '../product.ts'
import { checkPace } from '../refund-rules.ts'
import { refundStep } from '../refunds.ts'
import { sharesOf } from '../shares.ts'
import { msOf } from '../times.ts'
import { collectionId } from './states.ts'

/** Plans the one call of a refund. */
export const refund: Product['refund'] = (request, context) => {
  const { order, attempt, reason } = request
  const shares = sharesOf(request)
  checkPace(request, collectionId, context)
  const part = attempt.parts.find((one) => one.id === collectionId)
  const transaction_id = part?.transactionId
  if (!transaction_id)
    throw new RuleBroken(
      'no_transaction',
      '/',
      'found no single transaction of WeChat Pay: it was paid elsewhere, in several collections, or is not queried yet',
    )
  const { mchid, sub_mchid, appid, sub_appid } =
    order.attempts.find((one) => one.number === attempt.number)?.merchant ?? {}
  const { currency } = attempt.amount
  const minor = shares.reduce((sum, one) => sum + one.amount.minor, 0)
  const number = `R${context.draw()}`
  return {
    number,
    amount: { minor, currency },
    parts: shares,
    errands: [
      {
        step: refundStep,
        operation: operations.globalRefunds.create,
        input: given({
          ...only(request.details, ['source']),
          sp_mchid: mchid,
          sub_mchid,
          sp_appid: appid,
          sub_appid,
          transaction_id,
          out_refund_no: number,
          reason,
          amount: { refund: minor, total: attempt.amount.minor, currency },
          notify_url: context.notifyUrl,
        }),
      },
    ],
  }
}

/** The answer to the application says only that it was accepted. */
export const refundKind = errand(operations.globalRefunds.create, (result, number) => ({
  about: 'refund',
  number,
  said: 'accepted',
  word: 'PROCESSING',
  step: refundStep,
  refundId: result.id,
}))

/** Asks by the merchant's number. */
export const askRefund: Product['askRefund'] = (order, { number, attempt }) => {
  const one = order.attempts.find((each) => each.number === attempt)
  const { mchid = '', sub_mchid = '' } = one?.merchant ?? {}
  const transaction = order.view.attempts.find((each) => each.number === attempt)?.parts[0]?.transactionId
  return [
    question(
      operations.globalRefunds.findByOutRefundNo,
      { out_refund_no: number, sp_mchid: mchid, sub_mchid },
      (result) => read(result, number, transaction),
    ),
  ]
}

function read(
  result: ResultOfOperation<typeof operations.globalRefunds.findByOutRefundNo>,
  number: string,
  transaction: string | undefined,
): RefundReading {
  const other = transaction !== undefined && result.transaction_id !== transaction
  return given({
    about: 'refund',
    number,
    said: refundStanding(result.status) ?? 'unclear',
    word: result.status,
    step: refundStep,
    amount: { minor: result.amount.refund, currency: result.amount.currency },
    succeededMs: msOf(result.success_time),
    refundId: result.id,
    contradicts: other ? 'a refund of another transaction' : undefined,
  } satisfies RefundReading)
}
