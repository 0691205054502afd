/** The kernel as its users see it: what `mod.ts`, HTTP, the CLI and the inspector are built on. */
import type { FillFilter, IntentFilter, Page } from "../stores/store.ts";
import type { AccountState, Position } from "./account.ts";
import type { EventFilter, KernelEvent } from "./event.ts";
import type { Fill } from "./fill.ts";
import type { AssetMetadata, SymbolMetadata } from "./instrument.ts";
import type { JsonValue, OrderIntent, OrderState } from "./intent.ts";
import type { PlaceData, WaitFor } from "./place_options.ts";
import type { EpochMs, IntentId } from "./scalars.ts";

export interface PlaceOptions extends PlaceData {
  /** Ends the waiting, not the order. */
  readonly signal?: AbortSignal;
}

export interface ChangeOptions {
  readonly waitFor?: WaitFor;
  readonly signal?: AbortSignal;
}

export interface ModifyOptions extends ChangeOptions {
  readonly ifResourceVersion?: number;
}

export interface EventsOptions {
  readonly signal?: AbortSignal;
  /** Resume after this event id (a cursor as text is accepted too); default: from now on. */
  readonly since?: number | string;
}

export interface SocketHealth {
  readonly id: string;
  readonly state: string;
  readonly lastFrameAt: EpochMs | null;
  readonly reconnects: number;
}

export interface ExchangeHealth {
  readonly exchangeId: string;
  readonly state: string;
  /** True when new submits may leave. */
  readonly ready: boolean;
  readonly sockets: readonly SocketHealth[];
  /** Round trip of submits, ms. */
  readonly latencyMs: { readonly p50: number | null; readonly p99: number | null };
  readonly errors: Readonly<Record<string, number>>;
  readonly clockOffsetMs: number | null;
  readonly budgets: Readonly<Record<string, { readonly used: number; readonly capacity: number }>>;
  readonly queued: number;
  readonly lastSyncAt: EpochMs | null;
}

export interface ReconciliationMetrics {
  readonly inDoubt: number;
  readonly resolving: number;
  readonly parked: number;
  readonly openDrift: number;
  readonly lookups: number;
  readonly resubmissions: number;
  readonly syncs: number;
  readonly lastSyncMs: number | null;
}

/** One intent with what is known of it. */
export interface IntentView {
  readonly intent: OrderIntent;
  readonly state: OrderState;
}

/** One exchange account. Inputs are validated; `unknown` says the schema decides, not the type. */
export interface ExchangeKernel {
  readonly id: string;
  placeOrder(order: unknown, options?: PlaceOptions): Promise<IntentId>;
  cancelOrder(intentId: IntentId, options?: ChangeOptions): Promise<void>;
  modifyOrder(intentId: IntentId, order: unknown, options?: ModifyOptions): Promise<void>;
  /** @returns how many intents were newly set to CANCELED. */
  cancelAllOrders(symbolId?: string): Promise<number>;
  resumeIntent(intentId: IntentId): Promise<void>;
  getOrderIntent(intentId: IntentId): OrderIntent;
  getOrderState(intentId: IntentId): OrderState;
  getAllIntents(filter?: IntentFilter): Page<IntentView>;
  getFills(filter?: FillFilter): Page<Fill>;
  getPositions(symbolId?: string): readonly Position[];
  getAccountState(): AccountState;
  getSymbolMetadata(symbolId: string): SymbolMetadata;
  getAssetMetadata(assetId: string): AssetMetadata;
  listSymbols(): readonly string[];
  subscribeEvents(callback: (event: KernelEvent) => void, filter?: EventFilter): string;
  unsubscribeEvents(subscriptionId: string): void;
  events(filter?: EventFilter, options?: EventsOptions): AsyncIterable<KernelEvent>;
  start(): Promise<void>;
  stop(): Promise<void>;
  healthCheck(): ExchangeHealth;
  forceReconciliation(intentId?: IntentId): Promise<void>;
  getReconciliationMetrics(): ReconciliationMetrics;
}

export interface Kernel extends AsyncDisposable {
  readonly state: string;
  /** @throws {NotFoundError} naming the exchanges there are. */
  exchange(id: string): ExchangeKernel;
  exchanges(): readonly ExchangeKernel[];
  events(filter?: EventFilter, options?: EventsOptions): AsyncIterable<KernelEvent>;
  /** Events after `since` that are stored; `oldest` tells whether the cursor is gone. */
  storedEvents(
    query: { since: number; limit: number; filter?: EventFilter },
  ): { items: readonly KernelEvent[]; oldest: number };
  readonly lastEventId: number;
  backup(path: string): Promise<void>;
  start(): Promise<void>;
  /** Drains: refuses new work, settles or reports what is in flight, flushes, closes. */
  stop(): Promise<void>;
}
