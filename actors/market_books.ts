/**
 * The order books of one exchange: each put together by its `MarketBook`, read and subscribed anew
 * when that says so. The market actor tells it what comes and what is up; it publishes.
 *
 * I1 A book whose stream is down, broken or silent is published as stale until it is whole again, or until
 *    a poll tells its state.
 * I2 One attempt of a book runs at a time, and attempts that fail come with growing pauses.
 */
import { type BookOutcome, type BookTrouble, MarketBook } from "../machines/market_book.ts";
import { LOOK_LEVELS, type ShownBook } from "../machines/topic_proof.ts";
import {
  backoff,
  BOOK_HEALTHY_MS,
  BOOK_RESYNC_CAP_MS,
  BOOK_RESYNC_MS,
  BOOK_SNAPSHOT_WAIT_MS,
} from "../machines/timeouts.ts";
import type { CancelTimer, Clock } from "../src/model/clock.ts";
import { subtract } from "../src/model/decimal.ts";
import type { OrderBook } from "../src/model/market.ts";
import {
  type BookDelta,
  type BookRules,
  type BookSnapshot,
  type BookTopic,
  type BookUpdate,
  topicKey,
} from "../src/model/market_feed.ts";
import type { ReadOutcome } from "../src/model/venue.ts";
import type { MarketNews } from "./market_subscription.ts";

export interface BooksOptions {
  readonly exchangeId: string;
  readonly clock: Clock;
  readonly rulesOf: (topic: BookTopic) => BookRules;
  readonly read: (symbolId: string, depth: number) => Promise<ReadOutcome<BookSnapshot>>;
  /** Asks the venue for the topic anew, so that it sends a snapshot. */
  readonly resubscribe: (topic: BookTopic) => void;
  readonly publish: (news: MarketNews<BookUpdate>) => void;
  /** A resync, by its cause. */
  readonly trouble: (what: BookTrouble | "READ" | "NO_SNAPSHOT", symbolId: string) => void;
}

interface Entry {
  topic: BookTopic;
  rules: BookRules;
  book: MarketBook;
  /** What is shown until a deeper one, wanted since, is whole; null when there is none. */
  before: MarketBook | null;
  readonly news: MarketNews<BookUpdate>;
  /** What was read while there was no stream; null while there is one. */
  polled: BookSnapshot | null;
  /** The last poll failed, so what it told before may no longer be true. */
  pollFailed: boolean;
  hasBegun: boolean;
  isUp: boolean;
  /** How often the stream has told something of it. */
  heard: number;
  /** Proven behind, and the stream has told nothing since. */
  isSilent: boolean;
  tries: number;
  /** Monotonic: since when it is whole; null when it is not. */
  wholeSince: number | null;
  /** Monotonic. */
  askedAt: number;
  /** Answers of an older attempt are ignored. */
  attempt: number;
  isReading: boolean;
  cancelTimer: CancelTimer | null;
}

/** A snapshot is read this much deeper than wanted: the market may move within it. */
const READ_FACTOR = 10;
/** While a book is whole, its deeper levels are read again at most this often. */
const REFRESH_PAUSE_MS = 1_000;

export class MarketBooks {
  readonly #o: BooksOptions;
  readonly #entries = new Map<string, Entry>();
  #resyncs = 0;

  constructor(options: BooksOptions) {
    this.#o = options;
  }

  /** How often a book had to be put together again. */
  get resyncs(): number {
    return this.#resyncs;
  }

  /** Whether what is shown is true now; false also for a book that is not there. */
  isWhole(symbolId: string): boolean {
    const entry = this.#entries.get(symbolId);
    return entry !== undefined && isTrue(entry);
  }

  /** How often the stream has told something of it. */
  heard(symbolId: string): number {
    return this.#entries.get(symbolId)?.heard ?? 0;
  }

  /** What the stream has told, to be compared with a read; null while it is not whole. */
  shown(symbolId: string): ShownBook | null {
    const entry = this.#entries.get(symbolId);
    if (entry === undefined || !isTrue(entry)) return null;
    // Elsewhere a read may count otherwise than the stream: nothing needs them to agree.
    const sequence = entry.rules.snapshot === "read" ? entry.book.sequence : null;
    return { ...entry.book.view(LOOK_LEVELS), sequence };
  }

