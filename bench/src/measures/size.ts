/** What the client costs before its first call: time to import, bytes installed, bytes in a bundle. */
import { execFileSync } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'rolldown'
import { type Effort, median } from '../rounds.ts'
import type { Found } from '../table.ts'

const root = join(import.meta.dirname, '../../..')
const peers = ['wechatpay-axios-plugin', 'wechatpay-node-v3', 'tenpay'] as const

/** The measures `import`, `install`, `bundle` and, beside it, `bundleUndici`; builds and installs the tarballs first. */
export async function sizes({ rounds }: Effort): Promise<Record<string, Found>> {
  execFileSync('npm', ['run', '--silent', 'build', '--', '--unchecked'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const folder = mkdtempSync(join(tmpdir(), 'chadan-sizes-'))
  try {
    const projects = new Map([['ours', installOurs(folder)]])
    for (const peer of peers) projects.set(peer, installPeer(folder, peer))
    return {
      import: importTimes(projects, rounds),
      install: installed(projects),
      bundle: await bundles(projects),
      bundleUndici: await undiciBundle(projects.get('ours') as string),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function installOurs(folder: string): string {
  const pack = (name: string) =>
    `file:${join(root, 'dist-packs', globSync(`chadan-${name}-*.tgz`, { cwd: join(root, 'dist-packs') })[0] ?? '')}`
  return install(folder, 'ours', { '@chadan/client': pack('client'), '@chadan/protocol': pack('protocol') })
}

function installPeer(folder: string, peer: string): string {
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'bench/package.json'), 'utf8'))
  return install(folder, peer, { [peer]: devDependencies[peer] })
}

function install(folder: string, name: string, dependencies: Record<string, string>): string {
  const project = join(folder, name)
  mkdirSync(project)
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ private: true, type: 'module', dependencies }),
  )
  const quiet = ['--omit=dev', '--prefer-offline', '--no-audit', '--no-fund', '--silent']
  execFileSync('npm', ['install', ...quiet], { cwd: project, stdio: 'ignore' })
  return project
}

const ourName = '@chadan/client'
const nameOf = (who: string) => (who === 'ours' ? ourName : who)

/** The limit is importing the parts of Node that a client cannot do without. */
function importTimes(projects: ReadonlyMap<string, string>, rounds: number): Found {
  const builtins =
    "Promise.all(['crypto', 'stream', 'zlib', 'net', 'buffer'].map((name) => import('node:' + name)))"
  const times = new Map<string, number[]>()
  const time = (who: string, project: string, what: string) => {
    const program = `const started = performance.now(); await ${what}; console.log(performance.now() - started)`
    const words = ['--input-type=module', '-e', program]
    const took = Number(execFileSync(process.execPath, words, { cwd: project, encoding: 'utf8' }))
    times.set(who, [...(times.get(who) ?? []), took])
  }
  for (let round = 0; round < rounds; round++) {
    time('limit', root, builtins)
    for (const [who, project] of projects) time(who, project, `import('${nameOf(who)}')`)
  }
  const middle = (who: string) => median(times.get(who) ?? [])
  return {
    unit: 'ms',
    better: 'less',
    ours: middle('ours'),
    limit: middle('limit'),
    peers: Object.fromEntries(peers.map((peer) => [peer, middle(peer)])),
    aim: { toBestPeer: 1 },
  }
}

/** The limit is what we allow ourselves: 5 MB. */
function installed(projects: ReadonlyMap<string, string>): Found {
  const size = (who: string) => {
    const cwd = join(projects.get(who) ?? '', 'node_modules')
    let bytes = 0
    for (const name of globSync('**/*', { cwd, exclude: (one) => one === '.package-lock.json' })) {
      const found = statSync(join(cwd, name))
      if (found.isFile()) bytes += found.size
    }
    return bytes / 1e6
  }
  return {
    unit: 'MB',
    better: 'less',
    ours: size('ours'),
    limit: 5,
    peers: Object.fromEntries(peers.map((peer) => [peer, size(peer)])),
    aim: { toLimit: 1 },
  }
}

/** Minified and packed; the limit is what we allow ourselves without undici: 60 kB. */
async function bundles(projects: ReadonlyMap<string, string>): Promise<Found> {
  const size = (who: string) => bundled(projects.get(who) ?? '', nameOf(who), ['undici', 'proxy-agent'])
  return {
    unit: 'kB gzip',
    better: 'less',
    ours: await size('ours'),
    limit: 60,
    peers: Object.fromEntries(await Promise.all(peers.map(async (peer) => [peer, await size(peer)]))),
    aim: { toLimit: 1 },
  }
}

async function undiciBundle(project: string): Promise<Found> {
  const bytes = await bundled(project, 'undici', [])
  return { unit: 'kB gzip', better: 'less', ours: bytes, limit: bytes, peers: {} }
}

async function bundled(project: string, name: string, external: string[]): Promise<number> {
  const entry = join(project, `bundle-${external.length}.mjs`)
  writeFileSync(entry, `import * as all from '${name}'; globalThis.all = all`)
  const { output } = await build({
    ...{ input: entry, platform: 'node', external, write: false, logLevel: 'silent' },
    output: { format: 'esm', minify: true, codeSplitting: false },
  })
  return gzipSync(output[0].code, { level: 9 }).byteLength / 1000
}
