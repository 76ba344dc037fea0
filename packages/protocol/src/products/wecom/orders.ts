/** Orders: place, query, close, and the signature with which the mini program opens the payment. */
import { charsets } from '../../charsets.ts'
import { errorCase } from '../../errors.ts'
import {
  base64,
  choice,
  fen,
  fenBetween,
  group,
  ip,
  list,
  optional,
  text,
  time,
  whole,
} from '../../fields.ts'
import { defineOperation } from '../../operation.ts'
import { appid, attach, currency, mchid, openid, orderNumbers, outTradeNo, promotionScope } from './common.ts'
import { orderNotFound, readErrors, unknownOrder, writeErrors } from './errors.ts'
import { tradeState, tradeType } from './trade.ts'

const payer = group({ openid }).describe('Who pays (支付者).')

/** Place an order (小程序下单). */
export const createOrder = defineOperation({
  id: 'wecom.createOrder',
  title: 'Place an order (小程序下单)',
  dialect: 'token',
  host: 'wecom',
  route: 'POST /cgi-bin/miniapppay/create_order',
  body: {
    appid,
    mchid,
    out_trade_no: outTradeNo,
    description: text(127).describe('What is paid for (商品描述).'),
    scenekey: optional(text(256)).describe(
      'Scene key (下单场景key) from the address of the mini program; without it no member statistics.',
    ),
    amount: group({
      total: fenBetween(1, Number.MAX_SAFE_INTEGER).describe('Total amount (订单总金额).'),
      currency,
    }).describe('What is to be paid (订单金额).'),
    payer,
    time_expire: optional(time).describe('Last moment to pay (交易结束时间); it closes nothing.'),
    attach: optional(attach),
    goods_tag: optional(text(32)).describe('Discount mark (订单优惠标记).'),
    detail: optional(
      group({
        cost_price: optional(fen).describe(
          'Original price (订单原价); where it differs from the amount paid no discount applies.',
        ),
        invoice_id: optional(text(32)).describe('Receipt number (商品小票ID).'),
        goods_detail: optional(
          list(
            group({
              merchant_goods_id: text(1, 32, charsets.goodsNumber).describe(
                'Goods number of the merchant (商户侧商品编码).',
              ),
              wechatpay_goods_id: optional(text(32)).describe('Goods number of WeChat Pay (微信侧商品编码).'),
              goods_name: optional(text(256)).describe('Name of the goods (商品名称).'),
              quantity: whole(1).describe('How many are bought (商品数量).'),
              unit_price: fen.describe('Price of one (商品单价).'),
            }),
          ),
        ).describe('The goods (单品列表).'),
      }),
    ).describe('For discounts (优惠功能).'),
    scene_info: group({
      payer_client_ip: ip.describe("The payer's address (用户终端IP), IPv4 or IPv6."),
      device_id: optional(text(32)).describe('Device of the merchant (商户端设备号).'),
      store_info: optional(
        group({
          id: text(32).describe('Number of the store (门店编号).'),
          name: optional(text(256)).describe('Name of the store (门店名称).'),
          area_code: optional(text(32)).describe('Area code of the store (地区编码).'),
          address: optional(text(512)).describe('Address of the store (详细地址).'),
        }),
      ).describe('The store (商户门店信息); the official page requires it, integrations work without.'),
    }).describe('Where it is paid (场景信息).'),
  },
  result: group({
    prepay_id: text(64).describe('Prepay session (预支付交易会话标识), valid for 2 hours.'),
  }),
  errors: [
    ...writeErrors,
    errorCase('40073', 200, 'fix', 'The openid is not valid (不合法的openid) under this mini program.'),
  ],
  repeat: 'same',
  trust: 'channel',
  doc: 'https://developer.work.weixin.qq.com/document/path/97322',
})

