/** What the API says and takes, as Zod schemas: the OpenAPI document is made of the same. */
import { z } from 'zod'
import { orderStates, refundStates } from '../order/view.ts'

/** The five products. */
export const productIds = ['medIns', 'combine', 'payscore', 'wecom', 'payinsurance'] as const

const named = <T extends z.ZodType>(id: string, schema: T) => schema.meta({ id })

/** Money. */
export const Amount = named(
  'Amount',
  z
    .object({
      minor: z.int().describe("Whole number of the currency's smallest unit (fen for CNY)."),
      currency: z.string().describe('ISO 4217.'),
    })
    .describe('Money.'),
)

/** A time as it is told. */
export const Instant = z.iso.datetime().describe('RFC 3339, UTC.')
const maybe = <T extends z.ZodType>(schema: T) => schema.nullable()
const word = z.string().nullable().describe("The product's own state word.")

const LearntBy = named(
  'LearntBy',
  z
    .object({
      source: z.enum(['answer', 'notice', 'return_page', 'bill', 'operator']),
      by: z.string().describe('The operation or notification it came by.'),
      at: Instant,
      fact: z.string().describe('Fingerprint of the deciding fact.'),
    })
    .describe('How the deciding fact was heard.'),
)

const Part = named(
  'Part',
  z
    .object({
      id: z.string().describe("`cash`, `insurance`, `collection`, or the sub-order's number."),
      state: z.enum(['waiting', 'paying', 'paid', 'failed', 'closed', 'refunded', 'none', 'unclear']),
      product_state: word,
      amount: Amount,
      refunded: Amount,
      transaction_id: maybe(z.string()).describe("WeChat's number of this payment."),
    })
    .describe('A share that is settled on its own.'),
)

const Attempt = named(
  'Attempt',
  z
    .object({
      number: z.string(),
      state: z.enum(orderStates),
      reason: maybe(z.string()),
      product_state: word,
      amount: Amount,
      taken: Amount.describe('What was really taken.'),
      refunded: Amount,
      paid_at: maybe(Instant),
      expires_at: maybe(Instant),
      learnt_by: maybe(LearntBy),
      parts: z.array(Part),
    })
    .describe('One placing of an order under one number.'),
)

/** Money going back. */
export const Refund = named(
  'Refund',
  z
    .object({
      number: z.string(),
      reference: z.string(),
      attempt: z.string().describe('The number that was paid.'),
      state: z.enum(refundStates),
      reason: maybe(z.string()),
      product_state: word,
      amount: Amount,
      parts: z.array(z.object({ id: z.string(), amount: Amount })),
      returned: z
        .array(z.object({ id: z.string(), amount: Amount }))
        .describe('What has gone back for certain.'),
      refund_id: maybe(z.string()).describe("WeChat's number of the refund."),
      succeeded_at: maybe(Instant),
      learnt_by: maybe(LearntBy),
    })
    .describe('Money going back.'),
)

const Mark = named(
  'Mark',
  z
    .object({
      key: z.string(),
      code: z.string(),
      found: z.string().describe('What was found on both sides.'),
      suggest: z.string().describe('What to do about it.'),
      facts: z.array(z.string()).describe('Fingerprints of the facts behind it.'),
      resolved: maybe(z.object({ operator: z.string(), reason: z.string(), at: Instant })),
    })
    .describe('Why an order needs a person.'),
)

const orderMembers = {
  id: z.string(),
  reference: z.string().describe("The merchant's own name for it."),
  tenant: z.string(),
  signer: z.string(),
  product: z.enum(productIds),
  state: z.enum(orderStates),
  reason: maybe(z.string()),
  needs_attention: z.boolean(),
  version: z.int().describe('Rises by one with every change.'),
  number: z.string().describe('The number of the attempt that decides.'),
  amount: Amount,
  taken: Amount,
  refunded: Amount,
  refunding: Amount.describe('Ordered refunds that may still succeed.'),
  created_at: Instant,
  attempts: z.array(Attempt),
  refunds: z.array(Refund),
  marks: z.array(Mark),
}

/** An order in a list: what was known without asking. */
export const Order = named('Order', z.object(orderMembers).describe('An order as it is known here.'))

/** An order that was looked at. */
export const SeenOrder = named(
  'SeenOrder',
  z
    .object({
      ...orderMembers,
      next_ask_at: maybe(Instant).describe(
        'When WeChat Pay is asked next; null when nothing is left to ask.',
      ),
    })
    .describe('An order, asked for just now where it was unsettled.'),
)

/** A merchant's own name for something. */
export const reference = z
  .string()
  .regex(/^[\x21-\x7e]{1,128}$/)
  .describe('1 to 128 printable ASCII characters without spaces.')
/** A number at WeChat Pay. */
export const number = z
  .string()
  .regex(/^[\x21-\x7e]{1,64}$/)
  .describe('A number at WeChat Pay.')
/** Why a person decides so. */
export const reason = z
  .string()
  .min(1)
  .max(500)
  .describe('Why, in words of the person who decides; kept. No personal data.')
/** Fields in WeChat's own names. */
export const details = z
  .record(z.string(), z.unknown())
  .describe("Fields in WeChat's own names; see `GET /v1/products`.")
