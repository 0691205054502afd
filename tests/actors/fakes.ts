/** Small stand-ins for the ports beneath the core actors, and a book wired to them. */
import { Book } from "../../actors/book.ts";
import type { DriftOfIntent } from "../../actors/book_options.ts";
import { EdgeTap } from "../../actors/edge_tap.ts";
import type { Entry, Waiter } from "../../actors/entry.ts";
import type { IntentContext } from "../../machines/intent_context.ts";
import { ExchangeGate } from "../../actors/gate.ts";
import { Journal } from "../../actors/journal.ts";
import { RequestRunner } from "../../actors/request.ts";
import { restoreIntent } from "../../actors/restore.ts";
import type { Denial } from "../../actors/readmit.ts";
import { FactRouter } from "../../actors/router.ts";
import type { ExchangeCapabilities, Execution, RequestKind } from "../../src/exchanges/exchange.ts";
import type { StoreError } from "../../src/model/errors.ts";
import type { KernelEvent } from "../../src/model/event.ts";
import type { InstanceIdentity } from "../../src/model/ids.ts";
import type { VenueOrder } from "../../src/model/venue.ts";
import { openMemoryStore } from "../../src/stores/memory.ts";
import type { Batch, Receipt, Store, StoredIntent } from "../../src/stores/store.ts";
import { VirtualClock } from "../../src/system/virtual_clock.ts";
import { twoBudgets, twoCosts } from "../budgets.ts";
import { anIntent, POLICY } from "../machines/intent_builders.ts";
import { anOrder } from "../orders.ts";

/** A memory store whose appends can be kept waiting or made to fail. */
export class HeldStore {
  readonly batches: Batch[] = [];
  readonly inner = openMemoryStore();
  readonly store: Store;
  #holding = false;
  #failure: Error | null = null;
  #closing: Error | null = null;
  #waiting: (() => void)[] = [];

  constructor() {
    const append = (batch: Batch) => this.#append(batch);
    this.store = new Proxy(this.inner, {
      get: (inner, key) => {
        if (key === "append") return append;
        // It outlives its kernel, as a disk does.
        if (key === "close") {
          return () => this.#closing === null ? Promise.resolve() : Promise.reject(this.#closing);
        }
        const value = Reflect.get(inner, key, inner);
        return typeof value === "function" ? value.bind(inner) : value;
      },
    });
  }

  hold(): void {
    this.#holding = true;
  }

