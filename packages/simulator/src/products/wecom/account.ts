/** Opening an account on WeCom's side: pictures, applications, and their way to a merchant number. */
import { operations } from '@chadan/protocol'
import { ActionRefused, handle, Refusal } from '../../product.ts'
import type { World } from '../../world.ts'
import { appOf } from './access.ts'
import { names, refused } from './rows.ts'

const { uploadImage, applyMch, getApplymentStatus } = operations.wecom

const pictureLifeMs = 30 * 24 * 3600_000

interface PictureRow {
  readonly id: string
  /** Corp and app that it belongs to. */
  readonly owner: string
  readonly createMs: number
  /** Applications that use it. */
  readonly usedBy: string[]
}

type State =
  | 'CHECKING'
  | 'ACCOUNT_NEED_VERIFY'
  | 'AUDITING'
  | 'NEED_SIGN'
  | 'FINISH'
  | 'REJECTED'
  | 'FROZEN'
  | 'CANCELED'

/** What moves an application: the platform, the legal person, a person at the simulator's controls. */
export type ApplicationEvent = 'next' | 'sign' | 'reject' | 'freeze' | 'cancel'

/** Where each event leads. `sign` leaves the state but for NEED_SIGN, which it finishes. */
const moves = {
  CHECKING: { next: 'ACCOUNT_NEED_VERIFY', reject: 'REJECTED', cancel: 'CANCELED' },
  ACCOUNT_NEED_VERIFY: {
    next: 'AUDITING',
    sign: 'ACCOUNT_NEED_VERIFY',
    reject: 'REJECTED',
    freeze: 'FROZEN',
    cancel: 'CANCELED',
  },
  AUDITING: { next: 'NEED_SIGN', sign: 'AUDITING', reject: 'REJECTED', freeze: 'FROZEN', cancel: 'CANCELED' },
  NEED_SIGN: { sign: 'FINISH', freeze: 'FROZEN', cancel: 'CANCELED' },
  FINISH: { freeze: 'FROZEN' },
  REJECTED: { cancel: 'CANCELED' },
  FROZEN: {},
  CANCELED: {},
} as const satisfies Record<State, Partial<Record<ApplicationEvent, State>>>

/** State in words, and what WeCom itself calls it: 0 initial to 6 waiting for the legal person. */
const shown = {
  CHECKING: { words: '资料校验中', applyState: 0 },
  ACCOUNT_NEED_VERIFY: { words: '待账户验证', applyState: 1 },
  AUDITING: { words: '审核中', applyState: 1 },
  NEED_SIGN: { words: '待签约', applyState: 6 },
  FINISH: { words: '完成', applyState: 2 },
  REJECTED: { words: '已驳回', applyState: 4 },
  FROZEN: { words: '已冻结', applyState: 4 },
  CANCELED: { words: '已作废', applyState: 3 },
} as const satisfies Record<State, { words: string; applyState: number }>

interface ApplicationRow {
  readonly id: string
  readonly corpid: string
  readonly userid: string
  readonly outRequestNo: string
  readonly shortName: string
  readonly accountName: string
  readonly accountNumber: string
  readonly createMs: number
  state: State
  signed: boolean
  subMchid?: string
  reason?: string
}

/** Takes a picture in. */
export const uploading = handle(uploadImage, ({ world, caller, token, body }) => {
  const { media } = body as Partial<typeof body>
  const limits = uploadImage.body.media
  if (!media || media.bytes.byteLength === 0) throw new Refusal('44001', 'empty media data')
  const extension = media.name.slice(media.name.lastIndexOf('.') + 1).toLowerCase()
  if (!limits.extensions.includes(extension)) throw new Refusal('40004', 'invalid media type')
  if (media.bytes.byteLength < limits.minBytes) throw new Refusal('40006', 'invalid media size')
  if (media.bytes.byteLength > limits.maxBytes) throw new Refusal('40009', 'invalid image size')
  const id = `MX_${world.draw.text(32)}`
  const owner = ownerOf(world, caller.mchid, token)
  pictures(world).set(id, { id, owner, createMs: world.clock.now(), usedBy: [] })
  return { open_wx_pay_media_id: id }
})

/** Takes an application for an account in. */
export const applying = handle(applyMch, ({ world, caller, token, body }) => {
  const owner = ownerOf(world, caller.mchid, token)
  const id = `${owner}/${body.out_request_no}`
  if (applications(world).get(id)) throw refused(world, 'the number was used for another application')
  const used = picturesIn(body)
  for (const picture of used) mustBeUsable(world, picture, owner)
  mustHaveRoom(world, caller.mchid, body.userid)
  for (const picture of used) pictures(world).get(picture)?.usedBy.push(id)
  applications(world).set(id, {
    id,
    corpid: caller.mchid,
    userid: body.userid,
    outRequestNo: body.out_request_no,
    shortName: body.merchant_short_name,
    accountName: body.account_info.account_name,
    accountNumber: body.account_info.account_number,
    createMs: world.clock.now(),
    state: 'CHECKING',
    signed: false,
  })
  names(world).set(body.out_request_no, { kind: 'application', id })
  return {}
})

