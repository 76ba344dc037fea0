import { type Field, fieldsOf } from './fields.ts'
import { type Dossier, quoted, rowsOf } from './markdown.ts'
import { counted, type ErrorCode, type GroupFacts, type OperationFacts, operation, text } from './shape.ts'

const base = '/v3/combine-transactions'

const creates = [
  { id: 'combine.createJsapi', path: 'jsapi', column: 'J', counted: 'E1 jsapi request' },
  { id: 'combine.createApp', path: 'app', column: 'A', counted: 'E2 app request' },
  { id: 'combine.createH5', path: 'h5', column: 'H', counted: 'E3 h5 request' },
  { id: 'combine.createNative', path: 'native', column: 'N', counted: 'E4 native request' },
  { id: 'combine.createMiniprogram', path: 'miniprogram', column: 'I', counted: 'E5 miniprogram request' },
] as const

/** CT 3 to 7: combined payment. */
export function readCombine(dossier: Dossier): GroupFacts {
  const said = auditOf(dossier)
  const errors = errorsOf(dossier)
  const query = dossier.section('4.2')
  const order = fieldsOf(query, {
    columns: { name: 'Path', type: 'Type(max)', note: 'Meaning' },
    need: (row) => (row.S === '–' ? (row.I ?? '') : (row.S ?? '')),
  })
  counted('CT 4.2', order.length, said('E6 query response'))
  const byId = fieldsOf(dossier.section('5'), {
    columns: { name: 'Path', type: 'Type', need: 'I', note: 'Meaning' },
    known: order,
  }).map((field) => withKnownValues(field, order))
  counted('CT 5', byId.length, said('E7 response'))
  // The resource has the shape of the query answer, so the seed's requiredness holds for it too.
  const resource = fieldsOf(dossier.section('7'), {
    columns: { name: 'Path', type: 'Type(max)', note: 'Meaning' },
    need: (row) => order.find((field) => `\`${field.path}\`` === row.Path)?.required ?? '',
  }).map((field) => withKnownValues(field, order))
  counted('CT 7', resource.length, said('E9 resource'))
  return {
    group: 'combine',
    operations: [
      ...creates.map((one) => createOf(dossier, one, errors, said(one.counted))),
      operation('combine.queryByOutTradeNo', 'CT 4', `GET ${base}/out-trade-no/{combine_out_trade_no}`, {
        path: fieldsOf(dossier.section('4.1'), {
          columns: { name: 'Path', type: 'Type(max)', need: 'Req' },
        }),
        result: order,
        errors,
      }),
      operation('combine.queryById', 'CT 5', `GET ${base}/id/{combine_transaction_id}`, {
        path: [text('combine_transaction_id', 32, 'R')],
        result: byId,
        errors,
      }),
      closeOf(dossier, errors, said('E8 close request (path included)')),
    ],
    notifications: [{ id: 'combine.paid', section: 'CT 7', event: 'TRANSACTION.SUCCESS', resource }],
  }
}

function createOf(
  dossier: Dossier,
  create: (typeof creates)[number],
  errors: ErrorCode[],
  said: number,
): OperationFacts {
  const body = fieldsOf(dossier.section('3.1'), {
    columns: { name: 'Path', type: 'Type(max)', need: create.column, note: 'Meaning and rules' },
  })
  counted(create.id, body.length, said)
  const answers = dossier.section('3.2')
  const mine = rowsOf(answers)
    .filter((row) => (row.Endpoint ?? '').split(', ').includes(create.column))
    .map((row) => quoted(row.Path ?? '')[0])
  const result = fieldsOf(answers, {
    columns: { name: 'Path', type: 'Type(max)', note: 'Meaning' },
    always: 'R',
  }).filter((field) => mine.includes(field.path))
  return operation(create.id, 'CT 3.1', `POST ${base}/${create.path}`, { body, result, errors })
}

function closeOf(dossier: Dossier, errors: ErrorCode[], said: number): OperationFacts {
  const section = dossier.section('6')
  const columns = { name: 'Path', type: 'Type(max)', need: 'Req', note: 'Meaning', where: 'Where' }
  const path = fieldsOf(section, { columns, where: 'path' })
  const body = fieldsOf(section, { columns, where: 'body' })
  counted('CT 6', path.length + body.length, said)
  return operation('combine.close', 'CT 6', `POST ${base}/out-trade-no/{combine_out_trade_no}/close`, {
    path,
    body,
    errors,
  })
}

