/** What an exchange counts about itself, for health, the inspector and the log. */
import type { Log } from "../src/model/log.ts";
import type { EpochMs } from "../src/model/scalars.ts";
import { errorName } from "./error_name.ts";
import { Latency } from "./latency.ts";

export class Vitals {
  /** Round trips of accepted submits. */
  readonly latency = new Latency();
  /** Troubles by what they were; a fixed vocabulary, so it is bounded. */
  readonly errors = new Map<string, number>();
  lastSyncAt: EpochMs | null = null;
  lastSyncMs: number | null = null;
  readonly #exchangeId: string;
  readonly #log: Log;

  constructor(exchangeId: string, log: Log) {
    this.#exchangeId = exchangeId;
    this.#log = log;
  }

  /** @param detail an error, of which only class and code are kept, or a code */
  trouble(what: string, detail: unknown): void {
    this.errors.set(what, (this.errors.get(what) ?? 0) + 1);
    const fields = { exchangeId: this.#exchangeId, what, detail: errorName(detail) };
    this.#log.warn("exchange trouble", fields);
  }

  synced(at: EpochMs, tookMs: number): void {
    this.lastSyncAt = at;
    this.lastSyncMs = tookMs;
  }
}
