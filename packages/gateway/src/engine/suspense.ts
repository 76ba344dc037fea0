/** Money may have moved for a number that is not in our books: it is kept, asked for, and shown to a person (X12). */
import { createHash } from 'node:crypto'
import type { Attempt, Order } from '../order/order.ts'
import type { Reading } from '../order/reading.ts'
import type { Product } from '../products/product.ts'
import { ask } from './calls.ts'
import type { Counter } from './counter.ts'
import type { Signer } from './desk.ts'

/** Keeps a verified notice that fits none of our orders, and asks what WeChat Pay says about its number. */
export async function suspend(
  counter: Counter,
  signer: Signer,
  found: {
    product: Product
    kind: 'order' | 'refund'
    number: string
    by: string
    why: 'unknown_order' | 'other_ids'
    reading: Reading
  },
  { bytes, heardMs }: { bytes: Uint8Array; heardMs: number },
): Promise<void> {
  const { product, kind, number, by, reading, why } = found
  const meaning = [signer.facts.id, product.id, number, by, why, reading.said].join('\n')
  // The same message again raises the counter of what is kept.
  const id = `sus_${createHash('sha256').update(meaning).digest('base64url').slice(0, 26)}`
  await counter.desk.store.suspend({
    id,
    signer: signer.facts.id,
    product: product.id,
    number,
    why: why === 'unknown_order' ? 'unknown_number' : why,
    by,
    heardMs,
    found: told(reading),
    bytes,
  })
  if (kind === 'order' && why === 'unknown_order') counter.underWay(askAbout(counter, signer, found, id))
}

async function askAbout(
  counter: Counter,
  signer: Signer,
  { product, number, reading }: { product: Product; number: string; reading: Reading },
  id: string,
): Promise<void> {
  const { desk } = counter
  if (!(await mayAsk(counter, signer))) {
    await desk.store.noteSuspense(id, `not asked about ${reading.number}: WeChat Pay takes no questions now`)
    return
  }
  const [question] = product.ask(stranger(product, signer, number), attemptOf(number, desk.clock.now()))
  if (!question) return
  const ending = await ask(desk, signer, question)
  const answer =
    ending.ended === 'answered'
      ? told(question.read(ending.result))
      : ending.ended === 'refused'
        ? ending.refusal.kind.toLowerCase()
        : 'no answer'
  await desk.store.noteSuspense(id, `asked about ${reading.number}: ${answer}`)
}

/** Waits for the budget's next windows; where calls rest for longer, a person asks later. */
async function mayAsk({ desk, budgets }: Counter, signer: Signer): Promise<boolean> {
  for (let tries = 0; tries < 10; tries++) {
    const waitMs = await budgets.take(signer, 'ask')
    if (waitMs === 0) return true
    if (waitMs > 1_000) return false
    await new Promise<void>((resolve) => void desk.clock.after(waitMs, resolve))
  }
  return false
}

function told({ said, word, amount }: Reading): string {
  return `${said} (${word})${amount ? `, ${amount.minor} ${amount.currency}` : ''}`
}

// Just enough of an order to ask with: nothing of it is kept.
function stranger(product: Product, signer: Signer, number: string): Order {
  const amount = { minor: 0, currency: '' }
  return {
    id: '',
    tenant: '',
    signer: signer.facts.id,
    product: product.id,
    reference: '',
    createdMs: 0,
    version: 0,
    content: '',
    head: '',
    attempts: [attemptOf(number, 0)],
    refunds: [],
    facts: [],
    rulings: [],
    aged: [],
    asked: {},
    view: {
      state: 'unknown',
      number,
      amount,
      taken: 0,
      refunded: 0,
      refunding: 0,
      attempts: [],
      refunds: [],
      marks: [],
    },
  }
}

function attemptOf(number: string, openedMs: number): Attempt {
  return {
    number,
    openedMs,
    amount: { minor: 0, currency: '' },
    parts: [],
    merchant: {},
    errands: [],
    expiresMs: openedMs,
    closes: 0,
  }
}
