/** Whether keys, certificates and numbers are what they should be and belong together. Key material never leaves here. */
import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import { apiv3, callback, xmlmd5 } from '@chadan/protocol'

/** What is looked at; everything may be missing. Keys and certificates are PEM. */
export interface GivenKeys {
  readonly mchid?: string
  readonly serialNo?: string
  readonly privateKey?: string
  readonly certificate?: string
  readonly apiV3Key?: string
  readonly publicKeyId?: string
  readonly publicKey?: string
  readonly platformSerialNo?: string
  readonly platformCertificate?: string
  readonly payinsuranceKey?: string
  readonly wecom?: {
    readonly corpid?: string
    readonly corpsecret?: string
    readonly token?: string
    readonly encodingAesKey?: string
  }
}

/** What may be shown of a key. */
export type Facts = Readonly<Record<string, string | number>>

/** One thing that was looked at. */
export interface KeyFinding {
  /** What: `privateKey`, `privateKey and certificate`. */
  readonly name: string
  /** `note` is worth a look and breaks nothing. */
  readonly verdict: 'good' | 'bad' | 'note'
  readonly says: string
  readonly todo?: string
  readonly facts?: Facts
}

const dayMs = 86_400_000
const soonDays = 30

/** Looks at everything that was given, and at what belongs together. */
export function inspectKeys(given: GivenKeys, nowMs: number): KeyFinding[] {
  const findings: KeyFinding[] = []
  const read = <T>(
    name: string,
    value: string | undefined,
    reader: (text: string) => T,
    todo: string,
  ): T | undefined => {
    if (value === undefined || value === '') return undefined
    try {
      return reader(value)
    } catch (error) {
      // The readers' messages name what was found instead, never the content.
      findings.push(bad(name, error instanceof Error ? error.message : 'cannot be read', todo))
      return undefined
    }
  }
  const privateKey = read(
    'privateKey',
    given.privateKey,
    apiv3.readPrivateKey,
    'give apiclient_key.pem of the merchant',
  )
  const certificate = read(
    'certificate',
    given.certificate,
    apiv3.readCertificate,
    'give apiclient_cert.pem of the merchant',
  )
  const publicKey = read(
    'publicKey',
    given.publicKey,
    apiv3.readPublicKey,
    'give pub_key.pem as downloaded in the merchant console',
  )
  const platform = read(
    'platformCertificate',
    given.platformCertificate,
    apiv3.readCertificate,
    'give a platform certificate, or leave it out and let it be downloaded',
  )
  if (privateKey) findings.push(good('privateKey', describeKey(privateKey), factsOf(privateKey)))
  if (certificate) findings.push(...certificateFindings('certificate', certificate, nowMs))
  if (publicKey) findings.push(good('publicKey', describeKey(publicKey), factsOf(publicKey)))
  if (platform) findings.push(...certificateFindings('platformCertificate', platform, nowMs))
  findings.push(
    ...pairFindings(privateKey, certificate),
    ...serialFindings('serialNo', given.serialNo, certificate),
    ...serialFindings('platformSerialNo', given.platformSerialNo, platform),
    ...merchantFindings(given, certificate),
    ...strangerFindings({ privateKey, certificate, publicKey, platform }),
    ...publicKeyIdFindings(given),
    ...secretFindings(given),
    ...trustFindings(given),
  )
  return findings
}

const good = (name: string, says: string, facts?: Facts): KeyFinding => ({
  name,
  verdict: 'good',
  says,
  ...(facts && { facts }),
})
const bad = (name: string, says: string, todo: string): KeyFinding => ({ name, verdict: 'bad', says, todo })
const note = (name: string, says: string, todo: string): KeyFinding => ({ name, verdict: 'note', says, todo })

function describeKey(key: KeyObject): string {
  return `RSA, ${key.asymmetricKeyDetails?.modulusLength ?? 0} bits`
}

/** A digest of the public half: two keys are the same exactly when their digests are. */
function factsOf(key: KeyObject): Facts {
  return { bits: key.asymmetricKeyDetails?.modulusLength ?? 0, publicSha256: digestOf(key) }
}

