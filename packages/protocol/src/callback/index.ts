export {
  type CallbackQuery,
  type CallbackReceiver,
  type CallbackSeal,
  type OpenedCallback,
  openCallback,
  sealCallback,
  sealEchostr,
  verifyEchostr,
} from './callback.ts'
export { type CallbackCheck, CallbackError } from './error.ts'
export { openInner, type SealedResource, sealInner } from './inner.ts'
export { type CallbackKey, readEncodingAesKey, readInnerKey } from './key.ts'
export { type CallbackNotice, readNotice, writeNotice } from './notice.ts'
export { type OuterPlain, openOuter, type SignedTexts, sealOuter, signCallback } from './outer.ts'
