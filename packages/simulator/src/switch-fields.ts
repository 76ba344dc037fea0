/** The switches as fields: what each means and what it may be, for the control API, the command and the docs. */
import { everyNotification, everyOperation, fields } from '@chadan/protocol'
import { readFields } from './given.ts'
import { ControlRefused } from './refused.ts'
import type { SomeSwitches, Switches } from './switches.ts'

const { anything, choice, flag, group, numberChoice, optional, real, whole } = fields

const day = 24 * 3600_000
const duration = (meaning: string) => optional(whole(0, day)).describe(`${meaning} In milliseconds.`)
const onOff = (meaning: string) => optional(flag).describe(meaning)
const count = (meaning: string) => optional(whole()).describe(meaning)
const table = (meaning: string) => optional(anything).describe(meaning)
const unknownClose = optional(
  choice({ success: 'Answered like any close (204).', notFound: 'Refused: no such order.' }),
).describe('What a close of an unknown number is answered.')

/** A field for every switch in every depth, so that none is forgotten here; free tables are one field. */
type Described<T> = {
  readonly [K in keyof T]: { readonly optional: true } & (T[K] extends object
    ? string extends keyof T[K]
      ? fields.Field
      : fields.Field & { readonly fields: Described<T[K]> }
    : fields.Field)
}

