import { isUtf8 } from 'node:buffer'

/**
 * The members of a flat XML message, by name, in the order of the message. It has no prototype, so a member
 * named `__proto__` is a member like any other. Values are the decoded text: never trimmed, never numbers.
 */
export type Members = Readonly<Record<string, string>>

/** What a message may weigh. Beyond it, reading stops with an `XmlError`. */
export type XmlLimits = {
  /** Bytes of the whole message; 1 MiB unless given. */
  readonly maxBytes?: number
  /** Members in the message; 256 unless given (the longest documented message has 47). */
  readonly maxMembers?: number
  /** Names of members that hold members of their own, one level deep. They come out as `group.member`. */
  readonly groups?: readonly string[]
}

/** A message that is not the XML we accept. Says where and what was expected, never what was there. */
export class XmlError extends Error {
  override readonly name = 'XmlError'
  /** Offset in UTF-16 code units, counted after line ends became LF. */
  readonly position: number
  /** What would have been right at that position. */
  readonly expected: string

  constructor(position: number, expected: string) {
    super(`XML, at character ${position}: expected ${expected}`)
    this.position = position
    this.expected = expected
  }
}

/**
 * Reads `<xml><name>value</name>…</xml>`, the only shape these messages have.
 *
 * Strict on purpose: no DOCTYPE, no attributes, no comments, no processing instruction but the XML declaration,
 * no nesting (but see `groups`), no name twice. What is signed is the decoded text, so CDATA is kept character for
 * character, adjacent sections are joined, entities are resolved and nothing is trimmed.
 *
 * @example parseXml('<xml><total_fee>100</total_fee></xml>').total_fee // '100'
 */
export function parseXml(message: Uint8Array | string, limits: XmlLimits = {}): Members {
  const scanner: Scanner = {
    text: readText(message, limits.maxBytes ?? 1024 * 1024),
    at: 0,
    members: Object.create(null),
    left: limits.maxMembers ?? 256,
    groups: limits.groups ?? [],
  }
  skipBlanks(scanner)
  skipDeclaration(scanner)
  skipBlanks(scanner)
  if (!scanner.text.startsWith('<xml', scanner.at)) throw new XmlError(scanner.at, 'the start tag <xml>')
  scanner.at += 4
  if (endStartTag(scanner) === 'open') readMembers(scanner, 'xml', '')
  skipBlanks(scanner)
  if (scanner.at < scanner.text.length) throw new XmlError(scanner.at, 'the end of the message after </xml>')
  return scanner.members
}

