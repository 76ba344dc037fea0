/** The products of the simulated world. */
import type { ProductFactory } from '../product.ts'
import { bills } from './bills/index.ts'
import { cash } from './cash/index.ts'
import { certificates } from './certificates/index.ts'
import { combine } from './combine/index.ts'
import { globalBills } from './globalBills/index.ts'
import { globalRefunds } from './globalRefunds/index.ts'
import { medIns } from './medIns/index.ts'
import { payinsurance } from './payinsurance/index.ts'
import { payscore } from './payscore/index.ts'
import { refunds } from './refunds/index.ts'
import { security } from './security/index.ts'
import { wecom } from './wecom/index.ts'

/** In the order in which keys are looked up. */
export const productFactories: readonly ProductFactory[] = [
  // A prepay id of a mixed order pays that order, so it is asked for before the cash order.
  medIns,
  cash,
  wecom,
  payinsurance,
  bills,
  globalBills,
  globalRefunds,
  payscore,
  combine,
  refunds,
  certificates,
  security,
]
