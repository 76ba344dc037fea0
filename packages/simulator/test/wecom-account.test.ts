import assert from 'node:assert/strict'
import { test } from 'node:test'
import { check, operations } from '@chadan/protocol'
import { ActionRefused } from '../src/index.ts'
import { openWecomBench, orderOf, type WecomBench } from './wecom-bench.ts'

const { wecom } = operations
const day = 24 * 3600_000

function upload(bench: WecomBench, name: string, size: number, more = {}) {
  const form = new FormData()
  form.set('anything', new Blob([new Uint8Array(size)], { type: 'image/png' }), name)
  return bench.call(wecom.uploadImage, undefined, { form, ...more })
}

async function picture(bench: WecomBench): Promise<string> {
  return (await upload(bench, 'a.png', 50)).body.open_wx_pay_media_id
}

async function application(bench: WecomBench, out_request_no: string, media?: string) {
  const id = media ?? (await picture(bench))
  return {
    out_request_no,
    organization_type: 1,
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
      contact_type: '65',
      contact_info: { id_card_name: '林月', id_card_number: '44030119900307002X' },
      mobile_phone: '13800001234',
      contact_email: 'pay@lintea.example',
    },
    account_info: {
      bank_account_type: 75,
      account_bank: '示例银行',
      account_name: '林月',
      bank_address_code: '440300',
      account_number: '6200000000001234567',
    },
    sales_scene_info: { type: 2, store_url: 'https://shop.lintea.example' },
    business_id: 1,
    qualifications: { id: [id] },
    userid: 'LinYue',
  }
}

const event = (bench: WecomBench, key: string, name: string, details = {}) =>
  bench.sim.act(key, { action: 'event', name: `application:${name}`, details })

async function status(bench: WecomBench, out_request_no: string) {
  const { body } = await bench.call(wecom.getApplymentStatus, { out_request_no })
  const { errcode: _code, errmsg: _text, ...rest } = body
  const { fields, rules } = wecom.getApplymentStatus.result
  assert.deepEqual(check(fields, rules, rest), [])
  return body
}

test('pictures are refused when empty, too small, too large or of another kind', async () => {
  const bench = await openWecomBench()
  const code = async (name: string, size: number) => (await upload(bench, name, size)).body.errcode
  assert.equal(await code('a.png', 0), 44001)
  assert.equal(await code('a.png', 4), 40006)
  assert.equal(await code('a.gif', 50), 40004)
  assert.equal(await code('a.JPEG', 2 * 1024 * 1024), 0)
  assert.equal(await code('a.bmp', 2 * 1024 * 1024 + 1), 40009)
  assert.equal(await bench.code(wecom.uploadImage, undefined, { raw: 'no form' }), '44001')
})

test('an application goes its way to a merchant number that takes orders', async () => {
  const bench = await openWecomBench()
  assert.equal(await bench.code(wecom.applyMch, await application(bench, 'AP1')), '0')
  const first = await status(bench, 'AP1')
  assert.deepEqual(
    [first.status.applyment_state, first.status.sign_state, first.apply_state, first.real_sign_state],
    ['CHECKING', 'NOT_SIGNABLE', 0, 0],
  )
  await event(bench, 'AP1', 'next')
  const verify = await status(bench, 'AP1')
  assert.equal(verify.status.applyment_state, 'ACCOUNT_NEED_VERIFY')
  assert.equal(verify.status.account_validation, undefined)
  assert.match(verify.status.legal_validation_url, /^https:/)
  await event(bench, 'AP1', 'next')
  assert.deepEqual((await status(bench, 'AP1')).apply_state, 1)
  await event(bench, 'AP1', 'next')
  const toSign = await status(bench, 'AP1')
  assert.deepEqual([toSign.status.applyment_state, toSign.apply_state], ['NEED_SIGN', 6])
  assert.match(toSign.status.sign_url, /AP1/)
  await event(bench, 'AP1', 'sign')
  const done = await status(bench, 'AP1')
  assert.deepEqual(
    [done.status.applyment_state, done.status.sign_state, done.apply_state, done.real_sign_state],
    ['FINISH', 'SIGNED', 2, 2],
  )
  const order = { ...orderOf(bench.sim, 'WC000001'), mchid: done.status.sub_mchid }
  assert.equal(await bench.code(wecom.createOrder, order), '0')
})

