/** A real browser in front of a simulator, for tests on Linux. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import chromium from '@sparticuz/chromium'
import { type Page, chromium as playwright } from 'playwright-core'
import type { Simulator } from '../src/simulator.ts'

/** Why there is no browser here; false where there is one. */
export const noBrowser: string | false =
  process.platform === 'linux' && process.arch === 'x64'
    ? false
    : `the packaged browser is for Linux on x64, this is ${process.platform} on ${process.arch}`

/** A page of the given width, and the address at which it reaches the simulator. */
export interface Visitor extends AsyncDisposable {
  readonly page: Page
  readonly base: string
  /** What the browser complained about: refused styles, failed loads, scripts. */
  readonly complaints: string[]
}

/** Opens a browser whose page is `width` pixels wide, and a server on loopback for the simulator. */
export async function openVisitor(sim: Pick<Simulator, 'fetch'>, width: number): Promise<Visitor> {
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const body = await buffer(incoming)
      const response = await sim.fetch(
        new Request(`http://${incoming.headers.host}${incoming.url}`, {
          method: incoming.method ?? 'GET',
          headers: incoming.headers as Record<string, string>,
          ...(body.length > 0 && { body: new Uint8Array(body) }),
        }),
      )
      outgoing.writeHead(response.status, Object.fromEntries(response.headers))
      outgoing.end(Buffer.from(await response.arrayBuffer()))
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const browser = await playwright.launch({
    executablePath: await chromium.executablePath(),
    // The rest of the package's arguments weaken the checks that these tests rely on.
    args: chromium.args.filter((one) => !/web-security|insecure-content/.test(one)),
  })
  const page = await browser.newPage({ viewport: { width, height: 740 } })
  const complaints: string[] = []
  page.on('console', (message) => void complaints.push(message.text()))
  page.on('pageerror', (error) => void complaints.push(error.message))
  return {
    page,
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    complaints,
    async [Symbol.asyncDispose]() {
      await browser.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
