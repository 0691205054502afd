/**
 * Keeps the list of instruments true: when the venue refuses an order for what the list says (a
 * price filter, an unknown symbol), the list is out of date. It is read again, so that the next
 * order is refused here, by name, and nothing is rounded to fit.
 *
 * I1 One reading at a time, and a pause after it: refusals come in bursts, and a list is heavy.
 */
import { type IntentContext, lastAttempt } from "../machines/intent_context.ts";
import { RELIST_PAUSE_MS } from "../machines/timeouts.ts";
import type { ReadOutcome } from "../src/model/venue.ts";

export interface ListingOptions {
  /** Monotonic. */
  readonly now: () => number;
  readonly reload: () => Promise<ReadOutcome<unknown>>;
  readonly onFailed: (code: string) => void;
  readonly onCrash: (error: unknown) => void;
}

/** Refusals that speak of the instrument, in the words of the venues' profiles. */
const OUTDATED: ReadonlySet<string> = new Set(["FILTER", "INVALID_SYMBOL"]);

export class Listing {
  readonly #o: ListingOptions;
  #notBefore = -Infinity;

  constructor(options: ListingOptions) {
    this.#o = options;
  }

  onTurn(before: IntentContext | null, after: IntentContext): void {
    if (before?.attempts === after.attempts) return;
    const attempt = lastAttempt(after);
    if (attempt?.outcome !== "REJECTED" || !OUTDATED.has(attempt.reason ?? "")) return;
    const was = before?.attempts.find((each) => each.attempt === attempt.attempt);
    if (was?.outcome === "REJECTED" || this.#o.now() < this.#notBefore) return;
    this.#notBefore = Infinity; // I1
    this.#reload().catch(this.#o.onCrash);
  }

  async #reload(): Promise<void> {
    const { now, reload, onFailed } = this.#o;
    const read = await reload();
    this.#notBefore = now() + RELIST_PAUSE_MS;
    if (read.kind === "failed") onFailed(read.cause.code);
  }
}
