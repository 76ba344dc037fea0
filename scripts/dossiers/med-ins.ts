import { type Field, fieldsOf, proseOf, withContainers } from './fields.ts'
import { type Dossier, quoted, rowsOf, type Section } from './markdown.ts'
import { counted, type ErrorCode, type GroupFacts, operation, text } from './shape.ts'

const columns = { name: 'Field', type: 'Type', max: 'Max' }

/** MI 2.1 to 2.5 and 5.1: the mixed order. */
export function readMedIns(dossier: Dossier): GroupFacts {
  const order = orderOf(dossier)
  const body = createOf(dossier)
  const byMerchant = dossier.section('2.3')
  const inputs = fieldsOf(byMerchant, {
    columns: { name: 'Name', type: 'Type', max: 'Max', where: 'In' },
    need: (row) => joined(row.Partner, row.Direct),
  })
  counted('MI 2.3', inputs.length, auditOf(dossier, 'E2/E3 inputs'))
  const asked = errorsOf(byMerchant, 1)
  const report = dossier.section('2.5')
  const reported = (where: string) =>
    fieldsOf(report, {
      columns: { ...columns, where: 'In' },
      where,
      need: (row) => joined(row.Partner, row.Direct),
    })
  const [query, told] = [reported('query'), reported('body')]
  counted('MI 2.5', query.length + told.length, auditOf(dossier, 'E4 inputs'))
  return {
    group: 'medIns',
    operations: [
      operation('medIns.create', 'MI 2.2', 'POST /v3/med-ins/orders', {
        body,
        result: order,
        errors: errorsOf(dossier.section('2.2'), 1),
      }),
      operation('medIns.queryByOutTradeNo', 'MI 2.3', 'GET /v3/med-ins/orders/out-trade-no/{out_trade_no}', {
        path: inputs.slice(0, 1),
        query: inputs.slice(1),
        result: order,
        errors: asked,
      }),
      operation('medIns.queryByMixTradeNo', 'MI 2.4', 'GET /v3/med-ins/orders/mix-trade-no/{mix_trade_no}', {
        path: [text('mix_trade_no', 32, 'R')],
        query: inputs.slice(1),
        result: order,
        errors: asked,
      }),
      operation('medIns.reportInsuranceRefund', 'MI 2.5', 'POST /v3/med-ins/refunds/notify', {
        query,
        body: told,
        errors: errorsOf(report, 1),
      }),
    ],
    notifications: [
      {
        id: 'medIns.paid',
        section: 'MI 5.1',
        event: 'MEDICAL_INSURANCE.SUCCESS',
        resource: resourceOf(dossier, order),
      },
    ],
  }
}

function orderOf(dossier: Dossier): Field[] {
  const section = dossier.section('2.1')
  const order = fieldsOf(section, {
    columns: { ...columns, note: 'Meaning' },
    need: (row) => joined(row['Seed (partner)'], row['Current partner'], row.Direct),
    values: (row) => valuesAt(dossier, row.Enum ?? ''),
  })
  const keys = proseOf(
    section,
    'MI 2.1',
    'known keys `payAuthNo`, `payOrdId`, `setlLatlnt`, all optional',
  ).filter((field) => field.path.includes('{}'))
  counted('MI 2.1 top level', order.filter(isTop).length, auditOf(dossier, '`MedInsOrder` top level'))
  counted('MI 2.1 nested', order.filter((field) => !isTop(field)).length, 4)
  counted('MI 2.1 in strings', keys.length, 6)
  return order.flatMap((field) => [field, ...keys.filter((key) => key.path.startsWith(`${field.path}{}`))])
}

function createOf(dossier: Dossier): Field[] {
  const body = fieldsOf(dossier.section('2.2'), {
    columns: { ...columns, note: 'Meaning and rule', sealed: 'Enc' },
    need: (row) => joined(row.P, row.D),
    values: (row) => valuesAt(dossier, row['Meaning and rule'] ?? ''),
  })
  counted('MI 2.2 top level', body.filter(isTop).length, auditOf(dossier, 'E1 body top level'))
  counted(
    'MI 2.2 nested',
    body.filter((field) => !isTop(field)).length,
    auditOf(dossier, 'E1 nested + in-string'),
  )
  return body
}

