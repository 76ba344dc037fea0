import { type Field, fieldsOf, proseOf } from './fields.ts'
import type { Dossier } from './markdown.ts'
import { counted, type ErrorCode, type GroupFacts, operation } from './shape.ts'

/** AP 5 and PS 2.3: platform certificates. */
export function readCertificates(dossier: Dossier): GroupFacts {
  const section = dossier.section('5')
  const result = fieldsOf(section, {
    columns: { name: 'Response path', type: 'Type', note: 'Meaning' },
    always: 'R',
  })
  counted('AP 5', result.length, 9)
  const words = 'optional query `algorithm_type` = `RSA` (default) | `SM2` | `ALL`'
  const errors: ErrorCode[] = [
    { code: 'RESOURCE_NOT_EXISTS', status: 404 },
    { code: 'SYSTEM_ERROR', status: 500 },
  ]
  for (const { code } of errors) {
    if (!section.text.includes(`\`${code}\``)) throw new Error(`AP 5: ${code} is gone`)
  }
  return {
    group: 'certificates',
    operations: [
      operation('certificates.list', 'AP 5', 'GET /v3/certificates', {
        query: proseOf(section, 'AP 5', words),
        result,
        errors,
      }),
      operation('certificates.listGlobal', 'PS 2.3', 'GET /v3/global/certificates', {
        result,
        errorsUnstated: true,
      }),
    ],
    notifications: [],
  }
}

/** AP 9: the self-test of sealing. */
export function readSecurity(dossier: Dossier): GroupFacts {
  const words = '`echo_message` required; `encrypted_echo_message`, `notify_url` optional'
  return {
    group: 'security',
    operations: [
      operation('security.echo', 'AP 9', 'POST /v3/security/echo', {
        body: proseOf(dossier.section('9'), 'AP 9', words),
        errorsUnstated: true,
      }),
    ],
    notifications: [],
  }
}

const bills = [
  ['bills.trade', '/v3/bill/tradebill', 'plain'],
  ['bills.fundFlow', '/v3/bill/fundflowbill', 'plain'],
  ['bills.subMerchantFundFlow', '/v3/bill/sub-merchant-fundflowbill', 'encrypted'],
  ['bills.ecommerceFundFlow', '/v3/ecommerce/bill/fundflowbill', 'encrypted'],
] as const

/** AP 13: bills, and the columns of every bill file. */
export function readBills(dossier: Dossier, columns: Record<string, string[]>): GroupFacts {
  const section = dossier.section('13.1')
  const plain = fieldsOf(section, {
    columns: { name: 'Path', type: 'Type(max)', note: 'Meaning' },
    nth: 1,
    always: 'R',
  })
  counted('AP 13.1', plain.length, 3)
  const encrypted = proseOf(
    section,
    'AP 13.1',
    'Response of the encrypted forms: `download_bill_count` (int)',
  )
  const results: Record<'plain' | 'encrypted', Field[]> = { plain, encrypted }
  const errors = applicationErrors(dossier)
  return {
    group: 'bills',
    operations: [
      ...bills.map(([id, path, form]) =>
        operation(id, 'AP 13.1', `GET ${path}`, {
          query: proseOf(section, 'AP 13.1', `\`GET ${path}\``),
          result: results[form],
          errors,
        }),
      ),
      operation('bills.download', 'AP 13.2', 'GET /v3/billdownload/file', {
        query: proseOf(section, 'AP 13.1', '`GET /v3/billdownload/file`'),
        errors: [
          { code: 'INVALID_REQUEST', status: 400 },
          { code: 'NO_AUTH', status: 403 },
        ],
      }),
    ],
    notifications: [],
    columns: { ...tradeColumns(dossier), ...columns },
  }
}

function applicationErrors(dossier: Dossier): ErrorCode[] {
  const text = dossier.section('13.3').text
  const named = [...text.matchAll(/(\d{3})\s+`([A-Z_]+)`/g)].map((match) => ({
    code: match[2] ?? '',
    status: Number(match[1]),
  }))
  const also = /Also (.*)\.$/m.exec(text)?.[1] ?? ''
  const others = also.split(', ').map((words) => ({
    code: words.split(' ')[1] ?? '',
    status: Number(words.split(' ')[0]),
  }))
  counted('AP 13.3', named.length + others.length, 7)
  return [...named, ...others]
}

function tradeColumns(dossier: Dossier): Record<string, string[]> {
  const section = dossier.section('13.4')
  const table = section.tables[0]
  if (table === undefined) throw new Error('AP 13.4: no column table')
  const all = [1, 3, 5].flatMap((column) => table.rows.map((row) => row[column] ?? ''))
  counted('AP 13.4 ALL', all.length, 27)
  const listed = (start: RegExp) =>
    (start.exec(section.text)?.[1] ?? '')
      .replaceAll('\n', ' ')
      .split(/,\s*/)
      .map((name) => name.trim())
  const success = [...all.slice(0, 14), ...listed(/`SUCCESS` — 20 columns: 1–14 as above, then ([^.]*)\./)]
  const refund = [...all.slice(0, 14), ...listed(/`REFUND` — 29 columns: 1–14, then ([^.]*)\./)]
  const fundFlow = listed(/Fund-flow bill — 11 columns: (.*)$/m)
  counted('AP 13.4 SUCCESS', success.length, 20)
  counted('AP 13.4 REFUND', refund.length, 29)
  counted('AP 13.4 fund flow', fundFlow.length, 11)
  const summary = listed(/^Summary \(7\): ([^.]*)\./m)
  counted('AP 13.4 summary', summary.length, 7)
  const paid = listed(/4 columns in the official page\s*\(([^)]*)\)/)
  counted('AP 13.4 SUCCESS summary', paid.length, 4)
  const flow = listed(/Summary \(5\): ([^.]*)\./)
  counted('AP 13.4 fund flow summary', flow.length, 5)
  return {
    'trade.all': all,
    'trade.all.summary': summary,
    'trade.success': success,
    'trade.success.summary': paid,
    'trade.refund': refund,
    'trade.refund.summary': summary,
    fundFlow,
    'fundFlow.summary': flow,
  }
}
