import { enumExceptions, exceptions } from '../dossier-exceptions.ts'
import { readCombine, readRefunds } from './combine.ts'
import { type Field, unusedExceptions } from './fields.ts'
import { type Dossier, quoted, readDossier, rowsOf } from './markdown.ts'
import { readCash, readMedIns } from './med-ins.ts'
import { payinsuranceColumns, readPayinsurance } from './payinsurance.ts'
import { readGlobal, readPayscore, statementColumns } from './payscore.ts'
import type { GroupFacts } from './shape.ts'
import { readBills, readCertificates, readSecurity } from './shared.ts'
import { readWecom } from './wecom.ts'

/** One committed list with the dossiers it was read from. */
export interface GroupFile extends GroupFacts {
  readonly sources: readonly { readonly file: string; readonly sha256: string }[]
}

const files = {
  AP: 'apiv3-protocol.md',
  CT: 'combine-transactions.md',
  MI: 'med-ins-v3.md',
  PS: 'payscore-oversea-partner.md',
  WC: 'wecom-miniapppay.md',
  PI: 'payinsurance-legacy.md',
} as const

type Name = keyof typeof files

/** Everything the dossiers in `folder` say, by group; the index of its README must name the same ids. */
export function extract(folder: string): GroupFile[] {
  const dossier = Object.fromEntries(
    Object.entries(files).map(([name, file]) => [name, readDossier(folder, name, file)]),
  ) as Record<Name, Dossier>
  const { AP, CT, MI, PS, WC, PI } = dossier
  const combine = readCombine(CT)
  const [refunds, ecommerceRefunds] = readRefunds(CT)
  if (refunds === undefined || ecommerceRefunds === undefined) throw new Error('CT: no refunds')
  const [create, find] = refunds.operations
  const [globalRefunds, globalBills] = readGlobal(PS, {
    create: create?.errors ?? [],
    query: find?.errors ?? [],
  })
  if (globalRefunds === undefined || globalBills === undefined) throw new Error('PS: no refunds')
  const certificates = readCertificates(AP)
  const [list, listGlobal] = certificates.operations
  if (list && listGlobal) listGlobal.result = list.result
  const columns = { globalStatement: statementColumns(PS), ...payinsuranceColumns(PI) }
  const read: readonly (readonly [GroupFacts, readonly Name[]])[] = [
    [certificates, ['AP', 'PS']],
    [readSecurity(AP), ['AP']],
    [readCash(MI, promotionOf(combine), subsidyOf(combine)), ['MI', 'CT']],
    [refunds, ['CT']],
    [ecommerceRefunds, ['CT']],
    [globalRefunds, ['PS', 'CT']],
    [globalBills, ['PS']],
    [readBills(AP, columns), ['AP', 'PS', 'PI']],
    [readMedIns(MI), ['MI']],
    [combine, ['CT']],
    [readPayscore(PS), ['PS']],
    [readWecom(WC), ['WC']],
    [readPayinsurance(PI), ['PI']],
  ]
  spellCheck(
    Object.values(dossier)
      .map((one) => one.text)
      .join('\n'),
  )
  const unused = unusedExceptions()
  if (unused.length > 0) throw new Error(`listed by hand but never met:\n${unused.join('\n')}`)
  compareWithIndex(
    readDossier(folder, 'README', 'README.md'),
    read.map(([facts]) => facts),
  )
  return read.map(([facts, names]) => ({
    sources: names.map((name) => ({ file: files[name], sha256: dossier[name].sha256 })),
    ...facts,
  }))
}

// Whatever is listed by hand must be a word of the dossiers: a slip of the pen would prove itself.
function spellCheck(text: string): void {
  const words = new Set(text.match(/[A-Za-z0-9_]+/g))
  const listed = exceptions.flatMap((one) => one.fields.flatMap((line) => line.split(/[ .|=[\](){}]+/)))
  const values = Object.values(enumExceptions).flat()
  const strange = [...listed, ...values].filter((word) => /^[A-Za-z_0-9]{2,}$/.test(word) && !words.has(word))
  // Two names are printed as `settlement_certificate_…`: their common ending is spelt out once.
  const ours = strange
    .filter((word) => !/^(int64|int|9007199254740991)$/.test(word))
    .filter((word) => !words.has(word.replace(/open_wx_pay_media_id$/, '')))
  if (ours.length > 0)
    throw new Error(`listed by hand, but no word of the dossiers: ${[...new Set(ours)].join(', ')}`)
}

// The cash answers say "members as combine-transactions.md 4.2" and "3.1" instead of printing them.
function promotionOf(combine: GroupFacts): Field[] {
  const query = combine.operations.find((one) => one.id === 'combine.queryByOutTradeNo')
  return membersOf(query?.result ?? [], 'sub_orders[].promotion_detail[].', 'sub_orders[].')
}

function subsidyOf(combine: GroupFacts): Field[] {
  const create = combine.operations.find((one) => one.id === 'combine.createJsapi')
  return membersOf(create?.request.body ?? [], 'subsidy_info.', '')
}

function membersOf(fields: readonly Field[], start: string, cut: string): Field[] {
  return fields
    .filter((field) => field.path.startsWith(start))
    .map((field) => ({ ...field, path: field.path.slice(cut.length) }))
}

function compareWithIndex(readme: Dossier, groups: readonly GroupFacts[]): void {
  const indexed = rowsOf(readme.section('1')).flatMap((row) => [row.id ?? ''])
  const expected = new Set(idsOf(indexed))
  const found = groups.flatMap((group) => [...group.operations, ...group.notifications]).map((one) => one.id)
  const missing = [...expected].filter((id) => !found.includes(id))
  const surplus = found.filter((id) => !expected.has(id))
  if (missing.length + surplus.length > 0 || new Set(found).size !== found.length) {
    throw new Error(`README 1: missing ${missing.join(', ')}; not indexed ${surplus.join(', ')}`)
  }
}

// `.x` continues the id above, `[Partner]` stands for two ids, a bare `App` takes the place of `Jsapi`.
function idsOf(cells: readonly string[]): string[] {
  let group = ''
  let verb = ''
  return cells.flatMap((cell) =>
    quoted(cell).flatMap((word) => {
      if (/^[A-Z]/.test(word)) return [`${group}.${verb}${word}`]
      const [named = '', name = ''] = word.split('.')
      group = named || group
      verb = name.replace(/[A-Z].*/, '')
      return name.endsWith('[Partner]')
        ? [`${group}.${name.replace('[Partner]', '')}`, `${group}.${name.replace('[Partner]', 'Partner')}`]
        : [`${group}.${name}`]
    }),
  )
}
