/** Trade bills: the link, and the file behind it. */
import { choice, day, group, optional, text, url } from '../../fields.ts'
import { defineOperation, file } from '../../operation.ts'
import { freeText } from './common.ts'
import { readErrors } from './errors.ts'

/** Ask for a trade bill (交易账单申请). */
export const getBill = defineOperation({
  id: 'wecom.getBill',
  title: 'Ask for a trade bill (交易账单申请)',
  dialect: 'token',
  host: 'wecom',
  route: 'POST /cgi-bin/miniapppay/get_bill',
  body: {
    bill_date: day.describe('Day of the bill (账单日期), within the last three months.'),
    mchid: text(8, 32).describe('Second-level merchant number (二级商户号).'),
    bill_type: optional(
      choice({
        ALL: 'Payments and refunds (所有订单信息), the default.',
        SUCCESS: 'Payments (成功支付的订单).',
        REFUND: 'Refunds (退款订单), recharge refunds excluded.',
      }),
    ).describe('What the bill holds (账单类型).'),
    tar_type: optional(choice({ GZIP: 'A gzip file.' })).describe(
      'Compression (压缩类型); left out: a plain stream.',
    ),
  },
  result: group({
    hash_type: choice({ SHA1: 'SHA-1.' }).describe('Kind of digest (哈希类型).'),
    hash_value: text(1024).describe('Digest (哈希值) of the uncompressed bill.'),
    download_url: url(2048).describe('Address of the file (账单下载地址), valid for 30 s.'),
    auth: optional(text(2048)).describe(
      'Value of the Authorization header (鉴权信息) for the download; it may begin with `Authorization: `.',
    ),
  }),
  errors: readErrors,
  repeat: 'read',
  trust: 'channel',
  doc: 'https://developer.work.weixin.qq.com/document/path/98115',
})

/** Download the bill (下载账单). */
export const downloadBill = defineOperation({
  id: 'wecom.downloadBill',
  title: 'Download the bill (下载账单)',
  dialect: 'token',
  host: 'given',
  route: 'GET /v3/billdownload/file',
  query: { token: freeText.describe('Part of `download_url`; the address is taken as it was given.') },
  headers: {
    Authorization: freeText.describe('`auth` of get_bill, without an `Authorization: ` before it.'),
  },
  result: file,
  errors: [],
  repeat: 'never',
  trust: 'digest',
  credentials: 'none',
  doc: 'https://developer.work.weixin.qq.com/document/path/98115',
})
