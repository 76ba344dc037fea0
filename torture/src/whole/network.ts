/** What lies between nodes, provider and the merchant's receivers, and what goes wrong on it. */
import { createHash } from 'node:crypto'
import { apiv3 } from '@chadan/protocol'
import type { Simulator } from '@chadan/simulator'
import type { Chance } from '../chance.ts'
import type { Scheduler } from '../scheduler.ts'
import { noShares, type Shares, type WholeFault } from './faults.ts'
import type { Node } from './node.ts'

/** What the network tells. */
export interface Ears {
  note(who: string, what: string): void
  /** A fault happened. */
  fault(kind: WholeFault): void
  /** A call of a node went out, before anything is done with it. */
  called(node: Node, call: Sent): void
  /** The provider was reached. */
  reached(): void
  /** A question was answered with what was true before. */
  lied(numbers: readonly string[]): void
  /** A notice was answered. */
  answered(notice: { url: string; forged: boolean; status: number; body: string }): void
  /** A receiver took a webhook. */
  took(url: string, body: string, headers: Readonly<Record<string, string>>): void
}

/** A call as it went out. */
export interface Sent {
  readonly method: string
  readonly path: string
  readonly body: string
  /** Merchant's numbers in it. */
  readonly numbers: readonly string[]
}

interface Kept {
  readonly status: number
  readonly headers: readonly [string, string][]
  readonly body: string
}

/** A network. `heal` ends its faults. */
export class Network {
  readonly #scheduler: Scheduler
  readonly #chance: Chance
  readonly #ears: Ears
  #shares: Shares
  readonly #before = new Map<string, Kept[]>()
  readonly #downUntil = new Map<string, number>()
  #simulator: Simulator | undefined
  nodes: readonly Node[] = []

  constructor(given: { scheduler: Scheduler; chance: Chance; shares: Shares; ears: Ears }) {
    this.#scheduler = given.scheduler
    this.#chance = given.chance
    this.#shares = given.shares
    this.#ears = given.ears
  }

  connect(simulator: Simulator, nodes: readonly Node[]): void {
    this.#simulator = simulator
    this.nodes = nodes
  }

  heal(): void {
    this.#shares = noShares
    this.#downUntil.clear()
  }

