/** One exchange account as its users see it; it outlives the restarts of the exchange beneath. */
import { orderState } from "../machines/order_state.ts";
import type { AccountState, Position } from "../src/model/account.ts";
import type { Clock, Random } from "../src/model/clock.ts";
import { DeniedError, NotFoundError, ValidationError } from "../src/model/errors.ts";
import type { EventFilter, KernelEvent } from "../src/model/event.ts";
import type {
  ChangeOptions,
  EventsOptions,
  ExchangeKernel,
  IntentView,
  ModifyOptions,
  PlaceOptions,
  ReadyOptions,
} from "../src/model/facade.ts";
import type { ExchangeHealth, ReconciliationMetrics } from "../src/model/health.ts";
import type { Fill } from "../src/model/fill.ts";
import { StandardOrderGroupSchema } from "../src/model/group.ts";
import { contractAsset, currencyAsset } from "../src/model/asset.ts";
import type { AssetMetadata, SymbolMetadata } from "../src/model/instrument.ts";
import type { OrderIntent, OrderState } from "../src/model/intent.ts";
import type { AdoptOptions, DriftControl, OrderFilter, OrderView } from "../src/model/oversight.ts";
import { parseOrThrow } from "../src/model/parse.ts";
import type { IntentId } from "../src/model/scalars.ts";
import type { FillFilter, IntentFilter, Page, Store } from "../src/stores/store.ts";
import type { EventHub } from "./event_hub.ts";
import type { Exchange } from "./exchange.ts";
import { exchangeHealth, reconciliationMetrics } from "./health.ts";
import { Intake } from "./intake.ts";
import { MarketFacade } from "./market_facade.ts";
import { nameHint } from "./name_hint.ts";
import { notReadyReason } from "./not_ready.ts";
import { PersonsDesk } from "./oversight.ts";
import { restoreIntent } from "./restore.ts";

