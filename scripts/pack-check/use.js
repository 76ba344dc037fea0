/** One call over a socket, as a user of the packages in plain JavaScript makes it. */
import assert from 'node:assert/strict'
import { createSign, generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'

/** Queries an order at a server that signs as the platform does, then meets one that signs wrongly. */
export async function use({ client, protocol, described }) {
  const merchant = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const platform = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const answer = JSON.stringify({ out_trade_no: 'pack0001', trade_state: 'NOTPAY' })
  let signed = answer
  const server = createServer((_request, response) => {
    response.writeHead(200, headersFor(signed, platform.privateKey)).end(answer)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const wx = new client.WechatPay({
      mchid: '1900000001',
      serialNo: '1'.repeat(40),
      privateKey: pem(merchant.privateKey, 'pkcs8'),
      publicKeyId: 'PUB_KEY_ID_0100000000000000000000000000000001',
      publicKey: pem(platform.publicKey, 'spki'),
      mode: 'direct',
      baseUrl: `http://127.0.0.1:${server.address().port}`,
    })
    const input = { mchid: '1900000001', out_trade_no: 'pack0001' }
    const order = await wx.cash.queryByOutTradeNo(input)
    assert.equal(order.trade_state, 'NOTPAY')
    signed = `${answer} `
    await assert.rejects(wx.cash.queryByOutTradeNo(input), client.Distrusted)
    await assert.rejects(wx.cash.queryByOutTradeNo({ ...input, out_trade_no: '' }), client.InputError)
  } finally {
    server.close()
    server.closeAllConnections()
  }
  const [spoken, silent] = [described, protocol].map((one) => one.operations.cash.queryByOutTradeNo.title)
  assert.ok(spoken)
  assert.equal(silent, '')
}

function headersFor(body, key) {
  const timestamp = String(Math.floor(Date.now() / 1000))
  const signature = createSign('sha256').update(`${timestamp}\nnonce\n${body}\n`).sign(key, 'base64')
  return {
    'Wechatpay-Timestamp': timestamp,
    'Wechatpay-Nonce': 'nonce',
    'Wechatpay-Serial': 'PUB_KEY_ID_0100000000000000000000000000000001',
    'Wechatpay-Signature': signature,
    'Content-Type': 'application/json',
  }
}

function pem(key, type) {
  return key.export({ type, format: 'pem' })
}
