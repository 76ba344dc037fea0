/** How programs write JSON: the styles in which a body may have been written again. */

/** A style by name, and who writes like that. */
export interface JsonStyle {
  readonly id: string
  readonly who: string
  write(text: string): string
}

interface Layout {
  readonly comma?: string
  readonly colon?: string
  /** What one level is moved in by; everything stays on one line without it. */
  readonly indent?: string
  readonly quote?: (text: string) => string
  readonly sorted?: true
}

const quoted = (text: string): string => JSON.stringify(text)
const slashes = (text: string): string => quoted(text).replaceAll('/', '\\/')
const codes = (text: string, upper = false): string =>
  text.replace(/[\u0080-\uffff]/g, (unit) => {
    const digits = unit.charCodeAt(0).toString(16).padStart(4, '0')
    return `\\u${upper ? digits.toUpperCase() : digits}`
  })
const html = (text: string): string =>
  quoted(text).replace(
    /[<>&\u2028\u2029]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
const gson = (text: string): string =>
  html(text).replace(/[='\u007f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

const styleList: readonly (readonly [string, string, Layout])[] = [
  ['compact', 'without blanks (JSON.stringify, most Java libraries)', {}],
  ['php', 'with \\/ and \\u escapes (PHP json_encode)', { quote: (text) => codes(slashes(text)) }],
  ['slashes', 'with \\/ (PHP json_encode with JSON_UNESCAPED_UNICODE)', { quote: slashes }],
  ['codes', 'with \\u escapes', { quote: (text) => codes(quoted(text)) }],
  ['upperCodes', 'with \\u escapes in capitals', { quote: (text) => codes(quoted(text), true) }],
  [
    'python',
    'with a blank after comma and colon and \\u escapes (Python json.dumps)',
    { comma: ', ', colon: ': ', quote: (text) => codes(quoted(text)) },
  ],
  [
    'spaced',
    'with a blank after comma and colon (Python json.dumps, ensure_ascii=False)',
    { comma: ', ', colon: ': ' },
  ],
  ['go', 'with \\u003c for < (Go encoding/json)', { quote: html }],
  ['gson', 'with \\u003d for = (Gson)', { quote: gson }],
  ['sorted', 'with its names sorted', { sorted: true }],
  ['sortedSpaced', 'with its names sorted and blanks', { sorted: true, comma: ', ', colon: ': ' }],
  ['pretty2', 'indented by two blanks', { indent: '  ', colon: ': ' }],
  ['pretty4', 'indented by four blanks', { indent: '    ', colon: ': ' }],
  ['prettyTab', 'indented by tabs', { indent: '\t', colon: ': ' }],
]

/** All styles that are tried. */
export const jsonStyles: readonly JsonStyle[] = [
  ...styleList.map(([id, who, layout]) => ({ id, who, write: (text: string) => rewrite(text, layout) })),
  {
    id: 'numbers',
    who: 'with its numbers read and written again (1.0 becomes 1)',
    write: (text) => JSON.stringify(JSON.parse(text)),
  },
]

/**
 * The same JSON in another layout. Numbers stay as they are spelled, and members in their order unless they are to be
 * sorted. Throws SyntaxError for what is no JSON.
 */
function rewrite(text: string, layout: Layout): string {
  JSON.parse(text)
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? []
  const reader = { tokens, at: 0 }
  return writeValue(readValue(reader), layout, '')
}

type Node =
  | string
  | { readonly open: '{' | '['; readonly members: readonly (readonly [string | undefined, Node])[] }

interface Reader {
  readonly tokens: readonly string[]
  at: number
}

function readValue(reader: Reader): Node {
  const token = reader.tokens[reader.at++] as string
  if (token !== '{' && token !== '[') return token
  const members: (readonly [string | undefined, Node])[] = []
  const end = token === '{' ? '}' : ']'
  while (reader.tokens[reader.at] !== end) {
    let name: string | undefined
    if (token === '{') {
      name = reader.tokens[reader.at]
      reader.at += 2
    }
    members.push([name, readValue(reader)])
    if (reader.tokens[reader.at] === ',') reader.at++
  }
  reader.at++
  return { open: token, members }
}

function writeValue(node: Node, layout: Layout, before: string): string {
  const { comma = ',', colon = ':', indent, quote = quoted, sorted } = layout
  if (typeof node === 'string') return node.startsWith('"') ? quote(JSON.parse(node) as string) : node
  const close = node.open === '{' ? '}' : ']'
  if (node.members.length === 0) return node.open + close
  const inner = before + (indent ?? '')
  const members = sorted && node.open === '{' ? node.members.toSorted(byName) : node.members
  const written = members.map(([name, value]) => {
    const label = name === undefined ? '' : quote(JSON.parse(name) as string) + colon
    return label + writeValue(value, layout, inner)
  })
  if (indent === undefined) return node.open + written.join(comma) + close
  return `${node.open}\n${inner}${written.join(`,\n${inner}`)}\n${before}${close}`
}

function byName(
  [one = '']: readonly [string | undefined, Node],
  [other = '']: readonly [string | undefined, Node],
): number {
  return one < other ? -1 : one > other ? 1 : 0
}
