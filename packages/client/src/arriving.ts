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
  readonly #chunks: Uint8Array[] = []
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

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    return {
      next: () => this.#next(),
      return: async () => {
        if (!this.#ended) this.#connection.abort(new Error('the reader stopped before the end'))
        return { done: true, value: undefined }
      },
    }
  }

  async #next(): Promise<IteratorResult<Uint8Array, undefined>> {
    while (this.#chunks.length === 0) {
      if (this.#error) throw this.#error
      if (this.#ended) return { done: true, value: undefined }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return { done: false, value: this.#take() }
  }

  #take(): Uint8Array {
    const chunk = this.#chunks.shift() as Uint8Array
    const held = this.#waitingBytes > waitingBytesMost
    this.#waitingBytes -= chunk.byteLength
    // Last, since what was held back may be pushed within the call.
    if (held && this.#waitingBytes <= waitingBytesMost) this.#connection.resume()
    return chunk
  }
}
