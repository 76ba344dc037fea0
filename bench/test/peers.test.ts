/** Clients that others wrote, unchanged, against the simulator: what it says is not only understood by our own. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { openSimulator, type Simulator, virtualClock } from '@chadan/simulator'
import { serve } from 'chadan'

const require = createRequire(import.meta.url)
const { Aes, Formatter, Rsa, Wechatpay } = require('wechatpay-axios-plugin')
const Tenpay = require('tenpay')

interface Heard {
  readonly headers: Headers
  readonly body: string
}

/** A simulator on a socket; the peers sign with the machine's clock, so the world starts at its time. */
async function openServed(work: (sim: Simulator, heard: Heard[]) => Promise<void>): Promise<void> {
  const heard: Heard[] = []
  let fetch = async (_request: Request, _connection: object): Promise<Response> =>
    new Response(null, { status: 503 })
  const server = await serve((request, connection) => fetch(request, connection), { port: 0 })
  try {
    const sim = await openSimulator({
      clock: virtualClock(Date.now()),
      baseUrl: server.url,
      fetch: async (request) => {
        heard.push({ headers: request.headers, body: await request.text() })
        return new Response(null, { status: 204 })
      },
    })
    fetch = sim.fetch
    await work(sim, heard)
  } finally {
    await server.close()
  }
}

function combinedOrder(sim: Simulator) {
  const { apiv3 } = sim.credentials
  return {
    combine_appid: apiv3.appid,
    combine_mchid: apiv3.mchid,
    combine_out_trade_no: 'PEER20260317001',
    sub_orders: ['1690000202', '1690000203'].map((sub_mchid, index) => ({
      mchid: apiv3.mchid,
      sub_mchid,
      out_trade_no: `PEER20260317001_${index}`,
      description: '示例茶馆-龙井礼盒',
      attach: 'a',
      amount: { total_amount: 100 + index, currency: 'CNY' },
    })),
    combine_payer_info: { openid: apiv3.openid },
    notify_url: 'https://shop.example.cn/notify',
  }
}

test('wechatpay-axios-plugin places, hears and queries a combined order, and verifies every answer', async () => {
  await openServed(async (sim, heard) => {
    const { apiv3 } = sim.credentials
    const wxpay = new Wechatpay({
      mchid: apiv3.mchid,
      serial: apiv3.serialNo,
      privateKey: apiv3.privateKey,
      certs: { [apiv3.publicKeyId]: apiv3.publicKey, [apiv3.platformSerialNo]: apiv3.platformCertificate },
      baseURL: sim.credentials.baseUrl,
    })
    const placed = await wxpay.v3.combineTransactions.jsapi.post(combinedOrder(sim))
    await sim.pay(placed.data.prepay_id)
    await sim.advance(1000)

    const [notice] = heard
    assert.ok(notice)
    const header = (name: string) => notice.headers.get(`wechatpay-${name}`) ?? ''
    const text = Formatter.joinedByLineFeed(header('timestamp'), header('nonce'), notice.body)
    assert.ok(Rsa.verify(text, header('signature'), apiv3.platformCertificate))
    const { resource } = JSON.parse(notice.body)
    const plain = Aes.AesGcm.decrypt(
      resource.ciphertext,
      apiv3.apiV3Key,
      resource.nonce,
      resource.associated_data,
    )
    assert.equal(JSON.parse(plain).combine_out_trade_no, 'PEER20260317001')

    const asked = await wxpay
      .chain('v3/combine-transactions/out-trade-no/{combine_out_trade_no}')
      .get({ combine_out_trade_no: 'PEER20260317001' })
    assert.deepEqual(
      asked.data.sub_orders.map((sub: { trade_state: string }) => sub.trade_state),
      ['SUCCESS', 'SUCCESS'],
    )
    await assert.rejects(
      wxpay.v3.combineTransactions.outTradeNo._combine_out_trade_no_.get({
        combine_out_trade_no: 'NOBODY001',
      }),
      (error: { response: { status: number } }) => error.response.status === 404,
    )
  })
})

