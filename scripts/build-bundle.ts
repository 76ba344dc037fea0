/** From many modules to few files. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

/** Joins what each entry leads to; what several share goes into a file of its own. Names stay as they are. */
export async function bundle({
  folder,
  entries,
  to,
}: {
  readonly folder: string
  readonly entries: readonly string[]
  readonly to: string
}): Promise<void> {
  const { metafile } = await build({
    entryPoints: entries.map((entry) => join(folder, `${entry}.js`)),
    ...{ outdir: to, outbase: folder, chunkNames: 'shared-[hash]' },
    ...{ bundle: true, splitting: entries.length > 1, packages: 'external', platform: 'node', format: 'esm' },
    ...{ target: 'node22', charset: 'utf8', sourcemap: 'linked', sourcesContent: false, metafile: true },
    logLevel: 'error',
  })
  for (const name of Object.keys(metafile.outputs)) if (name.endsWith('.map')) shortenSources(name)
}

/** Sources by their name in the repository, not by where they were built. */
function shortenSources(file: string): void {
  const map = JSON.parse(readFileSync(file, 'utf8'))
  const sources = map.sources.map((source: string) => source.slice(source.lastIndexOf('src/')))
  writeFileSync(file, JSON.stringify({ ...map, sources }))
}
