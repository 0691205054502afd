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
  UnknownCause,
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
  /**
   * Asked before the bytes are handed over. `signedAt` is by the venue's clock, `validForMs` how
   * long after it the venue still admits the request.
   *
   * @returns null to send, else the reason not to.
   */
  check(wire: { readonly signedAt: EpochMs; readonly validForMs: number }): string | null;
  /** Called right after the bytes were handed to the transport. */
  sent(): void;
}

/** One order to be placed, once. */
export interface SubmitRequest {
  /** In our form; the adapter renders it as the venue wants it. */
  readonly clientOrderId: ClientOrderId;
  /** What the intent wants; only `amount` may differ from it. */
  readonly order: StandardOrder;
  /** Base units; for a replacement less than `order.amount`. */
  readonly amount: Decimal;
  /** By the venue's clock; signed timestamp + validity must not lie beyond it. */
  readonly deadline: EpochMs;
}

/** Names one order of ours; the exchange id is null until the venue has told it. */
export interface OrderRef {
  /** Canonical symbol. */
  readonly symbolId: string;
  /** In our form, as it was submitted. */
  readonly clientOrderId: ClientOrderId;
  /** Null until the venue has told it. */
  readonly exchangeOrderId: ExchangeOrderId | null;
}

/** One live order to be changed in place. */
export interface AmendRequest extends OrderRef {
  /** What the intent wants now. */
  readonly order: StandardOrder;
  /** New total quantity of the venue order, base units. */
  readonly amount: Decimal;
  /** By the venue's clock; signed timestamp + validity must not lie beyond it. */
  readonly deadline: EpochMs;
}

/**
 * Trading and its reads. Mutations ask the gate and are never repeated here; nothing rejects: what
 * went wrong is an outcome.
 */
export interface Execution {
  /** Places one order. Only an allow-listed refusal is `refused`; every doubt is `unknown`. */
  submit(request: SubmitRequest, gate: SendGate): Promise<SubmitOutcome>;
  /** Asks for one order to be canceled, by whichever id the venue takes. */
  cancel(ref: OrderRef, gate: SendGate): Promise<CancelOutcome>;
  /** Changes price and total quantity of a live order; only with `amendInPlace`. */
  amend(request: AmendRequest, gate: SendGate): Promise<AmendOutcome>;
  /** Finds one order, in open orders, history and trades. */
  lookup(ref: OrderRef): Promise<LookupOutcome>;
  /** All live orders of the account or of one symbol, also those of others. */
  openOrders(symbolId?: string): Promise<ReadOutcome<readonly VenueOrder[]>>;
  /** Trades of one symbol since a venue time, oldest first, paged to the end. */
  fillsSince(symbolId: string, since: EpochMs): Promise<ReadOutcome<readonly Fill[]>>;
  /** Every trade of one order. */
  fillsOf(ref: OrderRef): Promise<ReadOutcome<readonly Fill[]>>;
  /** Every asset the account holds. */
  balances(): Promise<ReadOutcome<readonly Balance[]>>;
  /** Every open position; empty on spot accounts. */
  positions(): Promise<ReadOutcome<readonly Position[]>>;
  /**
   * Arms the venue's own dead-man's switch, or winds it up again: unless that happens anew within
   * `timeoutMs`, the venue cancels every order in its scope. Null disarms it. Only where
   * `capabilities.deadMansSwitch` is a timer.
   */
  armDeadMansSwitch?(timeoutMs: number | null): Promise<ArmOutcome>;
}

/** What came of winding up a dead-man's switch. */
export type ArmOutcome =
  /** The venue has said so; `firesAt` is by its clock, null where it was disarmed. */
  | { readonly kind: "armed"; readonly firesAt: EpochMs | null }
  /** It may be wound up or not: as before until it is known. */
  | { readonly kind: "failed"; readonly cause: UnknownCause; readonly retryAfterMs?: number };

/** What the venue itself does when we are silent; never a promise of ours. */
export type DeadMansSwitch =
  /** Cancels what is in scope unless it is wound up again in time. */
  | {
    readonly kind: "timer";
    /** The shortest and the longest timeout it takes. */
    readonly minMs: number;
    readonly maxMs: number;
    /** Whose orders it cancels, also those that others placed. */
    readonly scope: "account" | "symbol";
  }
  /** Cancels what was placed over a WebSocket when that one closes. */
  | { readonly kind: "ws-disconnect" }
  | { readonly kind: "none" };

/** What a request is for, so that requests can be weighed and ranked. */
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
  | "ticker"
  | "serverTime"
  | "deadMansSwitch";

/** What one request takes from each budget. */
export interface RequestCost {
  /** Of the per-IP weight budget. */
  readonly weight: number;
  /** Of the per-account order budget. */
  readonly orders: number;
}