type Scanner = {
  readonly text: string
  at: number
  readonly members: Record<string, string>
  left: number
  readonly groups: readonly string[]
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: XML forbids exactly these characters.
const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/

/** Where the first character stands that XML 1.0 cannot carry, or -1. */
export function forbiddenAt(text: string): number {
  const found = text.search(FORBIDDEN)
  if (found !== -1 || text.isWellFormed()) return found
  return text.search(/\p{Surrogate}/u)
}

function readText(message: Uint8Array | string, maxBytes: number): string {
  const bytes = typeof message === 'string' ? Buffer.byteLength(message) : message.byteLength
  if (bytes > maxBytes) throw new XmlError(0, `at most ${maxBytes} bytes, found ${bytes}`)
  let text = typeof message === 'string' ? message : decode(message)
  if (text.charCodeAt(0) === 0xfeff) text = text.slice(1)
  if (text.includes('\r')) text = text.replace(/\r\n?/g, '\n')
  // What was decoded from UTF-8 holds no half of a surrogate pair.
  const forbidden = typeof message === 'string' ? forbiddenAt(text) : text.search(FORBIDDEN)
  if (forbidden !== -1) throw new XmlError(forbidden, 'a character that XML allows')
  return text
}

function decode(bytes: Uint8Array): string {
  if (!isUtf8(bytes)) throw new XmlError(0, 'UTF-8')
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
}

const DECLARATION =
  /<\?xml[ \t\n]+version[ \t\n]*=[ \t\n]*(?:"1\.[0-9]"|'1\.[0-9]')(?:[ \t\n]+encoding[ \t\n]*=[ \t\n]*(?:"utf-?8"|'utf-?8'))?(?:[ \t\n]+standalone[ \t\n]*=[ \t\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\n]*\?>/iy

function skipDeclaration(scanner: Scanner): void {
  if (!scanner.text.startsWith('<?', scanner.at)) return
  DECLARATION.lastIndex = scanner.at
  if (!DECLARATION.test(scanner.text))
    throw new XmlError(scanner.at, 'an XML declaration that says UTF-8, or none')
  scanner.at = DECLARATION.lastIndex
}

function readMembers(scanner: Scanner, parent: string, prefix: string): void {
  const { text, members } = scanner
  for (;;) {
    skipBlanks(scanner)
    if (text.charCodeAt(scanner.at) !== LESS)
      throw new XmlError(scanner.at, 'the start or end tag of a member')
    if (text.charCodeAt(scanner.at + 1) === SLASH) break
    const start = scanner.at++
    const name = readName(scanner)
    const key = prefix === '' ? name : prefix + name
    if (members[key] !== undefined) throw new XmlError(start, 'each name once, found one again')
    if (scanner.left-- === 0) throw new XmlError(start, 'fewer members')
    const tag = endStartTag(scanner)
    if (prefix === '' && scanner.groups.includes(name)) {
      members[key] = ''
      if (tag === 'open') readMembers(scanner, name, `${name}.`)
    } else if (tag === 'empty') {
      members[key] = ''
    } else {
      members[key] = readValue(scanner)
      endTag(scanner, name)
    }
  }
  endTag(scanner, parent)
}

const LESS = 0x3c
const SLASH = 0x2f
const GREATER = 0x3e

function skipBlanks(scanner: Scanner): void {
  for (;;) {
    const code = scanner.text.charCodeAt(scanner.at)
    if (code !== 0x20 && code !== 0x0a && code !== 0x09) return
    scanner.at++
  }
}

const MAX_NAME = 128

function readName(scanner: Scanner): string {
  const start = scanner.at
  let at = start
  for (; at - start <= MAX_NAME; at++) {
    const code = scanner.text.charCodeAt(at)
    const letter = (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === 0x5f
    const further = (code >= 0x30 && code <= 0x39) || code === 0x2d
    if (!letter && !(further && at > start)) break
  }
  if (at === start) throw new XmlError(start, 'the name of a member: letters, digits, _ or -')
  if (at - start > MAX_NAME) throw new XmlError(start, `a name of at most ${MAX_NAME} characters`)
  scanner.at = at
  return scanner.text.slice(start, at)
}

function endStartTag(scanner: Scanner): 'open' | 'empty' {
  if (scanner.text.charCodeAt(scanner.at) !== GREATER) skipBlanks(scanner)
  const code = scanner.text.charCodeAt(scanner.at)
  if (code === GREATER) {
    scanner.at++
    return 'open'
  }
  if (code === SLASH && scanner.text.charCodeAt(scanner.at + 1) === GREATER) {
    scanner.at += 2
    return 'empty'
  }
  throw new XmlError(scanner.at, '> (these messages have no attributes)')
}

function endTag(scanner: Scanner, name: string): void {
  const { text, at } = scanner
  const found = text.charCodeAt(at + 1) === SLASH && text.startsWith(name, at + 2)
  if (!found) throw new XmlError(at, 'the end tag that belongs to the start tag')
  scanner.at = at + 2 + name.length
  if (text.charCodeAt(scanner.at) !== GREATER) skipBlanks(scanner)
  if (text.charCodeAt(scanner.at) !== GREATER) throw new XmlError(scanner.at, '> of the end tag')
  scanner.at++
}

const CDATA = '<![CDATA['

function readValue(scanner: Scanner): string {
  const { text } = scanner
  let value = ''
  for (;;) {
    const tag = text.indexOf('<', scanner.at)
    if (tag === -1) throw new XmlError(text.length, 'the end tag of a member')
    if (tag > scanner.at) value += decodeText(text.slice(scanner.at, tag), scanner.at)
    scanner.at = tag
    if (text.charCodeAt(tag + 1) === SLASH || !text.startsWith(CDATA, tag)) return value
    const end = text.indexOf(']]>', tag + CDATA.length)
    if (end === -1) throw new XmlError(tag, 'a CDATA section that ends')
    value += text.slice(tag + CDATA.length, end)
    scanner.at = end + 3
  }
}

const ENTITIES = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
])
const LONGEST_REFERENCE = 10

function decodeText(raw: string, offset: number): string {
  const stray = raw.indexOf(']]>')
  if (stray !== -1) throw new XmlError(offset + stray, 'no ]]> outside of a CDATA section')
  let ampersand = raw.indexOf('&')
  if (ampersand === -1) return raw
  let value = ''
  let done = 0
  while (ampersand !== -1) {
    const end = raw.slice(ampersand, ampersand + LONGEST_REFERENCE + 2).indexOf(';')
    const reference = end === -1 ? '' : raw.slice(ampersand + 1, ampersand + end)
    const character = ENTITIES.get(reference) ?? numbered(reference)
    if (character === undefined) throw new XmlError(offset + ampersand, 'a reference such as &amp; or &#38;')
    value += raw.slice(done, ampersand) + character
    done = ampersand + end + 1
    ampersand = raw.indexOf('&', done)
  }
  return value + raw.slice(done)
}

function numbered(reference: string): string | undefined {
  const digits = /^#(?:x([0-9A-Fa-f]{1,6})|([0-9]{1,7}))$/.exec(reference)
  if (digits === null) return undefined
  const code = digits[1] === undefined ? Number(digits[2]) : Number.parseInt(digits[1], 16)
  if (code > 0x10ffff) return undefined
  const character = String.fromCodePoint(code)
  return forbiddenAt(character) === -1 ? character : undefined
}
