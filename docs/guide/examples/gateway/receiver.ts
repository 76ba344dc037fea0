/** Receives webhooks of the gateway in Node: WEBHOOK_SECRET=whsec_… node receiver.ts 3000 */
import { createServer, type IncomingMessage } from 'node:http'
// #region receive
import { Webhook } from 'standardwebhooks'

const webhook = new Webhook(process.env.WEBHOOK_SECRET ?? '')

async function receive(request: IncomingMessage, book: (event: Told) => Promise<void>): Promise<number> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part)
  let event: Told
  try {
    // The bytes as they came, before anything parses them; refuses what is older than five minutes.
    event = webhook.verify(Buffer.concat(parts), request.headers as Record<string, string>) as Told
  } catch {
    return 401
  }
  await book(event) // committed before 2xx is answered: what was acknowledged does not come again
  return 204
}
// #endregion

interface Told {
  readonly id: string
  readonly type: string
  readonly order: string
  readonly order_seq: number
  readonly data: { readonly order: { readonly reference: string; readonly state: string } }
}

// Stands for your database: `id` unique, and per order the highest `order_seq`.
const known = new Set<string>()
const newest = new Map<string, number>()

// #region book
async function book({ id, type, order, order_seq, data }: Told): Promise<void> {
  if (known.has(id)) return // at least once: the same id may come again
  known.add(id)
  if (order_seq <= (newest.get(order) ?? -1)) return // redelivered from earlier: older than what is booked
  newest.set(order, order_seq)
  console.log(type, data.order.reference, data.order.state)
}
// #endregion

createServer(async (request, response) => {
  response.statusCode = await receive(request, book).catch(() => 500)
  response.end()
}).listen(Number(process.argv[2]), '127.0.0.1', () => console.log('ready'))
