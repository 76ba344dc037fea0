/** The open doubts of the dossiers as switches, each with its default (README of the specification, 4). */
export interface Switches {
  /** A close of an unknown number: `success` answers 204, `notFound` refuses. */
  closeUnknown: { cash: 'success' | 'notFound'; other: 'success' | 'notFound' }
  /** Business refusals (4xx) of APIv3 carry a signature. */
  signBusiness4xx: boolean
  /** Names that are not declared: refused, or passed over. */
  strictUnknownKeys: boolean
  /** A nonce may be used once only. */
  strictNonce: boolean
  /** What a 429 on a refund means. */
  refund429: 'notAccepted' | 'accepted'
  /** Life of a bill link. */
  billLinkMs: number
  /** Size beyond which an encrypted bill comes in several parts. */
  billPartBytes: number
  /** Hour (Beijing) from which yesterday's bill exists. */
  billHour: number
  /** Bills exist at once, of the running day too: for programs that cannot move this clock. */
  billsAtOnce: boolean
  /** The ciphertext of a notice is the same in every repetition. */
  stableCiphertext: boolean
  /** Seconds before each repetition of a notice, by notification id; `*` for all others. Empty: as documented. */
  noticeSchedules: Record<string, readonly number[]>
  /** Delay between a change and the first notice of it. */
  noticeDelayMs: number
  /** How long a payment or refund takes to settle. */
  settlingMs: number
  /** Wait for an acknowledgement. */
  noticeTimeoutMs: number
  /** Loopback and private addresses as `notify_url`. The real platform refuses them. */
  loopbackNotifyUrls: 'accept' | 'refuse'
  /** Share of answers and notices that carry a deliberately wrong signature. */
  probeRate: number
  /** Requests a second per caller, by operation id; `*` for all others. */
  requestsPerSecond: Record<string, number>
  /** Shortest time between two refunds of one order; the documented minute is not enforced by default. */
  refundIntervalMs: number
  combine: {
    profile: 'seed' | 'modern'
    closeMismatch: 400 | 500
    /** What a refused payment leaves behind. */
    afterBankRefusal: 'NOTPAY' | 'PAYERROR'
    /** Terminals of fewer than 7 bytes pass on placing too. */
    lenientDeviceId: boolean
    /** Oddities of the older page, off by default. */
    quirks: {
      /** A blank after the key `combine_appid`. */
      trailingBlankKey: boolean
      /** A colon before the milliseconds of `success_time`. */
      colonFraction: boolean
      /** Unpaid and direct sub-orders show the members of paid and partner ones. */
      strictPresence: boolean
      /** A query while the user pays is answered 202 USERPAYING. */
      payingIs202: boolean
    }
  }
  medIns: {
    profile: 'current' | 'seed'
    /** Which refund makes a leg refunded: the one that completes it, or the first. */
    partialRefunds: 'full' | 'first'
    noticeAmounts: boolean
    /** All fields; the same with amounts as text and details as one object; only those that are sure. */
    noticeForm: 'full' | 'loose' | 'minimal'
    /** What a partner's query without `sub_mchid` is answered (MI 8.3). */
    missingSubMchid: 'malformed' | 'notFound'
    legOrder: 'cashFirst' | 'insuranceFirst'
    /** What becomes of an unpaid cash leg when the order fails. */
    unpaidCashLeg: 'fails' | 'staysOpen'
    /** Which sums a cash-only order keeps: that of its total, or all. */
    cashOnlySums: 'total' | 'all'
    /** Life of an unpaid order without a cash leg; others live as long as their prepay id. */
    expiryMs: number
    bureauChecks: boolean
  }
  payscore: {
    /** Which notices tell of a payment; `both` adds TRANSACTION.SUCCESS. */
    paidEvent: 'USER_PAID' | 'both' | 'none'
    ratesInNotices: boolean
    /** How notices spell `total_amount`. */
    totalInNotices: 'number' | 'text'
    /** What `promotion_detail[].currency` says. */
    couponCurrency: 'order' | 'CNY'
    /** Yuan for one unit of a currency, times 100 000 000; locked when a user confirms. */
    rates: Record<string, number>
  }
  /** How statements of overseas merchants spell amounts. */
  statementAmounts: 'major' | 'minor'
  /** Bounds that a sister product documents and this one does not. */
  supposedBounds: 'refuse' | 'accept'
  wecom: {
    fiveMinuteRule: boolean
    /** What seals the inner layer of a callback: the EncodingAESKey, or `extra.payNotifyKey` of the corp. */
    innerKey: 'AESKey' | 'payNotifyKey'
    refusalCode: number
    sameTokenWhileValid: boolean
    storeInfo: 'required' | 'optional'
    billLinkMs: number
    /** Calls of one interface by one corp, and of all interfaces from one address. */
    callsPerMinute: number
    callsPerHour: number
    addressCallsPerMinute: number
    addressCallsPerHour: number
    /** Token calls of one corp with a wrong secret. */
    failedTokensPerHour: number
    /** Merchant numbers that one member, and one corp, may apply for. */
    merchantsPerMember: number
    merchantsPerCorp: number
    /** Days until an unpaid order closes (X14). */
    unpaidDays: number
  }
  payinsurance: {
    wireNames: 'document' | 'common'
    tokenErrors: 'json' | 'xml'
    replySign: 'checked' | 'ignored'
    /** 42 leaves out the refund columns, as the document's sample row does. */
    successColumns: 42 | 55
    /** Where the bill has its backticks; `sample` closes every cell but the first. */
    quoting: 'sample' | 'prefix' | 'both'
    /** What else the bill's file may look like; the document prints several forms and promises none. */
    billForm: {
      bom: boolean
      newline: 'LF' | 'CRLF'
      /** `folded` breaks the time in the first cell over two lines, as the document's sample row. */
      firstCell: 'plain' | 'folded'
      /** Columns behind those that are documented: the document announces that some may come. */
      extraColumns: number
      /** `all` prints the ALL bill's header over whatever rows there are, as the document does. */
      header: 'own' | 'all'
      /** Two lines of sums at the end, as trade bills have them. */
      summary: boolean
    }
    /** A payment that failed is notified as well. */
    notifyFailures: boolean
    expiryMs: number
    /** Life of a bureau session (`session_id`), from when it is first seen. */
    sessionLifeMs: number
    tokenLifeMs: number
    /** How long the former token stays good after a new one was drawn. */
    tokenOverlapMs: number
    ipRefusal: number
    /** How long a payment, the refund of each leg, and the return of a taken leg last. */
    settlingMs: { pay: number; cashRefund: number; insuranceRefund: number; reversal: number }
  }
}

