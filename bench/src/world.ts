/** What all measures share: keys made for the run, an order's answer, what a signature covers. */
import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'

function makeKeys(): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  return generateKeyPairSync('rsa', { modulusLength: 2048 })
}

/** The merchant's key and the platform's, RSA-2048 as in production. */
export const merchant: ReturnType<typeof makeKeys> = makeKeys()
export const platform: ReturnType<typeof makeKeys> = makeKeys()

export const mchid = '1900000001'
export const serialNo: string = '5'.repeat(40)
/** The platform's key by id, and by a certificate's serial for clients that know no ids. */
export const publicKeyId = 'PUB_KEY_ID_0119000000012026031700000000000001'
export const apiV3Key: string = randomBytes(16).toString('hex')

export const pem = (key: KeyObject): string =>
  key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'pem' }).toString()

export const outTradeNo = '1217752501201407033233368018'

/** The answer of a query for a paid order, as long as real ones are. */
export const orderAnswer: string = JSON.stringify({
  appid: 'wxd678efh567hg6787',
  mchid,
  out_trade_no: outTradeNo,
  transaction_id: '1217752501201407033233368018',
  trade_type: 'JSAPI',
  trade_state: 'SUCCESS',
  trade_state_desc: '支付成功',
  bank_type: 'CMC',
  attach: '自定义数据',
  success_time: '2026-03-17T10:22:11+08:00',
  payer: { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' },
  amount: { total: 100, payer_total: 90, currency: 'CNY', payer_currency: 'CNY' },
  scene_info: { device_id: '013467007045764' },
  promotion_detail: [
    {
      coupon_id: '109519',
      name: '单品惠-6',
      scope: 'SINGLE',
      type: 'CASH',
      amount: 10,
      stock_id: '931386',
      wechatpay_contribute: 0,
      merchant_contribute: 10,
      other_contribute: 0,
      currency: 'CNY',
      goods_detail: [
        {
          goods_id: 'M1006',
          quantity: 1,
          unit_price: 100,
          discount_amount: 10,
          goods_remark: '商品备注信息',
        },
      ],
    },
  ],
})
