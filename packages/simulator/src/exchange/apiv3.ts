/** APIv3 on the platform's side: the checks of a request in the documented order, and the signed answer. */
import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import {
  type AnyField,
  apiv3,
  check,
  type Field,
  type Fields,
  type OperationShape,
  type Problem,
  readFlat,
  statusOf,
} from '@chadan/protocol'
import type { PlannedFault } from '../faults.ts'
import { type Call, errorCaseOf, type Handled, Refusal } from '../product.ts'
import type { Merchant, OpenWorld } from '../world.ts'
import type { Arrival, Exchange } from './exchange.ts'
import { tooFast } from './limits.ts'
import type { RawRequest } from './request.ts'

/** Answers one APIv3 request. */
export const apiv3Exchange: Exchange = async (arrival) => {
  const { world, operation, request, fault, handled } = arrival
  let caller: Merchant | undefined
  try {
    checkHeaders(operation, request)
    caller = authenticate(world, request)
    if (fault?.fault === 'tooMany' || tooFast(world, caller.mchid, operation.id)) {
      if (handled.acceptsTooMany?.()) await handled.handle(readCall(arrival, caller))
      throw new Refusal(codeLike(operation, 429, 'FREQUENCY_LIMITED'), '请求过于频繁，请稍后再试', {
        status: 429,
        number: 268447840,
      })
    }
    if (fault?.fault === 'systemError') throw systemError(operation, fault)
    const call = readCall(arrival, caller)
    const result = await handled.handle(call)
    if (fault?.fault === 'systemErrorAfter') throw systemError(operation, fault)
    return answer(world, operation, caller, request, result, fault)
  } catch (error) {
    if (error instanceof Unsigned) return refuse(world, error.refusal, handled)
    if (error instanceof Refusal) return refuse(world, error, handled, caller && { caller, request, fault })
    throw error
  }
}

/** A refusal that is never signed: headers and signatures (X6). */
class Unsigned extends Error {
  readonly refusal: Refusal
  constructor(refusal: Refusal) {
    super(refusal.message)
    this.refusal = refusal
  }
}

function checkHeaders(operation: OperationShape, request: RawRequest): void {
  const invalid = (message: string) => new Unsigned(new Refusal('INVALID_REQUEST', message, { status: 400 }))
  const lenient = request.path.startsWith('/v3/pay/')
  if (!request.header('accept') && !lenient) throw invalid('Http头Accept不能为空')
  const accept = request.header('accept') ?? '*/*'
  if (!/application\/json|application\/\*|\*\/\*/.test(accept) && operation.result.kind !== 'file') {
    throw invalid('Http头Accept必须为application/json')
  }
  if (!request.header('user-agent') && !lenient) throw invalid('Http头缺少User-Agent')
  if (operation.body && operation.encoding !== 'multipart') {
    if (!/^application\/json\b/i.test(request.header('content-type') ?? '')) {
      throw invalid('Http头Content-Type必须为application/json')
    }
  }
}

