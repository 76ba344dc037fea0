/**
 * The entry `members`, through which the built client reads the protocol: every member of a namespace under a flat
 * name. Of a namespace that is handed on as an object bundlers keep everything, of flat names only what is used.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Emitted } from './build-prose.ts'

/** The names of each namespace of the protocol, by the namespace's name. */
export type Spaces = ReadonlyMap<string, readonly string[]>

const handedOn = /export \* as (\w+) from (['"])(\.{1,2}\/)([^'"]+)\2/g
const flat = (space: string, name: string) => `${space}_${name}`

/**
 * Writes `members.js` beside the index of the emitted protocol. The indexes get their namespaces from files in between,
 * so that the objects made of them stay out of what `members` leads to.
 */
export async function writeMembers(folder: string): Promise<Spaces> {
  const index = readFileSync(join(folder, 'index.js'), 'utf8')
  const exported: Record<string, object> = await import(pathToFileURL(join(folder, 'index.js')).href)
  const paths = new Map([...index.matchAll(handedOn)].map(([, space = '', , , path = '']) => [space, path]))
  const spaces = new Map([...paths.keys()].map((space) => [space, Object.keys(exported[space] ?? {})]))
  const lines = [...spaces].map(
    ([space, names]) =>
      `export { ${names.map((name) => `${name} as ${flat(space, name)}`).join(', ')} } from './${paths.get(space)}'`,
  )
  writeFileSync(join(folder, 'members.js'), `${index.replace(handedOn, '')}\n${lines.join('\n')}\n`)
  mkdirSync(join(folder, 'spaces'))
  for (const [space, path] of paths)
    writeFileSync(join(folder, 'spaces', `${space}.js`), `export * from '../${path}'\n`)
  leadThroughSpaces(join(folder, 'index.js'), './')
  leadThroughSpaces(join(folder, 'described/index.js'), '../')
  return spaces
}

function leadThroughSpaces(file: string, up: './' | '../'): void {
  const led = readFileSync(file, 'utf8').replace(handedOn, (whole, space, _quote, start) =>
    start === up ? `export * as ${space} from '${up}spaces/${space}.js'` : whole,
  )
  writeFileSync(file, led)
}

/** The client's modules with what they take of the protocol taken from `members`. */
export function readingMembers(modules: ReadonlyMap<string, Emitted>, spaces: Spaces): Map<string, Emitted> {
  const led = new Map<string, Emitted>()
  for (const [name, { code, map }] of modules) {
    const up = posix.relative(posix.dirname(name), '.') || '.'
    led.set(name, { code: code.replace(taking, (_, names) => takingFlat(names, spaces, up)), map })
  }
  for (const [space, names] of spaces) {
    const given = names.map((name) => `${flat(space, name)} as ${name}`).join(', ')
    led.set(`spaces/${space}.js`, {
      code: `export { ${given} } from '@chadan/protocol/members'\n`,
      map: noMap,
    })
  }
  return led
}

const taking = /import \{([^}]*)\} from (['"])@chadan\/protocol\2;/g
const noMap = JSON.stringify({ version: 3, sources: [], names: [], mappings: '' })

function takingFlat(names: string, spaces: Spaces, up: string): string {
  const all = names.split(',').flatMap((name) => name.trim() || [])
  const [apart, flatly] = [all.filter(isSpace), all.filter((name) => !isSpace(name))]
  function isSpace(name: string): boolean {
    return spaces.has(name.split(' ')[0] ?? '')
  }
  const imports = apart.map(
    (name) => `import * as ${name.split(' ').at(-1)} from '${up}/spaces/${name.split(' ')[0]}.js';`,
  )
  return [`import { ${flatly.join(', ')} } from '@chadan/protocol/members';`, ...imports].join(' ')
}
