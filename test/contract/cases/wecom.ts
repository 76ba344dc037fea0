/** External payment of WeCom: every way to be refused. */
import { operations } from '@chadan/protocol'
import {
  type Call,
  type ErrorCases,
  forge,
  merchant,
  type Provoke,
  type Ways,
  withMembers,
} from '../provoking.ts'
import type { Stage } from '../stage.ts'
import { shopOrder, shopRefund } from './orders.ts'

const out_trade_no = 'WC0001'
const out_refund_no = 'RWC0001'
const other = '1640099999'

const key = ({ given }: Stage, more: object = {}) => ({ mchid: given.wecom.mchid, ...more })
const image = (name: string, size: number) => ({
  media: { name, type: 'image/png', bytes: new Uint8Array(size) },
})

/** An application whose pictures are known or not. */
export const application = (id: string, more: object = {}) => ({
  out_request_no: 'AP0001',
  organization_type: 1 as const,
  business_license_info: {
    business_license_copy_open_wx_pay_media_id: id,
    business_license_number: '92440300MA5EXAMP1L',
    merchant_name: '林家茶馆',
    legal_person: '林月',
  },
  merchant_short_name: '林家茶',
  id_card_info: {
    id_card_copy_open_wx_pay_media_id: id,
    id_card_name: '林月',
    id_card_number: '44030119900307002X',
    id_card_valid_time_begin: '2019-05-01',
    id_card_valid_time: '长期',
  },
  contact_info: {
    contact_type: '65' as const,
    contact_info: { id_card_name: '林月', id_card_number: '44030119900307002X' },
    mobile_phone: '13800001234',
    contact_email: 'pay@lintea.example',
  },
  account_info: {
    bank_account_type: 75 as const,
    account_bank: '示例银行',
    account_name: '林月',
    bank_address_code: '440300',
    account_number: '6200000000001234567',
  },
  sales_scene_info: { type: 2 as const, store_url: 'https://shop.lintea.example' },
  business_id: 1,
  qualifications: { id: [id] },
  userid: 'LinYue',
  ...more,
})

/** A picture that can be applied with. */
export async function picture({ wx }: Stage): Promise<string> {
  return (await wx.wecom.uploadImage(image('a.png', 50))).open_wx_pay_media_id
}

interface Subject {
  readonly id: string
  readonly input: (stage: Stage) => object
  readonly call: Call
}

/** Parameters that are empty, of the wrong kind, not as required, or of a merchant that is not the corp's. */
const parameters = ({ id, input, call }: Subject, empty: object, wrong: object): Ways => ({
  '40063': (stage) => forge(stage, id, input(stage), withMembers(empty)),
  '40058': (stage) => forge(stage, id, input(stage), withMembers(wrong)),
  '301002': (stage) => call(stage, { mchid: other }),
})

const createOrder: Subject = {
  id: 'wecom.createOrder',
  input: (stage) => shopOrder(stage),
  call: (stage, more) => stage.wx.wecom.createOrder(shopOrder(stage, more)),
}
const getOrder: Subject = {
  id: 'wecom.getOrder',
  input: (stage) => key(stage, { out_trade_no }),
  call: (stage, more) => stage.wx.wecom.getOrder({ ...key(stage), out_trade_no, ...more }),
}
const closeOrder: Subject = {
  id: 'wecom.closeOrder',
  input: (stage) => key(stage, { out_trade_no }),
  call: (stage, more) => stage.wx.wecom.closeOrder({ ...key(stage), out_trade_no, ...more }),
}
const refund: Subject = {
  id: 'wecom.refund',
  input: (stage) => shopRefund(stage),
  call: (stage, more) => stage.wx.wecom.refund(shopRefund(stage, more)),
}
const refundDetail: Subject = {
  id: 'wecom.getRefundDetail',
  input: (stage) => key(stage, { out_refund_no }),
  call: (stage, more) => stage.wx.wecom.getRefundDetail({ ...key(stage), out_refund_no, ...more }),
}
const bill: Subject = {
  id: 'wecom.getBill',
  input: (stage) => key(stage, { bill_date: '2026-03-16' }),
  call: (stage, more) => stage.wx.wecom.getBill({ ...key(stage), bill_date: '2026-03-16', ...more }),
}
const sign = {
  id: 'wecom.getSign',
  input: ({ given }: Stage, more: object = {}) => ({
    appid: given.wecom.appid,
    prepay_id: 'wx0',
    nonce: 'r8Kd2Lm5',
    timestamp: 1773818310,
    ...more,
  }),
}

