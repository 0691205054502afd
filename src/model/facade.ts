/** The kernel as its users see it: what `mod.ts`, HTTP, the CLI and the inspector are built on. */
import type { StoreError } from "./errors.ts";
import type { FillFilter, IntentFilter, Page } from "../stores/store.ts";
import type { AccountState, Position } from "./account.ts";
import type { EventFilter, KernelEvent } from "./event.ts";
import type { Fill } from "./fill.ts";
import type { ExchangeHealth, ReconciliationMetrics } from "./health.ts";
import type { AssetMetadata, SymbolMetadata } from "./instrument.ts";
import type { OrderIntent, OrderState } from "./intent.ts";
import type { KillSwitchControl } from "./kill_switch.ts";
import type { MarketDataControl } from "./market_data.ts";
import type { Oversight } from "./oversight.ts";
import type { PlaceData, WaitFor } from "./place_options.ts";
import type { IntentId } from "./scalars.ts";

/** What may accompany an order: how it is named and found again, and how far it is awaited. */
export interface PlaceOptions extends PlaceData {
  /** Ends the waiting, not the order: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** How far a cancel or a modify is awaited. */
export interface ChangeOptions {
  /** Default: `durable`. For a cancel `accepted` means `final`: only the end proves it worked. */
  readonly waitFor?: WaitFor;
  /** Ends the waiting, not the change: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** How a modify is guarded and awaited. */
export interface ModifyOptions extends ChangeOptions {
  /** Compare-and-set: refused unless the intent's `resourceVersion` is still this one. */
  readonly ifResourceVersion?: number;
}

/** Where a sequence of events begins and ends. */
export interface EventsOptions {
  /** Ends the sequence without an error. Without it, it ends when the kernel closes. */
  readonly signal?: AbortSignal;
  /** Resume after this event id (a cursor as text is accepted too); default: from now on. */
  readonly since?: number | string;
}

/** How long it is waited. */
export interface ReadyOptions {
  /** Ends the waiting: the promise rejects with the signal's reason. Default: it has no end. */
  readonly signal?: AbortSignal;
}

/** One intent with what is known of it. */
export interface IntentView {
  /** What was asked for. */
  readonly intent: OrderIntent;
  /** What is known of it at the venue. */
  readonly state: OrderState;
}

/**
 * One exchange account. Inputs are validated; `unknown` says the schema decides, not the type.
 * Beside what each method names, it may throw or reject with a {@linkcode KernelClosedError} once
 * the kernel is closing, a {@linkcode StoreError} once the store has failed, and a {@linkcode
 * DeniedError} while this exchange is stopped.
 */
export interface ExchangeKernel extends Oversight {
  /** The key of the exchange in `openKernel({ exchanges })`. */
  readonly id: string;
  /** Tickers, trades, order books and candles: subscribed to, or read once. */
  readonly marketData: MarketDataControl;
  /**
   * Records an intent and goes about making the exchange agree with it.
   *
   * Resolved, the intent is on disk with its client order id, and survives the process. The same
   * `intentId` with the same order is the same intent, whatever became of it: placing twice is
   * safe.
   *
   * @param order a {@linkcode StandardOrder} whose fields but `symbolId`, `side` and `amount`
   *   have defaults; prices and amounts are texts or JSON numbers. Amounts are in base units.
   * @returns the id of the intent: the caller's own, else a UUIDv7.
   * @throws {ValidationError} when the order breaks its schema or a constraint of the market.
   * @throws {AlreadyExistsError} when the id belongs to an intent with another order.
   * @throws {DeniedError} when the kernel holds as much as it may, or the symbol is isolated.
   * @throws {ExchangeError} with `waitFor`: the venue refused, or the order never reached it.
   * @throws {OutcomeUnknownError} with `waitFor`: no proof of what became of it can be had.
   * @example
   * ```ts
   * import { openKernel } from "@exchange-kernel/kernel";
   *
   * await using kernel = await openKernel({ exchanges: { paper: { kind: "paper" } } });
   * const order = { symbolId: "BTC/USDT", side: "BUY", amount: "0.01", limitPrice: "20000" };
   * const intentId = await kernel.exchange("paper").placeOrder(order, {
   *   intentId: "grid-7",
   *   labels: { app: "grid" },
   *   waitFor: "accepted",
   * });
   * intentId; // "grid-7"
   * ```
   */
  placeOrder(order: unknown, options?: PlaceOptions): Promise<IntentId>;
  /**
   * Wants the order gone. What fills before the venue has canceled it counts as filled.
   *
   * A second cancel, or one of an intent that has ended, does nothing.
   *
   * @throws {NotFoundError} when there is no such intent on this exchange.
   * @throws {OutcomeUnknownError} with `waitFor`: no proof of what became of it can be had.
   * @example
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { openKernel } from "@exchange-kernel/kernel";
   *
   * await using kernel = await openKernel({ exchanges: { paper: { kind: "paper" } } });
   * const paper = kernel.exchange("paper");
   * const order = { symbolId: "BTC/USDT", side: "BUY", amount: "0.01", limitPrice: "20000" };
   * const intentId = await paper.placeOrder(order);
   *
   * await paper.cancelOrder(intentId, { waitFor: "final" });
   * assertEquals(paper.getOrderState(intentId).reconciliationStatus, "CANCELED");
   * ```
   */
  cancelOrder(intentId: IntentId, options?: ChangeOptions): Promise<void>;
  /**
   * Wants the order to be this one instead: amended in place where the venue can, else canceled,
   * its fills counted, and the rest placed anew. There are never two live orders of one intent.
   *
   * `symbolId`, `side`, `amountType` and `positionSide` stay. `amount` is the new lifetime budget.
   *
   * @param order the whole new order, not a patch; its shape is that of `placeOrder`.
   * @throws {ValidationError} when the order breaks its schema, changes a field that stays, or
   *   wants less than is filled.
   * @throws {NotFoundError} when there is no such intent on this exchange.
   * @throws {ConflictError} when it has ended, is being canceled, or `ifResourceVersion` is
   *   stale.
   * @throws {DeniedError} when the symbol is isolated.
   * @throws {ExchangeError} with `waitFor`: the venue refused the change; the order is as it was.
   * @example
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { openKernel } from "@exchange-kernel/kernel";
   *
   * await using kernel = await openKernel({ exchanges: { paper: { kind: "paper" } } });
   * const paper = kernel.exchange("paper");
   * const order = { symbolId: "BTC/USDT", side: "BUY", amount: "0.01", limitPrice: "20000" };
   * const intentId = await paper.placeOrder(order, { waitFor: "accepted" });
   *
   * const { resourceVersion } = paper.getOrderIntent(intentId);
   * await paper.modifyOrder(intentId, { ...order, limitPrice: "21000" }, {
   *   ifResourceVersion: resourceVersion,
   *   waitFor: "accepted",
   * });
   * assertEquals(paper.getOrderIntent(intentId).generation, 2);
   * ```
   */
  modifyOrder(intentId: IntentId, order: unknown, options?: ModifyOptions): Promise<void>;
  /**
   * Cancels every live intent of this exchange, or of one symbol; orders of others are untouched.
   *
   * @returns how many intents were newly set to CANCELED, once all of that is durable.
   */
  cancelAllOrders(symbolId?: string): Promise<number>;
  /**
   * Lets an intent go on that paused because somebody else canceled its order (`onExternalCancel:
   * "PAUSE"`).
   *
   * @throws {NotFoundError} when there is no such intent on this exchange.
   * @throws {ConflictError} when it is not paused.
   */
  resumeIntent(intentId: IntentId): Promise<void>;
  /**
   * Places orders that depend on each other. Specified, and not built yet: it always refuses.
   *
   * @throws {ValidationError} naming what is wrong with the group, or `GROUPS_UNSUPPORTED`.
   */
  placeOrderGroup(
    group: unknown,
    options?: PlaceOptions,
  ): Promise<{ readonly groupId: string; readonly intentIds: readonly IntentId[] }>;
  /**
   * Cancels every order of a group.
   *
   * @throws {ValidationError} `GROUPS_UNSUPPORTED`: there are no groups yet.
   */
  cancelGroup(groupId: string): Promise<void>;
  /**
   * What was asked for, as last made durable.
   *
   * @throws {NotFoundError} when there is no such intent on this exchange.
   */
  getOrderIntent(intentId: IntentId): OrderIntent;
  /**
   * What is known of the intent at the venue, as last made durable. Nothing is asked of the venue.
   *
   * @throws {NotFoundError} when there is no such intent on this exchange.
   * @example
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { openKernel } from "@exchange-kernel/kernel";
   *
   * await using kernel = await openKernel({ exchanges: { paper: { kind: "paper" } } });
   * const paper = kernel.exchange("paper");
   * const order = { symbolId: "BTC/USDT", side: "BUY", amount: "0.01" };
   * const intentId = await paper.placeOrder(order, { waitFor: "final" });
   *
   * const { filledAmount, remainingAmount, attempts } = paper.getOrderState(intentId);
   * assertEquals([filledAmount, remainingAmount, attempts.length], ["0.01", "0", 1]);
   * ```
   */
  getOrderState(intentId: IntentId): OrderState;
  /**
   * A page of intents, oldest first. Ended ones come only if asked for.
   *
   * @throws {ValidationError} when the limit is no positive integer or the cursor is not ours.
   */
  getAllIntents(filter?: IntentFilter): Page<IntentView>;
  /**
   * A page of fills, in the order in which they were booked.
   *
   * @throws {ValidationError} when the limit is no positive integer or the cursor is not ours.
   */
  getFills(filter?: FillFilter): Page<Fill>;
  /** Positions as the venue last told them; empty on spot accounts. */
  getPositions(symbolId?: string): readonly Position[];
  /**
   * Balances and positions as the venue last told them; `updatedAt` is 0 before the first reading.
   */
  getAccountState(): AccountState;
  /**
   * What an order on this symbol is checked against.
   *
   * @throws {NotFoundError} when the exchange does not list it, or is not connected yet.
   */
  getSymbolMetadata(symbolId: string): SymbolMetadata;
  /**
   * What is known of an asset that some symbol of the exchange trades.
   *
   * @throws {NotFoundError} when no symbol trades it, or the exchange is not connected yet.
   */
  getAssetMetadata(assetId: string): AssetMetadata;
  /** Canonical symbols of what the exchange lists; empty before it is connected: see `ready`. */
  listSymbols(): readonly string[];
  /**
   * Calls back for every event of this exchange from now on, after its commit. What the callback
   * throws is logged and changes nothing.
   *
   * @returns the id for `unsubscribeEvents`.
   * @throws {RangeError} at the 257th subscription.
   */
  subscribeEvents(callback: (event: KernelEvent) => void, filter?: EventFilter): string;
  /** Ends a subscription; an unknown id does nothing. */
  unsubscribeEvents(subscriptionId: string): void;
  /**
   * The events of this exchange, in order and each once. A slow reader loses none: it is served
   * from the store.
   *
   * @throws {RangeError} while iterating, when `since` is no event id.
   * @example
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { openKernel } from "@exchange-kernel/kernel";
   *
   * await using kernel = await openKernel({ exchanges: { paper: { kind: "paper" } } });
   * const paper = kernel.exchange("paper");
   * const order = { symbolId: "BTC/USDT", side: "BUY", amount: "0.01", limitPrice: "20000" };
   * const intentId = await paper.placeOrder(order);
   *
   * const seen: string[] = [];
   * for await (const event of paper.events({ intentId }, { since: 0 })) {
   *   seen.push(event.type);
   *   if (event.type === "OrderAccepted") break;
   * }
   * assertEquals(seen, ["OrderSubmitted", "OrderAccepted"]);
   * ```
   */
  events(filter?: EventFilter, options?: EventsOptions): AsyncIterable<KernelEvent>;
  /**
   * Resolves once this exchange lists its instruments and its orders, fills and balances have been
   * read back since it last connected; at once where that is so. `openKernel` does not promise that
   * much: it returns without an exchange whose first try has failed, and which goes on trying.
   *
   * Restarts and lost connections are waited through, without a bound of its own. Whether an order
   * may be placed is another question: the kill switch, open drifts and `mode: "observe"` hold
   * orders back on an exchange that is up to date ({@linkcode ExchangeHealth.reason}).
   *
   * @throws {DeniedError} when it does not come by itself: the exchange is parked (the message says
   *   why), is being stopped, or has used its restarts up.
   * @example
   * ```ts
   * import { assert } from "@std/assert";
   * import { openKernel } from "@exchange-kernel/kernel";
   *
   * await using kernel = await openKernel({ exchanges: { paper: { kind: "paper" } } });
   * const signal = AbortSignal.timeout(60_000);
   * await Promise.all(kernel.exchanges().map((exchange) => exchange.ready({ signal })));
   * assert(kernel.exchange("paper").listSymbols().includes("BTC/USDT"));
   * ```
   */
  ready(options?: ReadyOptions): Promise<void>;
  /**
   * Starts this exchange again after `stop`, or once its restarts were used up. Resolves when it is
   * ready, or has had its chance to be. Nothing happens if it runs.
   */
  start(): Promise<void>;
  /** Stops this exchange alone and leaves its open orders at the venue. */
  stop(): Promise<void>;
  /** How the exchange is doing, or did before it was stopped; nothing is asked of the venue. */
  healthCheck(): ExchangeHealth;
  /**
   * Without an id, reads orders, fills and balances back from the venue now and resolves when done;
   * an exchange that is not ready does so anyway on its way there, and this resolves at once. With
   * an id, asks for that intent's order to be verified and resolves at once.
   *
   * @throws {NotFoundError} when there is no such intent on this exchange.
   */
  forceReconciliation(intentId?: IntentId): Promise<void>;
  /** How much is in doubt, and what it took to find out so far. */
  getReconciliationMetrics(): ReconciliationMetrics;
}

/** All exchanges of one store. Disposing it is `stop`. */
export interface Kernel extends AsyncDisposable {
  /** `starting`, `running`, `draining` or `stopped`. */
  readonly state: string;
  /** Resolves once everything is closed: with why the store failed, or null after `stop()`. */
  readonly closed: Promise<StoreError | null>;
  /**
   * The exchange configured under this key; the same object every time, also after restarts.
   *
   * @throws {NotFoundError} naming the exchanges there are.
   */
  exchange(id: string): ExchangeKernel;
  /** All configured exchanges, in the order of the configuration. */
  exchanges(): readonly ExchangeKernel[];
  /**
   * The events of all exchanges, in order and each once.
   *
   * @throws {RangeError} while iterating, when `since` is no event id.
   */
  events(filter?: EventFilter, options?: EventsOptions): AsyncIterable<KernelEvent>;
  /**
   * At most `limit` stored events after `since`. When `oldest` is above `since` + 1, events in
   * between have been dropped, and a reader has to begin from the state instead.
   *
   * @throws {ValidationError} when the limit is no positive integer.
   */
  storedEvents(
    query: { since: number; limit: number; filter?: EventFilter },
  ): { items: readonly KernelEvent[]; oldest: number };
  /** Stops all trading at once, durably, until it is released. */
  readonly killSwitch: KillSwitchControl;
  /** Id of the newest committed event; 0 before the first. */
  readonly lastEventId: number;
  /**
   * Writes a copy of the store, consistent in itself, while the kernel runs.
   *
   * @param path of a file that does not exist yet.
   * @throws {StoreError} when it cannot be written, or the store is in memory.
   */
  backup(path: string): Promise<void>;
  /**
   * Starts all exchanges; needed only with `autoStart: false`. Resolves when each is ready or has
   * had its chance to be: one that is down blocks nobody.
   */
  start(): Promise<void>;
  /**
   * Drains: refuses new work, settles or reports what is in flight, flushes, closes. Open orders
   * stay at the venue. Calling it again waits for the same end.
   */
  stop(): Promise<void>;
}
