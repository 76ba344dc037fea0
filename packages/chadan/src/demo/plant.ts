/** A proxy before the gateway's API that tampers with what it says: whether the comparison notices. */
import { type Serving, serve } from '../serve.ts'
import type { AttemptHere, OrderHere } from './books.ts'

/** What can be planted, with what it means. */
export const plants = {
  'lost-order': 'an order that was paid there is not in the books here',
  amount: 'the amount of a paid order is another one here',
  phantom: 'an order is paid here that is not there',
} as const

/** One of them. */
export type Plant = keyof typeof plants

/** Serves the API with the plant in its list of orders. */
export function servePlanted(
  apiUrl: string,
  plant: Plant,
  fetch: (request: Request) => Promise<Response>,
): Promise<Serving> {
  const tamper = tampering[plant]()
  return serve(
    async (request) => {
      const { pathname, search } = new URL(request.url)
      const response = await fetch(new Request(`${apiUrl}${pathname}${search}`, { headers: request.headers }))
      if (pathname !== '/v1/orders' || !response.ok) return response
      const page = (await response.json()) as { data: OrderHere[] }
      return Response.json({ ...page, data: tamper(page.data) })
    },
    { port: 0 },
  )
}

/** Changes one order of all pages. */
type Tamper = (orders: readonly OrderHere[]) => readonly OrderHere[]

const paid = (order: OrderHere) => order.state === 'paid'

const tampering: Readonly<Record<Plant, () => Tamper>> = {
  'lost-order': () => onFirst(() => []),
  amount: () =>
    onFirst((order) => [{ ...order, attempts: order.attempts.map((attempt) => dearer(attempt)) }]),
  phantom: () =>
    onFirst((order) => {
      const number = `PHANTOM${order.number.slice(0, 12)}`
      const attempts = order.attempts.slice(-1).map((attempt) => ({ ...attempt, number }))
      return [order, { ...order, id: 'ord_phantom', reference: 'phantom', number, attempts, refunds: [] }]
    }),
}

function onFirst(change: (order: OrderHere) => readonly OrderHere[]): Tamper {
  let done = false
  return (orders) =>
    orders.flatMap((order) => {
      if (done || !paid(order)) return [order]
      done = true
      return change(order)
    })
}

function dearer(attempt: AttemptHere): AttemptHere {
  if (attempt.taken.minor === 0) return attempt
  const more = ({ minor, currency }: AttemptHere['taken']) => ({ minor: minor + 1, currency })
  return { ...attempt, amount: more(attempt.amount), taken: more(attempt.taken) }
}