function authenticate(world: OpenWorld, request: RawRequest): Merchant {
  const signError = (message: string, detail?: Record<string, unknown>) =>
    new Unsigned(
      new Refusal('SIGN_ERROR', message, { status: 401, number: 268443699, ...(detail && { detail }) }),
    )
  const header = request.header('authorization')
  if (!header) throw signError('Http头缺少Authorization')
  const given = apiv3.parseAuthorization(header)
  if ('problem' in given)
    throw signError('Authorization格式不正确', {
      field: 'authorization',
      location: 'authorization',
      issue: given.problem,
    })
  const skew = Math.abs(world.clock.now() / 1000 - Number(given.timestamp))
  if (!(skew <= 300))
    throw signError('Http头Authorization中的timestamp与服务器时间不一致', {
      field: 'timestamp',
      location: 'authorization',
      issue: 'timestamp expired',
    })
  const merchant = world.merchants.get(given.mchid)
  const certificate = merchant?.certificates.find(
    (one) =>
      one.serialNo === given.serialNo &&
      one.validFromMs <= world.clock.now() &&
      world.clock.now() < one.validToMs,
  )
  if (!merchant || !certificate)
    throw signError('商户证书序列号有误，请使用该商户的证书序列号', {
      field: merchant ? 'serial_no' : 'mchid',
      location: 'authorization',
      issue: merchant ? 'certificate not found' : 'merchant not found',
    })
  const text = apiv3.requestText({
    method: request.verb,
    target: request.target,
    timestamp: given.timestamp,
    nonce: given.nonce,
    body: request.body,
  })
  if (!apiv3.verifyText(text, given.signature, publicKeyOf(certificate.certificate))) {
    throw signError('签名错误，请检查后再试', {
      field: 'signature',
      location: 'authorization',
      issue: 'sign not match',
      sign_information: {
        method: request.verb,
        url: request.target,
        truncated_sign_message: Buffer.from(text).toString().slice(0, 100),
        sign_message_length: text.byteLength,
      },
    })
  }
  if (
    request.header('wechatpay-serial')?.startsWith('PUB_KEY_ID_') &&
    request.header('wechatpay-serial') !== merchant.publicKeyId
  ) {
    throw new Unsigned(
      new Refusal('PARAM_ERROR', 'Wechatpay-Serial不属于该商户', {
        status: 400,
        detail: { location: 'header', field: 'Wechatpay-Serial', issue: 'serial belongs to nobody' },
      }),
    )
  }
  if (world.switches.strictNonce && seenNonce(world, given))
    throw signError('随机串重复使用', {
      field: 'nonce_str',
      location: 'authorization',
      issue: 'nonce used before',
    })
  return merchant
}

function seenNonce(
  world: OpenWorld,
  { mchid, nonce, timestamp }: { mchid: string; nonce: string; timestamp: string },
): boolean {
  const nonces = world.table<{ timestamp: string }>('world.nonces')
  const key = `${mchid}/${nonce}`
  const seen = nonces.get(key) !== undefined
  nonces.set(key, { timestamp })
  return seen
}

const publicKeys = new Map<string, KeyObject>()

function publicKeyOf(pem: string): KeyObject {
  let key = publicKeys.get(pem)
  if (!key) {
    key = pem.includes('CERTIFICATE') ? new X509Certificate(pem).publicKey : createPublicKey(pem)
    publicKeys.set(pem, key)
  }
  return key
}

function readCall({ world, operation, request, path, handled }: Arrival, caller: Merchant): Call {
  const unknown = world.switches.strictUnknownKeys ? 'refuse' : 'ignore'
  const beyondSupposed = world.switches.supposedBounds
  const query = readFlat(operation.query ?? {}, new URLSearchParams(request.search))
  const problems = [
    ...check(operation.path ?? {}, [], path, { at: '/path', unknown: 'ignore' }),
    ...check(operation.query ?? {}, operation.body ? [] : (operation.rules ?? []), query, {
      at: '/query',
      unknown,
      beyondSupposed,
    }),
  ]
  let body: Record<string, unknown> = {}
  if (operation.body && operation.encoding !== 'multipart') {
    body = unsealBody(world, operation.body, parseBody(request.body), request)
    problems.push(
      ...check(operation.body, operation.rules ?? [], body, { at: '/body', unknown, beyondSupposed }),
    )
  }
  const first = problems.find((problem) => !handled.excuses?.(problem))
  if (first) throw paramError(first, { path, query, body })
  const call: Call = {
    operation,
    world,
    caller,
    path: path as never,
    query: query as never,
    body: body as never,
    header: request.header,
  }
  return call
}

function parseBody(bytes: Uint8Array): Record<string, unknown> {
  const malformed = (issue: string) =>
    new Refusal('PARAM_ERROR', '请求体不是合法的JSON', {
      status: 400,
      number: 268435461,
      detail: { location: 'body', issue },
    })
  try {
    const value: unknown = JSON.parse(
      new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
    )
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>
  } catch {
    throw malformed('not JSON in UTF-8')
  }
  throw malformed('not an object')
}

