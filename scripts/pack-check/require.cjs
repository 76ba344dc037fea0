const client = require('@chadan/client')
const protocol = require('@chadan/protocol')
const described = require('@chadan/protocol/described')
const { use } = require('./use.js')

use({ client, protocol, described })
