/** Builds what is published: `packages/<name>/dist`, and from there one tarball each in `dist-packs`. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { emit, layOut } from './build-emit.ts'
import { published, root } from './build-packages.ts'

const emitted = join(root, 'node_modules/.cache/chadan-build')
const packs = join(root, 'dist-packs')

// Sizes can be looked at while types are in motion; what is published is always checked.
emit(emitted, { check: !process.argv.includes('--unchecked') })
rmSync(packs, { recursive: true, force: true })
mkdirSync(packs)
for (const folder of published) {
  const dist = await layOut(folder, emitted)
  const name = execFileSync('npm', ['pack', '--silent', '--pack-destination', packs], { cwd: dist })
  console.log(`dist-packs/${String(name).trim()}`)
}
