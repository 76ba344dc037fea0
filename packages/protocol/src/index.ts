/** What WeChat Pay says, as data, and how its bytes are trusted. */

export * as apiv3 from './apiv3/index.ts'
export * as bill from './bill/index.ts'
export * as callback from './callback/index.ts'
export { type CheckOptions, check, describe, expectation, measure, type Problem } from './check.ts'
export { commonErrors, errorCase } from './errors.ts'
export type {
  AnswerOf,
  AnswersOf,
  AnyField,
  AnythingField,
  ChoiceField,
  Field,
  Fields,
  FlagField,
  GroupField,
  InputOf,
  InputsOf,
  ListField,
  NumberChoiceField,
  RealField,
  TextField,
  TextFormat,
  Upload,
  UploadField,
  WholeField,
} from './fields.ts'
export * as fields from './fields.ts'
export { readFlat, writeFlat } from './flat.ts'
export * as idcard from './idcard.ts'
export { parseJson } from './json.ts'
export {
  type Advice,
  commonSchedule,
  type Dialect,
  defineNotification,
  defineOperation,
  type ErrorCase,
  empty,
  file,
  type Host,
  type InputOfOperation,
  type NotFound,
  type NotificationShape,
  type Operation,
  type OperationShape,
  type PartsOfOperation,
  type Repeat,
  type ResourceOf,
  type ResultOfOperation,
  routeOf,
  statusOf,
  type Trust,
  type Verb,
} from './operation.ts'
export { everyNotification, everyOperation, notifications, operations } from './operations.ts'
export {
  type Rate,
  rateOf,
  rateText,
  type ServiceStage,
  type StageWords,
  serviceStage,
} from './products/payscore/index.ts'
export { billAuthorization, type RefundStanding, refundStanding } from './products/wecom/index.ts'
export { readAnswer } from './reading.ts'
export type { Breach, Condition, Rule } from './rules.ts'
export { type Clock, type Random, randomText } from './runtime.ts'
export {
  type JsonSchema,
  jsonSchema,
  type OperationSchemas,
  operationSchemas,
  type SchemaOptions,
} from './schema.ts'
export { ruleInWords, type UnsaidRule } from './schema-rules.ts'
export {
  type StandardIssue,
  type StandardResult,
  type StandardSchema,
  standardSchema,
} from './standard-schema.ts'
export * as token from './token/index.ts'
export * as xmlmd5 from './xmlmd5/index.ts'
