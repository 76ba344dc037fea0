/** The errors of overseas refunds; their own tables were not seen, so they are the domestic ones. */
import { commonErrors, errorCase } from '../../errors.ts'
import type { ErrorCase, NotFound } from '../../operation.ts'

const paramError = errorCase('PARAM_ERROR', 400, 'fix', 'A field is missing, malformed or too long.')
const noMerchant = errorCase('MCH_NOT_EXISTS', 404, 'configure', 'No such merchant number.')
const noAuth = errorCase('NO_AUTH', 403, 'configure', 'The caller may not refund for this sub-merchant.')

/** Unlike elsewhere, a refund that met it may have been accepted (X15). */
const tooFast = {
  advice: 'query',
  meaning: 'Too many requests. Whether it was accepted is open: query this number first.',
} as const

/** How these interfaces say that there is no such refund (X7). */
export const notFound: NotFound = { codes: ['RESOURCE_NOT_EXISTS'] }

/** What an application for a refund can be refused with. */
export const createErrors: readonly ErrorCase[] = [
  paramError,
  errorCase(
    'INVALID_REQUEST',
    400,
    'fix',
    'Against a rule of refunds: the amount, the total, the period, the interval or the number of refunds.',
  ),
  noAuth,
  errorCase(
    'NOT_ENOUGH',
    403,
    'repeat',
    'Too little money to refund from: pay in, then repeat the same number.',
  ),
  errorCase(
    'USER_ACCOUNT_ABNORMAL',
    403,
    'stop',
    "The payer's account is closed or blocked: pay back by other means.",
  ),
  // These two are known from answers of support only, without a status.
  errorCase('TRADE_OVERDUE', 400, 'stop', 'The transaction is more than a year old.'),
  errorCase('REFUND_FEE_MISMATCH', 400, 'fix', 'The refund number exists with another amount.'),
  noMerchant,
  errorCase('RESOURCE_NOT_EXISTS', 404, 'fix', 'No such transaction, or it is not paid.'),
  ...commonErrors.map((one) => (one.status === 429 ? { ...one, ...tooFast } : one)),
]

/** What a query of a refund can be refused with. */
export const findErrors: readonly ErrorCase[] = [
  paramError,
  noAuth,
  noMerchant,
  errorCase(
    'RESOURCE_NOT_EXISTS',
    404,
    'repeat',
    'No such refund: the application was not accepted, the same number and body may be sent again.',
  ),
  ...commonErrors,
]