/** Every switch with its meaning; all may be left out, since some are changed at a time. */
export const switchFields = {
  closeUnknown: optional(group({ cash: unknownClose, other: unknownClose })).describe(
    'What a close of an unknown number is answered.',
  ),
  signBusiness4xx: onOff('Business refusals (4xx) of APIv3 carry a signature.'),
  strictUnknownKeys: onOff('Names that are not declared are refused.'),
  strictNonce: onOff('A nonce may be used once only.'),
  refund429: optional(
    choice({ notAccepted: 'The refund does not exist.', accepted: 'The refund was made all the same.' }),
  ).describe('What a 429 on a refund means.'),
  billLinkMs: duration('Life of a bill link.'),
  billPartBytes: optional(whole(1)).describe('Size beyond which an encrypted bill comes in several parts.'),
  billHour: optional(whole(0, 23)).describe("Hour (Beijing) from which yesterday's bill exists."),
  billsAtOnce: onOff('Bills exist at once, of the running day too, with what happened so far.'),
  stableCiphertext: onOff('The ciphertext of a notice is the same in every repetition.'),
  noticeSchedules: table(
    'Seconds before each repetition of a notice, by notification id; `*` for all others. Left out: as documented.',
  ),
  noticeDelayMs: duration('Delay between a change and the first notice of it.'),
  settlingMs: duration('How long a payment or refund takes to settle.'),
  noticeTimeoutMs: optional(whole(1, day)).describe('Wait for an acknowledgement. In milliseconds.'),
  loopbackNotifyUrls: optional(
    choice({ accept: 'For development.', refuse: 'As the real platform does.' }),
  ).describe('Loopback and private addresses as notify_url.'),
  probeRate: optional(real).describe(
    'Share, 0 to 1, of APIv3 answers and notices that carry a deliberately wrong signature.',
  ),
  requestsPerSecond: table('Requests a second per caller, by operation id; `*` for all others.'),
  refundIntervalMs: duration('Shortest time between two refunds of one order; documented is a minute.'),
  statementAmounts: optional(
    choice({ major: 'Such as 12.30.', minor: 'In the smallest unit, such as 1230.' }),
  ).describe('How statements of overseas merchants spell amounts.'),
  supposedBounds: optional(choice({ refuse: 'They hold.', accept: 'They do not.' })).describe(
    'Bounds that a sister product documents and this one does not.',
  ),
  combine: optional(
    group({
      profile: optional(
        choice({ seed: 'Codes as in the seed (ORDERNOTEXIST).', modern: 'With underscores.' }),
      ).describe('Spelling of error codes.'),
      closeMismatch: optional(numberChoice({ 400: 'PARAM_ERROR.', 500: 'SYSTEM_ERROR.' })).describe(
        'Status of a close whose list is not that of the order.',
      ),
      afterBankRefusal: optional(
        choice({ NOTPAY: 'It can be paid again.', PAYERROR: 'It failed.' }),
      ).describe('What a refused payment leaves behind.'),
      lenientDeviceId: onOff('Terminals of fewer than 7 bytes pass on placing too.'),
      quirks: optional(
        group({
          trailingBlankKey: onOff('A blank after the key combine_appid.'),
          colonFraction: onOff('A colon before the milliseconds of success_time.'),
          strictPresence: onOff('Unpaid and direct sub-orders show the members of paid and partner ones.'),
          payingIs202: onOff('A query while the user pays is answered 202 USERPAYING.'),
        }),
      ).describe('Oddities of the older page.'),
    }),
  ).describe('Combined payment.'),
  medIns: optional(
    group({
      profile: optional(choice({ current: 'As documented now.', seed: 'As in the seed.' })).describe(
        'Which page holds where they differ.',
      ),
      partialRefunds: optional(
        choice({ full: 'The refund that completes it.', first: 'The first refund.' }),
      ).describe('Which refund makes a leg refunded.'),
      noticeAmounts: onOff('Notices hold the amounts.'),
      missingSubMchid: optional(
        choice({ malformed: '400 PARAM_ERROR.', notFound: '404 NOT_FOUND, as for an unknown order.' }),
      ).describe("What a partner's query without sub_mchid is answered."),
      noticeForm: optional(
        choice({
          full: 'All fields.',
          loose: 'Amounts as text, details as one object.',
          minimal: 'Only the fields that are sure.',
        }),
      ).describe('What a notice holds.'),
      legOrder: optional(
        choice({ cashFirst: 'Cash, then insurance.', insuranceFirst: 'Insurance, then cash.' }),
      ).describe('Which leg is paid first.'),
      unpaidCashLeg: optional(
        choice({ fails: 'It fails, too.', staysOpen: 'It stays open until it is closed.' }),
      ).describe('What becomes of an unpaid cash leg when the order fails.'),
      cashOnlySums: optional(
        choice({ total: 'That of the total.', all: 'That of the charge, too.' }),
      ).describe('Which sums a cash-only order keeps.'),
      expiryMs: duration('Life of an unpaid order without a cash leg.'),
      bureauChecks: onOff('The bureau checks the uploaded order.'),
    }),
  ).describe('Medical insurance (v3/med-ins).'),
  payscore: optional(
    group({
      paidEvent: optional(
        choice({
          USER_PAID: 'PAYSCORE.USER_PAID.',
          both: 'That and TRANSACTION.SUCCESS.',
          none: 'None.',
        }),
      ).describe('Which notices tell of a payment.'),
      ratesInNotices: onOff('Notices hold exchange rates.'),
      totalInNotices: optional(choice({ number: '123.', text: '"123".' })).describe(
        'How notices spell total_amount.',
      ),
      couponCurrency: optional(choice({ order: "The order's.", CNY: 'Always CNY.' })).describe(
        'What promotion_detail[].currency says.',
      ),
      rates: table('Yuan for one unit of a currency, times 100 000 000.'),
    }),
  ).describe('PayScore overseas.'),
  wecom: optional(
    group({
      fiveMinuteRule: onOff('An order can be closed only five minutes after it was made.'),
      innerKey: optional(
        choice({ AESKey: 'The EncodingAESKey.', payNotifyKey: 'A key of its own.' }),
      ).describe('What seals the inner layer of a callback.'),
      refusalCode: optional(whole()).describe('errcode of an input refusal.'),
      sameTokenWhileValid: onOff('gettoken answers the same token while it is valid.'),
      storeInfo: optional(choice({ required: 'Refused without it.', optional: 'May be left out.' })).describe(
        'Whether an order names its store.',
      ),
      billLinkMs: duration('Life of a bill link.'),
      callsPerMinute: count('Calls of one interface by one corp in a minute.'),
      callsPerHour: count('Calls of one interface by one corp in an hour.'),
      addressCallsPerMinute: count('Calls of all interfaces from one address in a minute.'),
      addressCallsPerHour: count('Calls of all interfaces from one address in an hour.'),
      failedTokensPerHour: count('Token calls of one corp with a wrong secret in an hour.'),
      merchantsPerMember: count('Merchant numbers that one member may apply for.'),
      merchantsPerCorp: count('Merchant numbers that one corp may apply for.'),
      unpaidDays: count('Days until an unpaid order closes.'),
    }),
  ).describe('WeCom payments.'),
  payinsurance: optional(
    group({
      wireNames: optional(
        choice({ document: 'Names as in the document.', common: 'Names as other products have them.' }),
      ).describe('Names of fields where the document disagrees with itself.'),
      tokenErrors: optional(choice({ json: 'JSON.', xml: 'XML.' })).describe(
        'In which form a bad access_token is answered.',
      ),
      replySign: optional(
        choice({ checked: 'A reply with a wrong sign does not count.', ignored: 'It is not looked at.' }),
      ).describe('The sign of a reply to a notice.'),
      successColumns: optional(
        numberChoice({ 42: 'Without the refund columns.', 55: 'Those of the ALL bill.' }),
      ).describe('Columns of the SUCCESS bill.'),
      quoting: optional(
        choice({
          sample: 'Both sides of every cell but the first.',
          prefix: 'Before every cell.',
          both: 'Both sides of every cell.',
        }),
      ).describe('Where the bill has its backticks.'),
      billForm: optional(
        group({
          bom: onOff('A byte order mark comes first.'),
          newline: optional(choice({ LF: 'Line feeds.', CRLF: 'Carriage returns and line feeds.' })).describe(
            'What ends a line.',
          ),
          firstCell: optional(
            choice({ plain: 'On one line.', folded: 'Broken at its blank, as in the sample row.' }),
          ).describe('The time in the first cell.'),
          extraColumns: optional(whole(0, 20)).describe('Columns behind those that are documented.'),
          header: optional(
            choice({
              own: "That of the bill's own columns.",
              all: 'That of the ALL bill, whatever the rows.',
            }),
          ).describe('Which header is printed.'),
          summary: onOff('Two lines of sums come last.'),
        }),
      ).describe("What the bill's file looks like."),
      notifyFailures: onOff('A payment that failed is notified as well.'),
      expiryMs: duration('Life of an unpaid order.'),
      sessionLifeMs: duration('Life of a bureau session, from when it is first seen.'),
      tokenLifeMs: duration('Life of an access_token.'),
      tokenOverlapMs: duration('How long the former token stays good after a new one was drawn.'),
      ipRefusal: optional(whole()).describe(
        'errcode for a refund from outside the IP list; 513 makes it a signed refusal.',
      ),
      settlingMs: optional(
        group({
          pay: duration('A payment.'),
          cashRefund: duration('The refund of the cash leg.'),
          insuranceRefund: duration('The refund of the insurance leg.'),
          reversal: duration('The return of a leg when the other failed.'),
        }),
      ).describe('How long settling takes.'),
    }),
  ).describe('Medical insurance, first generation.'),
} as const satisfies Described<Switches>