// The resource is #1 to #38 of the order; what must be there is listed apart.
function resourceOf(dossier: Dossier, order: readonly Field[]): Field[] {
  const groups = rowsOf(dossier.section('5.1'), 1)
  const named = (start: string) => quoted(groups.find((row) => row.Group?.startsWith(start))?.Fields ?? '')
  const must = named('required in [W]')
  const others = [...named('optional in [W]'), ...named('only in [K]')]
  const resource = order
    .filter((field) => field.path !== 'med_ins_fail_reason')
    .map((field) => {
      // One source sends an object with the type alone, another a list with both members.
      if (!isTop(field)) return { ...field, required: 'O' as const }
      const name = field.path.replace('[]', '')
      if (!must.includes(name) && !others.includes(name)) throw new Error(`MI 5.1: ${name} is in no group`)
      return { ...field, required: must.includes(name) ? ('R' as const) : ('O' as const) }
    })
  counted('MI 5.1 resource', resource.filter(isTop).length, 38)
  return resource
}

/** MI 2.6: prepay, query and close of the cash leg. */
export function readCash(
  dossier: Dossier,
  promotion: readonly Field[],
  subsidy: readonly Field[],
): GroupFacts {
  const modes = [
    { suffix: '', path: '', mode: 'D', merchants: ['mchid'], top: [16, 14] },
    { suffix: 'Partner', path: '/partner', mode: 'P', merchants: ['sp_mchid', 'sub_mchid'], top: [18, 16] },
  ] as const
  const section = dossier.section('2.6')
  const answers = modes.map(({ mode, top }) => {
    const answer = fieldsOf(section, {
      columns,
      nth: 2,
      at: `MI 2.6 answer ${mode}`,
      need: (row) => presence(row.Present ?? ''),
      values: (row) => (row.Field === '`trade_state`' ? quoted(row.Present ?? '') : undefined),
    }).flatMap((field) => (field.path === 'promotion_detail[]' ? [field, ...promotion] : [field]))
    counted(`MI 2.6 answer ${mode}`, answer.filter(isTop).length, top[1])
    return answer
  })
  const operations = modes.flatMap(({ suffix, path, mode, merchants, top }, index) => {
    const body = fieldsOf(section, {
      columns: { ...columns, need: mode, note: 'Rule' },
      nth: 1,
      at: `MI 2.6 ${mode}`,
    }).flatMap((field) => (field.path === 'subsidy_info' ? [field, ...subsidy] : [field]))
    counted(`MI 2.6 prepay ${mode}`, body.filter(isTop).length, top[0])
    const base = `/v3/pay${path}/transactions`
    const who = merchants.map((name) => text(name, 32, 'R'))
    const number = [{ ...text('out_trade_no', 32, 'R'), min: 6 }]
    const result = answers[index] ?? []
    return [
      operation(`cash.prepay${suffix}`, 'MI 2.6', `POST ${base}/jsapi`, {
        body,
        result: [text('prepay_id', 64, 'R')],
        errors: cashErrors(section, 'L1'),
      }),
      operation(`cash.queryByOutTradeNo${suffix}`, 'MI 2.6', `GET ${base}/out-trade-no/{out_trade_no}`, {
        path: number,
        query: who,
        result,
        errors: cashErrors(section, 'L2'),
      }),
      operation(`cash.close${suffix}`, 'MI 2.6', `POST ${base}/out-trade-no/{out_trade_no}/close`, {
        path: number,
        body: who,
        errors: cashErrors(section, 'L4'),
      }),
      operation(`cash.queryById${suffix}`, 'MI 2.6', `GET ${base}/id/{transaction_id}`, {
        path: [text('transaction_id', 32, 'R')],
        query: who,
        result,
        errors: cashErrors(section, 'L3'),
      }),
    ]
  })
  return {
    group: 'cash',
    operations,
    notifications: [
      {
        id: 'cash.paid',
        section: 'MI 2.6',
        event: 'TRANSACTION.SUCCESS',
        resource: eitherOf(answers[0] ?? [], answers[1] ?? []),
      },
    ],
  }
}

