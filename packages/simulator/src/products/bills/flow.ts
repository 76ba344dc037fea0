/** The fund-flow bill: what came into and went out of an account, with the balance after each movement. */
import { bill } from '@chadan/protocol'
import { dayOf, feeOf, type Movement, settledOf } from '../../bill-days.ts'

const { fenToYuan } = bill

interface Flow {
  readonly atMs: number
  readonly account: string
  readonly number: string
  readonly name: '交易' | '扣除交易手续费' | '退款'
  /** Signed, in fen. */
  readonly fen: number
  readonly applicant: string
  readonly remark: string
  readonly voucher: string
}

/**
 * The bill as bytes; undefined when nothing moved since `fromMs`. `all` is the account's whole history, from
 * which its balance follows.
 */
export function flowBill(all: readonly Movement[], fromMs: number): Buffer | undefined {
  const balances = new Map<string, number>()
  const counters = new Map<string, number>()
  const rows: Record<string, string>[] = []
  const today: Flow[] = []
  for (const flow of all.flatMap(flowsOf)) {
    const balance = (balances.get(flow.account) ?? 0) + flow.fen
    balances.set(flow.account, balance)
    if (flow.atMs < fromMs) continue
    const count = (counters.get(flow.account) ?? 0) + 1
    counters.set(flow.account, count)
    today.push(flow)
    rows.push(cellsOf(flow, { balance, count }))
  }
  if (rows.length === 0) return undefined
  return Buffer.concat([...bill.writeBill('fundFlow', { rows, summary: summary(today) })])
}

function flowsOf({ atMs, payment, refund }: Movement): Flow[] {
  const account = payment.subMchid ?? payment.mchid
  if (refund) {
    // A refund that was closed gave its money back to the merchant: nothing moved in the end.
    if (refund.state === 'CLOSED') return []
    const settled = settledOf(refund.refundMinor, payment)
    const fee = feeOf(settled, payment)
    return [
      {
        atMs,
        account,
        number: refund.refundId,
        name: '退款',
        fen: fee - settled,
        applicant: `${account}API`,
        remark: `退款总金额${fenToYuan(refund.refundMinor)}元;含手续费${fenToYuan(fee)}元`,
        voucher: refund.outRefundNo,
      },
    ]
  }
  const settled = settledOf(payment.amountMinor, payment)
  const fee = feeOf(settled, payment)
  const common = {
    atMs,
    account,
    number: payment.transactionId,
    applicant: 'system',
    remark: `结算总金额 ${fenToYuan(settled)} 元`,
    voucher: `TR${payment.transactionId}`,
  }
  const received = { ...common, name: '交易' as const, fen: settled }
  return fee === 0 ? [received] : [received, { ...common, name: '扣除交易手续费' as const, fen: -fee }]
}

function cellsOf(flow: Flow, { balance, count }: { balance: number; count: number }): Record<string, string> {
  const day = dayOf(flow.atMs).replaceAll('-', '')
  return {
    记账时间: bill.msToBillTime(flow.atMs),
    微信支付业务单号: flow.number,
    资金流水单号: `${flow.account}${day}0099${String(count).padStart(6, '0')}`,
    业务名称: flow.name,
    业务类型: flow.name === '退款' ? '退款' : '交易',
    收支类型: flow.fen < 0 ? '支出' : '收入',
    '收支金额(元)': fenToYuan(Math.abs(flow.fen)),
    '账户结余(元)': fenToYuan(balance),
    资金变更提交申请人: flow.applicant,
    备注: flow.remark,
    业务凭证号: flow.voucher,
  }
}

function summary(flows: readonly Flow[]): Record<string, string> {
  const incoming = flows.filter(({ fen }) => fen >= 0)
  const outgoing = flows.filter(({ fen }) => fen < 0)
  const sum = (some: readonly Flow[]) => fenToYuan(some.reduce((total, { fen }) => total + Math.abs(fen), 0))
  return {
    资金流水总笔数: String(flows.length),
    收入笔数: String(incoming.length),
    收入金额: sum(incoming),
    支出笔数: String(outgoing.length),
    支出金额: sum(outgoing),
  }
}
