import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Transaction } from '../src/index.ts'
import { settlementTotal, sharesOf } from '../src/products/refunds/amounts.ts'

const coupon = fc.record({
  type: fc.constantFrom('CASH', 'NOCASH'),
  minor: fc.integer({ min: 1, max: 1_000_000 }),
})
/** A payment and the parts in which all of it goes back. */
const paidBack = fc
  .record({
    cash: fc.integer({ min: 0, max: 1_000_000_000 }),
    coupons: fc.array(coupon, { maxLength: 3 }),
    // Millionths of the total at which it is cut.
    cuts: fc.array(fc.integer({ min: 1, max: 999_999 }), { maxLength: 49 }),
  })
  .filter(({ cash, coupons }) => cash + coupons.length > 0)
  .map(({ cash, coupons, cuts }) => {
    const total = coupons.reduce((sum, { minor }) => sum + minor, cash)
    const ends = [...new Set([...cuts.map((cut) => Math.floor((cut * total) / 1e6)), total])]
      .filter((end) => end > 0)
      .sort((a, b) => a - b)
    return {
      // Only what the shares look at.
      payment: {
        amountMinor: total,
        payerMinor: cash,
        coupons: coupons.map((one, index) => ({ ...one, id: String(index), name: '', scope: 'GLOBAL' })),
      } as unknown as Transaction,
      parts: ends.map((end, index) => end - (ends[index - 1] ?? 0)),
    }
  })

function refundAll(payment: Transaction, parts: readonly number[]) {
  const before: { refundMinor: number; payerRefundMinor: number }[] = []
  return parts.map((refundMinor) => {
    const shares = sharesOf(payment, before, refundMinor)
    before.push({ refundMinor, payerRefundMinor: shares.payer })
    return { refundMinor, ...shares }
  })
}

test('what goes back in parts adds up to what was paid, in cash and in coupons', () => {
  fc.assert(
    fc.property(paidBack, ({ payment, parts }) => {
      const refunds = refundAll(payment, parts)
      const sum = (of: (one: (typeof refunds)[number]) => number) =>
        refunds.reduce((total, one) => total + of(one), 0)
      assert.equal(
        sum((one) => one.payer),
        payment.payerMinor,
      )
      assert.equal(
        sum((one) => one.discount),
        payment.amountMinor - payment.payerMinor,
      )
    }),
  )
})

test('no share is negative, and the shares of a refund are the refund', () => {
  fc.assert(
    fc.property(paidBack, ({ payment, parts }) => {
      for (const one of refundAll(payment, parts)) {
        assert.ok(one.payer >= 0 && one.discount >= 0)
        assert.equal(one.payer + one.discount, one.refundMinor)
        assert.ok(one.coupons.every(({ minor }) => minor >= 0))
        if (payment.coupons.length > 0)
          assert.equal(
            one.coupons.reduce((sum, { minor }) => sum + minor, 0),
            one.discount,
          )
        assert.ok(one.settlement >= 0 && one.settlement <= one.refundMinor)
      }
    }),
  )
})

test('a single refund of everything takes the whole settlement', () => {
  fc.assert(
    fc.property(paidBack, ({ payment }) => {
      const { settlement } = sharesOf(payment, [], payment.amountMinor)
      assert.equal(settlement, settlementTotal(payment))
    }),
  )
})

test('amounts beyond 32 bits are shared without a rounding of their own', () => {
  const payment = { amountMinor: 999_999_999, payerMinor: 999_999_998, coupons: [] } as unknown as Transaction
  assert.equal(sharesOf(payment, [], 999_999_998).payer, 999_999_997)
})
