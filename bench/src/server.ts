/**
 * WeChat Pay's side of a round trip, in a process of its own and as cheap as can be: it reads where a request
 * ends and writes an answer. One port answers with bytes signed beforehand, the other signs each answer.
 */
import { sign } from 'node:crypto'
import { createServer, type Socket } from 'node:net'
import { orderAnswer, platform, publicKeyId } from './world.ts'

/** What the parent is told. */
export interface Listening {
  readonly presigned: number
  readonly signing: number
  /** The key of this process; PEM. */
  readonly publicKey: string
}

const body = Buffer.from(orderAnswer)
const ends = '\r\n\r\n'

function covered(timestamp: string, nonce: string): Buffer {
  return Buffer.concat([Buffer.from(`${timestamp}\n${nonce}\n`), body, Buffer.from('\n')])
}

function answer(timestamp: string, nonce: string, signature: Buffer): Buffer {
  const head = [
    'HTTP/1.1 200 OK',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${body.byteLength}`,
    'Request-ID: 08F78BB5AF0610D302189F9ABB5A20BCF47A28E9C2D60D-0',
    `Wechatpay-Timestamp: ${timestamp}`,
    `Wechatpay-Nonce: ${nonce}`,
    `Wechatpay-Serial: ${publicKeyId}`,
    `Wechatpay-Signature: ${signature.toString('base64')}`,
    'Wechatpay-Signature-Type: WECHATPAY2-SHA256-RSA2048',
  ]
  return Buffer.concat([Buffer.from(head.join('\r\n') + ends), body])
}

/** Calls `reply` for each request that is complete; the requests of this bench have no body. */
function serve(reply: (socket: Socket) => void): Promise<number> {
  const server = createServer({ noDelay: true }, (socket) => {
    let rest = ''
    socket.on('error', () => socket.destroy())
    socket.on('data', (bytes) => {
      rest += bytes.toString('latin1')
      for (let end = rest.indexOf(ends); end >= 0; end = rest.indexOf(ends)) {
        rest = rest.slice(end + ends.length)
        reply(socket)
      }
    })
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
  })
}

const second = () => String(Math.floor(Date.now() / 1000))
let number = 0
let ready = answer('0', '0', Buffer.alloc(256))

function renew(): void {
  const timestamp = second()
  ready = answer(timestamp, 'presigned', sign('sha256', covered(timestamp, 'presigned'), platform.privateKey))
}

renew()
// Within the window for as long as the bench runs.
setInterval(renew, 60_000)

const presigned = await serve((socket) => void socket.write(ready))
const signing = await serve((socket) => {
  const timestamp = second()
  const nonce = String(number++)
  sign('sha256', covered(timestamp, nonce), platform.privateKey, (error, signature) => {
    if (error) socket.destroy(error)
    else socket.write(answer(timestamp, nonce, signature))
  })
})
const publicKey = platform.publicKey.export({ type: 'spki', format: 'pem' }).toString()
process.send?.({ presigned, signing, publicKey } satisfies Listening)
process.on('disconnect', () => process.exit())