/** The body with its sealed fields in clear text. */
function unsealBody(
  world: OpenWorld,
  fields: Fields,
  body: Record<string, unknown>,
  request: RawRequest,
): Record<string, unknown> {
  const serial = request.header('wechatpay-serial')
  const fail = (at: string, issue: string) =>
    new Refusal('PARAM_ERROR', '敏感字段解密失败', {
      status: 400,
      number: 268435461,
      detail: { location: 'body', field: at, issue },
    })
  const open = (field: Field, value: unknown, at: string): unknown => {
    const known = field as AnyField
    if (known.kind === 'group' && typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return openFields(known.fields, value as Record<string, unknown>, at)
    }
    if (known.kind === 'list' && Array.isArray(value))
      return value.map((item, index) => open(known.item, item, `${at}/${index}`))
    if (!field.sealed || typeof value !== 'string') return value
    const key = serial ? world.unsealingKey(serial) : undefined
    if (!key) throw fail(at, serial ? 'Wechatpay-Serial names no key' : 'Wechatpay-Serial is missing')
    try {
      return apiv3.openField(value, key)
    } catch {
      throw fail(at, 'cannot decrypt')
    }
  }
  const openFields = (
    declared: Fields,
    value: Record<string, unknown>,
    at: string,
  ): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(value).map(([name, member]) => [
        name,
        Object.hasOwn(declared, name) ? open(declared[name] as Field, member, `${at}/${name}`) : member,
      ]),
    )
  return openFields(fields, body, '/body')
}

function paramError(problem: Problem, parts: Record<string, unknown>): Refusal {
  const [, location = 'body'] = problem.at.split('/')
  const value = problem.rule === 'required' ? undefined : reach(parts, problem.at)
  const { code = 'PARAM_ERROR', number = problem.rule === 'unknown' ? 270924358 : 268435461 } =
    problem.breach ?? {}
  return new Refusal(code, `输入源“${problem.at}”的值不符合要求：${problem.expected}`, {
    ...(code === 'PARAM_ERROR' && { status: 400 }),
    number,
    detail: {
      location: location === 'path' ? 'url' : location,
      field: problem.at,
      ...(value !== undefined && typeof value !== 'object' && { value }),
      issue: `${problem.found}; expected ${problem.expected}`,
    },
  })
}

function reach(parts: unknown, pointer: string): unknown {
  let value = parts
  for (const name of pointer.split('/').slice(1)) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Record<string, unknown>)[name.replaceAll('~1', '/').replaceAll('~0', '~')]
  }
  return value
}

function systemError(operation: OperationShape, fault: PlannedFault): Refusal {
  // A code that is asked for comes with the status it is declared with.
  const code = fault.code ?? codeLike(operation, 500, 'SYSTEM_ERROR')
  const { status = 500 } = errorCaseOf(operation, code) ?? {}
  return new Refusal(code, '系统异常，请用相同参数重新调用', { status })
}

/** The operation's own spelling of a common code. */
function codeLike(operation: OperationShape, status: number, code: string): string {
  const alike = operation.errors.find(
    (one) => one.status === status && apiv3.normaliseCode(one.code) === apiv3.normaliseCode(code),
  )
  return alike?.code ?? code
}

interface Signing {
  readonly caller: Merchant
  readonly request: RawRequest
  readonly fault: PlannedFault | undefined
}

function answer(
  world: OpenWorld,
  operation: OperationShape,
  caller: Merchant,
  request: RawRequest,
  result: unknown,
  fault: PlannedFault | undefined,
): Response {
  const status = statusOf(operation)
  if (operation.result.kind === 'file') return fileAnswer(world, result, fault)
  const body = operation.result.kind === 'empty' ? '' : JSON.stringify(result)
  return signed(world, status, body, 0, { caller, request, fault })
}

