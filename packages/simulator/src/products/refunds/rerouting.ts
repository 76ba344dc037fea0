/** Abnormal refunds that the merchant sends another way. */
import type { InputsOf, operations } from '@chadan/protocol'
import { Refusal } from '../../product.ts'
import type { World } from '../../world.ts'
import { foundRefund, type Question, type Refund } from './records.ts'
import { reroute } from './settling.ts'

type Rerouting = InputsOf<typeof operations.refunds.applyAbnormal.body>

const banks: Readonly<Record<NonNullable<Rerouting['bank_type']>, string>> = {
  CMB_DEBIT: '招商银行',
  COMM_DEBIT: '交通银行',
  ABC_DEBIT: '农业银行',
  CCB_DEBIT: '建设银行',
  ICBC_DEBIT: '工商银行',
  BOC_DEBIT: '中国银行',
  PAB_DEBIT: '平安银行',
  SPDB_DEBIT: '浦发银行',
  CITIC_DEBIT: '中信银行',
  CEB_DEBIT: '光大银行',
  CMBC_DEBIT: '民生银行',
  CIB_DEBIT: '兴业银行',
  GDB_DEBIT: '广发银行',
  PSBC_DEBIT: '邮储银行',
  NBCB_DEBIT: '宁波银行',
}

/** The refund, on its way to another account. */
export function applyAbnormal(
  world: World,
  asked: Question,
  body: Pick<Rerouting, 'type' | 'bank_type' | 'bank_account'>,
): Refund {
  const caller = world.merchants.get(asked.mchid)
  if (caller?.disabled || !['*', 'refund'].some((one) => caller?.permissions.includes(one))) {
    throw new Refusal('NO_AUTH', '没有退款权限')
  }
  const refund = foundRefund(world, asked)
  if (refund.state !== 'ABNORMAL')
    throw new Refusal('INVALID_REQUEST', '只有退款异常的退款单可以发起异常退款')
  reroute(world, refund, destination(body))
  return refund
}

function destination({
  type,
  bank_type,
  bank_account,
}: Pick<Rerouting, 'type' | 'bank_type' | 'bank_account'>): string {
  if (type === 'MERCHANT_BANK_CARD' || !bank_type) return '交易商户银行账户'
  return `${banks[bank_type]}借记卡${bank_account?.slice(-4) ?? ''}`
}
