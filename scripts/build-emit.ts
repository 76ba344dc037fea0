/** From sources to emitted modules, by the compiler, and from there to the files of a package. */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { publishedManifest, root } from './build-packages.ts'
import { type Emitted, withoutProse } from './build-prose.ts'

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

/** Lays out what is published of one package: `protocol` twice, without its prose and `described`. */
export function layOut(packageFolder: string, emitted: string): string {
  const from = join(emitted, packageFolder, 'src')
  const home = join(root, 'packages', packageFolder)
  const dist = join(home, 'dist')
  rmSync(dist, { recursive: true, force: true })
  const modules = readModules(from)
  if (packageFolder === 'protocol') writeModules(join(dist, 'described'), modules)
  writeModules(dist, packageFolder === 'protocol' ? withoutProse(modules) : modules)
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

/** The source is inside the map, so its name needs no folder of the repository. */
function withPlainSources(map: string, name: string): string {
  const source = `src/${name.replace(/\.js$/, '.ts')}`
  return JSON.stringify({
    ...JSON.parse(map),
    file: basename(name),
    sources: [source],
    sourceRoot: undefined,
  })
}
