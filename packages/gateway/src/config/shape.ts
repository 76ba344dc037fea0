/** What may stand in a configuration. Every message says what is expected; none says what was found. */
import { z } from 'zod'
import { eventTypes } from '../engine/events.ts'
import { networksOf } from '../outbound/addresses.ts'
import { readReference } from './secrets.ts'

// Scalars arrive as text; in records of other makers they may be numbers and booleans.
const text = (expected: string, pattern?: RegExp) =>
  z
    .preprocess((given) => (typeof given === 'number' ? String(given) : given), z.string({ error: expected }))
    .refine((given) => (pattern ? pattern.test(given) : given !== ''), { error: expected })
const whole = (least: number, most: number) => {
  const expected = `a whole number from ${least} to ${most}`
  return z.preprocess(
    (given) => (typeof given === 'string' && /^\d{1,15}$/.test(given) ? Number(given) : given),
    z.int({ error: expected }).min(least, { error: expected }).max(most, { error: expected }),
  )
}
const flag = z.preprocess(
  (given) => (given === 'true' ? true : given === 'false' ? false : given),
  z.boolean({ error: 'true or false' }),
)
const choice = <const T extends readonly [string, ...string[]]>(names: T) =>
  z.enum(names, { error: `one of ${names.join(', ')}` })
const list = <T extends z.ZodType>(of: T, least = 0) =>
  z.array(of, { error: 'a list' }).min(least, { error: `a list of at least ${least}` })
const group = <T extends z.ZodRawShape>(shape: T) =>
  z.strictObject(shape, { error: ({ code }) => (code === 'invalid_type' ? 'a mapping' : undefined) })

/** What stands for a secret, in words. */
export const secretWords = 'file:<path>, exec:<command> or env:<NAME>, never the secret itself'
const secret = z.string({ error: secretWords }).transform((given, context) => {
  const reference = readReference(given)
  if (reference) return reference
  context.addIssue({ code: 'custom', message: secretWords })
  return z.NEVER
})
/** Public keys and certificates are no secrets: they may stand in the file. */
const material = z.string({ error: 'file:<path>, or PEM' }).transform((given, context) => {
  const pem = /^-----BEGIN (PUBLIC KEY|CERTIFICATE)-----/.test(given.trimStart())
  const reference = pem ? given : readReference(given)
  if (reference !== undefined) return reference
  context.addIssue({ code: 'custom', message: 'file:<path>, or PEM of a public key or certificate' })
  return z.NEVER
})

const address = (expected: string) =>
  text(expected).refine((given) => isPlainAddress(given), { error: expected })
/** http or https, nothing that would be lost or shown: no user, query, fragment. */
function isPlainAddress(given: string): boolean {
  const url = URL.parse(given)
  const extras = url && `${url.username}${url.password}${url.search}${url.hash}`
  return url !== null && /^https?:$/.test(url.protocol) && extras === '' && !/\s/.test(given)
}
const page = text('an https address', /^https?:\/\/\S+$/).refine((given) => URL.canParse(given), {
  error: 'an https address',
})

