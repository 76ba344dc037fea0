/** Whether a name and an id number are those of a user. */
import { charsets } from '../../charsets.ts'
import { group, text } from '../../fields.ts'
import { defineOperation } from '../../operation.ts'
import { business, head, signing } from './common.ts'
import { chapter } from './document.ts'
import { nameErrors } from './errors.ts'

/** Check a real name (验证实名). */
export const verifyName = defineOperation({
  id: 'payinsurance.verifyName',
  title: 'Check a real name (验证实名)',
  dialect: 'xml',
  host: 'weixin',
  route: 'POST /payinsurance/verifyname',
  body: {
    openid: text(32).describe('The user under the hospital (用户标识), for whom the token was drawn.'),
    name: text(32).describe('The real name (真实姓名).'),
    idcard_md5: text(32, 64, charsets.hex).describe(
      'MD5 of the id number (身份证号MD5), as in `user_card_no`.',
    ),
    ...signing,
  },
  result: group({ ...head, ...business('err_code_des') }),
  errors: nameErrors,
  repeat: 'read',
  // Its page knows no signature of the answer, which advises and proves nothing.
  trust: 'channel',
  answerSign: 'if_present',
  doc: chapter('3.9'),
})
