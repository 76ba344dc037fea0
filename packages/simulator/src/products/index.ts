/** The products of the simulated world. */
import type { ProductFactory } from '../product.ts'

/** In the order in which keys are looked up. */
export const productFactories: readonly ProductFactory[] = []