test('wechatpay-axios-plugin seals a patient’s name and digest, places, queries and refunds a mixed order', async () => {
  await openServed(async (sim) => {
    const { apiv3, payinsurance } = sim.credentials
    const wxpay = new Wechatpay({
      mchid: apiv3.mchid,
      serial: apiv3.serialNo,
      privateKey: apiv3.privateKey,
      certs: { [apiv3.publicKeyId]: apiv3.publicKey, [apiv3.platformSerialNo]: apiv3.platformCertificate },
      baseURL: sim.credentials.baseUrl,
    })
    const notify_url = 'https://shop.example.cn/notify'
    const out_trade_no = 'PEER_MI_1'
    const prepaid = await wxpay.v3.pay.partner.transactions.jsapi.post({
      sp_appid: apiv3.appid,
      sp_mchid: apiv3.mchid,
      sub_appid: apiv3.subAppid,
      sub_mchid: apiv3.subMchid,
      description: '门诊缴费',
      out_trade_no,
      notify_url,
      amount: { total: 5000, currency: 'CNY' },
      payer: { sub_openid: apiv3.subOpenid },
    })
    const patient = [...sim.world.payers.values()].find((one) => one.name === payinsurance.userName)
    assert.ok(patient?.idNumber)
    const digest = createHash('md5').update(patient.idNumber).digest('hex')
    const order = {
      mix_pay_type: 'CASH_AND_INSURANCE',
      order_type: 'DIAG_PAY',
      appid: apiv3.appid,
      sub_appid: apiv3.subAppid,
      sub_mchid: apiv3.subMchid,
      sub_openid: apiv3.subOpenid,
      payer: {
        name: Rsa.encrypt(payinsurance.userName, apiv3.publicKey),
        id_digest: Rsa.encrypt(digest, apiv3.publicKey),
        card_type: 'ID_CARD',
      },
      out_trade_no,
      serial_no: 'MZ_PEER_1',
      pay_order_id: 'ORD_PEER_1',
      pay_auth_no: 'AUTH_PEER_1',
      geo_location: '120.153576,30.287459',
      city_id: '330100',
      med_inst_name: '滨江示范医院',
      med_inst_no: 'H33010000917',
      med_ins_order_create_time: sim.world.time(),
      total_fee: 15400,
      med_ins_gov_fee: 6820,
      med_ins_self_fee: 3150,
      med_ins_other_fee: 430,
      med_ins_cash_fee: 5000,
      wechat_pay_cash_fee: 5000,
      callback_url: notify_url,
      prepay_id: prepaid.data.prepay_id,
    }
    const placeWith = (body: object) =>
      wxpay.chain('v3/med-ins/orders').post(body, { headers: { 'Wechatpay-Serial': apiv3.publicKeyId } })
    const unsealed = { ...order, payer: { ...order.payer, name: payinsurance.userName } }
    await assert.rejects(placeWith(unsealed), (error: { response: { status: number } }) => {
      return error.response.status === 400
    })
    await placeWith(order)
    await sim.pay(out_trade_no)
    await sim.advance(5000)
    const asked = await wxpay
      .chain('v3/med-ins/orders/out-trade-no/{out_trade_no}')
      .get({ params: { sub_mchid: apiv3.subMchid }, out_trade_no })
    assert.equal(asked.data.mix_pay_status, 'MIX_PAY_SUCCESS')

    await wxpay.v3.refund.domestic.refunds.post({
      sub_mchid: apiv3.subMchid,
      out_trade_no,
      out_refund_no: `R${out_trade_no}`,
      notify_url,
      amount: { refund: 5000, total: 5000, currency: 'CNY' },
    })
    await sim.advance(5000)
    const refund = await wxpay
      .chain('v3/refund/domestic/refunds/{out_refund_no}')
      .get({ params: { sub_mchid: apiv3.subMchid }, out_refund_no: `R${out_trade_no}` })
    assert.equal(refund.data.status, 'SUCCESS')
  })
})

test('wechatpay-axios-plugin refuses an answer whose signature was spoilt', async () => {
  await openServed(async (sim) => {
    const { apiv3 } = sim.credentials
    const wxpay = new Wechatpay({
      mchid: apiv3.mchid,
      serial: apiv3.serialNo,
      privateKey: apiv3.privateKey,
      certs: { [apiv3.platformSerialNo]: apiv3.platformCertificate },
      baseURL: sim.credentials.baseUrl,
    })
    sim.faults.next('combine.createJsapi', 'wrongSignature')
    await assert.rejects(wxpay.v3.combineTransactions.jsapi.post(combinedOrder(sim)))
  })
})

test('tenpay signs a query of payinsurance, verifies its answer, and verifies the notice', async () => {
  await openServed(async (sim, heard) => {
    const own = sim.credentials.payinsurance
    const { baseUrl } = sim.credentials
    const token = await (
      await fetch(
        `${baseUrl}/payinsurance/gettoken?grant_type=client_credential&agentappid=${own.agentAppid}&agentsecret=${own.agentSecret}&appid=${own.subAppid}`,
      )
    ).text()
    const accessToken = /<access_token><!\[CDATA\[(.+?)\]\]>/.exec(token)?.[1]
    assert.ok(accessToken)
    const tenpay = new Tenpay({
      appid: own.appid,
      mchid: own.mchId,
      partnerKey: own.key,
      notify_url: 'https://shop.example.cn/notify',
    })
    for (const name of ['unifiedorder', 'queryorder'])
      tenpay.urls[name] = `${baseUrl}/payinsurance/${name}?access_token=${accessToken}`
    const ids = { appid: own.appid, mch_id: own.mchId, sub_appid: own.subAppid, sub_mch_id: own.subMchId }
    const placed = await tenpay._request(
      {
        ...ids,
        order_type: 'RegPay',
        sub_openid: own.openid,
        hosp_out_trade_no: 'PEER_PI_1',
        hospital_name: '滨江示范医院',
        nonce_str: 'n01demoNonce0Legacy0Example00000',
        total_fee: '13000',
        cash_fee: '4000',
        insurance_fee: '9000',
        allow_fee_change: '1',
        spbill_create_ip: '203.0.113.24',
        notify_url: 'https://shop.example.cn/notify',
        body: '挂号',
        return_url: 'https://shop.example.cn/back',
        pay_type: '3',
        user_card_type: '1',
        user_card_no: own.userCardNo,
        user_name: own.userName,
        serial_no: 'HIS1',
        org_no: 'H1',
        gmt_out_create: '20260317100000',
        request_content: JSON.stringify({
          session_id: 'S1',
          bka001: '1',
          aae011: '1',
          bka015: 'a',
          bka964: 'b',
        }),
        bill_no: 'B1',
      },
      'unifiedorder',
    )
    await sim.pay(placed.med_trans_id)
    await sim.advance(60_000)
    const ctx = {
      request: { body: heard[0]?.body, weixin: undefined as unknown as { hosp_out_trade_no: string } },
      body: '',
    }
    await tenpay.middleware('pay')(ctx, async () => {})
    assert.equal(ctx.request.weixin?.hosp_out_trade_no, 'PEER_PI_1')
    const asked = await tenpay._request(
      { ...ids, hosp_out_trade_no: 'PEER_PI_1', nonce_str: 'n02demoNonce0Legacy0Example00000' },
      'queryorder',
    )
    assert.equal(asked.med_trade_state, 'SUCCESS')
  })
})
