/**
 * Fill accounting of one account: what the trades we know of moved, against what the venue's own
 * quantities (balances, positions) moved by. It finds the trade that nobody told us about.
 *
 * I1 A read shows the venue at one moment within a window; a trade inside the window may be in it
 *    or not. Every cut is tried, and what one of them explains is no mismatch.
 * I2 It accuses and never books: a deposit looks like a lost trade, and only a trade is a trade.
 * I3 The baseline moves only where the numbers agree, so that nothing unexplained is forgotten.
 * I4 A position in a contract that has ended is settled without a trade: that it is gone accuses
 *    nobody. What the settlement paid is not checked, as no profit is.
 */
import {
  absolute,
  add,
  compare,
  type Decimal,
  decimal,
  isZero,
  multiply,
  negate,
  subtract,
  ZERO,
} from "../src/model/decimal.ts";
import type { Fill } from "../src/model/fill.ts";
import type { Instrument } from "../src/model/instrument.ts";
import type { EpochMs } from "../src/model/scalars.ts";

/** What is counted: an asset's balance, or the position in an instrument. */
export type Subject =
  | { readonly kind: "asset"; readonly assetId: string }
  | { readonly kind: "position"; readonly symbolId: string };

export interface Quantity {
  readonly subject: Subject;
  readonly quantity: Decimal;
}

/** @param at by the venue's clock */
export type HasEnded = (symbolId: string, at: EpochMs) => boolean;

/** One reading of the whole account; what it does not list is zero. */
export interface Reading {
  /** Which kind of subject it lists. */
  readonly kind: Subject["kind"];
  readonly quantities: readonly Quantity[];
  /** Of positions: what those that are open are settled in. */
  readonly settledIn?: readonly string[];
  /** It shows the venue at some moment between these, by the venue's clock. */
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/** The venue's quantity moved by other than what the known trades explain. */
export interface Mismatch {
  readonly subject: Subject;
  /** Since this reading everything should add up. */
  readonly since: EpochMs;
  readonly readAt: EpochMs;
  readonly venue: { readonly before: Decimal; readonly now: Decimal };
  /** By what the known trades moved it since. */
  readonly booked: Decimal;
  /** What the venue moved beyond that. */
  readonly difference: Decimal;
}

/**
 * Venues round what each trade moves to the asset's own decimals, eight at the most we know; the
 * product of price and quantity has more. So much may be off per trade that has, and no more: an
 * allowance for every trade would grow on a busy account until something is lost in it.
 */
export const ROUNDING_PER_TRADE: Decimal = decimal("0.00000001");
const VENUE_DECIMALS = 8;

/** Trades within the windows of two readings of which every cut is tried: 64 × 64 sums at most. */
const UNCLEAR_TRADES_MAX = 64;

/** Trades of one subject between two readings: an hour at 25 a second. At it, it begins anew. */
const MOVED_MAX = 100_000;

interface Moved {
  readonly at: EpochMs;
  readonly delta: Decimal;
}

interface Track {
  readonly subject: Subject;
  /** At the baseline. Null: no reading yet. */
  base: { quantity: Decimal; readonly from: EpochMs; readonly to: EpochMs } | null;
  /** Newest reading. */
  now: Decimal;
  /** Of trades that are surely between the baseline and every later reading. */
  certain: Decimal;
  /** Trades since the baseline that the venue has to round. */
  rounded: number;
  /** Those that a window may still hold, oldest first. */
  moved: Moved[];
  /** Of a trade not all is known, or too many came: until the next baseline nothing can be said. */
  untold: boolean;
  /** How often the baseline has moved although nothing showed that the numbers agree. */
  begun: number;
}

export class Accounting {
  readonly #tracks = new Map<string, Track>();
  /** The newest reading of each kind; only its window and its presence matter here. */
  readonly #readings = new Map<Subject["kind"], Reading>();
  /** Assets that contracts are settled in: profit and funding move them, which no trade explains. */
  readonly #settled = new Set<string>();