export interface ExchangeFacadeOptions {
  readonly id: string;
  /** The exchange that runs now. @throws {KernelClosedError | DeniedError} when there is none. */
  readonly current: () => Exchange;
  readonly store: Store;
  readonly hub: EventHub;
  readonly clock: Clock;
  readonly random: Random;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export class ExchangeFacade implements ExchangeKernel {
  readonly id: string;
  readonly drift: DriftControl;
  readonly marketData: MarketFacade;
  readonly #o: ExchangeFacadeOptions;
  readonly #desk: PersonsDesk;
  /** As it was when it was stopped; only its health is read. */
  #last: Exchange | null = null;

  constructor(options: ExchangeFacadeOptions) {
    this.id = options.id;
    this.#o = options;
    const { id, current, store, clock, random } = options;
    const intents = (filter: IntentFilter) => this.getAllIntents(filter);
    this.#desk = new PersonsDesk({ id, current, store, clock, random, intents });
    this.drift = this.#desk.drift;
    this.marketData = new MarketFacade(current);
  }

  // deno-lint-ignore require-await -- a refusal must be a rejection, never a throw
  async placeOrder(order: unknown, options?: PlaceOptions): Promise<IntentId> {
    return this.#intake().place(order, options);
  }

  // deno-lint-ignore require-await -- as above
  async cancelOrder(intentId: IntentId, options?: ChangeOptions): Promise<void> {
    return this.#intake("cancel").cancel(intentId, options);
  }

  // deno-lint-ignore require-await -- as above
  async modifyOrder(intentId: IntentId, order: unknown, options?: ModifyOptions): Promise<void> {
    return this.#intake().modify(intentId, order, options);
  }

  // deno-lint-ignore require-await -- as above
  async cancelAllOrders(symbolId?: string): Promise<number> {
    return this.#intake("cancel").cancelAll(symbolId);
  }

  // deno-lint-ignore require-await -- as above
  async resumeIntent(intentId: IntentId): Promise<void> {
    return this.#intake().resume(intentId);
  }

  // deno-lint-ignore require-await -- as above
  async placeOrderGroup(group: unknown): Promise<never> {
    const { mode } = parseOrThrow(StandardOrderGroupSchema, group, "place order group");
    throw noGroups("place order group", { field: "mode", actual: mode });
  }

  // deno-lint-ignore require-await -- as above
  async cancelGroup(groupId: string): Promise<never> {
    throw noGroups("cancel group", { field: "groupId", actual: groupId });
  }

  // deno-lint-ignore require-await -- as above
  async resolveIntent(intentId: IntentId, verdict: unknown): Promise<void> {
    return this.#desk.resolveIntent(intentId, verdict);
  }

  // deno-lint-ignore require-await -- as above
  async adopt(exchangeOrderId: string, options?: string | AdoptOptions): Promise<IntentId> {
    return this.#desk.adopt(exchangeOrderId, options);
  }

  getAllOrders(filter?: string | OrderFilter): Page<OrderView> {
    return this.#desk.getAllOrders(filter);
  }

  getOrderIntent(intentId: IntentId): OrderIntent {
    return this.#view(intentId).intent;
  }

  getOrderState(intentId: IntentId): OrderState {
    return this.#view(intentId).state;
  }

  getAllIntents(filter: IntentFilter = {}): Page<IntentView> {
    const { items, next } = this.#o.store.intents({ ...filter, exchangeId: this.id });
    return { items: items.map(({ intentId }) => this.#view(intentId)), next };
  }

  getFills(filter: FillFilter = {}): Page<Fill> {
    return this.#o.store.fills({ ...filter, exchangeId: this.id });
  }

  getPositions(symbolId?: string): readonly Position[] {
    return this.#o.current().account.positions(symbolId);
  }

  getAccountState(): AccountState {
    return this.#o.current().account.accountState();
  }

  getSymbolMetadata(symbolId: string): SymbolMetadata {
    const { instruments } = this.#o.current().adapter;
    const market = instruments.get(symbolId);
    if (market !== undefined) return market;
    const hint = nameHint(instruments, symbolId);
    throw new NotFoundError(`Cannot get symbol: ${this.id} does not list ${symbolId}${hint}`, {
      exchangeId: this.id,
      symbolId,
    });
  }

  getAssetMetadata(assetId: string): AssetMetadata {
    const { instruments } = this.#o.current().adapter;
    const contract = instruments.get(assetId);
    if (contract !== undefined && contract.instrument.settleCurrency !== null) {
      return contractAsset(contract);
    }
    const trades = instruments.list().some(({ instrument }) =>
      instrument.baseCurrency === assetId || instrument.quoteCurrency === assetId ||
      instrument.settleCurrency === assetId
    );
    if (trades) return currencyAsset(assetId, instruments.currencyName?.(assetId));
    throw new NotFoundError(`Cannot get asset: no symbol of ${this.id} trades ${assetId}`, {
      exchangeId: this.id,
      assetId,
    });
  }

  listSymbols(): readonly string[] {
    return this.#o.current().adapter.instruments.list().map((market) => market.symbolId);
  }

  subscribeEvents(callback: (event: KernelEvent) => void, filter: EventFilter = {}): string {
    return this.#o.hub.subscribe(callback, { ...filter, exchangeId: this.id });
  }

  unsubscribeEvents(subscriptionId: string): void {
    this.#o.hub.unsubscribe(subscriptionId);
  }

  events(filter: EventFilter = {}, options: EventsOptions = {}): AsyncIterable<KernelEvent> {
    return this.#o.hub.events({ ...filter, exchangeId: this.id }, options);
  }

  start(): Promise<void> {
    return this.#o.start();
  }

  stop(): Promise<void> {
    try {
      this.#currentOrLast();
    } catch {
      // It never ran: there is no health to be kept.
    }
    return this.#o.stop();
  }

  async ready({ signal }: ReadyOptions = {}): Promise<void> {
    const ending = await this.#o.current().memory.standing.ended(signal);
    if (ending === "ready") return;
    const exchange = this.#o.current(); // throws by itself where it is gone
    const { state } = exchange;
    const why = notReadyReason(exchange)?.why ?? ending;
    throw new DeniedError(
      "EXCHANGE_NOT_RUNNING",
      `Cannot wait for ${this.id}: the exchange is ${state}: ${why}`,
      { exchangeId: this.id, state, rule: why },
    );
  }

  healthCheck(): ExchangeHealth {
    return exchangeHealth(this.#currentOrLast());
  }

  async forceReconciliation(intentId?: IntentId): Promise<void> {
    const exchange = this.#o.current();
    if (intentId === undefined) return await exchange.resync();
    this.#view(intentId); // throws for an unknown id
    exchange.book.tell(intentId, { type: "order.verify", at: this.#o.clock.now() });
  }

  getReconciliationMetrics(): ReconciliationMetrics {
    return reconciliationMetrics(this.#o.current());
  }

  /** Who lists the exchanges wants to see a stopped one beside the others. */
  #currentOrLast(): Exchange {
    try {
      return this.#last = this.#o.current();
    } catch (error) {
      if (error instanceof DeniedError && this.#last !== null) return this.#last;
      throw error;
    }
  }

  /** A parked exchange takes nothing new, but cancels are never held back. */
  #intake(to: "change" | "cancel" = "change"): Intake {
    const { store, clock, random, current } = this.#o;
    const exchange = current();
    if (exchange.state === "stopped" || (exchange.state === "parked" && to === "change")) {
      throw new DeniedError(
        "EXCHANGE_NOT_RUNNING",
        `Cannot change orders on ${this.id}: the exchange is ${exchange.state}`,
        { exchangeId: this.id, state: exchange.state },
      );
    }
    return new Intake({ exchange, store, clock, random });
  }

  /** As last committed, or as a caller was told: from memory, or stored once it has retired. */
  #view(intentId: IntentId): IntentView {
    const exchange = this.#o.current();
    const entry = exchange.book.entry(intentId);
    const seen = entry?.told?.context ?? entry?.committed;
    if (seen !== null && seen !== undefined) {
      return { intent: seen.intent, state: orderState(seen) };
    }
    const stored = this.#o.store.intent(this.id, intentId);
    if (stored === undefined) {
      throw new NotFoundError(`Cannot get intent: ${this.id} has no intent ${intentId}`, {
        exchangeId: this.id,
        intentId,
      });
    }
    return { intent: stored.intent, state: orderState(restoreIntent(stored, exchange.policy)) };
  }
}

function noGroups(
  action: string,
  { field, actual }: { readonly field: string; readonly actual: string },
): ValidationError {
  const rule = "order groups are not supported yet";
  const details = { field, rule, actual };
  return new ValidationError("GROUPS_UNSUPPORTED", `Cannot ${action}: ${rule}`, details);
}
