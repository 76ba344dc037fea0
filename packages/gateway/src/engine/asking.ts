/** Asks WeChat Pay where an attempt or a refund stands, and closes: the answers alone say what is. */
import { factsAbout, shows } from '../order/derive-attempt.ts'
import type { Attempt, Order, Refund } from '../order/order.ts'
import { turnOf } from '../order/plan.ts'
import type { Reading } from '../order/reading.ts'
import type { Call, Question } from '../products/product.ts'
import { ask, decides, type Ending } from './calls.ts'
import type { BudgetKind } from './desk.ts'
import { type Hands, heard, operationOf, record } from './hands.ts'

/** Asks about an attempt with all its product's questions. */
export async function askAttempt(hands: Hands, order: Order, number: string): Promise<Order> {
  const attempt = order.attempts.find((one) => one.number === number)
  if (!attempt) throw new TypeError('the order has no attempt of this number')
  const askedMs = hands.desk.clock.now()
  const fenced = isFenced(attempt, askedMs, hands.product.timing.fenceMs)
  // A number that was ever shown exists: a provider that no longer knows it proves nothing.
  const missing = (now: Order): Reading => {
    const said = fenced && !factsAbout(now, number).some(shows) ? 'never_placed' : 'not_found'
    return { about: 'attempt', number, said, word: 'not_found' }
  }
  return putQuestions(hands, order, {
    number,
    askedMs,
    missing,
    kind: 'ask',
    questions: hands.product.ask(order, attempt),
  })
}

/** Asks about a refund. */
export async function askRefund(hands: Hands, order: Order, number: string): Promise<Order> {
  const refund = order.refunds.find((one) => one.number === number)
  if (!refund) throw new TypeError('the order has no refund of this number')
  const askedMs = hands.desk.clock.now()
  const beyond = isFenced(refund, askedMs, hands.product.timing.fenceMs)
  const missing = (): Reading => ({
    about: 'refund',
    number,
    said: 'not_found',
    word: 'not_found',
    ...(beyond && { beyond }),
  })
  return putQuestions(hands, order, {
    number,
    askedMs,
    missing,
    kind: 'ask_refund',
    questions: hands.product.askRefund(order, refund),
  })
}

// No copy of a request that was signed so long ago can be accepted any more (X9).
function isFenced({ errands }: Pick<Attempt | Refund, 'errands'>, askedMs: number, fenceMs: number): boolean {
  const lastSent = Math.max(0, ...errands.map((one) => one.lastSentMs ?? 0))
  return lastSent > 0 && askedMs >= lastSent + fenceMs
}

async function putQuestions(
  hands: Hands,
  order: Order,
  about: {
    number: string
    askedMs: number
    missing: (now: Order) => Reading
    kind: BudgetKind
    questions: readonly Question[]
  },
): Promise<Order> {
  const { number, askedMs, missing, kind, questions } = about
  const endings: { question: Question; ending: Ending }[] = []
  const unclear = { ...missing(order), said: 'unclear' as const, word: 'unreadable' }
  for (const question of questions)
    endings.push({
      question: careful(hands, question, unclear),
      ending: await ask(hands.desk, hands.signer, question),
    })
  learnManners(hands, kind, endings)
  const notFound = ({ question, ending }: { question: Question; ending: Ending }) =>
    ending.ended === 'refused'
      ? ending.refusal.notFound
      : // What has no query of its own (the report of an insurance refund) shows elsewhere that it is not there.
        ending.ended === 'answered' && question.read(ending.result).said === 'not_found'
  // Of several questions the first decides: a cash order that is there says nothing of the mixed one.
  const nobody = endings.length > 0 && endings.every(notFound)
  return record(hands, order.id, (edit) => {
    const turn = turnOf(edit.order, askedMs, hands.product)
    for (const one of endings) {
      const { question, ending } = one
      const operation = operationOf(question.operation.id)
      if (ending.ended === 'answered') {
        const observation = heard(hands, { operation, askedMs, verified: true }, question.read(ending.result))
        edit.hear(observation, ending.evidence)
      } else if (ending.ended === 'refused' && nobody) {
        const verified = decides(operation, ending.refusal)
        edit.hear(heard(hands, { operation, askedMs, verified }, missing(edit.order)), ending.evidence)
      }
    }
    edit.asked(number, askedMs, nobody ? 'missing' : 'other', turn)
  })
}

/** The question, whose answer may not have the form that was promised: then it says nothing (X28). */
function careful({ desk }: Hands, question: Question, unclear: Reading): Question {
  const read = (result: unknown): Reading => {
    try {
      return question.read(result)
    } catch (error) {
      desk.watch.failed?.(`reading an answer of ${question.operation.id}`, error)
      return unclear
    }
  }
  return { ...question, read }
}

function learnManners(
  { budgets, desk, signer }: Hands,
  kind: BudgetKind,
  endings: readonly { question: Call; ending: Ending }[],
): void {
  for (const { question, ending } of endings) {
    if (ending.ended === 'answered') budgets.wake(signer, kind)
    else if (ending.ended === 'lost' && ending.tired) budgets.rest(signer, kind)
    else if (ending.ended === 'refused' && ending.refusal.advice === 'wait') budgets.rest(signer, kind)
    else if (ending.ended === 'unfit')
      desk.watch.failed?.(`a question of ${question.operation.id}`, ending.error)
  }
}

/** Sends a close. Its success proves nothing (X8): the question that follows does. */
export async function closeAttempt(hands: Hands, order: Order, number: string): Promise<Order> {
  const attempt = order.attempts.find((one) => one.number === number)
  const call = attempt && hands.product.close(order, attempt)
  if (!call) throw new TypeError('there is no call that closes this attempt')
  const atMs = hands.desk.clock.now()
  const closing = await record(hands, order.id, (edit) => edit.act({ act: 'close', number, atMs }), {
    must: true,
    hold: true,
  })
  const ending = await ask(hands.desk, hands.signer, call)
  learnManners(hands, 'close', [{ question: call, ending }])
  return closing
}
