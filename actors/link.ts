/**
 * The way to the venue of one exchange: connecting the adapter, its sockets, and the pause before
 * the next try. What happens on it is told to the exchange's chart as events.
 *
 * I1 An answer of an older connect is ignored: each run has its number.
 * I2 Nobody connects while the venue has banned us: connecting asks no runner for leave.
 * I3 No socket opens before the key was found fit: what it may do is asked after each connect.
 */
import type { InspectionEvent } from "xstate";
import { backoff, EXCHANGE_BACKOFF_CAP_MS, EXCHANGE_BACKOFF_MS } from "../machines/timeouts.ts";
import type { ExchangeAdapter, ExchangeSocket } from "../src/exchanges/exchange.ts";
import { ExchangeError } from "../src/model/errors.ts";
import type { CancelTimer, Clock, Random } from "../src/model/clock.ts";
import type { Connection } from "./connection.ts";
import { errorName } from "./error_name.ts";
import { checkKey } from "./key_check.ts";
import type { Notices } from "./notices.ts";
import { Sockets } from "./sockets.ts";
import type { Supervisor } from "./supervision.ts";
import type { Vitals } from "./vitals.ts";

export interface LinkOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly adapter: ExchangeAdapter;
  readonly supervisor: Supervisor;
  readonly inspect: (event: InspectionEvent) => void;
  readonly notices: Notices;
  readonly vitals: Vitals;
  /** A key that may withdraw is used all the same. */
  readonly allowWithdrawalKeys: boolean;
  /** Nothing may be sent for so long. */
  readonly bannedForMs: () => number;
  readonly tell: (event: LinkEvent) => void;
  /** Every socket of the adapter that trading waits for is up. */
  readonly onAllUp: () => void;
  /** Something did not work: whoever waits for the start has waited long enough. */
  readonly onTrouble: () => void;
}

export type LinkEvent =
  | { readonly type: "exchange.connected" | "retry.due" }
  | {
    readonly type: "exchange.failed" | "connect.refused" | "socket.down";
    readonly reason: string;
  };

export class Link {
  readonly #o: LinkOptions;
  readonly #sockets: Sockets;
  readonly #abort = new AbortController();
  #run = 0;
  #ended = false;
  #cancelRetry: CancelTimer | null = null;

  constructor(options: LinkOptions) {
    const { clock, random, supervisor, inspect, notices } = options;
    this.#o = options;
    this.#sockets = new Sockets({
      clock,
      random,
      supervisor,
      inspect,
      onUp: (socketId) => notices.connection("ConnectionUp", socketId, null),
      onAllUp: () => options.onAllUp(),
      onDown: (socket, reason) => this.#down(socket, reason),
      onFailedDial: (socketId, reason) => this.#trouble(`socket.${socketId}`, reason),
    });
  }

  get connections(): readonly Connection[] {
    return this.#sockets.connections;
  }

  connect(): void {
    const run = ++this.#run;
    if (this.#o.bannedForMs() > 0) { // I2
      this.scheduleRetry(0);
      return this.#o.onTrouble();
    }
    this.#o.adapter.connect(this.#abort.signal).then(
      () => {
        if (run === this.#run) this.#connected(run); // I1
      },
      (error) => {
        if (run === this.#run) this.#failed(error);
      },
    );
  }

  /** Of the sockets that trading waits for: their frames cannot be trusted any more. */
  redial(reason: string): void {
    for (const { id, spare } of this.#o.adapter.sockets) {
      if (spare !== true) this.#sockets.redial(id, reason);
    }
  }

  scheduleRetry(failures: number): void {
    this.#cancelRetry?.();
    const pause = backoff(failures + 1, EXCHANGE_BACKOFF_MS, EXCHANGE_BACKOFF_CAP_MS);
    const delayMs = Math.max(this.#o.bannedForMs(), pause * (0.5 + this.#o.random.next() / 2));
    this.#cancelRetry = this.#o.clock.setTimer(() => this.#o.tell({ type: "retry.due" }), delayMs);
  }

  stop(): void {
    this.#ended = true;
    this.#run += 1;
    this.#abort.abort();
    this.#cancelRetry?.();
    this.#cancelRetry = null;
  }

  /** I3 */
  #connected(run: number): void {
    const { adapter, allowWithdrawalKeys } = this.#o;
    if (adapter.permissions === undefined || allowWithdrawalKeys) return this.#begin();
    checkKey(adapter).then((check) => {
      if (run !== this.#run) return; // I1
      if (check.kind === "refused") return this.#refused(check.reason);
      if (check.kind === "failed") return this.#failed(`permissions: ${check.code}`);
      if (check.mayNotTrade) this.#o.vitals.trouble("key", "MAY_NOT_TRADE");
      this.#begin();
    });
  }

  #begin(): void {
    const { sockets } = this.#o.adapter;
    this.#sockets.start(sockets);
    if (sockets.every(({ spare }) => spare === true)) this.#o.tell({ type: "exchange.connected" });
  }

  #failed(error: unknown): void {
    // The adapter's own words, which quote no request: it knows that no retry can help.
    if (error instanceof ExchangeError && error.code === "CONNECT_REFUSED") {
      return this.#refused(error.message);
    }
    this.#o.tell({ type: "exchange.failed", reason: errorName(error) });
    this.#trouble("connect", error);
  }

  #refused(reason: string): void {
    this.#o.vitals.trouble("connect.refused", "CONNECT_REFUSED");
    this.#o.tell({ type: "connect.refused", reason });
    this.#o.onTrouble();
  }

  #down({ id, spare }: ExchangeSocket, reason: string): void {
    if (this.#ended) return;
    this.#o.notices.connection("ConnectionDown", id, reason);
    if (spare !== true) this.#o.tell({ type: "socket.down", reason: `${id}: ${reason}` });
  }

  /** A login that is refused would else look like a venue that is merely slow. */
  #trouble(what: string, error: unknown): void {
    this.#o.vitals.trouble(what, error);
    this.#o.onTrouble();
  }
}
