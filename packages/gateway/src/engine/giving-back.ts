/** Plans refunds: those a merchant asks for, and those its rule orders for money that nobody expected. */
import type { Order, Refund } from '../order/order.ts'
import { giveBackFailed } from '../order/plan.ts'
import type { KeptBytes } from '../store/store.ts'
import { inputId, unpackInput } from './bodies.ts'
import { contextFor, planned } from './counter.ts'
import { Declined, type Desk, type RefundWish, type Signer, type Tenant } from './desk.ts'
import { type Hands, record } from './hands.ts'
import { contentDigest, numberFor } from './numbers.ts'
import { prepareErrand } from './sending.ts'

/** A refund as it will be kept, with its bytes; nothing is kept or sent yet. Throws `Declined`. */
export async function planRefund(
  desk: Desk,
  given: {
    order: Order
    signer: Signer
    tenant: Tenant
    wish: RefundWish
    content: string
    by: string
    approved?: true | undefined
  },
): Promise<{ wanted: Refund; bytes: readonly KeptBytes[] }> {
  const { order, signer, tenant, wish, content, by, approved } = given
  const product = desk.products[order.product]
  const about = wish.number ?? order.view.number
  const attempt = order.view.attempts.find((one) => one.number === about)
  if (!attempt) throw new Declined('unknown_attempt', 'the order has no attempt of this number')
  const drawn = contextFor(desk, { signer, tenant, product, order: order.id })
  let own: string | undefined = numberFor(desk.digestKey, [order.signer, about, wish.reference])
  const draw = () => {
    const number = own ?? drawn.draw()
    own = undefined
    return number
  }
  const context = { ...drawn, draw }
  const { details, amountMinor: amount, parts, reason } = wish
  const placed = await inputsOf(desk, order, about)
  const opening = await planned(() =>
    product.refund({ order, attempt, placed, details, amount, parts, reason }, context),
  )
  const { number } = opening
  const made = await planned(() =>
    Promise.all(opening.errands.map((one) => prepareErrand(signer.client, { order: order.id, number }, one))),
  )
  return {
    wanted: {
      number,
      attempt: about,
      openedMs: context.nowMs,
      amount: opening.amount,
      parts: opening.parts,
      errands: made.map((one) => one.errand),
      by,
      reference: wish.reference,
      content,
      ...(approved && { approved }),
    },
    bytes: made.flatMap((one) => one.bytes),
  }
}

/** Orders back all that an attempt took, by the merchant's rule. What cannot be planned is left to a person. */
export async function giveBack(hands: Hands, order: Order, number: string): Promise<Order> {
  const { desk, signer } = hands
  const wish: RefundWish = { reference: `unexpected-${number}`, number, details: {} }
  try {
    const tenant = await desk.tenant(order.tenant)
    if (!tenant) throw new Declined('unknown_tenant', 'the tenant is no longer configured')
    const content = contentDigest(desk.digestKey, wish)
    const { wanted, bytes } = await planRefund(desk, { order, signer, tenant, wish, content, by: 'chadan' })
    return await record(
      hands,
      order.id,
      (edit) => {
        // What was ordered back meanwhile is not ordered twice.
        if (!edit.order.refunds.some((one) => one.attempt === number))
          edit.act({ act: 'refund', refund: wanted })
      },
      { hold: true, bytes, numbers: [{ kind: 'refund', number: wanted.number }] },
    )
  } catch (error) {
    if (!(error instanceof Declined)) throw error
    desk.watch.failed?.('giving back unexpected money', error)
    return record(hands, order.id, (edit) => edit.act({ act: 'age', mark: giveBackFailed(number) }))
  }
}

/** What was placed, in WeChat's own names, by step. */
export async function inputsOf(
  { store }: Pick<Desk, 'store'>,
  order: Order,
  number: string,
): Promise<Readonly<Record<string, unknown>>> {
  const attempt = order.attempts.find((one) => one.number === number)
  const inputs: [string, unknown][] = []
  for (const { step } of attempt?.errands ?? []) {
    const bytes = await store.bytes(inputId(order.id, number, step))
    if (bytes) inputs.push([step, unpackInput(bytes)])
  }
  return Object.fromEntries(inputs)
}
