/** What the server hands to the page, the mini program or the app, signed where it is signed. */
import { createHmac } from 'node:crypto'
import { apiv3, randomText } from '@chadan/protocol'
import { OptionsError, type Settings } from './options.ts'

/** Hand-over parameters, signed by the merchant's own signer with a fresh time and nonce. */
export class Handover {
  readonly #settings: Settings

  constructor(settings: Settings) {
    this.#settings = settings
  }

  /** For `WeixinJSBridge.invoke('getBrandWCPayRequest', …)` or `wx.chooseWXPay` on a page of an official account. */
  async jsapi(order: {
    appId: string
    prepayId: string
    packageSuffix?: string
  }): Promise<apiv3.PayParameters & { appId: string }> {
    return apiv3.jsapiInvocation({ ...order, ...this.#fresh() })
  }

  /** For `wx.requestPayment` in a mini program. The appId is signed, not handed over. */
  async miniProgram(order: {
    appId: string
    prepayId: string
    packageSuffix?: string
  }): Promise<apiv3.PayParameters> {
    return apiv3.miniProgramInvocation({ ...order, ...this.#fresh() })
  }

  /** For the OpenSDK of an app; `partnerid` is the merchant that made the order. */
  async app(order: { appid: string; partnerid: string; prepayid: string }): Promise<apiv3.AppParameters> {
    return apiv3.appInvocation({ ...order, ...this.#fresh() })
  }

  /** The address to navigate to for an H5 payment, with the page to come back to. */
  h5(h5Url: string, redirectUrl?: string): string {
    return apiv3.h5Link(h5Url, redirectUrl)
  }

  /** For `requestMedicalInsurancePay`; give `prepayId` exactly when the order has a cash leg. */
  async medIns(order: {
    appId: string
    mixTradeNo: string
    front: apiv3.MedInsFront
    prepayId?: string
  }): Promise<apiv3.MedInsParameters> {
    const { prepayId, ...named } = order
    if (prepayId === undefined) return apiv3.medInsInvocation(named)
    return apiv3.medInsInvocation({ ...named, cash: { prepayId, ...this.#fresh() } })
  }

  /** For `openBusinessView`: the page on which a user confirms a PayScore order. */
  payscore(order: { package: string }): apiv3.BusinessViewParameters {
    return apiv3.openBusinessViewParameters(order)
  }

  /** For `openBusinessView`: the page that shows a PayScore order. Signed with the APIv2 key, which is another secret. */
  async payscoreDetail(order: {
    serviceId: string
    outOrderNo: string
    apiV2Key: string
    envVersion?: 'release' | 'trial' | 'develop'
  }): Promise<apiv3.BusinessViewParameters> {
    const { apiV2Key, ...named } = order
    // A keyless HMAC is a signature as well: everybody could make it.
    if (!/^[0-9A-Za-z]{32}$/.test(apiV2Key))
      throw new OptionsError(
        `apiV2Key: found ${apiV2Key?.length ?? 0} characters, expected 32 letters and digits`,
      )
    const { timestamp, nonce } = this.#fresh()
    const sign = (text: Uint8Array) =>
      createHmac('sha256', apiV2Key).update(text).update(`&key=${apiV2Key}`).digest('hex').toUpperCase()
    return apiv3.businessViewDetail({ mchId: this.#merchant().mchid, ...named, timestamp, nonce, sign })
  }

  /**
   * Where a first-generation insurance order is paid: a page to navigate to, or a mini program to jump
   * to by `wx.navigateToMiniProgram`. `pay_url` is kept byte for byte.
   */
  payinsurance(answer: {
    pay_url: string
    pay_appid?: string | undefined
  }): { page: string } | { appId: string; path: string } {
    const page = /^https?:\/\//.test(answer.pay_url)
    if (page === Boolean(answer.pay_appid)) {
      throw new TypeError(
        'pay_url and pay_appid do not fit: a page comes without pay_appid, a mini program path with it',
      )
    }
    return page ? { page: answer.pay_url } : { appId: answer.pay_appid as string, path: answer.pay_url }
  }

  #merchant() {
    const { merchant } = this.#settings
    if (!merchant)
      throw new OptionsError('hand-over parameters are signed: give mchid, serialNo and privateKey')
    return merchant
  }

  #fresh() {
    const { clock, random } = this.#settings
    const { signer } = this.#merchant()
    return {
      timestamp: String(Math.floor(clock.now() / 1000)),
      nonce: randomText(random, 32),
      sign: async (text: Uint8Array) => signer.sign(text),
    }
  }
}
