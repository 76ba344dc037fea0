/** A YAML file and the place of everything in it. */
import { isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import { ConfigError, type ConfigProblem } from './problem.ts'

/** A way into the document. */
export type Path = readonly (string | number)[]

/** A file as read. Every scalar is text as it was written: numbers keep their zeros, and `no` is no boolean. */
export interface ConfigDocument {
  readonly file: string
  readonly value: unknown
  /** Where a value stands; where it is missing, what it is missing in. */
  place(path: Path, of?: 'key' | 'value'): { line: number; column: number }
}

const largestBytes = 32 * 1024 * 1024

/** Reads the text. Throws `ConfigError` with all faults of the form. */
export function readDocument(file: string, text: string): ConfigDocument {
  const lines = new LineCounter()
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const fault = (offset: number, found: string, expected: string): ConfigProblem => ({
    file,
    ...at(offset),
    at: '',
    found,
    expected,
  })
  if (text.length > largestBytes)
    throw new ConfigError([fault(0, `${text.length} characters`, `at most ${largestBytes}`)])
  const document = parseDocument(text, {
    schema: 'failsafe',
    lineCounter: lines,
    // The library's own messages would quote the text.
    prettyErrors: false,
    stringKeys: true,
    logLevel: 'silent',
  })
  const faults = document.errors.map(({ code, pos }) =>
    fault(pos[0], ...(faultWords[code] ?? faultWords.other)),
  )
  if (faults.length > 0) throw new ConfigError(faults)
  if (!isMap(document.contents))
    throw new ConfigError([
      fault(0, text.trim() === '' ? 'an empty file' : 'no mapping', 'names with values'),
    ])
  return {
    file,
    // Aliases are allowed, but not those that unfold without end.
    value: document.toJS({ maxAliasCount: 1000 }),
    place: (path, of = 'value') => at(offsetOf(document.contents as Node, path, of)),
  }
}

type Fault = readonly [found: string, expected: string]
const faultWords: Readonly<Record<string, Fault>> & { readonly other: Fault } = {
  DUPLICATE_KEY: ['a name that stands here twice', 'each name once'],
  BAD_INDENT: ['another indentation than above', 'the same number of blanks for what stands together'],
  TAB_AS_INDENT: ['a tab', 'blanks for indentation'],
  MISSING_CHAR: ['a quote or bracket that is not closed', 'its end'],
  BAD_ALIAS: ['an alias without an anchor above it', '&name before *name'],
  NON_STRING_KEY: ['a name that is no text', 'text'],
  MULTIPLE_DOCS: ['a second document', 'one document'],
  BAD_SCALAR_START: ['a character that cannot begin a value', 'quotes around the value'],
  BLOCK_AS_IMPLICIT_KEY: ['a second colon', 'quotes around a value with a colon and a blank in it'],
  other: ['something that is not YAML', 'name: value'],
}

/** Where a path leads, as far as it leads. */
function offsetOf(root: Node, path: Path, of: 'key' | 'value'): number {
  let [node, offset]: [unknown, number] = [root, root.range?.[0] ?? 0]
  for (const [index, step] of path.entries()) {
    const last = index === path.length - 1
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === String(step))
      if (!pair) return offset
      const key = isNode(pair.key) ? pair.key.range?.[0] : undefined
      const value = isNode(pair.value) ? pair.value.range?.[0] : undefined
      // What is missing inside a mapping is shown at the mapping's name, not at its first line.
      offset = (last && of === 'value' && isScalar(pair.value) ? (value ?? key) : (key ?? value)) ?? offset
      node = pair.value
    } else if (isSeq(node)) {
      const item = node.items[Number(step)]
      if (item === undefined) return offset
      offset = (isNode(item) ? item.range?.[0] : undefined) ?? offset
      node = item
    } else return offset
  }
  return offset
}
