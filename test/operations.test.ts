/** What operators are given: every figure that dashboard, alerts and pages name is one that the gateway tells, and every link leads somewhere. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import {
  eventTypes,
  openMetrics,
  openSqlite,
  openVault,
  orderStates,
  problemKinds,
  refundStates,
} from '@chadan/gateway'
import { seededRandom, virtualClock } from '@chadan/simulator'
import { parse } from 'yaml'
import { systemIo } from '../packages/chadan/src/io.ts'
import { program } from '../packages/chadan/src/main.ts'
import { withVerbs } from '../packages/chadan/src/run.ts'

const root = join(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const inFolder = (folder: string) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`)
const pages = ['en', 'zh'].map((language) =>
  [
    ...inFolder(`docs/operations/${language}`),
    ...inFolder(`docs/guide/${language}`).filter((path) => path.includes('/gateway')),
  ].filter((path) => path.endsWith('.md')),
)
const all = pages.flat()
const told = await figures()

/** What a gateway tells: names as they are scraped, with their labels. */
async function figures(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const random = seededRandom('figures')
  const clock = virtualClock(Date.UTC(2026, 2, 17))
  const key = random.bytes(32)
  const vault = openVault({ keys: [{ id: 'k1', key }], indexKey: key, random })
  const store = openSqlite({ file: ':memory:', vault, dueOf: () => undefined })
  const metrics = openMetrics({ store, clock, version: '0' })
  metrics.addProcess()
  const text = await metrics.text()
  await store.close()
  const labels = labelsBySource()
  const found = new Map<string, ReadonlySet<string>>()
  for (const [, name = '', kind] of text.matchAll(/^# TYPE (\w+) (\w+)$/gm))
    for (const suffix of kind === 'histogram' ? ['_bucket', '_sum', '_count'] : [''])
      found.set(`${name}${suffix}`, new Set([...(labels.get(name) ?? []), 'le', 'instance']))
  return found
}

function labelsBySource(): ReadonlyMap<string, readonly string[]> {
  const source = read('packages/gateway/src/metrics.ts')
  const made = /\b(?:count|time|gauge)(?:<\w+>)?\(\s*'(\w+)',\s*'[^']*',?\s*(?:\[([^\]]*)\])?/g
  return new Map(
    [...source.matchAll(made)].map(([, name, labels = '']) => [
      `chadan_${name}`,
      [...labels.matchAll(/'(\w+)'/g)].map(([, label = '']) => label),
    ]),
  )
}

/** Names and labels of an expression that no figure has. */
function strange(expression: string): string[] {
  const names = [...expression.matchAll(/\bchadan_\w+/g)].map(([name]) => name)
  const known = new Set(names.flatMap((name) => [...(told.get(name) ?? [])]))
  const labels = [
    ...[...expression.matchAll(/\{([^}]*)\}/g)].flatMap(([, inner = '']) =>
      [...inner.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
    ),
    ...[...expression.matchAll(/\b(?:by|without)\s*\(([^)]*)\)/g)].flatMap(([, inner = '']) =>
      inner.split(',').map((label) => label.trim()),
    ),
  ]
  return [...names.filter((name) => !told.has(name)), ...labels.filter((label) => !known.has(label))]
}

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly labels: { readonly severity: string }
  readonly annotations: { readonly summary: string; readonly runbook: string }
}
const { groups } = parse(read('docs/operations/alerts.yaml')) as { groups: { rules: Rule[] }[] }
const rules = groups.flatMap((group) => group.rules)

test('a figure that nobody tells, or a label that it does not have, is found', () => {
  assert.deepEqual(strange('sum(chadan_orders_lost{state="paid"})'), ['chadan_orders_lost', 'state'])
  assert.deepEqual(strange('sum by (tenant) (chadan_orders_total{state="paid"})'), ['tenant'])
  assert.deepEqual(strange('sum by (le, op) (rate(chadan_provider_request_seconds_bucket[5m]))'), [])
})

test('every alert is about figures that the gateway tells, and names a runbook that is there', () => {
  assert.ok(rules.length > 10)
  for (const { alert, expr, labels, annotations } of rules) {
    assert.deepEqual(strange(expr), [], alert)
    assert.match(labels.severity, /^(page|ticket)$/)
    const [page = '', anchor] = annotations.runbook.split('#')
    assert.ok(anchorsOf(read(`docs/operations/${page}`)).includes(anchor ?? ''), annotations.runbook)
  }
})