  /** @returns whether it was there and is now wanted deeper. */
  add(topic: BookTopic): boolean {
    const known = this.#entries.get(topic.symbolId);
    if (known !== undefined) {
      this.#deepen(known, topic);
      return true;
    }
    const rules = this.#o.rulesOf(topic);
    const key = topicKey(topic);
    const entry: Entry = {
      topic,
      rules,
      book: new MarketBook(rules, topic.depth),
      before: null,
      news: {
        topic: key,
        key,
        present: ({ depth }) => updateOf(entry, { depth, exchange: this.#o.exchangeId }),
      },
      polled: null,
      pollFailed: false,
      hasBegun: false,
      isUp: false,
      heard: 0,
      isSilent: false,
      tries: 0,
      wholeSince: null,
      askedAt: -Infinity,
      attempt: 0,
      isReading: false,
      cancelTimer: null,
    };
    this.#entries.set(topic.symbolId, entry);
    return false;
  }

  remove(symbolId: string): void {
    const entry = this.#entries.get(symbolId);
    if (entry !== undefined) this.#idle(entry);
    this.#entries.delete(symbolId);
  }

  /** Its topic was subscribed to, for the first time or again. */
  up(symbolId: string): void {
    const entry = this.#entries.get(symbolId);
    if (entry === undefined) return;
    this.#idle(entry);
    entry.isUp = true;
    entry.tries = 0;
    entry.wholeSince = null;
    entry.book.suspend();
    if (entry.rules.snapshot === "read") return this.#resync(entry);
    this.#awaitSnapshot(entry);
  }

  down(symbolId: string): void {
    const entry = this.#entries.get(symbolId);
    if (entry === undefined) return;
    this.#idle(entry);
    entry.isUp = false;
    this.#suspend(entry);
  }

  /** A read has proven that its stream tells nothing any more; it is asked for it anew. */
  silent(symbolId: string): void {
    const entry = this.#entries.get(symbolId);
    if (entry === undefined || !entry.isUp) return;
    this.#resyncs += 1;
    entry.isSilent = true;
    entry.tries = 0;
    this.#idle(entry);
    this.#suspend(entry);
    if (entry.rules.snapshot === "read") this.#resync(entry);
    else this.#awaitSnapshot(entry);
  }

  /** Something of it was lost on the way. */
  lost(symbolId: string): void {
    const entry = this.#entries.get(symbolId);
    if (entry === undefined || !entry.isUp) return;
    this.#broken(entry, "GAP");
  }

  snapshot(book: BookSnapshot): void {
    const entry = this.#entries.get(book.symbolId);
    if (entry === undefined || !entry.isUp) return;
    this.#hear(entry);
    this.#take(entry, entry.book.snapshot(book, "stream"));
  }

  delta(delta: BookDelta): void {
    const entry = this.#entries.get(delta.symbolId);
    if (entry === undefined || !entry.isUp) return;
    this.#hear(entry);
    this.#take(entry, entry.book.delta(delta));
  }

  /** Read because the stream is down; null: it could not be. */
  polled(symbolId: string, book: BookSnapshot | null): void {
    const entry = this.#entries.get(symbolId);
    if (entry === undefined || isTrue(entry)) return;
    entry.pollFailed = book === null;
    entry.polled = book ?? entry.polled;
    entry.hasBegun ||= book !== null;
    this.#publish(entry);
  }

  /** The end of this life: what is shown from now on is stale. */
  stop(): void {
    for (const symbolId of [...this.#entries.keys()]) this.down(symbolId);
    this.#entries.clear();
  }

  #hear(entry: Entry): void {
    entry.heard += 1;
    if (!entry.isSilent) return;
    entry.isSilent = false;
    entry.polled = null;
    entry.pollFailed = false;
  }

  #take(entry: Entry, outcome: BookOutcome): void {
    if (outcome.kind === "broken") return this.#broken(entry, outcome.trouble);
    if (outcome.kind === "unchanged") return;
    if (entry.wholeSince === null) this.#whole(entry);
    entry.hasBegun = true;
    this.#publish(entry);
    if (entry.book.needsSnapshot && entry.rules.snapshot === "read") this.#resync(entry);
  }

  /** The venue's stream knows no depths: another book begins, the old one is shown until then. */
  #deepen(entry: Entry, topic: BookTopic): void {
    const shown = entry.hasBegun ? entry.book : null;
    entry.topic = topic;
    entry.rules = this.#o.rulesOf(topic);
    entry.book = new MarketBook(entry.rules, topic.depth);
    entry.before ??= shown;
    entry.before?.suspend();
    entry.wholeSince = null;
    this.#publish(entry);
    if (!entry.isUp) return;
    this.#idle(entry);
    this.#resync(entry);
  }

  #whole(entry: Entry): void {
    entry.wholeSince = this.#o.clock.monotonic();
    entry.before = null;
    if (!entry.isSilent) {
      entry.polled = null;
      entry.pollFailed = false;
    }
    if (entry.rules.snapshot === "stream") this.#idle(entry);
  }

