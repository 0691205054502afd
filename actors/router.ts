/**
 * Brings the venue's facts about orders to their intents. A fact nobody owns is never dropped: it
 * is parked durably while an attempt on its symbol may turn out to be its owner, and becomes an
 * `OrderOrphaned` event only then.
 */
import { hasEnded, isAnotherOrder } from "../machines/attempts.ts";
import { type AttemptRecord, type IntentContext, lastAttempt } from "../machines/intent_context.ts";
import type { Clock } from "../src/model/clock.ts";
import type { Fill } from "../src/model/fill.ts";
import { hasTag } from "../src/model/ids.ts";
import { ORPHANS_KNOWN_MAX, PARKED_FACTS_MAX } from "../src/model/limits.ts";
import type { EpochMs } from "../src/model/scalars.ts";
import type { KernelEvent } from "../src/model/event.ts";
import type { VenueOrder } from "../src/model/venue.ts";
import { RecentKeys } from "../src/model/recent_keys.ts";
import type { ParkedFact, StoredIntent } from "../src/stores/store.ts";
import type { Book } from "./book.ts";
import type { Journal } from "./journal.ts";
import type { FactIds, Route } from "./routes.ts";

export interface RouterOptions {
  readonly exchangeId: string;
  readonly clock: Clock;
  readonly book: Book;
  readonly journal: Journal;
  /** Our own client ids begin with it. */
  readonly tag: string;
  /** Brings a retired intent back into the book. */
  readonly revive: (stored: StoredIntent) => void;
  readonly findStored: (ids: FactIds) => StoredIntent | undefined;
  /** An order that no intent here owns, whoever placed it. */
  readonly onExternal?: (order: VenueOrder) => void;
  /** An order with our tag that no intent here placed: the store is behind the venue. */
  readonly onForeignTag: (order: VenueOrder) => void;
  /** A second order under the client id of an attempt. */
  readonly onSecondOrder: (context: IntentContext, order: VenueOrder) => void;
  /** A trade of an order that is not ours; the same one may come again. */
  readonly onForeignFill?: (fill: Fill) => void;
  /** `PARKED_FACTS_MAX` wait: facts of this symbol are dropped from now on. */
  readonly onFull?: (symbolId: string) => void;
  /** The doubt is over, and what was dropped since then can be read again. */
  readonly onRoom?: (symbolId: string, since: EpochMs) => void;
}

type OrderFact =
  | { readonly kind: "order"; readonly order: VenueOrder }
  | { readonly kind: "fill"; readonly fill: Fill };

export class FactRouter {
  readonly #o: RouterOptions;
  readonly #parked = new Map<string, { readonly symbolId: string; readonly fact: OrderFact }>();
  /** Intents per symbol with an attempt that is in flight or in doubt. */
  readonly #uncertain = new Map<string, number>();
  /** Symbols of which facts were dropped for want of room, and since when. */
  readonly #full = new Map<string, EpochMs>();
  /** Orders told as orphans or as seconds, each once; the oldest is forgotten first. */
  readonly #told = new RecentKeys(ORPHANS_KNOWN_MAX);
  /** Client order ids of second orders: where trades do not name theirs, they are found by these. */
  readonly #seconds = new Map<string, string>();

  constructor(options: RouterOptions) {
    this.#o = options;
  }

  /** So many facts wait that some could not be kept: no further order goes to this symbol. */
  isFull(symbolId: string): boolean {
    return this.#full.has(symbolId);
  }

  get parkedCount(): number {
    return this.#parked.size;
  }

  /** @returns whether an intent took it. */
  order(order: VenueOrder): boolean {
    const route = this.#route(order);
    if (route === undefined) {
      this.#unmatched(order, { kind: "order", order });
      return false;
    }
    const { entry, attempt } = route;
    if (isBeyond(entry.context, route, order)) return this.#second(route, order);
    const at = this.#o.clock.now();
    const fills = this.#o.book.newFills(entry.intentId, order.fills);
    if (fills.length > 0) {
      this.#o.book.tell(entry.intentId, { type: "order.filled", at, attempt, fills, order });
    } else if (addsNothing(entry.context, attempt, order)) {
      return true;
    } else {
      this.#o.book.tell(entry.intentId, { type: "order.updated", at, attempt, order });
    }
    return true;
  }

