/**
 * The field kit: plain values with which every message of WeChat Pay is declared once.
 * Types, input checks, JSON Schema and reference pages are all derived from these values.
 */
import { type Charset, charsets } from './charsets.ts'
import type { Rule } from './rules.ts'

/**
 * What is declared of one field. `In` is what a caller gives, `Out` what an answer holds
 * (enumerations are open in answers: the platform adds values without notice).
 */
export interface Field<In = unknown, Out = In> {
  readonly kind: string
  /** Absent on a required field. */
  readonly optional?: true
  /** Travels encrypted (RSA-OAEP) under the key that `Wechatpay-Serial` names. */
  readonly sealed?: true
  /** No page of the product states its bounds; they are taken from a sister product. `check` accepts more. */
  readonly supposed?: true
  /** Filled in by the dialect (`nonce_str`, `sign`); a caller never gives it. */
  readonly filled?: true
  /** Other names under which answers in flat text carry it; `readFlat` gives it under its declared name. */
  readonly spellings?: readonly string[]
  /** One line in English, with the Chinese term where it is the field's term. */
  readonly meaning?: string
  /** Never set: carries the types only. */
  readonly types?: { readonly in: In; readonly out: Out }
  /** The same field with its meaning. */
  describe(meaning: string): this
}

/** Known text forms beyond a charset; each is checked by `check`. */
export type TextFormat =
  | 'time'
  | 'offsetTime'
  | 'day'
  | 'plainDay'
  | 'stamp'
  | 'url'
  | 'notifyUrl'
  | 'ip'
  | 'position'
  | 'json'
  | 'base64'

/** Text: its length as the platform counts it, its characters, its form. */
export interface TextField extends Field<string> {
  readonly kind: 'text'
  readonly min: number
  readonly max: number
  /** What the platform counts: characters (code points) or UTF-8 bytes. */
  readonly unit: 'characters' | 'bytes'
  readonly charset?: Charset
  readonly format?: TextFormat
  /** For JSON inside a string: the keys known in it. */
  readonly known?: Fields
}

/** A whole number between two bounds; money where `money` says so. */
export interface WholeField extends Field<number> {
  readonly kind: 'whole'
  readonly min: number
  readonly max: number
  /** The unit of money, where it is money: hundredths of a yuan, or the currency's smallest unit. */
  readonly money?: 'fen' | 'minor'
  /** Some answers spell it as decimal text; `readAnswer` makes a number of it. */
  readonly textual?: true
}

/** A number that may have a fraction. */
export interface RealField extends Field<number> {
  readonly kind: 'real'
}

/** true or false. */
export interface FlagField extends Field<boolean> {
  readonly kind: 'flag'
}

/** One of named values; answers may hold others. */
export interface ChoiceField<V extends string = string> extends Field<V, V | (string & {})> {
  readonly kind: 'choice'
  /** Value to meaning, in the order of the official page. */
  readonly values: Readonly<Record<V, string>>
}

/** One of listed numbers; answers may hold others. */
export interface NumberChoiceField<V extends number = number> extends Field<V, V | (number & {})> {
  readonly kind: 'numberChoice'
  readonly values: Readonly<Record<V, string>>
}

/** A list of one kind of member. */
export interface ListField<F extends Field = Field> extends Field<InputOf<F>[], AnswerOf<F>[]> {
  readonly kind: 'list'
  /** Some answers hold one member in place of the list; `readAnswer` makes a list of it. */
  readonly orOne?: true
  readonly item: F
  readonly min: number
  readonly max: number
}

/** An object with declared members and rules between them. */
export interface GroupField<Fs extends Fields = Fields> extends Field<InputsOf<Fs>, AnswersOf<Fs>> {
  readonly kind: 'group'
  readonly fields: Fs
  readonly rules: readonly Rule[]
}

/** A file that is uploaded as one part of a multipart body. */
export interface UploadField extends Field<Upload> {
  readonly kind: 'upload'
  readonly minBytes: number
  readonly maxBytes: number
  readonly extensions: readonly string[]
}

/** What a caller gives for an `upload` field. */
export interface Upload {
  readonly name: string
  readonly type: string
  readonly bytes: Uint8Array
}

/** Any JSON value: what the platform passes through without describing it. */
export interface AnythingField extends Field<unknown> {
  readonly kind: 'anything'
}

