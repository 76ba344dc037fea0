/** The products of the simulated world. */
import type { ProductFactory } from '../product.ts'
import { wecom } from './wecom/index.ts'

/** In the order in which keys are looked up. */
export const productFactories: readonly ProductFactory[] = [wecom]