  /** @returns whether an intent took it. */
  fill(told: Fill): boolean {
    const clientOrderId = told.clientOrderId ?? this.#seconds.get(keyOf(told)) ?? null;
    const fill = clientOrderId === told.clientOrderId ? told : { ...told, clientOrderId };
    const route = this.#route(fill);
    if (route === undefined) {
      this.#unmatched(fill, { kind: "fill", fill });
      return false;
    }
    const { entry, attempt } = route;
    const fills = this.#o.book.newFills(entry.intentId, [fill]);
    if (fills.length === 0) return true;
    const at = this.#o.clock.now();
    this.#o.book.tell(entry.intentId, { type: "order.filled", at, attempt, fills, order: null });
    return true;
  }

  /** An order that a listing of the venue's open orders showed: proof that it is live. */
  listed(order: VenueOrder, venueTime: number): Route | undefined {
    const route = this.#route(order);
    if (route === undefined) {
      this.#unmatched(order, { kind: "order", order });
      return undefined;
    }
    const { entry, attempt } = route;
    if (isBeyond(entry.context, route, order)) {
      this.#second(route, order);
      return undefined;
    }
    const at = this.#o.clock.now();
    const fills = this.#o.book.newFills(entry.intentId, order.fills);
    const outcome = { kind: "found", order, venueTime } as const;
    this.#o.book.tell(entry.intentId, { type: "lookup.answered", at, attempt, outcome, fills });
    return route;
  }

  /** Facts parked before a restart. */
  load(parked: readonly ParkedFact[]): void {
    for (const { key, symbolId, fact } of parked) {
      // Written by this class as JSON of an OrderFact; the store has checked that it parses.
      this.#parked.set(key, { symbolId, fact: JSON.parse(fact) as OrderFact });
    }
  }

  /** Keeps count of doubts; when the last on a symbol ends, what was parked finds its place. */
  onTurn(before: IntentContext | null, after: IntentContext): void {
    const symbolId = after.intent.order.symbolId;
    const was = before !== null && isUncertain(before);
    const is = isUncertain(after);
    if (was !== is) {
      this.#uncertain.set(symbolId, (this.#uncertain.get(symbolId) ?? 0) + (is ? 1 : -1));
    }
    const waits = this.#parked.size > 0 || this.#full.size > 0;
    if (waits && was && !is) this.review(symbolId);
  }

