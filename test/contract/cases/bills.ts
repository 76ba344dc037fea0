/** Bills and statements, certificates: every way to be refused. */
import type { Call, ErrorCases, Provoke, Ways } from '../provoking.ts'
import { joined, merchant } from '../provoking.ts'
import type { Stage } from '../stage.ts'
import { day, direct, tea } from './orders.ts'

const bill_date = '2026-03-17'
const sealed = { algorithm: 'AEAD_AES_256_GCM' as const }

const trade: Call = (stage, more) => stage.wx.bills.trade({ bill_date, ...more })
const fundFlow: Call = (stage, more) => stage.wx.bills.fundFlow({ bill_date, ...more })
const subMerchants: Call = (stage, more) =>
  stage.wx.bills.subMerchantFundFlow({
    bill_date,
    sub_mchid: stage.given.apiv3.subMchid,
    account_type: 'BASIC',
    ...sealed,
    ...more,
  })
const platform: Call = (stage, more) =>
  stage.wx.bills.ecommerceFundFlow({ bill_date, account_type: 'ALL', ...sealed, ...more })
const statement: Call = async (stage, more) => {
  const { mchid } = stage.given.apiv3
  const file = await stage.wx.globalBills.statement({ date: '20260317', sp_mchid: mchid, ...more })
  return file.cancel()
}

/** The world starts at ten in the morning of the bill's day. */
const asking = (call: Call, dates: { wrong: object; before: object }, refused: Provoke): Ways => ({
  INVALID_REQUEST: (stage) => call(stage, dates.wrong),
  STATEMENT_CREATING: async (stage) => {
    await stage.pass(day - 1)
    return call(stage)
  },
  NO_STATEMENT_EXIST: (stage) => call(stage, dates.before),
  NO_AUTH: refused,
})

const dates = { wrong: {}, before: { bill_date: '2026-03-16' } }

const unpermitted =
  (call: Call): Provoke =>
  (stage) => {
    merchant(stage, stage.given.apiv3.mchid).permissions = ['cash']
    return call(stage)
  }

/** The day's trade bill: the address its file is under. */
async function applied(stage: Stage) {
  await stage.wx.cash.prepay(direct(stage))
  await stage.sim.pay('CASH0001')
  await stage.pass(day)
  const { download_url } = await stage.wx.bills.trade({ bill_date })
  return Object.fromEntries(new URL(download_url).searchParams)
}

const keyless: Provoke = (stage) => {
  merchant(stage, stage.given.apiv3.mchid).keyMode = 'pubkey'
  return stage.wx.certificates.list()
}

export const billErrors: ErrorCases = {
  'bills.trade': asking(trade, dates, unpermitted(trade)),
  'bills.fundFlow': asking(fundFlow, dates, unpermitted(fundFlow)),
  'bills.subMerchantFundFlow': asking(subMerchants, dates, unpermitted(subMerchants)),
  'bills.ecommerceFundFlow': asking(platform, dates, unpermitted(platform)),
  'bills.download': {
    INVALID_REQUEST: async (stage) =>
      stage.wx.bills.download({ ...(await applied(stage)), token: 'another' } as never),
    NO_AUTH: async (stage) => joined(stage, tea).bills.download((await applied(stage)) as never),
  },
  'globalBills.statement': asking(statement, { wrong: {}, before: { date: '20260316' } }, (stage) =>
    statement(stage, { sp_mchid: '1999999999' }),
  ),
  'certificates.list': { RESOURCE_NOT_EXISTS: keyless },
  'certificates.listGlobal': {
    RESOURCE_NOT_EXISTS: (stage) => {
      merchant(stage, stage.given.apiv3.mchid).keyMode = 'pubkey'
      return stage.wx.certificates.listGlobal()
    },
  },
}
