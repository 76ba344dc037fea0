/** The errors of refunds. */
import { commonErrors, errorCase } from '../../errors.ts'
import type { ErrorCase, NotFound } from '../../operation.ts'

/** How every refund interface says "no such refund". */
export const refundNotFound = { codes: ['RESOURCE_NOT_EXISTS'] } as const satisfies NotFound

const [signError, systemError] = commonErrors

const malformed = errorCase(
  'PARAM_ERROR',
  400,
  'fix',
  'A parameter is malformed (参数错误): `detail` names the first one.',
  268435461,
  268435464,
  270924358,
)
// 400 on the order interfaces, 404 here (README X16).
const noMerchant = errorCase(
  'MCH_NOT_EXISTS',
  404,
  'fix',
  'The merchant number is unknown (商户号不存在).',
  268443715,
)
const noRefund = errorCase(
  'RESOURCE_NOT_EXISTS',
  404,
  'fix',
  'No such refund (退款单不存在): the application was not accepted, the identical one may be sent again.',
)
const tooFast = errorCase(
  'FREQUENCY_LIMITED',
  429,
  'query',
  'Too many requests (频率限制), old orders sooner. Whether it was accepted is open: query this number first.',
  268447840,
)
const againstRules = errorCase(
  'INVALID_REQUEST',
  400,
  'fix',
  'Against a rule (请求参数符合参数格式，但不符合业务规则): amount, period, number of refunds, state or a number used with other content.',
  268498688,
  268447843,
)
const noPermission = errorCase('NO_AUTH', 403, 'configure', 'No permission for this refund (没有退款权限).')
const lowFunds = errorCase(
  'NOT_ENOUGH',
  403,
  'repeat',
  'The paying account is too low (余额不足), nothing was accepted: top up, then repeat with the same number.',
)

/** Of an application for a refund. */
export const applyErrors = [
  signError,
  systemError,
  errorCase(
    'USER_ACCOUNT_ABNORMAL',
    403,
    'stop',
    "The user's account is closed (用户账户异常): settle with the user in another way.",
  ),
  lowFunds,
  malformed,
  noMerchant,
  errorCase(
    'RESOURCE_NOT_EXISTS',
    404,
    'fix',
    'The order is unknown to this caller, or not paid (订单号不存在): check number and merchant.',
  ),
  tooFast,
  againstRules,
  noPermission,
] as const satisfies readonly ErrorCase[]

/** Of a question for a refund. */
export const findErrors = [
  signError,
  systemError,
  noRefund,
  malformed,
  noMerchant,
  errorCase(
    'FREQUENCY_LIMITED',
    429,
    'wait',
    'Too many requests (频率限制): ask again after a minute.',
    268447840,
  ),
] as const satisfies readonly ErrorCase[]

/** Of an application to send an abnormal refund elsewhere. */
export const abnormalErrors = [
  signError,
  systemError,
  noRefund,
  malformed,
  noMerchant,
  tooFast,
  errorCase(
    'INVALID_REQUEST',
    400,
    'fix',
    'The refund is not abnormal, or its numbers do not agree.',
    268447843,
  ),
  noPermission,
] as const satisfies readonly ErrorCase[]

/** Of the return of an advance. */
export const returnErrors = [
  signError,
  systemError,
  noRefund,
  malformed,
  noMerchant,
  tooFast,
  errorCase('INVALID_REQUEST', 400, 'fix', 'The refund was not advanced, or has not succeeded.'),
  noPermission,
] as const satisfies readonly ErrorCase[]