  /** What the last process had not taken off the list, though the doubt was over. */
  reviewAll(): void {
    const symbols = new Set([...this.#parked.values()].map(({ symbolId }) => symbolId));
    for (const symbolId of symbols) if (!this.#mayHaveOwner(symbolId)) this.review(symbolId);
  }

  /** Parked facts of a symbol: to their intent, or told as orphans once nothing is in doubt. */
  review(symbolId: string): void {
    for (const [key, parked] of [...this.#parked]) {
      if (parked.symbolId !== symbolId) continue;
      const ids = idsOf(parked.fact);
      const owned = this.#route(ids) !== undefined;
      if (!owned && this.#mayHaveOwner(symbolId)) continue;
      this.#parked.delete(key);
      const { exchangeId } = this.#o;
      void this.#o.journal.write({ unpark: [{ exchangeId, key }] }).catch(() => {});
      if (parked.fact.kind === "order") this.order(parked.fact.order);
      else this.fill(parked.fact.fill);
    }
    const fullSince = this.#full.get(symbolId);
    if (fullSince === undefined || this.#mayHaveOwner(symbolId)) return;
    this.#full.delete(symbolId);
    this.#o.onRoom?.(symbolId, fullSince);
  }

  /** An intent has it now: what waits for it finds its place, and what comes is its own. */
  adopted(order: VenueOrder): void {
    this.#told.delete(keyOf(order));
    this.review(order.symbolId);
  }

  /** One request, two orders: told once as drift, and canceled; what it fills is ours all the same. */
  #second({ entry, attempt }: Route, order: VenueOrder): true {
    const isLive = LIVE.has(order.status);
    if (order.clientOrderId !== null && this.#seconds.size < ORPHANS_KNOWN_MAX) {
      this.#seconds.set(keyOf(order), order.clientOrderId);
    }
    // What is long over and says so once more is no news.
    const isNews = isLive || attemptOf(entry.context, attempt) !== undefined;
    if (isNews && this.#told.add(keyOf(order))) this.#o.onSecondOrder(entry.context, order);
    if (isLive) this.#o.book.cancelSecond(order);
    const fills = this.#o.book.newFills(entry.intentId, order.fills);
    const at = this.#o.clock.now();
    const filled = { type: "order.filled", at, attempt, fills, order: null } as const;
    if (fills.length > 0) this.#o.book.tell(entry.intentId, filled);
    return true;
  }

  #route(ids: FactIds): Route | undefined {
    const { book, findStored, revive } = this.#o;
    const route = book.routes.find(ids);
    if (route !== undefined) return route;
    const isForeign = ids.clientOrderId !== null && !hasTag(ids.clientOrderId, this.#o.tag);
    // Adopted orders are foreign by their client id; those told as orphans are known not to be.
    if (isForeign && this.#told.has(keyOf(ids))) return undefined;
    const stored = findStored(ids);
    if (stored === undefined) return undefined;
    if (book.entry(stored.intentId) === undefined) revive(stored);
    const shown = book.routes.find(ids);
    // Its routes know it: what is foreign and not found there has but an id that was ours once.
    if (shown !== undefined || isForeign) return shown;
    const entry = book.entry(stored.intentId);
    return entry === undefined ? undefined : { entry, attempt: NOT_SHOWN };
  }

  #unmatched(ids: FactIds, fact: OrderFact): void {
    if (this.#mayHaveOwner(ids.symbolId)) return this.#park(ids, fact);
    if (fact.kind === "order") this.#o.onExternal?.(fact.order);
    const fills = fact.kind === "fill" ? [fact.fill] : fact.order.fills;
    for (const fill of fills) this.#o.onForeignFill?.(fill);
    if (!this.#told.add(keyOf(ids))) return;
    void this.#o.journal.write({ events: [this.#orphaned(ids)] }).catch(() => {});
    if (fact.kind === "order" && fact.order.clientOrderId !== null) {
      if (hasTag(fact.order.clientOrderId, this.#o.tag)) this.#o.onForeignTag(fact.order);
    }
  }

  #park(ids: FactIds, fact: OrderFact): void {
    const { exchangeId, clock, journal } = this.#o;
    const { symbolId, exchangeOrderId } = ids;
    const key = fact.kind === "order"
      ? `order:${symbolId}:${exchangeOrderId}`
      : `fill:${symbolId}:${exchangeOrderId}:${fact.fill.tradeId}`;
    if (!this.#parked.has(key) && this.#parked.size >= PARKED_FACTS_MAX) {
      return this.#overflow(symbolId);
    }
    this.#parked.set(key, { symbolId, fact });
    const parked = { exchangeId, symbolId, key, at: clock.now(), fact: JSON.stringify(fact) };
    void journal.write({ park: [parked] }).catch(() => {});
  }

  /** What cannot be kept is read again once the doubt is over; until then nothing is added to it. */
  #overflow(symbolId: string): void {
    if (this.#full.has(symbolId)) return;
    this.#full.set(symbolId, this.#o.clock.now());
    this.#o.onFull?.(symbolId);
  }

  #mayHaveOwner(symbolId: string): boolean {
    return (this.#uncertain.get(symbolId) ?? 0) > 0;
  }

  #orphaned({ symbolId, clientOrderId, exchangeOrderId }: FactIds): KernelEvent {
    return {
      eventId: 0,
      type: "OrderOrphaned",
      exchangeId: this.#o.exchangeId,
      intentId: null,
      groupId: null,
      symbolId,
      at: this.#o.clock.now(),
      cause: "venue",
      payload: { exchangeOrderId, clientOrderId },
    };
  }
}

function keyOf({ symbolId, exchangeOrderId }: FactIds): string {
  return `${symbolId} ${exchangeOrderId}`;
}

function isUncertain(context: IntentContext): boolean {
  const attempt = lastAttempt(context);
  if (attempt === undefined || hasEnded(attempt)) return false;
  return attempt.outcome === null || attempt.outcome === "UNKNOWN";
}

function idsOf(fact: OrderFact): FactIds {
  return fact.kind === "order" ? fact.order : fact.fill;
}

const LIVE: ReadonlySet<string> = new Set(["PENDING_TRIGGER", "OPEN", "PARTIALLY_FILLED"]);

/** Stands for an attempt older than those an intent still shows; numbers begin with 1. */
const NOT_SHOWN = 0;

/** It says nothing of an attempt that the intent drives: another order of it, or one long over. */
function isBeyond(context: IntentContext, { attempt }: Route, order: VenueOrder): boolean {
  const shown = attemptOf(context, attempt);
  return shown === undefined || isAnotherOrder(shown, order);
}

function attemptOf(context: IntentContext, number: number): AttemptRecord | undefined {
  return context.attempts.find((a) => a.attempt === number);
}

/** A frame that repeats what is known: no turn, no commit. */
function addsNothing(context: IntentContext, number: number, order: VenueOrder): boolean {
  const attempt = attemptOf(context, number);
  return attempt !== undefined && attempt.outcome === "ACCEPTED" && !attempt.stale &&
    attempt.status === order.status && attempt.exchangeOrderId === order.exchangeOrderId &&
    attempt.reported === order.filled;
}
