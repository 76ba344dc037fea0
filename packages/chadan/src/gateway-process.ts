/** A gateway on its sockets: what `chadan serve` runs. */
import { hostname } from 'node:os'
import { type Fetch, fetchTransport, openTelemetryHooks, poolTransport, systemRandom } from '@chadan/client'
import { randomText } from '@chadan/protocol'
import { gateway } from './gateway-store.ts'
import type { Io } from './io.ts'
import { watchSkews } from './skews.ts'

/** A gateway that runs. */
export interface GatewayProcess {
  /** Where API, notices and payers arrive, as this machine sees it. */
  readonly url: string
  /** Where health, figures and documents are. */
  readonly adminUrl: string
  readonly publicUrl: string
  readonly node: string
  /** Reads the configuration again; throws `ConfigError` and leaves everything as it was when it is not sound. */
  reload(): Promise<{ readonly written: number; readonly others: readonly string[] }>
  /** Takes nothing new, finishes what was accepted, then ends. */
  stop(): Promise<void>
}

/**
 * Opens what the configuration says, and begins. Throws `ConfigError`, `ClockUnread`, and what the system or
 * the database says.
 */
export async function openGatewayProcess(io: Io, path: string): Promise<GatewayProcess> {
  const { digestKeyOf, openClock, openConfig, openLog, openService, openStore, openTargets, plan, ...rest } =
    await gateway()
  const { gatewayTracer, listen, pinnedCarry, products, systemResolve, systemSecretDoors } = rest
  const configuration = await openConfig(path, { ...systemSecretDoors, env: io.env ?? {} })
  const config = configuration.current
  const fetchIt: Fetch = io.fetch ?? ((request) => fetch(request))
  const clock = await openClock(config, fetchIt, io.clock)
  const node = `${hostname()}-${process.pid}-${randomText(systemRandom, 6)}`
  const destination = { write: (line: string) => io.stderr(line) }
  const log = openLog({ clock, node, level: config.logging.level, destination })
  for (const warning of configuration.warnings) io.stderr(`chadan: ${warning}\n`)
  const store = await openStore(config, {
    random: systemRandom,
    dueOf: (order) => plan(order, products[order.product])?.atMs,
  })
  const opened: (() => Promise<void>)[] = [() => store.close()]
  try {
    let told: (host: string, ms: number) => void = () => {}
    // The machine's own clock, also where that of a simulation is followed.
    const { transport } = watchSkews(
      io.fetch ? fetchTransport(io.fetch) : poolTransport(),
      io.clock,
      (host, ms) => told(host, ms),
    )
    const register = await configuration.register({
      store,
      clock,
      random: systemRandom,
      transport,
      // The network does not run faster than the machine, whatever the clock says.
      client: {
        timeoutMs: Math.min(10_000 * clock.speed, 2_000_000_000),
        hooks: openTelemetryHooks(gatewayTracer()),
      },
    })
    const carry = pinnedCarry()
    opened.unshift(() => carry.close())
    const { limits, retention, webhooks, publicUrl } = config
    const service = openService({
      store,
      clock,
      random: systemRandom,
      node,
      publicUrl,
      digestKey: digestKeyOf(config),
      signer: register.signer,
      tenant: register.tenant,
      targets: openTargets({ rules: webhooks, resolve: io.resolve ?? systemResolve, carry }),
      log,
      pace: clock.speed,
      limits: {
        rate: { perSecond: limits.requestsPerSecond, burst: 2 * limits.requestsPerSecond },
        requestMs: limits.timeoutMs * clock.speed,
        maxBodyBytes: limits.bodyBytes,
      },
      retentionMs: retention.payloadDays * 24 * 3_600_000,
    })
    told = service.metrics.skewed
    const listening = await listen(service, {
      ...config.listen,
      admin: config.adminListen,
      report: (error) => io.stderr(`chadan: a request failed: ${error}\n`),
    })
    service.metrics.addProcess()
    service.start()
    return {
      url: listening.url,
      adminUrl: listening.adminUrl,
      publicUrl,
      node,
      reload: () => configuration.reload(),
      async stop() {
        // No new connections; what was accepted is answered while the service finishes.
        const closed = listening.close()
        await service.stop()
        await closed
        await closeAll(opened)
      },
    }
  } catch (error) {
    await closeAll(opened)
    throw error
  }
}

async function closeAll(opened: readonly (() => Promise<void>)[]): Promise<void> {
  for (const close of opened) await close()
}