function digestOf(key: KeyObject): string {
  const open = key.type === 'private' ? createPublicKey(key) : key
  return createHash('sha256')
    .update(open.export({ type: 'spki', format: 'der' }))
    .digest('hex')
}

const day = (ms: number): string => apiv3.formatTime(ms).slice(0, 10)

function certificateFindings(name: string, certificate: apiv3.Certificate, nowMs: number): KeyFinding[] {
  const { serialNo, validFromMs, validToMs, publicKey } = certificate
  const facts = { ...factsOf(publicKey), serialNo, validFrom: day(validFromMs), validTo: day(validToMs) }
  const left = Math.floor((validToMs - nowMs) / dayMs)
  const says = `serial ${serialNo}, ${describeKey(publicKey)}, valid ${day(validFromMs)} to ${day(validToMs)}`
  if (nowMs > validToMs)
    return [
      { ...bad(name, `${says}: expired`, 'apply for a new certificate in the merchant console'), facts },
    ]
  if (nowMs < validFromMs)
    return [{ ...bad(name, `${says}: not valid yet`, 'check the clock of this machine'), facts }]
  if (left < soonDays) return [{ ...note(name, `${says}: ${left} days left`, 'renew it in time'), facts }]
  return [good(name, says, facts)]
}

function pairFindings(
  privateKey: KeyObject | undefined,
  certificate: apiv3.Certificate | undefined,
): KeyFinding[] {
  if (!privateKey || !certificate) return []
  const name = 'privateKey and certificate'
  return digestOf(privateKey) === digestOf(certificate.publicKey)
    ? [good(name, 'are a pair')]
    : [
        bad(
          name,
          'are no pair: every signature would be refused (SIGN_ERROR)',
          'take both files from the same download',
        ),
      ]
}

function serialFindings(
  name: string,
  serial: string | undefined,
  certificate: apiv3.Certificate | undefined,
): KeyFinding[] {
  if (serial === undefined || serial === '') return []
  if (!certificate) {
    if (apiv3.isPublicKeyId(serial))
      return [bad(name, 'is a public key id', 'give the serial of a certificate')]
    return /^[0-9A-F]{40}$/.test(serial)
      ? [good(name, '40 hexadecimal digits')]
      : [
          bad(
            name,
            `${serial.length} characters, expected 40 of 0-9 and A-F`,
            'read it from the certificate: openssl x509 -noout -serial',
          ),
        ]
  }
  if (serial === certificate.serialNo) return [good(name, 'is that of the certificate')]
  if (serial.toUpperCase().padStart(40, '0') === certificate.serialNo)
    return [bad(name, 'is that of the certificate in another spelling', `write ${certificate.serialNo}`)]
  return [bad(name, 'is not that of the certificate', `the certificate has ${certificate.serialNo}`)]
}

function merchantFindings({ mchid }: GivenKeys, certificate: apiv3.Certificate | undefined): KeyFinding[] {
  if (mchid === undefined) return []
  if (!/^\d{8,10}$/.test(mchid))
    return [
      bad(
        'mchid',
        `${mchid.length} characters, expected 8 to 10 digits`,
        'give the merchant number (商户号)',
      ),
    ]
  const named = certificate && /^CN=(\d{8,10})$/m.exec(certificate.subject)?.[1]
  if (named !== undefined && named !== mchid)
    return [
      bad(
        'mchid',
        `the certificate is issued to ${named}`,
        'number, key and certificate belong to one merchant',
      ),
    ]
  return [good('mchid', named ? 'is that of the certificate' : `${mchid.length} digits`)]
}

