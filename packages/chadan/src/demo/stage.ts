/** The stage of the demonstration: a simulator and a merchant's server on loopback, one clock for both. */
import { type Notice, NoticeRefused, optionsOf, WechatPay } from '@chadan/client'
import { type Credentials, openSimulator, type Simulator, virtualClock } from '@chadan/simulator'
import { serve } from '../serve.ts'

/** What a story acts with. */
export interface Stage {
  readonly sim: Simulator
  readonly wx: WechatPay
  readonly given: Credentials
  /** The merchant's address for notices. */
  readonly notifyUrl: string
  /** Lets time pass on both sides; notices that fall due arrive over HTTP. */
  pass(ms: number): Promise<void>
  /** The verified notices of this type whose resource holds this number. */
  heard(type: Notice['type'], number: string): Notice[]
  /** Sends a message to the merchant's server as a stranger would. */
  knock(body: string, headers: Record<string, string>): Promise<number>
  /** How many messages the merchant's server refused. */
  readonly refused: number
  close(): Promise<void>
}

/** Opens the stage; `startMs` is the time at which the story begins. */
export async function openStage(
  startMs: number,
  fetch: (request: Request) => Promise<Response>,
): Promise<Stage> {
  const clock = virtualClock(startMs)
  const notices: Notice[] = []
  let refused = 0
  // The addresses of both servers are part of what they say, so the ports are taken first.
  let platform = async (_request: Request, _connection: object): Promise<Response> =>
    new Response(null, { status: 503 })
  const platformServer = await serve((request, connection) => platform(request, connection), { port: 0 })
  const shopServer = await serve((request) => receive(request), { port: 0 })
  const sim = await openSimulator({
    clock,
    baseUrl: platformServer.url,
    fetch,
    switches: { loopbackNotifyUrls: 'accept' },
  })
  platform = sim.fetch
  const wx = new WechatPay({ ...optionsOf(sim.credentials), mode: 'partner', clock })

  async function receive(request: Request): Promise<Response> {
    try {
      const notice = await wx.notifications.receive(request)
      if (!notice.repeated) notices.push(notice)
      return await notice.accept()
    } catch (error) {
      if (!(error instanceof NoticeRefused)) throw error
      refused++
      return error.response
    }
  }

  return {
    sim,
    wx,
    given: sim.credentials,
    notifyUrl: `${shopServer.url}/notify`,
    pass: (ms) => sim.advance(ms),
    heard: (type, number) =>
      notices.filter((one) => one.type === type && JSON.stringify(one.resource).includes(`"${number}"`)),
    async knock(body, headers) {
      const request = new Request(`${shopServer.url}/notify`, { method: 'POST', body, headers })
      return (await fetch(request)).status
    },
    get refused() {
      return refused
    },
    async close() {
      await Promise.all([platformServer.close(), shopServer.close()])
    },
  }
}