/** Answers how an application stands. */
export const applicationQuerying = handle(getApplymentStatus, ({ world, caller, token, body }) => {
  const row = applications(world).get(`${ownerOf(world, caller.mchid, token)}/${body.out_request_no}`)
  if (!row) throw refused(world, 'no such application of this app')
  const { words, applyState } = shown[row.state]
  const sign = row.state === 'CHECKING' ? 'NOT_SIGNABLE' : row.signed ? 'SIGNED' : 'UNSIGNED'
  const isToSign = row.state === 'NEED_SIGN' || sign === 'UNSIGNED'
  const isStopped = row.state === 'REJECTED' || row.state === 'FROZEN'
  const isToVerify = row.state === 'ACCOUNT_NEED_VERIFY'
  return {
    status: {
      applyment_state: row.state,
      applyment_state_desc: words,
      sign_state: sign,
      ...(isToSign && {
        sign_url: `${world.baseUrl}/_simulator/sign/${encodeURIComponent(row.outRequestNo)}`,
      }),
      ...((row.state === 'NEED_SIGN' || row.state === 'FINISH') && { sub_mchid: row.subMchid }),
      ...(isStopped && {
        audit_detail: [{ param_name: 'id_card_info', reject_reason: row.reason ?? '资料不清晰' }],
      }),
      ...(isToVerify && row.signed && { account_validation: validationOf(world, row) }),
      ...(isToVerify && {
        legal_validation_url: `${world.baseUrl}/_simulator/validate/${encodeURIComponent(row.outRequestNo)}`,
      }),
    },
    apply_state: applyState,
    real_sign_state: sign === 'NOT_SIGNABLE' ? 0 : sign === 'UNSIGNED' ? 1 : 2,
    ...(isStopped && { reject_reason: row.reason ?? '资料不清晰' }),
  }
})

/** Moves an application on. Throws `ActionRefused` where its state does not allow it. */
export function moveApplication(
  world: World,
  id: string,
  event: ApplicationEvent,
  details: Record<string, unknown> = {},
): void {
  const row = applications(world).get(id)
  const next = row && (moves[row.state] as Partial<Record<ApplicationEvent, State>>)[event]
  if (!row || !next)
    throw new ActionRefused(`an application that is ${row?.state ?? 'unknown'} cannot do that`)
  if (event === 'sign') row.signed = true
  if (typeof details.reason === 'string') row.reason = details.reason
  // Whoever signed early has nothing left to sign.
  row.state = next === 'NEED_SIGN' && row.signed ? 'FINISH' : next
  if (row.state === 'NEED_SIGN' || row.state === 'FINISH') row.subMchid ??= newMerchant(world, row)
}

/** What a person at the controls sees of an application. */
export function applicationOf(
  world: World,
  id: string,
): Pick<ApplicationRow, 'outRequestNo' | 'shortName' | 'state'> | undefined {
  return applications(world).get(id)
}

/** A merchant number of the corp, bound to the mini programs that its others are bound to. */
function newMerchant(world: World, row: ApplicationRow): string {
  const corp = world.merchants.get(row.corpid)
  const sibling = world.merchants.get(corp?.subs[0] ?? '')
  const mchid = `164${world.draw.digits(7)}`
  world.merchants.set(mchid, {
    mchid,
    name: row.shortName,
    role: 'sub',
    certificates: [],
    appids: [...(sibling?.appids ?? [])],
    subs: [],
    permissions: ['*'],
    keyMode: 'cert',
    publicKeyId: '',
    extra: {},
  })
  corp?.subs.push(mchid)
  return mchid
}

function validationOf(world: World, row: ApplicationRow) {
  return {
    account_name: row.accountName,
    account_no: row.accountNumber,
    pay_amount: 1,
    destination_account_number: '7222223333322332',
    destination_account_name: '财付通支付科技有限公司',
    destination_account_bank: '示例银行',
    city: '深圳',
    remark: '入驻账户验证',
    deadline: world.time(row.createMs + 10 * 24 * 3600_000),
  }
}

/** Media ids anywhere in an application. */
function picturesIn(value: unknown, name = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => picturesIn(one, name))
  if (typeof value === 'string') return /open_wx_pay_media_id$|^id$/.test(name) ? [value] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([inner, member]) => picturesIn(member, inner))
}

// A picture lives 30 days, or until every application that uses it has finished.
function mustBeUsable(world: World, id: string, owner: string): void {
  const row = pictures(world).get(id)
  const states = row?.usedBy.map((one) => applications(world).get(one)?.state) ?? []
  const isUsedUp = states.length > 0 && states.every((state) => state === 'FINISH' || state === 'CANCELED')
  const isOld = row !== undefined && world.clock.now() - row.createMs > pictureLifeMs
  if (!row || row.owner !== owner || isOld || isUsedUp) throw new Refusal('40007', 'invalid media_id')
}

function mustHaveRoom(world: World, corpid: string, userid: string): void {
  const living = [...applications(world).values()].filter(
    (one) => one.corpid === corpid && one.state !== 'REJECTED' && one.state !== 'CANCELED',
  )
  const { merchantsPerMember, merchantsPerCorp } = world.switches.wecom
  if (living.filter((one) => one.userid === userid).length >= merchantsPerMember)
    throw refused(world, 'the member has too many merchant numbers')
  if (living.length >= merchantsPerCorp) throw refused(world, 'the corp has too many merchant numbers')
}

function ownerOf(world: World, corpid: string, token: string | undefined): string {
  return `${corpid}/${appOf(world, token).agentid}`
}

function pictures(world: World) {
  return world.table<PictureRow>('wecom.pictures')
}

function applications(world: World) {
  return world.table<ApplicationRow>('wecom.applications')
}
