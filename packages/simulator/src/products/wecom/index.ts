/** External payment in WeCom, the platform's side: WC 6. */
import type { ProductFactory } from '../../product.ts'
import { expireTokens, getToken } from './access.ts'
import { applicationQuerying, applying, uploading } from './account.ts'
import { billing, downloading } from './bills.ts'
import { booked } from './books.ts'
import { closing, expire, placing, querying, signing } from './orders.ts'
import { act, checkout, recent } from './payer.ts'
import { refunding, refundQuerying, settleRefund } from './refunds.ts'

/** Makes the product for a world. */
export const wecom: ProductFactory = (world) => ({
  name: 'wecom',
  handlers: [
    getToken,
    uploading,
    applying,
    applicationQuerying,
    placing,
    querying,
    closing,
    signing,
    refunding,
    refundQuerying,
    billing,
    downloading,
  ],
  jobs: {
    'wecom.expire': (payload: { id: string }) => expire(world, payload),
    'wecom.refundSettled': (payload: { refundId: string }) => settleRefund(world, payload),
  },
  checkout: (key) => checkout(world, key),
  act: (key, action) => act(world, key, action),
  recent: (limit) => recent(world, limit),
  booked: (from, limit) => booked(world, from, limit),
  expireTokens: () => expireTokens(world),
})