/** The keys of the two sides are mixed up more often than anything else. */
function strangerFindings(keys: {
  privateKey: KeyObject | undefined
  certificate: apiv3.Certificate | undefined
  publicKey: KeyObject | undefined
  platform: apiv3.Certificate | undefined
}): KeyFinding[] {
  const own = [keys.privateKey, keys.certificate?.publicKey].flatMap((key) => (key ? [digestOf(key)] : []))
  const theirs: [string, KeyObject | undefined][] = [
    ['publicKey', keys.publicKey],
    ['platformCertificate', keys.platform?.publicKey],
  ]
  return theirs.flatMap(([name, key]) =>
    key && own.includes(digestOf(key))
      ? [
          bad(
            name,
            "is the merchant's own key, not WeChat Pay's: no answer would verify",
            'download it in the merchant console',
          ),
        ]
      : [],
  )
}

function publicKeyIdFindings({ publicKeyId, publicKey }: GivenKeys): KeyFinding[] {
  const name = 'publicKeyId'
  if (!publicKeyId && !publicKey) return []
  if (!publicKeyId)
    return [
      bad(
        name,
        'is missing beside publicKey',
        'give both: the id stands beside the key in the merchant console',
      ),
    ]
  try {
    apiv3.readPublicKeyId(publicKeyId)
  } catch (error) {
    return [
      bad(
        name,
        error instanceof Error ? error.message : 'cannot be read',
        'copy it from the merchant console, PUB_KEY_ID_ and digits',
      ),
    ]
  }
  return publicKey
    ? [good(name, 'PUB_KEY_ID_ and digits')]
    : [bad(name, 'stands without publicKey', 'give both: download pub_key.pem in the merchant console')]
}

function secretFindings({ apiV3Key, payinsuranceKey, wecom = {} }: GivenKeys): KeyFinding[] {
  const { corpid, corpsecret, token, encodingAesKey } = wecom
  return [
    ...formFinding('apiV3Key', apiV3Key, apiv3.readApiV3Key, '32 letters and digits'),
    ...formFinding(
      'payinsurance.key',
      payinsuranceKey,
      xmlmd5.readMchKey,
      'visible ASCII of the usual length',
    ),
    ...(payinsuranceKey && payinsuranceKey === apiV3Key
      ? [
          note(
            'payinsurance.key',
            'is the APIv3 key',
            "it should be the hospital's payinsurance key (支付密钥)",
          ),
        ]
      : []),
    ...formFinding(
      'wecom.corpid',
      corpid,
      expects(/^w[a-z][0-9A-Za-z]{10,30}$/, 'ww and letters or digits'),
      'a corp id',
    ),
    ...formFinding(
      'wecom.corpsecret',
      corpsecret,
      expects(/^[0-9A-Za-z_-]{32,64}$/, '43 letters, digits, - and _'),
      'letters and digits',
    ),
    ...formFinding(
      'wecom.token',
      token,
      expects(/^[0-9A-Za-z]{1,32}$/, '1 to 32 letters and digits'),
      '1 to 32 letters and digits',
    ),
    ...formFinding(
      'wecom.encodingAesKey',
      encodingAesKey,
      callback.readEncodingAesKey,
      '43 letters and digits',
    ),
  ]
}

function formFinding(
  name: string,
  value: string | undefined,
  reader: (text: string) => unknown,
  says: string,
): KeyFinding[] {
  if (value === undefined || value === '') return []
  try {
    const made = reader(value) as { warning?: string } | string
    return typeof made === 'object' && made.warning
      ? [note(name, made.warning, 'compare it with the console')]
      : [good(name, says)]
  } catch (error) {
    return [
      bad(name, error instanceof Error ? error.message : 'cannot be read', 'copy it again from the console'),
    ]
  }
}

function expects(form: RegExp, words: string): (text: string) => string {
  return (text) => {
    if (form.test(text)) return text
    const around = text !== text.trim() ? ' with blanks or line ends around' : ''
    throw new Error(`found ${text.length} characters${around}, expected ${words}`)
  }
}

function trustFindings({ privateKey, apiV3Key, publicKey, platformCertificate }: GivenKeys): KeyFinding[] {
  if (!privateKey || apiV3Key || publicKey || platformCertificate) return []
  return [
    note(
      'answers',
      'could not be verified with these keys',
      'give publicKeyId and publicKey, or apiV3Key to download certificates',
    ),
  ]
}
