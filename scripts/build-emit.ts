/** From sources to emitted modules, by the compiler, and from there to the files of a package. */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { bundle } from './build-bundle.ts'
import { readingMembers, type Spaces, writeMembers } from './build-members.ts'
import { publishedManifest, root } from './build-packages.ts'
import { describedModules, type Emitted, withoutProse } from './build-prose.ts'

/** Compiles all packages into `folder`; with `check: false` it looks at no types. Throws when the compiler complains. */
export function emit(folder: string, { check = true } = {}): void {
  rmSync(folder, { recursive: true, force: true })
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  const options = ['-p', join(root, 'tsconfig.build.json'), '--outDir', folder]
  execFileSync(process.execPath, [compiler, ...options, ...(check ? [] : ['--noCheck'])], {
    stdio: 'inherit',
  })
}

/** The emitted modules of a package, by their path. */
export function readModules(folder: string): Map<string, Emitted> {
  return new Map(
    globSync('**/*.js', { cwd: folder })
      .sort()
      .map((name) => [
        name,
        {
          code: readFileSync(join(folder, name), 'utf8').replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n'),
          map: readFileSync(join(folder, `${name}.map`), 'utf8'),
        },
      ]),
  )
}

/** Writes modules with their maps. */
export function writeModules(folder: string, modules: ReadonlyMap<string, Emitted>): void {
  for (const [name, { code, map }] of modules) {
    const file = join(folder, name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, `${code}//# sourceMappingURL=${basename(name)}.map\n`)
    writeFileSync(`${file}.map`, withPlainSources(map, name))
  }
}

/** Packages that are loaded into other people's programs: few files, so that importing them is quick. */
const bundled: Readonly<Record<string, readonly string[]>> = {
  protocol: ['index', 'described/index', 'members'],
  client: ['index'],
}

/** Packages that speak to people: they read the declarations with their prose. */
const described: ReadonlySet<string> = new Set(['simulator', 'chadan'])

function readingProse(modules: ReadonlyMap<string, Emitted>): Map<string, Emitted> {
  const led = (code: string) =>
    code.replace(/(from )(['"])@chadan\/protocol\2/g, '$1$2@chadan/protocol/described$2')
  return new Map([...modules].map(([name, { code, map }]) => [name, { code: led(code), map }]))
}

/** Writes the modules of the protocol twice as far as they hold prose: without it, and with it in `described`. */
export function writeProtocol(folder: string, modules: ReadonlyMap<string, Emitted>): void {
  const stripped = withoutProse(modules)
  writeModules(folder, stripped)
  writeModules(join(folder, 'described'), describedModules(modules, stripped))
}

/** Known once the protocol is laid out, which comes first. */
let spaces: Spaces = new Map()

/** Lays out what is published of one package. */
export async function layOut(packageFolder: string, emitted: string): Promise<string> {
  const from = join(emitted, packageFolder, 'src')
  const home = join(root, 'packages', packageFolder)
  const dist = join(home, 'dist')
  rmSync(dist, { recursive: true, force: true })
  const entries = bundled[packageFolder]
  const code = entries ? join(emitted, packageFolder, 'apart') : dist
  const modules = readModules(from)
  if (packageFolder === 'protocol') {
    writeProtocol(code, modules)
    spaces = await writeMembers(code)
  } else if (described.has(packageFolder)) writeModules(code, readingProse(modules))
  else writeModules(code, readingMembers(modules, spaces))
  if (entries) await bundle({ folder: code, entries, to: dist })
  for (const name of globSync('**/*.d.ts', { cwd: from }))
    writeText(join(dist, name), builtTypes(readFileSync(join(from, name), 'utf8')))
  copyRest(home, dist)
  writeText(join(dist, 'package.json'), `${JSON.stringify(publishedManifest(packageFolder), null, 2)}\n`)
  return dist
}

/** Declarations that name built files, and no prose: a type must not promise a text that was taken out. */
export function builtTypes(text: string): string {
  return text
    .replace(/(from |import\()(['"])(\.{1,2}\/[^'"]+)\.ts\2/g, '$1$2$3.js$2')
    .replace(/readonly (title|doc|meaning): (?:"(?:[^"\\]|\\.)*"|`[^`]*`)/g, 'readonly $1: string')
}

/** What is no module: pages and data beside the sources, the command's head, licence and readme. */
function copyRest(home: string, dist: string): void {
  for (const name of globSync('**/*.*', { cwd: join(home, 'src') })) {
    if (!name.endsWith('.ts')) cpSync(join(home, 'src', name), join(dist, name), { recursive: true })
  }
  for (const name of globSync('bin/*.js', { cwd: home })) {
    const head = readFileSync(join(home, name), 'utf8')
    writeText(join(dist, name), head.replace(/(['"])\.\.\/src\/([^'"]+)\.ts\1/g, '$1../$2.js$1'), 0o755)
  }
  cpSync(join(root, 'LICENSE'), join(dist, 'LICENSE'))
  const readme = join(home, 'README.md')
  if (existsSync(readme)) cpSync(readme, join(dist, 'README.md'))
}

function writeText(file: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text, { mode })
}

/** Lines lead to the sources by name; their text is not carried along, since it would be half of the package. */
function withPlainSources(map: string, name: string): string {
  const { sourcesContent: _text, ...rest } = JSON.parse(map)
  const source = `src/${name.replace(/^described\//, '').replace(/\.js$/, '.ts')}`
  return JSON.stringify({ ...rest, file: basename(name), sources: [source], sourceRoot: undefined })
}
