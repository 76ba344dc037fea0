import { type Field, fieldsOf, proseOf } from './fields.ts'
import { type Dossier, rowsOf } from './markdown.ts'
import { counted, type ErrorCode, type GroupFacts, operation } from './shape.ts'

/** WC 2, 3 and 5: WeCom external payment. Envelope members (`errcode`, `errmsg`) belong to the dialect. */
export function readWecom(dossier: Dossier): GroupFacts {
  const errors = errorsOf(dossier)
  const table = (number: string, need = 'required', nth = 0, at?: string) =>
    fieldsOf(dossier.section(number), {
      columns: { name: 'field', type: 'type, length', need, note: noteOf(dossier, number, nth) },
      nth,
      ...(at === undefined ? {} : { at }),
      dotted: 'promotion_detail[]',
    })
  const prose = (number: string, words: string, known: readonly Field[] = []) =>
    proseOf(dossier.section(number), `WC ${number}`, words, known)
  const post = (id: string, number: string, rest: { body: Field[]; result?: Field[] }) => {
    const path = id.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    return operation(`wecom.${id}`, `WC ${number}`, `POST /cgi-bin/miniapppay/${path}`, { ...rest, errors })
  }
  const order = table('3.5', 'req.')
  const apply = applyOf(dossier)
  const created = table('3.4')
  const placed = created.filter((field) => !field.implied)
  const signed = table('3.7')
  counted('WC 3.7', signed.length, 5)
  const refund = table('3.8')
  counted('WC 3.8', leaves(refund), 9)
  const promotion = prose(
    '3.8',
    'Response: out_refund_no; amount {refund, payer_refund?, discount_refund?, currency}',
  )
  const detail = table('3.9', 'req. [W97352, MU]').flatMap((field) => [
    field,
    ...promotion.filter((member) => field.path.endsWith('[]') && member.path.startsWith(`${field.path}.`)),
  ])
  counted('WC 3.9', detail.filter((field) => !field.path.includes('.')).length, 11)
  const bill = (column: string, nth: number) =>
    fieldsOf(dossier.section('3.10'), {
      columns: { name: column, type: 'type' },
      nth,
      at: `WC 3.10 ${column}`,
      always: 'R',
    })
  counted('WC 3.4', placed.filter((field) => !/object/.test(field.type)).length, 24)
  counted('WC 3.5', order.filter((field) => !field.implied && !/object/.test(field.type)).length, 30)
  const token = 'GET /cgi-bin/gettoken?corpid=ID&corpsecret=SECRET'
  return {
    group: 'wecom',
    operations: [
      operation('wecom.getToken', 'WC 2', 'GET /cgi-bin/gettoken', {
        query: prose('2', token),
        result: prose('2', '`access_token` (up to 512 bytes; reserve at least that), `expires_in` seconds'),
        errors,
      }),
      post('uploadImage', '3.1', {
        body: prose('3.1', 'one file part with filename and content type'),
        result: prose('3.1', 'Returns `open_wx_pay_media_id` (string; ZO models it 1–64)'),
      }),
      post('applyMch', '3.2', {
        body: apply,
        result: prose('3.2', 'Response: errcode, errmsg, and `error_description` (CS only).'),
      }),
      post('getApplymentStatus', '3.3', {
        body: prose('3.3', 'Request: `out_request_no` string[1,32]*'),
        result: prose(
          '3.3',
          'Response: `status` object (8 fields), `apply_state` int, `real_sign_state` int',
        ),
      }),
      post('createOrder', '3.4', {
        body: created,
        result: prose('3.4', 'Response: `prepay_id` string[1,64] (MU)'),
      }),
      post('getOrder', '3.5', {
        body: prose('3.5', 'Request: `mchid` string[1,32]*, `out_trade_no` string[6,32]*'),
        result: order,
      }),
      post('closeOrder', '3.6', { body: prose('3.6', '`mchid`*, `out_trade_no`* → envelope only') }),
      post('getSign', '3.7', { body: signed, result: prose('3.7', 'Response `pay_sign` string[1,512]') }),
      post('refund', '3.8', { body: refund, result: promotion }),
      post('getRefundDetail', '3.9', {
        body: prose('3.9', 'Request: mchid string[1,32]*, out_refund_no string[1,64]*'),
        result: detail,
      }),
      post('getBill', '3.10', { body: bill('request', 0), result: bill('response', 1) }),
      operation('wecom.downloadBill', 'WC 3.10', 'GET /v3/billdownload/file', { errorsUnstated: true }),
    ],
    notifications: [
      notice(dossier, 'wecom.paid', '5.5', 'TRANSACTION.SUCCESS', 13),
      notice(dossier, 'wecom.refunded', '5.6', 'REFUND.*', 11),
      {
        id: 'wecom.callbackCheck',
        section: 'WC 5.2',
        event: 'GET echostr',
        resource: prose('5.2', 'GET with `echostr`'),
      },
    ],
  }
}

function notice(dossier: Dossier, id: string, number: string, event: string, size: number) {
  const words = {
    '5.5': 'appid, mchid, out_trade_no (min 6), trade_state',
    '5.6': 'mchid, out_trade_no, out_refund_no',
  }
  const resource = proseOf(dossier.section(number), `WC ${number}`, words[number as keyof typeof words])
  counted(`WC ${number}`, leaves(resource), size)
  return { id, section: `WC ${number}`, event, resource }
}

function applyOf(dossier: Dossier): Field[] {
  const section = dossier.section('3.2')
  const body = fieldsOf(section, {
    columns: { name: 'field', type: 'type, length', need: 'required (MU unless noted)' },
  })
  counted('WC 3.2', body.filter((field) => !field.path.includes('.')).length, 15)
  const inside = (name: string) => body.filter((field) => field.path.startsWith(`${name}.`)).length
  for (const [name, size] of Object.entries(applySizes)) counted(`WC 3.2 ${name}`, inside(name), size)
  return body
}

// WC 9: 8 + 2 + 8 + 8 + 5 (7 inside) + 7 (3 inside) + 7 + 1 + 1.
const applySizes: Readonly<Record<string, number>> = {
  business_license_info: 8,
  finance_institution_info: 2,
  id_card_info: 8,
  ubo_info: 8,
  contact_info: 5 + 7,
  account_info: 7 + 3,
  sales_scene_info: 7,
  qualifications: 1,
  business_addition_pics: 1,
}

// One table for the whole directory: only 720501 is known to belong to this product.
function errorsOf(dossier: Dossier): ErrorCode[] {
  return rowsOf(dossier.section('2.1')).flatMap((row) => {
    const codes = (row.errcode ?? '').replaceAll('*', '').split(' / ')
    return codes
      .filter((code) => code !== '0')
      .map((code) => ({ code: code.replace('−', '-'), shared: true as const }))
  })
}

function noteOf(dossier: Dossier, number: string, nth: number): string {
  return dossier.section(number).tables[nth]?.header[3] ?? ''
}

function leaves(fields: readonly Field[]): number {
  return fields.filter((field) => !/object/.test(field.type)).length
}
