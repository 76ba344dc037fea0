/** What a body may have been when it was signed: the usual ways in which it changes on its way. */
import { gunzipSync } from 'node:zlib'
import { type Cause, cause } from './cause.ts'
import { jsonStyles } from './json-styles.ts'

/** Another form of something, and what it would mean if that form was the signed one. */
export interface Variant<T> {
  readonly value: T
  /** Undefined for the form as captured. */
  readonly cause: Cause | undefined
}

const keepBytes = 'sign and verify the bytes as they are sent and received, before anything parses them'

/** The body as captured, then its variants; each form once. */
export function bodyVariants(
  body: Uint8Array,
  others: readonly { readonly name: string; readonly body: Uint8Array }[] = [],
): Variant<Uint8Array>[] {
  const variants: Variant<Uint8Array>[] = [{ value: body, cause: undefined }]
  const seen = new Set([keyOf(body)])
  const add = (id: string, says: string, make: () => Uint8Array | string | undefined, todo = keepBytes) => {
    const made = attempt(make)
    if (made === undefined) return
    const value = typeof made === 'string' ? Buffer.from(made) : made
    const key = keyOf(value)
    if (seen.has(key)) return
    seen.add(key)
    variants.push({ value, cause: cause(`body.${id}`, says, todo) })
  }
  const text = Buffer.from(body).toString()
  // The smallest changes go first: where two explanations give the same bytes, the first is told.
  addTextVariants(text, add)
  for (const { id, who, write } of jsonStyles)
    add(
      id,
      `the signature covers this body written as JSON ${who}; the captured one was parsed and written again`,
      () => write(text),
    )
  add('mojibake', 'the body was read in another charset and written again as UTF-8', () => fromLatin1(text))
  add('unzipped', 'the captured body is still compressed; the signature covers it unpacked', () =>
    body[0] === 0x1f ? gunzipSync(body, { maxOutputLength: 8 * 1024 * 1024 }) : undefined,
  )
  for (const other of others)
    add(
      'other',
      `the signature covers the body of ${other.name}: the two were mixed up`,
      () => other.body,
      'keep headers and body of one message together',
    )
  add(
    'empty',
    'the signature covers an empty body',
    () => '',
    'sign the body that is sent; only a request without a body signs an empty line',
  )
  return variants
}

type Add = (id: string, says: string, make: () => Uint8Array | string | undefined, todo?: string) => void

function addTextVariants(text: string, add: Add): void {
  const changed = 'was added or lost when it was logged, copied or read line by line'
  add('withoutBom', 'the captured body begins with a byte order mark that was not signed', () =>
    text.replace(/^\ufeff/, ''),
  )
  add('trimmed', `the signature covers the body without the white space around it, which ${changed}`, () =>
    text.trim(),
  )
  add(
    'finalLf',
    `the signature covers a line feed more at the end of the body, which ${changed}`,
    () => `${text}\n`,
  )
  add(
    'finalCrlf',
    `the signature covers a line end (CRLF) at the end of the body, which ${changed}`,
    () => `${text}\r\n`,
  )
  add('withoutFinalLine', `the signature covers the body without its last line end, which ${changed}`, () =>
    text.replace(/\r?\n$/, ''),
  )
  add('lf', 'the signature covers line feeds; the captured body has CRLF', () =>
    text.replaceAll('\r\n', '\n'),
  )
  add('crlf', 'the signature covers CRLF; the captured body has line feeds alone', () =>
    text.replace(/\r?\n/g, '\r\n'),
  )
  add('bom', 'the signature covers a byte order mark that the captured body lacks', () => `\ufeff${text}`)
  add('unescaped', 'the captured body has \\u and \\/ escapes where the signed one had the characters', () =>
    text
      .replaceAll('\\/', '/')
      .replace(/\\u([0-9a-fA-F]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
  )
  add('entities', 'the captured body has &quot; and &amp; where the signed one had the characters', () =>
    text
      .replaceAll('&quot;', '"')
      .replaceAll('&#39;', "'")
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&'),
  )
  add(
    'quotedText',
    'the captured body is a JSON text around the signed one: it was written as JSON twice',
    () => {
      const inner: unknown = JSON.parse(text)
      return typeof inner === 'string' ? inner : undefined
    },
  )
  add('nfc', 'the signature covers the characters in composed form (NFC)', () => text.normalize('NFC'))
}

/** Undoes UTF-8 that was read as Latin-1; undefined where that cannot have happened. */
function fromLatin1(text: string): Uint8Array | undefined {
  return /^[\0-\xff]*$/.test(text) && /[\x80-\xff]/.test(text) ? Buffer.from(text, 'latin1') : undefined
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make()
  } catch {
    return undefined
  }
}

function keyOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}
