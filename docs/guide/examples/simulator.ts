/** The simulator inside a test: no socket, a clock of its own, faults on demand. */
import { Lost, WechatPay } from '@chadan/client'
import { openSimulator, type Simulator, type Snapshot } from '@chadan/simulator'

// #region open
export async function open(receive: (request: Request) => Promise<Response>, snapshot?: Snapshot) {
  const sim = await openSimulator({
    seed: 'my test', // the same seed draws the same numbers
    fetch: receive, // how notices reach you; over HTTP: (request) => fetch(request)
    ...(snapshot && { snapshot }),
  })
  const { mchid, serialNo, privateKey, apiV3Key, publicKeyId, publicKey } = sim.credentials.apiv3
  const wx = new WechatPay({
    mchid,
    serialNo,
    privateKey,
    apiV3Key,
    publicKeyId,
    publicKey,
    baseUrl: sim.credentials.baseUrl,
    fetch: (request) => sim.fetch(request),
    clock: sim.clock, // one clock on both sides, or signatures are stale
  })
  return { sim, wx }
}
// #endregion

// #region pay
export async function payAndWait(sim: Simulator, prepayId: string) {
  await sim.pay(prepayId) // what a person does on the payer's page
  await sim.advance(5_000) // settling, and the notice that follows
  return sim.checkout(prepayId)?.state
}
// #endregion

// #region fail
export async function insuranceFails(sim: Simulator, mixTradeNo: string) {
  await sim.pay(mixTradeNo, { legs: { cash: 'success', insurance: 'fail', reason: '预结算金额已变化' } })
  await sim.advance(10_000)
}
// #endregion

// #region faults
export async function loseOneAnswer(sim: Simulator, place: () => Promise<unknown>) {
  sim.faults.next('combine.createJsapi', 'loseAnswer') // done over there, never heard of here
  sim.faults.often('combine.paid', 'duplicate', 0.5) // every other notice comes twice
  try {
    await place()
    return 'answered'
  } catch (error) {
    return error instanceof Lost ? 'lost: ask by number' : 'refused'
  } finally {
    sim.faults.heal()
  }
}
// #endregion

// #region switches
export function doubtTheOtherWay(sim: Simulator) {
  sim.changeSwitches({
    combine: { closeMismatch: 500 }, // how a close of a part is refused
    medIns: { legOrder: 'insuranceFirst' },
    probeRate: 0.05, // one message in twenty is signed wrong on purpose
  })
}
// #endregion

// #region keys
export async function rotate(sim: Simulator) {
  const { mchid } = sim.credentials.apiv3
  sim.changeMerchant(mchid, { keyMode: { mixed: 0.5 } }) // gray switch: certificate and public key mixed
  return sim.rotateCertificate(24 * 3600_000) // listed now, signs from tomorrow on
}
// #endregion

// #region time
export async function aWeekLater(sim: Simulator) {
  await sim.advance(7 * 24 * 3600_000) // unpaid orders close, notices are given up, bills are there
}
// #endregion

// #region snapshot
export function save(sim: Simulator): string {
  return JSON.stringify(sim.snapshot()) // the whole world; test keys are in it
}
// #endregion
