/**
 * The private stream of one process: late, twice, out of order, silent or gone, as the seed says.
 */
import type { ExchangeSocket, VenueFact } from "../../src/exchanges/exchange.ts";
import type { Decisions } from "./decisions.ts";
import type { Incarnation } from "./incarnation.ts";

type Handlers = Parameters<ExchangeSocket["open"]>[0];

export interface SimulatedSocketOptions {
  readonly incarnation: Incarnation;
  readonly decisions: Decisions;
  /** The venue takes no connection now. */
  readonly isRefused: () => boolean;
  readonly deliver: (fact: VenueFact) => void;
}

export class SimulatedSocket implements ExchangeSocket {
  readonly id = "private";
  readonly staleAfterMs = 20_000;
  readonly #o: SimulatedSocketOptions;
  #handlers: Handlers | null = null;
  #isMute = false;
  /** Frames of one connection keep their order, unless a fault says otherwise. */
  #lastArrival = 0;

  constructor(options: SimulatedSocketOptions) {
    this.#o = options;
  }

  open(handlers: Handlers, signal: AbortSignal): Promise<void> {
    const { decisions, incarnation } = this.#o;
    return new Promise((resolve, reject) => {
      const isDead = decisions.fault("dialFailed", 0.15);
      incarnation.setTimer(() => {
        if (signal.aborted || isDead || this.#o.isRefused()) {
          return reject(new Error("the dial failed"));
        }
        this.#handlers = handlers;
        this.#isMute = false;
        resolve();
      }, decisions.between("socket:dial", [5, 60]));
    });
  }

  probe(): void {
    this.#send(() => {});
  }

  close(): Promise<void> {
    this.#handlers = null;
    return Promise.resolve();
  }

  /** The venue tells something. What is told while nobody listens is lost. */
  push(fact: () => VenueFact): void {
    const { decisions } = this.#o;
    if (this.#handlers === null) return;
    if (decisions.fault("frameDropped", 0.06)) return;
    const copies = decisions.fault("frameDuplicated", 0.08) ? 2 : 1;
    for (let i = 0; i < copies; i++) this.#send(() => this.#o.deliver(fact()));
  }

  /** The venue hangs up. */
  drop(): void {
    const handlers = this.#handlers;
    this.#handlers = null;
    handlers?.onClose("the venue hung up");
  }

  /** Open, but nothing comes any more. */
  mute(): void {
    this.#isMute = true;
  }

  #send(deliver: () => void): void {
    const { decisions, incarnation } = this.#o;
    const handlers = this.#handlers;
    if (handlers === null || this.#isMute) return;
    const isLate = decisions.fault("frameDelayed", 0.08);
    const now = incarnation.monotonic();
    let arrival = now + decisions.between("frame:delay", isLate ? [50, 4_000] : [1, 15]);
    if (!isLate) this.#lastArrival = arrival = Math.max(arrival, this.#lastArrival);
    incarnation.setTimer(() => {
      if (this.#handlers !== handlers || this.#isMute) return;
      handlers.onFrame();
      deliver();
    }, arrival - now);
  }
}