test('every panel of the dashboard is about figures that the gateway tells', () => {
  const { panels } = JSON.parse(read('docs/operations/dashboard.json')) as {
    panels: { title: string; targets?: { expr: string }[] }[]
  }
  const shown = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })))
  assert.ok(shown.length > 15)
  for (const { title, expr } of shown) assert.deepEqual(strange(expr), [], title)
})

test('every figure of the gateway is explained in both languages, and no other', () => {
  const own = [...told.keys()]
    .map((name) => name.replace(/_(bucket|sum|count)$/, ''))
    .filter((name) => !/^chadan_(process|nodejs)_/.test(name))
  for (const language of ['en', 'zh']) {
    const text = read(`docs/operations/${language}/README.md`)
    for (const name of new Set(own)) assert.ok(text.includes(`\`${name}\``), `${language}: ${name}`)
  }
  for (const page of all) {
    const named = [...read(page).matchAll(/\bchadan_[a-z0-9_]+/g)].map(([name]) => name)
    const unknown = named.filter((name) => !told.has(name) && !told.has(`${name}_bucket`))
    assert.deepEqual(unknown, [], page)
  }
})

test('every link of these pages leads to a file and a heading', () => {
  const broken = all.flatMap((page) =>
    [...read(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)]*))?\)/g)]
      .filter(([, target = '', anchor]) => {
        const path = target === '' ? page : join(dirname(page), target)
        if (!existsSync(join(root, path))) return true
        return anchor !== undefined && path.endsWith('.md') && !anchorsOf(read(path)).includes(anchor)
      })
      .map(([link]) => `${page}: ${link}`),
  )
  assert.deepEqual(broken, [])
})

test('both languages have the same pages', () => {
  const [english = [], chinese = []] = pages
  const bare = (list: readonly string[]) => list.map((path) => path.replace(/\/(en|zh)\//, '/'))
  assert.deepEqual(bare(chinese), bare(english))
})

test('every state, refund state, event and problem of the API is explained in both languages', () => {
  const words = [...orderStates, ...refundStates, ...Object.keys(eventTypes)]
  for (const list of pages) {
    const text = list.map(read).join('\n')
    const absent = words.filter((word) => !text.includes(`\`${word}\``))
    assert.deepEqual(absent, [], list[0])
  }
})

test('every mark that a page explains is one that the gateway raises, and those of all products are explained', () => {
  const folder = join(root, 'packages/gateway/src')
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
  const general = read('packages/gateway/src/order/marks.ts')
  const common = [...general.matchAll(/raise\(\s*'(\w+)'/g)].map(([, code = '']) => code)
  assert.ok(common.length > 5)
  const stuck = ['abnormal', 'change', 'failed'].map((state) => `refund_${state}`)
  for (const language of ['en', 'zh']) {
    const text = read(`docs/guide/${language}/gateway-states.md`)
    const table = text.slice(text.lastIndexOf('## '))
    const explained = [...table.matchAll(/^\| (`\w+`(?:[,、] ?`\w+`)*) \|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`(\w+)`/g)].map(([, code = '']) => code),
    )
    const raised = (code: string) =>
      stuck.includes(code) || sources.some((source) => source.includes(`'${code}'`))
    assert.deepEqual(
      explained.filter((code) => !raised(code)),
      [],
      language,
    )
    assert.deepEqual(
      [...common, ...stuck].filter((code) => !explained.includes(code)),
      [],
      language,
    )
  }
})

test('every problem, command and option that these pages name exists', () => {
  const commands = withVerbs(program(), systemIo).commands
  const unknown = all.flatMap((page) => {
    const text = read(page)
    const verbs = [...text.matchAll(/\bchadan ([a-z]+)((?: [a-z]+)?)([^\n|`]*)/g)].flatMap(
      ([line, name, second = '', rest = '']) => {
        const command = commands.find((one) => one.name() === name)
        if (!command) return [line]
        const inner = command.commands.find((one) => one.name() === second.trim())
        if (command.commands.length > 0 && !inner) return [line]
        const options = (inner ?? command).options.map(({ long }) => long)
        return [...rest.matchAll(/ (--[a-z-]+)/g)].flatMap(([, option = '']) =>
          options.includes(option) || option === '--help' ? [] : [`${line}: ${option}`],
        )
      },
    )
    const problems = [...text.matchAll(/\/problems\/(\w+)/g)].flatMap(([, code = '']) =>
      Object.hasOwn(problemKinds, code) ? [] : [code],
    )
    return [...verbs, ...problems].map((one) => `${page}: ${one}`)
  })
  assert.deepEqual(unknown, [])
})

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