function isTarget(given: string): boolean {
  const url = given.includes('://') ? URL.parse(given) : null
  if (url) return /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`
  return networksOf([given]) !== undefined
}

const id = text('1 to 64 small letters, digits, - and _, beginning with a letter', /^[a-z][a-z0-9_-]{0,63}$/)
const merchantNumber = text('8 to 10 digits', /^\d{8,10}$/)
const appid = text('wx and 16 letters or digits', /^w[a-z][0-9A-Za-z]{10,30}$/)
const port = whole(0, 65_535)
const host = text('an address of this machine, such as 127.0.0.1 or 0.0.0.0', /^[0-9A-Za-z.:_-]+$/)
const perSecond = whole(1, 10_000)

/** Who signs, and its space of numbers. */
export const signerShape = group({
  id,
  mode: choice(['direct', 'partner']).default('direct'),
  appid: appid.optional(),
  mchid: merchantNumber.optional(),
  serialNo: text('up to 40 digits 0-9 and A-F', /^[0-9A-F]{16,40}$/).optional(),
  privateKey: secret.optional(),
  apiV3Key: secret.optional(),
  publicKeyId: text('PUB_KEY_ID_ and digits', /^PUB_KEY_ID_\d{10,64}$/).optional(),
  publicKey: material.optional(),
  platformCertificates: list(material).optional(),
  region: choice(['mainland', 'global']).optional(),
  payinsurance: group({
    appid,
    mch_id: merchantNumber,
    sub_appid: appid.optional(),
    sub_mch_id: merchantNumber.optional(),
    key: secret,
    secret: secret.optional(),
    agentSecret: secret.optional(),
  }).optional(),
  wecom: group({
    corpid: text('ww and letters or digits', /^w[a-z][0-9A-Za-z]{10,30}$/),
    corpsecret: secret,
    app: text('the agentid of the app').optional(),
    token: secret.optional(),
    encodingAesKey: secret.optional(),
    payNotifyKey: secret.optional(),
  }).optional(),
  baseUrl: address('an http or https address without user, query and fragment').optional(),
  proxy: flag.default(false),
  limits: group({
    place: perSecond.default(50),
    ask: perSecond.default(50),
    close: perSecond.default(20),
    refund: perSecond.default(20),
    ask_refund: perSecond.default(20),
  }).prefault({}),
})
/** A signer as it was read. */
export type SignerShape = z.output<typeof signerShape>

/** Who owns orders, API keys and webhooks. */
export const tenantShape = group({
  id,
  name: text('a name of up to 128 characters', /^.{1,128}$/u),
  signers: list(id, 1),
  merchant: group({
    mchid: merchantNumber.optional(),
    sub_mchid: merchantNumber.optional(),
    appid: appid.optional(),
    sub_appid: appid.optional(),
  }).prefault({}),
  returnPage: page.optional(),
  refundApprovalAbove: whole(0, 1_000_000_000_000).optional(),
  unexpectedMoney: choice(['by_hand', 'refund']).default('by_hand'),
  webhooks: list(
    group({
      url: page,
      types: list(choice(Object.keys(eventTypes) as [string, ...string[]])).default([]),
      secret: secret.optional(),
    }),
  ).default([]),
})
/** A tenant as it was read. */
export type TenantShape = z.output<typeof tenantShape>

/** Everything beside signers and tenants. */
export const settingsShape = group({
  publicUrl: address('the https address under which WeChat and payers reach this service'),
  listen: group({ host: host.default('127.0.0.1'), port: port.default(8080) }).prefault({}),
  adminListen: group({ host: host.default('127.0.0.1'), port: port.default(8081) }).prefault({}),
  store: group({ sqlite: text('a path').optional(), postgres: secret.optional() }),
  vault: group({ keys: list(group({ id, key: secret }), 1), indexKey: secret }),
  limits: group({
    bodyBytes: whole(1024, 16 * 1024 * 1024).default(256 * 1024),
    requestsPerSecond: whole(1, 100_000).default(100),
    timeoutMs: whole(100, 120_000).default(30_000),
  }).prefault({}),
  webhooks: group({
    ports: list(port).default([443]),
    allow: list(
      text('an origin such as https://erp.hospital.internal, or a network such as 10.1.0.0/16').refine(
        isTarget,
        {
          error: 'an origin such as https://erp.hospital.internal, or a network such as 10.1.0.0/16',
        },
      ),
    ).default([]),
  }).prefault({}),
  retention: group({ payloadDays: whole(30, 36_500).default(400) }).prefault({}),
  logging: group({ level: choice(['debug', 'info', 'warn', 'error']).default('info') }).prefault({}),
  simulator: flag.default(false),
  clock: group({ follow: address('the address of the simulator') }).optional(),
  signers: list(z.unknown()).default([]),
  tenants: list(z.unknown()).default([]),
})
/** All settings as they were read. */
export type SettingsShape = z.output<typeof settingsShape>

/** The names that may stand at a path of a shape. */
export function namesAt(shape: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  let inner = bare(shape)
  for (const step of path) {
    if (inner instanceof z.ZodArray) inner = bare(inner.element as z.ZodType)
    else if (inner instanceof z.ZodObject) inner = bare(inner.shape[String(step)] as z.ZodType)
    else return []
  }
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : []
}

function bare(shape: z.ZodType): z.ZodType {
  const optional =
    shape instanceof z.ZodOptional || shape instanceof z.ZodDefault || shape instanceof z.ZodPrefault
  return optional ? bare(shape.unwrap() as z.ZodType) : shape
}
