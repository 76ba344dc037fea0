/** The self-test of keys: signature, verification and sealing in one call. */
import { errorCase, repeatableErrors } from '../../errors.ts'
import { base64, group, notifyUrl, octets, optional, sealed, text } from '../../fields.ts'
import { defineOperation } from '../../operation.ts'

const message = text(Number.POSITIVE_INFINITY).describe('Comes back as it was sent (回显信息).')
const secret = octets(1, 214).describe('Comes back sealed for the merchant (加密测试字段).')

const echo = defineOperation({
  id: 'security.echo',
  title: 'Try out signatures and sealed fields (商户签名验签／加解密测试)',
  dialect: 'apiv3',
  host: 'mainland',
  route: 'POST /v3/security/echo',
  body: {
    echo_message: message,
    encrypted_echo_message: optional(sealed(secret)),
    notify_url: optional(notifyUrl.describe('A notice is sent there, too (商户回调地址).')),
  },
  result: group({
    echo_message: message,
    // Sealed under the merchant's own certificate; its private key opens it, the client does not.
    encrypted_echo_message: optional(base64(4096).describe('Base64 of the sealed text (加密测试字段).')),
  }),
  errors: [
    errorCase(
      'PARAM_ERROR',
      400,
      'fix',
      'A field is missing, or what is sealed was not sealed with the key that Wechatpay-Serial names.',
      268435461,
    ),
    ...repeatableErrors,
  ],
  repeat: 'safe',
  trust: 'signature',
  doc: 'https://pay.weixin.qq.com/doc/v3/merchant/4014551946',
})

/** The key self-test; it moves nothing. */
export const security = { echo } as const
