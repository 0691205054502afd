/**
 * Compares what the account holds with the trades we know of (`machines/accounting.ts`), and sees
 * to what does not add up: first the trades are read again, far back; what no trade explains in two
 * readings in a row is told as drift. Nothing is ever booked from a difference.
 *
 * I1 A difference is told once, for as long as it lasts, and taken back when the numbers agree.
 * I2 Nothing is said while a fact waits for its intent: its trades are not counted yet; nor before
 *    the trades could be read, unless that fails `UNREAD_TRIES` times in a row.
 * I3 A person's word covers the difference that was told, and nothing that came on top of it.
 */
import { Accounting, keyOf, type Mismatch, type Reading } from "../machines/accounting.ts";
import { REFETCH_MS } from "../machines/timeouts.ts";
import { endOf } from "../src/model/asset.ts";
import type { Clock } from "../src/model/clock.ts";
import type { Fill } from "../src/model/fill.ts";
import type { JsonValue } from "../src/model/intent.ts";
import { ACCOUNTED_SYMBOLS_MAX, COUNTED_FILLS_MAX } from "../src/model/limits.ts";
import { RecentKeys } from "../src/model/recent_keys.ts";
import type { EpochMs } from "../src/model/scalars.ts";
import type { Instruments } from "../src/exchanges/exchange.ts";
import type { AuditFinding } from "./drifts.ts";

export interface AccountantOptions {
  readonly clock: Clock;
  readonly instruments: Pick<Instruments, "get" | "list">;
  /** Symbols with orders of ours in memory. */
  readonly symbols: () => Iterable<string>;
  /** Facts that wait for their intent. */
  readonly waiting: () => number;
  /** Reads the trades of these symbols again, each handed on as any fact. @returns whether all were. */
  readonly refetch: (symbols: readonly string[], since: EpochMs) => Promise<boolean>;
  readonly drifts: Disagreements;
}

/** Where differences are kept for people (`drifts.ts`). */
export interface Disagreements {
  /** @returns its drift, or null: there is no room, and it is to be told again. */
  found(finding: AuditFinding): string | null;
  gone(driftId: string): void;
  /** It is counted anew and told no more; it stays open for a person. */
  leave(driftId: string): void;
  isClosed(driftId: string): boolean;
}

interface Told {
  readonly driftId: string;
  /** See `Accounting.begun`. */
  readonly begun: number;
  readonly mismatch: Mismatch;
}

/** A minute of checks: trades that stay unreadable for longer must not hide a difference. */
const UNREAD_TRIES = 12;

export class Accountant {
  readonly #o: AccountantOptions;
  readonly #accounting = new Accounting();
  /** Symbols traded since the start, by us or by others; oldest forgotten. */
  readonly #traded = new Set<string>();
  /** Trades that are counted; reads overlap. Oldest forgotten. */
  readonly #counted = new RecentKeys(COUNTED_FILLS_MAX);
  /** What did not add up in the reading before, by subject. */
  #suspects = new Map<string, Mismatch>();
  readonly #told = new Map<string, Told>();
  #refetchedAt: EpochMs = 0;
  /** Readings of trades that failed, in a row. */
  #unread = 0;

  constructor(options: AccountantOptions) {
    this.#o = options;
  }

  /** Trades that were booked, each for the first time. */
  booked(fills: readonly Fill[]): void {
    // Some may have come before as trades of somebody else, or will: of an adopted order, or of a
    // second order of one request where the venue lists trades without a client order id.
    for (const fill of fills) this.#once(fill);
  }

  /** A trade of an order that is not ours; it may come again. */
  foreign(fill: Fill): void {
    this.#once(fill);
  }

  read(reading: Reading): void {
    this.#accounting.read(reading);
  }

  /** After the account was read. @returns whether it should be read again soon, to be sure. */
  async check(): Promise<boolean> {
    if (this.#o.waiting() > 0) return false; // I2
    let found = this.#mismatches();
    if (this.#wantsTrades(found)) {
      this.#refetchedAt = this.#o.clock.now();
      const since = Math.min(...found.map((mismatch) => mismatch.since));
      const isRead = await this.#o.refetch(this.#symbolsOf(found), since);
      if (this.#o.waiting() > 0) return false;
      this.#unread = isRead ? 0 : this.#unread + 1;
      if (!isRead && this.#unread < UNREAD_TRIES) return true; // I2
      found = this.#mismatches();
    }
    return this.#judge(found);
  }

  /** A contract is over when it is not listed any more, or past the venue's own time. */
  #mismatches(): readonly Mismatch[] {
    return this.#accounting.check((symbolId, at) => {
      const market = this.#o.instruments.get(symbolId);
      return market === undefined || (endOf(market) ?? Infinity) <= at;
    });
  }

  #once(fill: Fill): void {
    if (this.#counted.add(tradeKey(fill))) this.#count(fill);
  }

