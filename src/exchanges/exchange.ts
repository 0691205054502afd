/**
 * The port to one exchange account. An adapter translates; it decides nothing: it never retries,
 * never invents an outcome and never answers "refused" without the venue's own proof.
 */
import type { Balance, Position } from "../model/account.ts";
import type { Decimal } from "../model/decimal.ts";
import type { Fill } from "../model/fill.ts";
import type { SymbolMetadata } from "../model/instrument.ts";
import type { Ticker } from "../model/market.ts";
import type { StandardOrder } from "../model/order.ts";
import type { ClientOrderId, EpochMs, ExchangeOrderId } from "../model/scalars.ts";
import type {
  AmendOutcome,
  CancelOutcome,
  LookupOutcome,
  ReadOutcome,
  SubmitOutcome,
  VenueOrder,
} from "../model/venue.ts";

export type {
  AmendOutcome,
  CancelOutcome,
  LookupOutcome,
  ReadOutcome,
  RefusalReason,
  SubmitOutcome,
  UnknownCause,
  VenueOrder,
} from "../model/venue.ts";

/** Consulted by the adapter synchronously, last before the wire. */
export interface SendGate {
  /** @returns null to send, else the reason not to. `signedAt` is by the venue's clock. */
  check(wire: { readonly signedAt: EpochMs; readonly validForMs: number }): string | null;
  /** Called right after the bytes were handed to the transport. */
  sent(): void;
}

export interface SubmitRequest {
  readonly clientOrderId: ClientOrderId;
  readonly order: StandardOrder;
  /** Base units; for a replacement less than `order.amount`. */
  readonly amount: Decimal;
  /** By the venue's clock; signed timestamp + validity must not lie beyond it. */
  readonly deadline: EpochMs;
}

/** Names one order of ours; the exchange id is null until the venue has told it. */
export interface OrderRef {
  readonly symbolId: string;
  readonly clientOrderId: ClientOrderId;
  readonly exchangeOrderId: ExchangeOrderId | null;
}

export interface AmendRequest extends OrderRef {
  readonly order: StandardOrder;
  /** New total quantity of the venue order, base units. */
  readonly amount: Decimal;
  readonly deadline: EpochMs;
}

export interface Execution {
  submit(request: SubmitRequest, gate: SendGate): Promise<SubmitOutcome>;
  cancel(ref: OrderRef, gate: SendGate): Promise<CancelOutcome>;
  amend(request: AmendRequest, gate: SendGate): Promise<AmendOutcome>;
  lookup(ref: OrderRef): Promise<LookupOutcome>;
  openOrders(symbolId?: string): Promise<ReadOutcome<readonly VenueOrder[]>>;
  /** Trades of one symbol since a venue time, oldest first, paged to the end. */
  fillsSince(symbolId: string, since: EpochMs): Promise<ReadOutcome<readonly Fill[]>>;
  /** Every trade of one order. */
  fillsOf(ref: OrderRef): Promise<ReadOutcome<readonly Fill[]>>;
  balances(): Promise<ReadOutcome<readonly Balance[]>>;
  positions(): Promise<ReadOutcome<readonly Position[]>>;
}

/** Named so that `actors/request.ts` can weigh and rank them. */
export type RequestKind =
  | "submit"
  | "cancel"
  | "amend"
  | "lookup"
  | "openOrders"
  | "fillsSince"
  | "fillsOf"
  | "balances"
  | "positions"
  | "instruments"
  | "serverTime";

/** What one request takes from each budget. */
export interface RequestCost {
  /** Of the per-IP weight budget. */
  readonly weight: number;
  /** Of the per-account order budget. */
  readonly orders: number;
}

export interface RateLimits {
  readonly weight: { readonly capacity: number; readonly intervalMs: number };
  readonly orders: { readonly capacity: number; readonly intervalMs: number };
}

/** Constants of a venue that safety rests on; each with its source in the profile. */
export interface VenueTiming {
  /** How long after its signed timestamp the venue still admits a request. */
  readonly validityMs: number;
  /** Longest time between admission and being visible in reads, plus safety. */
  readonly engineBoundMs: number;
  /** Reads may be this stale. */
  readonly settleMs: number;
  /** How long unfilled canceled orders stay findable. */
  readonly retentionMs: number;
}

export interface ExchangeCapabilities {
  readonly timing: VenueTiming;
  readonly rateLimits: RateLimits;
  readonly cost: (kind: RequestKind) => RequestCost;
  /** Whether a not yet acknowledged order can be canceled by client order id. */
  readonly cancelByClientOrderId: boolean;
  /** Whether price and quantity of a live order change without a cancel. */
  readonly amendInPlace: boolean;
}

/** Facts the venue volunteers (stream) or tells by the way (response headers). */
export type VenueFact =
  | { readonly kind: "order"; readonly order: VenueOrder; readonly receivedAt: EpochMs }
  | { readonly kind: "fill"; readonly fill: Fill; readonly receivedAt: EpochMs }
  | { readonly kind: "balances"; readonly balances: readonly Balance[]; readonly receivedAt: EpochMs }
  | { readonly kind: "ticker"; readonly ticker: Ticker; readonly receivedAt: EpochMs }
  /** By response headers: how much of each budget the venue counts as used in its interval. */
  | { readonly kind: "usage"; readonly weightUsed: number | null; readonly ordersUsed: number | null }
  /** 429 or 418: nothing may be sent for so long. */
  | { readonly kind: "banned"; readonly retryAfterMs: number; readonly status: number }
  /** A frame or row that does not parse; dropped, counted and shown. */
  | { readonly kind: "malformed"; readonly where: string; readonly message: string };

/** One WebSocket of an adapter, driven by a connection actor, which owns backoff and staleness. */
export interface ExchangeSocket {
  readonly id: string;
  /** Silence after which the watchdog probes. */
  readonly staleAfterMs: number;
  /** Dials and authenticates; resolves when frames may arrive. Rejects on failure or abort. */
  open(
    handlers: { readonly onFrame: () => void; readonly onClose: (reason: string) => void },
    signal: AbortSignal,
  ): Promise<void>;
  /** Asks the venue for a sign of life (any frame counts as an answer). */
  probe(): void;
  close(): Promise<void>;
}

export interface Instruments {
  /** Loads or reloads what the venue lists. */
  load(): Promise<ReadOutcome<readonly SymbolMetadata[]>>;
  get(symbolId: string): SymbolMetadata | undefined;
  list(): readonly SymbolMetadata[];
}

export interface MarketData {
  /** From now on `ticker` facts come for these symbols. */
  subscribeTicks(symbolIds: readonly string[]): Promise<void>;
  ticker(symbolId: string): Ticker | undefined;
}

export interface ExchangeAdapter {
  readonly id: string;
  readonly type: "CEX" | "DEX" | "TRADITIONAL";
  readonly capabilities: ExchangeCapabilities;
  /** Loads code, instruments and the clock offset; opens no socket. @throws {ExchangeError} */
  connect(signal: AbortSignal): Promise<void>;
  disconnect(): Promise<void>;
  readonly isConnected: boolean;
  readonly execution: Execution;
  readonly marketData: MarketData;
  readonly instruments: Instruments;
  readonly sockets: readonly ExchangeSocket[];
  /** The venue's clock now, from an offset measured since boot; null before the first measure. */
  venueNow(): EpochMs | null;
  /** Measures the offset again. */
  syncClock(): Promise<ReadOutcome<{ readonly offsetMs: number; readonly roundTripMs: number }>>;
  /** One listener, set by the exchange actor before `connect`. */
  onFact(listener: (fact: VenueFact) => void): void;
}
