import type { Exception } from './dossier-exceptions.ts'

const inProse = 'stands in a sentence, not in a table'
const byUse = 'one cell gives different needs for create, complete and query'
const pointed = 'the values stand in the note among other words, or in another section'

const states = '=CREATED|DOING|DONE|REVOKED|EXPIRED'
const descriptions = '=USER_CONFIRM|MCH_COMPLETE'
const risks = '=DEPOSIT|ADVANCE|CASH_DEPOSIT|ESTIMATE_ORDER_COST'
const uses = ['create', 'complete', 'read'] as const

const refundMembers = [
  'amount object R',
  'amount.refund int R',
  'amount.currency string R',
  'amount.total int O',
  'amount.payer_total int O',
  'amount.payer_refund int O',
  'amount.payer_currency string O',
  'amount.exchange_rate object O',
  'amount.exchange_rate.type string O =USERPAYMENT_RATE|SETTLEMENT_RATE',
  'amount.exchange_rate.rate int O',
]
const promotion = (name: string) => [
  `${name} object[] O`,
  `${name}.promotion_id string O`,
  `${name}.scope string O =GLOBAL|SINGLE`,
  `${name}.type string O =COUPON|DISCOUNT`,
  `${name}.amount int O`,
  `${name}.refund_amount int O`,
  `${name}.currency string O`,
]
// Three sources, three names: all are read.
const promotions = ['detail[]', 'promotion_detail[]', 'refund_detail[]'].flatMap(promotion)

const outcome = [
  'channel string O =ORIGINAL|BALANCE|OTHER_BALANCE|OTHER_BANKCARD',
  'recv_account string O',
  'fund_source string O =REFUND_SOURCE_UNSETTLED_FUNDS|REFUND_SOURCE_RECHARGE_FUNDS',
  'success_time string O',
  'status string R =SUCCESS|REFUNDCLOSE|PROCESSING|ABNORMAL',
]

const members: readonly Exception[] = uses.flatMap((use) => [
  {
    at: `PS 4.2 ${use}`,
    row: 'amount (优惠金额)',
    reason: byUse,
    fields: [use === 'complete' ? 'amount int R' : 'amount int O'],
  },
  ...(use === 'complete'
    ? []
    : [{ at: `PS 4.3 ${use}`, row: 'name (风险名称)', reason: pointed, fields: [`name string R ${risks}`] }]),
  {
    at: `PS 4.4 ${use}`,
    row: 'start_time',
    reason: byUse,
    fields: [use === 'create' ? 'start_time string R' : 'start_time string O'],
  },
  { at: `PS 4.4 ${use}`, row: 'end_time', reason: byUse, fields: ['end_time string C'] },
])

const reading: readonly Exception[] = [
  {
    at: 'PS 4.6 read',
    row: 'state (收款状态)',
    reason: pointed,
    fields: ['state string R =USER_PAYING|USER_PAID'],
  },
  { at: 'PS 4.7 read', row: 'paid_type', reason: pointed, fields: ['paid_type string O =NEWTON|MCH'] },
  { at: 'PS 4.8 read', row: 'scope', reason: pointed, fields: ['scope string(1-32) O =GLOBAL|SINGLE'] },
  { at: 'PS 4.8 read', row: 'type', reason: pointed, fields: ['type string(1-32) O =CASH|NOCASH'] },
  {
    at: 'PS 4.8 read',
    row: 'goods_detail[]',
    reason: 'five fields in one row',
    fields: [
      'goods_detail[] object[] O',
      'goods_detail[].goods_id string(1-32) R',
      'goods_detail[].quantity int O',
      'goods_detail[].unit_price int O',
      'goods_detail[].discount_amount int O',
      'goods_detail[].goods_remark string(1-128) O',
    ],
  },
  {
    at: 'PS 5.2 answer',
    row: 'state (服务订单状态)',
    reason: pointed,
    fields: [`state string(1-32) R ${states}`],
  },
  {
    at: 'PS 5.2 answer',
    row: 'state_description (订单状态说明)',
    reason: pointed,
    fields: [`state_description string(1-32) O ${descriptions}`],
  },
]