  #count(fill: Fill): void {
    const market = this.#o.instruments.get(fill.symbolId);
    if (market === undefined) return this.#accounting.unlistedTrade(fill.symbolId);
    this.#trades(fill.symbolId);
    this.#accounting.trade(fill, market.instrument);
  }

  #trades(symbolId: string): void {
    this.#traded.add(symbolId);
    for (const oldest of this.#traded) {
      if (this.#traded.size <= ACCOUNTED_SYMBOLS_MAX) return;
      this.#traded.delete(oldest);
    }
  }

  /** Something new does not add up, or it still does not after a while. */
  #wantsTrades(found: readonly Mismatch[]): boolean {
    if (found.length === 0) return false;
    const isNew = found.some((m) => !isSame(this.#told.get(keyOf(m.subject))?.mismatch, m));
    return isNew || this.#o.clock.now() - this.#refetchedAt >= REFETCH_MS;
  }

  #judge(found: readonly Mismatch[]): boolean {
    const suspects = new Map<string, Mismatch>();
    let unsure = false;
    for (const mismatch of found) {
      const key = keyOf(mismatch.subject);
      const told = this.#told.get(key);
      if (told !== undefined && this.#o.drifts.isClosed(told.driftId)) {
        this.#told.delete(key);
        const isAnew = this.#accounting.begun(mismatch.subject) > told.begun;
        if (!isAnew) this.#accounting.accept(told.mismatch); // I3
        if (!isSame(told.mismatch, mismatch)) unsure = true;
        continue;
      }
      const before = this.#suspects.get(key);
      suspects.set(key, mismatch);
      if (isSame(told?.mismatch, mismatch)) continue;
      const confirmed = isSame(before, mismatch) && before?.readAt !== mismatch.readAt;
      if (before === undefined || !confirmed) unsure = true;
      else this.#tell(key, before, mismatch);
    }
    this.#takeBack(suspects);
    this.#suspects = suspects;
    return unsure;
  }

  /** What is no longer off, because it is explained or because it is counted anew. */
  #takeBack(suspects: ReadonlyMap<string, Mismatch>): void {
    for (const [key, { driftId, mismatch, begun }] of this.#told) {
      const isAnew = this.#accounting.begun(mismatch.subject) > begun;
      if (suspects.has(key) && !isAnew) continue;
      this.#told.delete(key);
      if (isAnew) this.#o.drifts.leave(driftId);
      else this.#o.drifts.gone(driftId);
    }
  }

  /** I1. The difference has changed: the old one is gone, and this is another. */
  #tell(key: string, before: Mismatch, mismatch: Mismatch): void {
    const known = this.#told.get(key);
    if (known !== undefined) this.#o.drifts.gone(known.driftId);
    const driftId = this.#o.drifts.found(findingOf(before, mismatch));
    this.#told.delete(key);
    if (driftId === null) return;
    const begun = this.#accounting.begun(mismatch.subject);
    this.#told.set(key, { driftId, mismatch, begun });
  }

  /** Whose trades could explain it: those we trade, and what pairs two assets that are off. */
  #symbolsOf(found: readonly Mismatch[]): readonly string[] {
    const { instruments, symbols } = this.#o;
    const assets = new Set<string>();
    const chosen = new Set<string>();
    for (const { subject } of found) {
      if (subject.kind === "asset") assets.add(subject.assetId);
      else chosen.add(subject.symbolId);
    }
    if (assets.size > 0) {
      for (const symbolId of [...symbols(), ...this.#traded]) chosen.add(symbolId);
      for (const { symbolId, instrument } of instruments.list()) {
        const { baseCurrency, quoteCurrency } = instrument;
        if (assets.has(baseCurrency) && assets.has(quoteCurrency)) chosen.add(symbolId);
      }
    }
    const listed = [...chosen].filter((symbolId) => instruments.get(symbolId) !== undefined);
    return listed.slice(0, ACCOUNTED_SYMBOLS_MAX);
  }
}

function findingOf(before: Mismatch, now: Mismatch): AuditFinding {
  const { subject } = now;
  const isAsset = subject.kind === "asset";
  const named: { readonly [key: string]: JsonValue } = isAsset
    ? { assetId: subject.assetId }
    : { symbolId: subject.symbolId };
  return {
    kind: isAsset ? "BalanceMismatch" : "PositionMismatch",
    symbolId: isAsset ? null : subject.symbolId,
    subject: isAsset ? subject.assetId : subject.symbolId,
    venue: { ...named, before: now.venue.before, now: now.venue.now },
    local: { ...named, booked: now.booked, unexplained: now.difference, since: now.since },
    evidence: [before, now].map(({ readAt, venue, booked, difference }) => ({
      readAt,
      quantity: venue.now,
      booked,
      unexplained: difference,
    })),
  };
}

function isSame(a: Mismatch | undefined, b: Mismatch): boolean {
  return a?.difference === b.difference;
}

function tradeKey({ symbolId, exchangeOrderId, tradeId }: Fill): string {
  return `${symbolId} ${exchangeOrderId} ${tradeId}`;
}
