/** What is looked at on the wires: calls to the provider, answers to its notices, webhooks of the merchant. */
import { Broken } from '../finding.ts'
import { type Ears, orderedBy, type Sent } from './network.ts'
import { note, type World } from './world.ts'

/** 15 and 24. Counts the calls that go out, and compares what is sent again with what was sent. */
export function called(world: World, call: Sent): void {
  const { method, path, numbers } = call
  const asks = method === 'GET' || /query|get_|token|download|statement/.test(path)
  if (asks) {
    // A question about a mixed order is two calls; tokens and keys are not counted.
    if (method === 'GET' && numbers.length > 0 && ++world.questions > 2 * world.questionsGranted)
      throw new Broken(
        24,
        'provider budget',
        `${world.questions} questions, ${world.questionsGranted} granted`,
      )
    return
  }
  const refund = /refund/.test(path)
  const own = refund
    ? numbers.map((one) => refundBehind(world, one)).find((one) => one !== undefined)
    : numbers.find((one) => isAttempt(world, one))
  const number = own ?? numbers[0]
  if (number === undefined) return
  // Under a token, the client sends once more with a fresh one when the old one was refused.
  const weight = /^\/(payinsurance|cgi-bin)\//.test(path) ? 0.5 : 1
  world.effects.set(number, (world.effects.get(number) ?? 0) + weight)
  if (/close|cancel|complete|sync/.test(path)) return
  const key = `${path} ${refund ? (numbers.find((one) => refundBehind(world, one)) ?? number) : number}`
  const ordered = orderedBy(call)
  const known = world.bodies.get(key)
  if (known !== undefined && known !== ordered)
    throw new Broken(15, 'numbers are never reused', `${key} was sent with another body`)
  world.bodies.set(key, ordered)
}

/** The refund that bears this number, or one of whose calls does. */
function refundBehind(world: World, number: string): string | undefined {
  for (const order of world.orders.values())
    for (const refund of order.refunds)
      if (number === refund.number || number.startsWith(`${refund.number}_`)) return refund.number
  return undefined
}

function isAttempt(world: World, number: string): boolean {
  for (const order of world.orders.values())
    if (order.attempts.some((one) => one.number === number)) return true
  return false
}

/** 11. A forged notice is never taken. */
export function answered({ forged, status, body, url }: Parameters<Ears['answered']>[0]): void {
  if (!forged || status >= 300) return
  // XML is always answered 200; what counts stands in it.
  if (/FAIL/.test(body)) return
  throw new Broken(11, 'evidence', `a forged notice was accepted at ${new URL(url).pathname}`)
}

/** 19 and 20. Events of an order arrive in order; each tells the state at its place. */
export function took(world: World, url: string, body: string): void {
  const event = JSON.parse(body) as {
    id: string
    order: string
    order_seq: number
    type: string
    data: { order?: { version?: number } }
  }
  note(world, 'receiver', `${event.type} ${event.order} ${event.order_seq}`)
  if (world.takenIds.has(event.id)) return
  world.takenIds.add(event.id)
  const key = `${url} ${event.order}`
  const before = world.taken.get(key) ?? 0
  if (event.order_seq <= before)
    throw new Broken(19, 'order within an order', `${event.order_seq} after ${before} of ${event.order}`)
  world.taken.set(key, event.order_seq)
  if (event.data.order?.version !== Math.floor(event.order_seq / 100))
    throw new Broken(
      20,
      'content is the state at its sequence',
      `version ${event.data.order?.version} at ${event.order_seq}`,
    )
}
