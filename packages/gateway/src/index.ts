/** The gateway: keeps orders here and at WeChat Pay in agreement. */
export * from './config/index.ts'
export { drawKey, keepKey } from './http/keys.ts'
export { openTargets, pinnedCarry, systemResolve, TargetRefused, type TargetRules } from './outbound/index.ts'
export { type ApiKey, NewerDatabase, type Scope, type Store } from './store/index.ts'
export { type AuditFound, verifyAudit } from './verify.ts'
