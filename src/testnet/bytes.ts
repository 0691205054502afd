/** Buffered reading of one TCP connection, shared by HTTP and the WebSocket that may follow it. */
import { Buffer } from "node:buffer";

/** A request of a trading API is below 10 KiB; 1 MiB leaves room and bounds memory. */
export const MESSAGE_BYTES_MAX = 1024 * 1024;
const INITIAL_BYTES = 16 * 1024;

export class ByteSource {
  readonly #connection: Deno.Conn;
  #buffer = Buffer.allocUnsafe(INITIAL_BYTES);
  #start = 0;
  #end = 0;

  constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  /** What was read and not consumed yet; valid until the next `more`. */
  get pending(): Buffer {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  consume(length: number): void {
    this.#start += length;
    if (this.#start === this.#end) this.#start = this.#end = 0;
  }

  /** @returns false when the peer has closed or was reset, or the bound is reached unconsumed. */
  async more(): Promise<boolean> {
    if (this.#end === this.#buffer.length && !this.#makeRoom()) return false;
    try {
      const read = await this.#connection.read(this.#buffer.subarray(this.#end));
      if (read === null) return false;
      this.#end += read;
      return true;
    } catch {
      // A reset or a connection closed by us: for the reader both are the end.
      return false;
    }
  }

  #makeRoom(): boolean {
    const length = this.#end - this.#start;
    if (length >= MESSAGE_BYTES_MAX) return false;
    const target = this.#start > 0 && length < this.#buffer.length / 2
      ? this.#buffer
      : Buffer.allocUnsafe(this.#buffer.length * 2);
    this.#buffer.copy(target, 0, this.#start, this.#end);
    this.#buffer = target;
    this.#start = 0;
    this.#end = length;
    return true;
  }
}

/** Writes all of `bytes`. @returns false when the peer is gone. */
export async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<boolean> {
  let written = 0;
  try {
    while (written < bytes.length) written += await connection.write(bytes.subarray(written));
    return true;
  } catch {
    return false;
  }
}

/** Closing twice is no mistake here: a fault and the peer may both end a connection. */
export function closeQuietly(connection: { close(): void }): void {
  try {
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}
