/** The named values of bill applications, each with its meaning. */
import { choice } from '../../fields.ts'

/** Which rows a trade bill holds (账单类型). */
export const billType = choice({
  ALL: 'Payments and refunds of the day. The default (当日所有订单).',
  SUCCESS: 'Payments of the day (当日成功支付的订单).',
  REFUND: 'Refunds of the day (当日退款订单).',
  RECHARGE_REFUND: 'Refunds of recharges (当日充值退款订单).',
  ALL_SPECIAL: 'Variant of ALL whose layout is not published.',
  SUC_SPECIAL: 'Variant of SUCCESS whose layout is not published.',
  REF_SPECIAL: 'Variant of REFUND whose layout is not published.',
})

/** How the file is packed (压缩类型). */
export const tarType = choice({ GZIP: 'The file is a gzip file; plain text when left out.' })

/** Which account a fund-flow bill is about (资金账户类型). */
export const accountType = choice({
  BASIC: 'Basic account (基本账户). The default.',
  OPERATION: 'Operating account (运营账户).',
  FEES: 'Fee account (手续费账户).',
})

/** Which accounts an e-commerce bill is about (资金账户类型). */
export const allAccounts = choice({ ALL: 'All accounts of all sub-merchants (所有账户).' })

/** How an encrypted bill is encrypted (加密算法). */
export const algorithm = choice({
  AEAD_AES_256_GCM: 'AES-256 in GCM.',
  SM4_GCM: 'SM4 in GCM.',
})

/** How the hash is computed (哈希类型). */
export const hashType = choice({ SHA1: 'SHA-1, in hexadecimal.' })

/** How the file is packed, as a download address spells it. */
export const downloadTarType = choice({ gzip: 'The file is a gzip file.' })
