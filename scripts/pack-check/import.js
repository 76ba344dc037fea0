import * as client from '@chadan/client'
import * as protocol from '@chadan/protocol'
import * as described from '@chadan/protocol/described'
import { use } from './use.js'

await use({ client, protocol, described })