  /** Whether this goes wrong now. */
  fault(kind: WholeFault, scale = 1): boolean {
    if (!this.#chance.happens(this.#shares[kind] * scale)) return false
    this.#ears.fault(kind)
    return true
  }

  get shares(): Shares {
    return this.#shares
  }

  /** Carries a call to the provider, as far as it comes. */
  async call(node: Node, request: Request): Promise<Response> {
    const body = await request.text()
    const url = new URL(request.url)
    const sent: Sent = { method: request.method, path: url.pathname, body, numbers: numbersOf(url, body) }
    this.#ears.called(node, sent)
    const { method, headers } = request
    const arrive = async () => {
      this.#ears.reached()
      if (!this.#simulator) throw new TypeError('nobody is there yet')
      return this.#simulator.fetch(new Request(request.url, { method, headers, ...(body && { body }) }))
    }
    const label = `${method} ${url.pathname} ${sent.numbers.join(' ')}`
    return unlessAborted(request.signal, this.#carry(node, { arrive, label, url, sent }))
  }

  async #carry(
    node: Node,
    given: { arrive: () => Promise<Response>; label: string; url: URL; sent: Sent },
  ): Promise<Response> {
    const { arrive, label, url, sent } = given
    const isToken = url.pathname.includes('token')
    const cut = (why: WholeFault) => {
      this.#ears.note(node.name, `${label}: ${why}`)
      return new TypeError(`the connection broke (${why})`)
    }
    if (this.fault('lose_request')) {
      await this.#pause(1, 12_000)
      throw cut('lose_request')
    }
    if (this.fault('busy'))
      return this.#odd(node, label, 429, '{"code":"RATELIMIT_EXCEEDED","message":"busy"}')
    if (this.fault('server_error')) return this.#odd(node, label, 502, '<html>Bad Gateway</html>')
    if (this.fault('late_request')) {
      this.#later(arrive, this.#chance.spread(11_000, 20 * 60_000), label)
      await this.#pause(9_000, 30_000)
      throw cut('late_request')
    }
    if (this.fault('double_request'))
      this.#later(arrive, this.#chance.spread(50, 8 * 60_000), `${label} again`)
    await this.#pause(2, 120)
    const response = await arrive()
    const text = await response.text()
    this.#ears.note(
      node.name,
      `${label}: ${response.status}${response.status >= 400 ? ` ${codeOf(text)}` : ''}`,
    )
    if (this.fault('lose_answer')) {
      await this.#pause(1, 12_000)
      throw cut('lose_answer')
    }
    await this.#pause(2, 120)
    if (this.fault('slow')) await this.#pause(500, 25_000)
    return this.#answer(node, { response, text, label, question: isToken ? undefined : questionOf(sent) })
  }

  #answer(
    node: Node,
    given: { response: Response; text: string; label: string; question: string | undefined },
  ): Response {
    const { response, text, label, question } = given
    const headers = new Headers(response.headers)
    if (question !== undefined && (response.ok || response.status === 404)) {
      const kept = this.#before.get(question) ?? []
      if (kept.length < 3) kept.push({ status: response.status, headers: [...headers], body: text })
      this.#before.set(question, kept)
      const [old] = kept
      if (old && old.body !== text && this.fault('stale_answer')) {
        this.#ears.note(node.name, `${label}: answered as before, ${old.status}`)
        this.#ears.lied(question.split(' ').slice(1))
        return this.#signAfresh(old)
      }
    }
    if (this.fault('wrong_signature')) {
      const signature = headers.get('wechatpay-signature')
      if (signature)
        headers.set(
          'wechatpay-signature',
          `${signature.slice(0, 20)}${signature.slice(20) === '' ? '' : 'AAAA'}${signature.slice(24)}`,
        )
      const body = signature
        ? text
        : text.replace(/<sign>[^<]*<\/sign>/, '<sign>00000000000000000000000000000000</sign>')
      return new Response(noBody(response.status) ? null : body, { status: response.status, headers })
    }
    if (this.fault('truncated')) {
      const body = text.slice(0, Math.floor(text.length / 2))
      return new Response(noBody(response.status) ? null : body, { status: response.status, headers })
    }
    if (this.fault('drip')) {
      const scheduler = this.#scheduler
      const bytes = Buffer.from(text)
      const pauses = [this.#chance.spread(10, 6_000), this.#chance.spread(10, 6_000)]
      const body = new ReadableStream<Uint8Array>({
        async start(controller) {
          for (const [index, pause] of pauses.entries()) {
            await scheduler.pause(pause)
            const half = Math.floor(bytes.length / 2)
            const piece = index === 0 ? bytes.subarray(0, half) : bytes.subarray(half)
            if (piece.length > 0) controller.enqueue(piece)
          }
          controller.close()
        },
      })
      return new Response(noBody(response.status) ? null : body, { status: response.status, headers })
    }
    return new Response(noBody(response.status) ? null : text, { status: response.status, headers })
  }

  /** An answer of yesterday, as the platform would sign it today. */
  #signAfresh({ status, headers: before, body }: Kept): Response {
    const headers = new Headers(before.map(([name, value]): [string, string] => [name, value]))
    const serial = headers.get('wechatpay-serial')
    const key = serial === null ? undefined : this.#simulator?.world.unsealingKey(serial)
    if (key) {
      const timestamp = String(Math.floor(this.#scheduler.nowMs / 1000))
      const nonce = Buffer.from(this.#chance.bytes(16)).toString('hex')
      headers.set('wechatpay-timestamp', timestamp)
      headers.set('wechatpay-nonce', nonce)
      headers.set('wechatpay-signature', apiv3.signText(apiv3.responseText({ timestamp, nonce, body }), key))
    }
    return new Response(noBody(status) ? null : body, { status, headers })
  }

  #later(arrive: () => Promise<Response>, ms: number, label: string): void {
    this.#scheduler.after(ms, () => {
      this.#ears.note('network', `${label}: arrives late`)
      arrive().then(
        (response) => response.text(),
        () => undefined,
      )
    })
  }