test('whoever signs early is shown the transfer that verifies the account', async () => {
  const bench = await openWecomBench()
  await bench.call(wecom.applyMch, await application(bench, 'AP1'))
  await assert.rejects(event(bench, 'AP1', 'sign'), ActionRefused)
  await event(bench, 'AP1', 'next')
  await event(bench, 'AP1', 'sign')
  const { status: shown, real_sign_state } = await status(bench, 'AP1')
  assert.equal(real_sign_state, 2)
  assert.equal(shown.account_validation.account_name, '林月')
  await event(bench, 'AP1', 'next')
  await event(bench, 'AP1', 'next')
  assert.equal((await status(bench, 'AP1')).status.applyment_state, 'FINISH')
})

test('an application can be rejected, frozen and withdrawn, with the reason where there is one', async () => {
  const bench = await openWecomBench()
  for (const [number, name, shown, applyState] of [
    ['AP1', 'reject', 'REJECTED', 4],
    ['AP2', 'cancel', 'CANCELED', 3],
  ] as const) {
    await bench.call(wecom.applyMch, await application(bench, number))
    await event(bench, number, name, { reason: '照片模糊' })
    const body = await status(bench, number)
    assert.deepEqual([body.status.applyment_state, body.apply_state], [shown, applyState])
    assert.equal(body.reject_reason, name === 'reject' ? '照片模糊' : undefined)
  }
  await bench.call(wecom.applyMch, await application(bench, 'AP3'))
  await event(bench, 'AP3', 'next')
  await event(bench, 'AP3', 'freeze')
  const frozen = await status(bench, 'AP3')
  assert.equal(frozen.status.applyment_state, 'FROZEN')
  assert.equal(frozen.status.audit_detail.length, 1)
  await assert.rejects(event(bench, 'AP3', 'next'), ActionRefused)
})

test('pictures die after thirty days, with their last application, and belong to one app', async () => {
  const bench = await openWecomBench()
  const media = await picture(bench)
  const { corpid, corpsecret } = bench.sim.credentials.wecom
  const code = async (number: string, id: string, more = {}) =>
    bench.code(wecom.applyMch, await application(bench, number, id), more)
  assert.equal(await code('AP1', 'MX_unknown'), '40007')
  assert.equal(await code('AP1', media), '0')
  assert.equal(await code('AP2', media), '0')
  await event(bench, 'AP1', 'cancel')
  assert.equal(await code('AP3', media), '0')
  for (const number of ['AP2', 'AP3']) await event(bench, number, 'cancel')
  assert.equal(await code('AP4', media), '40007')

  const other = await picture(bench)
  const corp = bench.sim.world.merchants.get(corpid)
  assert.ok(corp)
  corp.extra.apps = [
    { agentid: '1000002', corpsecret },
    { agentid: '1000003', corpsecret: 'y'.repeat(43) },
  ]
  const query = { corpid, corpsecret: 'y'.repeat(43) }
  const token = (await bench.call(wecom.getToken, query)).body.access_token
  assert.equal(await code('AP4', other, { token }), '40007')
  assert.equal(await bench.code(wecom.getApplymentStatus, { out_request_no: 'AP1' }, { token }), '40058')
  await bench.sim.advance(30 * day + 1)
  assert.equal(await code('AP4', other), '40007')
})

test('a number stands for one application, and members and corps have their limits', async () => {
  const switches = { wecom: { merchantsPerMember: 1, merchantsPerCorp: 2 } }
  const bench = await openWecomBench({ switches })
  const code = async (number: string, userid: string) =>
    bench.code(wecom.applyMch, { ...(await application(bench, number)), userid })
  assert.equal(await code('AP1', 'A'), '0')
  assert.equal(await code('AP1', 'B'), '40058')
  assert.equal(await code('AP2', 'A'), '40058')
  assert.equal(await code('AP2', 'B'), '0')
  assert.equal(await code('AP3', 'C'), '40058')
  await event(bench, 'AP1', 'reject')
  assert.equal(await code('AP3', 'A'), '0')
  assert.equal(await bench.code(wecom.getApplymentStatus, { out_request_no: 'AP9' }), '40058')
})
