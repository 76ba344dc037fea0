import assert from 'node:assert/strict'
import { createPublicKey } from 'node:crypto'
import { test } from 'node:test'
import { type Notice, NoticeRefused, type WechatPayOptions } from '@chadan/client'
import { everyNotification, type NotificationShape } from '@chadan/protocol'
import type { NoticeFault } from '@chadan/simulator'
import {
  combined,
  configureCallback,
  confirmRental,
  direct,
  payRegistration,
  payRental,
  placeMixed,
  refundOf,
  second,
  shopOrder,
  shopRefund,
} from './cases/orders.ts'
import { type Carrier, carriers, guarded, type Message, openStage, type Stage } from './stage.ts'

type Story = (stage: Stage) => Promise<unknown>

/** A refund of the combined order that ends in this way. */
const refund =
  (outcome: string): Story =>
  async (stage) => {
    await stage.wx.combine.createJsapi(combined(stage))
    await stage.sim.pay('CT0001')
    await stage.pass(0)
    await stage.sim.act('refunds/CT0001_1', { action: 'event', name: `refund:${outcome}` })
    await stage.wx.refunds.create(refundOf(stage))
    await stage.pass(2 * second)
  }

const sell: Story = async (stage) => {
  await configureCallback(stage)
  await stage.wx.wecom.createOrder(shopOrder(stage))
  await stage.sim.pay('WC0001')
  await stage.pass(0)
}

/** What makes the platform send each notice. */
const stories: Readonly<Record<string, Story>> = {
  'cash.paid': async (stage) => {
    await stage.sim.pay((await stage.wx.cash.prepay(direct(stage))).prepay_id)
    await stage.pass(0)
  },
  'combine.paid': async (stage) => {
    await stage.wx.combine.createJsapi(combined(stage))
    await stage.sim.pay('CT0001')
    await stage.pass(0)
  },
  'medIns.paid': async (stage) => {
    await stage.sim.pay(await placeMixed(stage))
    await stage.pass(2 * second)
  },
  'payinsurance.notified': (stage) => payRegistration(stage),
  'payscore.confirmed': (stage) => confirmRental(stage),
  'payscore.paid': (stage) => payRental(stage),
  'refunds.succeeded': refund('success'),
  'refunds.abnormal': refund('abnormal'),
  'refunds.closed': refund('closed'),
  'wecom.paid': sell,
  'wecom.refunded': async (stage) => {
    await sell(stage)
    await stage.wx.wecom.refund(shopRefund(stage))
    await stage.pass(10 * second)
  },
  'wecom.callbackCheck': configureCallback,
}

/** The faults after which a delivery must be refused. XML knows no time, and only APIv3 is probed. */
const refusedFaults = {
  apiv3: ['corrupted', 'wrongSignature', 'probe', 'staleClock'],
  callback: ['corrupted', 'wrongSignature', 'staleClock'],
  xml: ['corrupted', 'wrongSignature'],
} as const satisfies Record<NotificationShape['dialect'], readonly NoticeFault[]>

const heard = (stage: Stage, id: string) => stage.notices.filter(({ type }) => type === id)
const rowOf = (stage: Stage, id: string) => stage.sim.notices.find(({ notification }) => notification === id)

async function told(carrier: Carrier, id: string): Promise<{ stage: Stage; message: Message }> {
  const stage = await openStage(carrier)
  await stories[id]?.(stage)
  const message = stage.messages.at(-1)
  assert.ok(message, `no message of ${id}`)
  return { stage, message }
}

test('every notification has its story', () => {
  assert.deepEqual(everyNotification.map(({ id }) => id).sort(), Object.keys(stories).sort())
})

/** Credentials that are not those the notice was made for. */
function strangers({ given }: Stage): Partial<WechatPayOptions>[] {
  const { subAppid, agentAppid, agentSecret } = given.payinsurance
  const { corpid, corpsecret, token, encodingAesKey } = given.wecom
  const payinsurance = { key: 'k'.repeat(32), appid: subAppid, agentAppid, agentSecret }
  return [
    {
      apiV3Key: 'a'.repeat(32),
      payinsurance,
      wecom: { corpid, corpsecret, token: 'x'.repeat(24), encodingAesKey },
    },
    {
      // A real key under the right name, but the merchant's own.
      publicKey: createPublicKey(given.apiv3.certificate).export({ type: 'spki', format: 'pem' }).toString(),
      publicKeyId: given.apiv3.publicKeyId,
      apiV3Key: 'b'.repeat(32),
      payinsurance,
      wecom: { corpid, corpsecret, token, encodingAesKey: 'y'.repeat(43) },
    },
  ]
}

