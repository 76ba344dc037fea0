/** The people and merchants a simulated world starts with, and what a client needs to be one of them. */
import { apiv3, idcard } from '@chadan/protocol'
import { type KeySource, makeCertificate, publicPem } from './platform.ts'
import type { Merchant, OpenWorld } from './world.ts'

/** What `chadan simulate --credentials FILE` writes. */
export interface Credentials {
  readonly baseUrl: string
  readonly controlUrl: string
  readonly apiv3: {
    readonly mchid: string
    readonly serialNo: string
    /** PEM. */
    readonly privateKey: string
    /** PEM. */
    readonly certificate: string
    readonly apiV3Key: string
    readonly publicKeyId: string
    /** PEM. */
    readonly publicKey: string
    readonly platformSerialNo: string
    /** PEM. */
    readonly platformCertificate: string
    readonly appid: string
    readonly openid: string
    readonly subMchid: string
    readonly subAppid: string
    readonly subOpenid: string
  }
  readonly payscore: { readonly serviceId: string; readonly currency: string }
  readonly payinsurance: {
    readonly appid: string
    readonly mchId: string
    readonly subAppid: string
    readonly subMchId: string
    readonly key: string
    readonly agentAppid: string
    readonly agentSecret: string
    readonly openid: string
    readonly userName: string
    /** What a client sends as `user_card_no` and `idcard_md5`: the digest of the payer's id number, not the number. */
    readonly userCardNo: string
  }
  readonly wecom: {
    readonly corpid: string
    readonly corpsecret: string
    readonly mchid: string
    readonly appid: string
    readonly openid: string
    readonly token: string
    readonly encodingAesKey: string
  }
}

const day = 24 * 3600_000
/** The id number of the payer in the world: invented, with a right check character. */
const idNumber = '110101199003072316'
const kept = 'world.credentials'

/** Furnishes an empty world; a world from a snapshot is left as it is. */
export async function furnish(world: OpenWorld, keys: KeySource): Promise<Credentials> {
  const before = world.table<Credentials>(kept).get('all')
  if (before) return { ...before, ...addresses(world) }
  const { draw } = world
  const now = world.clock.now()
  const validity = { validFromMs: now - 30 * day, validToMs: now + 5 * 365 * day }

  const merchantKey = keys()
  const serialNo = `3${draw.hex(39).toUpperCase()}`
  const mchid = '1688000101'
  const certificate = await makeCertificate({
    privateKey: merchantKey,
    serialNo,
    subject: `C=CN, O=${mchid}, CN=${mchid}`,
    ...validity,
  })
  const platformKey = keys()
  const platformSerialNo = `4${draw.hex(39).toUpperCase()}`
  const platformCertificate = await makeCertificate({
    privateKey: platformKey,
    serialNo: platformSerialNo,
    subject: 'C=CN, O=Tenpay.com, CN=Tenpay.com sign',
    ...validity,
  })
  world.platformCertificates.set(platformSerialNo, {
    serialNo: platformSerialNo,
    certificate: platformCertificate,
    privateKey: platformKey,
    effectiveMs: validity.validFromMs,
    expireMs: validity.validToMs,
    signsFromMs: validity.validFromMs,
  })
  const publicKeyPrivate = keys()
  const publicKeyId = `PUB_KEY_ID_0${mchid}${apiv3.formatTime(now).slice(0, 10).replaceAll('-', '')}001819${draw.digits(3)}`
  const publicKey = publicPem(publicKeyPrivate)
  world.platformPublicKeys.set(publicKeyId, { id: publicKeyId, privateKey: publicKeyPrivate, publicKey })

  const credentials: Credentials = {
    ...addresses(world),
    apiv3: {
      mchid,
      serialNo,
      privateKey: merchantKey,
      certificate,
      apiV3Key: draw.text(32),
      publicKeyId,
      publicKey,
      platformSerialNo,
      platformCertificate,
      appid: `wx${draw.hex(16)}`,
      openid: `o${draw.text(27)}`,
      subMchid: '1690000201',
      subAppid: `wx${draw.hex(16)}`,
      subOpenid: `o${draw.text(27)}`,
    },
    payscore: { serviceId: '00004000000000174209551136824512', currency: 'HKD' },
    payinsurance: {
      appid: `wx${draw.hex(16)}`,
      mchId: '1230000301',
      subAppid: `wx${draw.hex(16)}`,
      subMchId: '1230000302',
      key: draw.text(32),
      agentAppid: '',
      agentSecret: draw.hex(32),
      openid: `o${draw.text(27)}`,
      userName: '张三',
      userCardNo: idcard.idDigest(idNumber),
    },
    wecom: {
      corpid: `ww${draw.hex(16)}`,
      corpsecret: draw.text(43),
      mchid: '1640012345',
      appid: `wx${draw.hex(16)}`,
      openid: `o${draw.text(27)}`,
      token: draw.text(24),
      encodingAesKey: draw.text(43),
    },
  }
  // The platform account that orders for the hospital is the agent of the token calls.
  const complete = {
    ...credentials,
    payinsurance: { ...credentials.payinsurance, agentAppid: credentials.payinsurance.appid },
  }
  settle(world, complete, validity)
  world.table<Credentials>(kept).set('all', complete)
  return complete
}