/** Every kind of field, to be told apart by `kind`. */
export type AnyField =
  | TextField
  | WholeField
  | RealField
  | FlagField
  | ChoiceField
  | NumberChoiceField
  | ListField
  | GroupField
  | UploadField
  | AnythingField

/** Fields by their names on the wire, in the order of the official page. */
export type Fields = { readonly [name: string]: Field }

/** What a caller gives for a field. */
export type InputOf<F> = F extends Field<infer In, infer _Out> ? In : never
/** What an answer holds for a field. */
export type AnswerOf<F> = F extends Field<infer _In, infer Out> ? Out : never

type OptionalNames<Fs> = { [N in keyof Fs]: Fs[N] extends { optional: true } ? N : never }[keyof Fs]
type FilledNames<Fs> = { [N in keyof Fs]: Fs[N] extends { filled: true } ? N : never }[keyof Fs]
type Flat<T> = { [N in keyof T]: T[N] } & {}

/** The object a caller gives for these fields. */
export type InputsOf<Fs> = Flat<
  { -readonly [N in Exclude<keyof Fs, OptionalNames<Fs> | FilledNames<Fs>>]: InputOf<Fs[N]> } & {
    -readonly [N in Exclude<OptionalNames<Fs>, FilledNames<Fs>>]?: InputOf<Fs[N]>
  }
>

/** The object an answer holds for these fields. */
export type AnswersOf<Fs> = Flat<
  { -readonly [N in Exclude<keyof Fs, OptionalNames<Fs>>]: AnswerOf<Fs[N]> } & {
    -readonly [N in OptionalNames<Fs>]?: AnswerOf<Fs[N]>
  }
>

const prototype = {
  describe(this: object, meaning: string): object {
    return make({ ...this, meaning })
  },
}

function make<F extends Field>(properties: object): F {
  return Object.assign(Object.create(prototype), properties)
}

/**
 * Text of `min` to `max` characters; one number alone is the maximum and the minimum is 1.
 * @example text(32), text(6, 32, charsets.number)
 */
export function text(max: number): TextField
export function text(min: number, max: number, charset?: Charset): TextField
export function text(...given: [number] | [number, number, Charset?]): TextField {
  const [min, max, charset] = given.length === 1 ? [1, given[0]] : given
  return make({ kind: 'text', min, max, unit: 'characters', ...(charset && { charset }) })
}

/** Like `text`, measured in UTF-8 bytes. */
export function octets(min: number, max: number, charset?: Charset): TextField {
  return make({ kind: 'text', min, max, unit: 'bytes', ...(charset && { charset }) })
}

function formatted(format: TextFormat, min: number, max: number): TextField {
  return make({ kind: 'text', min, max, unit: 'characters', format })
}

/** An instant, RFC 3339 with an offset: `2026-03-17T10:20:30+08:00`. */
export const time: TextField = formatted('time', 1, 64)
/** An instant whose offset is in figures: `Z` is refused. */
export const offsetTime: TextField = formatted('offsetTime', 1, 64)
/** A calendar day, `yyyy-MM-dd`. */
export const day: TextField = formatted('day', 10, 10)
/** A calendar day without hyphens, `yyyyMMdd`. */
export const plainDay: TextField = formatted('plainDay', 8, 8)
/** A wall-clock stamp, `yyyyMMddHHmmss`. */
export const stamp: TextField = formatted('stamp', 14, 14)
/** Where the platform sends notices: absolute, no query, at most 256 characters. */
export const notifyUrl: TextField = formatted('notifyUrl', 1, 256)
/** An IPv4 or IPv6 address. */
export const ip: TextField = ipWithin(45)

/** An IPv4 or IPv6 address of at most `max` characters: long IPv6 addresses do not fit everywhere. */
export function ipWithin(max: number): TextField {
  return formatted('ip', 1, max)
}

/** A place, longitude and latitude: `120.153576,30.287459`. */
export function position(max: number): TextField {
  return formatted('position', 3, max)
}

/** An absolute http(s) address of at most `max` characters. */
export function url(max: number): TextField {
  return formatted('url', 1, max)
}

/** Text in base64. */
export function base64(max: number): TextField {
  return formatted('base64', 0, max)
}