const calls: readonly Exception[] = [
  {
    at: 'PS 4.5',
    row: '`start_location`, `end_location`: string ?, both optional in requests and query (IM)',
    reason: inProse,
    fields: ['start_location string O', 'end_location string O'],
  },
  {
    at: 'PS 5.1',
    row: 'Response, 19 top-level fields (35 rows in IM)',
    reason: inProse,
    fields: [
      ...['out_order_no', 'service_id', 'appid', 'mchid'].map((name) => `${name} ~ R`),
      'sub_appid ~ O',
      'sub_mchid ~ R',
      'currency ~ O',
      'service_introduction ~ R',
      'state ~ R',
      ...['state_description', 'post_payments[]', 'post_discounts[]', 'risk_fund'].map(
        (name) => `${name} ~ O`,
      ),
      ...['time_range', 'location', 'attach', 'notify_url'].map((name) => `${name} ~ O`),
      'order_id ~ R',
      'package string O',
    ],
  },
  {
    at: 'PS 5.3',
    row: 'appid',
    reason: 'the sources differ; decision D16: the client sends it, absence is accepted',
    fields: ['appid string(1-32) O'],
  },
  {
    at: 'PS 5.4',
    row: 'appid',
    reason: 'the sources differ; decision D16: the client sends it, absence is accepted',
    fields: ['appid string(1-32) O'],
  },
  {
    at: 'PS 5.5',
    row: '`type`* string[1,32] with the single value `Order_Paid`',
    reason: inProse,
    fields: [
      'service_id string(1-32) R',
      'sub_mchid string(1-32) R',
      'type string(1-32) R =Order_Paid',
      'detail object R',
      'detail.seq int O',
      'detail.paid_time string R',
      'detail.paid_amount int O',
    ],
  },
  {
    at: 'PS 9.3',
    row: 'Top level: service_id*, appid*, mchid*',
    reason: inProse,
    fields: [
      ...['service_id', 'appid', 'mchid'].map((name) => `${name} ~ R`),
      'sub_appid ~ O',
      'sub_mchid ~ R',
      'out_order_no ~ R',
      'openid ~ O',
      'sub_openid ~ O',
      'state ~ R',
      'state_description ~ O',
      'service_introduction ~ R',
      'total_amount ~ O',
      'post_payments[] ~ R',
      'post_discounts[] ~ O',
      'risk_fund ~ R',
      'time_range ~ R',
      ...['location', 'attach', 'order_id', 'need_collection', 'collection'].map((name) => `${name} ~ O`),
    ],
  },
  {
    at: 'PS 9.3',
    row: 'Fields of other modes that may appear and must be tolerated',
    reason: 'counted only: other modes are tolerated, not declared',
    fields: [
      ...['channel_id', 'out_trade_no', 'user_service_status', 'openorclose_time'].map(
        (name) => `${name} string O`,
      ),
      ...['authorization_code', 'out_request_no'].map((name) => `${name} string O`),
    ],
  },
  {
    at: 'PS 9.3',
    row: 'Not listed anywhere for notifications: currency, currency_price, currency_rate_info, notify_url',
    reason: inProse,
    fields: ['currency ~ O', 'currency_price ~ O', 'currency_rate_info ~ O', 'notify_url ~ O'],
  },
]

const refunds: readonly Exception[] = [
  {
    at: 'PS 10a.1',
    row: '`GET /v3/global/refunds/out-refund-no/{out_refund_no}?sp_mchid=&sub_mchid=`',
    reason: 'the query is part of the path column',
    fields: ['sp_mchid string(1-32) R', 'sub_mchid string(1-32) R'],
  },
  {
    at: 'PS 10a.1',
    row: '`GET /v3/global/refunds?transaction_id=&sp_mchid=&sub_mchid=&offset=&count=`',
    reason: 'the query is part of the path column',
    fields: [
      'transaction_id string(1-32) C',
      'out_trade_no string(1-32) C',
      'sp_mchid string(1-32) R',
      'sub_mchid string(1-32) R',
      'offset int O',
      'count int O',
    ],
  },
  {
    at: 'PS 10a.1',
    row: 'G2, G3 add `transaction_id`, `out_trade_no`, `channel`',
    reason: inProse,
    fields: [
      'id string R',
      'out_refund_no string R',
      'create_time string R',
      ...refundMembers,
      ...promotions,
      'transaction_id string R',
      'out_trade_no string R',
      ...outcome,
    ],
  },
  {
    at: 'PS 10a.1',
    row: 'Answer of G1: `id` (refund number), `out_refund_no`, `create_time`, `amount`, `detail`',
    reason: inProse,
    fields: [
      ...['id', 'out_refund_no', 'create_time', 'amount', 'amount.refund', 'amount.currency'].map(
        (n) => `${n} ~ R`,
      ),
      ...[
        'amount.total',
        'amount.payer_total',
        'amount.payer_refund',
        'amount.payer_currency',
        'amount.exchange_rate',
      ].map((name) => `${name} ~ O`),
      ...['amount.exchange_rate.type', 'amount.exchange_rate.rate'].map((name) => `${name} ~ O`),
      ...promotions,
    ],
  },
  {
    at: 'PS 10a.1',
    row: 'G4: `id` (the trade), `sp_mchid`, `sub_mchid`, `out_trade_no`, `amount`',
    reason: inProse,
    fields: [
      'id string R',
      'sp_mchid string R',
      'sub_mchid string R',
      'out_trade_no string R',
      'amount object R',
      'amount.total int R',
      'amount.currency string R',
      'amount.payer_total int O',
      'amount.payer_currency string O',
      'data[] object[] R',
      ...['id string R', 'out_refund_no string R', 'create_time string R', ...refundMembers].map(
        (f) => `data[].${f}`,
      ),
      ...promotions.map((field) => `data[].${field}`),
      ...outcome.map((field) => `data[].${field}`),
      'total_num int R',
      'current_total_num int R',
    ],
  },
  {
    at: 'PS 10a.2',
    row: '`GET /v3/global/statements?date=20260318&sp_mchid=…[&sub_mchid=…]`',
    reason: inProse,
    fields: ['date string(1-8) R', 'sp_mchid string R', 'sub_mchid string O'],
  },
]

/** What `payscore-oversea-partner.md` says outside readable rows. */
export const payscoreExceptions: readonly Exception[] = [...members, ...reading, ...calls, ...refunds]
