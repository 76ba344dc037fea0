/** The platform's certificates: with which answers and notices are verified where no public key is set up. */

import { errorCase, repeatableErrors } from '../../errors.ts'
import { base64, choice, group, list, optional, text, time } from '../../fields.ts'
import { defineOperation } from '../../operation.ts'

const certificate = group({
  serial_no: text(40).describe('Serial number in hexadecimal (证书序列号), as `Wechatpay-Serial` names it.'),
  effective_time: time.describe('In use from (启用时间).'),
  expire_time: time.describe('In use until (弃用时间).'),
  encrypt_certificate: group({
    algorithm: choice({ AEAD_AES_256_GCM: 'AES-256-GCM under the APIv3 key.' }).describe(
      'How it is sealed (加密算法).',
    ),
    nonce: text(12).describe('Nonce (随机串).'),
    associated_data: text(16).describe('`certificate` (附加数据).'),
    ciphertext: base64(Number.POSITIVE_INFINITY).describe('The PEM text, sealed, with its tag (证书密文).'),
  }).describe('The certificate (证书内容).'),
})

const common = {
  dialect: 'apiv3',
  result: group({
    data: list(certificate).describe('All that are usable now (证书列表); two or more during a rotation.'),
  }),
  errors: [
    errorCase('PARAM_ERROR', 400, 'fix', '`algorithm_type` is none of the listed ones.', 268435461),
    errorCase(
      'RESOURCE_NOT_EXISTS',
      404,
      'configure',
      'The merchant works with a public key and has no certificate.',
    ),
    ...repeatableErrors,
  ],
  repeat: 'read',
  trust: 'signature',
} as const

/** The certificates of mainland merchants. */
const mainland = defineOperation({
  ...common,
  id: 'certificates.list',
  title: 'List the platform certificates (下载平台证书)',
  host: 'mainland',
  route: 'GET /v3/certificates',
  query: {
    algorithm_type: optional(
      choice({ RSA: 'RSA; the default.', SM2: 'Chinese national algorithm (国密).', ALL: 'Both.' }).describe(
        'Kind of certificate (证书算法).',
      ),
    ),
  },
  doc: 'https://pay.weixin.qq.com/doc/v3/merchant/4012551764',
})

const listGlobal = defineOperation({
  ...common,
  id: 'certificates.listGlobal',
  title: 'List the platform certificates of overseas merchants (境外平台证书)',
  host: 'global',
  route: 'GET /v3/global/certificates',
  doc: 'https://wechatpay.im/openapi/v3/global/certificates',
})

/** The lists of mainland and of overseas merchants; the answer verifies itself (see `parseCertificates`). */
export const certificates = { list: mainland, listGlobal } as const
