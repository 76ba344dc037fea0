/** Insurance payment of the first generation: every way to be refused. */
import type { OperationShape } from '@chadan/protocol'
import { methodOf } from '../log.ts'
import {
  byFault,
  type Call,
  type ErrorCases,
  forge,
  merchant,
  type Provoke,
  type Ways,
  withMembers,
  withToken,
} from '../provoking.ts'
import type { Stage } from '../stage.ts'
import { day, payRegistration, registration, registrationNumber, registrationRefund } from './orders.ts'

const hospitalOf = (stage: Stage) => merchant(stage, stage.given.payinsurance.subMchId)

const nameCheck = ({ given }: Stage, more: object = {}) => ({
  openid: given.payinsurance.openid,
  name: given.payinsurance.userName,
  idcard_md5: given.payinsurance.userCardNo,
  ...more,
})

/** A good request of every signed call. */
export const inputs: Readonly<Record<string, (stage: Stage, more?: object) => object>> = {
  'payinsurance.unifiedOrder': registration,
  'payinsurance.queryOrder': registrationNumber,
  'payinsurance.refund': registrationRefund,
  'payinsurance.queryRefund': (stage, more) => {
    const { hosp_out_trade_no: _, ...accounts } = registrationNumber(stage)
    return { ...accounts, hosp_out_refund_no: 'RPI0001', ...more }
  },
  'payinsurance.getBalanceBill': (stage, more) => {
    const { hosp_out_trade_no: _, ...accounts } = registrationNumber(stage)
    return { ...accounts, bill_date: '20260317', ...more }
  },
  'payinsurance.verifyName': nameCheck,
  'payinsurance.closeOrder': registrationNumber,
}

const calling =
  (id: string): Call =>
  (stage, more) =>
    methodOf(stage.wx, id)(inputs[id]?.(stage, more))

const place = calling('payinsurance.unifiedOrder')
const query = calling('payinsurance.queryOrder')
const refund = calling('payinsurance.refund')
const queryRefund = calling('payinsurance.queryRefund')
const verifyName = calling('payinsurance.verifyName')

const faulty =
  (id: string, code: string): Provoke =>
  (stage) =>
    byFault(id, code, inputs[id]?.(stage))(stage)

/** What every call meets at the gate, and the codes that only a fault brings about. */
export function xmlWays(operation: OperationShape): Ways {
  const { id } = operation
  if (operation.credentials === 'none') return {}
  const behind =
    (change: (request: Request) => Request): Provoke =>
    (stage) =>
      methodOf(stage.behind(change), id)(inputs[id]?.(stage))
  return {
    '40001': behind(withToken('x'.repeat(138))),
    '40014': behind(withToken('short')),
    '41001': behind(withToken('')),
    '42001': async (stage) => {
      const { agentAppid, agentSecret, subAppid } = stage.given.payinsurance
      const { access_token } = await stage.wx.payinsurance.getAgentToken({
        grant_type: 'client_credential',
        agentappid: agentAppid,
        agentsecret: agentSecret,
        appid: subAppid,
      })
      stage.sim.expireTokens()
      return behind(withToken(access_token as string))(stage)
    },
    '43002': behind((request) => (request.url.includes('gettoken') ? request : new Request(request.url))),
    '48001': (stage) => {
      const hospital = hospitalOf(stage)
      const { permissions } = hospital
      hospital.permissions = []
      return calling(id)(stage).finally(() => {
        hospital.permissions = permissions
      })
    },
    ...Object.fromEntries(
      operation.errors
        .filter(({ code }) => byFaultAlone.includes(code))
        .map(({ code }) => [code, faulty(id, code)]),
    ),
  }
}

/** Codes that only a fault brings about, unless an operation has a way of its own. */
const byFaultAlone = [
  '514',
  '531',
  '535',
  '540',
  '542',
  '551',
  '552',
  '555',
  '557',
  '80000',
  '80001',
  '80002',
]

type Drawing = 'getAgentToken' | 'getToken'

