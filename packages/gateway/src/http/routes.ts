/** Every route of the API: guard, documents and tests walk this one table. */
import { keyRoutes } from './api-keys.ts'
import { approvalRoutes } from './approvals.ts'
import { documentRoutes } from './documents.ts'
import { evidenceRoutes } from './evidence.ts'
import { orderRoutes } from './orders.ts'
import { oversightRoutes } from './oversight.ts'
import { productRoutes } from './products.ts'
import { refundRoutes } from './refunds.ts'
import type { Route } from './route.ts'
import { tellingRoutes } from './telling.ts'

const acting: readonly Route[] = [
  ...orderRoutes,
  ...refundRoutes,
  ...evidenceRoutes,
  ...tellingRoutes,
  ...approvalRoutes,
  ...oversightRoutes,
  ...keyRoutes,
  ...productRoutes,
]

/** All routes; `server` is the address that the documents name. */
export function apiRoutes(about: { readonly server: string; readonly version: string }): readonly Route[] {
  return [...acting, ...documentRoutes(acting, about)]
}
