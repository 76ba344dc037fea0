/** What payers do with a number. */
import { type Case, hour, type World } from './world.ts'

/** What the payer will do with a number that is handed over. */
export function intendToPay(world: World, one: Case, number: string): void {
  const { chance, profile } = one
  const provider = world.provider
  const goes = chance.fraction()
  if (profile.service) {
    if (goes < 0.8) world.scheduler.after(chance.spread(2_000, hour), () => provider.confirm(number))
    return
  }
  if (goes < 0.65) world.scheduler.after(chance.spread(1_000, 2 * hour), () => provider.pay(number))
  else if (goes < 0.75) world.scheduler.after(chance.spread(1_000, hour), () => provider.fail(number))
  // Tries again and again, late too: whoever lets it be paid then is caught.
  if (goes > 0.5 && goes < 0.9)
    for (const atMs of [2 * hour, 5 * hour, 9 * hour])
      world.scheduler.after(chance.whole(atMs / 2, atMs), () => provider.pay(number))
}
