/** Why a callback of WeCom verifies or not. */
import { createHash } from 'node:crypto'
import { callback } from '@chadan/protocol'
import { clockCauses } from './apiv3.ts'
import type { Capture } from './capture.ts'
import { type Cause, cause, type Diagnosis } from './cause.ts'

/** One receiver of callbacks, and what to call it. */
export interface CallbackKeys {
  readonly label: string
  readonly token: string
  readonly encodingAesKey: string
  readonly corpid: string
}

type Texts = { readonly timestamp: string; readonly nonce: string; readonly encrypt: string }

/** Explains a captured callback: the signature first, then what is sealed in it. */
export function explainCallback(
  capture: Capture,
  receivers: readonly CallbackKeys[],
  { arrivedMs }: { readonly arrivedMs?: number } = {},
): Diagnosis {
  const base = { dialect: 'callback', message: 'notice', notes: capture.notes } as const
  const raw = queryOf(capture.target ?? '')
  const encrypt = raw.get('echostr') ?? encryptOf(capture.body)
  const texts = {
    timestamp: decoded(raw.get('timestamp')),
    nonce: decoded(raw.get('nonce')),
    encrypt: decoded(encrypt),
  }
  const canonical = Buffer.from(['(token)', texts.timestamp, texts.nonce, texts.encrypt].join('\n'))
  const fail = (...causes: Cause[]): Diagnosis => ({ ...base, verifies: false, causes, canonical })
  if (encrypt === undefined)
    return fail(
      cause(
        'envelope',
        'the body has no encrypt (or Encrypt) and the query no echostr',
        'give the body as it came, XML or JSON',
      ),
    )
  const signature = raw.get('msg_signature') ?? ''
  if (signature === '')
    return fail(cause('query', 'the address has no msg_signature', 'capture the address with its query'))
  if (receivers.length === 0)
    return fail(
      cause(
        'key.none',
        'no callback token was given',
        'give --credentials with wecom.token, encodingAesKey and corpid',
      ),
    )
  const found = findSignature(signature, texts, rawTexts(raw, encrypt), receivers)
  if (!found) {
    const says = `msg_signature fits no given token (${receivers.map(({ label }) => label).join(', ')}) with any known change`
    return fail(
      cause(
        'key.wrong',
        says,
        'compare the token with the callback settings of the app; query and body may be of two messages',
      ),
    )
  }
  const causes = [
    ...found.causes,
    ...clockCauses(texts.timestamp, arrivedMs, 'notice'),
    ...sealCauses(found.texts.encrypt, found.receiver, receivers),
  ]
  return { ...base, verifies: causes.length === 0, causes, canonical }
}

/** The query with its values as they stand in the address. */
function queryOf(target: string): Map<string, string> {
  const mark = target.indexOf('?')
  const pairs = mark < 0 ? [] : target.slice(mark + 1).split('&')
  return new Map(
    pairs.map((pair): [string, string] => {
      const equals = pair.indexOf('=')
      return equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)]
    }),
  )
}

function decoded(text: string | undefined): string {
  try {
    return decodeURIComponent(text ?? '')
  } catch {
    return text ?? ''
  }
}

function rawTexts(raw: ReadonlyMap<string, string>, encrypt: string): Texts {
  return { timestamp: raw.get('timestamp') ?? '', nonce: raw.get('nonce') ?? '', encrypt }
}

