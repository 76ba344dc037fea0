import type { Difference } from './compare.ts'

/** A difference that is meant, with the numbered decision it follows from, or the reason where there is none. */
export interface Deviation {
  /** Ids, or the beginning of ids up to a `*`. */
  readonly ids: readonly string[]
  /** Paths or codes; a `*` at one end stands for all that end or begin so. */
  readonly at: readonly string[]
  readonly what: Difference['what']
  /** What is declared instead, where the kind of difference alone would allow too much. */
  readonly declared?: string
  readonly decision: string
}

/** Codes that any signed APIv3 call may answer, whatever its page lists. */
export const anywhere = {
  decision: 'AP 10.1: each status has a code of its own in every APIv3 interface',
  codes: ['PARAM_ERROR', 'INVALID_REQUEST', 'SIGN_ERROR', 'NO_AUTH', 'SYSTEM_ERROR', 'FREQUENCY_LIMITED'],
} as const

export const deviations: readonly Deviation[] = [
  {
    ids: ['cash.*', 'refunds.*', 'ecommerceRefunds.*', 'combine.*', 'wecom.*'],
    at: ['*currency'],
    what: 'values',
    declared: 'CNY',
    decision: 'CT 3.1, CT 11.3, WC 3.4: requests take CNY alone, so answers hold it; answers stay open (X28)',
  },
  {
    ids: ['security.echo'],
    at: ['echo_message', 'encrypted_echo_message'],
    what: 'not in the dossier',
    decision: 'AP 9 describes no answer; an echo repeats what it was given',
  },
  {
    ids: ['cash.prepay*'],
    at: ['notify_url'],
    what: 'max',
    declared: '256',
    decision: 'MI 2.6: 255 here, 256 elsewhere; one kind of notify_url is declared',
  },
  {
    ids: ['refunds.create'],
    at: ['notify_url'],
    what: 'min',
    declared: '1',
    decision: 'CT 11.3: the form of an absolute address already needs more than 8 characters',
  },
  {
    ids: ['refunds.create'],
    at: ['TRADE_OVERDUE', 'REFUND_FEE_MISMATCH'],
    what: 'not declared',
    decision: 'CT 11.4: known from a FAQ alone, without a status, and a declared error has one',
  },
  {
    ids: ['refunds.succeeded', 'refunds.abnormal', 'refunds.closed'],
    at: ['refund_status'],
    what: 'values',
    declared: 'ABNORMAL CLOSE CLOSED SUCCESS',
    decision: 'CT C19: the old word CLOSE is accepted',
  },
  {
    ids: ['ecommerceRefunds.find*'],
    at: ['status'],
    what: 'values',
    declared: 'ABNORMAL CLOSED PROCESSING REFUNDCLOSE SUCCESS',
    decision: 'CT C19: the old word REFUNDCLOSE is accepted',
  },
  {
    ids: ['globalBills.statement'],
    at: ['STATEMENT_CREATING'],
    what: 'not in the dossier',
    decision: 'PS D39: ready times are taken from the domestic bills, and so is the code before them',
  },
  {
    ids: ['bills.subMerchantFundFlow'],
    at: ['account_type'],
    what: 'values',
    declared: 'BASIC FEES OPERATION',
    decision: 'AP 13.1 names no values here; DEPOSIT stands in MI 7.6 alone and is not declared',
  },
  {
    ids: ['medIns.create'],
    at: ['mix_pay_type', 'order_type', 'payer.card_type', 'relative.card_type'],
    what: 'values',
    decision: 'MI 2.2, 3.1, 3.2, 3.6: UNKNOWN_* is blocked in requests',
  },
  {
    ids: ['combine.createH5', 'combine.query*', 'combine.paid'],
    at: ['scene_info.device_id'],
    what: 'max',
    declared: '32',
    decision: 'CT C3: h5 allows 32, and answers are never held to a length',
  },
  {
    ids: ['combine.query*', 'combine.paid'],
    at: ['sub_orders[].bank_type'],
    what: 'max',
    declared: '32',
    decision: 'CT C31: 16 or 32, no check',
  },
  {
    ids: ['combine.queryById'],
    at: ['sub_orders[].individual_auth_id'],
    what: 'required',
    decision: 'CT 5: documented for individual payees, answered for every combine order',
  },
  {
    ids: ['combine.paid'],
    at: ['sub_orders[].amount'],
    what: 'required',
    decision: 'X11: a notice without amounts is possible, it only triggers a query',
  },
  {
    ids: ['wecom.getOrder'],
    at: ['scene_info.device_id'],
    what: 'not in the dossier',
    decision: 'WC D14: the seed says total, one source device_id; both are read',
  },
  {
    ids: ['wecom.downloadBill'],
    at: ['token'],
    what: 'not in the dossier',
    decision: 'WC 3.10: the address is used as given, and its sample carries a token',
  },
  {
    ids: ['payinsurance.unifiedOrder'],
    at: ['hosp_out_trade_no'],
    what: 'max',
    declared: '63',
    decision: 'README 3, PI 4.2: numbers we place have at most 63 characters, so that R + number fits in 64',
  },
  {
    ids: ['payinsurance.getAgentToken'],
    at: ['48001'],
    what: 'not in the dossier',
    decision: 'PI 2.3: the platform-wide list holds for every call; 48001 is printed for business calls only',
  },
  {
    ids: ['payinsurance.refund'],
    at: ['40164'],
    what: 'not in the dossier',
    decision: 'README 4, PI 4.5: refunds from an unregistered address are refused with 40164',
  },
]

/** Whether a difference is one that is meant. */
export function covers(deviation: Deviation, difference: Difference): boolean {
  return (
    deviation.what === difference.what &&
    (deviation.declared === undefined || deviation.declared === difference.declared) &&
    deviation.ids.some((id) => matches(id, difference.id)) &&
    deviation.at.some((at) => matches(at, difference.at))
  )
}

function matches(pattern: string, text: string): boolean {
  if (pattern.startsWith('*')) return text.endsWith(pattern.slice(1))
  return pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : text === pattern
}
