/**
 * The nested types of service orders. No page of the overseas product states lengths inside them;
 * those given here are the sister products' and marked `supposed` (D4).
 */
import { group, list, minor, minorBetween, optional, supposed, text, time, whole } from '../../fields.ts'
import { collectionState, paidType, promotionScope, promotionType, riskName } from './enumerations.ts'

/** Text whose length no source states. */
export const anyText = text(1, Number.POSITIVE_INFINITY)

/** An item to be paid after the service (后付费项目). */
export const payment = group({
  name: supposed(text(20)).describe('Name of the item (付费名称).'),
  amount: optional(minor).describe('Total of this item, not a unit price; 0 charges nothing (付费金额).'),
  description: optional(supposed(text(30))).describe('How it is billed (付费说明).'),
  count: optional(supposed(whole(1, 100))).describe('Shown only, never a multiplier (付费数量).'),
})

const discount = {
  name: supposed(text(20)).describe('Name of the discount, once in an order (优惠名称).'),
  description: supposed(text(30)).describe('What the discount is for (优惠说明).'),
  amount: minor.describe('What is taken off the sum (优惠金额).'),
}
const discountCount = optional(supposed(whole(1, 100))).describe('Shown only, never a multiplier (优惠数量).')

/** A discount by the merchant as an order starts with it: its amount may still be open (商户优惠). */
export const discountAtCreate = group({
  ...discount,
  amount: optional(discount.amount),
  count: discountCount,
})

/** A discount by the merchant at completion (商户优惠). */
export const discountAtComplete = group({ ...discount, count: discountCount })

/** A discount by the merchant in a notification: without its count. */
export const discountInNotice = group({ ...discount, amount: optional(discount.amount) })

const riskFundFields = {
  name: riskName.describe('Name of the risk (风险名称).'),
  amount: minorBetween(1, Number.MAX_SAFE_INTEGER).describe(
    'At most the limit agreed for the service ID (风险金额).',
  ),
  description: optional(supposed(text(30))).describe('What the amount is for (风险说明).'),
}

/** What the service puts at risk; it feeds the assessment of the user (服务风险金). */
export const riskFund = group(riskFundFields)

/** The risk fund in a notification, where its name may be left out. */
export const riskFundInNotice = group({ ...riskFundFields, name: optional(riskFundFields.name) })

const timeFields = {
  start_time: time.describe('Start of the service (服务开始时间).'),
  end_time: optional(time).describe(
    'End of the service, planned at create and real at complete (服务结束时间).',
  ),
  start_time_remark: optional(supposed(text(20))).describe('Remark on the start (服务开始时间备注).'),
  end_time_remark: optional(supposed(text(20))).describe('Remark on the end (服务结束时间备注).'),
}

/** When the service runs, at create: the start is known (服务时间). */
export const timeRangeAtCreate = group(timeFields)

/** When the service runs (服务时间). */
export const timeRange = group({ ...timeFields, start_time: optional(timeFields.start_time) })

/** Where the service is used (服务位置). */
export const location = group({
  start_location: optional(supposed(text(50))).describe('Where it starts (服务开始地点).'),
  end_location: optional(supposed(text(50))).describe('Where it ends (服务结束位置).'),
})

const goods = group({
  goods_id: supposed(text(32)).describe('Number of the goods (商品编码).'),
  quantity: optional(whole()).describe('How many (商品数量).'),
  unit_price: optional(minor).describe('Price of one (商品单价).'),
  discount_amount: optional(minor).describe('Taken off these goods (商品优惠金额).'),
  goods_remark: optional(supposed(text(128))).describe('Remark (商品备注).'),
})

const promotion = group({
  coupon_id: supposed(text(32)).describe('Number of the coupon (券ID).'),
  name: optional(supposed(text(64))).describe('Name of the coupon (优惠名称).'),
  scope: optional(promotionScope).describe('What it applies to (优惠范围).'),
  type: optional(promotionType).describe('Whether it is funded beforehand (优惠类型).'),
  amount: minor.describe('Face value (优惠券面额).'),
  stock_id: optional(supposed(text(32))).describe('Number of the campaign (活动ID).'),
  wechatpay_contribute: optional(minor).describe('Share of WeChat Pay in the face value (微信出资).'),
  merchant_contribute: optional(minor).describe('Share of the merchant in the face value (商户出资).'),
  other_contribute: optional(minor).describe('Share of others in the face value (其他出资).'),
  currency: optional(supposed(text(16))).describe(
    'Currency of the coupon; the official sample says CNY in an HKD order (优惠币种).',
  ),
  goods_detail: optional(list(goods)).describe('The goods it applied to (单品列表).'),
})

const detail = group({
  seq: optional(whole(1)).describe('Number of this collection within the order (收款序号).'),
  amount: optional(minor).describe('Amount of this collection (单笔收款金额).'),
  paid_type: optional(paidType).describe('How it came in (收款成功渠道).'),
  paid_time: optional(time).describe('When it came in (收款成功时间).'),
  transaction_id: optional(supposed(text(32))).describe(
    'Transaction of WeChat Pay, by which it is refunded; absent when paid through the merchant (微信支付交易单号).',
  ),
  promotion_detail: optional(list(promotion)).describe('Coupons, where any applied (优惠功能).'),
})

/** What has been collected and what is still open (收款信息). */
export const collection = group({
  state: collectionState.describe('State of the collection (收款状态).'),
  total_amount: optional(minor).describe('Amount to collect (总收款金额).'),
  paying_amount: optional(minor).describe('Still open (待收金额).'),
  paid_amount: optional(minor).describe('Received (已收金额).'),
  details: optional(list(detail)).describe('One row for each successful collection (收款明细列表).'),
  bank_type: optional(anyText).describe('Bank that paid (收款银行).'),
})

/** What a synchronisation tells of a payment outside WeChat (内容信息详情). */
export const syncDetail = group({
  seq: optional(whole(1)).describe('Number of the collection (收款序号).'),
  paid_time: time.describe('When the user paid (收款成功时间).'),
  paid_amount: optional(minor).describe('What the user paid; the open amount when left out (实际收款金额).'),
})
