/**
 * The one recovery path: after a start, a reconnect, a gap and on demand the same steps bring what
 * is known and what the venue holds together again (architecture, "Recovery: one path").
 *
 * 1. the venue's clock · 2. open orders: what is listed is live, what is not gets looked up
 * 3. trades since the last sync · 4. balances and positions, and whether the trades explain them
 */
import { hasEnded } from "../machines/attempts.ts";
import { type IntentContext, isTerminal, lastAttempt } from "../machines/intent_context.ts";
import { isOwedFills } from "../machines/reconcile.ts";
import { TRADED_REMEMBER_MS } from "../machines/timeouts.ts";
import type { Clock } from "../src/model/clock.ts";
import type { EpochMs } from "../src/model/scalars.ts";
import type { ExchangeAdapter } from "../src/exchanges/exchange.ts";
import type { UnknownCause } from "../src/model/venue.ts";
import type { Account } from "./account.ts";
import type { Accountant } from "./accountant.ts";
import type { Book } from "./book.ts";
import type { ClockWatch } from "./clock_watch.ts";
import type { Entry } from "./entry.ts";
import type { Missed } from "./missed.ts";
import type { RequestRunner } from "./request.ts";
import type { ExternalOrders } from "./external_orders.ts";
import type { FactRouter } from "./router.ts";

export interface SyncOptions {
  readonly clock: Clock;
  readonly adapter: ExchangeAdapter;
  readonly runner: RequestRunner;
  readonly book: Book;
  readonly router: FactRouter;
  /** Told the whole listing, so that it forgets what has ended. */
  readonly external?: ExternalOrders;
  readonly account: Account;
  readonly accountant: Accountant;
  readonly clockWatch: ClockWatch;
  /** Told what the stream should have told; default: nobody. */
  readonly missed?: Pick<Missed, "reading" | "unlisted">;
  /** Symbols whose trades the first sync reads, and since when; intents may have ended meanwhile. */
  readonly traded?: () => ReadonlyMap<string, EpochMs>;
}

/** What of the venue is compared: all of it by a sync, a part of it by most audits. */
export type SyncPart = "orders" | "fills" | "account";

const ALL: ReadonlySet<SyncPart> = new Set(["orders", "fills", "account"]);

