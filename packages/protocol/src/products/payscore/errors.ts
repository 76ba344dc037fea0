/**
 * The errors of PayScore service orders. The query's page lists four; those about states and numbers
 * are the sister product's (D30).
 */
import { commonErrors, errorCase } from '../../errors.ts'
import type { ErrorCase, NotFound } from '../../operation.ts'

const paramError = errorCase(
  'PARAM_ERROR',
  400,
  'fix',
  'A field is missing, malformed, too long or contradicts another: the message names it.',
  268435464,
)

const noAuth = errorCase(
  'NO_AUTH',
  403,
  'configure',
  'The institution may not use this service ID or sub-merchant, or an appid is not bound to it.',
  271302144,
  271302149,
  268503786,
)

const orderDone = errorCase('ORDER_DONE', 400, 'query', 'The order is finished already: query it.')

const orderCanceled = errorCase(
  'ORDER_CANCELED',
  400,
  'renumber',
  'The merchant has cancelled the order: its number is spent.',
)

const orderNotExist = errorCase(
  'ORDER_NOT_EXIST',
  404,
  'query',
  'No such order under this service ID and sub-merchant; believed when heard twice.',
  271317510,
)

const invalidRequest = errorCase('INVALID_REQUEST', 400, 'fix', 'The request is against the rules of APIv3.')

/** How these interfaces say that there is no such order (X7). */
export const notFound: NotFound = { codes: ['ORDER_NOT_EXIST'] }

/** What placing a service order can be refused with. */
export const createErrors: readonly ErrorCase[] = [
  paramError,
  errorCase(
    'INVALID_REQUEST',
    400,
    'fix',
    'The number exists with other parameters, the user was not accepted, or the request is against the rules of APIv3.',
    271316598,
    271300099,
  ),
  errorCase('INVALID_ORDER_STATE', 400, 'renumber', 'The order has expired: its number is spent.', 271302262),
  orderCanceled,
  errorCase('ORDER_DONE', 400, 'renumber', 'The order is finished: its number is spent.'),
  noAuth,
  ...commonErrors,
]

/** What a query can be refused with. */
export const queryErrors: readonly ErrorCase[] = [
  paramError,
  invalidRequest,
  noAuth,
  orderNotExist,
  ...commonErrors,
]

/** What a cancel can be refused with. */
export const cancelErrors: readonly ErrorCase[] = [
  paramError,
  invalidRequest,
  errorCase(
    'INVALID_ORDER_STATE',
    400,
    'query',
    'The order has expired, or the user is paying at this moment: then try again after 3 minutes.',
    271316592,
    271316754,
  ),
  orderDone,
  noAuth,
  orderNotExist,
  ...commonErrors,
]

/** What completing can be refused with. */
export const completeErrors: readonly ErrorCase[] = [
  errorCase(
    'PARAM_ERROR',
    400,
    'fix',
    'A field is wrong, the total is not payments less discounts, exceeds the limit, or the service ends before it starts.',
    268435464,
    271316656,
    271316637,
  ),
  invalidRequest,
  errorCase(
    'INVALID_ORDER_STATE',
    400,
    'query',
    'The user has not confirmed, the order has expired, or it was completed with other content.',
    271302262,
    271302332,
    271302333,
  ),
  orderCanceled,
  orderDone,
  noAuth,
  orderNotExist,
  ...commonErrors,
]

/** What reporting a payment made elsewhere can be refused with. */
export const syncErrors: readonly ErrorCase[] = [
  paramError,
  invalidRequest,
  errorCase(
    'INVALID_ORDER_STATE',
    400,
    'query',
    'The order has nothing to collect yet, or the user is paying at this moment: then try again after 3 minutes.',
    271302262,
    271316754,
  ),
  orderCanceled,
  orderDone,
  noAuth,
  orderNotExist,
  ...commonErrors,
]
