/** Money that a platform advanced for a refund, on its way back from the sub-merchant. */
import type { operations, ResultOfOperation } from '@chadan/protocol'
import { Refusal } from '../../product.ts'
import type { Table, World } from '../../world.ts'
import type { Refund } from './records.ts'

type Returned = ResultOfOperation<typeof operations.ecommerceRefunds.returnAdvance>

interface ReturnRow {
  readonly refundId: string
  readonly advanceReturnId: string
  readonly minor: number
  readonly payer: string
  readonly payee: string
  readonly createMs: number
  state: 'PROCESSING' | 'SUCCESS' | 'FAILED'
  successMs?: number
}

const day = 24 * 3600_000
/** A return is tried again daily for this time, then it has failed. */
const patienceMs = 90 * day

const returns = (world: World): Table<ReturnRow> => world.table('refunds.returns')

/** Starts the return of an advance, or tries again one that is under way. */
export function returnAdvance(world: World, refund: Refund): Returned {
  if (refund.details.refundAccount !== 'REFUND_SOURCE_PARTNER_ADVANCE') {
    throw new Refusal('INVALID_REQUEST', '该退款单不是垫付退款')
  }
  if (refund.state !== 'SUCCESS') throw new Refusal('INVALID_REQUEST', '退款尚未成功，不能回补')
  const platform = world.merchants.get(refund.mchid)
  if (!['*', 'advance'].some((one) => platform?.permissions.includes(one))) {
    throw new Refusal('NO_AUTH', '没有垫付退款权限')
  }
  const row = returns(world).get(refund.refundId) ?? open(world, refund)
  attempt(world, row)
  return answered(world, row)
}

/** What became of the return. */
export function returnOf(world: World, refund: Refund): Returned {
  const row = returns(world).get(refund.refundId)
  if (!row) throw new Refusal('RESOURCE_NOT_EXISTS', '垫付回补单不存在')
  return answered(world, row)
}

/** Another day has passed for a return under way. */
export function returnAgain(world: World, { refundId }: { refundId: string }): void {
  const row = returns(world).get(refundId)
  if (row?.state !== 'PROCESSING') return
  attempt(world, row)
  if (row.state !== 'PROCESSING') return
  if (world.clock.now() - row.createMs >= patienceMs) row.state = 'FAILED'
  else world.later(day, 'refunds.returnAgain', { refundId })
}

function open(world: World, refund: Refund): ReturnRow {
  const { draw } = world
  const today = world.time().slice(0, 10).replaceAll('-', '')
  world.later(day, 'refunds.returnAgain', { refundId: refund.refundId })
  return returns(world).set(refund.refundId, {
    refundId: refund.refundId,
    advanceReturnId: `0000400142${today}${draw.digits(7)}`,
    minor: refund.refundMinor,
    payer: refund.subMchid ?? refund.mchid,
    payee: refund.mchid,
    createMs: world.clock.now(),
    state: 'PROCESSING',
  })
}

function attempt(world: World, row: ReturnRow): void {
  if (row.state !== 'PROCESSING') return
  const payer = world.merchants.get(row.payer)
  if (payer?.balanceMinor !== undefined) {
    if (payer.balanceMinor < row.minor) return
    payer.balanceMinor -= row.minor
  }
  const payee = world.merchants.get(row.payee)
  if (payee?.balanceMinor !== undefined) payee.balanceMinor += row.minor
  row.state = 'SUCCESS'
  row.successMs = world.clock.now()
}

function answered(world: World, row: ReturnRow): Returned {
  return {
    refund_id: row.refundId,
    advance_return_id: row.advanceReturnId,
    return_amount: row.minor,
    payer_mchid: row.payer,
    payer_account: 'BASIC',
    payee_mchid: row.payee,
    payee_account: 'OPERATION',
    result: row.state,
    ...(row.state === 'SUCCESS' && { success_time: world.time(row.successMs) }),
  }
}
