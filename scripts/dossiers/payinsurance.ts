import { type Field, fieldsOf, proseOf } from './fields.ts'
import { type Dossier, rowsOf } from './markdown.ts'
import { counted, type ErrorCode, type GroupFacts, operation } from './shape.ts'

const columns = { name: 'Field', type: 'Type', need: 'Req' }

/** PI 4: the legacy interface of medical-insurance payment. `access_token` belongs to the dialect. */
export function readPayinsurance(dossier: Dossier): GroupFacts {
  const table = (number: string, nth = 0) => fieldsOf(dossier.section(number), { columns, nth })
  const head = table('4', 1)
  const said = (name: string) => ledgerOf(dossier, name)
  const sized = (name: string, fields: Field[]) => {
    counted(`PI ${name}`, fields.length, said(name))
    return fields
  }
  const order = table('4.2')
  const content = contentOf(dossier)
  counted('PI 4.2 content', content.length, said('unifiedorder `request_content`'))
  const placed = table('4.2', 2)
  const refund = table('4.5')
  const refundContent = proseOf(
    dossier.section('4.5'),
    'PI 4.5',
    '`request_content` members, 6, none may be empty',
  ).filter((field) => field.path.includes('{}'))
  counted('PI 4.5 content', refundContent.length, said('refund `request_content`'))
  counted('PI unifiedorder request', order.length, said('unifiedorder request'))
  counted('PI refund request', refund.length, said('refund request'))
  const post = (id: string, number: string, body: Field[], result: Field[]) =>
    operation(`payinsurance.${id}`, `PI ${number}`, `POST /payinsurance/${id.toLowerCase()}`, {
      body,
      result,
      errors: errorsOf(dossier, number),
    })
  const shared = placed.slice(0, 9)
  const verified = proseOf(
    dossier.section('4.8'),
    'PI 4.8',
    'Response, 5 fields: HEAD + `result_code` str≤16 Y, `err_code` str≤32 N, `err_code_des` str≤128 N',
  )
  return {
    group: 'payinsurance',
    operations: [
      operation('payinsurance.getAgentToken', 'PI 4.1', 'GET /payinsurance/gettoken', {
        query: sized('gettoken request (query string)', table('4.1')),
        result: sized('gettoken response', [...head, ...table('4.1', 1)]),
        errors: tokenErrors(dossier, 'token call'),
      }),
      operation('payinsurance.getToken', 'PI 2.3', 'GET /cgi-bin/token', {
        query: proseOf(
          dossier.section('2.3'),
          'PI 2.3',
          'cgi-bin/token?grant_type=client_credential&appid=…&secret=…',
        ),
        result: proseOf(dossier.section('2.3'), 'PI 2.3', '{"access_token":"…","expires_in":7200}'),
        errors: tokenErrors(dossier, 'token call'),
      }),
      post(
        'unifiedOrder',
        '4.2',
        withMembers(order, content),
        sized('unifiedorder response', [...head, ...placed]),
      ),
      post(
        'queryOrder',
        '4.3',
        sized('queryorder request', table('4.3')),
        sized('queryorder response', [
          ...head,
          ...shared,
          ...fieldsOf(dossier.section('4.3'), { columns, nth: 1, at: 'PI 4.3 answer' }),
        ]),
      ),
      post(
        'refund',
        '4.5',
        withMembers(refund, refundContent),
        sized('refund response', [...head, ...table('4.5', 2)]),
      ),
      post(
        'queryRefund',
        '4.6',
        sized('queryrefund request', table('4.6')),
        sized('queryrefund response', [...head, ...table('4.6', 1)]),
      ),
      post('getBalanceBill', '4.7', sized('getbalancebill request', table('4.7')), []),
      post(
        'verifyName',
        '4.8',
        sized('verifyname request', table('4.8')),
        sized('verifyname response', [...head, ...verified]),
      ),
      post(
        'closeOrder',
        '4.9',
        sized('closeorder request', table('4.9')),
        sized('closeorder response', [...head, ...table('4.9', 1)]),
      ),
    ],
    notifications: [
      {
        id: 'payinsurance.notified',
        section: 'PI 4.4',
        event: 'payment result',
        resource: sized('notification', table('4.4')),
      },
    ],
  }
}

