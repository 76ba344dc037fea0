/** A typed WeChat Pay client: five products, verified answers, one function for notifications. */
export { BillFiles, type EncryptedBill, type PlainBill } from './bills.ts'
export type { CallOptions } from './carry.ts'
export type { Chain, Unlisted } from './chain.ts'
export { type Evidence, evidenceOf, type Method, type Methods } from './client.ts'
export { type CredentialsFile, optionsOf } from './credentials.ts'
export {
  type AnswerFacts,
  ChadanError,
  Distrusted,
  InputError,
  Lost,
  type LostReason,
  Refused,
} from './errors.ts'
export { Handover } from './handover.ts'
export {
  type CallEnd,
  type CallEvent,
  type Hooks,
  type NoticeEvent,
  openTelemetryHooks,
  type SpanLike,
  type TracerLike,
} from './hooks.ts'
export type { RawNotice } from './notices/message.ts'
export {
  memoryNotices,
  type Notice,
  type NoticeBase,
  type NoticeMemory,
  NoticeRefused,
  type ReceiverOptions,
} from './notices/notice.ts'
export { Notifications } from './notices/receiver.ts'
export {
  OptionsError,
  officialHosts,
  type PayinsuranceOptions,
  type WechatPayOptions,
  type WecomOptions,
} from './options.ts'
export { type Look, type PollOptions, poll, pollPausesMs } from './poll.ts'
export { type PoolOptions, poolTransport } from './pool.ts'
export type { Prepared } from './prepared.ts'
export { directSigner, poolSigner, type Signer } from './signer.ts'
export { systemClock, systemRandom } from './system.ts'
export { isTestKey } from './test-keys.ts'
export { memoryTokens, type StoredToken, type TokenStore } from './tokens.ts'
export { type Fetch, fetchTransport, type Transport } from './transport.ts'
export { WechatPay } from './wechat-pay.ts'
