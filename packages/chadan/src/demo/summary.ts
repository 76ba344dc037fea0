/** What the day came to: as JSON for machines, in plain words for people. */
import { columns } from '../table.ts'
import { type Disagreement, type ProductName, type ProductRow, products } from './comparison.ts'

/** The result of a day, exactly as `--json` prints it. */
export interface DayResult {
  readonly seed: number
  readonly orders: number
  readonly agree: boolean
  readonly faults: {
    readonly lost: number
    readonly duplicated: number
    readonly forged: number
    readonly answersLost: number
    readonly kills: number
  }
  readonly products: Readonly<Record<ProductName, ProductRow>>
  readonly disagreements: readonly Disagreement[]
}

const titles: Readonly<Record<ProductName, string>> = {
  medIns: '医保自费混合支付',
  combine: '合单支付',
  payscore: '支付分',
  wecom: '企业微信对外收款',
  payinsurance: '微信医保支付',
}

/** The table: a row a product, Chinese names last so that columns stay straight. */
export function tableOf(rows: DayResult['products']): string {
  const head = [
    'product',
    'orders',
    'by notification',
    'by query',
    'by return page',
    'refunds',
    'longest unknown',
    '',
  ]
  return columns([
    head,
    ...products.map((name) => {
      const { orders, byNotification, byQuery, byReturnPage, refunds, unknownMaxMs } = rows[name]
      const counts = [orders, byNotification, byQuery, byReturnPage, refunds].map(String)
      return [name, ...counts, durationOf(unknownMaxMs), titles[name]]
    }),
  ])
}

/** `95 s`, `4 min 10 s`. */
export function durationOf(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 120) return `${seconds} s`
  const rest = seconds % 60
  return `${Math.floor(seconds / 60)} min${rest ? ` ${rest} s` : ''}`
}

/** What went wrong on purpose, in a sentence. */
export function faultsText({ faults: { lost, duplicated, forged, answersLost, kills } }: DayResult): string {
  const killed = kills === 1 ? 'killed once' : `killed ${kills} times`
  return `On purpose: ${lost} notifications (回调) lost, ${duplicated} doubled, ${forged} forged; ${answersLost} answers lost; the gateway ${killed} in the middle.`
}

/** The verdict, and each disagreement on a line. */
export function verdictOf({ agree, disagreements, orders }: DayResult): string {
  if (agree) return `Every one of the ${orders} orders here equals its order there: state, money, refunds.`
  const lines = disagreements.map(
    ({ product, reference, number, what, here, there }) =>
      `  ${product} ${reference || '(no reference)'} ${number}: ${what}: here ${here}, there ${there}`,
  )
  return [`The books do not agree (对账不平), ${disagreements.length} differences:`, ...lines].join('\n')
}