/** Query an order (查询订单). */
export const getOrder = defineOperation({
  id: 'wecom.getOrder',
  title: 'Query an order (查询订单)',
  dialect: 'token',
  host: 'wecom',
  route: 'POST /cgi-bin/miniapppay/get_order',
  body: orderNumbers,
  result: group({
    ...orderNumbers,
    trade_type: optional(tradeType),
    trade_state: tradeState,
    trade_state_desc: text(256).describe('The state in words (交易状态描述); never decide by it.'),
    payer,
    transaction_id: text(0, 32).describe(
      'Order number of WeChat Pay (微信支付订单号); empty while the order is unpaid.',
    ),
    bank_type: optional(text(32)).describe('Bank of the payer (付款银行).'),
    attach: optional(attach),
    success_time: optional(time).describe('When it was paid (支付完成时间).'),
    amount: optional(
      group({
        total: optional(fen).describe('Total amount (订单总金额).'),
        payer_total: optional(fen).describe('What the payer paid after discounts (用户支付金额).'),
        currency: optional(currency),
        payer_currency: optional(currency).describe('Currency of the payer (用户支付币种).'),
      }),
    ).describe('Amounts (订单金额).'),
    scene_info: optional(
      group({
        total: optional(text(32)).describe(
          'Device of the merchant (商户端设备号); the page calls it so, other readers `device_id`.',
        ),
        device_id: optional(text(32)).describe('The same device under its likely name (D14).'),
      }),
    ).describe('Where it was paid (场景信息).'),
    promotion_detail: optional(
      list(
        group({
          coupon_id: optional(text(32)).describe('The coupon (券ID), titled 商品小票ID on the page.'),
          name: optional(text(64)).describe('Name of the discount (优惠名称).'),
          scope: optional(promotionScope),
          type: optional(
            choice({
              CASH: 'Topped-up coupon (充值型代金券).',
              NOCASH: 'Coupon that is not topped up (免充值型代金券).',
            }),
          ).describe('Kind of discount (优惠类型).'),
          amount: fen.describe('Face value (优惠券面额).'),
          stock_id: optional(text(32)).describe('Campaign (活动ID).'),
          wechatpay_contribute: optional(fen).describe('Funded by WeChat (微信出资).'),
          merchant_contribute: optional(fen).describe('Funded by the merchant (商户出资).'),
          other_contribute: optional(fen).describe('Funded by others (其他出资).'),
          currency: optional(currency).describe('Currency of the discount (优惠币种).'),
          goods_detail: optional(
            list(
              group({
                goods_id: text(32).describe('Goods number (商品编码).'),
                quantity: whole().describe('How many were bought (商品数量).'),
                unit_price: fen.describe('Price of one (商品单价).'),
                discount_amount: fen.describe('Discount on these goods (商品优惠金额).'),
                goods_remark: optional(text(128)).describe('Remark on the goods (商品备注).'),
              }),
            ),
          ).describe('The goods it applies to (单品列表).'),
        }),
      ),
    ).describe('Discounts used (优惠功能).'),
  }),
  errors: [...readErrors, unknownOrder],
  notFound: orderNotFound,
  repeat: 'read',
  trust: 'channel',
  doc: 'https://developer.work.weixin.qq.com/document/path/97323',
})

/** Close an order (关闭订单). */
export const closeOrder = defineOperation({
  id: 'wecom.closeOrder',
  title: 'Close an order (关闭订单)',
  dialect: 'token',
  host: 'wecom',
  route: 'POST /cgi-bin/miniapppay/close_order',
  body: orderNumbers,
  result: group({}),
  errors: [...writeErrors, unknownOrder],
  notFound: orderNotFound,
  repeat: 'safe',
  trust: 'channel',
  doc: 'https://developer.work.weixin.qq.com/document/path/97324',
})

/** Get the payment signature (获取支付签名). */
export const getSign = defineOperation({
  id: 'wecom.getSign',
  title: 'Get the payment signature (获取支付签名)',
  dialect: 'token',
  host: 'wecom',
  route: 'POST /cgi-bin/miniapppay/get_sign',
  body: {
    appid,
    prepay_id: text(128).describe('The bare prepay session (预支付交易会话标识), at most 2 hours old.'),
    sign_type: optional(choice({ RSA: 'RSA, the only one.' })).describe('Signature method (签名方式), RSA.'),
    nonce: text(1, 32, charsets.alphanumeric).describe(
      'Random text (随机字符串); the mini program must use the same as `nonceStr`.',
    ),
    timestamp: whole().describe(
      'Seconds (时间戳); the mini program must use the same, as text, as `timeStamp`.',
    ),
  },
  result: group({
    pay_sign: base64(512).describe('The signature (支付签名), `paySign` of the mini program.'),
  }),
  errors: readErrors,
  repeat: 'read',
  trust: 'channel',
  doc: 'https://developer.work.weixin.qq.com/document/path/98130',
})
