export { type PlatformError, readTokenAnswer, type TokenAnswer } from './answer.ts'
export {
  type Answer,
  type GatewayRefusal,
  type JsonJudgement,
  judgeJson,
  judgeXml,
  type UnknownOutcome,
  type XmlExpectation,
  type XmlJudgement,
} from './judge.ts'
export {
  adviceFor,
  type CodeAdvice,
  type RenewalMargin,
  renewAt,
  type TokenDialect,
  type TokenOwner,
  type TokenRules,
  tokenCacheKey,
  tokenRules,
} from './rules.ts'
