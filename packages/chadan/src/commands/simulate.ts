/** `chadan simulate`: WeChat Pay's side on this machine. */
import type { fields } from '@chadan/protocol'
import { ControlRefused, readSwitches, type SomeSwitches, switchFields } from '@chadan/simulator'
import { Command, InvalidArgumentError, Option } from 'commander'
import { wrongInput } from '../end.ts'
import { openSimulation, type Simulation } from '../simulation.ts'
import { systemClock, systemRandom } from '../system.ts'

interface Given {
  readonly port: number
  readonly credentials: string
  readonly seed?: string
  readonly state?: string
  readonly switch: readonly string[]
  readonly keys: 'fresh' | 'test'
  readonly refuseLoopback?: true
  readonly speed?: number
  readonly start?: number
  readonly json?: true
}

/** The subcommand. */
export function simulateCommand(): Command {
  return new Command('simulate')
    .summary("run WeChat Pay's side on this machine")
    .description(
      "Runs WeChat Pay's side on 127.0.0.1: the same paths, real signatures, notices, bills and faults.\n" +
        'Whoever reaches it owns it, so it listens on this machine only.',
    )
    .requiredOption('--credentials <file>', 'where to write keys, numbers and addresses for your program')
    .option('--port <number>', 'port; 0 takes a free one', readPort, 8090)
    .option('--seed <text>', 'draw the same numbers in every run')
    .option('--state <file>', 'keep the world in this file and go on with it')
    .option('--switch <name=value>', 'decide an open doubt, e.g. combine.closeMismatch=500', gather, [])
    .addOption(
      new Option('--keys <source>', 'committed test keys, or keys made now')
        .choices(['test', 'fresh'])
        .default('test'),
    )
    .option('--speed <times>', 'how many seconds pass there in one second here, up to 3600', readSpeed)
    .option('--start <time>', 'when its clock begins, such as 2026-03-17T08:00:00+08:00', readInstant)
    .option('--refuse-loopback', 'refuse notify_url on this machine, as the real platform does')
    .option('--json', 'say where it is as one line of JSON')
    .addHelpText(
      'after',
      `
Examples:
  chadan simulate --credentials wechat.json
  chadan simulate --credentials wechat.json --port 0 --json
  chadan simulate --credentials wechat.json --state world.json --seed 7
  chadan simulate --credentials wechat.json --speed 60 --start 2026-03-17T08:00:00+08:00
  chadan simulate --credentials wechat.json --switch medIns.legOrder=insuranceFirst --switch probeRate=0.05

While it runs:
  curl http://127.0.0.1:8090/_simulator/                    all controls
  curl -X POST http://127.0.0.1:8090/_simulator/orders/KEY/pay
`,
    )
    .action(simulate)
}

async function simulate(given: Given): Promise<void> {
  const report = (message: string) => void process.stderr.write(`chadan: ${message}\n`)
  const simulation = await openSimulation({
    clock: systemClock,
    random: systemRandom,
    port: given.port,
    credentials: given.credentials,
    seed: given.seed,
    state: given.state,
    keys: given.keys,
    speed: given.speed,
    startMs: given.start,
    switches: {
      ...parseSwitches(given.switch),
      ...(given.refuseLoopback && { loopbackNotifyUrls: 'refuse' }),
    },
    fetch: (request) => fetch(request),
    report,
  })
  process.stdout.write(`${given.json ? jsonLine(simulation, given) : line(simulation, given)}\n`)
  await nextSignal()
  await simulation.close()
  // Notices that still wait for an answer would keep the process for seconds; they are saved as due.
  process.exit(0)
}

function line({ simulator, url }: Simulation, { credentials }: Given): string {
  return `WeChat Pay is simulated at ${url}, its controls at ${simulator.credentials.controlUrl}/, credentials in ${credentials}`
}

function jsonLine({ simulator, url }: Simulation, { credentials }: Given): string {
  return JSON.stringify({ baseUrl: url, controlUrl: simulator.credentials.controlUrl, credentials })
}

function nextSignal(): Promise<unknown> {
  return new Promise((resolve) => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
}

function readPort(text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535)
    throw new InvalidArgumentError('Give a number from 0 to 65535.')
  return port
}

function readSpeed(text: string): number {
  const speed = Number(text)
  if (!/^\d{1,4}(\.\d{1,3})?$/.test(text) || speed === 0 || speed > 3600)
    throw new InvalidArgumentError('Give a number above 0, up to 3600.')
  return speed
}

function readInstant(text: string): number {
  const zoned = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/
  const ms = zoned.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(ms))
    throw new InvalidArgumentError('Give a time with its zone: 2026-03-17T08:00:00+08:00.')
  return ms
}

function gather(one: string, before: readonly string[]): readonly string[] {
  return [...before, one]
}

/**
 * Switches from `name=value`; deep ones by dots. Throws `CommandEnd`.
 * @example parseSwitches(['combine.closeMismatch=500', 'requestsPerSecond.refunds.create=2'])
 */
export function parseSwitches(given: readonly string[]): SomeSwitches {
  const switches: Record<string, unknown> = {}
  for (const one of given) {
    const equals = one.indexOf('=')
    if (equals < 1) throw wrongInput(`--switch ${one}: give it as name=value`)
    put(switches, pathOf(one.slice(0, equals)), readValue(one.slice(equals + 1)))
  }
  try {
    return readSwitches(switches)
  } catch (error) {
    if (!(error instanceof ControlRefused)) throw error
    const name = error.at.slice(1).replaceAll('/', '.')
    throw wrongInput(`--switch ${name}: give ${error.expected}`, error)
  }
}

/** Where a switch stands. Names of free tables, such as operation ids, hold dots of their own. */
function pathOf(name: string): string[] {
  const path: string[] = []
  let known: fields.Fields = switchFields
  const words = name.split('.')
  for (const [index, word] of words.entries()) {
    path.push(word)
    const field = Object.hasOwn(known, word) ? known[word] : undefined
    const rest = words.slice(index + 1).join('.')
    if (field?.kind === 'group') known = (field as fields.GroupField).fields
    else return rest ? [...path, rest] : path
  }
  return path
}

function put(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [name = '', ...rest] = path
  if (rest.length === 0) {
    define(target, name, value)
    return
  }
  const inner = Object.hasOwn(target, name) ? target[name] : undefined
  const group = typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>) : {}
  define(target, name, group)
  put(group, rest, value)
}

/** A member of its own even where the name is `__proto__`, so that the check sees and refuses it. */
function define(target: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true })
}

function readValue(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
