/** The documented errors of medical-insurance orders. `Request-ID` ends in the number that tells equal codes apart. */
import { commonErrors, errorCase, repeatableErrors } from '../../errors.ts'
import type { ErrorCase, NotFound } from '../../operation.ts'

const faulty = [
  errorCase(
    'PARAM_ERROR',
    400,
    'fix',
    'A field is missing, mistyped, too long, empty or not declared, or the JSON is broken.',
    268435461,
  ),
  errorCase('INVALID_REQUEST', 400, 'fix', 'The request is against the rules of the interface.'),
] as const satisfies readonly ErrorCase[]

/** The internal number of "no such order", whatever status and code come with it. */
export const noSuchOrder = 268529515

/** "Not found": any 404 with JSON, or the number (README X7). */
export const notFound = {
  codes: ['NOT_FOUND', 'ORDER_NOT_EXIST', 'RESOURCE_NOT_EXISTS'],
  numbers: [noSuchOrder],
  any404: true,
} as const satisfies NotFound

/** What create is refused with. */
export const createErrors = [
  ...faulty,
  errorCase('PARAM_ERROR', 400, 'fix', '`openid` does not belong to `appid`.', 268510603),
  errorCase(
    'PARAM_ERROR',
    400,
    'fix',
    '`sub_openid` does not belong to `sub_appid`, or `sub_appid` not to `sub_mchid`.',
    268510604,
  ),
  errorCase(
    'INVALID_REQUEST',
    400,
    'stop',
    'The id digest differs from the e-voucher: check MD5, then sealing, then the person.',
    268545961,
  ),
  errorCase('INVALID_REQUEST', 400, 'stop', 'The name differs from the e-voucher.', 268545962),
  errorCase(
    'INVALID_REQUEST',
    400,
    'stop',
    'The WeChat user has no e-voucher: let the user activate it.',
    268545963,
  ),
  errorCase(
    'INVALID_REQUEST',
    400,
    'stop',
    'No such relative is on record: let the user bind one.',
    268545964,
  ),
  errorCase(
    'INVALID_REQUEST',
    400,
    'renumber',
    'The authorization code is expired, used or of another user: a new authorization and a new order.',
    268547120,
  ),
  errorCase(
    'INVALID_REQUEST',
    400,
    'renumber',
    'The bureau has no such authorization record, often because the passthrough content is incomplete.',
    268545967,
  ),
  errorCase(
    'INVALID_REQUEST',
    400,
    'stop',
    "The bureau's settlement check failed: ask for the bureau's text by Request-ID.",
    268510610,
  ),
  errorCase(
    'ALREADY_EXISTS',
    400,
    'query',
    'The number is used, be its order failed or closed: query it and adopt what agrees.',
    268512536,
  ),
  errorCase(
    'RULE_LIMIT',
    403,
    'fix',
    'A cash-only order carries insurance fields or lacks cash fields.',
    268529474,
  ),
  errorCase(
    'RULE_LIMIT',
    403,
    'fix',
    'An order with an insurance leg lacks cash or insurance fields.',
    268529475,
  ),
  errorCase(
    'RULE_LIMIT',
    403,
    'fix',
    'The cash charged is not the cash share plus additions less reductions (A3).',
    268529476,
  ),
  errorCase(
    'RULE_LIMIT',
    403,
    'fix',
    'The total is not insurance plus cash charged plus reductions (A1).',
    268529477,
  ),
  errorCase(
    'RULE_LIMIT',
    403,
    'fix',
    'The amounts of the mixed order are wrong: formulas, yuan for fen, or not those of the cash order.',
    268529481,
  ),
  errorCase('RULE_LIMIT', 403, 'configure', 'No acceptance relation (受理关系) with `sub_mchid`: bind it.'),
  errorCase('RULE_LIMIT', 403, 'wait', 'Too many requests, in the spelling of this interface.', 268447840),
  errorCase('REQUEST_BLOCKED', 403, 'configure', 'The merchant is not enabled for insurance payment.'),
  errorCase('NO_AUTH', 403, 'configure', 'Product, city or merchant are not set up for this.'),
  ...commonErrors,
] as const satisfies readonly ErrorCase[]

/** What both queries are refused with. */
export const queryErrors = [
  ...faulty,
  errorCase('RULE_LIMIT', 403, 'configure', 'No relation to `sub_mchid`: bind it.'),
  errorCase('NO_AUTH', 403, 'configure', 'No permission for `sub_mchid`.'),
  errorCase(
    'NOT_FOUND',
    404,
    'query',
    'No such order for this pair of merchants; heard twice, the unanswered create may be sent again.',
    noSuchOrder,
  ),
  errorCase(
    'INVALID_REQUEST',
    400,
    'repeat',
    'A later stage used an expired authorization: repeat the query.',
    268545967,
  ),
  ...repeatableErrors,
] as const satisfies readonly ErrorCase[]

/** What the refund report is refused with. */
export const reportErrors = [
  ...faulty,
  errorCase(
    'RULE_LIMIT',
    403,
    'fix',
    'The total is not the sum of its parts, the order has no insurance leg, is not in a refundable state, or less was paid.',
  ),
  errorCase('NOT_FOUND', 404, 'fix', 'No such mixed order for this pair of merchants.', noSuchOrder),
  ...repeatableErrors,
] as const satisfies readonly ErrorCase[]
