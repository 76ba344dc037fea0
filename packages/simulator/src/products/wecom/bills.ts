/** Trade bills of WeCom, written from the ledger, and their download: once, within 30 s, with the right `auth`. */
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { bill, operations } from '@chadan/protocol'
import { madeMs } from '../../bill-days.ts'
import type { RawRequest } from '../../exchange/request.ts'
import type { RefundRecord, Transaction } from '../../ledger.ts'
import { handle, Refusal } from '../../product.ts'
import type { World } from '../../world.ts'
import { mustOwn, refused } from './rows.ts'

const { getBill, downloadBill } = operations.wecom

const dayMs = 24 * 3600_000
const oldestDays = 92

interface Link {
  readonly text: string
  readonly packed: boolean
  readonly auth: string
  readonly expiresMs: number
}

type BillType = 'ALL' | 'SUCCESS' | 'REFUND'

/** Which rows of the ledger a bill holds, and in which layout. */
const layouts = {
  ALL: { kind: 'wecom.all', payments: true, refunds: true },
  SUCCESS: { kind: 'wecom.success', payments: true, refunds: false },
  REFUND: { kind: 'wecom.refund', payments: false, refunds: true },
} as const satisfies Record<BillType, { kind: bill.BillKind; payments: boolean; refunds: boolean }>

// The page says POST and calls its fields "query"; GET is taken as well (D1).
const byQuery = { alsoTakes: ({ verb }: RawRequest) => verb === 'GET' }

/** Makes a bill and answers its link. */
export const billing = handle(
  getBill,
  ({ world, caller, body }) => {
    mustOwn(caller, body.mchid)
    const text = billOf(world, body.mchid, body.bill_date, body.bill_type ?? 'ALL')
    const token = `${linkMark}${world.draw.text(32)}`
    const auth = `WECHATPAY2-SHA256-RSA2048 mchid="${body.mchid}",nonce_str="${world.draw.nonce()}",timestamp="${Math.floor(world.clock.now() / 1000)}",serial_no="${world.draw.hex(40).toUpperCase()}",signature="${Buffer.from(world.draw.text(256)).toString('base64')}"`
    links(world).set(token, {
      text,
      packed: body.tar_type === 'GZIP',
      auth,
      expiresMs: world.clock.now() + world.switches.wecom.billLinkMs,
    })
    return {
      hash_type: 'SHA1',
      hash_value: createHash('sha1').update(text).digest('hex'),
      download_url: `${world.baseUrl}/v3/billdownload/file?token=${token}`,
      // Sent with the header's name before it, which a client takes off (D21).
      auth: `Authorization: ${auth}`,
    }
  },
  byQuery,
)

const linkMark = 'wecom_'

// Links of other bills lie on the same path; ours are known by the mark.
const byLink = {
  alsoTakes: ({ search }: RawRequest) =>
    new URLSearchParams(search).get('token')?.startsWith(linkMark) === true,
}

/** Answers the file behind a link. */
export const downloading = handle(
  downloadBill,
  ({ world, query, header }) => {
    const link = links(world).get(query.token)
    const gone = (message: string) => new Refusal('INVALID_REQUEST', message, { status: 400 })
    if (!link || link.expiresMs < world.clock.now())
      throw gone('the link is unknown, used or older than 30 s')
    if (header('authorization') !== link.auth)
      throw new Refusal('SIGN_ERROR', 'the Authorization is not the auth of the link', { status: 401 })
    links(world).delete(query.token)
    const bytes = Buffer.from(link.text)
    return link.packed
      ? { bytes: gzipSync(bytes), headers: { 'content-type': 'application/gzip' } }
      : { bytes, headers: { 'content-type': 'text/plain' } }
  },
  byLink,
)

function billOf(world: World, mchid: string, day: string, type: BillType): string {
  const startMs = bill.billTimeToMs(`${day} 00:00:00`)
  const now = world.clock.now()
  if (now < startMs || now < madeMs(world, day)) throw refused(world, 'the bill is not ready')
  if (now - startMs > oldestDays * dayMs) throw refused(world, 'the day is more than three months ago')
  const isThatDay = (ms: number) => ms >= startMs && ms < startMs + dayMs
  const layout = layouts[type]
  const own = [...world.transactions.values()].filter((one) => one.product === 'wecom' && one.mchid === mchid)
  const payments = layout.payments ? own.filter((one) => isThatDay(one.successMs)) : []
  const refunds = layout.refunds
    ? [...world.refunds.values()].flatMap((record) => {
        const paid = own.find((one) => one.transactionId === record.transactionId)
        return paid && isThatDay(record.createMs) ? [{ record, paid }] : []
      })
    : []
  if (payments.length + refunds.length === 0) throw refused(world, 'no statement exists for that day')
  const rows = [
    ...payments.map((paid) => ({ ms: paid.successMs, cells: paymentCells(paid) })),
    ...refunds.map(({ record, paid }) => ({ ms: record.createMs, cells: refundCells(record, paid) })),
  ].sort((a, b) => a.ms - b.ms)
  const { columns, summary } = bill.billFormat(layout.kind)
  const only = (cells: Record<string, string>, known: readonly { name: string }[]) =>
    Object.fromEntries(known.map(({ name }) => [name, cells[name] ?? '']))
  const content = {
    rows: rows.map(({ cells }) => only(cells, columns)),
    summary: only(summaryCells(payments, refunds), summary),
  }
  return Buffer.concat([...bill.writeBill(layout.kind, content)]).toString()
}

