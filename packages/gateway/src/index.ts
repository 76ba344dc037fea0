/** The gateway: keeps orders here and at WeChat Pay in agreement. */
export * from './config/index.ts'
export {
  type Caller,
  Declined,
  type Desk,
  type Gateway,
  type PlaceRequest,
  type RefundWish,
  type Seen,
  type Signer,
  type Tenant,
  type Watcher,
} from './engine/desk.ts'
export { type EventType, eventTypes } from './engine/events.ts'
export { openGateway } from './engine/gateway.ts'
export { defaultLimits, type Limits } from './http/app.ts'
export { drawKey, hashKey, keepKey } from './http/keys.ts'
export { type Listening, type ListenOptions, listen } from './http/listen.ts'
export { openApiOf } from './http/openapi.ts'
export { type ProblemCode, type ProblemKind, problemKinds } from './http/problem-kinds.ts'
export type { Route } from './http/route.ts'
export { apiRoutes } from './http/routes.ts'
export { type Log, loggable, openLog } from './logging.ts'
export { type Metrics, openMetrics } from './metrics.ts'
export type { Order, ProductId } from './order/order.ts'
export { plan } from './order/plan.ts'
export { type PresentedOrder, presentOrder } from './order/present.ts'
export { type OrderState, orderStates, type RefundState, refundStates } from './order/view.ts'
export {
  openTargets,
  pinnedCarry,
  systemResolve,
  TargetRefused,
  type TargetRules,
  type Targets,
} from './outbound/index.ts'
export { products } from './products/index.ts'
export { openSealer } from './seal.ts'
export { openService, type Service, type ServiceOptions } from './service.ts'
export {
  type ApiKey,
  NewerDatabase,
  openPostgres,
  openSqlite,
  openVault,
  type Scope,
  type Store,
  type StoreOptions,
  type Vault,
} from './store/index.ts'
export { gatewayTracer } from './tracing.ts'
export { type AuditFound, verifyAudit, verifyLog } from './verify.ts'
