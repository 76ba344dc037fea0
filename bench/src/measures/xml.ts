/** Answers of payinsurance read and verified. */
import { createSecretKey, hash, timingSafeEqual } from 'node:crypto'
import { xmlmd5 } from '@chadan/protocol'
import { AxiosTransformer, TenPay } from '../peers.ts'
import { type Effort, inTurns } from '../rounds.ts'
import type { Found } from '../table.ts'

/** The measure `xml`. */
export async function xml(effort: Effort): Promise<Record<string, Found>> {
  const turns = await inTurns(
    {
      limit: { work: bare },
      ours: { work: ours },
      tenpay: { work: withTenpay },
      axios: { work: withAxiosPlugin },
    },
    effort,
  )
  return {
    xml: {
      unit: 'answers per CPU second',
      better: 'more',
      ours: turns.ours.perCpuSecond,
      limit: turns.limit.perCpuSecond,
      peers: {
        'tenpay (xml2js)': turns.tenpay.perCpuSecond,
        'wechatpay-axios-plugin (fast-xml-parser)': turns.axios.perCpuSecond,
      },
      aim: { toBestPeer: 4 },
    },
  }
}

const secret = 'a1b2c3d4e5f60718a1b2c3d4e5f60718'
const key = xmlmd5.readMchKey(secret)
const appid = 'wxa1b2c3d4e5f60718'
const mchid = '1900000701'
const members = {
  return_code: 'SUCCESS',
  result_code: 'SUCCESS',
  err_code: '0',
  appid,
  mch_id: mchid,
  sub_appid: 'wx0011223344556677',
  sub_mch_id: '1900000702',
  sub_openid: 'oDEMO0hospA0patient000000001',
  nonce_str: 'n05demoNonce0Legacy0Example00000',
  med_trans_id: 'M20080131415926535',
  hosp_out_trade_no: 'HSPA20200801093000000001',
  hospital_name: '示例第一医院',
  order_type: 'RegPay',
  med_trade_state: 'SUCCESS',
  total_fee: '13000',
  cash_fee: '4000',
  insurance_fee: '8700',
  cash_add_fee: '500',
  cash_reduced_fee: '200',
  insurance_self_fee: '3000',
  insurance_fund_fee: '5200',
  insurance_other_fee: '500',
  fee_type: 'CNY',
  time_start: '20200801093001',
  time_end: '20200801093412',
  cash_order_id: 'C20080131415926537',
  insurance_order_id: 'I20080131415926536',
  serial_no: 'HIS20200801000123',
  bill_no: 'AAZ20200801000456',
  org_no: 'H44030000001',
  city_id: '440300',
  pay_type: '3',
  attach: 'dept=A01',
  response_content: '{"payOrdId":"ORD440300202008010000001","ordStas":"6","feeSumamt":"122.00"}',
}
const text = xmlmd5.serialiseXml(
  { ...members, sign: xmlmd5.signXml(members, key) },
  { cdata: 'unless_number' },
)
const bytes = Buffer.from(text)
const covered = `${xmlmd5.signatureText(members)}&key=${secret}`
const signature = xmlmd5.signXml(members, key)

/** The digest alone, of a text that is ready. */
function bare(): void {
  const found = hash('md5', covered, 'hex').toUpperCase()
  if (!timingSafeEqual(Buffer.from(found), Buffer.from(signature))) throw new Error('does not verify')
}

function ours(): unknown {
  const read = xmlmd5.parseXml(bytes)
  if (!xmlmd5.checkXmlSignature(read, key).ok) throw new Error('does not verify')
  return read
}

const tenpay = new TenPay({ appid, mchid, partnerKey: secret })

function withTenpay(): Promise<unknown> {
  return tenpay._parse(bytes.toString(), 'orderquery')
}

const transformer = new AxiosTransformer(mchid, createSecretKey(Buffer.from(secret)))

function withAxiosPlugin(): unknown {
  const request = { url: 'https://api.mch.weixin.qq.com/payinsurance/queryorder' }
  let value: unknown = bytes.toString()
  for (const transform of transformer.response) value = transform.call(request, value)
  if ((value as { appid?: string }).appid !== appid) throw new Error('does not verify')
  return value
}
