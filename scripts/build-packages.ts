/** What is published: the packages, and the package.json that goes with what was built. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The root of the repository. */
export const root: string = join(import.meta.dirname, '..')

/** A package.json as far as the build looks at it. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly description?: string
  readonly exports: Readonly<Record<string, string>>
  readonly bin?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly engines?: Readonly<Record<string, string>>
}

/** The folders under `packages` that are published, each after those it depends on. */
export const published: readonly string[] = ['protocol', 'client', 'simulator', 'gateway', 'chadan'].filter(
  (name) => existsSync(join(root, 'packages', name, 'src/index.ts')),
)

/** The package.json of a folder. */
export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'))
}

/** The package.json that is published: built files instead of sources, nothing that only the repository needs. */
export function publishedManifest(folder: string): object {
  const { name, version, description, exports, bin, ...rest } = readManifest(folder)
  return {
    name,
    version,
    description,
    license: 'Apache-2.0',
    type: 'module',
    sideEffects: folder !== 'protocol' && folder !== 'client' ? undefined : false,
    exports: {
      ...Object.fromEntries(Object.entries(exports).map(([entry, file]) => [entry, builtEntry(entry, file)])),
      // For our own built client alone, so no types go with it.
      ...(folder === 'protocol' && { './members': './members.js' }),
      './package.json': './package.json',
    },
    bin,
    dependencies: rest.dependencies,
    optionalDependencies: rest.optionalDependencies,
    engines: rest.engines,
  }
}

/** An entry `./described` is the same modules in a folder of that name, with the prose left in. */
function builtEntry(entry: string, file: string): string | { types: string; default: string } {
  const stem = file.replace(/^\.\/src\//, './').replace(/\.ts$/, '')
  if (stem === file) return file
  const code = entry === './described' ? stem.replace('./', './described/') : stem
  return { types: `${stem}.d.ts`, default: `${code}.js` }
}
