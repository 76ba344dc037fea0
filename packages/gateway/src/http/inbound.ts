/** Where WeChat Pay and payers' browsers arrive: raw bytes to the gateway, answered within five seconds. */
import type { Clock } from '@chadan/protocol'
import type { Hono } from 'hono'
import { Declined, type Gateway } from '../engine/desk.ts'
import { errorFields, type Log } from '../logging.ts'
import { securityHeaders, within } from './app.ts'
import { BodyGivenUp, BodyTooLarge, Room, readBytes } from './body.ts'
import { pageAnswer } from './pages.ts'
import { Problem } from './problems.ts'
import { productIds } from './schemas.ts'

/** What inbound routes lean on, and their limits. */
export interface InboundOptions {
  readonly gateway: Pick<Gateway, 'hear' | 'comeBack'>
  readonly clock: Clock
  readonly log: Log
  readonly maxBodyBytes?: number | undefined
  /** When an answer is given at the latest, in ms. Default 4 500: WeChat gives up after 5 s. */
  readonly answerMs?: number | undefined
  /** Messages worked on at the same time, once they have come whole; more are refused, and come again. */
  readonly concurrent?: number | undefined
  /** What bodies that are still arriving may hold together, in bytes: anybody can send them. Default 64 MiB. */
  readonly arrivingBytes?: number | undefined
}

const signerId = /^[A-Za-z0-9_-]{1,64}$/

/** Adds `/notify/{signer}/{product}` and `/return/{order}`. No tenant stands in these addresses: it is found from the content. */
export function addInbound(app: Hono, options: InboundOptions): void {
  const { concurrent = 2000, answerMs = 4_500, clock } = options
  const room = new Room(options.arrivingBytes ?? 64 * 1024 * 1024)
  // A commit that comes late is refused before, so that the message comes again.
  let running = 0
  const bounded: Bounded = async (work) => {
    if (running >= concurrent) throw new Problem('unavailable')
    running++
    return work().finally(() => running--)
  }
  const inTime = async (
    refused: () => Response,
    work: (signal: AbortSignal) => Promise<Response>,
  ): Promise<Response> => {
    const given = new AbortController()
    const under = within(clock, answerMs, work(given.signal))
    return guarded(await under.catch((error) => failed(options, error, refused)).finally(() => given.abort()))
  }
  app.on(['GET', 'POST'], '/notify/:signer/:product', (context) =>
    inTime(comeAgain, (signal) =>
      hear(options, context.req.raw, context.req.param(), { room, signal, bounded }),
    ),
  )
  app.get('/return/:order', (context) =>
    inTime(neutralPage, () => bounded(() => comeBack(options, context.req.param('order')))),
  )
}

type Bounded = (work: () => Promise<Response>) => Promise<Response>

async function hear(
  { gateway, maxBodyBytes = 2 * 1024 * 1024 }: InboundOptions,
  request: Request,
  { signer, product }: { signer: string; product: string },
  { room, signal, bounded }: { room: Room; signal: AbortSignal; bounded: Bounded },
): Promise<Response> {
  const known = productIds.find((one) => one === product)
  if (!known || !signerId.test(signer)) return new Response(null, { status: 404 })
  const { url, method, headers } = request
  const body = method === 'GET' ? new Uint8Array() : await readBytes(request, maxBodyBytes, { room, signal })
  return bounded(() => gateway.hear(signer, known, { url, method, headers, body }))
}

async function comeBack({ gateway }: InboundOptions, order: string): Promise<Response> {
  if (order.length > 128) return neutralPage()
  const { location } = await gateway.comeBack(order)
  const url = location === undefined ? null : URL.parse(location)
  if (!url || !/^https?:$/.test(url.protocol)) return neutralPage()
  return new Response(null, { status: 302, headers: { location: url.href } })
}

/** The refusal after which every dialect sends its message again. */
function comeAgain(): Response {
  const body = JSON.stringify({ code: 'FAIL', message: 'not now; send it again' })
  return new Response(body, { status: 503, headers: { 'content-type': 'application/json' } })
}

function neutralPage(): Response {
  return pageAnswer(
    '支付结果',
    '<h1>请返回商户页面查看支付结果</h1><p>您可以关闭此页面。You may close this page; the merchant shows the result.</p>',
    { language: 'zh-CN' },
  )
}

function failed({ log }: InboundOptions, error: unknown, refused: () => Response): Response {
  if (error instanceof BodyTooLarge) return new Response(null, { status: 413 })
  const expected = error instanceof Declined || error instanceof Problem || error instanceof BodyGivenUp
  if (!expected) log.error('inbound_failed', errorFields(error))
  return refused()
}

function guarded(response: Response): Response {
  const headers = new Headers(response.headers)
  for (const [name, value] of Object.entries(securityHeaders))
    if (!headers.has(name)) headers.set(name, value)
  return new Response(response.body, { status: response.status, headers })
}
