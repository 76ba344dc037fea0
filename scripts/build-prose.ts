/** Takes the prose out of emitted JavaScript: meanings, titles and links of declarations become empty text. */
import { posix } from 'node:path'
import remapping from '@jridgewell/remapping'
import { type AnyNode, type Expression, parse } from 'acorn'
import MagicString from 'magic-string'

/** An emitted module: its code and its source map as JSON. */
export interface Emitted {
  readonly code: string
  readonly map: string
}

/** Members, and parameters of functions, that hold prose. */
const proseNames = new Set(['meaning', 'title', 'doc'])

/** Calls whose argument is an object of values, each with its meaning. */
const choices = new Set(['choice', 'numberChoice'])

/**
 * The same modules without prose. Only text written in place is touched; what is computed stays, and
 * the test that compares the declarations finds it.
 */
export function withoutProse(modules: ReadonlyMap<string, Emitted>): Map<string, Emitted> {
  const trees = [...modules].map(([name, emitted]) => ({ name, emitted, tree: parseModule(emitted.code) }))
  const speakers = new Map<string, number>()
  const tables = new Set<string>()
  for (const { tree } of trees) {
    visit(tree, (node) => {
      noteSpeaker(node, speakers)
      noteTables(node, tables)
      return undefined
    })
  }
  return new Map(trees.map(({ name, emitted, tree }) => [name, strip(emitted, tree, { speakers, tables })]))
}

/**
 * Of the full modules, those that differ from their stripped form and those that lead to them, for a folder
 * beside the stripped ones. What is the same is taken from there, so that both entries share their classes.
 */
export function describedModules(
  full: ReadonlyMap<string, Emitted>,
  stripped: ReadonlyMap<string, Emitted>,
): Map<string, Emitted> {
  const apart = new Set(
    [...full].filter(([name, { code }]) => stripped.get(name)?.code !== code).map(([name]) => name),
  )
  for (let before = -1; before !== apart.size; ) {
    before = apart.size
    for (const [name, { code }] of full)
      if (importsOf(name, code).some((one) => apart.has(one))) apart.add(name)
  }
  return new Map([...apart].map((name) => [name, leadingOut(name, full.get(name) as Emitted, apart)]))
}

const importing = /(from )(['"])(\.{1,2}\/[^'"]+)\2/g

function importsOf(name: string, code: string): string[] {
  return [...code.matchAll(importing)].map(([, , , path]) => posix.join(posix.dirname(name), path ?? ''))
}

function leadingOut(name: string, { code, map }: Emitted, apart: ReadonlySet<string>): Emitted {
  const home = posix.dirname(`described/${name}`)
  const led = code.replace(importing, (whole, from, quote, path) => {
    const target = posix.join(posix.dirname(name), path)
    return apart.has(target) ? whole : `${from}${quote}${posix.relative(home, target)}${quote}`
  })
  return { code: led, map }
}

/** What the whole package says about where prose stands. */
interface Known {
  /** Functions that take prose, and at which position. */
  readonly speakers: ReadonlyMap<string, number>
  /** Constants that are objects of values and meanings. */
  readonly tables: ReadonlySet<string>
}

function parseModule(code: string): AnyNode {
  return parse(code, { ecmaVersion: 'latest', sourceType: 'module' })
}

function noteSpeaker(node: AnyNode, speakers: Map<string, number>): void {
  const [name, parameters] =
    node.type === 'FunctionDeclaration'
      ? [node.id?.name, node.params]
      : node.type === 'VariableDeclarator' && node.init?.type === 'ArrowFunctionExpression'
        ? [node.id.type === 'Identifier' ? node.id.name : undefined, node.init.params]
        : []
  if (!name || !parameters) return
  const at = parameters.findIndex((one) => one.type === 'Identifier' && proseNames.has(one.name))
  if (at >= 0) speakers.set(name, at)
}

function noteTables(node: AnyNode, tables: Set<string>): void {
  if (node.type !== 'CallExpression' || !isChoice(node.callee)) return
  const [values] = node.arguments
  if (values?.type === 'Identifier') tables.add(values.name)
  if (values?.type !== 'ObjectExpression') return
  for (const member of values.properties)
    if (member.type === 'SpreadElement' && member.argument.type === 'Identifier')
      tables.add(member.argument.name)
}

function strip({ code, map }: Emitted, tree: AnyNode, { speakers, tables }: Known): Emitted {
  const text = new MagicString(code)
  const blank = (node: AnyNode) => void (isText(node) && text.overwrite(node.start, node.end, "''"))
  const blankValues = (node: AnyNode | undefined | null) => {
    if (node?.type !== 'ObjectExpression') return
    for (const member of node.properties) if (member.type === 'Property') blank(member.value)
  }
  visit(tree, (node) => {
    if (node.type === 'Property' && proseNames.has(nameOf(node.key))) blank(node.value)
    if (node.type === 'VariableDeclarator' && tables.has(nameOf(node.id))) blankValues(node.init)
    if (node.type !== 'CallExpression') return undefined
    if (isChoice(node.callee)) blankValues(node.arguments[0])
    const said = node.arguments[speakers.get(nameOf(node.callee)) ?? -1]
    if (said) blank(said)
    if (!isDescribe(node)) return undefined
    const { object } = node.callee
    text.remove(object.end, node.end)
    return [object]
  })
  const changed = { code: text.toString(), map: text.generateMap({ hires: 'boundary' }).toString() }
  return { code: changed.code, map: remapping([changed.map, map], () => null).toString() }
}

type Described = AnyNode & {
  type: 'CallExpression'
  callee: { type: 'MemberExpression'; object: Expression }
}

function isDescribe(node: AnyNode): node is Described {
  return (
    node.type === 'CallExpression' &&
    node.arguments.length === 1 &&
    node.callee.type === 'MemberExpression' &&
    !node.callee.computed &&
    nameOf(node.callee.property) === 'describe' &&
    node.callee.object.type !== 'Super'
  )
}

function isChoice(callee: AnyNode): boolean {
  return choices.has(nameOf(callee))
}

function nameOf(node: AnyNode): string {
  return node.type === 'Identifier' ? node.name : ''
}

/** Text written in place: a literal, a template, a sum of them, or what a function makes of nothing else. */
function isText(node: AnyNode): boolean {
  if (node.type === 'Literal') return typeof node.value === 'string'
  if (node.type === 'TemplateLiteral') return true
  if (node.type === 'CallExpression') return node.callee.type === 'Identifier' && node.arguments.every(isText)
  return node.type === 'BinaryExpression' && node.operator === '+' && isText(node.left) && isText(node.right)
}

/** Walks a tree from the top; `see` may give the nodes to go on with instead of all children. */
function visit(node: AnyNode, see: (node: AnyNode) => readonly AnyNode[] | undefined): void {
  for (const child of see(node) ?? childrenOf(node)) visit(child, see)
}

function* childrenOf(node: AnyNode): Iterable<AnyNode> {
  for (const member of Object.values(node) as unknown[]) {
    for (const one of Array.isArray(member) ? member : [member]) if (isNode(one)) yield one
  }
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value
}
