/** The readers of APIv3: signed messages, the Authorization header, certificates, times, JSON answers. */
import { createHash } from 'node:crypto'
import { optionsOf, WechatPay } from '@chadan/client'
import { apiv3, operations, parseJson, readAnswer } from '@chadan/protocol'
import { openSimulator } from '@chadan/simulator'
import { merchant, orderAnswer, platform, publicKeyId } from '../world.ts'
import { hold, type Target } from './target.ts'

const nowMs = 1_773_714_030_000
const nonce = 'EcYv1yIfVxtIlnpBpyqv7cVJHxHG1pYf'
const timestamp = String(nowMs / 1000)

/** A whole signed message as text: five header lines, an empty one, the body. */
export function signedHeaders(): Target {
  const body = Buffer.from(orderAnswer)
  const text = apiv3.responseText({ timestamp, nonce, body })
  const headers = apiv3.writeSignedHeaders({
    ...{ timestamp, nonce, serial: publicKeyId },
    signature: apiv3.signText(text, platform.privateKey),
  })
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\n`)
  const sample = Buffer.concat([Buffer.from(`${head.join('')}\n`), body])
  return {
    samples: [sample],
    words: [
      'Wechatpay-Serial: ',
      'WECHATPAY/SIGNTEST/',
      '\n',
      '\n\n',
      '1773714030',
      'PUB_KEY_ID_',
      '=',
      ' ',
      ',',
    ],
    refusals: [],
    read(bytes) {
      const end = bytes.indexOf('\n\n')
      const given = new Map(
        bytes
          .subarray(0, Math.max(end, 0))
          .toString('latin1')
          .split('\n')
          .map((line) => [line.split(': ')[0]?.toLowerCase() ?? '', line.slice(line.indexOf(': ') + 2)]),
      )
      const found = bytes.subarray(end + 2)
      const read = apiv3.readSignedHeaders((name) => given.get(name.toLowerCase()) ?? null)
      const verdict = apiv3.checkSigned({
        headers: read,
        body: found,
        nowMs,
        keys: (serial) => (serial === publicKeyId ? platform.publicKey : undefined),
      })
      if (!verdict.ok) return false
      hold(found.equals(body), 'a changed body does not verify')
      hold(read.timestamp === timestamp && read.nonce === nonce, 'changed headers do not verify')
      return true
    },
  }
}

/** The `Authorization` header. */
export function authorization(): Target {
  const header = apiv3.formatAuthorization({
    ...{ mchid: '1900000001', serialNo: '5'.repeat(40), nonce, timestamp },
    signature: apiv3.signText(Buffer.from('text'), merchant.privateKey),
  })
  return {
    samples: [Buffer.from(header)],
    words: ['"', ',', '=', 'mchid="', 'signature="', ' ', '\\', 'WECHATPAY2-SHA256-RSA2048 ', '","', '\r\n'],
    refusals: [],
    read(bytes) {
      const read = apiv3.parseAuthorization(bytes.toString('latin1'))
      if ('problem' in read) return false
      const again = apiv3.parseAuthorization(apiv3.formatAuthorization(read))
      hold(JSON.stringify(sorted(again)) === JSON.stringify(sorted(read)), 'what was read can be written')
      return true
    },
  }
}

function sorted(value: object): [string, unknown][] {
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
}

/** The list of platform certificates, as the simulator answers it. */
export async function certificates(): Promise<Target> {
  const sim = await openSimulator({})
  let answer = Buffer.alloc(0)
  const wx = new WechatPay({
    ...optionsOf(sim.credentials),
    clock: sim.clock,
    fetch: async (request) => {
      const response = await sim.fetch(request)
      answer = Buffer.from(await response.arrayBuffer())
      return new Response(answer, { status: response.status, headers: response.headers })
    },
  })
  await wx.certificates.list()
  const { apiV3Key } = sim.credentials.apiv3
  const known = new Set(apiv3.parseCertificates(answer, apiV3Key).map((one) => one.pem))
  hold(known.size > 0, 'the sample holds a certificate')
  return {
    samples: [answer],
    words: [
      '"',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      'null',
      '"serial_no"',
      '"__proto__":',
      '1e999',
      '"data":[]',
      '\\u0000',
    ],
    refusals: [apiv3.OpenError],
    read(bytes) {
      const read = apiv3.parseCertificates(bytes, apiV3Key)
      hold(
        read.every((one) => known.has(one.pem)),
        'no certificate is made up',
      )
      return true
    },
  }
}

/** RFC 3339 times. */
export function times(): Target {
  return {
    samples: ['2026-03-17T10:20:30+08:00', '2026-02-28T23:59:59.120Z', '2024-02-29T00:00:00:1-11:30'].map(
      (one) => Buffer.from(one),
    ),
    words: ['Z', '+', '-', ':', '.', 'T', '2', '99', '00', '+14:00', '-00:00', '24', '02-30', '\u0660'],
    refusals: [RangeError],
    read(bytes) {
      const ms = apiv3.parseTime(bytes.toString())
      hold(Number.isSafeInteger(ms), 'a time is a whole number of milliseconds')
      hold(
        apiv3.parseTime(apiv3.formatTime(ms, { milliseconds: true })) === ms,
        'what was read can be written',
      )
      return true
    },
  }
}

/** JSON answers, read by their declaration. */
export function answers(): Target {
  const polluted = Object.prototype as Record<string, unknown>
  const fields = operations.cash.queryByOutTradeNo.result
  return {
    samples: [orderAnswer, '{"amount":{"total":9007199254740993}}', '[1,-2,3.5e3,null,true,"\\u4e2d"]'].map(
      (one) => Buffer.from(one),
    ),
    words: [
      '"',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      'null',
      '1e400',
      '12345678901234567890',
      '"__proto__":{"x":1},',
      '\\u0000',
    ],
    refusals: [SyntaxError],
    read(bytes) {
      const text = bytes.toString()
      const value = parseJson(text)
      readAnswer(fields, value)
      hold(polluted.x === undefined, 'no prototype is changed')
      // Numbers with a fraction or an exponent are rounded, as everywhere; whole numbers are not.
      const whole = !/\d[.eE]/.test(text)
      const again = whole ? parseJson(JSON.stringify(value, spell)) : value
      hold(digest(value) === digest(again), 'no digit is lost')
      return true
    },
  }
}

// A bigint has no JSON of its own; spelled as text it can still be compared.
function spell(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}` : value
}

function digest(value: unknown): string {
  return createHash('sha1')
    .update(`${JSON.stringify(value, spell)}`)
    .digest('hex')
}
