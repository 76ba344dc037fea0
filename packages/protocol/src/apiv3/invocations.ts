import { lines } from './texts.ts'

/** Signs a text, at once or later; what it returns decides whether an invocation is a value or a promise. */
export type Sign<S extends string | Promise<string>> = (text: Uint8Array) => S

/** `R` at once when the signer answers at once, else a promise of it. */
export type Signed<S, R> = S extends string ? R : Promise<R>

/** What a front end needs signed: `timestamp` is text of seconds, `sign` uses the key that made the order. */
export type Prepaid<S extends string | Promise<string>> = {
  prepayId: string
  timestamp: string
  nonce: string
  sign: Sign<S>
  /** An extension of `package` that is signed with it, for instalments: `&subsidy_period_type=…`. */
  packageSuffix?: string
}

/** The pay parameters of every front end but the app. */
export type PayParameters = {
  timeStamp: string
  nonceStr: string
  package: string
  signType: 'RSA'
  paySign: string
}

/** What the OpenSDK of an app is given. */
export type AppParameters = {
  appid: string
  partnerid: string
  prepayid: string
  package: 'Sign=WXPay'
  noncestr: string
  timestamp: string
  sign: string
}

/** What `requestMedicalInsurancePay` is given: `appid` on pages only, pay parameters only with a cash leg. */
export type MedInsParameters = { appid?: string; mixTradeNo: string } & Partial<PayParameters>

/** What `openBusinessView` is given. */
export type BusinessViewParameters = {
  businessType: 'wxpayScoreUse' | 'wxpayScoreDetail'
  queryString: string
  envVersion?: 'release' | 'trial' | 'develop'
}

/**
 * The four lines under an invocation's signature (protocol 12). `prepay` is `prepay_id=…`, for apps the bare prepay_id:
 * mixing up the two is the usual mistake.
 */
export function invocationText(parts: {
  appId: string
  timestamp: string
  nonce: string
  prepay: string
}): Uint8Array {
  return new TextEncoder().encode(lines([parts.appId, parts.timestamp, parts.nonce, parts.prepay]))
}

/**
 * Parameters for `WeixinJSBridge.invoke('getBrandWCPayRequest', …)`.
 *
 * @example await jsapiInvocation({ appId, prepayId, timestamp, nonce, sign: (text) => signText(text, privateKey) })
 */
export function jsapiInvocation<S extends string | Promise<string>>(
  order: Prepaid<S> & { appId: string },
): Signed<S, PayParameters & { appId: string }> {
  return payInvocation(order, (parameters) => ({ appId: order.appId, ...parameters }))
}

/** Parameters for `wx.requestPayment` of a mini program. The appId is signed but not handed over. */
export function miniProgramInvocation<S extends string | Promise<string>>(
  order: Prepaid<S> & { appId: string },
): Signed<S, PayParameters> {
  return payInvocation(order, (parameters) => parameters)
}

/** Parameters for the OpenSDK of an app; `partnerid` is the merchant that made the order. */
export function appInvocation<S extends string | Promise<string>>(order: {
  appid: string
  partnerid: string
  prepayid: string
  timestamp: string
  nonce: string
  sign: Sign<S>
}): Signed<S, AppParameters> {
  const { appid, partnerid, prepayid, timestamp, nonce } = order
  const text = invocationText({ appId: appid, timestamp, nonce, prepay: prepayid })
  return signed(order.sign(text), (sign) => ({
    appid,
    partnerid,
    prepayid,
    package: 'Sign=WXPay',
    noncestr: nonce,
    timestamp,
    sign,
  }))
}

/** The address to navigate to for an H5 payment, with the page to come back to. Only from a page of the registered domain. */
export function h5Link(h5Url: string, redirectUrl?: string): string {
  if (redirectUrl === undefined) return h5Url
  return `${h5Url}${h5Url.includes('?') ? '&' : '?'}redirect_url=${encodeURIComponent(redirectUrl)}`
}

/**
 * Parameters for `requestMedicalInsurancePay`, on a page of an official account or in a mini program (med-ins 1.5).
 *
 * Without `cash` (INSURANCE_ONLY) there are no pay parameters: sending them is refused.
 */
export function medInsInvocation(order: {
  appId: string
  mixTradeNo: string
  front: MedInsFront
}): MedInsParameters
export function medInsInvocation<S extends string | Promise<string>>(order: {
  appId: string
  mixTradeNo: string
  front: MedInsFront
  cash: Prepaid<S>
}): Signed<S, MedInsParameters & PayParameters>
export function medInsInvocation<S extends string | Promise<string>>(order: {
  appId: string
  mixTradeNo: string
  front: MedInsFront
  cash?: Prepaid<S>
}): MedInsParameters | Signed<S, MedInsParameters> {
  const { appId, mixTradeNo, front, cash } = order
  const named: MedInsParameters = front === 'page' ? { appid: appId, mixTradeNo } : { mixTradeNo }
  if (!cash) return named
  return payInvocation({ ...cash, appId }, (parameters) => ({ ...named, ...parameters }))
}

/** Where the medical-insurance cashier is opened: a page of an official account, or a mini program. */
export type MedInsFront = 'page' | 'mini program'

/** Parameters by which a user confirms a PayScore order. `package` is that of the create call, passed on untouched. */
export function openBusinessViewParameters(order: { package: string }): BusinessViewParameters {
  return { businessType: 'wxpayScoreUse', queryString: order.package }
}

/**
 * Parameters by which a user sees a PayScore order. `sign` is given the sorted `name=value&…` text and answers with
 * HMAC-SHA256 under the APIv2 key, which is another secret than the APIv3 key.
 */
export function businessViewDetail<S extends string | Promise<string>>(order: {
  mchId: string
  serviceId: string
  outOrderNo: string
  timestamp: string
  nonce: string
  sign: Sign<S>
  envVersion?: 'release' | 'trial' | 'develop'
}): Signed<S, BusinessViewParameters> {
  const { envVersion } = order
  const pairs: [string, string][] = [
    ['mch_id', order.mchId],
    ['nonce_str', order.nonce],
    ['out_order_no', order.outOrderNo],
    ['service_id', order.serviceId],
    ['sign_type', 'HMAC-SHA256'],
    ['timestamp', order.timestamp],
  ]
  const text = pairs.map(([name, value]) => `${name}=${value}`).join('&')
  return signed(order.sign(new TextEncoder().encode(text)), (sign) => ({
    businessType: 'wxpayScoreDetail',
    queryString: [...pairs, ['sign', sign] as const]
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
      .join('&'),
    ...(envVersion === undefined ? {} : { envVersion }),
  }))
}

function payInvocation<S extends string | Promise<string>, R>(
  order: Prepaid<S> & { appId: string },
  build: (parameters: PayParameters) => R,
): Signed<S, R> {
  const { appId, prepayId, timestamp, nonce, packageSuffix = '' } = order
  const prepay = `prepay_id=${prepayId}${packageSuffix}`
  return signed(order.sign(invocationText({ appId, timestamp, nonce, prepay })), (paySign) =>
    build({ timeStamp: timestamp, nonceStr: nonce, package: prepay, signType: 'RSA', paySign }),
  )
}

function signed<S extends string | Promise<string>, R>(
  signature: S,
  build: (signature: string) => R,
): Signed<S, R> {
  // The compiler cannot follow a conditional type through a test of the value.
  return (typeof signature === 'string' ? build(signature) : signature.then(build)) as Signed<S, R>
}
