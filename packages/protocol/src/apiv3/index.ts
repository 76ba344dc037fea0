export {
  type Authorization,
  authorizationScheme,
  formatAuthorization,
  parseAuthorization,
} from './authorization.ts'
export { type PlatformCertificate, parseCertificates } from './certificates.ts'
export { errorNumber, errorNumbers, normaliseCode } from './codes.ts'
export { maxFieldBytes, openField, sealField } from './fields.ts'
export {
  type AppParameters,
  appInvocation,
  type BusinessViewParameters,
  businessViewDetail,
  h5Link,
  invocationText,
  jsapiInvocation,
  type MedInsFront,
  type MedInsParameters,
  medInsInvocation,
  miniProgramInvocation,
  openBusinessViewParameters,
  type PayParameters,
  type Prepaid,
  type Sign,
  type Signed,
} from './invocations.ts'
export {
  type Certificate,
  isPublicKeyId,
  KeyError,
  readApiV3Key,
  readCertificate,
  readPrivateKey,
  readPublicKey,
  readPublicKeyId,
} from './keys.ts'
export {
  OpenError,
  openBytes,
  openResource,
  type Resource,
  resourceAlgorithm,
  sealResource,
} from './resource.ts'
export { signText, verifyText } from './signature.ts'
export {
  checkSigned,
  isProbe,
  isSigned,
  probeSignature,
  readSignedHeaders,
  type SignedHeaders,
  type Verdict,
  writeSignedHeaders,
} from './signed.ts'
export { encodeQuery, encodeSegment } from './targets.ts'
export { type Body, requestText, responseText } from './texts.ts'
export { formatTime, parseTime } from './time.ts'
