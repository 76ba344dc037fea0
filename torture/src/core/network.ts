/** What lies between the nodes and the provider: calls that are lost, late or doubled. */
import { Broken } from '../finding.ts'
import { type Call, digestOf, type Wait } from './engine.ts'
import type { CoreFault } from './faults.ts'
import { type Ending, requestLivesMs } from './provider.ts'
import type { Case, Node, World } from './world.ts'

// A day of faults and four quiet ones, with every attempt and refund on its own schedule.
const mostCalls = 4_000

/** Whether this goes wrong now. */
export function fault(world: World, kind: CoreFault, scale = 1): boolean {
  if (world.healed || !world.network.happens(world.shares[kind] * scale)) return false
  world.counts.faults++
  return true
}

/** Carries a call of a node to the provider, as far as it comes. */
export function call(world: World, one: Case, node: Node, what: Call): Wait<unknown> {
  return (resume) => {
    const signedMs = world.scheduler.nowMs
    const { number } = what
    const answer = (ending: Ending) => resume(ending)
    const give = (ending: Ending, ms: number) => world.scheduler.after(ms, () => answer(ending))
    const lost = () => void give({ ended: 'lost' }, 10_000)
    const late = fault(world, 'late_request')
    const arrive = (ms: number, then?: (ending: Ending) => void) => {
      // What arrives too late is refused: it opens nothing any more.
      const placing = what.call === 'send' && ms <= requestLivesMs(one.profile)
      if (placing) world.under.set(number, (world.under.get(number) ?? 0) + 1)
      world.scheduler.after(ms, () => {
        if (placing) world.under.set(number, (world.under.get(number) ?? 1) - 1)
        world.counts.calls++
        const ending = answerTo(world, one, what, signedMs)
        world.trace.note(
          world.scheduler.nowMs,
          'provider',
          `${what.call} ${number} ${'errand' in what ? what.errand.step : ''}: ${told(ending)}`,
        )
        then?.(ending)
      })
    }
    world.trace.note(signedMs, node.name, `${what.call} ${number}`)
    if (++one.calls > mostCalls)
      throw new Broken(30, 'bounded', `${one.calls} calls for one order, the last of them ${what.call}`)
    if (late) {
      arrive(world.network.spread(11_000, 15 * 60_000))
      return lost()
    }
    if (fault(world, 'lose_request') || fault(world, 'server_error', 0.5)) return lost()
    if (fault(world, 'double_request')) arrive(world.network.spread(100, 8 * 60_000))
    const loses = fault(world, 'lose_answer')
    if (loses) lost()
    arrive(world.network.whole(5, 400), (ending) => {
      if (!loses) give(ending, world.network.whole(5, 400))
    })
  }
}

/** The provider takes a call: what it answers. */
function answerTo(world: World, one: Case, what: Call, signedMs: number): Ending {
  const provider = world.provider
  if (what.call === 'ask') return provider.query(what.number)
  if (what.call === 'close') return provider.close(what.number)
  if (what.call === 'ask_refund') return provider.queryRefund(what.number, what.step)
  const { order, number, errand } = what
  const digest = errand.digest ?? digestOf(number, errand.step)
  const refund = order.refunds.find((all) => all.number === number)
  if (refund) {
    const sent = world.parts.numberOf(number, errand, world.network)
    const several = refund.errands.length > 1
    const index = refund.errands.findIndex((all) => all.step === errand.step)
    const minor = several ? (refund.parts[index]?.amount.minor ?? 0) : refund.amount.minor
    return provider.refund({
      number: sent,
      step: errand.step,
      of: refund.attempt,
      minor,
      digest,
      signedMs,
      profile: one.profile,
    })
  }
  const attempt = order.attempts.find((all) => all.number === number)
  if (!attempt) throw new TypeError('what is sent belongs to the order')
  const parts = attempt.parts.map((part) => ({ id: part.id, minor: part.amount.minor }))
  if (errand.later) return provider.complete({ number, digest, minor: attempt.amount.minor })
  return provider.place({
    number,
    step: errand.step,
    profile: one.profile,
    digest,
    signedMs,
    minor: attempt.amount.minor,
    parts,
    expiresMs: attempt.expiresMs,
  })
}

function told(ending: Ending): string {
  if (ending.ended === 'answered') return ending.reading?.said ?? 'ok'
  return ending.ended === 'refused' ? ending.kind : 'lost'
}
