/** Installs the tarballs into empty projects and uses them: JavaScript, `require`, TypeScript, other Nodes, the command. */
import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { published, readManifest, root } from './build-packages.ts'

const packs = join(root, 'dist-packs')
const projects = mkdtempSync(join(tmpdir(), 'chadan-packs-'))

/** The oldest Node that client and protocol promise, and the newest that is known. */
const otherNodes = ['22.19.0', '26.10.0']

try {
  checkLibrary()
  checkCommand()
} finally {
  rmSync(projects, { recursive: true, force: true })
}

function checkLibrary(): void {
  const project = install('library', ['protocol', 'client'])
  for (const name of ['protocol', 'client']) holdsNoSources(join(project, 'node_modules/@chadan', name))
  for (const name of ['use.js', 'import.js', 'require.cjs', 'types.ts'])
    cpSync(join(root, 'scripts/pack-check', name), join(project, name))
  for (const node of [process.execPath, ...otherNodes.flatMap(fetchNode)]) {
    const version = String(execFileSync(node, ['--version'])).trim()
    for (const file of ['import.js', 'require.cjs']) {
      run(node, ['--disable-warning=ExperimentalWarning', file], project)
      say(`${file} on Node ${version}`)
    }
  }
  for (const [module, moduleResolution] of [
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ]) {
    const compilerOptions = {
      ...{ module, moduleResolution, target: 'es2023', strict: true, noEmit: true, types: ['node'] },
      ...{ lib: ['es2024', 'esnext', 'dom', 'dom.iterable', 'dom.asynciterable'] },
      typeRoots: [join(root, 'node_modules/@types')],
    }
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['types.ts'] }))
    run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', project], project)
    say(`types as ${moduleResolution} finds them`)
  }
}

function checkCommand(): void {
  const { bin } = readManifest('chadan')
  if (!bin) return say('the command has no bin yet: skipped')
  const project = install('command', published)
  for (const name of published) {
    const { name: full } = readManifest(name)
    holdsNoSources(join(project, 'node_modules', full))
  }
  const command = join(project, 'node_modules/.bin/chadan')
  for (const words of [['--help'], ['demo', '--help'], ['simulate', '--help']]) {
    run(command, words, project)
    say(`chadan ${words.join(' ')}`)
  }
  // The client's declarations are without prose; the command's must not be.
  if (!run(command, ['operations', 'medIns.create'], project).includes('混合支付类型'))
    throw new Error('the command lost the meanings of the fields')
  say('chadan operations tells meanings')
}

/** An empty project that depends on the tarballs of these packages. */
function install(name: string, folders: readonly string[]): string {
  const project = join(projects, name)
  mkdirSync(project)
  const dependencies = Object.fromEntries(
    folders.map((folder) => [readManifest(folder).name, `file:${tarball(folder)}`]),
  )
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ private: true, type: 'module', dependencies }),
  )
  run('npm', ['install', '--omit=dev', '--prefer-offline', '--no-audit', '--no-fund', '--silent'], project)
  return project
}

function tarball(folder: string): string {
  const { name, version } = readManifest(folder)
  return join(packs, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`)
}

/** Another Node from the registry; none where the platform has no such package. */
function fetchNode(version: string): string[] {
  const project = join(projects, `node-${version}`)
  mkdirSync(project)
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  try {
    run(
      'npm',
      ['install', '--prefix', project, '--prefer-offline', '--no-save', '--silent', `${name}@${version}`],
      project,
    )
  } catch {
    say(`no ${name}@${version} to be had: skipped`)
    return []
  }
  const node = join(project, 'node_modules', name, 'bin/node')
  return existsSync(node) ? [node] : []
}

/** Nothing published may lead back to a source. */
function holdsNoSources(folder: string): void {
  const astray = globSync('**/*.{js,d.ts}', { cwd: folder }).filter((name) => {
    const text = readFileSync(join(folder, name), 'utf8')
    return /(?:from |import\()['"][^'"]*(?:\.ts|\/src\/[^'"]*)['"]/.test(text)
  })
  if (astray.length > 0) throw new Error(`sources are imported by ${astray.join(', ')}`)
}

function run(file: string, words: readonly string[], cwd: string): string {
  return execFileSync(file, words, { cwd, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' })
}

function say(line: string): void {
  console.log(`pack-check: ${line}`)
}