/** A time as it is given, read as UTC ms. */
export const instantInput = z.iso
  .datetime({ offset: true })
  .transform((text) => Date.parse(text))
  // The platform writes years with four digits, in Beijing's time.
  .refine((ms) => ms < Date.UTC(9999, 0))
  .describe('RFC 3339.')

/** What is asked for to be paid. */
export const PlaceOrder = named(
  'PlaceOrder',
  z
    .strictObject({
      reference: reference.describe(
        'Your own name for the order, unique within the tenant: repeating it finds the same order.',
      ),
      product: z.enum(productIds),
      signer: z.string().min(1).max(64).optional().describe('Needed where the tenant has several.'),
      number: number.optional().describe('A number of your own; drawn when left out.'),
      expires_at: instantInput
        .optional()
        .describe("When payment should end; the product's default when left out."),
      return_to: z
        .url({ protocol: /^https?$/ })
        .max(2048)
        .optional()
        .describe("Where the payer's browser goes on to after the return page."),
      details,
    })
    .describe('An order to be paid.'),
)

/** Another attempt, under a new number. */
export const PayAgain = named(
  'PayAgain',
  z
    .strictObject({
      details,
      number: number.optional(),
      expires_at: instantInput.optional(),
    })
    .describe('Another attempt, under a new number.'),
)

/** Money to give back. */
export const OrderRefund = named(
  'OrderRefund',
  z
    .strictObject({
      reference: reference.describe(
        'Your own name for the refund, unique within the order: repeating it finds the same refund.',
      ),
      number: number.optional().describe('The attempt, where two were paid.'),
      amount_minor: z.int().positive().optional().describe('Everything that is left when both are left out.'),
      parts: z.record(z.string(), z.int().nonnegative()).optional().describe('Minor units per part.'),
      reason: z
        .string()
        .min(1)
        .max(80)
        .optional()
        .describe('Shown to the payer where the product has a place for it.'),
      details: details.optional(),
    })
    .describe('Money to give back.'),
)

/** What the payer's side needs. */
export const Handover = named(
  'Handover',
  z
    .object({
      scene: z
        .string()
        .describe('How it is used: `jsapi`, `mini_program`, `app`, `h5`, `native`, `insurance`, `payscore`.'),
      parameters: z.record(z.string(), z.unknown()),
      expires_at: Instant,
    })
    .describe("What the payer's side needs, ready to use, freshly signed."),
)

/** A wish that waits for a second pair of eyes. */
export const Approval = named(
  'Approval',
  z
    .object({
      id: z.string(),
      tenant: z.string(),
      order: z.string(),
      action: z.enum(['refund']),
      state: z.enum(['waiting', 'approved', 'refused']),
      reference: z.string(),
      amount: maybe(Amount),
      reason: maybe(z.string()),
      asked_by: z.string(),
      asked_at: Instant,
      decided_by: maybe(z.string()),
      decided_at: maybe(Instant),
    })
    .describe('A wish that waits for a second pair of eyes.'),
)

/** A change that others should know. */
export const Event = named(
  'Event',
  z
    .object({
      id: z.string(),
      seq: z.int().describe("Its place in the tenant's gap-free sequence."),
      type: z.string(),
      order: z.string(),
      order_seq: z.int().describe('Ascending within the order.'),
      timestamp: Instant,
      data: z.record(z.string(), z.unknown()).describe('The state at this very version.'),
    })
    .describe('A change that others should know.'),
)

/** One event on its way to one endpoint. */
export const Delivery = named(
  'Delivery',
  z
    .object({
      id: z.string(),
      tenant: z.string(),
      endpoint: z.string(),
      event: z.string(),
      seq: z.int(),
      order: z.string(),
      order_seq: z.int(),
      state: z.enum(['due', 'sent', 'acknowledged', 'dead', 'skipped']),
      attempts: z.int(),
      due_at: maybe(Instant),
      created_at: Instant,
      last_at: maybe(Instant),
      last_status: maybe(z.int()),
      last_error: maybe(z.string()),
      skipped_by: maybe(z.string()),
      skipped_why: maybe(z.string()),
    })
    .describe('One event on its way to one endpoint.'),
)

/** A page of a list. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({
    data: z.array(item),
    next: z.string().nullable().describe('Give it as `cursor`; null at the end.'),
  })
}

/** A list without pages. */
export function listOf<T extends z.ZodType>(item: T) {
  return z.object({ data: z.array(item) })
}

/** Which page. */
export const paging = {
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('How many at most.'),
  cursor: z.string().min(1).max(512).optional().describe('`next` of the page before.'),
}

/** What a problem looks like. */
export const ProblemBody = named(
  'Problem',
  z
    .object({
      type: z.string(),
      title: z.string(),
      status: z.int(),
      detail: z.string(),
      code: z.string(),
      request_id: z.string(),
      rule: z.string().optional(),
      problems: z
        .array(z.object({ at: z.string(), found: z.string(), expected: z.string() }))
        .optional()
        .describe('All problems of the input at once.'),
    })
    .describe('RFC 9457. See `/problems`.'),
)