/**
 * JSON inside a string. It stays the caller's text, byte for byte; `known` names the keys
 * that are documented inside it.
 */
export function json(known: Fields, max: number, unit: 'characters' | 'bytes' = 'bytes'): TextField {
  return make({ kind: 'text', min: 1, max, unit, format: 'json', known })
}

/** A whole number between `min` and `max`. */
export function whole(min = 0, max: number = Number.MAX_SAFE_INTEGER): WholeField {
  return make({ kind: 'whole', min, max })
}

/** An amount in fen (分), 0 or more. */
export const fen: WholeField = fenBetween(0, Number.MAX_SAFE_INTEGER)

/** An amount in fen (分) between two bounds. */
export function fenBetween(min: number, max: number): WholeField {
  return make({ kind: 'whole', min, max, money: 'fen' })
}

/** An amount in the currency's smallest unit, 0 or more. */
export const minor: WholeField = minorBetween(0, Number.MAX_SAFE_INTEGER)

/** An amount in the currency's smallest unit between two bounds. */
export function minorBetween(min: number, max: number): WholeField {
  return make({ kind: 'whole', min, max, money: 'minor' })
}

/** A number that may have a fraction; never money. */
export const real: RealField = make({ kind: 'real' })

/** true or false. */
export const flag: FlagField = make({ kind: 'flag' })

/** Anything that JSON can hold. */
export const anything: AnythingField = make({ kind: 'anything' })

/**
 * One of named values, each with its meaning.
 * @example choice({ SUCCESS: 'Paid.', NOTPAY: 'Not paid yet.' })
 */
export function choice<const V extends string>(values: Readonly<Record<V, string>>): ChoiceField<V> {
  return make({ kind: 'choice', values })
}

/** One of numbers, each with its meaning. */
export function numberChoice<const V extends number>(
  values: Readonly<Record<V, string>>,
): NumberChoiceField<V> {
  return make({ kind: 'numberChoice', values })
}

/** A list of `item`; `min` and `max` count its members. */
export function list<F extends Field>(
  item: F,
  min = 0,
  max: number = Number.POSITIVE_INFINITY,
): ListField<F> {
  return make({ kind: 'list', item, min, max })
}

/** An object with these fields, under these rules. */
export function group<const Fs extends Fields>(fields: Fs, ...rules: Rule[]): GroupField<Fs> {
  return make({ kind: 'group', fields, rules })
}

/** A file to upload. */
export function upload(minBytes: number, maxBytes: number, extensions: readonly string[]): UploadField {
  return make({ kind: 'upload', minBytes, maxBytes, extensions })
}

/** The same field, which may be left out. */
export function optional<F extends Field>(field: F): F & { readonly optional: true } {
  return make({ ...field, optional: true })
}

/** The same field, which must be there: the opposite of `optional`, for groups that are shared. */
export function required<F extends Field>(field: F): Omit<F, 'optional'> & Field<InputOf<F>, AnswerOf<F>> {
  const { optional: _optional, ...rest } = field
  return make(rest)
}

/** The same field, which the dialect fills in when the message is made. */
export function filled<F extends Field>(field: F): F & { readonly filled: true } {
  return make({ ...field, filled: true })
}

/**
 * The same field, which travels sealed. The caller gives clear text and never sees the sealed
 * form; lengths are those of the clear text.
 */
export function sealed<F extends Field>(field: F): F & { readonly sealed: true } {
  return make({ ...field, sealed: true })
}

/**
 * The same field, whose bounds are an analogy and not documented for this product: a caller is not
 * refused for them, the simulator holds to them.
 */
export function supposed<F extends Field>(field: F): F & { readonly supposed: true } {
  return make({ ...field, supposed: true })
}

/** The same field, which some answers carry under another name: the platform's own pages disagree. */
export function spelled<F extends Field>(field: F, ...spellings: string[]): F {
  return make({ ...field, spellings })
}

/** The same number, which some answers spell as decimal text. */
export function textual<F extends WholeField>(field: F): F & { readonly textual: true } {
  return Object.assign(make<F>(field), { textual: true as const })
}

/** The same list, which some answers spell as its one member. */
export function orOne<F extends ListField>(field: F): F & { readonly orOne: true } {
  return Object.assign(make<F>(field), { orOne: true as const })
}

export { type Charset, charsets }