function fileAnswer(world: OpenWorld, result: unknown, fault: PlannedFault | undefined): Response {
  const { bytes, headers } =
    result instanceof Uint8Array
      ? { bytes: result, headers: {} }
      : (result as { bytes: Uint8Array; headers: Record<string, string> })
  return new Response(spoilBytes(bytes, fault) as BodyInit, {
    status: 200,
    headers: { 'content-type': 'application/octet-stream', 'request-id': requestId(world, 0), ...headers },
  })
}

function refuse(world: OpenWorld, refusal: Refusal, handled: Handled, signing?: Signing): Response {
  const { operation } = handled
  const status = refusal.status ?? errorCaseOf(operation, refusal.code)?.status ?? 400
  const body = JSON.stringify({
    code: handled.spell?.(refusal.code) ?? refusal.code,
    message: refusal.message,
    ...(refusal.detail && { detail: refusal.detail }),
  })
  const number = refusal.number ?? errorCaseOf(operation, refusal.code)?.numbers?.[0] ?? 268435456
  // 401 and 5xx come without a signature; other refusals as the switch says.
  const sign = signing && world.switches.signBusiness4xx && status < 500 && status !== 401
  if (sign) return signed(world, status, body, number, signing)
  return new Response(body, { status, headers: plainHeaders(world, number, true) })
}

function signed(
  world: OpenWorld,
  status: number,
  body: string,
  number: number,
  { caller, request, fault }: Signing,
): Response {
  const key = world.signingKey(caller, request.header('wechatpay-serial'))
  const seconds = Math.floor(world.clock.now() / 1000) - (fault?.fault === 'staleClock' ? 600 : 0)
  const stamp = { timestamp: String(seconds), nonce: world.draw.hex(32) }
  const signature = apiv3.signText(apiv3.responseText({ ...stamp, body }), key.privateKey)
  const headers = {
    ...plainHeaders(world, number, body !== ''),
    ...(fault?.fault !== 'unsigned' &&
      apiv3.writeSignedHeaders({
        ...stamp,
        serial: key.serial,
        signature: disguise(signature, fault),
        signatureType: apiv3.authorizationScheme,
      })),
  }
  return new Response(body === '' ? null : spoil(body, fault), { status, headers })
}

function disguise(signature: string, fault: PlannedFault | undefined): string {
  if (fault?.fault === 'probe') return apiv3.probeSignature(signature)
  if (fault?.fault !== 'wrongSignature') return signature
  return signature.startsWith('A') ? `B${signature.slice(1)}` : `A${signature.slice(1)}`
}

function spoil(body: string, fault: PlannedFault | undefined): string {
  if (fault?.fault === 'truncated') return body.slice(0, Math.floor(body.length / 2))
  if (fault?.fault === 'corrupted') return body.replace(/\d/, (digit) => String((Number(digit) + 1) % 10))
  return body
}

function spoilBytes(bytes: Uint8Array, fault: PlannedFault | undefined): Uint8Array {
  const middle = Math.floor(bytes.length / 2)
  if (fault?.fault === 'truncated') return bytes.slice(0, middle)
  if (fault?.fault === 'corrupted' && bytes.length > 0) return bytes.with(middle, (bytes.at(middle) ?? 0) ^ 1)
  return bytes
}

function plainHeaders(world: OpenWorld, number: number, hasBody: boolean): Record<string, string> {
  return {
    ...(hasBody && { 'content-type': 'application/json; charset=utf-8' }),
    'cache-control': 'no-cache, must-revalidate',
    'content-language': 'zh-CN',
    date: new Date(world.clock.now()).toUTCString(),
    'request-id': requestId(world, number),
    server: 'nginx',
    'x-content-type-options': 'nosniff',
  }
}

/** `Request-ID`: hexadecimal text, a hyphen, the internal number (0 on success). */
export function requestId(world: OpenWorld, number: number): string {
  return `08${world.draw.hex(38).toUpperCase()}-${number}`
}