// The nineteen stand on the create, query and close pages alike; ORDER_PAID was only seen beside them.
function errorsOf(dossier: Dossier): ErrorCode[] {
  const nineteen = rowsOf(dossier.section('9.1')).map((row) => ({
    code: row['Code (seed)'] ?? '',
    status: Number(row.HTTP),
    shared: true as const,
  }))
  counted('CT 9.1', nineteen.length, 19)
  const paid = rowsOf(dossier.section('9.2')).find((row) => row.Code?.startsWith('ORDER_PAID'))
  if (paid === undefined) throw new Error('CT 9.2: ORDER_PAID is gone')
  return [...nineteen, { code: 'ORDER_PAID', status: Number(paid.HTTP), shared: true }]
}

/** CT 11 and 12: domestic and e-commerce refunds, and the notices of both. */
export function readRefunds(dossier: Dossier): GroupFacts[] {
  const said = auditOf(dossier)
  const refund = fieldsOf(dossier.section('11.4'), { columns: pathColumns })
  counted('CT 11.4', refund.length, said('E10/E11/E12 response'))
  const request = fieldsOf(dossier.section('11.3'), { columns: pathColumns })
  counted('CT 11.3', request.length, said('E10 request'))
  const resource = fieldsOf(dossier.section('12'), { columns: pathColumns })
  counted('CT 12', resource.length, said('E18 resource'))
  // 26 with success, 17 without: what came of the money is told only then.
  const unsuccessful = resource.filter((field) => !onlyWithSuccess.test(field.path))
  counted('CT 12 without success', unsuccessful.length, 17)
  const { create, query } = refundErrors(dossier)
  const domestic = '/v3/refund/domestic/refunds'
  const domesticAbnormal = abnormalOf(dossier, 'E12')
  return [
    {
      group: 'refunds',
      operations: [
        operation('refunds.create', 'CT 11.3', `POST ${domestic}`, {
          body: request,
          result: refund,
          errors: create,
        }),
        operation('refunds.find', 'CT 11.4', `GET ${domestic}/{out_refund_no}`, {
          path: [text('out_refund_no', 64, 'R')],
          query: [text('sub_mchid', 32, 'C')],
          result: refund,
          errors: query,
        }),
        operation('refunds.applyAbnormal', 'CT 11.5', `POST ${domestic}/{refund_id}/apply-abnormal-refund`, {
          ...domesticAbnormal,
          result: refund,
          errorsUnstated: true,
        }),
      ],
      notifications: ['succeeded', 'abnormal', 'closed'].map((name) => ({
        id: `refunds.${name}`,
        section: 'CT 12',
        event: name === 'succeeded' ? 'REFUND.SUCCESS' : `REFUND.${name.toUpperCase()}`,
        resource: name === 'succeeded' ? resource : unsuccessful,
      })),
    },
    { group: 'ecommerceRefunds', operations: ecommerceOf(dossier, refund), notifications: [] },
  ]
}

const onlyWithSuccess =
  /^(recv_account|fund_source|amount\.(settlement_\w+|currency|payer_currency|exchange_rate.*))$/

const pathColumns = { name: 'Path', type: 'Type(max)', need: 'Req', note: 'Meaning' }

/** The ordinary refund errors: of applying, and of asking. CT 11.4. */
export function refundErrors(dossier: Dossier): { create: ErrorCode[]; query: ErrorCode[] } {
  const line = dossier.section('11.4').text.match(/^Errors: ([\s\S]*?) Query: (.*)$/m)
  if (line === null) throw new Error('CT 11.4: no error list')
  return { create: codesIn(line[1] ?? ''), query: codesIn(line[2] ?? '') }
}

function codesIn(sentence: string): ErrorCode[] {
  const codes = sentence.matchAll(/\b([A-Z]+(?:_[A-Z]+)+)\b(?: \**(\d{3})\b)?/g)
  return [...codes].map((match) => ({
    code: match[1] ?? '',
    ...(match[2] === undefined ? {} : { status: Number(match[2]) }),
  }))
}

