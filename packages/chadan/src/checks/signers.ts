/** Whether each signer's keys are right, WeChat Pay knows it, and the clocks agree. */
import { Distrusted, Lost, Refused } from '@chadan/client'
import { type Config, openSigner, readMaterial, type SignerShape, secretReader } from '@chadan/gateway'
import { inspectKeys } from '../diagnosis/index.ts'
import type { Skews } from '../skews.ts'
import { type Finding, findingsOf } from './finding.ts'

const keys = findingsOf('keys')
const clocks = findingsOf('clock')
const reach = findingsOf('WeChat Pay')

/** What these checks lean on. */
export type CheckDoors = Parameters<typeof openSigner>[2]

/** The form of every key, its age, and which belong together. */
export async function checkKeys(config: Config, doors: CheckDoors): Promise<Finding[]> {
  const findings: Finding[] = []
  const reader = secretReader(doors.secrets, config.folder)
  for (const { shape } of config.signers) {
    const { options } = await readMaterial(
      shape,
      reader,
      { simulator: config.simulator },
      doors.signers?.[shape.id],
    )
    const { payinsurance, wecom, platformCertificates = [], ...rest } = options
    const looked = inspectKeys(
      {
        ...rest,
        ...(platformCertificates[0] !== undefined && { platformCertificate: platformCertificates[0] }),
        ...(payinsurance && { payinsuranceKey: payinsurance.key }),
        ...(wecom && { wecom }),
      },
      doors.clock.now(),
    )
    const troubled = looked.filter(({ verdict }) => verdict !== 'good')
    for (const { name, verdict, says, todo = '' } of troubled)
      findings.push({ area: 'keys', name: `${shape.id} ${name}`, verdict, says, todo })
    if (troubled.length === 0) {
      const mode = shape.publicKey ? 'public key mode' : shape.mchid ? 'platform certificates' : ''
      const names = looked.map(({ name }) => name).join(', ')
      findings.push(
        keys.good(shape.id, `${names}: all of the right form${mode && `; answers are verified by ${mode}`}`),
      )
    }
  }
  return findings
}

/** What the answers said of the time. */
export function checkSkews(found: Skews['found']): Finding[] {
  if (found.size === 0)
    return [
      clocks.note(
        'this machine',
        'nobody answered with a time',
        'make sure that this machine keeps time (NTP)',
      ),
    ]
  return [...found].map(([host, skewMs]) => {
    const seconds = Math.round(Math.abs(skewMs) / 1000)
    const says = `${seconds} s ${skewMs > 0 ? 'behind' : 'ahead of'} ${host}`
    if (seconds > 60)
      return clocks.bad(
        'this machine',
        says,
        'set the clock (NTP): beyond 300 s WeChat Pay refuses every request',
      )
    if (seconds > 5) return clocks.note('this machine', says, 'set the clock (NTP)')
    return clocks.good('this machine', `agrees with ${host}`)
  })
}

/** One cheap authenticated question per dialect of each signer. */
export async function checkReach(config: Config, doors: CheckDoors): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const { shape, json } of config.signers) {
    const { client } = await openSigner(json, config, doors)
    for (const { name, ask, dummy } of questionsOf(shape, config, client))
      findings.push(await answerOf(`${shape.id} ${name}`, ask, dummy))
  }
  return findings
}

type Client = Awaited<ReturnType<typeof openSigner>>['client']
interface Question {
  readonly name: string
  readonly ask: () => Promise<unknown>
  /** It names a merchant that does not exist: what is refused for that says nothing. */
  readonly dummy?: boolean
}

/** No order has this number; the answer that says so was made by somebody who knows us. */
const nobody = 'CHADANCHECK0000000000'

function questionsOf(shape: SignerShape, config: Config, client: Client): Question[] {
  const questions: Question[] = []
  const { payinsurance: insurance } = shape
  if (shape.mchid)
    questions.push({
      name: shape.mchid,
      ask: () => (shape.region === 'global' ? client.certificates.listGlobal() : client.certificates.list()),
    })
  if (insurance)
    questions.push({
      name: `payinsurance ${insurance.mch_id}`,
      ask: () =>
        client.payinsurance.queryOrder({
          appid: insurance.appid,
          mch_id: insurance.mch_id,
          ...(insurance.sub_appid !== undefined && { sub_appid: insurance.sub_appid }),
          ...(insurance.sub_mch_id !== undefined && { sub_mch_id: insurance.sub_mch_id }),
          hosp_out_trade_no: nobody,
        }),
    })
  if (shape.wecom) {
    const own = config.tenants.find(({ shape: one }) => one.signers.includes(shape.id) && one.merchant.mchid)
    const mchid = own?.shape.merchant.mchid
    questions.push({
      name: `wecom ${shape.wecom.corpid}`,
      dummy: mchid === undefined,
      ask: () => client.wecom.getOrder({ mchid: mchid ?? '1000000000', out_trade_no: nobody }),
    })
  }
  return questions
}

async function answerOf(name: string, ask: () => Promise<unknown>, dummy = false): Promise<Finding> {
  try {
    await ask()
    return reach.good(name, 'answers, and the answer is verified')
  } catch (error) {
    if (error instanceof Refused) return refusedFinding(name, error, dummy)
    if (error instanceof Distrusted)
      return reach.bad(
        name,
        `answers, but the answer does not verify (${error.check})`,
        'compare publicKeyId, publicKey and apiV3Key with the merchant console',
      )
    if (error instanceof Lost)
      return reach.bad(
        name,
        error.unsent ? `cannot be reached: ${error.message}` : `gave no answer to rely on: ${error.message}`,
        'check DNS, firewall and proxy of this machine towards WeChat Pay, then run this again',
      )
    throw error
  }
}

function refusedFinding(name: string, error: Refused, dummy: boolean): Finding {
  const { code, notFound, advice, status } = error
  // A merchant of public key mode has no certificates; and no order has the number that was asked for.
  if (notFound || code === 'RESOURCE_NOT_EXISTS') return reach.good(name, 'answers, and knows who asks')
  const says = `refuses: ${status} ${code}`
  if (code === 'SIGN_ERROR')
    return reach.bad(
      name,
      says,
      'mchid, serialNo and privateKey do not belong together: chadan keys check with the certificate',
    )
  if (advice === 'wait') return reach.note(name, `is busy: ${status} ${code}`, 'run this again later')
  if (dummy)
    return reach.note(
      name,
      `answers (${code}); no tenant names the merchant to ask about`,
      'set merchant.mchid of its tenant',
    )
  return reach.bad(name, says, error.hint ?? todoOf(advice))
}

function todoOf(advice: string): string {
  return advice === 'configure'
    ? 'set up permissions and bindings in the merchant console, and compare the numbers here with it'
    : 'compare the numbers here with the merchant console'
}
