/** A kernel of one or two exchanges in memory: what the doors see of the real one. */
import {
  AlreadyExistsError,
  ConflictError,
  DeniedError,
  NotFoundError,
  ValidationError,
} from "../../src/model/errors.ts";
import type { EventFilter, EventType, KernelEvent } from "../../src/model/event.ts";
import type {
  ChangeOptions,
  EventsOptions,
  ExchangeKernel,
  IntentView,
  Kernel,
  ModifyOptions,
  PlaceOptions,
} from "../../src/model/facade.ts";
import type { ExchangeHealth } from "../../src/model/health.ts";
import { decimal } from "../../src/model/decimal.ts";
import type { Fill } from "../../src/model/fill.ts";
import type { SymbolMetadata } from "../../src/model/instrument.ts";
import { type StandardOrder, StandardOrderSchema } from "../../src/model/order.ts";
import type { FillFilter, IntentFilter, Page } from "../../src/stores/store.ts";
import type { StoreError } from "../../src/model/errors.ts";
import { FakeKillSwitch } from "./fake_kill_switch.ts";
import { NO_MARKET_DATA, QUIET_MARKET } from "./fake_market.ts";
import { FakeOversight } from "./fake_oversight.ts";
import { AT, NOT_READY, symbolMetadata, viewOf } from "./fake_rows.ts";

export const ORDER = { symbolId: "BTC/USDT", side: "BUY", amount: "0.01", limitPrice: "50000" };

/** Every call the doors made, as `method argument`. */
export class FakeKernel implements Kernel {
  readonly closed = Promise.withResolvers<StoreError | null>().promise;
  state = "running";
  readonly calls: string[] = [];
  readonly killSwitch: FakeKillSwitch = new FakeKillSwitch(this.calls);
  readonly stored: KernelEvent[] = [];
  oldest = 1;
  /** Thrown by the next call that could throw. */
  failNext: Error | null = null;
  readonly #exchanges: FakeExchange[];
  readonly #wakers = new Set<() => void>();

  constructor(names: readonly string[] = ["paper"]) {
    this.#exchanges = names.map((name) => new FakeExchange(name, this));
  }

  get lastEventId(): number {
    return this.stored.at(-1)?.eventId ?? 0;
  }

  exchange(id: string): FakeExchange {
    const found = this.#exchanges.find((exchange) => exchange.id === id);
    if (found !== undefined) return found;
    const names = this.#exchanges.map((exchange) => exchange.id);
    throw new NotFoundError(`Cannot find exchange ${id}: there are ${names.join(", ")}`, {
      exchangeId: id,
    });
  }

  exchanges(): readonly FakeExchange[] {
    return this.#exchanges;
  }

