/** The controls under `/_simulator/`: one declaration each. */
import { fields } from '@chadan/protocol'
import type { ScaledClock } from '../clock.ts'
import { callFaults, type Fault, noticeFaults } from '../faults.ts'
import { viewMerchant } from '../merchants.ts'
import type { NoticeRow } from '../notices/notifier.ts'
import type { Checkout } from '../product.ts'
import { ControlRefused } from '../refused.ts'
import type { Simulator } from '../simulator.ts'
import { readSwitches, switchFields } from '../switch-fields.ts'
import type { Merchant } from '../world.ts'
import { type Control, type ControlRow, defineControl, describeControl } from './control.ts'

const { anything, choice, flag, group, list, minor, optional, real, text, whole } = fields

const week = 7 * 24 * 3600_000
const key = { key: text(256).describe('Prepay id, pay link, platform number or number at the merchant.') }
const limit = optional(whole(1, 1000)).describe('How many at most; default 50.')
const delayMs = optional(whole(0, week)).describe('For `delayed` and `reorder`.')
const outcome = optional(
  choice({ success: 'It succeeds.', fail: 'It fails.', stuck: 'It neither succeeds nor fails.' }),
)
const fault = choice<Fault>({ ...noticeFaults, ...callFaults }).describe('What goes wrong.')
const on = text(128).describe('Operation or notification id, a group (`medIns.*`), or `*`.')
const mchid = { mchid: text(64).describe('Merchant number; of a corp its corpid.') }

const general: readonly Control[] = [
  defineControl(
    { route: 'GET /_simulator/', meaning: 'This index of the controls.', answer: '{ controls: [ … ] }' },
    () => ({ controls: controlRows }),
  ),
  defineControl(
    { route: 'GET /_simulator/health', meaning: 'Whether it runs.', answer: '{ state: "up", nowMs }' },
    (_given, { clock }) => ({ state: 'up', nowMs: clock.now() }),
  ),
  defineControl(
    {
      route: 'GET /_simulator/credentials',
      meaning: 'Keys, numbers and people of this world: the same JSON as the credentials file.',
      answer: 'The credentials.',
    },
    (_given, { credentials }) => credentials,
  ),
  defineControl(
    {
      route: 'GET /_simulator/clock',
      meaning:
        'The time of this world, for a process that follows it: when it began, in its own time, and how many of its seconds pass in a real one (0: it stands until it is moved).',
      answer: '{ nowMs, time, kind, speed, startedMs }',
    },
    (_given, simulator) => clockView(simulator),
  ),
  defineControl(
    {
      route: 'POST /_simulator/clock/advance',
      meaning: 'Moves a virtual clock on and runs what is due; any other refuses (409).',
      body: { ms: whole(0, 400 * 24 * 3600_000).describe('Milliseconds.') },
      answer: '{ nowMs, time, kind, speed, startedMs }',
    },
    async ({ ms }, simulator) => {
      const { kind } = clockView(simulator)
      if (kind !== 'virtual')
        throw new ControlRefused('/body/ms', `a virtual clock; this one is ${kind}`, 409)
      await simulator.advance(ms)
      return clockView(simulator)
    },
  ),
  defineControl(
    {
      route: 'POST /_simulator/tokens/expire',
      meaning: 'Ends all access tokens (wecom, payinsurance) now.',
      answer: '{ expired }: how many there were.',
    },
    (_given, simulator) => ({ expired: simulator.expireTokens() }),
  ),
  defineControl(
    {
      route: 'GET /_simulator/snapshot',
      meaning: 'The whole world, private keys included, for a file.',
      answer: 'The snapshot; `chadan simulate --state FILE` goes on with it.',
    },
    (_given, simulator) => simulator.snapshot(),
  ),
]

