/** Error codes of the WeCom host; all travel with HTTP status 200 in `errcode`. */
import { errorCase } from '../../errors.ts'
import type { ErrorCase } from '../../operation.ts'

const tooOften = [
  errorCase(
    '45009',
    200,
    'wait',
    'Called too often (接口调用超过限制): a minute is blocked for 60 s, an hour for 60 min.',
  ),
  errorCase(
    '45033',
    200,
    'wait',
    'Too many calls at once (接口并发调用超过限制): send fewer at a time, then repeat.',
  ),
] as const

const busy = errorCase('-1', 200, 'repeat', 'The system is busy (系统繁忙): repeat at most 3 times.')

/** A write that was answered "busy" may still have been done. */
const busyWrite = errorCase(
  '-1',
  200,
  'query',
  'The system is busy (系统繁忙): query, then repeat the same number and content, at most 3 times.',
)

const disabled = errorCase('50003', 200, 'configure', 'The app is disabled (应用已禁用).')

/** What `gettoken` answers. */
export const credentialErrors = [
  busy,
  errorCase('40001', 200, 'configure', 'The secret is wrong (不合法的secret): not cured by repeating.'),
  errorCase('40013', 200, 'configure', 'The corpid is wrong (不合法的CorpID).'),
  errorCase('40091', 200, 'configure', 'The secret is not valid (secret不合法).'),
  errorCase('41004', 200, 'configure', 'The secret is missing (缺少secret参数).'),
  ...tooOften,
  disabled,
] as const satisfies readonly ErrorCase[]

const access = [
  errorCase(
    '40014',
    200,
    'repeat',
    'The access_token is not valid (不合法的access_token): renew it once and repeat once.',
  ),
  errorCase('41001', 200, 'fix', 'The access_token is missing (缺少access_token参数).'),
  errorCase(
    '42001',
    200,
    'repeat',
    'The access_token has expired (access_token已过期): renew it once and repeat once.',
  ),
  ...tooOften,
  errorCase(
    '48002',
    200,
    'configure',
    'The app may not call this interface (API接口无权限调用): add it under 对外收款 – 可调用接口的应用.',
  ),
  disabled,
  errorCase('60020', 200, 'configure', 'The caller is not among the trusted IPs of the app (企业可信IP).'),
  errorCase('301002', 200, 'configure', 'No permission for that app (无权限操作指定的应用).'),
] as const satisfies readonly ErrorCase[]

const parameters = [
  errorCase('40035', 200, 'fix', 'A parameter is illegal (不合法的参数).'),
  errorCase(
    '40058',
    200,
    'fix',
    'A parameter is not as required (不合法的参数). The numbers of business refusals are not known; the simulator answers them with this one.',
  ),
  errorCase('40063', 200, 'fix', 'A parameter is empty (参数为空).'),
] as const satisfies readonly ErrorCase[]

/** Errors of every interface that reads. */
export const readErrors = [busy, ...access, ...parameters] as const

/** Errors of every interface that changes something. */
export const writeErrors = [busyWrite, ...access, ...parameters] as const

/** The only number of this product that is known. */
export const unknownOrder = errorCase(
  '720501',
  200,
  'query',
  '`out_trade_no[…] not exists under mchid[…]`: no such order made through this interface. Ask again after 3 s before believing it.',
)

/** How this product says that an order or refund does not exist (X7). */
export const orderNotFound = { codes: ['720501'] } as const
