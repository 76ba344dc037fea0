/** Error codes of the legacy interface; all travel with HTTP status 200. */
import { errorCase } from '../../errors.ts'
import type { Advice, ErrorCase } from '../../operation.ts'

/** What the token calls answer. */
export const credentialErrors = [
  errorCase('-1', 200, 'repeat', 'The system is busy (系统繁忙): at most three tries.'),
  errorCase('40001', 200, 'configure', 'The secret is wrong (AppSecret错误).'),
  errorCase('40002', 200, 'fix', 'The grant type is wrong (不合法的凭证类型).'),
  errorCase('40013', 200, 'configure', 'The appid is wrong (不合法的AppID).'),
  errorCase('40125', 200, 'configure', 'The secret is not valid (无效的appsecret).'),
  errorCase('41002', 200, 'fix', 'The appid is missing (缺少appid参数).'),
  errorCase('41004', 200, 'fix', 'The secret is missing (缺少secret参数).'),
  errorCase('40164', 200, 'configure', "The caller's address is not in the account's list (IP白名单)."),
  errorCase(
    '45009',
    200,
    'wait',
    'The quota of the day is used up: go on with the old token while it lives.',
  ),
  errorCase('45011', 200, 'wait', 'Called too often (频率限制): go on with the old token while it lives.'),
  errorCase('45035', 200, 'configure', "The caller's address is not allowed (IP白名单)."),
] as const satisfies readonly ErrorCase[]

/** The hospital has not bound this agent. */
export const notBound = errorCase(
  '48001',
  200,
  'configure',
  'The account lacks the permission (api unauthorized), or the hospital is not bound to this agent.',
)

const renew = 'draw a new token once and send the same bytes once more.'

/** What the gateway answers before any work is done. */
const access = [
  errorCase('40001', 200, 'repeat', `The access_token is not valid or no longer the newest: ${renew}`),
  errorCase('40014', 200, 'repeat', `The access_token is not valid (不合法的access_token): ${renew}`),
  errorCase('42001', 200, 'repeat', `The access_token has expired: ${renew}`),
  errorCase('41001', 200, 'fix', 'The access_token is missing.'),
  errorCase('43002', 200, 'fix', 'POST is needed (需要POST请求).'),
  errorCase('48001', 200, 'configure', 'The account lacks the permission (api unauthorized).'),
] as const satisfies readonly ErrorCase[]

function general(failure: Advice): ErrorCase[] {
  return [
    ...access,
    errorCase('80000', 200, failure, 'The system failed (系统失败): the outcome is open.'),
    errorCase('80001', 200, 'fix', 'A parameter is wrong (参数错误).'),
    errorCase(
      '80002',
      200,
      'configure',
      'The signature is wrong (签名错误): another key, JSON serialised again, a dropped zero, or the order of names.',
    ),
  ]
}

/** Of calls that change nothing. */
export const readErrors = general('repeat')
/** Of calls that change something. */
export const writeErrors = general('query')

const wrongRequest = errorCase(
  '513',
  200,
  'fix',
  'A request parameter is wrong (请求参数错误); for refunds check both cancel numbers and the amount.',
)
const systemError = (advice: Advice) =>
  errorCase('514', 200, advice, 'A system error (系统错误): the outcome is open.')

/** What placing an order can be refused with. */
export const orderErrors = [
  wrongRequest,
  systemError('query'),
  errorCase(
    '530',
    200,
    'query',
    'The order number was used before (重复): query it and adopt what is found.',
  ),
  errorCase(
    '531',
    200,
    'fix',
    'The cash order failed (自费单下单失败): check openid, appid, merchant, `limit_pay`, `body`; query before a new try.',
  ),
  errorCase(
    '532',
    200,
    'fix',
    'The pre-settlement of the bureau differs (预结算金额不相符): show the payer the new split, order again.',
  ),
  errorCase(
    '533',
    200,
    'fix',
    'The pre-settlement of the bureau failed (医保局预结算失败): a new session, right numbers, or later.',
  ),
  errorCase(
    '534',
    200,
    'stop',
    'Name or card are not those of the user (用户实名信息不符): the patient pays with the own account.',
  ),
  errorCase(
    '535',
    200,
    'repeat',
    "The user's bound card could not be looked up (查询绑卡信息失败): query, then repeat later.",
  ),
  ...writeErrors,
] as const satisfies readonly ErrorCase[]

/** What a query of an order can be refused with. */
export const queryErrors = [
  wrongRequest,
  systemError('repeat'),
  errorCase(
    '540',
    200,
    'repeat',
    'The bureau could not be asked (医保局结算查询失败): conclude nothing, ask again.',
  ),
  errorCase(
    '541',
    200,
    'query',
    'The order does not exist (订单信息不存在) under these accounts: ask again after 3 s before believing it.',
  ),
  errorCase(
    '542',
    200,
    'repeat',
    'The cash order could not be asked (自费单查询失败): conclude nothing, ask again.',
  ),
  ...readErrors,
] as const satisfies readonly ErrorCase[]

const lookup = (advice: Advice) => [
  errorCase(
    '551',
    200,
    advice,
    'The refund was not found (退款单查询失败): query it before submitting again.',
  ),
  errorCase(
    '552',
    200,
    'query',
    'The refund could not be updated (退款信息更新失败): money may have moved, query until it is clear.',
  ),
  errorCase(
    '555',
    200,
    advice,
    'The bureau could not be asked for the refund (医保局退款结果查询失败): poll.',
  ),
  errorCase('557', 200, advice, 'The cash refund could not be asked for (自费退款查询失败): poll.'),
]

/** What an application for a refund can be refused with. */
export const refundErrors = [
  wrongRequest,
  systemError('query'),
  errorCase('550', 200, 'query', 'The refund was submitted before (已成功提交): stop submitting, query it.'),
  ...lookup('query'),
  errorCase(
    '553',
    200,
    'fix',
    'The bureau refused the refund (医保局退款失败): query both legs, correct the session, repeat the same number.',
  ),
  errorCase(
    '554',
    200,
    'stop',
    'The order cannot be refunded in its state (退款状态不合法): close it if unpaid, query the refund if refunded.',
  ),
  errorCase(
    '556',
    200,
    'fix',
    'The cash refund was not accepted (自费退款提交失败), mostly for the balance: repeat the same number.',
  ),
  errorCase(
    '558',
    200,
    'fix',
    'The refund number differs from the first of this order (退款单号和原退款单号不相符): use the first.',
  ),
  errorCase('40164', 200, 'configure', "The caller's address is not in the list for refunds (IP白名单)."),
  ...writeErrors,
] as const satisfies readonly ErrorCase[]

/** What a query of a refund can be refused with. */
export const refundQueryErrors = [
  wrongRequest,
  systemError('repeat'),
  ...lookup('repeat'),
  ...readErrors,
] as const satisfies readonly ErrorCase[]

/** What the real-name check can be refused with. */
export const nameErrors = [
  errorCase('80004', 200, 'stop', 'The user has bound no card (未绑卡): lead the user to bind one.'),
  errorCase('80005', 200, 'stop', 'The name does not match (实名不匹配): ask the user again.'),
  errorCase('80006', 200, 'stop', 'The id number does not match (身份证号码不匹配): ask the user again.'),
  ...readErrors,
] as const satisfies readonly ErrorCase[]
