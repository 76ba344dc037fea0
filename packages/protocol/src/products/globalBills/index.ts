/** The statement of overseas merchants (境外对账单). */
import { charsets } from '../../charsets.ts'
import { commonErrors, errorCase } from '../../errors.ts'
import { optional, text } from '../../fields.ts'
import { defineOperation, file } from '../../operation.ts'

/** One day's statement as text; the signed answer announces its SHA-1 in `Wechatpay-Statement-Sha1`. */
const statement = defineOperation({
  id: 'globalBills.statement',
  title: 'Download a statement (下载对账单)',
  dialect: 'apiv3',
  host: 'global',
  trust: 'digest',
  route: 'GET /v3/global/statements',
  query: {
    date: text(8, 8, charsets.digits).describe(
      'Day of the statement, yyyyMMdd, within the last 180 days (对账单日期).',
    ),
    sp_mchid: text(32).describe('The institution (机构商户号).'),
    sub_mchid: optional(text(32)).describe('One sub-merchant; all of them when left out (子商户号).'),
  },
  result: file,
  digestHeader: 'Wechatpay-Statement-Sha1',
  errors: [
    errorCase('PARAM_ERROR', 400, 'fix', 'A parameter is missing or malformed.'),
    errorCase('INVALID_REQUEST', 400, 'fix', 'The day is today, in the future or more than 180 days ago.'),
    errorCase(
      'STATEMENT_CREATING',
      400,
      'wait',
      'Not made yet: ask again after 10:00, then every half hour.',
    ),
    errorCase('NO_STATEMENT_EXIST', 400, 'stop', 'Nothing happened on that day: stop asking.'),
    errorCase('NO_AUTH', 403, 'configure', 'The caller may not have the statement of this merchant.'),
    ...commonErrors,
  ],
  repeat: 'read',
  doc: 'https://pay.weixin.qq.com/doc/global/v3/zh/4014096532',
})

/** The statement of overseas merchants. */
export const globalBills = { statement } as const
