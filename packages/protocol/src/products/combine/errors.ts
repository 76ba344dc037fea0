/** The errors of combined payment, in the spelling of its own page (README X19; newer pages add underscores). */
import { errorCase } from '../../errors.ts'
import type { ErrorCase, NotFound } from '../../operation.ts'

/** Both spellings of "no such combined order". */
export const orderNotFound = { codes: ['ORDERNOTEXIST', 'ORDER_NOT_EXIST'] } as const satisfies NotFound

/** The nineteen that the pages of create, query and close print alike. */
export const orderErrors = [
  errorCase(
    'USERPAYING',
    202,
    'query',
    'The user is entering the password (用户支付中): no error, query again after 5 s.',
  ),
  errorCase(
    'TRADE_ERROR',
    403,
    'stop',
    'The trade failed for a business reason (交易错误): show the message.',
  ),
  errorCase(
    'SYSTEMERROR',
    500,
    'query',
    'The outcome is unknown (系统错误): query, then repeat the identical request.',
  ),
  errorCase(
    'SIGN_ERROR',
    401,
    'configure',
    'The signature was not accepted (签名错误): compare keys, serial, clock and the signed bytes.',
    268443699,
  ),
  errorCase(
    'RULELIMIT',
    403,
    'configure',
    'A business rule forbids it (业务规则限制), such as a missing relation between provider and sub-merchant.',
    268443701,
  ),
  errorCase(
    'PARAM_ERROR',
    400,
    'fix',
    'A parameter is malformed (参数错误): `detail` names the first one.',
    268435461,
    268435464,
    270924358,
    268501013,
    268443704,
  ),
  errorCase(
    'OUT_TRADE_NO_USED',
    403,
    'query',
    'The number is in use (商户订单号重复), by other content, by another way of paying or by a paid order: query it; only a new purchase needs a new number.',
    268498688,
    268498689,
  ),
  errorCase(
    'ORDERNOTEXIST',
    404,
    'fix',
    'This merchant has no such combined order (订单不存在): check number and merchant; after a lost create the identical request may be sent again.',
    268512771,
  ),
  errorCase(
    'ORDER_CLOSED',
    400,
    'renumber',
    'The order is closed (订单已关闭): use a new number.',
    268447914,
  ),
  errorCase(
    'OPENID_MISMATCH',
    500,
    'fix',
    'The openid is not of this appid (openid和appid不匹配). Final in spite of the status 500.',
  ),
  errorCase(
    'NOTENOUGH',
    403,
    'stop',
    'The balance is too low (余额不足): the user pays by other means or tops up.',
  ),
  errorCase('NOAUTH', 403, 'configure', 'A merchant of the order lacks the permission (商户无权限).'),
  errorCase('MCH_NOT_EXISTS', 400, 'fix', 'A merchant number is unknown (商户号不存在).', 268443715),
  errorCase(
    'INVALID_TRANSACTIONID',
    500,
    'fix',
    "WeChat Pay's order number is malformed (订单号非法). Final in spite of the status 500.",
  ),
  errorCase(
    'INVALID_REQUEST',
    400,
    'fix',
    'Well formed, but against the rules of the interface (无效请求): read the message.',
    268447843,
    268443705,
    268447845,
  ),
  errorCase(
    'FREQUENCY_LIMITED',
    429,
    'wait',
    'Too many requests (频率超限): wait with growing delays, then repeat the identical request.',
    268447840,
  ),
  errorCase(
    'BANKERROR',
    500,
    'repeat',
    "The bank's system failed (银行系统异常): repeat the identical request.",
  ),
  errorCase(
    'APPID_MCHID_NOT_MATCH',
    400,
    'configure',
    'The appid is not bound to a merchant of the order (appid和mch_id不匹配).',
    268445527,
  ),
  errorCase('ACCOUNTERROR', 403, 'stop', "The user's account is abnormal (账号异常)."),
] as const satisfies readonly ErrorCase[]

/** Paid in the meantime: answered to a close, and by newer servers to a repeated create. */
export const orderPaid = errorCase(
  'ORDER_PAID',
  400,
  'query',
  'The order is paid (订单已支付): query it, and refund instead of closing.',
  268449538,
  268498689,
)