  emit(type: EventType, fields: Partial<KernelEvent> = {}): KernelEvent {
    const event: KernelEvent = {
      type,
      exchangeId: "paper",
      intentId: null,
      groupId: null,
      symbolId: null,
      at: AT,
      cause: "test",
      payload: {},
      ...fields,
      eventId: this.lastEventId + 1,
    };
    this.stored.push(event);
    for (const wake of this.#wakers) wake();
    return event;
  }

  async *events(filter: EventFilter = {}, options: EventsOptions = {}): AsyncIterable<KernelEvent> {
    this.calls.push(`events ${options.since}`);
    const { signal } = options;
    let since = Number(options.since ?? this.lastEventId);
    while (signal?.aborted !== true) {
      const newest = this.lastEventId;
      const { items } = this.storedEvents({ since, limit: 100, filter });
      yield* items;
      since = newest;
      if (this.lastEventId > newest) continue; // emitted while the reader was busy
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#wakers.delete(wake);
          signal?.removeEventListener("abort", wake);
          resolve();
        };
        this.#wakers.add(wake);
        signal?.addEventListener("abort", wake);
      });
    }
  }

  get watchers(): number {
    return this.#wakers.size;
  }

  storedEvents(query: { since: number; limit: number; filter?: EventFilter }) {
    const { type, symbolId, intentId } = query.filter ?? {};
    const items = this.stored.filter((event) =>
      event.eventId > query.since && event.eventId >= this.oldest &&
      (type === undefined || [type].flat().includes(event.type)) &&
      (symbolId === undefined || event.symbolId === symbolId) &&
      (intentId === undefined || event.intentId === intentId)
    );
    return { items: items.slice(0, query.limit), oldest: this.oldest };
  }

  backup(): Promise<void> {
    return Promise.resolve();
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.state = "stopped";
    this.calls.push("stop");
    return Promise.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

export class FakeExchange extends FakeOversight implements ExchangeKernel {
  readonly marketData = NO_MARKET_DATA;
  isReady = true;
  readonly fills: Fill[] = [];
  readonly #kernel: FakeKernel;

  constructor(readonly id: string, kernel: FakeKernel) {
    super();
    this.#kernel = kernel;
  }

  placeOrder(order: unknown, options: PlaceOptions = {}): Promise<string> {
    this.#called("place", { ...options, signal: options.signal && "signal" });
    return settle(() => {
      const parsed = parseOrder(order);
      const intentId = options.intentId ?? `intent-${this.intents.size + 1}`;
      if (this.intents.has(intentId)) {
        throw new AlreadyExistsError(`Cannot place: intent ${intentId} exists`, { intentId });
      }
      this.intents.set(intentId, viewOf(this.id, intentId, parsed, options));
      this.#kernel.emit("OrderSubmitted", { intentId, symbolId: parsed.symbolId });
      return intentId;
    });
  }

  cancelOrder(intentId: string, options: ChangeOptions = {}): Promise<void> {
    this.#called("cancel", intentId, options.waitFor);
    return settle(() => {
      this.#change(intentId, { desired: "CANCELED" }, "CANCELED");
      this.#kernel.emit("OrderCanceled", { intentId });
    });
  }

  modifyOrder(intentId: string, order: unknown, options: ModifyOptions = {}): Promise<void> {
    this.#called("modify", intentId, options.ifResourceVersion);
    return settle(() => {
      const { intent, state } = this.#view(intentId);
      const version = options.ifResourceVersion;
      if (version !== undefined && version !== intent.resourceVersion) {
        throw new ConflictError(
          `Cannot modify ${intentId}: resourceVersion is ${intent.resourceVersion}, got ${version}`,
          { intentId },
        );
      }
      if (state.reconciliationStatus === "CANCELED") {
        throw new ConflictError(`Cannot modify ${intentId}: it is CANCELED`, { intentId });
      }
      this.#change(intentId, { order: parseOrder(order) }, "ACTIVE");
    });
  }

  cancelAllOrders(symbolId?: string): Promise<number> {
    this.#called("cancelAll", symbolId);
    return settle(() => {
      const open = [...this.intents.values()].filter(({ intent }) =>
        intent.desired === "WORKING" &&
        (symbolId ?? intent.order.symbolId) === intent.order.symbolId
      );
      for (const { intent } of open) {
        this.#change(intent.intentId, { desired: "CANCELED" }, "CANCELED");
      }
      return open.length;
    });
  }

  placeOrderGroup(): Promise<never> {
    return Promise.reject(new Error("groups are not supported"));
  }

  cancelGroup(): Promise<never> {
    return Promise.reject(new Error("groups are not supported"));
  }

  resumeIntent(): Promise<void> {
    return Promise.resolve();
  }

  getOrderIntent(intentId: string) {
    return this.#view(intentId).intent;
  }

  getOrderState(intentId: string) {
    return this.#view(intentId).state;
  }

  getAllIntents(filter: IntentFilter = {}): Page<IntentView> {
    this.#called("intents", filter);
    const states = filter.state === undefined ? null : [filter.state].flat();
    const all = [...this.intents.values()].filter(({ intent, state }) =>
      (filter.symbolId ?? intent.order.symbolId) === intent.order.symbolId &&
      (states === null || states.includes(state.reconciliationStatus)) &&
      (filter.includeTerminal === true || state.reconciliationStatus !== "CANCELED") &&
      Object.entries(filter.labels ?? {}).every(([key, value]) => intent.labels[key] === value)
    );
    return paged(all, filter);
  }

  getFills(filter: FillFilter = {}): Page<Fill> {
    this.#called("fills", filter);
    return paged(this.fills, filter);
  }

  getPositions() {
    return [];
  }

  getAccountState() {
    this.#called("account");
    const amounts = { borrowed: decimal("0"), interest: decimal("0"), locked: decimal("1") };
    const usdt = { assetId: "USDT", total: decimal("11"), available: decimal("10"), updatedAt: AT };
    return {
      accountId: "1",
      exchange: this.id,
      balances: [{ ...usdt, ...amounts }],
      positions: [],
      totalEquity: null,
      totalMarginUsed: null,
      totalAvailableMargin: null,
      marginLevel: null,
      totalUnrealizedPnl: null,
      totalRealizedPnl: null,
      updatedAt: AT,
      metadata: {},
    };
  }

  getSymbolMetadata(symbolId: string): SymbolMetadata {
    if (this.listSymbols().includes(symbolId)) return symbolMetadata(symbolId);
    throw new NotFoundError(`Cannot find symbol ${symbolId}`, { symbolId });
  }

  getAssetMetadata(assetId: string): never {
    throw new NotFoundError(`Cannot find asset ${assetId}`);
  }

  listSymbols(): readonly string[] {
    return ["ETH/USDT", "BTC/USDT", "SOL/USDT"];
  }

  subscribeEvents(): string {
    return "subscription";
  }

  unsubscribeEvents(): void {}

  events(filter: EventFilter = {}, options: EventsOptions = {}): AsyncIterable<KernelEvent> {
    return this.#kernel.events({ ...filter, exchangeId: this.id }, options);
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  ready(): Promise<void> {
    return Promise.resolve();
  }

  healthCheck(): ExchangeHealth {
    return {
      exchangeId: this.id,
      state: this.isReady ? "ready" : "syncing",
      reason: this.isReady ? null : NOT_READY,
      mode: "live",
      ready: this.isReady,
      sockets: [],
      latencyMs: { p50: 1.5, p99: null },
      errors: {},
      clockOffsetMs: null,
      budgets: {},
      circuits: [],
      queued: 0,
      market: QUIET_MARKET,
      lastSyncAt: AT,
    };
  }

  forceReconciliation(intentId?: string): Promise<void> {
    this.#called("reconcile", intentId);
    return settle(() => {
      if (intentId !== undefined) this.#view(intentId);
    });
  }

  getReconciliationMetrics() {
    const none = { inDoubt: 0, resolving: 0, parked: 0, openDrift: 0, lookups: 0 };
    return { ...none, resubmissions: 0, syncs: 1, lastSyncMs: null };
  }

  #called(method: string, ...args: readonly unknown[]): void {
    const shown = args.filter((arg) => arg !== undefined).map((arg) =>
      typeof arg === "string" ? arg : JSON.stringify(arg)
    );
    this.#kernel.calls.push([method, ...shown].join(" "));
    const error = this.#kernel.failNext;
    this.#kernel.failNext = null;
    if (error !== null) throw error;
  }

  #view(intentId: string): IntentView {
    const view = this.intents.get(intentId);
    if (view === undefined) throw new NotFoundError(`Cannot find intent ${intentId}`, { intentId });
    return view;
  }

  #change(
    intentId: string,
    change: Partial<IntentView["intent"]>,
    status: IntentView["state"]["reconciliationStatus"],
  ): void {
    const { intent, state } = this.#view(intentId);
    this.intents.set(intentId, {
      intent: { ...intent, ...change, resourceVersion: intent.resourceVersion + 1 },
      state: { ...state, reconciliationStatus: status, state: status },
    });
  }
}

export function denied(): DeniedError {
  return new DeniedError("NOTIONAL_ABOVE_CAP", "Cannot place: notional 20000 is above 10000", {
    rule: "maxNotionalPerOrder",
    limit: "10000",
    actual: "20000",
  });
}

async function settle<T>(work: () => T): Promise<T> {
  await Promise.resolve();
  return work();
}

function parseOrder(order: unknown): StandardOrder {
  const result = StandardOrderSchema.safeParse(order);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = issue?.path.join(".") ?? "";
  const actual = (order as Record<string, string> | null)?.[field] ?? null;
  throw new ValidationError("ORDER_MALFORMED", `Cannot place order: ${field} ${issue?.message}`, {
    field,
    rule: issue?.message ?? "",
    actual,
  });
}

function paged<T>(
  items: readonly T[],
  { limit = 100, cursor = "0" }: { readonly limit?: number; readonly cursor?: string },
): Page<T> {
  const from = Number(cursor);
  const next = from + limit < items.length ? String(from + limit) : null;
  return { items: items.slice(from, from + limit), next };
}