function addresses(world: OpenWorld): Pick<Credentials, 'baseUrl' | 'controlUrl'> {
  return { baseUrl: world.baseUrl, controlUrl: `${world.baseUrl}/_simulator` }
}

/** Puts merchants and payers into the world. */
function settle(
  world: OpenWorld,
  given: Credentials,
  validity: { validFromMs: number; validToMs: number },
): void {
  const add = (merchant: Partial<Merchant> & Pick<Merchant, 'mchid' | 'name' | 'role'>) =>
    world.merchants.set(merchant.mchid, {
      certificates: [],
      appids: [],
      subs: [],
      permissions: ['*'],
      keyMode: 'cert',
      publicKeyId: '',
      extra: {},
      ...merchant,
    })
  const { apiv3: v3, payinsurance, wecom } = given
  const mini = `wx${world.draw.hex(16)}`
  add({
    mchid: v3.mchid,
    name: '示例服务商',
    role: 'partner',
    apiV3Key: v3.apiV3Key,
    certificates: [{ serialNo: v3.serialNo, certificate: v3.certificate, ...validity }],
    appids: [v3.appid],
    subs: [v3.subMchid, '1690000202', '1690000203'],
    publicKeyId: v3.publicKeyId,
    extra: { serviceId: given.payscore.serviceId, currency: given.payscore.currency },
  })
  add({ mchid: v3.subMchid, name: '滨江示范医院', role: 'sub', appids: [v3.subAppid] })
  add({ mchid: '1690000202', name: '示例茶馆', role: 'sub', appids: [v3.subAppid] })
  add({ mchid: '1690000203', name: '示例书店', role: 'sub', appids: [v3.subAppid] })
  add({
    mchid: payinsurance.mchId,
    name: '示例代理平台',
    role: 'partner',
    appids: [payinsurance.appid],
    subs: [payinsurance.subMchId],
    // With the key it may also order for itself, in independent mode.
    extra: { appSecret: payinsurance.agentSecret, key: payinsurance.key },
  })
  add({
    mchid: payinsurance.subMchId,
    name: '滨江示范医院（一代）',
    role: 'sub',
    appids: [payinsurance.subAppid, mini],
    extra: { key: payinsurance.key, appSecret: world.draw.hex(32), miniAppids: [mini] },
  })
  add({
    mchid: wecom.corpid,
    name: '示例企业',
    role: 'corp',
    subs: [wecom.mchid],
    extra: { corpsecret: wecom.corpsecret, token: wecom.token, encodingAesKey: wecom.encodingAesKey },
  })
  add({ mchid: wecom.mchid, name: '示例企业的小店', role: 'sub', appids: [wecom.appid] })
  world.payers.set('P1', {
    id: 'P1',
    name: payinsurance.userName,
    idNumber,
    openids: {
      [v3.appid]: v3.openid,
      [v3.subAppid]: v3.subOpenid,
      [payinsurance.appid]: payinsurance.openid,
      [payinsurance.subAppid]: payinsurance.openid,
      [mini]: payinsurance.openid,
      [wecom.appid]: wecom.openid,
    },
  })
}
