/** The readers of the other dialects and files: XML, callbacks, bills, id numbers. */
import { bill, callback, idcard, xmlmd5 } from '@chadan/protocol'
import { hold, type Target } from './target.ts'

/** Flat XML with its MD5. */
export function xml(): Target {
  const key = xmlmd5.readMchKey('a1b2c3d4e5f60718a1b2c3d4e5f60718')
  const members = {
    return_code: 'SUCCESS',
    appid: 'wxa1b2c3d4e5f60718',
    hospital_name: '示例第一医院 & <分院>',
    total_fee: '13000',
    attach: '',
  }
  const signed = { ...members, sign: xmlmd5.signXml(members, key) }
  const covered = xmlmd5.signatureText(signed)
  return {
    samples: (['always', 'text', 'unless_number'] as const).map((cdata) =>
      Buffer.from(xmlmd5.serialiseXml(signed, { cdata })),
    ),
    words: [
      ...[
        '<![CDATA[',
        ']]>',
        '<!DOCTYPE x [<!ENTITY a "b">]>',
        '&a;',
        '&amp;',
        '&#0;',
        '&#x41;',
        '&#38;',
        '<!--',
        '-->',
      ],
      ...[
        '<xml>',
        '</xml>',
        '<__proto__>1</__proto__>',
        '<total_fee>1</total_fee>',
        '<?xml version="1.0"?>',
        '\r\n',
        ' ',
      ],
    ],
    refusals: [xmlmd5.XmlError],
    read(bytes) {
      const read = xmlmd5.parseXml(bytes)
      hold(Object.getPrototypeOf(read) === null, 'members have no prototype')
      if (!xmlmd5.checkXmlSignature(read, key).ok) return false
      hold(xmlmd5.signatureText(read) === covered, 'changed members do not verify')
      return true
    },
  }
}

/** The envelope of WeCom's callbacks. */
export function callbacks(): Target {
  const key = callback.readEncodingAesKey('jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C')
  const seal = {
    ...{ message: '{"id":"EV-1"}', receiveId: 'ww0123456789abcdef', token: 'QDG6eK', key },
    ...{ timestamp: 1_773_714_030, nonce: '1372623149', random: Buffer.alloc(16, 7) },
  }
  const sealed = (['json', 'xml'] as const).map((format) =>
    callback.sealCallback({ ...seal, format, agentId: '218' }),
  )
  return {
    samples: sealed.map(({ body, query }) =>
      Buffer.from(`${query.msg_signature}\n${query.timestamp}\n${query.nonce}\n${body}`),
    ),
    words: [
      '\n',
      '"',
      '{',
      '}',
      '<Encrypt>',
      '</Encrypt>',
      '<![CDATA[',
      ']]>',
      '=',
      'encrypt',
      '"encrypt":"",',
      '1773714030',
    ],
    refusals: [callback.CallbackError],
    read(bytes) {
      const [msg_signature = '', timestamp = '', nonce = '', ...rest] = bytes.toString().split('\n')
      const opened = callback.openCallback({
        body: Buffer.from(rest.join('\n')),
        query: { msg_signature, timestamp, nonce },
        receiver: { token: seal.token, key, receiveId: seal.receiveId, nowMs: seal.timestamp * 1000 },
      })
      hold(opened.message === seal.message, 'a changed message does not open')
      return true
    },
  }
}

/** Bills, whole and in two pieces. */
export function bills(): Target {
  const lines = [
    '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注',
    '`2026-03-17 10:22:11,`wx7c1f0d2e9b8a4635,`1688000103,`0,`POS-HZ-0017,`4200002913202603175500182747,`SO20260317A00042_2,`oKq5Zt1mYd8Xw3Rb7Ls0Hc9Vf2Jp,`JSAPI,`SUCCESS,`OTHERS,`CNY,`35.50,`0.00,`0,`0,`0.00,`0.00,`,`,`示例书店-茶谱,`store=HZ02;line=2,`0.21000,`0.60%,`35.50,`0.00,`',
    '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额',
    '`1,`35.50,`0.00,`0.00,`0.21000,`35.50,`0.00',
  ]
  return {
    samples: [Buffer.from(`${lines.join('\r\n')}\r\n`), Buffer.from(`\uFEFF${lines.join('\n')}`)],
    words: [
      '`',
      ',`',
      '\r\n',
      '\n',
      ',',
      '总交易单数',
      '"',
      '\uFEFF',
      '`2026-13-40 99:99:99',
      '-',
      '0.005',
      '，',
    ],
    refusals: [bill.BillError],
    read(bytes) {
      const { rows, reader } = bill.readBill(bytes)
      const texts = rows.map((row) => row.cells.join('\0'))
      for (const row of rows) readTyped(row)
      const half = bytes.length >> 1
      const again = new bill.BillReader()
      const pieces = [
        ...again.push(bytes.subarray(0, half)),
        ...again.push(bytes.subarray(half)),
        ...again.end(),
      ]
      hold(
        pieces.map((row) => row.cells.join('\0')).join('\n') === texts.join('\n'),
        'pieces read like the whole',
      )
      hold(again.summaries.length === reader.summaries.length, 'pieces have the totals of the whole')
      return true
    },
  }
}

function readTyped(row: bill.BillRow): void {
  for (const read of [() => row.fen('订单金额'), () => row.time('交易时间'), () => row.milliFen('手续费')]) {
    try {
      const value = read()
      hold(value === null || Number.isSafeInteger(value), 'a value is exact')
    } catch (error) {
      if (!(error instanceof bill.BillError)) throw error
    }
  }
}

/** An invented number, made whole. */
const long = (seventeen: string) => seventeen + idcard.checkCharacter(seventeen)

/** Resident id numbers. */
export function idNumbers(): Target {
  return {
    samples: [long('99000019800101123'), '990000800101123', ` ${long('99000020000229001')} `].map((one) =>
      Buffer.from(one),
    ),
    words: ['X', 'x', ' ', '0', '19', '\u3000', '\uFF11', '-', '\u0131', 'ß'],
    refusals: [idcard.IdNumberError],
    read(bytes) {
      const text = bytes.toString()
      const judged = idcard.checkIdNumber(text)
      const number = idcard.normaliseIdNumber(text)
      hold(/^\d{17}[\dX]$/.test(number), 'the long form has 18 characters')
      hold(idcard.normaliseIdNumber(number) === number, 'the long form is its own long form')
      return judged.ok
    },
  }
}
