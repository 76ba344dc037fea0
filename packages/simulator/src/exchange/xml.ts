/** XML with MD5 under an access_token on the platform's side: the checks of a request in order, and the signed answer. */
import {
  check,
  type Fields,
  type OperationShape,
  readFlat,
  routeOf,
  writeFlat,
  xmlmd5,
} from '@chadan/protocol'
import { spoiltSign } from '../notices/xml.ts'
import { type Call, errorCaseOf, Refusal } from '../product.ts'
import { accountOf, admit, type Owner } from '../products/payinsurance/access.ts'
import type { Merchant, OpenWorld } from '../world.ts'
import { type Arrival, type Exchange, nobody } from './exchange.ts'
import { tooFast } from './limits.ts'
import { addressOf } from './token.ts'

/** Answers one request of the XML dialect, or a token call. */
export const xmlExchange: Exchange = async (arrival) => {
  const isTokenCall = arrival.operation.credentials === 'none'
  try {
    return isTokenCall ? await drawToken(arrival) : await answerCall(arrival)
  } catch (error) {
    if (error instanceof AtGate) return gateRefusal(arrival, error.refusal)
    if (error instanceof Unsigned) return xml(arrival, { return_code: 'FAIL', return_msg: error.message })
    throw error
  }
}

/** Refused before the product saw it: JSON with a number of the platform-wide list. */
class AtGate extends Error {
  readonly refusal: Refusal
  constructor(refusal: Refusal) {
    super(refusal.message)
    this.refusal = refusal
  }
}

/** `return_code` FAIL: never signed. */
class Unsigned extends Error {}

const malformed = '参数格式校验错误'

/** Codes of the platform-wide list; all others are the product's. */
const isGateCode = (code: string) => /^(?:-1|4\d{4})$/.test(code)

async function drawToken(arrival: Arrival): Promise<Response> {
  const { world, operation, request, handled, fault } = arrival
  try {
    if (request.verb !== routeOf(operation).verb && !handled.alsoTakes?.(request))
      throw new Refusal('43002', 'require POST method')
    if (fault?.fault === 'tooMany' || tooFast(world, addressOf(request), operation.id))
      throw new Refusal(fault?.code ?? '45011', 'api minute-quota reach limit')
    if (fault?.fault === 'systemError') throw new Refusal(fault.code ?? '-1', 'system error')
    const drawn = await handled.handle({
      operation,
      world,
      caller: nobody,
      path: {} as never,
      query: readFlat(operation.query ?? {}, new URLSearchParams(request.search)) as never,
      body: {} as never,
      header: request.header,
    })
    if (fault?.fault === 'systemErrorAfter') throw new Refusal(fault.code ?? '-1', 'system error')
    return tokenAnswer(arrival, drawn as unknown as Record<string, unknown>)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    if (!speaksXml(operation)) return json(arrival, { errcode: Number(error.code), errmsg: error.message })
    return xml(arrival, {
      return_code: 'SUCCESS',
      result_code: 'FAIL',
      err_code: error.code,
      err_code_des: error.message,
    })
  }
}

// Of the two token calls one is the open platform's own and speaks JSON.
function speaksXml({ result }: OperationShape): boolean {
  return result.kind === 'group' && Object.hasOwn(result.fields, 'return_code')
}

function tokenAnswer(arrival: Arrival, drawn: Record<string, unknown>): Response {
  const { result } = arrival.operation
  if (!speaksXml(arrival.operation) || result.kind !== 'group') return json(arrival, drawn)
  return xml(arrival, Object.fromEntries(writeFlat(result.fields, drawn)))
}

/** A call that got through to the signature: with its key every answer is signed from here on. */
interface Signed {
  readonly hospital: Merchant
  readonly key: xmlmd5.MchKey
  readonly owner: Owner
  readonly members: Readonly<Record<string, string>>
}

async function answerCall(arrival: Arrival): Promise<Response> {
  const { operation, fault, handled } = arrival
  const owner = enter(arrival)
  const signed = verify(arrival, owner)
  try {
    checkSignature(operation, signed)
    if (fault?.fault === 'systemError') throw systemError(operation, fault.code)
    const call = readCall(arrival, signed)
    const result = await handled.handle(call)
    if (fault?.fault === 'systemErrorAfter') throw systemError(operation, fault.code)
    return success(arrival, signed, result)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    if (isGateCode(error.code)) throw new AtGate(error)
    // The answer of a bill has no business result.
    if (operation.result.kind === 'file') throw new Unsigned(error.message)
    return refuse(arrival, signed, error)
  }
}

