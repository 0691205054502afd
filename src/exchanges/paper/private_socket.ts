/** The one virtual socket: what happens to the account is told only while it is open. */
import type { ExchangeSocket } from "../exchange.ts";
import type { Wire } from "./wire.ts";

type Handlers = Parameters<ExchangeSocket["open"]>[0];

export class PrivateSocket implements ExchangeSocket {
  readonly id = "private";
  /** The virtual line cannot go mute by itself; a probe every half minute shows that it lives. */
  readonly staleAfterMs = 30_000;
  readonly #wire: Wire;
  readonly #isConnected: () => boolean;
  #handlers: Handlers | null = null;

  constructor(wire: Wire, isConnected: () => boolean) {
    this.#wire = wire;
    this.#isConnected = isConnected;
  }

  get isOpen(): boolean {
    return this.#handlers !== null;
  }

  open(handlers: Handlers, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason);
    if (!this.#isConnected()) return Promise.reject(new Error("the paper venue is not connected"));
    this.#handlers = handlers;
    return Promise.resolve();
  }

  probe(): void {
    this.send(() => {});
  }

  close(): Promise<void> {
    this.#handlers = null;
    return Promise.resolve();
  }

  /** What is sent while the socket is shut, or closes before it arrives, is lost. */
  send(deliver: () => void): void {
    const handlers = this.#handlers;
    if (handlers === null) return;
    this.#wire.push(() => {
      if (this.#handlers !== handlers) return;
      handlers.onFrame();
      deliver();
    });
  }

  /** The venue hangs up. */
  drop(reason: string): void {
    const handlers = this.#handlers;
    this.#handlers = null;
    handlers?.onClose(reason);
  }
}
