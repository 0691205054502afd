/**
 * The one recovery path: after a start, a reconnect, a gap and on demand the same steps bring what
 * is known and what the venue holds together again (architecture, "Recovery: one path").
 *
 * 1. the venue's clock · 2. open orders: what is listed is live, what is not gets looked up
 * 3. trades since the last sync · 4. balances and positions
 */
import { hasEnded } from "../machines/attempts.ts";
import { type IntentContext, isTerminal, lastAttempt } from "../machines/intent_context.ts";
import type { Clock } from "../src/model/clock.ts";
import type { EpochMs } from "../src/model/scalars.ts";
import type { ExchangeAdapter } from "../src/exchanges/exchange.ts";
import type { UnknownCause } from "../src/model/venue.ts";
import type { Account } from "./account.ts";
import type { Book } from "./book.ts";
import type { Entry } from "./entry.ts";
import type { RequestRunner } from "./request.ts";
import type { FactRouter } from "./router.ts";

export interface SyncOptions {
  readonly clock: Clock;
  readonly adapter: ExchangeAdapter;
  readonly runner: RequestRunner;
  readonly book: Book;
  readonly router: FactRouter;
  readonly account: Account;
}

export type SyncResult =
  | { readonly kind: "synced"; readonly tookMs: number }
  | { readonly kind: "failed"; readonly step: string; readonly cause: UnknownCause };

/** Reads overlap the last sync by this much: venue clocks and ours differ, frames are late. */
const OVERLAP_MS = 60_000;

/**
 * Trades are listed back to here at most. An order that rested for months would make every start
 * page through all of them, and fail once that takes longer than one read may. Nothing is lost by
 * it: every order not known to have ended is read by itself, and what it filled is fetched then.
 */
const FILLS_REACH_MS = 24 * 3_600_000;

export class Sync {
  readonly #o: SyncOptions;
  /** By the venue's clock; trades after it have not been read yet. */
  #fillsCursor: EpochMs | null = null;

  constructor(options: SyncOptions) {
    this.#o = options;
  }

  async run(): Promise<SyncResult> {
    const { clock, adapter, runner } = this.#o;
    const started = clock.monotonic();
    const clockRead = await runner.run("serverTime", "resync", () => adapter.syncClock());
    if (clockRead.kind === "failed") return fail("serverTime", clockRead.cause);
    const askedAt = clock.now();
    const open = await runner.run("openOrders", "resync", () => adapter.execution.openOrders());
    if (open.kind === "failed") return fail("openOrders", open.cause);
    const listed = new Set<Entry>();
    for (const order of open.value) {
      const route = this.#o.router.listed(order, open.venueTime);
      if (route !== undefined) listed.add(route.entry);
    }
    const fills = await this.#fills();
    if (fills !== null) return fills;
    const account = await this.#o.account.refresh();
    if (account !== null) return fail("balances", account);
    this.#verifyUnlisted(listed, askedAt);
    return { kind: "synced", tookMs: clock.monotonic() - started };
  }

  /** Trades of every symbol with an order that may have filled while nobody listened. */
  async #fills(): Promise<SyncResult | null> {
    const { adapter, runner, book, router } = this.#o;
    const started = adapter.venueNow();
    const symbols = new Set<string>();
    let oldest = started ?? 0;
    for (const { context, symbolId } of book.entries()) {
      if (context.attemptCount === 0) continue;
      symbols.add(symbolId);
      for (const { admittedAt } of context.attempts) oldest = Math.min(oldest, admittedAt);
    }
    const from = Math.max(this.#fillsCursor ?? oldest, (started ?? 0) - FILLS_REACH_MS);
    const since = Math.max(0, from - OVERLAP_MS);
    for (const symbolId of symbols) {
      // Delisted: its orders are looked up on their own, and must not keep all others waiting.
      if (adapter.instruments.get(symbolId) === undefined) continue;
      const read = await runner.run(
        "fillsSince",
        "resync",
        () => adapter.execution.fillsSince(symbolId, since),
      );
      if (read.kind === "failed") return fail("fillsSince", read.cause);
      for (const fill of read.value) router.fill(fill);
    }
    this.#fillsCursor = started;
    return null;
  }

  /** Not listed and not known to have ended: each is looked up on its own. */
  #verifyUnlisted(listed: ReadonlySet<Entry>, askedAt: EpochMs): void {
    const { book, clock } = this.#o;
    for (const entry of [...book.entries()]) {
      if (listed.has(entry) || entry.isolated || !needsLook(entry.context, askedAt)) continue;
      book.tell(entry.intentId, { type: "order.verify", at: clock.now() });
    }
  }
}

function needsLook(context: IntentContext, askedAt: EpochMs): boolean {
  if (isTerminal(context.phase)) return false;
  const attempt = lastAttempt(context);
  if (attempt?.outcome === "ACCEPTED" && !hasEnded(attempt)) {
    // Accepted after the listing was asked for: its absence there says nothing.
    return attempt.stale || (attempt.answeredAt ?? 0) < askedAt;
  }
  // Whatever it waits for wakes it; after a restart nothing does.
  const { ticket, lookup, cancel, fills } = context.work;
  return !ticket && !lookup.out && !cancel.out && !fills.out &&
    Object.keys(context.deadlines).length === 0;
}

function fail(step: string, cause: UnknownCause): SyncResult {
  return { kind: "failed", step, cause };
}