export type SyncResult =
  | {
    readonly kind: "synced";
    readonly tookMs: number;
    /** Something did not add up, and is to be read again soon. */
    readonly unsure: boolean;
  }
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
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: SyncOptions) {
    this.#o = options;
  }

  /** One at a time: what two of them read could not be told apart. */
  run(parts: ReadonlySet<SyncPart> = ALL): Promise<SyncResult> {
    const next = this.#last.then(() => this.#run(parts));
    this.#last = next.catch(() => {});
    return next;
  }

  /** Trades of these symbols, however long ago they were last read. @returns whether all were. */
  async refetch(symbols: readonly string[], since: EpochMs): Promise<boolean> {
    const now = this.#o.adapter.venueNow() ?? since;
    for (const symbolId of symbols) {
      const from = Math.max(0, since - OVERLAP_MS, now - FILLS_REACH_MS);
      if (await this.#fillsOf(symbolId, from) !== null) return false; // the next look tries again
    }
    return true;
  }

  async #run(parts: ReadonlySet<SyncPart>): Promise<SyncResult> {
    const { clock, runner, clockWatch } = this.#o;
    const started = clock.monotonic();
    const clockRead = await runner.run("serverTime", "resync", () => clockWatch.measure());
    if (clockRead.kind === "failed") return fail("serverTime", clockRead.cause);
    const looked = parts.has("orders") ? await this.#orders() : NOTHING_LISTED;
    if ("kind" in looked) return looked;
    const fills = parts.has("fills") ? await this.#fills() : null;
    if (fills !== null) return fills;
    this.#o.router.reviewAll();
    let unsure = false;
    if (parts.has("account")) {
      const failed = await this.#o.account.refresh();
      if (failed !== null) return fail("balances", failed);
      unsure = await this.#o.accountant.check();
    }
    if (parts.has("orders")) this.#verifyUnlisted(looked.listed, looked.askedAt);
    return { kind: "synced", tookMs: clock.monotonic() - started, unsure };
  }

  async #orders(): Promise<Listing | SyncResult> {
    const { clock, adapter, runner, router } = this.#o;
    const askedAt = clock.now();
    const open = await runner.run("openOrders", "resync", () => adapter.execution.openOrders());
    if (open.kind === "failed") return fail("openOrders", open.cause);
    this.#o.external?.listed(open.value, open.venueTime);
    const listed = new Set<Entry>();
    this.#reading(() => {
      for (const order of open.value) {
        const route = router.listed(order, open.venueTime);
        if (route !== undefined) listed.add(route.entry);
      }
    });
    return { listed, askedAt };
  }

  /** Trades of every symbol with an order that may have filled while nobody listened. */
  async #fills(): Promise<SyncResult | null> {
    const { adapter, book } = this.#o;
    const started = adapter.venueNow();
    const symbols = new Set<string>();
    let oldest = started ?? 0;
    for (const { context, symbolId } of book.entries()) {
      if (context.attemptCount === 0) continue;
      symbols.add(symbolId);
      for (const { admittedAt } of context.attempts) oldest = Math.min(oldest, admittedAt);
    }
    for (const [symbolId, usedAt] of this.#o.traded?.() ?? []) {
      if (this.#fillsCursor === null) oldest = Math.min(oldest, usedAt);
      // A read may be behind, and what it missed is in the next one's reach only.
      else if (usedAt < this.#fillsCursor - 2 * TRADED_REMEMBER_MS) continue;
      symbols.add(symbolId);
    }
    // The venue's clock, or our measure of it, may have stepped back since the cursor was set.
    const cursor = Math.min(this.#fillsCursor ?? oldest, started ?? Infinity);
    const from = Math.max(cursor, (started ?? 0) - FILLS_REACH_MS);
    const since = Math.max(0, from - OVERLAP_MS);
    for (const symbolId of symbols) {
      // Delisted: its orders are looked up on their own, and must not keep all others waiting.
      if (adapter.instruments.get(symbolId) === undefined) continue;
      const failed = await this.#fillsOf(symbolId, since);
      if (failed !== null) return failed;
    }
    this.#fillsCursor = started;
    return null;
  }

  async #fillsOf(symbolId: string, since: EpochMs): Promise<SyncResult | null> {
    const { adapter, runner, router } = this.#o;
    const read = await runner.run(
      "fillsSince",
      "resync",
      () => adapter.execution.fillsSince(symbolId, since),
      { symbolId },
    );
    if (read.kind === "failed") return fail("fillsSince", read.cause);
    this.#reading(() => {
      for (const fill of read.value) router.fill(fill);
    });
    return null;
  }

  #reading(take: () => void): void {
    const { missed } = this.#o;
    if (missed === undefined) take();
    else missed.reading(take);
  }

  /** Not listed and not known to have ended: each is looked up on its own. */
  #verifyUnlisted(listed: ReadonlySet<Entry>, askedAt: EpochMs): void {
    const { book, clock, missed } = this.#o;
    for (const entry of [...book.entries()]) {
      if (listed.has(entry) || entry.isolated || !needsLook(entry.context, askedAt)) continue;
      missed?.unlisted(entry.intentId);
      book.tell(entry.intentId, { type: "order.verify", at: clock.now() });
    }
  }
}

interface Listing {
  readonly listed: ReadonlySet<Entry>;
  readonly askedAt: EpochMs;
}

const NOTHING_LISTED: Listing = { listed: new Set(), askedAt: 0 };

function needsLook(context: IntentContext, askedAt: EpochMs): boolean {
  if (isTerminal(context.phase) && !context.attempts.some(isOwedFills)) return false;
  const attempt = lastAttempt(context);
  if (attempt?.outcome === "ACCEPTED" && !hasEnded(attempt)) {
    // Accepted after the listing was asked for: its absence there says nothing.
    return attempt.stale || (attempt.answeredAt ?? 0) < askedAt;
  }
  // Whatever it waits for wakes it; after a restart nothing does.
  const { ticket, lookup, cancel, fills } = context.work;
  const { submitBy: _by, alarm: _alarm, ...waking } = context.deadlines; // those ask for nothing
  return !ticket && !lookup.out && !cancel.out && !fills.out && Object.keys(waking).length === 0;
}

function fail(step: string, cause: UnknownCause): SyncResult {
  return { kind: "failed", step, cause };
}
