/** The credential of every other call: one token for an account, in agent mode one for each hospital. */
import { choice, group, text, whole } from '../../fields.ts'
import { defineOperation } from '../../operation.ts'
import { errCode, errorText, freeText, head, resultCode } from './common.ts'
import { chapter } from './document.ts'
import { credentialErrors, notBound } from './errors.ts'

const grantType = choice({ client_credential: 'The only one.' }).describe('Always `client_credential`.')
const unsignedToken = {
  dialect: 'xml',
  host: 'weixin',
  repeat: 'safe',
  trust: 'channel',
  answerSign: 'never',
  credentials: 'none',
} as const

/** Get an access_token in agent mode (获取ACCESS_TOKEN，服务商模式). */
export const getAgentToken = defineOperation({
  ...unsignedToken,
  id: 'payinsurance.getAgentToken',
  title: 'Get an access_token in agent mode (获取ACCESS_TOKEN，服务商模式)',
  route: 'GET /payinsurance/gettoken',
  query: {
    grant_type: grantType,
    agentappid: text(32).describe('The platform that orders for the hospital (代理公众帐号).'),
    agentsecret: text(64).describe("The platform's app secret."),
    appid: text(32).describe('The hospital (医院公众帐号); for mini-program orders its mini program.'),
  },
  result: group({
    ...head,
    result_code: resultCode,
    err_code: errCode,
    err_code_des: errorText,
    access_token: text(256).describe('The token; keep room for 512 characters.'),
    expires_in: whole(0, 0xffff_ffff).describe('Seconds that it lives, normally 7200.'),
  }),
  errors: [...credentialErrors, notBound],
  doc: chapter('3.2.1'),
})

/** Get an access_token in independent mode (获取ACCESS_TOKEN，独立模式). */
export const getToken = defineOperation({
  ...unsignedToken,
  id: 'payinsurance.getToken',
  title: 'Get an access_token in independent mode (获取ACCESS_TOKEN，独立模式)',
  route: 'GET /cgi-bin/token',
  query: {
    grant_type: grantType,
    appid: freeText.describe('The hospital (医院公众帐号).'),
    secret: freeText.describe("The hospital's app secret."),
  },
  result: group({
    access_token: text(512).describe('The token; drawing another ends it after a short overlap.'),
    expires_in: whole().describe('Seconds that it lives, normally 7200.'),
  }),
  errors: credentialErrors,
  doc: chapter('3.2.2'),
})