const gettoken =
  (more: object): Provoke =>
  (stage) => {
    const { corpid, corpsecret } = stage.given.wecom
    return forge(
      stage,
      'wecom.getToken',
      { corpid, corpsecret },
      {
        target: (target) => {
          const [path, search] = target.split('?')
          const query = new URLSearchParams({ ...Object.fromEntries(new URLSearchParams(search)), ...more })
          for (const [name, value] of [...query]) if (value === '') query.delete(name)
          return `${path}?${query}`
        },
      },
    )
  }

/** Uploads what the client's own checks would refuse: the multipart body is made anew. */
const forgedUpload =
  (name: string, size: number): Provoke =>
  async (stage) => {
    const form = new FormData()
    form.set('media', new Blob([new Uint8Array(size)], { type: 'image/png' }), name)
    const made = new Response(form)
    const prepared = await stage.wx.prepare(operations.wecom.uploadImage, image('a.png', 50))
    const contentType = made.headers.get('content-type') ?? ''
    return stage.wx.send({ ...prepared, contentType, body: await made.bytes() })
  }

/** What is limited to the calls of a file: no parameter of it can be empty or wrong. */
const applying = (more: object): Provoke => {
  return async (stage) => forge(stage, 'wecom.applyMch', application(await picture(stage)), withMembers(more))
}

export const wecomErrors: ErrorCases = {
  'wecom.getToken': {
    '40001': gettoken({ corpsecret: 'x'.repeat(43) }),
    '40013': gettoken({ corpid: 'ww0' }),
    '40091': gettoken({ corpsecret: 'short' }),
    '41004': gettoken({ corpsecret: '' }),
    '45009': async (stage) => {
      stage.sim.changeSwitches({ wecom: { failedTokensPerHour: 0 } })
      await gettoken({ corpsecret: 'x'.repeat(43) })(stage).catch(() => {})
      return gettoken({})(stage)
    },
    '45033': (stage) => {
      stage.sim.faults.next('wecom.getToken', 'tooMany', { code: '45033' })
      return gettoken({})(stage)
    },
    '50003': (stage) => {
      const { corpid, corpsecret } = stage.given.wecom
      merchant(stage, corpid).extra.apps = [{ agentid: '1000002', corpsecret, disabled: true }]
      return gettoken({})(stage)
    },
  },
  'wecom.uploadImage': {
    '40004': forgedUpload('a.gif', 50),
    '40006': forgedUpload('a.png', 4),
    '40009': forgedUpload('a.bmp', 2 * 1024 * 1024 + 1),
    '44001': forgedUpload('a.png', 0),
  },
  'wecom.applyMch': {
    '40007': (stage) => stage.wx.wecom.applyMch(application('MX_unknown')),
    '40058': async (stage) => {
      const given = application(await picture(stage))
      await stage.wx.wecom.applyMch(given)
      return stage.wx.wecom.applyMch({ ...given, userid: 'Other' })
    },
    '40063': applying({ merchant_short_name: undefined }),
  },
  'wecom.getApplymentStatus': {
    '40058': (stage) => stage.wx.wecom.getApplymentStatus({ out_request_no: 'AP9' }),
    '40063': (stage) =>
      forge(
        stage,
        'wecom.getApplymentStatus',
        { out_request_no: 'AP9' },
        withMembers({ out_request_no: '' }),
      ),
  },
  'wecom.createOrder': {
    ...parameters(createOrder, { description: '' }, { out_trade_no: 'WC' }),
    '40073': (stage) => createOrder.call(stage, { payer: { openid: 'oNobody' } }),
  },
  'wecom.getOrder': {
    ...parameters(getOrder, { out_trade_no: '' }, { out_trade_no: 'WC' }),
    '720501': getOrder.call,
  },
  'wecom.closeOrder': {
    ...parameters(closeOrder, { out_trade_no: '' }, { out_trade_no: 'WC' }),
    '40058': async (stage) => {
      await createOrder.call(stage)
      return closeOrder.call(stage)
    },
    '720501': closeOrder.call,
  },
  'wecom.getSign': {
    '40058': (stage) => stage.wx.wecom.getSign(sign.input(stage)),
    '40063': (stage) => forge(stage, sign.id, sign.input(stage), withMembers({ nonce: '' })),
  },
  'wecom.refund': {
    ...parameters(refund, { out_refund_no: '' }, { out_refund_no: '#' }),
    '40058': async (stage) => {
      await createOrder.call(stage)
      return refund.call(stage)
    },
    '720501': refund.call,
  },
  'wecom.getRefundDetail': {
    ...parameters(refundDetail, { out_refund_no: '' }, { out_refund_no: '#' }),
    '720501': refundDetail.call,
  },
  'wecom.getBill': {
    ...parameters(bill, { bill_date: '' }, { bill_date: 'never' }),
    '40058': (stage) => bill.call(stage),
  },
}