function encryptOf(body: Uint8Array): string | undefined {
  const text = Buffer.from(body).toString()
  const xml = /<Encrypt>\s*(?:<!\[CDATA\[)?([^\]<]+)/.exec(text)?.[1]
  if (xml !== undefined) return xml
  try {
    const value = JSON.parse(text) as Record<string, unknown> | null
    return typeof value?.encrypt === 'string' ? value.encrypt : undefined
  } catch {
    return undefined
  }
}

const untouched = 'decode the query once, and take encrypt as it stands in the body'

function findSignature(
  signature: string,
  texts: Texts,
  raw: Texts,
  receivers: readonly CallbackKeys[],
): { receiver: CallbackKeys; texts: Texts; causes: Cause[] } | undefined {
  const variants: [Cause | undefined, Texts][] = [
    [undefined, texts],
    [
      cause('query.encoded', 'the signature covers the query as it was encoded in the address', untouched),
      raw,
    ],
    [
      cause('query.plus', 'the signature covers + where the query was read as a blank', untouched),
      mapTexts(texts, (one) => one.replaceAll(' ', '+')),
    ],
    [
      cause('query.decoded', 'the captured query was already decoded, and + became a blank', untouched),
      mapTexts(raw, (one) => one.replaceAll('+', ' ')),
    ],
    [
      cause('encrypt.trimmed', 'the signature covers encrypt without the white space around it', untouched),
      mapTexts(texts, (one) => one.trim()),
    ],
    [
      cause('encrypt.lineEnds', 'the signature covers encrypt without line ends inside', untouched),
      mapTexts(texts, (one) => one.replace(/\s+/g, '')),
    ],
    [
      cause(
        'encrypt.slashes',
        'the signature covers encrypt without the backslashes of its JSON text',
        untouched,
      ),
      mapTexts(texts, (one) => one.replaceAll('\\/', '/')),
    ],
  ]
  for (const [why, variant] of variants)
    for (const receiver of receivers)
      for (const [shape, text] of shapes(variant, receiver.token)) {
        const hex = createHash('sha1').update(text).digest('hex')
        if (hex !== signature.toLowerCase().trim()) continue
        const form =
          hex === signature
            ? undefined
            : cause(
                'signature.case',
                'msg_signature is in capitals or has blanks around it',
                'compare 40 digits of 0-9 and a-f',
              )
        return { receiver, texts: variant, causes: [why, shape, form].filter((one) => one !== undefined) }
      }
  return undefined
}

function shapes({ timestamp, nonce, encrypt }: Texts, token: string): [Cause | undefined, string][] {
  const sorted = (...parts: string[]) => parts.sort().join('')
  const four = 'sort the four texts token, timestamp, nonce and encrypt, and join them'
  return [
    [undefined, sorted(token, timestamp, nonce, encrypt)],
    [
      cause('text.order', 'the four texts were joined without sorting them', four),
      token + timestamp + nonce + encrypt,
    ],
    [
      cause('text.three', 'the signature leaves encrypt out: the plain mode of another interface', four),
      sorted(token, timestamp, nonce),
    ],
  ]
}

function mapTexts({ timestamp, nonce, encrypt }: Texts, change: (text: string) => string): Texts {
  return { timestamp: change(timestamp), nonce: change(nonce), encrypt: change(encrypt) }
}

/** The signature holds; does the sealed text open, and is it for us? */
function sealCauses(encrypt: string, receiver: CallbackKeys, receivers: readonly CallbackKeys[]): Cause[] {
  const opened = openWith(encrypt, receiver)
  if (opened instanceof Error) {
    const other = receivers.find((one) => one !== receiver && !(openWith(encrypt, one) instanceof Error))
    if (other)
      return [
        cause(
          'seal.key',
          `opens with the EncodingAESKey of ${other.label}, not with that of ${receiver.label}`,
          'take token and EncodingAESKey from the same settings',
        ),
      ]
    return [
      cause('seal.key', opened.message, 'compare the EncodingAESKey with the callback settings of the app'),
    ]
  }
  if (opened === receiver.corpid) return []
  return [
    cause(
      'seal.receiver',
      'sealed for another corp or suite than wecom.corpid',
      'compare the corpid; suites seal for their suite id',
    ),
  ]
}

function openWith(encrypt: string, { encodingAesKey }: CallbackKeys): string | Error {
  try {
    return callback.openOuter(encrypt, callback.readEncodingAesKey(encodingAesKey)).receiveId
  } catch (error) {
    return error instanceof Error ? error : new Error('the sealed text does not open')
  }
}
