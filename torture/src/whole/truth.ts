/** What is true at the provider, read from the simulator's own books. */
import type { BookedOrder, Simulator } from '@chadan/simulator'

/** The books by product; a cash order under a mixed one is a leg of it. */
export const bookProducts = ['medIns', 'combine', 'payscore', 'wecom', 'payinsurance', 'cash'] as const

const paidWords: Readonly<Record<string, readonly string[]>> = {
  combine: ['SUCCESS', 'REFUND'],
  medIns: ['MIX_PAY_SUCCESS', 'MIX_PAY_REFUND'],
  payscore: ['DONE'],
  wecom: ['SUCCESS', 'REFUND'],
  payinsurance: ['SUCCESS', 'REFUND'],
}

/** Every order there, by its number. */
export function readBooks(simulator: Simulator): ReadonlyMap<string, BookedOrder> {
  const books = new Map<string, BookedOrder>()
  for (const product of bookProducts)
    for (const row of simulator.booked(product, 0, 10_000))
      if (!books.has(row.number)) books.set(row.number, row)
  return books
}

/** Whether the books say that it was paid as a whole. */
export function isPaidThere(row: BookedOrder | undefined): boolean {
  if (!row) return false
  const words = paidWords[row.product] ?? []
  return row.paidMinor > 0 && row.state.split('+').every((word) => words.includes(word))
}

/** Whether the payer could pay this number now. */
export function isPayable(simulator: Simulator, number: string): boolean {
  const checkout = simulator.checkout(number)
  // A cash leg alone is handed over to nobody: only the mixed order that was made of it is.
  if (!checkout || checkout.product === 'cash') return false
  return checkout.state === 'open' && checkout.actions.some((one) => one === 'pay' || one === 'confirm')
}
