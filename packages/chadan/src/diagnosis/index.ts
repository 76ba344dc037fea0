/** Why captured messages verify or not: functions over bytes, without files or clocks. */
export { explainRequest, explainSigned, type Known } from './apiv3.ts'
export { type CallbackKeys, explainCallback } from './callback.ts'
export { type Capture, CaptureError, readCapture } from './capture.ts'
export { type Cause, cause, type Diagnosis } from './cause.ts'
export { type Facts, type GivenKeys, inspectKeys, type KeyFinding } from './keys.ts'
export type { KnownKey } from './signature.ts'
export { explainUnsigned } from './unsigned.ts'
export { explainXml, type TextKey } from './xml.ts'