const refused = (check?: string) => (error: unknown) => {
  assert.ok(error instanceof NoticeRefused, String(error))
  if (check) assert.equal(error.check, check)
  // Whoever is refused is told so in the dialect: APIv3 and callbacks by the status, XML in its reply.
  assert.ok(error.response.status === 401 || error.response.status === 200, String(error.response.status))
  return true
}

for (const carrier of carriers) {
  for (const { id, dialect, schedule, verb } of everyNotification) {
    test(
      `${id} arrives once, verified and typed, and repeats itself without work, ${carrier}`,
      guarded,
      async () => {
        const { stage, message } = await told(carrier, id)
        await using _ = stage
        assert.equal(heard(stage, id).length, 1)
        assert.equal(rowOf(stage, id)?.state, 'accepted')
        const count = stage.messages.length
        await stage.sim.sendNotice(rowOf(stage, id)?.id ?? '')
        assert.equal(stage.messages.length, count + 1)
        // A proof of the address is made anew each time; every other repetition is known by its id.
        assert.equal(heard(stage, id).length, verb === 'GET' ? 2 : 1)
        const notice = await stage.wx.notifications.receive(message)
        assert.equal(notice.type, id)
        assert.equal(notice.repeated, true)
        assert.ok((await notice.accept()).ok)
      },
    )

    for (const fault of refusedFaults[dialect].filter((one) => verb !== 'GET' || one !== 'corrupted')) {
      test(`${id} that is ${fault} is refused and comes again, ${carrier}`, guarded, async () => {
        await using stage = await openStage(carrier)
        stage.sim.faults.next(id, fault)
        await stories[id]?.(stage)
        await stage.pass((schedule[0] ?? 0) * second)
        const comesAgain = schedule.length > 0
        assert.equal(heard(stage, id).length, comesAgain ? 1 : 0)
        assert.equal(rowOf(stage, id)?.attempts, comesAgain ? 2 : 1)
        assert.equal(rowOf(stage, id)?.state, comesAgain ? 'accepted' : 'givenUp')
      })
    }

    test(
      `${id} is refused late, early, with another key and with any byte changed, ${carrier}`,
      guarded,
      async () => {
        const { stage, message } = await told(carrier, id)
        await using _ = stage
        for (const offset of [-303_000, 303_000]) {
          const clock = { ...stage.sim.clock, now: () => message.heardMs + offset }
          const receiving = stage.open({ clock }).notifications.receive(message)
          if (dialect === 'xml') assert.equal((await receiving).type, id)
          else await assert.rejects(receiving, refused('clock'))
        }
        for (const other of strangers(stage))
          await assert.rejects(stage.open(other).notifications.receive(message), refused())
        const { notifications } = stage.open()
        const { resource } = await notifications.receive(message)
        for (const changed of spoilt(message)) {
          const outcome = await notifications.receive(changed).catch((error: unknown) => error)
          // A callback is signed over what is encrypted: the corp and app beside it can change, and nothing else.
          const isBeside = dialect === 'callback' && !(outcome instanceof Error)
          if (isBeside) assert.deepEqual((outcome as Notice).resource, resource)
          else refused()(outcome)
        }
      },
    )
  }
}

/** The same message with one byte changed, here and there; in its address where it has no body. */
function spoilt(message: Message): Message[] {
  if (message.body.length === 0)
    return ['msg_signature', 'timestamp', 'nonce', 'echostr'].map((name) => {
      const url = new URL(message.url)
      const value = url.searchParams.get(name) ?? ''
      url.searchParams.set(name, (value.startsWith('1') ? '2' : '1') + value.slice(1))
      return { ...message, url: url.href }
    })
  const places = Array.from({ length: 12 }, (_, part) => Math.floor((part * message.body.length) / 12))
  return places.map((place) => ({
    ...message,
    body: message.body.with(place, (message.body[place] ?? 0) ^ 1),
  }))
}
