/** Bills of mainland merchants: the application, then the file (账单). */
import { commonErrors, errorCase } from '../../errors.ts'
import { base64, day, group, list, optional, text, url, whole } from '../../fields.ts'
import { defineOperation, type ErrorCase, file } from '../../operation.ts'
import { mode, refuses } from '../../rules.ts'
import {
  accountType,
  algorithm,
  allAccounts,
  billType,
  downloadTarType,
  hashType,
  tarType,
} from './enumerations.ts'

const pages = 'https://pay.weixin.qq.com/doc/v3/partner'

const errors: readonly ErrorCase[] = [
  errorCase('PARAM_ERROR', 400, 'fix', 'A parameter is missing or malformed.'),
  errorCase('INVALID_REQUEST', 400, 'fix', 'The day is today, in the future or more than three months ago.'),
  errorCase(
    'STATEMENT_CREATING',
    400,
    'wait',
    'Not made yet: apply again after 10:00, then every half hour.',
  ),
  errorCase('NO_STATEMENT_EXIST', 400, 'stop', 'Nothing happened on that day: stop asking.'),
  errorCase('NO_AUTH', 403, 'configure', 'The caller may not have bills, or not of this sub-merchant.'),
  ...commonErrors,
]

const billDate = day.describe('Day of the bill in Beijing, within the last three months (账单日期).')
const packed = optional(tarType).describe('How the file is packed (压缩类型).')
const subMchid = text(8, 12).describe('A sub-merchant of the caller (子商户号).')

const fileFields = {
  hash_type: hashType.describe('How the hash is computed (哈希类型).'),
  hash_value: text(1024).describe('Hash of the file before it was packed and encrypted (哈希值).'),
  download_url: url(2048).describe('Where the file is, used as it stands; lives 5 minutes (账单下载地址).'),
}

const application = {
  dialect: 'apiv3',
  host: 'mainland',
  trust: 'signature',
  errors,
  repeat: 'read',
  doc: `${pages}/4012759683`,
} as const

const plain = { ...application, result: group(fileFields) } as const

const encrypted = {
  ...application,
  result: group({
    download_bill_count: whole().describe('How many files the bill consists of (下载信息总数).'),
    download_bill_list: list(
      group({
        bill_sequence: whole(1).describe('Place of this file in the whole, from 1 (账单文件序号).'),
        ...fileFields,
        encrypt_key: base64(512).describe(
          "Key of the file, encrypted for the merchant's certificate (加密密钥).",
        ),
        nonce: text(16).describe('Initialisation vector of the file (随机字符串).'),
      }),
    ).describe('The files; they are decrypted, unpacked and put together in order (下载信息明细).'),
  }),
} as const

/** Applies for the trade bill of a day. */
const trade = defineOperation({
  ...plain,
  id: 'bills.trade',
  title: 'Apply for a trade bill (申请交易账单)',
  route: 'GET /v3/bill/tradebill',
  query: {
    bill_date: billDate,
    sub_mchid: optional(subMchid).describe('One sub-merchant; all of the partner when left out (子商户号).'),
    bill_type: optional(billType).describe('Which rows it holds (账单类型).'),
    tar_type: packed,
  },
  rules: [refuses(mode('direct'), 'sub_mchid')],
})

/** Applies for the fund-flow bill of the caller's own account. */
const fundFlow = defineOperation({
  ...plain,
  id: 'bills.fundFlow',
  title: 'Apply for a fund-flow bill (申请资金账单)',
  route: 'GET /v3/bill/fundflowbill',
  query: {
    bill_date: billDate,
    account_type: optional(accountType).describe('Which account (资金账户类型).'),
    tar_type: packed,
    sub_mchid: optional(subMchid).describe(
      'Named by one source only; the bill is about the caller (子商户号).',
    ),
  },
})

/** Applies for the encrypted fund-flow bill of one sub-merchant. */
const subMerchantFundFlow = defineOperation({
  ...encrypted,
  id: 'bills.subMerchantFundFlow',
  title: 'Apply for the fund-flow bill of a sub-merchant (申请单个子商户资金账单)',
  route: 'GET /v3/bill/sub-merchant-fundflowbill',
  query: {
    bill_date: billDate,
    sub_mchid: subMchid,
    account_type: accountType.describe('Which account (资金账户类型).'),
    algorithm: algorithm.describe('How the file is encrypted (加密算法).'),
    tar_type: packed,
  },
})

/** Applies for the encrypted fund-flow bill of all sub-merchants of an e-commerce platform. */
const ecommerceFundFlow = defineOperation({
  ...encrypted,
  id: 'bills.ecommerceFundFlow',
  title: 'Apply for the fund-flow bill of all sub-merchants (申请二级商户资金账单)',
  route: 'GET /v3/ecommerce/bill/fundflowbill',
  query: {
    bill_date: billDate,
    account_type: allAccounts.describe('Which accounts (资金账户类型).'),
    algorithm: algorithm.describe('How the file is encrypted (加密算法).'),
    tar_type: packed,
  },
})

/** Downloads a file by the address that an application answered; the answer carries no signature. */
const download = defineOperation({
  id: 'bills.download',
  title: 'Download a bill (下载账单)',
  dialect: 'apiv3',
  host: 'given',
  trust: 'digest',
  route: 'GET /v3/billdownload/file',
  query: {
    token: text(1, Number.POSITIVE_INFINITY).describe(
      'Names the file; part of the address, never made by hand.',
    ),
    tartype: optional(downloadTarType).describe('How the file is packed.'),
  },
  result: file,
  errors: [
    errorCase('INVALID_REQUEST', 400, 'repeat', 'The address has expired or is unknown: apply again.'),
    errorCase('NO_AUTH', 403, 'configure', 'The address was given to another merchant.'),
    ...commonErrors,
  ],
  repeat: 'read',
  doc: `${pages}/4012759683`,
})

/** Applications for bills, and the download of their files. */
export const bills = { trade, fundFlow, subMerchantFundFlow, ecommerceFundFlow, download } as const