/** Method, token, address, rate: refused at the gate. */
function enter({ world, operation, request, fault }: Arrival): Owner {
  try {
    if (request.verb !== 'POST') throw new Refusal('43002', 'require POST method')
    const owner = admit(world, {
      operation: operation.id,
      token: new URLSearchParams(request.search).get('access_token') ?? undefined,
      address: addressOf(request),
    })
    if (fault?.fault === 'tooMany' || tooFast(world, owner.hospital, operation.id))
      throw new Refusal(fault?.code ?? '45009', 'reach max api daily quota limit')
    return owner
  } catch (error) {
    throw error instanceof Refusal ? new AtGate(error) : error
  }
}

/** The members, and whose key they are signed with: by the hospital's merchant number, else by the token. */
function verify({ world, operation, request }: Arrival, owner: Owner): Signed {
  const members = parse(request.body)
  const named = operation.body && Object.hasOwn(operation.body, 'mch_id')
  const common = named ? ['appid', 'mch_id', 'nonce_str', 'sign'] : ['openid', 'nonce_str', 'sign']
  if (common.some((name) => !members[name])) throw new Unsigned(malformed)
  const hospital = world.merchants.get(
    named ? ((members.sub_mch_id || members.mch_id) ?? '') : owner.hospital,
  )
  const text = hospital && accountOf(hospital).key
  if (!hospital || !text) throw new Unsigned(malformed)
  return { hospital, key: xmlmd5.readMchKey(text), owner, members }
}

function parse(body: Uint8Array): Readonly<Record<string, string>> {
  try {
    return xmlmd5.parseXml(body)
  } catch (error) {
    throw error instanceof xmlmd5.XmlError ? new Unsigned(malformed) : error
  }
}

function checkSignature({ trust, result }: OperationShape, { members, key }: Signed): void {
  if (xmlmd5.checkXmlSignature(members, key).ok) return
  // The name check answers without signature in any case, and has a code for this.
  if (trust === 'mac' || result.kind === 'file') throw new Unsigned('签名失败')
  throw new Refusal('80002', '签名错误')
}

function systemError(operation: OperationShape, code: string | undefined): Refusal {
  const own = errorCaseOf(operation, '514') ? '514' : '80000'
  const meant = code ?? own
  return new Refusal(meant, meant === '514' ? '系统错误' : meant === '80000' ? '系统失败' : '业务处理失败')
}

function readCall({ world, operation, request, handled }: Arrival, signed: Signed): Call {
  const fields = operation.body ?? {}
  const given = Object.entries(signed.members).filter(([, value]) => value !== '')
  const wrong = errorCaseOf(operation, '513') ? '513' : '80001'
  const parameter = (words: string) =>
    new Refusal(wrong, operation.result.kind === 'file' ? malformed : words)
  if (Object.hasOwn(fields, 'mch_id') && !isOwn(world, signed))
    throw parameter('access_token与商户参数不一致')
  const body = readFlat(fields, given)
  const problems = check(fields, operation.rules ?? [], body, {
    unknown: 'ignore',
    fourByteText: 'accept',
    filledFields: 'accept',
    beyondSupposed: world.switches.supposedBounds,
  })
  const first = problems.find((problem) => !handled.excuses?.(problem))
  if (first) throw parameter(`参数错误${first.at}：${first.expected}`)
  return {
    operation,
    world,
    caller: signed.hospital,
    path: {} as never,
    query: {} as never,
    body: body as never,
    header: request.header,
  }
}

/** Whether the accounts of a request are those of its token: an agent with the hospital, or the hospital alone. */
function isOwn(world: OpenWorld, { hospital, owner, members }: Signed): boolean {
  const { appid = '', mch_id, sub_appid = '', sub_mch_id = '' } = members
  if (hospital.mchid !== owner.hospital) return false
  if (owner.agent === undefined) {
    return (
      hospital.appids.includes(appid) && mch_id === hospital.mchid && sub_appid === '' && sub_mch_id === ''
    )
  }
  const agent = world.merchants.get(owner.agent)
  const isHospital = sub_mch_id === hospital.mchid && hospital.appids.includes(sub_appid)
  return agent?.appids.includes(appid) === true && mch_id === agent.mchid && isHospital
}

