/** Telling the merchant's systems: webhooks, the feed and its stream, and what a person does when nobody listens. */
export { networksOf, type Reach, reachOf } from './addresses.ts'
export { type CarryOptions, pinnedCarry, systemResolve } from './carry.ts'
export {
  type DeliveryWatcher,
  type Dispatcher,
  type DispatcherOptions,
  openDispatcher,
} from './deliveries.ts'
export { type Feed, type FeedOptions, type FeedPage, openFeed, placeOf } from './feed.ts'
export {
  type DeadLetter,
  deadLetters,
  type Redelivery,
  redeliver,
  type SilentEndpoint,
  silentEndpoints,
  skip,
} from './incidents.ts'
export { restAfter, retryDelaysMs } from './schedule.ts'
export { openSequencer, type Sequencer, type SequencerOptions } from './sequencer.ts'
export {
  type Carried,
  type CarriedAnswer,
  type Carry,
  openTargets,
  type Resolve,
  type Send,
  TargetRefused,
  type TargetRules,
  type Targets,
  type WebhookAnswer,
  type WebhookRequest,
} from './targets.ts'
export {
  newEndpoint,
  newSecret,
  rotateSecret,
  signatureOf,
  type ToldEvent,
  tell,
  webhookOf,
} from './webhooks.ts'
