/** Puts the regions of the example files into the pages of the guide: `npm run guide`. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const examples = join(root, 'docs/guide/examples')
const block = /^<!-- example: (\S+)#(\w+) -->\n```(\w+)\n[\s\S]*?^```$/gm

/** The pages that show examples, by their path in the repository. */
export function pages(): string[] {
  const guide = readdirSync(join(root, 'docs/guide'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs/guide', name))
  return ['README.md', 'README.zh-CN.md', ...guide.sort()]
}

/** A page as it stands. */
export function readPage(page: string): string {
  return readFileSync(join(root, page), 'utf8')
}

/** The page with every marked block as its region is now. */
export function filled(text: string): string {
  return text.replace(
    block,
    (_, file: string, region: string, language: string) =>
      `<!-- example: ${file}#${region} -->\n\`\`\`${language}\n${regionOf(file, region)}\`\`\``,
  )
}

/** The markers of a page, `file#region`, in order. */
export function markersOf(text: string): string[] {
  return [...text.matchAll(block)].map(([, file, region]) => `${file}#${region}`)
}

/** The lines between `#region name` and `#endregion`, without their common indent. Throws where there is none. */
export function regionOf(file: string, region: string): string {
  const text = readFileSync(join(examples, file), 'utf8')
  const found = new RegExp(`^ *(?://|#) #region ${region}\\n([\\s\\S]*?)^ *(?://|#) #endregion$`, 'm').exec(
    text,
  )
  if (!found) throw new Error(`${file} has no region ${region}`)
  const lines = (found[1] ?? '').split('\n')
  const indent = Math.min(...lines.filter(Boolean).map((line) => line.search(/\S/)))
  return lines.map((line) => line.slice(indent)).join('\n')
}

if (import.meta.main) {
  for (const page of pages()) {
    const text = readPage(page)
    const now = filled(text)
    if (now !== text) writeFileSync(join(root, page), now)
  }
}
