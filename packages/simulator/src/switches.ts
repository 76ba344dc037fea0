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
  /** Hour (Beijing) from which yesterday's bill exists. */
  billHour: number
  /** The ciphertext of a notice is the same in every repetition. */
  stableCiphertext: boolean
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
  combine: {
    profile: 'seed' | 'modern'
    closeMismatch: 400 | 500
  }
  medIns: {
    profile: 'current' | 'seed'
    partialRefunds: 'full' | 'off'
    noticeAmounts: boolean
    legOrder: 'cashFirst' | 'insuranceFirst'
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
    innerKey: 'AESKey'
    refusalCode: number
    sameTokenWhileValid: boolean
    storeInfo: 'required' | 'optional'
    billLinkMs: number
  }
  payinsurance: {
    wireNames: 'document' | 'common'
    tokenErrors: 'json' | 'xml'
    replySign: 'checked' | 'ignored'
    successColumns: number
    expiryMs: number
    ipRefusal: number
    settlingMs: { pay: number; refund: number }
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
  billHour: 10,
  stableCiphertext: true,
  noticeDelayMs: 0,
  settlingMs: 2_000,
  noticeTimeoutMs: 5_000,
  loopbackNotifyUrls: 'refuse',
  probeRate: 0,
  requestsPerSecond: {
    'refunds.create': 150,
    'refunds.find': 300,
    'bills.fundFlow': 3,
    'certificates.list': 1000,
    'combine.createJsapi': 500,
    'cash.prepay': 500,
    'cash.prepayPartner': 500,
  },
  combine: { profile: 'seed', closeMismatch: 400 },
  medIns: {
    profile: 'current',
    partialRefunds: 'full',
    noticeAmounts: true,
    legOrder: 'cashFirst',
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
  },
  payinsurance: {
    wireNames: 'document',
    tokenErrors: 'json',
    replySign: 'checked',
    successColumns: 55,
    expiryMs: 120 * minute,
    ipRefusal: 40164,
    settlingMs: { pay: 10_000, refund: 20_000 },
  },
}

/** Some switches, however deep. */
export type SomeSwitches = {
  [K in keyof Switches]?: Switches[K] extends object ? Partial<Switches[K]> : Switches[K]
}

/** The defaults with some of them changed. */
export function withSwitches(some: SomeSwitches = {}): Switches {
  const merged: Record<string, unknown> = { ...defaultSwitches }
  for (const [name, value] of Object.entries(some)) {
    const before = merged[name]
    merged[name] = typeof before === 'object' && typeof value === 'object' ? { ...before, ...value } : value
  }
  // Only known names with their own types come in, so the shape is kept.
  return merged as unknown as Switches
}