function drawing(name: Drawing): Ways {
  const id = `payinsurance.${name}`
  const [account, secret] = name === 'getToken' ? ['appid', 'secret'] : ['agentappid', 'agentsecret']
  const inputOf = ({ given }: Stage) => {
    const { appid, agentAppid, agentSecret, subAppid } = given.payinsurance
    const own = { appid, secret: agentSecret }
    const agent = { agentappid: agentAppid, agentsecret: agentSecret, appid: subAppid }
    return { grant_type: 'client_credential', ...(name === 'getToken' ? own : agent) }
  }
  const draw =
    (more: Record<string, string> = {}): Provoke =>
    (stage) =>
      forge(stage, id, inputOf(stage), {
        target: (target) => {
          const [path, search] = target.split('?')
          const query = new URLSearchParams({ ...Object.fromEntries(new URLSearchParams(search)), ...more })
          for (const [member, value] of [...query]) if (value === '') query.delete(member)
          return `${path}?${query}`
        },
      })
  const fault =
    (kind: 'systemError' | 'tooMany', code: string): Provoke =>
    (stage) => {
      stage.sim.faults.next(id, kind, { code })
      return draw()(stage)
    }
  return {
    '-1': fault('systemError', '-1'),
    '40001': draw({ [secret as string]: '0'.repeat(32) }),
    '40002': draw({ grant_type: 'password' }),
    '40013': draw({ [account as string]: 'wxnobody' }),
    '40125': draw({ [secret as string]: 'not a secret' }),
    '41002': draw({ [account as string]: '' }),
    '41004': draw({ [secret as string]: '' }),
    '40164': (stage) => {
      merchant(stage, stage.given.payinsurance.mchId).extra.tokenIps = ['203.0.113.7']
      return draw()(stage)
    },
    // The quota of a day, and an older name of 40164.
    '45009': fault('tooMany', '45009'),
    '45035': fault('systemError', '45035'),
    '45011': (stage) => {
      stage.sim.changeSwitches({ requestsPerSecond: { [id]: 0 } })
      return draw()(stage)
    },
    ...(name === 'getAgentToken' && {
      '48001': (stage: Stage) => {
        merchant(stage, stage.given.payinsurance.mchId).subs = []
        return draw()(stage)
      },
    }),
  }
}

const paid =
  (call: Call, before: (stage: Stage) => unknown = () => {}): Provoke =>
  async (stage) => {
    await payRegistration(stage)
    await before(stage)
    return call(stage)
  }

const split = (stage: Stage) =>
  stage.sim.act(hospitalOf(stage).mchid, {
    action: 'event',
    name: 'bureau:split',
    details: { cash: 3501, insurance: 8699 },
  })

export const payinsuranceErrors: ErrorCases = {
  'payinsurance.getAgentToken': drawing('getAgentToken'),
  'payinsurance.getToken': drawing('getToken'),
  'payinsurance.unifiedOrder': {
    '513': (stage) =>
      forge(stage, 'payinsurance.unifiedOrder', registration(stage), withMembers({ total_fee: '100' })),
    '530': async (stage) => {
      await place(stage)
      return place(stage)
    },
    '532': async (stage) => {
      await split(stage)
      return place(stage)
    },
    '533': async (stage) => {
      await place(stage)
      await stage.pass(day + 1)
      return place(stage, { hosp_out_trade_no: 'PI0002' })
    },
    '534': (stage) => place(stage, { user_name: '李四' }),
  },
  'payinsurance.queryOrder': {
    '513': (stage) => query(stage, { appid: 'wxanother' }),
    '541': query,
  },
  'payinsurance.refund': {
    '40164': (stage) => {
      hospitalOf(stage).extra.refundIps = ['203.0.113.7']
      return refund(stage)
    },
    '513': paid((stage) => refund(stage, { cancel_bill_no: 'another' })),
    '550': paid(refund, refund),
    '553': paid(refund, (stage) => stage.pass(day)),
    '554': async (stage) => {
      await place(stage)
      return refund(stage)
    },
    '556': paid(refund, (stage) => stage.sim.changeMerchant(hospitalOf(stage).mchid, { balanceMinor: 3999 })),
    '558': paid((stage) => refund(stage, { hosp_out_refund_no: 'another' }), refund),
  },
  'payinsurance.queryRefund': {
    '513': (stage) => queryRefund(stage, { appid: 'wxanother' }),
    '551': queryRefund,
  },
  'payinsurance.verifyName': {
    '80001': (stage) =>
      forge(stage, 'payinsurance.verifyName', nameCheck(stage), withMembers({ idcard_md5: 'short' })),
    '80002': (stage) => {
      const { subAppid, agentAppid, agentSecret } = stage.given.payinsurance
      const payinsurance = { key: 'k'.repeat(32), appid: subAppid, agentAppid, agentSecret }
      return stage.open({ payinsurance }).payinsurance.verifyName(nameCheck(stage))
    },
    '80004': (stage) => verifyName(stage, { openid: 'nobody' }),
    '80005': (stage) => verifyName(stage, { name: '李四' }),
    '80006': (stage) => verifyName(stage, { idcard_md5: '0'.repeat(32) }),
  },
  'payinsurance.closeOrder': {
    '80001': calling('payinsurance.closeOrder'),
  },
}