  /** A trade of the account, ours or not; given once each. */
  trade(fill: Fill, instrument: Instrument): void {
    const isSpot = instrument.instrumentType === "SPOT";
    const signed = fill.side === "BUY" ? fill.quantity : negate(fill.quantity);
    if (!isSpot) {
      this.#settled.add(instrument.settleCurrency ?? instrument.quoteCurrency);
      this.#move({ kind: "position", symbolId: fill.symbolId }, fill.venueTime, signed);
      const { fee } = fill;
      if (fee === null || this.#settled.has(fee.asset)) return;
      return this.#move(asset(fee.asset), fill.venueTime, negate(fee.amount));
    }
    const { baseCurrency, quoteCurrency } = instrument;
    const paid = negate(multiply(fill.price, signed));
    this.#move(asset(baseCurrency), fill.venueTime, signed);
    this.#move(asset(quoteCurrency), fill.venueTime, paid);
    if (fill.fee !== null) {
      this.#move(asset(fill.fee.asset), fill.venueTime, negate(fill.fee.amount));
      return;
    }
    for (const assetId of [baseCurrency, quoteCurrency]) this.#track(asset(assetId)).untold = true;
  }

  read(reading: Reading): void {
    const listed = new Set<string>();
    const last = this.#readings.get(reading.kind);
    // The venue's clock has stepped back: trades can no longer be dated against the baseline.
    const isBack = last !== undefined && reading.to < last.from;
    for (const assetId of reading.settledIn ?? []) this.#settled.add(assetId);
    for (const { subject, quantity } of reading.quantities) {
      const track = this.#track(subject); // unheard of since an earlier reading: it was zero then
      listed.add(keyOf(subject));
      track.now = quantity;
      if (isBack) beginAnew(track, reading);
      else if (track.base === null) rebase(track, reading);
    }
    for (const [key, track] of this.#tracks) {
      if (track.subject.kind !== reading.kind || listed.has(key)) continue;
      track.now = ZERO;
      if (isBack) beginAnew(track, reading);
      else if (track.base === null) rebase(track, reading);
    }
    this.#readings.set(reading.kind, reading);
  }

  /** A trade in a contract that is not listed any more: what it moved is not known. */
  unlistedTrade(symbolId: string): void {
    this.#track({ kind: "position", symbolId }).untold = true;
  }

  /**
   * Compares the newest readings with the trades known by now. Where they agree, they are done.
   *
   * @param hasEnded whether a contract had come to its end by then.
   */
  check(hasEnded: HasEnded = () => false): readonly Mismatch[] {
    const found: Mismatch[] = [];
    for (const track of this.#tracks.values()) {
      const reading = this.#readings.get(track.subject.kind);
      if (reading === undefined || track.base === null) continue;
      const { subject } = track;
      if (subject.kind === "asset" && this.#settled.has(subject.assetId)) continue;
      const mismatch = judge(track, reading, hasEnded);
      if (mismatch !== null) found.push(mismatch);
    }
    return found;
  }

  /** A person has settled it: so much is explained, and what comes on top of it is not. */
  accept({ subject, difference }: Pick<Mismatch, "subject" | "difference">): void {
    const base = this.#tracks.get(keyOf(subject))?.base;
    if (base) base.quantity = add(base.quantity, difference);
  }

  /** It grows whenever the baseline had to begin anew: what was off before is not explained by it. */
  begun(subject: Subject): number {
    return this.#tracks.get(keyOf(subject))?.begun ?? 0;
  }

  #move(subject: Subject, at: EpochMs, delta: Decimal): void {
    const track = this.#track(subject);
    if (track.base !== null && at < track.base.from) return; // the baseline shows it already
    if (track.moved.length >= MOVED_MAX) {
      track.moved = [];
      track.untold = true;
    }
    if (isRounded(delta)) track.rounded += 1;
    track.moved.push({ at, delta });
  }

  #track(subject: Subject): Track {
    const key = keyOf(subject);
    const known = this.#tracks.get(key);
    if (known !== undefined) return known;
    const reading = this.#readings.get(subject.kind);
    // It is not in the newest reading: it was zero then.
    const base = reading === undefined
      ? null
      : { from: reading.from, to: reading.to, quantity: ZERO };
    const fresh = {
      subject,
      now: ZERO,
      certain: ZERO,
      rounded: 0,
      moved: [],
      untold: false,
      begun: 0,
    };
    const track: Track = { ...fresh, base };
    this.#tracks.set(key, track);
    return track;
  }
}

export function keyOf(subject: Subject): string {
  return subject.kind === "asset" ? `asset ${subject.assetId}` : `position ${subject.symbolId}`;
}

function asset(assetId: string): Subject {
  return { kind: "asset", assetId };
}

function judge(track: Track, reading: Reading, hasEnded: HasEnded): Mismatch | null {
  const base = track.base;
  if (base === null || reading.from <= base.to) return null; // two windows in one: nothing to say
  const early: Moved[] = [];
  const late: Moved[] = [];
  const later: Moved[] = [];
  for (const moved of track.moved) {
    if (moved.at <= base.to) early.push(moved);
    else if (moved.at < reading.from) track.certain = add(track.certain, moved.delta);
    else (moved.at <= reading.to ? late : later).push(moved);
  }
  track.moved = [...early, ...late, ...later];
  if (track.untold || early.length > UNCLEAR_TRADES_MAX) {
    track.begun += 1;
    rebase(track, reading);
    return null;
  }
  if (late.length > UNCLEAR_TRADES_MAX) return null;
  const change = subtract(track.now, base.quantity);
  const unexplained = subtract(change, track.certain);
  const difference = leftOver(unexplained, early, late);
  const allowed = multiply(ROUNDING_PER_TRADE, decimal(track.rounded));
  if (compare(absolute(difference), allowed) <= 0) {
    if (late.length === 0) rebase(track, reading); // I3
    return null;
  }
  if (isSettled(track, reading, hasEnded)) {
    beginAnew(track, reading);
    return null;
  }
  const booked = subtract(change, difference);
  const venue = { before: base.quantity, now: track.now };
  const { subject } = track;
  return { subject, since: base.from, readAt: reading.to, venue, booked, difference };
}

/** I4 */
function isSettled({ subject, now }: Track, { to }: Reading, hasEnded: HasEnded): boolean {
  return subject.kind === "position" && isZero(now) && hasEnded(subject.symbolId, to);
}

/** The least that stays unexplained, wherever in their windows the two readings were cut. */
function leftOver(unexplained: Decimal, early: Moved[], late: Moved[]): Decimal {
  let least = unexplained;
  for (const after of sums(early.toSorted((a, b) => b.at - a.at))) {
    for (const before of sums(late.toSorted((a, b) => a.at - b.at))) {
      const left = subtract(unexplained, add(after, before));
      if (compare(absolute(left), absolute(least)) < 0) least = left;
    }
  }
  return least;
}

/** Of the first none, one, two, … of them. */
function sums(moved: readonly Moved[]): Decimal[] {
  const all = [ZERO];
  for (const { delta } of moved) all.push(add(all[all.length - 1] ?? ZERO, delta));
  return all;
}

function rebase(track: Track, { from, to }: Reading): void {
  track.base = { quantity: track.now, from, to };
  track.moved = track.moved.filter(({ at }) => at >= from);
  track.certain = ZERO;
  track.rounded = track.moved.filter(({ delta }) => isRounded(delta)).length;
  track.untold = false;
}

/** Trades dated after the reading are of a clock that has stepped back since; it shows them. */
function beginAnew(track: Track, reading: Reading): void {
  track.begun += 1;
  track.moved = track.moved.filter(({ at }) => at <= reading.to);
  rebase(track, reading);
}

function isRounded(delta: Decimal): boolean {
  const point = delta.indexOf(".");
  return point >= 0 && delta.length - point - 1 > VENUE_DECIMALS;
}
