import { type Field, fieldsOf, proseOf, withContainers } from './fields.ts'
import { type Dossier, rowsOf } from './markdown.ts'
import { counted, type ErrorCode, type GroupFacts, operation, text } from './shape.ts'

const base = '/v3/payscore/oversea/partner/serviceorder'

/** Members are required differently when an order is made, when it is completed and when it is read. */
type Use = 'create' | 'complete' | 'read'

/** PS 4, 5, 9 and 10: PayScore orders of overseas institutions. */
export function readPayscore(dossier: Dossier): GroupFacts {
  const order = orderOf(dossier)
  const errors = errorsOf(dossier)
  const number = [text('out_order_no', 32, 'R')]
  const body = (section: string, use: Use, top: number) => {
    const fields = fieldsOf(dossier.section(section), {
      columns: { name: 'field', type: 'type, length', need: needColumn(dossier, section) },
      nested: (type) => membersOf(dossier, type, use),
    })
    counted(`PS ${section}`, fields.filter(isTop).length, top)
    return fields
  }
  const created = body('5.1', 'create', 17)
  counted('PS 5.1 with members', created.length, 34)
  const answered = proseOf(
    dossier.section('5.1'),
    'PS 5.1',
    'Response, 19 top-level fields (35 rows in IM)',
    order,
  )
  const answer = answered.flatMap((field) => [field, ...insideOf(order, field.path)])
  counted('PS 5.1 answer', answer.filter(isTop).length, 19)
  const synced = proseOf(
    dossier.section('5.5'),
    'PS 5.5',
    '`type`* string[1,32] with the single value `Order_Paid`',
  )
  counted('PS 5.5', synced.length, 4 + 3)
  const query = fieldsOf(dossier.section('5.2'), {
    columns: { name: 'field', type: 'type, length', need: 'required' },
  })
  counted('PS 5.2 query', query.length, 4)
  return {
    group: 'payscore',
    operations: [
      operation('payscore.create', 'PS 5.1', `POST ${base}`, { body: created, result: answer, errors }),
      operation('payscore.query', 'PS 5.2', `GET ${base}`, { query, result: order, errors }),
      operation('payscore.cancel', 'PS 5.3', `POST ${base}/{out_order_no}/cancel`, {
        path: number,
        body: body('5.3', 'create', 3 + 1),
        errors,
      }),
      operation('payscore.complete', 'PS 5.4', `POST ${base}/{out_order_no}/complete`, {
        path: number,
        body: body('5.4', 'complete', 11 + 1),
        errors,
      }),
      operation('payscore.sync', 'PS 5.5', `POST ${base}/{out_order_no}/sync`, {
        path: number,
        body: synced,
        errors,
      }),
    ],
    notifications: ['CONFIRM', 'PAID'].map((event) => ({
      id: event === 'CONFIRM' ? 'payscore.confirmed' : 'payscore.paid',
      section: 'PS 9.3',
      event: `PAYSCORE.USER_${event}`,
      // USER_PAID has one field less.
      resource: resourceOf(dossier, order).map((field) =>
        event === 'PAID' && field.path === 'risk_fund.name' ? { ...field, required: 'O' as const } : field,
      ),
    })),
  }
}

function orderOf(dossier: Dossier): Field[] {
  const order = fieldsOf(dossier.section('5.2'), {
    columns: { name: 'field', type: 'type, length (S3)', need: 'always? (IM)' },
    nth: 1,
    at: 'PS 5.2 answer',
    nested: (type) => membersOf(dossier, type, 'read'),
  })
  counted('PS 5.2 top level', order.filter(isTop).length, 25)
  counted('PS 5.2 with members', order.length, 70)
  return order
}

// Members in a notice may be any of the order's; only the lists are known to be there.
function resourceOf(dossier: Dossier, order: readonly Field[]): Field[] {
  const section = dossier.section('9.3')
  const top = proseOf(section, 'PS 9.3', 'Top level: service_id*, appid*, mchid*', order)
  const others = proseOf(section, 'PS 9.3', 'Fields of other modes that may appear and must be tolerated')
  const absent =
    'Not listed anywhere for notifications: currency, currency_price, currency_rate_info, notify_url'
  const rest = proseOf(section, 'PS 9.3', absent, order)
  const resource = [...top, ...rest]
    .flatMap((field) => [field, ...insideOf(order, field.path)])
    .filter((field) => field.path !== 'post_discounts[].count')
  counted('PS 9.3 top level', top.length + others.length, 27)
  return resource
}

function membersOf(dossier: Dossier, type: string, use: Use): Field[] | undefined {
  const number = sectionOf[type]
  if (number === undefined) return undefined
  const section = dossier.section(number)
  const at = `PS ${number} ${use}`
  const words = prose[type]
  const read = () => {
    const header = section.tables[0]?.header ?? []
    return fieldsOf(section, {
      at,
      columns: {
        name: 'field',
        type: header[1] ?? '',
        ...(header.includes(header[2] ?? '') && header[2] !== 'meaning' ? { need: header[2] ?? '' } : {}),
      },
      always: 'O',
      nested: (inner) => membersOf(dossier, inner, use),
    })
  }
  const members = words === undefined ? read() : withContainers(proseOf(section, `PS ${number}`, words))
  const own = members.filter((field) => !field.path.includes('.'))
  counted(`PS ${number}`, own.length, sizes[type] ?? 0)
  return members
}