function abnormalOf(dossier: Dossier, need: 'E12' | 'E16'): { path: Field[]; body: Field[] } {
  const columns = { name: 'Path', type: 'Type', need, note: 'Meaning', where: 'Where' }
  const section = dossier.section('11.5')
  const path = fieldsOf(section, { columns, where: 'path' })
  const body = fieldsOf(section, { columns, where: 'body' })
  counted(`CT 11.5 ${need}`, path.length + body.length, need === 'E12' ? 7 : 8)
  return { path, body }
}

function ecommerceOf(dossier: Dossier, domestic: Field[]): OperationFacts[] {
  const base = '/v3/ecommerce/refunds'
  const section = dossier.section('11.7')
  const said = auditOf(dossier)
  const columns = { name: 'Path', type: 'Type(max)', note: 'Meaning' }
  const accepted = fieldsOf(section, { columns: { ...columns, need: 'a' }, known: domestic })
  const asked = fieldsOf(section, { columns: { ...columns, need: 'q' }, known: domestic })
  counted('CT 11.7 a', accepted.length, 19)
  counted('CT 11.7 q', asked.length, 26)
  const body = fieldsOf(dossier.section('11.6'), { columns: pathColumns })
  counted('CT 11.6', body.length, said('E13 request'))
  const advance = fieldsOf(dossier.section('11.8'), {
    columns: { name: 'Path', type: 'Type', need: 'Req', note: 'Meaning' },
  })
  counted('CT 11.8', advance.length, said('E17 response'))
  const abnormal = abnormalResultOf(dossier, [...domestic, ...asked])
  counted('CT 11.5 answer', abnormal.length, said('E16 response'))
  const who = [
    text('sub_mchid', 32, 'C'),
    { path: 'individual_auth_id', type: 'string', required: 'C' as const },
  ]
  const id = [text('refund_id', 32, 'R')]
  const unstated = { errorsUnstated: true as const }
  return [
    operation('ecommerceRefunds.create', 'CT 11.6', `POST ${base}/apply`, {
      body,
      result: accepted,
      ...unstated,
    }),
    operation('ecommerceRefunds.findByOutRefundNo', 'CT 11.7', `GET ${base}/out-refund-no/{out_refund_no}`, {
      path: [text('out_refund_no', 64, 'R')],
      query: who,
      result: asked,
      ...unstated,
    }),
    operation('ecommerceRefunds.findById', 'CT 11.7', `GET ${base}/id/{refund_id}`, {
      path: id,
      query: who,
      result: asked,
      ...unstated,
    }),
    operation('ecommerceRefunds.applyAbnormal', 'CT 11.5', `POST ${base}/{refund_id}/apply-abnormal-refund`, {
      ...abnormalOf(dossier, 'E16'),
      result: abnormal,
      ...unstated,
    }),
    operation('ecommerceRefunds.returnAdvance', 'CT 11.8', `POST ${base}/{refund_id}/return-advance`, {
      path: id,
      body: [text('sub_mchid', 32, 'R')],
      result: advance,
      ...unstated,
    }),
    operation('ecommerceRefunds.findReturnAdvance', 'CT 11.8', `GET ${base}/{refund_id}/return-advance`, {
      path: id,
      query: [text('sub_mchid', 32, 'R')],
      result: advance,
      ...unstated,
    }),
  ]
}

// Three pairs of columns, read down the first pair, then the second, then the third.
function abnormalResultOf(dossier: Dossier, known: Field[]): Field[] {
  const table = dossier.section('11.5').tables[1]
  if (table === undefined) throw new Error('CT 11.5: no answer table')
  return [0, 2, 4].flatMap((column) =>
    table.rows.map((row) => {
      const path = quoted(row[column] ?? '')[0] ?? ''
      const like = known.find((field) => field.path === path)
      if (like === undefined) throw new Error(`CT 11.5: ${path} has no type anywhere`)
      return { ...like, required: row[column + 1] === 'R' ? ('R' as const) : ('O' as const) }
    }),
  )
}

function withKnownValues(field: Field, known: readonly Field[]): Field {
  const values = known.find((one) => one.path === field.path)?.enum
  return values !== undefined && field.enum === undefined ? { ...field, enum: values } : field
}

function auditOf(dossier: Dossier): (name: string) => number {
  const rows = rowsOf(dossier.section('18'))
  return (name) => {
    const row = rows.find((one) => one.Interface === name)
    if (row === undefined) throw new Error(`CT 18: nothing counted as "${name}"`)
    return Number.parseInt(row['table here'] ?? '', 10)
  }
}
