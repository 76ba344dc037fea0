/** The configuration of the gateway: one YAML file, its secrets elsewhere. */
export { ClockUnread, type FollowedClock, followClock } from './clock.ts'
export { systemSecretDoors } from './doors.ts'
export { type Config, type Kept, type LoadDoors, type Loaded, loadConfig } from './load.ts'
export { readMaterial, type SignerFault, type SignerOptions } from './material.ts'
export { type Configuration, openConfig } from './open.ts'
export { ConfigError, type ConfigProblem, problemText } from './problem.ts'
export {
  digestKeyOf,
  openRegister,
  openSigner,
  RecordUnfit,
  type Register,
  type RegisterDoors,
  type Seeded,
} from './register.ts'
export { Secret, type SecretDoors, SecretUnread, secretReader } from './secrets.ts'
export type { SettingsShape, SignerShape, TenantShape } from './shape.ts'
export { openClock, openStore } from './store.ts'
