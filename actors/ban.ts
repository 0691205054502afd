/**
 * The venue's ban on one exchange, remembered over a restart of the process: whoever comes back too
 * early is banned for longer, and a process that is restarted again and again would.
 */
import type { StoredBan } from "../src/model/ban.ts";
import type { Clock } from "../src/model/clock.ts";
import type { VenueFact } from "../src/model/venue_fact.ts";
import { BAN_ROW, readMeta } from "../src/model/meta_row.ts";
import type { Store } from "../src/stores/store.ts";
import type { Journal } from "./journal.ts";

type BannedFact = Extract<VenueFact, { readonly kind: "banned" }>;

export interface BanOptions {
  readonly exchangeId: string;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly store: Pick<Store, "meta">;
}

export class Ban {
  readonly #o: BanOptions;
  #until = 0;

  constructor(options: BanOptions) {
    this.#o = options;
  }

  /** How much of it is left, ms; 0 without one. @throws {StoreError} */
  leftMs(): number {
    const stored = readMeta(this.#key, this.#o.store.meta(this.#key), BAN_ROW);
    if (stored === null) return 0;
    // A wall clock that was set back meanwhile makes no ban longer than it was.
    return Math.max(0, Math.min(stored.until - this.#o.clock.now(), stored.forMs));
  }

  /** One of single budgets is over before a process is back: their windows are seconds. */
  note({ retryAfterMs, budgets }: Pick<BannedFact, "retryAfterMs" | "budgets">): void {
    if (budgets !== undefined) return;
    const { clock, journal } = this.#o;
    const forMs = Math.max(0, retryAfterMs);
    const until = clock.now() + forMs;
    if (until <= this.#until) return;
    this.#until = until;
    const ban: StoredBan = { until, forMs };
    const meta = [{ key: this.#key, value: JSON.stringify(ban) }];
    journal.write({ meta }).catch(() => {}); // without it the next start asks once too early
  }

  get #key(): string {
    return `ban/${this.#o.exchangeId}`;
  }
}