// One notice serves both modes: what only one of them holds is conditional.
function eitherOf(direct: readonly Field[], partner: readonly Field[]): Field[] {
  const paths = new Set(direct.map((field) => field.path))
  const both = new Set(partner.filter((field) => paths.has(field.path)).map((field) => field.path))
  const all = [...direct, ...partner.filter((field) => !both.has(field.path))]
  return withContainers(
    all.map((field) => (both.has(field.path) ? field : { ...field, required: 'C' as const })),
  )
}

function presence(cell: string): string {
  return cell.startsWith('always') ? 'R' : 'C'
}

function cashErrors(section: Section, call: string): ErrorCode[] {
  const order = ['L1', 'L2', 'L3', 'L4']
  return rowsOf(section, 3).flatMap((row) => {
    const where = row.Where ?? ''
    const range = /^(L\d)–(L\d)$/.exec(where)
    const here =
      where === 'all' ||
      where.split(', ').includes(call) ||
      (range !== null &&
        order.indexOf(call) >= order.indexOf(range[1] ?? '') &&
        order.indexOf(call) <= order.indexOf(range[2] ?? ''))
    if (!here) return []
    const statuses = (row.HTTP ?? '').split(' / ').map((status) => Number.parseInt(status, 10))
    const codes = quoted(row['`code`'] ?? '')
    const number = /number (\d+)/.exec(row['`code`'] ?? '')?.[1]
    return codes.map((code, index) => ({
      code,
      status: statuses[statuses.length > 1 ? index : 0] ?? 0,
      ...(number === undefined ? {} : { number: Number(number) }),
    }))
  })
}

/** An error table; a row without a code of its own is left to the numbers of its neighbours. */
function errorsOf(section: Section, nth: number): ErrorCode[] {
  return rowsOf(section, nth).flatMap((row) => {
    const number = /\d{9}/.exec(`${row.Number ?? ''} ${row['`code`'] ?? ''}`)?.[0]
    return quoted(row['`code`'] ?? '').map((code) => ({
      code,
      status: Number.parseInt(row.HTTP ?? '', 10),
      ...(number === undefined ? {} : { number: Number(number) }),
    }))
  })
}

/** The need in every mode together: what one mode lacks or frees is conditional. */
function joined(...cells: (string | undefined)[]): string {
  const marks = cells
    .map((cell) => (cell ?? '').replaceAll('*', '').replace(/ .*/, ''))
    .filter((m) => m !== 'absent')
  const distinct = new Set(marks)
  return distinct.size === 1 ? (marks[0] ?? '') : 'C'
}

/** The values a `§3.x` names; the section's title says how many there are. */
function valuesAt(dossier: Dossier, cell: string): string[] | undefined {
  const number = /^§(3\.\d)/.exec(cell)?.[1]
  if (number === undefined) return undefined
  const section = dossier.section(number)
  const values = quoted(section.text.slice(section.text.indexOf('\n'))).filter((word) =>
    /^[A-Z][A-Z_]+$/.test(word),
  )
  counted(section.at, values.length, Number(/— (\d+)$/.exec(section.title)?.[1]))
  return values
}

function isTop(field: Field): boolean {
  return !field.path.includes('.')
}

function auditOf(dossier: Dossier, name: string): number {
  const row = rowsOf(dossier.section('A')).find((one) => one.Table === name)
  if (row === undefined) throw new Error(`MI A: nothing counted as "${name}"`)
  return Number.parseInt(row.Here ?? '', 10)
}