const orders: readonly Control[] = [
  defineControl(
    {
      route: 'GET /_simulator/orders',
      meaning: 'The newest orders of all products.',
      query: { limit },
      answer: '{ orders: [ … ] }',
    },
    ({ limit = 50 }, simulator) => ({ orders: simulator.recent(limit) }),
  ),
  defineControl(
    {
      route: 'GET /_simulator/books/:product',
      meaning:
        'All orders of one product, oldest first, with money, refunds and notices, to be compared with books elsewhere.',
      path: {
        product: choice({
          cash: 'Ordinary orders, and the cash legs of mixed ones.',
          combine: 'Combined orders.',
          medIns: 'Mixed orders of medical insurance.',
          payscore: 'Service orders.',
          wecom: "WeCom's orders.",
          payinsurance: 'Orders of the first generation of medical insurance.',
        }).describe('Whose orders.'),
      },
      query: {
        from: optional(whole(0, 1_000_000_000)).describe('The place to begin at: `next` of the page before.'),
        limit: optional(whole(1, 1000)).describe('How many at most; default 200.'),
      },
      answer:
        '{ orders: [ { product, number, others, mchid, subMchid, state, currency, orderedMinor, paidMinor, createMs, paidMs, refunds: [ { number, part, minor, state, createMs, successMs } ], notices: [ { notification, state, attempts } ] } ], next }; without `next` it was the last page',
    },
    ({ product, from = 0, limit = 200 }, simulator) => {
      const orders = simulator.booked(product, from, limit)
      return { orders, ...(orders.length === limit && { next: from + limit }) }
    },
  ),
  defineControl(
    {
      route: 'GET /_simulator/orders/:key',
      meaning: 'One order as its payer sees it.',
      path: key,
      answer:
        '{ product, number, payee, description, amount, lines, state, actions, coupons, returnUrl, payUrl }',
    },
    ({ key }, simulator) => orderView(key, simulator),
  ),
  defineControl(
    {
      route: 'POST /_simulator/orders/:key/pay',
      meaning: 'The person pays.',
      path: key,
      body: {
        coupon: optional(text(64)).describe('The id of one of the coupons offered.'),
        bank: optional(text(32)).describe('bank_type of the card.'),
        legs: optional(
          group({
            cash: outcome,
            insurance: outcome,
            reason: optional(text(256)).describe('Why a leg fails.'),
          }),
        ).describe('How the legs of an insurance payment end; default both succeed.'),
      },
      answer: 'The order afterwards.',
    },
    ({ key, ...details }, simulator) => acted(key, { action: 'pay', ...details }, simulator),
  ),
  defineControl(
    {
      route: 'POST /_simulator/orders/:key/fail',
      meaning: 'The payment is tried and fails.',
      path: key,
      body: { reason: optional(text(256)).describe("The bank's words.") },
      answer: 'The order afterwards.',
    },
    ({ key, ...details }, simulator) => acted(key, { action: 'fail', ...details }, simulator),
  ),
  ...(['cancel', 'confirm'] as const).map((action) =>
    defineControl(
      {
        route: `POST /_simulator/orders/:key/${action}`,
        meaning:
          action === 'cancel'
            ? 'The person leaves without paying.'
            : 'PayScore: the person confirms the order.',
        path: key,
        answer: 'The order afterwards.',
      },
      ({ key }, simulator) => acted(key, { action }, simulator),
    ),
  ),
  defineControl(
    {
      route: 'POST /_simulator/orders/:key/event',
      meaning:
        'Something that only its product knows, e.g. `insurance:fail`, `refund:abnormal`; the guide lists all. Under the corpid `callback:configure` sets the address of WeCom callbacks.',
      path: key,
      body: {
        name: text(64).describe("The event's name."),
        details: optional(anything).describe('An object with what the event needs.'),
      },
      answer: 'The order afterwards.',
    },
    ({ key, name, details }, simulator) => {
      if (details !== undefined && !isObject(details)) throw new ControlRefused('/body/details', 'an object')
      return acted(key, { action: 'event', name, ...(details && { details }) }, simulator)
    },
  ),
]

const faults: readonly Control[] = [
  defineControl(
    {
      route: 'GET /_simulator/faults',
      meaning: 'What is to go wrong.',
      answer: '{ planned, chances, happened }',
    },
    (_given, simulator) => faultsView(simulator),
  ),
  defineControl(
    {
      route: 'POST /_simulator/faults/next',
      meaning: 'Plans a fault for what comes next.',
      body: {
        on,
        fault,
        times: optional(whole(1, 1_000_000)).describe('How often; default once.'),
        delayMs,
        code: optional(text(64)).describe("The refusal's code for `systemError` and the like."),
      },
      answer: '{ planned, chances, happened }',
    },
    ({ on, fault, ...more }, simulator) => {
      simulator.faults.next(on, fault, more)
      return faultsView(simulator)
    },
  ),
  defineControl(
    {
      route: 'POST /_simulator/faults/often',
      meaning: 'Lets a fault happen by chance.',
      body: { on, fault, share: real.describe('How often, 0 to 1.'), delayMs },
      answer: '{ planned, chances, happened }',
    },
    ({ on, fault, share, ...more }, simulator) => {
      simulator.faults.often(on, fault, share, more)
      return faultsView(simulator)
    },
  ),
  defineControl(
    {
      route: 'POST /_simulator/faults/heal',
      meaning: 'Ends all faults.',
      answer: '{ planned, chances, happened }',
    },
    (_given, simulator) => {
      simulator.faults.heal()
      return faultsView(simulator)
    },
  ),
]

const notices: readonly Control[] = [
  defineControl(
    {
      route: 'GET /_simulator/notices',
      meaning: 'Notices, newest first.',
      query: {
        state: optional(
          choice({
            due: 'Under way or to be repeated.',
            accepted: 'Acknowledged.',
            givenUp: 'Never acknowledged.',
          }),
        ).describe('Only these.'),
        limit,
      },
      answer: '{ notices: [ { id, notification, url, to, resource, state, attempts, problem } ] }',
    },
    ({ state, limit = 50 }, simulator) => ({
      notices: simulator.notices
        .filter((row) => state === undefined || row.state === state)
        .slice(-limit)
        .reverse()
        .map(noticeView),
    }),
  ),
  defineControl(
    {
      route: 'POST /_simulator/notices/:id/send',
      meaning: 'Delivers one notice once more now; it uses up none of its repetitions.',
      path: { id: text(64).describe('The id of the notice.') },
      answer: 'The notice afterwards.',
    },
    async ({ id }, simulator) => {
      await simulator.sendNotice(id)
      const row = simulator.notices.find((one) => one.id === id)
      return row && noticeView(row)
    },
  ),
]