/** These switches, checked. Throws `ControlRefused` at the first that is unknown or has a wrong value. */
export function readSwitches(some: unknown, at = ''): SomeSwitches {
  readFields(switchFields, some, at)
  const { probeRate = 0, requestsPerSecond = {}, noticeSchedules = {}, payscore } = some as SomeSwitches
  if (!(probeRate >= 0 && probeRate <= 1)) throw new ControlRefused(`${at}/probeRate`, 'a number from 0 to 1')
  checkTable(requestsPerSecond, `${at}/requestsPerSecond`)
  checkTable(payscore?.rates ?? {}, `${at}/payscore/rates`)
  checkNames(requestsPerSecond, ids.operations, `${at}/requestsPerSecond`, 'ids of operations, or *')
  checkSchedules(noticeSchedules, `${at}/noticeSchedules`)
  return some as SomeSwitches
}

const ids = { operations: idsOf(everyOperation), notifications: idsOf(everyNotification) }

function idsOf(all: readonly { readonly id: string }[]): ReadonlySet<string> {
  return new Set(['*', ...all.map(({ id }) => id)])
}

function checkNames(table: object, known: ReadonlySet<string>, at: string, expected: string): void {
  if (Object.keys(table).some((name) => !known.has(name))) throw new ControlRefused(at, expected)
}

/** More repetitions than any product documents, and far fewer than would hurt. */
const maxRepetitions = 100

function checkSchedules(schedules: unknown, at: string): void {
  if (!isTable(schedules)) throw new ControlRefused(at, 'an object of lists of seconds by notification id')
  checkNames(schedules, ids.notifications, at, 'ids of notifications, or *')
  for (const [id, schedule] of Object.entries(schedules)) {
    const seconds: readonly unknown[] | undefined = Array.isArray(schedule) ? schedule : undefined
    if (!seconds || seconds.length > maxRepetitions || !seconds.every(isDelay))
      throw new ControlRefused(`${at}/${id}`, `at most ${maxRepetitions} whole seconds of at most a week`)
  }
}

const weekSeconds = 7 * 24 * 3600

function isDelay(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= weekSeconds
}

function checkTable(numbers: unknown, at: string): void {
  if (!isTable(numbers)) throw new ControlRefused(at, 'an object of whole numbers by name')
  for (const [name, number] of Object.entries(numbers)) {
    if (!Number.isSafeInteger(number) || number < 0)
      throw new ControlRefused(`${at}/${name}`, 'a whole number')
  }
}

function isTable(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
