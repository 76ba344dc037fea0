/** The pages of the guide: their code is the code of the files, their links lead somewhere, their names exist. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { operations } from '@chadan/protocol'
import { callFaults, controlRows, noticeFaults } from '@chadan/simulator'
import { systemIo } from '../packages/chadan/src/io.ts'
import { program } from '../packages/chadan/src/main.ts'
import { withVerbs } from '../packages/chadan/src/run.ts'
import { filled, markersOf, pages, readPage } from '../scripts/guide.ts'

const all = pages()
const english = all.filter((page) => page.startsWith('docs/guide/en/'))
const chinese = all.filter((page) => page.startsWith('docs/guide/zh/'))
const root = join(import.meta.dirname, '..')
const decisions = readdirSync(join(root, 'docs/decisions')).map((name) => `docs/decisions/${name}`)
const documents = [...all, 'CHANGELOG.md', 'SECURITY.md', ...decisions]

for (const page of all) {
  test(`${page} shows the examples as they are in their files (npm run guide puts them in)`, () => {
    const text = readPage(page)
    assert.equal(text, filled(text))
  })

  test(`${page} shows no program that no test runs`, () => {
    const text = readPage(page)
    const programs = [...text.matchAll(/^```(ts|typescript|js|javascript|java|python)$/gm)]
    const shown = markersOf(text).filter((marker) => /\.(ts|py|java)#/.test(marker))
    assert.equal(programs.length, shown.length)
  })
}

test('both languages have the same pages with the same examples', () => {
  const names = (list: readonly string[]) => list.map((page) => page.split('/').at(-1))
  assert.deepEqual(names(chinese), names(english))
  for (const [index, page] of english.entries())
    assert.deepEqual(markersOf(readPage(chinese[index] ?? '')), markersOf(readPage(page)), page)
})

test('every link inside the repository leads to a file', () => {
  const broken = documents.flatMap((page) =>
    [...readPage(page).matchAll(/\]\((?!https?:)([^)#\s]+)(#[^)]*)?\)/g)]
      .filter(([, target = '']) => !existsSync(join(root, dirname(page), target)))
      .map(([link]) => `${page}: ${link}`),
  )
  assert.deepEqual(broken, [])
})

test('every control, command, operation and fault that a page names exists', () => {
  const commands = withVerbs(program(), systemIo).commands.map((command) => command.name())
  const ids = new Set<string>(
    Object.values(operations).flatMap((group) => Object.values(group).map((one) => one.id)),
  )
  const unknown = all.flatMap((page) => {
    const text = readPage(page)
    return [
      ...named(text, /\bchadan(?:\.js)? ([a-z]+)/g).filter((name) => !commands.includes(name)),
      ...named(
        text,
        /\bwx\.((?:cash|refunds|bills|medIns|combine|payscore|wecom|payinsurance|globalRefunds|globalBills|ecommerceRefunds|certificates|security)\.\w+)/g,
      ).filter((id) => !ids.has(id)),
      ...named(text, /"fault": ?"(\w+)"/g).filter((name) => !(name in callFaults || name in noticeFaults)),
      ...[...text.matchAll(/\/_simulator\/[\w/:.$-]*/g)]
        .map(([path]) => path)
        .filter((path) => !path.startsWith('/_simulator/pay') && !controlPaths.some((one) => one.test(path))),
    ].map((name) => `${page}: ${name}`)
  })
  assert.deepEqual(unknown, [])
})

test('the simulator’s pages list every event that a product declares by its name', () => {
  const products = join(root, 'packages/simulator/src/products')
  const events = readdirSync(products, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => named(readFileSync(join(products, name), 'utf8'), /^ {2}'([a-z]+(?::[a-z]+)+)': /gm))
  assert.ok(events.length > 20)
  for (const language of ['en', 'zh']) {
    const page = readPage(`docs/guide/${language}/simulator.md`)
    const missing = events.filter((event) => !page.includes(`\`${event}\``))
    assert.deepEqual(missing, [], language)
  }
})

test('every decision that the code cites is written down', () => {
  const written = new Set(named(readPage('docs/decisions/README.md'), /^\| (X\d+|D-\d{3}) \|/gm))
  const sources = readdirSync(join(root, 'packages'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /^[^/]+\/src\/.*\.ts$/.test(name))
    .map((name) => readFileSync(join(root, 'packages', name), 'utf8'))
  const cited = new Set(
    sources.flatMap((text) => named(text, /(?:README |\(|: |, |and )(X\d{1,2}|D-\d{3})\b/g)),
  )
  assert.ok(cited.size > 10)
  assert.deepEqual(
    [...cited].filter((number) => !written.has(number)),
    [],
  )
})

const controlPaths = controlRows.map(({ path }) => new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}$`))

function named(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, name = '']) => name)
}