  #broken(entry: Entry, trouble: BookTrouble | "READ" | "NO_SNAPSHOT"): void {
    this.#resyncs += 1;
    this.#o.trouble(trouble, entry.topic.symbolId);
    const { wholeSince } = entry;
    const healthyMs = wholeSince === null ? 0 : this.#o.clock.monotonic() - wholeSince;
    entry.tries = healthyMs >= BOOK_HEALTHY_MS ? 0 : entry.tries + 1;
    this.#idle(entry);
    this.#suspend(entry);
    this.#resync(entry);
  }

  #suspend(entry: Entry): void {
    entry.wholeSince = null;
    entry.book.suspend();
    entry.before?.suspend();
    this.#publish(entry); // I1
  }

  /** I2: the first attempt is made at once. */
  #resync(entry: Entry): void {
    if (entry.cancelTimer !== null || entry.isReading) return;
    if (entry.rules.snapshot === "read") entry.book.keepDeltas();
    const { clock } = this.#o;
    const byTries = entry.tries === 0
      ? 0
      : backoff(entry.tries, BOOK_RESYNC_MS, BOOK_RESYNC_CAP_MS);
    const sinceAsked = clock.monotonic() - entry.askedAt;
    const pause = Math.max(byTries, entry.book.isLive ? REFRESH_PAUSE_MS - sinceAsked : 0);
    if (pause === 0) return this.#ask(entry);
    entry.cancelTimer = clock.setTimer(() => {
      entry.cancelTimer = null;
      this.#ask(entry);
    }, pause);
  }

  #ask(entry: Entry): void {
    entry.askedAt = this.#o.clock.monotonic();
    if (entry.rules.snapshot === "read") return this.#read(entry);
    this.#o.resubscribe(entry.topic);
    this.#awaitSnapshot(entry);
  }

  #awaitSnapshot(entry: Entry): void {
    entry.askedAt = this.#o.clock.monotonic();
    entry.cancelTimer = this.#o.clock.setTimer(() => {
      entry.cancelTimer = null;
      if (!entry.book.isLive) this.#broken(entry, "NO_SNAPSHOT");
    }, BOOK_SNAPSHOT_WAIT_MS);
  }

  #read(entry: Entry): void {
    const { symbolId } = entry.topic;
    const attempt = ++entry.attempt;
    entry.isReading = true;
    this.#o.read(symbolId, entry.book.depth * READ_FACTOR).then((read) => {
      if (attempt !== entry.attempt || this.#entries.get(symbolId) !== entry) return;
      entry.isReading = false;
      if (read.kind === "failed") return this.#again(entry, "READ");
      const outcome = entry.book.snapshot(read.value, "read");
      if (outcome.kind === "unchanged") return this.#again(entry, null); // older than the stream
      this.#take(entry, outcome);
    });
  }

  #again(entry: Entry, trouble: "READ" | null): void {
    entry.tries += 1;
    if (trouble !== null) this.#o.trouble(trouble, entry.topic.symbolId);
    this.#resync(entry);
  }

  #idle(entry: Entry): void {
    entry.attempt += 1;
    entry.isReading = false;
    entry.cancelTimer?.();
    entry.cancelTimer = null;
  }

  #publish(entry: Entry): void {
    if (entry.hasBegun) this.#o.publish(entry.news);
  }
}

/** What is shown is true now, and the stream would tell if it were not. */
function isTrue({ book, isSilent }: Entry): boolean {
  return book.isLive && !isSilent;
}

function updateOf(
  { topic, book: newest, before, polled, pollFailed, isSilent }: Entry,
  given: { readonly depth: number; readonly exchange: string },
): BookUpdate {
  const book = before ?? newest;
  if ((book.isLive && !isSilent) || polled === null) {
    const { sequence, venueTime, isLive } = book;
    const shown = { ...book.view(given.depth), symbolId: topic.symbolId, sequence, venueTime };
    return {
      ...orderBookOf(shown, given.exchange),
      source: "stream",
      isStale: !isLive || isSilent,
    };
  }
  const bids = polled.bids.slice(0, given.depth);
  const asks = polled.asks.slice(0, given.depth);
  const shown = orderBookOf({ ...polled, bids, asks }, given.exchange);
  return { ...shown, source: "poll", isStale: pollFailed };
}

export function orderBookOf(
  shown: Pick<BookSnapshot, "symbolId" | "bids" | "asks" | "sequence" | "venueTime">,
  exchange: string,
): OrderBook {
  const { symbolId, bids, asks, sequence, venueTime } = shown;
  const bestBid = bids[0]?.price ?? null;
  const bestAsk = asks[0]?.price ?? null;
  const spread = bestBid === null || bestAsk === null ? null : subtract(bestAsk, bestBid);
  const timestamp = venueTime;
  return { symbol: symbolId, exchange, timestamp, sequence, bids, asks, bestBid, bestAsk, spread };
}