/** The fee in thousandths of a fen, to the fen. */
function feeOf(paid: Transaction, minor: number): number {
  return Math.round(minor * paid.feeRate) * 1000
}

function settledMinor(paid: Transaction): number {
  const untopped = paid.coupons
    .filter((one) => one.type === 'NOCASH')
    .reduce((sum, one) => sum + one.minor, 0)
  return paid.amountMinor - untopped
}

function commonCells(paid: Transaction): Record<string, string> {
  return {
    公众账号ID: paid.appid,
    商户号: paid.mchid,
    特约商户号: '0',
    设备号: paid.deviceId ?? '',
    微信订单号: paid.transactionId,
    商户订单号: paid.outTradeNo,
    用户标识: paid.openid ?? '',
    交易类型: paid.tradeType,
    付款银行: paid.bankType,
    货币种类: paid.currency,
    商品名称: paid.description,
    商户数据包: paid.attach ?? '',
    费率: `${(paid.feeRate * 100).toFixed(2)}%`,
    费率备注: '',
  }
}

function paymentCells(paid: Transaction): Record<string, string> {
  return {
    ...commonCells(paid),
    交易时间: bill.msToBillTime(paid.successMs),
    交易状态: 'SUCCESS',
    应结订单金额: bill.fenToYuan(settledMinor(paid)),
    代金券金额: bill.fenToYuan(paid.amountMinor - paid.payerMinor),
    微信退款单号: '0',
    商户退款单号: '0',
    退款金额: '0.00',
    充值券退款金额: '0.00',
    手续费: bill.milliFenToYuan(feeOf(paid, settledMinor(paid))),
    订单金额: bill.fenToYuan(paid.amountMinor),
    申请退款金额: '0.00',
  }
}

/** The bill's own words for the state of a refund. */
const billWords = {
  PROCESSING: 'PROCESSING',
  SUCCESS: 'SUCCESS',
  CLOSED: 'FAIL',
  ABNORMAL: 'CHANGE',
} as const satisfies Record<RefundRecord['state'], string>

function refundCells(record: RefundRecord, paid: Transaction): Record<string, string> {
  return {
    ...commonCells(paid),
    交易时间: bill.msToBillTime(record.createMs),
    交易状态: 'REFUND',
    应结订单金额: '0.00',
    代金券金额: '0.00',
    退款申请时间: bill.msToBillTime(record.createMs),
    退款成功时间: record.successMs === undefined ? '' : bill.msToBillTime(record.successMs),
    微信退款单号: record.refundId,
    商户退款单号: record.outRefundNo,
    退款金额: bill.fenToYuan(record.refundMinor - cashShare(record, 'DISCOUNT')),
    充值券退款金额: bill.fenToYuan(cashShare(record, 'COUPON')),
    退款类型: String(record.details?.channel ?? 'ORIGINAL'),
    退款状态: billWords[record.state],
    手续费: bill.milliFenToYuan(-feeOf(paid, record.refundMinor)),
    订单金额: '0.00',
    申请退款金额: bill.fenToYuan(record.refundMinor),
  }
}

/** What went back to coupons of one kind. */
function cashShare(record: RefundRecord, type: 'COUPON' | 'DISCOUNT'): number {
  const promotions = (record.details?.promotions ?? []) as { type: string; refund_amount: number }[]
  return promotions.reduce((sum, one) => sum + (one.type === type ? one.refund_amount : 0), 0)
}

function summaryCells(
  payments: readonly Transaction[],
  refunds: readonly { record: RefundRecord; paid: Transaction }[],
): Record<string, string> {
  const total = <T>(items: readonly T[], minor: (item: T) => number) =>
    items.reduce((sum, item) => sum + minor(item), 0)
  const fees =
    total(payments, (paid) => feeOf(paid, settledMinor(paid))) -
    total(refunds, ({ record, paid }) => feeOf(paid, record.refundMinor))
  return {
    总交易单数: String(payments.length + refunds.length),
    应结订单总金额: bill.fenToYuan(total(payments, settledMinor)),
    退款总金额: bill.fenToYuan(
      total(refunds, ({ record }) => record.refundMinor - cashShare(record, 'DISCOUNT')),
    ),
    充值券退款总金额: bill.fenToYuan(total(refunds, ({ record }) => cashShare(record, 'COUPON'))),
    手续费总金额: bill.milliFenToYuan(fees),
    订单总金额: bill.fenToYuan(total(payments, (paid) => paid.amountMinor)),
    申请退款总金额: bill.fenToYuan(total(refunds, ({ record }) => record.refundMinor)),
  }
}

function links(world: World) {
  return world.table<Link>('wecom.billLinks')
}