  async #odd(node: Node, label: string, status: number, body: string): Promise<Response> {
    await this.#pause(2, 200)
    this.#ears.note(node.name, `${label}: a proxy says ${status}`)
    return new Response(body, { status, headers: { 'content-type': 'application/json' } })
  }

  #pause(least: number, most: number): Promise<void> {
    return this.#scheduler.pause(this.#chance.spread(Math.max(1, least), most))
  }

  /** Carries a notice to some node. */
  async notify(request: Request): Promise<Response> {
    const body = await request.text()
    const { method, headers, url } = request
    const make = (text = body) =>
      new Request(url, { method, headers, ...(method === 'POST' && { body: text }) })
    if (this.fault('notice_lost')) throw new TypeError('the notice was lost')
    if (this.fault('notice_doubled'))
      this.#scheduler.after(this.#chance.spread(1, 60_000), () => void this.#hear(make()).catch(() => {}))
    if (this.fault('notice_forged')) void this.#forge(make, body)
    if (this.fault('notice_late')) {
      this.#scheduler.after(
        this.#chance.spread(6_000, 250_000),
        () => void this.#hear(make()).catch(() => {}),
      )
      await this.#scheduler.pause(6_000)
      throw new TypeError('the notice is late')
    }
    const response = await this.#hear(make())
    if (this.fault('notice_unanswered')) await this.#scheduler.pause(10_000)
    return response
  }

  /** Somebody who saw a notice sends another. */
  async #forge(make: (text?: string) => Request, body: string): Promise<void> {
    const at = this.#chance.whole(0, Math.max(0, body.length - 1))
    const digit = body.slice(at).search(/[0-9A-Za-z]/)
    const place = digit < 0 ? at : at + digit
    const other = body[place] === '7' ? '3' : '7'
    const forged = make(`${body.slice(0, place)}${other}${body.slice(place + 1)}`)
    // A body nobody changed is no forgery.
    if (body[place] === undefined) return
    await this.#hear(forged, true).catch(() => undefined)
  }

  async #hear(request: Request, forged = false): Promise<Response> {
    await this.#pause(1, 100)
    const up = this.nodes.filter((node) => node.alive)
    if (up.length === 0) throw new TypeError('connection refused')
    const node = this.#chance.pick(up)
    const { pathname } = new URL(request.url)
    const [, , signer = '', product = ''] = pathname.split('/')
    const response = await node.gateway.hear(signer, product as never, request)
    const body = await response.text()
    this.#ears.note(node.name, `hears of ${product}${forged ? ', forged' : ''}: ${response.status}`)
    this.#ears.answered({ url: request.url, forged, status: response.status, body })
    await this.#pause(1, 100)
    return new Response(noBody(response.status) ? null : body, {
      status: response.status,
      headers: response.headers,
    })
  }

  /** Carries a webhook. */
  async deliver(
    request: { url: string; headers: Readonly<Record<string, string>>; body: string },
    signal: AbortSignal,
  ): Promise<{ status: number }> {
    return unlessAborted(signal, this.#deliver(request))
  }

  async #deliver({
    url,
    headers,
    body,
  }: {
    url: string
    headers: Readonly<Record<string, string>>
    body: string
  }) {
    await this.#pause(1, 50)
    if ((this.#downUntil.get(url) ?? 0) > this.#scheduler.nowMs) throw new TypeError('connection refused')
    if (this.fault('receiver_down', 0.3)) {
      this.#downUntil.set(url, this.#scheduler.nowMs + this.#chance.spread(10_000, 3_600_000))
      throw new TypeError('connection refused')
    }
    if (this.fault('receiver_error')) return { status: 500 }
    this.#ears.took(url, body, headers)
    if (this.fault('receiver_slow')) await this.#scheduler.pause(20_000)
    if (this.fault('receiver_deaf')) throw new TypeError('the connection broke')
    await this.#pause(1, 50)
    return { status: 204 }
  }
}

const noBody = (status: number) => status === 204 || status === 304

function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    work.then(resolve, reject)
  })
}

const named =
  /"(?:combine_out_trade_no|out_trade_no|out_order_no|out_refund_no|mix_trade_no)":\s*"([^"]+)"|<(?:hosp_out_trade_no|hosp_out_refund_no)>(?:<!\[CDATA\[)?([^<\]]+)/g

/** The merchant's numbers that a call names: in its path, its query and its body. */
function numbersOf(url: URL, body: string): readonly string[] {
  const inBody = [...body.matchAll(named)].map(([, json, xml]) => json ?? xml ?? '')
  const inPath = url.pathname.split('/').filter((part) => /^[0-9A-Za-z_]{20,}$/.test(part))
  const asked = ['out_order_no', 'out_trade_no', 'out_refund_no'].flatMap((name) =>
    url.searchParams.getAll(name),
  )
  return [...new Set([...inPath, ...asked, ...inBody])]
}

/** What a question asks, if it is one. */
function questionOf({ method, path, numbers }: Sent): string | undefined {
  const asks = method === 'GET' || /query|get_/.test(path)
  return asks && numbers.length > 0
    ? [path.replace(/\/[0-9A-Za-z_]{20,}/, ''), ...numbers].join(' ')
    : undefined
}

function codeOf(text: string): string {
  return /"code":\s*"([^"]*)"/.exec(text)?.[1] ?? ''
}

/** A digest of what a call orders, its nonce and signature left out. */
export function orderedBy({ body }: Sent): string {
  const lasting = body.replace(/<(nonce_str|sign)>.*?<\/\1>/gs, '')
  return createHash('sha256').update(lasting).digest('hex').slice(0, 16)
}
