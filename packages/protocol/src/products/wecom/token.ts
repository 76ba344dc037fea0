/** The credential of every other call. */
import { group, octets, whole } from '../../fields.ts'
import { defineOperation } from '../../operation.ts'
import { freeText } from './common.ts'
import { credentialErrors } from './errors.ts'

/** Get an access_token (获取access_token). */
export const getToken = defineOperation({
  id: 'wecom.getToken',
  title: 'Get an access_token (获取access_token)',
  dialect: 'token',
  host: 'wecom',
  route: 'GET /cgi-bin/gettoken',
  query: {
    corpid: freeText.describe('The corp (企业ID).'),
    corpsecret: freeText.describe('The secret of one app (应用的凭证密钥); each app has its own token.'),
  },
  result: group({
    access_token: octets(1, 512).describe('The token; up to 512 bytes.'),
    expires_in: whole(1).describe('Seconds that it lives, normally 7200; it may die earlier.'),
  }),
  errors: credentialErrors,
  repeat: 'safe',
  trust: 'channel',
  credentials: 'none',
  doc: 'https://developer.work.weixin.qq.com/document/path/91039',
})