const world: readonly Control[] = [
  defineControl(
    {
      route: 'GET /_simulator/certificates',
      meaning: 'The platform certificates, oldest first.',
      answer: '{ certificates: [ { serialNo, certificate, effectiveMs, expireMs, signsFromMs } ] }',
    },
    (_given, { certificates }) => ({ certificates }),
  ),
  defineControl(
    {
      route: 'POST /_simulator/certificates/rotate',
      meaning: 'Lists a new platform certificate now and lets it sign later.',
      body: {
        inMs: optional(whole(0, 366 * 24 * 3600_000)).describe('From when it signs; default at once.'),
      },
      answer: '{ serialNo, certificates }',
    },
    async ({ inMs }, simulator) => ({
      serialNo: await simulator.rotateCertificate(inMs),
      certificates: simulator.certificates,
    }),
  ),
  defineControl(
    {
      route: 'GET /_simulator/merchants',
      meaning: 'Merchants, partners, hospitals and corps, without their secrets.',
      answer: '{ merchants: [ … ] }',
    },
    (_given, simulator) => ({ merchants: [...simulator.world.merchants.values()].map(viewMerchant) }),
  ),
  defineControl(
    {
      route: 'GET /_simulator/merchants/:mchid',
      meaning: 'One merchant without its secrets.',
      path: mchid,
      answer: 'The merchant.',
    },
    ({ mchid }, simulator) => simulator.changeMerchant(mchid, {}),
  ),
  defineControl(
    {
      route: 'POST /_simulator/merchants/:mchid',
      meaning: 'Changes a merchant; what is left out stays.',
      path: mchid,
      body: {
        keyMode: optional(anything).describe(
          'Which key signs for it: "cert", "pubkey" or {"mixed": share of the public key}.',
        ),
        balanceMinor: optional(minor).describe('Money at its disposal for refunds, in fen.'),
        unlimited: optional(flag).describe('true: its money is enough for everything again.'),
        disabled: optional(flag).describe('It can no longer receive or refund.'),
        permissions: optional(list(text(64), 0, 100)).describe(
          'Products and permissions it holds; `*` is all.',
        ),
      },
      answer: 'The merchant afterwards.',
    },
    ({ mchid, keyMode, unlimited, balanceMinor, ...rest }, simulator) =>
      simulator.changeMerchant(mchid, {
        ...rest,
        // `changeMerchant` checks it.
        ...(keyMode !== undefined && { keyMode: keyMode as Merchant['keyMode'] }),
        balanceMinor: unlimited ? null : balanceMinor,
      }),
  ),
  defineControl(
    {
      route: 'GET /_simulator/switches',
      meaning: 'The open doubts as they are decided now.',
      answer: 'All switches.',
    },
    (_given, { world }) => world.switches,
  ),
  defineControl(
    {
      route: 'POST /_simulator/switches',
      meaning: 'Changes some switches; unknown names and wrong values are refused.',
      body: switchFields,
      answer: 'All switches.',
    },
    (given, simulator) => simulator.changeSwitches(readSwitches(given, '/body')),
  ),
]

/** All controls, in the order of the docs. */
export const controls: readonly Control[] = [...general, ...orders, ...faults, ...notices, ...world]

/** All controls as rows, for the index and the docs. */
export const controlRows: readonly ControlRow[] = controls.map((one) => describeControl(one.shape))

function clockView({ clock, world, startedMs }: Simulator) {
  const kind = 'advance' in clock ? 'virtual' : 'speed' in clock ? 'scaled' : 'real'
  const speed = 'speed' in clock ? (clock as ScaledClock).speed : kind === 'virtual' ? 0 : 1
  return { nowMs: clock.now(), time: world.time(), kind, speed, startedMs }
}

function orderView(orderKey: string, simulator: Simulator): Checkout & { payUrl: string } {
  const checkout = simulator.checkout(orderKey)
  if (!checkout) throw new ControlRefused('/path/key', 'a key behind which an order stands', 404)
  return { ...checkout, payUrl: simulator.world.payUrl(orderKey) }
}

async function acted(orderKey: string, action: Parameters<Simulator['act']>[1], simulator: Simulator) {
  orderView(orderKey, simulator)
  await simulator.act(orderKey, action)
  return orderView(orderKey, simulator)
}

function faultsView({ faults: { planned, chances, happened } }: Simulator) {
  return { planned, chances, happened }
}

function noticeView({ kept: _ciphertext, ...row }: NoticeRow): Omit<NoticeRow, 'kept'> {
  return row
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
