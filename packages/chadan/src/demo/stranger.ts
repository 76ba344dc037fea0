/** Somebody who says "it is paid" without being WeChat: forged notices, knocked at the gateway's public door. */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { Credentials } from '@chadan/simulator'
import type { ProductName } from './comparison.ts'
import { signers } from './shops.ts'
import type { DayClock } from './time.ts'

/** The stranger. */
export interface Stranger {
  /** Claims that this order is paid. */
  claim(product: ProductName, number: string, minor: number): Promise<void>
  /** How often it was tried. */
  readonly tries: number
}

/** What a stranger knows and reaches. */
export interface StrangerDoors {
  readonly gatewayUrl: string
  /** Public parts only: merchant numbers, the serial of the platform's certificate. */
  readonly given: Credentials
  readonly clock: DayClock
  readonly fetch: (request: Request) => Promise<Response>
}

/** Opens the stranger, with a key of its own. */
export function openStranger({ gatewayUrl, given, clock, fetch }: StrangerDoors): Stranger {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const count = { tries: 0 }

  async function claim(product: ProductName, number: string, minor: number): Promise<void> {
    const { signer, forge } = forgeries[product]
    const { headers, body, query = '' } = forge({ given, clock, number, minor, privateKey })
    count.tries++
    const url = `${gatewayUrl}/notify/${signer}/${product}${query}`
    // Nobody listens for a moment while the gateway starts again: the stranger does not care.
    await fetch(new Request(url, { method: 'POST', headers, body })).then(
      (response) => response.text(),
      () => '',
    )
  }

  return {
    claim,
    get tries() {
      return count.tries
    },
  }
}

interface Forging {
  readonly given: Credentials
  readonly clock: DayClock
  readonly number: string
  readonly minor: number
  readonly privateKey: KeyObject
}

interface Forged {
  readonly headers: Record<string, string>
  readonly body: string
  readonly query?: string
}

/** As WeChat Pay writes it, and signed properly; only the key is the stranger's. */
function apiv3(eventType: string): (forging: Forging) => Forged {
  return ({ given, clock, number, privateKey }) => {
    const stamp = String(Math.floor(clock.now() / 1000))
    const nonce = createHash('sha256').update(number).digest('hex').slice(0, 32)
    const body = JSON.stringify({
      id: `forged-${number}`,
      create_time: clock.text(),
      resource_type: 'encrypt-resource',
      event_type: eventType,
      summary: '支付成功',
      resource: {
        algorithm: 'AEAD_AES_256_GCM',
        ciphertext: Buffer.from(number).toString('base64'),
        nonce: nonce.slice(0, 12),
        associated_data: 'transaction',
        original_type: 'transaction',
      },
    })
    const signature = sign('sha256', Buffer.from(`${stamp}\n${nonce}\n${body}\n`), privateKey).toString(
      'base64',
    )
    return {
      body,
      headers: {
        'content-type': 'application/json',
        'wechatpay-timestamp': stamp,
        'wechatpay-nonce': nonce,
        'wechatpay-serial': given.apiv3.platformSerialNo,
        'wechatpay-signature': signature,
        'wechatpay-signature-type': 'WECHATPAY2-SHA256-RSA2048',
      },
    }
  }
}

/** A complete message in clear text; only the digest under the hospital's key is guessed. */
function xml({ given: { payinsurance }, number, minor }: Forging): Forged {
  const members = {
    return_code: 'SUCCESS',
    result_code: 'SUCCESS',
    err_code: '0',
    appid: payinsurance.appid,
    mch_id: payinsurance.mchId,
    sub_appid: payinsurance.subAppid,
    sub_mch_id: payinsurance.subMchId,
    hosp_out_trade_no: number,
    total_fee: minor,
    cash_fee: minor,
    nonce_str: number,
    sign: createHash('md5').update(number).digest('hex').toUpperCase(),
  }
  const body = Object.entries(members).map(([name, value]) => `<${name}><![CDATA[${value}]]></${name}>`)
  return { headers: { 'content-type': 'text/xml' }, body: `<xml>${body.join('')}</xml>` }
}

/** An encrypted callback of WeCom, encrypted and signed with guesses. */
function callback({ clock, number }: Forging): Forged {
  const stamp = String(Math.floor(clock.now() / 1000))
  const guess = createHash('sha1').update(`${stamp}${number}`).digest('hex')
  return {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      tousername: 'forged',
      encrypt: Buffer.from(number.padEnd(48, '=')).toString('base64'),
    }),
    query: `?msg_signature=${guess}&timestamp=${stamp}&nonce=${number}`,
  }
}

const { provider, insurance, corp } = signers
const forgeries: Readonly<Record<ProductName, { signer: string; forge: (forging: Forging) => Forged }>> = {
  combine: { signer: provider, forge: apiv3('TRANSACTION.SUCCESS') },
  medIns: { signer: provider, forge: apiv3('MED_INS.SUCCESS') },
  payscore: { signer: provider, forge: apiv3('PAYSCORE.USER_PAID') },
  wecom: { signer: corp, forge: callback },
  payinsurance: { signer: insurance, forge: xml },
}