const sectionOf: Readonly<Record<string, string>> = {
  Payment: '4.1',
  Payments: '4.1',
  ServiceOrderCoupon: '4.2',
  RiskFund: '4.3',
  TimeRange: '4.4',
  Location: '4.5',
  Collection: '4.6',
  Detail: '4.7',
  PromotionDetail: '4.8',
}

const sizes: Readonly<Record<string, number>> = {
  Payment: 4,
  Payments: 4,
  ServiceOrderCoupon: 4,
  RiskFund: 3,
  TimeRange: 4,
  Location: 2,
  Collection: 6,
  Detail: 6,
  PromotionDetail: 11,
}

const prose: Readonly<Record<string, string>> = {
  Location: '`start_location`, `end_location`: string ?, both optional in requests and query (IM)',
}

function needColumn(dossier: Dossier, section: string): string {
  return dossier.section(section).tables[0]?.header[2] ?? ''
}

// The query page lists four; the sibling product's codes are taken for all five calls (D30).
function errorsOf(dossier: Dossier): ErrorCode[] {
  const section = dossier.section('10')
  const listed = rowsOf(section).map((row) => ({ code: row.code ?? '', status: Number(row.HTTP) }))
  const siblings = /to be accepted by the client and used by the simulator \(D30\): (.*?)\. Client type/.exec(
    section.text,
  )
  const more = [...(siblings?.[1] ?? '').matchAll(/(\d{3}) `([A-Z_]+)`/g)].map((match) => ({
    code: match[2] ?? '',
    status: Number(match[1]),
    shared: true as const,
  }))
  counted('PS 10', listed.length + more.length, 4 + 6)
  return [...listed, ...more]
}

/** PS 10a: refunds of a collection and the statement. */
export function readGlobal(
  dossier: Dossier,
  errors: { create: ErrorCode[]; query: ErrorCode[] },
): GroupFacts[] {
  const section = dossier.section('10a.1')
  const said = (words: string, known: readonly Field[] = []) => proseOf(section, 'PS 10a.1', words, known)
  const body = fieldsOf(section, {
    columns: { name: 'field', type: 'type, length', need: 'required', note: 'note' },
    nth: 1,
  })
  const who = said('`GET /v3/global/refunds/out-refund-no/{out_refund_no}?sp_mchid=&sub_mchid=`')
  const refund = said('G2, G3 add `transaction_id`, `out_trade_no`, `channel`')
  const path = '/v3/global/refunds'
  return [
    {
      group: 'globalRefunds',
      operations: [
        operation('globalRefunds.create', 'PS 10a.1', `POST ${path}`, {
          body: withContainers(body),
          result: said(
            'Answer of G1: `id` (refund number), `out_refund_no`, `create_time`, `amount`, `detail`',
            refund,
          ),
          errors: errors.create,
        }),
        operation('globalRefunds.list', 'PS 10a.1', `GET ${path}`, {
          query: said('`GET /v3/global/refunds?transaction_id=&sp_mchid=&sub_mchid=&offset=&count=`'),
          result: said('G4: `id` (the trade), `sp_mchid`, `sub_mchid`, `out_trade_no`, `amount`'),
          errors: errors.query,
        }),
        operation(
          'globalRefunds.findByOutRefundNo',
          'PS 10a.1',
          `GET ${path}/out-refund-no/{out_refund_no}`,
          {
            path: [text('out_refund_no', 64, 'R')],
            query: who,
            result: refund,
            errors: errors.query,
          },
        ),
        operation('globalRefunds.findById', 'PS 10a.1', `GET ${path}/id/{refund_id}`, {
          path: [text('refund_id', 32, 'R')],
          query: who,
          result: refund,
          errors: errors.query,
        }),
      ],
      notifications: [],
    },
    {
      group: 'globalBills',
      operations: [
        operation('globalBills.statement', 'PS 10a.2', 'GET /v3/global/statements', {
          query: proseOf(
            dossier.section('10a.2'),
            'PS 10a.2',
            '`GET /v3/global/statements?date=20260318&sp_mchid=…[&sub_mchid=…]`',
          ),
          errors: [{ code: 'NO_STATEMENT_EXIST' }],
        }),
      ],
      notifications: [],
    },
  ]
}

/** The 38 columns of the overseas statement. */
export function statementColumns(dossier: Dossier): string[] {
  const found = /38 columns: (.*?)\. Parse by name/.exec(dossier.section('10a.2').text)
  const columns = (found?.[1] ?? '').split(', ')
  counted('PS 10a.2', columns.length, 38)
  return columns
}

function insideOf(fields: readonly Field[], path: string): Field[] {
  return fields.filter((field) => field.path.startsWith(`${path}.`))
}

function isTop(field: Field): boolean {
  return !field.path.includes('.')
}
