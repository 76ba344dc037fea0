/** The documented errors of ordinary orders. */
import { commonErrors, errorCase, repeatableErrors } from '../../errors.ts'
import type { ErrorCase, NotFound } from '../../operation.ts'

/** "Not found" of ordinary orders (README X7). */
export const notFound = { codes: ['ORDER_NOT_EXIST'], numbers: [268512771] } as const satisfies NotFound

const faulty = [
  errorCase(
    'PARAM_ERROR',
    400,
    'fix',
    'A field is missing, mistyped, too long, out of range or not declared.',
    268435461,
    268435464,
    268501013,
    270924358,
  ),
  errorCase(
    'INVALID_REQUEST',
    400,
    'fix',
    'The request is against the rules of the interface, or names another merchant than signed it.',
    268447843,
    268443705,
  ),
  errorCase(
    'MCH_NOT_EXISTS',
    400,
    'configure',
    'A merchant number does not exist or is disabled.',
    268443715,
  ),
] as const satisfies readonly ErrorCase[]

const limited = [
  errorCase(
    'RULE_LIMIT',
    403,
    'configure',
    'A business rule forbids it, such as a missing relation to the sub-merchant.',
    268443701,
    268447845,
  ),
  errorCase('TRADE_ERROR', 403, 'query', 'The state of the order does not allow it: query it.'),
] as const satisfies readonly ErrorCase[]

/** What placing is refused with. */
export const prepayErrors = [
  ...faulty,
  errorCase(
    'APPID_MCHID_NOT_MATCH',
    400,
    'configure',
    'App and merchant are not bound to each other.',
    268445527,
  ),
  errorCase('ORDER_CLOSED', 400, 'renumber', 'The order of this number is closed.', 268447914),
  errorCase('NO_AUTH', 403, 'configure', 'The merchant has no permission for this product.', 268448010),
  errorCase(
    'OUT_TRADE_NO_USED',
    403,
    'query',
    'The number has an order with other content or of another interface, or a paid one: query it.',
    268498688,
    268498689,
  ),
  ...commonErrors,
] as const satisfies readonly ErrorCase[]

/** What queries are refused with. */
export const queryErrors = [
  ...faulty,
  ...limited,
  errorCase(
    'ORDER_NOT_EXIST',
    404,
    'query',
    'No such order of this merchant; heard twice, the unanswered prepay may be sent again.',
    268512771,
  ),
  ...repeatableErrors,
] as const satisfies readonly ErrorCase[]

/** What a close is refused with. */
export const closeErrors = [
  ...faulty,
  errorCase(
    'ORDER_PAID',
    400,
    'query',
    'Paid, or the password of its medical-insurance order is given: it cannot be closed any more.',
    268449538,
    268560650,
  ),
  ...limited,
  ...commonErrors,
] as const satisfies readonly ErrorCase[]