/** The venue's budgets: at most `capacity` in any `intervalMs`. */
export interface RateLimits {
  /** Of all requests together, in the venue's weight units. */
  readonly weight: { readonly capacity: number; readonly intervalMs: number };
  /** Of placements, each counting 1 unless `cost` says otherwise. */
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

/** What the kernel has to know of a venue before it sends anything. */
export interface ExchangeCapabilities {
  /** How long a request may be on its way, and reads behind. */
  readonly timing: VenueTiming;
  /** What the venue publishes, or the strictest it is known to enforce. */
  readonly rateLimits: RateLimits;
  /** What a request of this kind takes from the budgets. */
  readonly cost: (kind: RequestKind) => RequestCost;
  /** Whether a not yet acknowledged order can be canceled by client order id. */
  readonly cancelByClientOrderId: boolean;
  /** Whether price and quantity of a live order change without a cancel. */
  readonly amendInPlace: boolean;
  /** Absent where the venue has none. */
  readonly deadMansSwitch?: DeadMansSwitch;
}

/** Facts the venue volunteers (stream) or tells by the way (response headers). */
export type VenueFact =
  | { readonly kind: "order"; readonly order: VenueOrder; readonly receivedAt: EpochMs }
  | { readonly kind: "fill"; readonly fill: Fill; readonly receivedAt: EpochMs }
  | {
    readonly kind: "balances";
    readonly balances: readonly Balance[];
    readonly receivedAt: EpochMs;
  }
  | { readonly kind: "ticker"; readonly ticker: Ticker; readonly receivedAt: EpochMs }
  /** By response headers: how much of each budget the venue counts as used in its interval. */
  | {
    readonly kind: "usage";
    readonly weightUsed: number | null;
    readonly ordersUsed: number | null;
  }
  /** 429 or 418: nothing may be sent for so long. */
  | { readonly kind: "banned"; readonly retryAfterMs: number; readonly status: number }
  /** A frame or row that does not parse; dropped, counted and shown. */
  | { readonly kind: "malformed"; readonly where: string; readonly message: string };

/** One WebSocket of an adapter, driven by a connection actor, which owns backoff and staleness. */
export interface ExchangeSocket {
  /** Unique within the adapter, e.g. `private`. */
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
  /** Closes it if it is open; `onClose` need not be called. */
  close(): Promise<void>;
}

/** What the venue lists, by canonical symbol. */
export interface Instruments {
  /** Loads or reloads what the venue lists. */
  load(): Promise<ReadOutcome<readonly SymbolMetadata[]>>;
  /** Undefined before the first load, and for what is not listed. */
  get(symbolId: string): SymbolMetadata | undefined;
  /** All of it; empty before the first load. */
  list(): readonly SymbolMetadata[];
}

/** Prices as the venue streams them. */
export interface MarketData {
  /** From now on `ticker` facts come for these symbols. */
  subscribeTicks(symbolIds: readonly string[]): Promise<void>;
  /** The newest one; undefined before it came. */
  ticker(symbolId: string): Ticker | undefined;
  /** Reads it once; absent where only the stream tells prices. */
  readonly readTicker?: (symbolId: string) => Promise<ReadOutcome<Ticker>>;
}

/** One exchange account as the kernel reaches it. It translates and decides nothing. */
export interface ExchangeAdapter {
  /** The id its context gave. */
  readonly id: string;
  /** What kind of venue it is. */
  readonly type: "CEX" | "DEX" | "TRADITIONAL";
  /** Final once `connect` has resolved. */
  readonly capabilities: ExchangeCapabilities;
  /**
   * Loads code, instruments and the clock offset; opens no socket.
   *
   * @throws {ExchangeError} when the venue cannot be reached or refuses the account.
   */
  connect(signal: AbortSignal): Promise<void>;
  /** Ends everything it has begun; requests under way answer `unknown`. */
  disconnect(): Promise<void>;
  /** True between a `connect` that resolved and `disconnect`. */
  readonly isConnected: boolean;
  /** Trading and its reads. */
  readonly execution: Execution;
  /** Prices. */
  readonly marketData: MarketData;
  /** What can be traded. */
  readonly instruments: Instruments;
  /** Opened and watched by the kernel; without any, facts come by reads alone. */
  readonly sockets: readonly ExchangeSocket[];
  /** The venue's clock now, from an offset measured since boot; null before the first measure. */
  venueNow(): EpochMs | null;
  /** Measures the offset again. */
  syncClock(): Promise<ReadOutcome<{ readonly offsetMs: number; readonly roundTripMs: number }>>;
  /** One listener, set by the exchange actor before `connect`. */
  onFact(listener: (fact: VenueFact) => void): void;
}