  release(): void {
    this.#holding = false;
    for (const go of this.#waiting.splice(0)) go();
  }

  failClosing(error: Error): void {
    this.#closing = error;
  }

  failWith(error: Error): void {
    this.#failure = error;
  }

  #append(batch: Batch): Receipt | Promise<Receipt> {
    this.batches.push(batch);
    if (this.#failure !== null) throw this.#failure;
    if (!this.#holding) return this.inner.append(batch);
    return new Promise((resolve, reject) =>
      this.#waiting.push(() => {
        if (this.#failure === null) resolve(this.inner.append(batch));
        else reject(this.#failure);
      })
    );
  }
}

/** One request to the venue; the test answers it. */
export interface Call {
  readonly kind: RequestKind;
  readonly request: unknown;
  answer(outcome: unknown): void;
}

/** Records every request and answers none by itself. */
export function fakeExecution(calls: Call[]): Execution {
  const call = (kind: RequestKind) => (request?: unknown, gate?: unknown) =>
    new Promise<never>((resolve) => {
      const wire = gate as { sent(): void } | undefined;
      wire?.sent();
      // The test gives the outcome of the kind it answers.
      calls.push({ kind, request, answer: (outcome) => resolve(outcome as never) });
    });
  return {
    submit: call("submit"),
    cancel: call("cancel"),
    amend: call("amend"),
    lookup: call("lookup"),
    openOrders: call("openOrders"),
    fillsSince: call("fillsSince"),
    fillsOf: call("fillsOf"),
    balances: call("balances"),
    positions: call("positions"),
  };
}

export const IDENTITY: InstanceIdentity = {
  tag: "00c0ffee",
  key: new Uint8Array(32).fill(7),
  epoch: 1,
};

export const AMPLE = { capacity: 1_000_000, intervalMs: 60_000 };

export const CAPABILITIES: ExchangeCapabilities = {
  timing: { validityMs: 5_000, engineBoundMs: 10_000, settleMs: 2_000, retentionMs: 3_600_000 },
  rateLimits: twoBudgets({ weight: AMPLE, orders: AMPLE }),
  cost: (kind) => twoCosts({ weight: 1, orders: kind === "submit" || kind === "amend" ? 1 : 0 }),
  cancelByClientOrderId: true,
  amendInPlace: false,
};

export interface Desk {
  readonly clock: VirtualClock;
  readonly held: HeldStore;
  readonly journal: Journal;
  readonly book: Book;
  readonly router: FactRouter;
  readonly gate: ExchangeGate;
  readonly runner: RequestRunner;
  readonly calls: Call[];
  /** What happened, in order: answers, requests, events. */
  readonly log: string[];
  readonly isolated: Entry[];
  readonly drifts: DriftOfIntent[];
  readonly published: KernelEvent[];
  readonly failures: StoreError[];
  readonly foreign: VenueOrder[];
  /** Second orders under one client id. */
  readonly second: VenueOrder[];
  /** Symbols that ran full of waiting facts, and those that have room again. */
  readonly full: string[];
  readonly room: string[];
  /** What the next further attempts are denied for; none by default. */
  readonly denials: Denial[];
  /** Runs what the journal deferred, and lets promises settle. */
  settle(): Promise<void>;
  close(): void;
}

/** A book with its journal and router on fakes and a virtual clock; its gate is open. */
export function openDesk(held = new HeldStore()): Desk {
  const clock = new VirtualClock();
  const deferred: (() => void)[] = [];
  const seen = newSightings();
  const journal = new Journal({
    store: held.store,
    clock,
    defer: (callback) => void deferred.push(callback),
    publish: (events) => {
      seen.published.push(...events);
      for (const { type } of events) seen.log.push(type);
    },
    onFailure: (error) => void seen.failures.push(error),
  });
  const gate = new ExchangeGate();
  gate.open();
  const { rateLimits: limits, cost } = CAPABILITIES;
  const runner = new RequestRunner({ clock, limits, cost });
  // The bucket of a fresh runner is empty: what it may have sent before a restart is unknown.
  clock.advance(120_000);
  const book: Book = openBook(
    { clock, journal, gate, runner, seen, held },
    (before, after) => router.onTurn(before, after),
  );
  const router = openRouter({ clock, journal, book, seen, held });
  return {
    clock,
    held,
    journal,
    book,
    router,
    gate,
    runner,
    ...seen,
    settle: async () => {
      for (let round = 0; round < 6; round++) {
        for (const callback of deferred.splice(0)) callback();
        await clock.advanceAsync(0);
      }
    },
    close: () => {
      book.stop();
      runner.stop();
    },
  };
}

type Sightings = Pick<
  Desk,
  | "calls"
  | "log"
  | "isolated"
  | "drifts"
  | "published"
  | "failures"
  | "foreign"
  | "second"
  | "full"
  | "room"
  | "denials"
>;

function newSightings(): Sightings {
  return {
    calls: [],
    log: [],
    isolated: [],
    drifts: [],
    published: [],
    failures: [],
    foreign: [],
    second: [],
    full: [],
    room: [],
    denials: [],
  };
}

function openBook(
  { clock, journal, gate, runner, seen, held }:
    & Pick<Desk, "clock" | "journal" | "gate" | "runner" | "held">
    & { readonly seen: Sightings },
  onTurn: (before: IntentContext | null, after: IntentContext) => void,
): Book {
  const execution = new Proxy(fakeExecution(seen.calls), {
    get: (inner, key: Exclude<keyof Execution, "armDeadMansSwitch">) =>
    (
      request: never,
      wire: never,
    ) => {
      seen.log.push(`venue ${key}`);
      return inner[key](request, wire);
    },
  });
  return new Book({
    exchangeId: "main",
    clock,
    journal,
    execution,
    capabilities: CAPABILITIES,
    policy: POLICY,
    runner,
    gate,
    identity: IDENTITY,
    deadlineFromNow: () => clock.now() + 7_000,
    storedFillKeys: (intentId) => held.store.fillKeys("main", intentId),
    readmit: () => seen.denials.shift() ?? null,
    onIsolated: (entry) => void seen.isolated.push(entry),
    onCrash: (error) => {
      throw error;
    },
    onDrift: (_entry, kind) => void seen.drifts.push(kind),
    onTurn: (_entry, before, after) => onTurn(before, after),
    onRoundTrip: () => {},
    tap: new EdgeTap(null),
  });
}

function openRouter(
  { clock, journal, book, seen, held }:
    & Pick<Desk, "clock" | "journal" | "book" | "held">
    & { readonly seen: Sightings },
): FactRouter {
  const { store } = held;
  return new FactRouter({
    exchangeId: "main",
    clock,
    book,
    journal,
    tag: IDENTITY.tag,
    revive: (stored: StoredIntent) =>
      void book.restore(restoreIntent(stored, POLICY), stored.original),
    findStored: ({ symbolId, clientOrderId, exchangeOrderId }) =>
      (clientOrderId === null ? undefined : store.intentByClientOrderId("main", clientOrderId)) ??
        store.intentByExchangeOrderId("main", symbolId, exchangeOrderId),
    onForeignTag: (order) => void seen.foreign.push(order),
    onSecondOrder: (_context, order) => void seen.second.push(order),
    onFull: (symbolId) => void seen.full.push(symbolId),
    onRoom: (symbolId) => void seen.room.push(symbolId),
  });
}

export const ORIGINAL = JSON.stringify(anOrder());

/** A waiter that writes what it hears into a log. */
export function listener(log: string[], until: Waiter["until"] = "durable"): Waiter {
  return {
    until,
    resolve: () => void log.push(`${until} answered`),
    reject: (error) => void log.push(`${until} refused: ${error.name}`),
  };
}

/** Places the intent `i1` (or another id) and returns its entry. */
export function place(desk: Desk, intentId = "i1", until: Waiter["until"] = "durable"): Entry {
  desk.book.place({ ...anIntent(), intentId }, ORIGINAL, listener(desk.log, until));
  const entry = desk.book.entry(intentId);
  if (entry === undefined) throw new Error(`${intentId} was not placed`);
  return entry;
}

/** The client order id of an intent's newest attempt, as the venue got it. */
export function clientIdOf(entry: Entry): string {
  const attempt = entry.context.attempts.at(-1);
  if (attempt === undefined) throw new Error(`${entry.intentId} has no attempt`);
  return attempt.clientOrderId;
}
