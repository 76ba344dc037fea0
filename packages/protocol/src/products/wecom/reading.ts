/** Reading what WeCom spells in more than one way. */

/** How a refund stands, whichever page names its state. */
export type RefundStanding = 'processing' | 'succeeded' | 'closed' | 'abnormal'

// The query says CLOSE, the notice CLOSED, the global WeChat Pay REFUNDCLOSE (D20).
const standings: Readonly<Record<string, RefundStanding>> = {
  PROCESSING: 'processing',
  SUCCESS: 'succeeded',
  CLOSE: 'closed',
  CLOSED: 'closed',
  REFUNDCLOSE: 'closed',
  ABNORMAL: 'abnormal',
}

/**
 * One word for `status` of get_refund_detail and `refund_status` of the notice; undefined for a word
 * that is not known, which decides nothing.
 * @example refundStanding('CLOSE') // 'closed'
 */
export function refundStanding(word: string): RefundStanding | undefined {
  return Object.hasOwn(standings, word) ? standings[word] : undefined
}

/**
 * The value for the Authorization header of the download: `auth` of get_bill may be a whole header
 * line or its value alone (D21).
 * @example billAuthorization('Authorization: WECHATPAY2-…') // 'WECHATPAY2-…'
 */
export function billAuthorization(auth: string): string {
  return auth.replace(/^\s*authorization\s*:\s*/i, '').trimEnd()
}