const minute = 60_000

/** The defaults. */
export const defaultSwitches: Switches = {
  closeUnknown: { cash: 'success', other: 'notFound' },
  signBusiness4xx: true,
  strictUnknownKeys: true,
  strictNonce: false,
  refund429: 'notAccepted',
  billLinkMs: 5 * minute,
  billPartBytes: 8 * 1024 * 1024,
  billHour: 10,
  billsAtOnce: false,
  stableCiphertext: true,
  noticeSchedules: {},
  noticeDelayMs: 0,
  settlingMs: 2_000,
  noticeTimeoutMs: 5_000,
  loopbackNotifyUrls: 'refuse',
  probeRate: 0,
  requestsPerSecond: {
    'refunds.create': 150,
    'wecom.refund': 150,
    'refunds.find': 300,
    'bills.fundFlow': 3,
    'certificates.list': 1000,
    'combine.createJsapi': 500,
    'cash.prepay': 500,
    'cash.prepayPartner': 500,
  },
  refundIntervalMs: 0,
  combine: {
    profile: 'seed',
    closeMismatch: 400,
    afterBankRefusal: 'NOTPAY',
    lenientDeviceId: false,
    quirks: { trailingBlankKey: false, colonFraction: false, strictPresence: false, payingIs202: false },
  },
  medIns: {
    profile: 'current',
    partialRefunds: 'full',
    noticeAmounts: true,
    noticeForm: 'full',
    missingSubMchid: 'malformed',
    legOrder: 'cashFirst',
    unpaidCashLeg: 'fails',
    cashOnlySums: 'total',
    expiryMs: 120 * minute,
    bureauChecks: false,
  },
  payscore: {
    paidEvent: 'USER_PAID',
    ratesInNotices: false,
    totalInNotices: 'number',
    couponCurrency: 'order',
    rates: { HKD: 91_850_000 },
  },
  statementAmounts: 'major',
  supposedBounds: 'refuse',
  wecom: {
    fiveMinuteRule: true,
    innerKey: 'AESKey',
    refusalCode: 40058,
    sameTokenWhileValid: true,
    storeInfo: 'required',
    billLinkMs: 30_000,
    callsPerMinute: 10_000,
    callsPerHour: 150_000,
    addressCallsPerMinute: 20_000,
    addressCallsPerHour: 600_000,
    failedTokensPerHour: 2_000,
    merchantsPerMember: 200,
    merchantsPerCorp: 2_000,
    unpaidDays: 7,
  },
  payinsurance: {
    wireNames: 'document',
    tokenErrors: 'json',
    replySign: 'checked',
    successColumns: 55,
    quoting: 'sample',
    billForm: {
      bom: false,
      newline: 'LF',
      firstCell: 'plain',
      extraColumns: 0,
      header: 'own',
      summary: false,
    },
    notifyFailures: false,
    expiryMs: 120 * minute,
    sessionLifeMs: 24 * 60 * minute,
    tokenLifeMs: 120 * minute,
    tokenOverlapMs: 5 * minute,
    ipRefusal: 40164,
    settlingMs: { pay: 2_000, cashRefund: 10_000, insuranceRefund: 20_000, reversal: minute },
  },
}

/** Some switches, however deep. */
export type SomeSwitches = Some<Switches>

type Some<T> = {
  [K in keyof T]?: T[K] extends readonly unknown[] ? T[K] : T[K] extends object ? Some<T[K]> : T[K]
}

/** These switches (the defaults when left out) with some of them changed; a copy in every depth. */
export function withSwitches(some: SomeSwitches = {}, before: Switches = defaultSwitches): Switches {
  // Only known names with their own types come in, so the shape is kept.
  return merge(before, some) as Switches
}

function merge(before: object, some: object): object {
  const merged: Record<string, unknown> = structuredClone({ ...before })
  for (const [name, value] of Object.entries(some)) {
    if (value === undefined) continue
    const old = merged[name]
    merged[name] = isTable(old) && isTable(value) ? merge(old, value) : structuredClone(value)
  }
  return merged
}

/** A list is one value: it takes the place of the former one as a whole. */
function isTable(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
