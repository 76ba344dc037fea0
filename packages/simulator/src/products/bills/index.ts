/** Bills of mainland merchants on the platform's side: applications and downloads. */
import { operations } from '@chadan/protocol'
import { checkDay, madeMs, movements, movementsOn, startOf, threeMonthsBack } from '../../bill-days.ts'
import type { Transaction } from '../../ledger.ts'
import { handle, type ProductFactory, Refusal } from '../../product.ts'
import type { Merchant, World } from '../../world.ts'
import { type BillFile, fetchFile, fileOf, offer, offerSealed } from './files.ts'
import { flowBill } from './flow.ts'
import { type TradeBill, tradeBill } from './trade.ts'

const dayMs = 24 * 3_600_000

/** Products whose payments stand in the trade bill; the others have bills of their own. */
const billed: readonly string[] = ['cash', 'combine']

/** Makes the product for a world. */
export const bills: ProductFactory = (world) => ({
  name: 'bills',
  handlers: [
    handle(operations.bills.trade, ({ caller, query }) => {
      permit(caller)
      if (query.sub_mchid !== undefined) permitSub(caller, query.sub_mchid)
      checkDay(world, query.bill_date, threeMonthsBack(world))
      const type = readable(query.bill_type ?? 'ALL')
      const of = (payment: Transaction) =>
        billed.includes(payment.product) &&
        payment.mchid === caller.mchid &&
        (query.sub_mchid === undefined || payment.subMchid === query.sub_mchid)
      const made = madeMs(world, query.bill_date)
      const key = ['trade', caller.mchid, query.sub_mchid ?? 'all', query.bill_date, made, type].join('/')
      const file = fileOf(world, key, () => tradeBill(type, movementsOn(world, query.bill_date, of), made))
      return offer(world, caller, { file, packed: query.tar_type === 'GZIP' })
    }),

    handle(operations.bills.fundFlow, ({ caller, query }) => {
      permit(caller)
      if (query.sub_mchid !== undefined) permitSub(caller, query.sub_mchid)
      const account = query.sub_mchid ?? caller.mchid
      const file = flowFile(world, [account], { ...query, account_type: query.account_type ?? 'BASIC' })
      return offer(world, caller, { file, packed: query.tar_type === 'GZIP' })
    }),

    handle(operations.bills.subMerchantFundFlow, ({ caller, query }) => {
      permit(caller)
      permitSub(caller, query.sub_mchid)
      permitAlgorithm(query.algorithm)
      const file = flowFile(world, [query.sub_mchid], query)
      return offerSealed(world, caller, { file, packed: query.tar_type === 'GZIP' })
    }),

    handle(operations.bills.ecommerceFundFlow, ({ caller, query }) => {
      permit(caller)
      if (caller.role !== 'partner') throw new Refusal('NO_AUTH', '非电商平台商户')
      permitAlgorithm(query.algorithm)
      const file = flowFile(world, caller.subs, query)
      return offerSealed(world, caller, { file, packed: query.tar_type === 'GZIP' })
    }),

    handle(operations.bills.download, ({ caller, query }) => fetchFile(world, caller, query.token)),
  ],
})

/** All movements of these accounts are on the basic account; the other kinds of account stay empty. */
function flowFile(
  world: World,
  accounts: readonly string[],
  { bill_date, account_type }: { bill_date: string; account_type: string },
): BillFile {
  checkDay(world, bill_date, threeMonthsBack(world))
  const key = ['fundFlow', accounts.join('+'), bill_date, madeMs(world, bill_date), account_type].join('/')
  return fileOf(world, key, () => {
    if (account_type !== 'BASIC' && account_type !== 'ALL') return undefined
    const fromMs = startOf(bill_date)
    const of = (payment: Transaction) =>
      payment.currency === 'CNY' && accounts.includes(payment.subMchid ?? payment.mchid)
    return flowBill(movements(world, { fromMs: 0, toMs: fromMs + dayMs, of }), fromMs)
  })
}

function permit({ permissions, disabled }: Merchant): void {
  if (disabled || !(permissions.includes('*') || permissions.includes('bills')))
    throw new Refusal('NO_AUTH', '商户无账单权限')
}

function permitSub(caller: Merchant, subMchid: string): void {
  if (!caller.subs.includes(subMchid)) throw new Refusal('NO_AUTH', '商户与子商户没有受理关系')
}

function permitAlgorithm(algorithm: string): void {
  // SM4 needs a certificate of the national standard, which nobody in this world holds.
  if (algorithm === 'SM4_GCM') throw new Refusal('NO_AUTH', '商户没有国密证书')
}

const readableTypes: readonly string[] = ['ALL', 'SUCCESS', 'REFUND']

/** The kinds of bill whose layout is published; recharges do not happen in this world. */
function readable(type: string): TradeBill {
  if (type === 'RECHARGE_REFUND') throw new Refusal('NO_STATEMENT_EXIST', '账单文件不存在')
  if (!readableTypes.includes(type)) throw new Refusal('NO_AUTH', '商户无该类型账单的权限')
  return type as TradeBill
}
