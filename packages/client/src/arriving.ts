/** A body while it arrives. */

/** The connection it arrives on, as far as a body can hold it back or give it up. */
export interface Connection {
  pause(): void
  resume(): void
  abort(reason: Error): void
}

/** So many bytes may wait to be read before the connection has to. */
const waitingBytesMost = 65_536

/** Chunks wait here until they are read, once; who stops reading gives the connection up. */
export class Arriving implements AsyncIterable<Uint8Array> {
  readonly #connection: Connection
  #chunks: Uint8Array[] = []
  #waitingBytes = 0
  #ended = false
  #error: Error | undefined
  #wake = () => {}

  constructor(connection: Connection) {
    this.#connection = connection
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.#waitingBytes += chunk.byteLength
    if (this.#waitingBytes > waitingBytesMost) this.#connection.pause()
    this.#wake()
  }

  /** All came, or with an error: no more will. */
  end(error?: Error): void {
    this.#ended = true
    this.#error = error
    this.#wake()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
    try {
      for (;;) {
        yield* this.#take()
        if (this.#chunks.length > 0) continue
        if (this.#error) throw this.#error
        if (this.#ended) return
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      }
    } finally {
      if (!this.#ended) this.#connection.abort(new Error('the reader stopped before the end'))
    }
  }

  #take(): Uint8Array[] {
    const chunks = this.#chunks
    const held = this.#waitingBytes > waitingBytesMost
    this.#chunks = []
    this.#waitingBytes = 0
    // At the end of this method's own work, since what was held back may be pushed within the call.
    if (held) this.#connection.resume()
    return chunks
  }
}
