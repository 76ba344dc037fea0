/** The bill of a day. */
import { optional, plainDay } from '../../fields.ts'
import { defineOperation, file } from '../../operation.ts'
import { accountRules, accounts, signing } from './common.ts'
import { chapter } from './document.ts'
import { billType } from './enumerations.ts'
import { readErrors } from './errors.ts'

/** Download a bill (下载对帐单). */
export const getBalanceBill = defineOperation({
  id: 'payinsurance.getBalanceBill',
  title: 'Download a bill (下载对帐单)',
  dialect: 'xml',
  host: 'weixin',
  route: 'POST /payinsurance/getbalancebill',
  body: {
    ...accounts,
    bill_date: plainDay.describe('The day (对账单日期), `yyyyMMdd`.'),
    bill_type: optional(billType).describe('Which orders (账单类型).'),
    ...signing,
  },
  rules: accountRules,
  // The text of the bill, unsigned. What begins with `<` is a failure: `return_code` FAIL and a `return_msg`, which
  // says 该日期订单未生成 while the bill of that day is not there.
  result: file,
  errors: readErrors,
  repeat: 'read',
  trust: 'channel',
  answerSign: 'never',
  doc: chapter('3.8'),
})