function success(arrival: Arrival, signed: Signed, result: unknown): Response {
  const { operation } = arrival
  if (operation.result.kind === 'file') return fileAnswer(arrival, result)
  const fields = operation.result.kind === 'group' ? operation.result.fields : {}
  const own = Object.fromEntries(writeFlat(fields, result as Record<string, unknown>))
  const head: Record<string, string> = { return_code: 'SUCCESS', result_code: 'SUCCESS' }
  if (operation.trust === 'mac') head.err_code = '0'
  return complete(arrival, signed, { ...head, ...own })
}

function refuse(arrival: Arrival, signed: Signed, { code, message }: Refusal): Response {
  const described = { [errorTextOf(arrival.operation)]: [...message].slice(0, 128).join('') }
  const members = { return_code: 'SUCCESS', result_code: 'FAIL', err_code: code, ...described }
  return complete(arrival, signed, members)
}

/** How the answer of this operation spells the description of an error. */
function errorTextOf({ result }: OperationShape): string {
  const fields: Fields = result.kind === 'group' ? result.fields : {}
  return ['err_code_desc', 'err_code_descs'].find((name) => Object.hasOwn(fields, name)) ?? 'err_code_des'
}

/** Names as they were seen elsewhere, by those of the document (Q4, Q5). */
const commonNames: Readonly<Record<string, string>> = {
  err_code_desc: 'err_code_des',
  err_code_descs: 'err_code_des',
  cash_refund_statuses: 'cash_refund_stauts',
}

/** Echoes the accounts, where the answer has them, and signs, where it is signed. */
function complete(arrival: Arrival, signed: Signed, given: Record<string, string>): Response {
  const { world, operation, fault } = arrival
  const fields: Fields = operation.result.kind === 'group' ? operation.result.fields : {}
  const echoed = ['appid', 'mch_id', 'sub_appid', 'sub_mch_id'].flatMap((name) => {
    const value = Object.hasOwn(fields, name) ? signed.members[name] : undefined
    return value ? [[name, value]] : []
  })
  const members: Record<string, string> = { ...given, ...Object.fromEntries(echoed) }
  if (world.switches.payinsurance.wireNames === 'common') rename(members)
  if (operation.trust !== 'mac') return xml(arrival, members)
  members.nonce_str = world.draw.nonce()
  const sign = xmlmd5.signXml(members, signed.key)
  const isWrong = fault?.fault === 'wrongSignature' || fault?.fault === 'probe'
  if (fault?.fault !== 'unsigned') members.sign = isWrong ? spoiltSign(sign) : sign
  return xml(arrival, members)
}

function rename(members: Record<string, string>): void {
  for (const [name, other] of Object.entries(commonNames)) {
    if (members[name] === undefined) continue
    members[other] = members[name]
    delete members[name]
  }
}

function gateRefusal(arrival: Arrival, { code, message }: Refusal): Response {
  if (arrival.world.switches.payinsurance.tokenErrors === 'json')
    return json(arrival, { errcode: Number(code), errmsg: message })
  return xml(arrival, {
    return_code: 'SUCCESS',
    result_code: 'FAIL',
    err_code: code,
    err_code_des: message,
  })
}

function json(arrival: Arrival, value: object): Response {
  return answer(arrival, JSON.stringify(value), 'application/json; charset=utf-8')
}

function xml(arrival: Arrival, members: Record<string, string>): Response {
  const body = xmlmd5.serialiseXml(members, { cdata: 'unless_number' })
  return answer(arrival, body, 'text/xml; charset=utf-8')
}

function answer({ fault }: Arrival, text: string, type: string): Response {
  const body =
    fault?.fault === 'truncated'
      ? text.slice(0, text.length >> 1)
      : fault?.fault === 'corrupted'
        ? text.replace(/\d/, (digit) => String((Number(digit) + 1) % 10))
        : text
  return new Response(body, { status: 200, headers: { 'content-type': type } })
}

function fileAnswer({ fault }: Arrival, result: unknown): Response {
  const { bytes, headers } = result as { bytes: Uint8Array; headers: Record<string, string> }
  const sent = fault?.fault === 'truncated' ? bytes.slice(0, bytes.length >> 1) : bytes
  return new Response(sent as BodyInit, { status: 200, headers })
}