function contentOf(dossier: Dossier): Field[] {
  return fieldsOf(dossier.section('4.2'), {
    columns: { name: 'Key', type: 'Type' },
    nth: 1,
    always: 'R',
  }).map((field) => ({ ...field, path: `request_content{}.${field.path}` }))
}

function withMembers(fields: readonly Field[], members: readonly Field[]): Field[] {
  return fields.flatMap((field) => (field.path === 'request_content' ? [field, ...members] : [field]))
}

const letters: Readonly<Record<string, string>> = { '4.2': 'O', '4.3': 'Q', '4.5': 'R', '4.6': 'RQ' }

/** PI 4.10: the codes marked for this call, the general ones, and the platform's token codes. */
function errorsOf(dossier: Dossier, number: string): ErrorCode[] {
  const rows = rowsOf(dossier.section('4.10'))
  counted('PI error codes', rows.length, ledgerOf(dossier, 'error codes'))
  const letter = letters[number]
  const own = rows
    .filter(
      (row) => (letter !== undefined && row[letter] === 'x') || (number === '4.8' && row.O === 'verifyname'),
    )
    .map((row) => ({ code: row.Code ?? '' }))
  const general = rows.filter((row) => row.O === 'general').map((row) => ({ code: row.Code ?? '' }))
  const unsigned = number === '4.7' || number === '4.9'
  const rest = unsigned ? general.map((one) => ({ ...one, shared: true as const })) : general
  checkSentence(dossier, number, [...own, ...general])
  return [...own, ...rest, ...tokenErrors(dossier, 'business call')]
}

// Each call also names its codes in a sentence; the table must agree with it.
function checkSentence(dossier: Dossier, number: string, codes: readonly ErrorCode[]): void {
  const sentence = /^Error codes: (.*?)\.?(?: \(4\.10\)\.)?$/m.exec(dossier.section(number).text)?.[1]
  if (sentence === undefined) return
  const named = [...sentence.matchAll(/(\d+)(?:–(\d+))?/g)].flatMap((match) => {
    const first = Number(match[1])
    const last = Number(match[2] ?? match[1])
    return Array.from({ length: last - first + 1 }, (_, index) => String(first + index))
  })
  const listed = codes.map((one) => one.code)
  const differing = [...new Set([...named, ...listed])].filter(
    (code) => named.includes(code) !== listed.includes(code),
  )
  const odd = differing.filter((code) => code !== '4' && code !== '10')
  if (odd.length > 0) throw new Error(`PI ${number}: sentence and table differ on ${odd.join(', ')}`)
}

function tokenErrors(dossier: Dossier, where: 'token call' | 'business call'): ErrorCode[] {
  const rows = rowsOf(dossier.section('2.3'), 1).filter((row) => row.Where === where)
  const codes = rows.flatMap((row) =>
    [...(row.Signal ?? '').matchAll(/(?<![\dX])-?\d{1,5}(?!\d|xx)/g)].map((m) => m[0]),
  )
  return [...new Set(codes)].map((code) => ({ code, shared: true as const }))
}

/** PI 8.3: the columns of the three bills. */
export function payinsuranceColumns(dossier: Dossier): Record<string, string[]> {
  const rows = rowsOf(dossier.section('8.3'))
  const ordered = (column: string, size: number) => {
    const named = rows.flatMap((row) => (/^\d+$/.test(row[column] ?? '') ? [row] : []))
    counted(`PI 8.3 ${column}`, named.length, size)
    return named
      .toSorted((one, other) => Number(one[column]) - Number(other[column]))
      .map((row) => row['Column (列)'] ?? '')
  }
  const all = ordered('ALL / SUCCESS', 55)
  return {
    'payinsurance.all': all,
    'payinsurance.success': all,
    'payinsurance.refund': ordered('REFUND', 53),
    'payinsurance.compact': ordered('42-col', 42),
  }
}

function ledgerOf(dossier: Dossier, name: string): number {
  const row = rowsOf(dossier.section('0.3')).find((one) => one.Table === name)
  if (row === undefined) throw new Error(`PI 0.3: nothing counted as "${name}"`)
  return Number.parseInt(row.Here ?? '', 10)
}
