/**
 * The port to one exchange account. An adapter translates; it decides nothing: it never retries,
 * never invents an outcome and never answers "refused" without the venue's own proof.
 */
import type { Balance, Position } from "../model/account.ts";
import type { Decimal } from "../model/decimal.ts";
import type { Fill } from "../model/fill.ts";
import type { SymbolMetadata } from "../model/instrument.ts";
import type { KeyPermissions } from "../model/key_permissions.ts";
import type { Ohlcv, Ticker, Trade } from "../model/market.ts";
import type { BookRules, BookSnapshot, BookTopic, Timeframe, Topic } from "../model/market_feed.ts";
import type { StandardOrder } from "../model/order.ts";
import type {
  RateLimits,
  RequestAbout,
  RequestCost,
  RequestPriority,
} from "../model/rate_limits.ts";
import type { ClientOrderId, EpochMs, ExchangeOrderId } from "../model/scalars.ts";
import type { SymbolResolution } from "../model/symbol.ts";
import type {
  AmendOutcome,
  CancelOutcome,
  ClockReading,
  LookupOutcome,
  ReadOutcome,
  SubmitOutcome,
  UnknownCause,
  VenueOrder,
} from "../model/venue.ts";
import type { VenueFact } from "../model/venue_fact.ts";

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

export type { VenueFact } from "../model/venue_fact.ts";

export type {
  AllowanceBudget,
  Budget,
  BudgetChange,
  BudgetCost,
  BudgetScope,
  BudgetUsage,
  DecayBudget,
  RateCaps,
  RateLimits,
  ReportedUsage,
  RequestAbout,
  RequestCost,
  RequestPriority,
  WindowBudget,
} from "../model/rate_limits.ts";

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
  /** Adopted, and without a client id at the venue: only `exchangeOrderId` names it there. */
  readonly isUnnamed?: true;
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
  /**
   * Every open position, in base units; empty on spot accounts. Flat contracts may be listed with
   * quantity 0, for their leverage: one that is not told counts as 1 in the risk rules.
   */
  positions(): Promise<ReadOutcome<readonly Position[]>>;
  /**
   * Arms the venue's own dead-man's switch, or winds it up again: unless that happens anew within
   * `timeoutMs`, the venue cancels every order in its scope. Null disarms it. Only where
   * `capabilities.deadMansSwitch` is a timer.
   *
   * @param symbolIds where orders of ours may be; read where its scope is a symbol, and those that
   * were armed before and are no longer among them are disarmed
   */
  armDeadMansSwitch?(
    timeoutMs: number | null,
    symbolIds?: readonly string[],
  ): Promise<ArmOutcome>;
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

/** All of them, for whoever has to go through a profile's costs. */
export const REQUEST_KINDS: readonly RequestKind[] = [
  "submit",
  "cancel",
  "amend",
  "lookup",
  "openOrders",
  "fillsSince",
  "fillsOf",
  "balances",
  "positions",
  "instruments",
  "ticker",
  "serverTime",
  "deadMansSwitch",
];

/** A request as far as its cost depends on it; a kind alone: about nothing in particular. */
export type RequestEndpoint = RequestKind | (RequestAbout & { readonly kind: RequestKind });

/** `full`: too many wait already. `stopped`: the exchange sends nothing any more. */
export type AcquireOutcome = "granted" | "full" | "stopped";

/** The budgets of an exchange, for what an adapter sends beside what it was asked for. */
export interface RequestLimits {
  /**
   * Waits for the right to send; nothing may be sent without.
   *
   * @param weight how many such requests: their cost is taken so many times
   * @throws the signal's reason once it aborts
   */
  acquire(
    endpoint: RequestEndpoint,
    weight: number,
    priority: RequestPriority,
    signal: AbortSignal,
  ): Promise<AcquireOutcome>;
  /** How many such requests could go at once, were nobody waiting; none while there is a ban. */
  remaining(endpoint: RequestEndpoint): number;
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
  /** What a request of this kind takes from the budgets; asked before every request. */
  readonly cost: (kind: RequestKind, about: RequestAbout) => RequestCost;
  /** Whether a not yet acknowledged order can be canceled by client order id. */
  readonly cancelByClientOrderId: boolean;
  /** Whether price and quantity of a live order change without a cancel. */
  readonly amendInPlace: boolean;
  /** Absent where the venue has none. */
  readonly deadMansSwitch?: DeadMansSwitch;
}

/** One WebSocket of an adapter, driven by a connection actor, which owns backoff and staleness. */
export interface ExchangeSocket {
  /** Unique within the adapter, e.g. `private`. */
  readonly id: string;
  /** Silence after which the watchdog probes. */
  readonly staleAfterMs: number;
  /** What it carries goes another way while it is down, so trading does not wait for it. */
  readonly spare?: boolean;
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
  /** What a name stands for, in whichever spelling; absent where names are canonical alone. */
  readonly resolve?: (name: string) => SymbolResolution;
  /** What the venue calls a currency, for people; undefined where it does not tell. */
  readonly currencyName?: (code: string) => string | undefined;
}

/** The market, read once. Absent members: the venue does not tell. */
export interface MarketData {
  /** The newest one the stream told; undefined before it came. */
  ticker(symbolId: string): Ticker | undefined;
  /** Reads it once. */
  readonly readTicker?: (symbolId: string) => Promise<ReadOutcome<Ticker>>;
  /** At least `depth` levels of each side where there are as many and the venue tells them. */
  readonly readBook?: (symbolId: string, depth: number) => Promise<ReadOutcome<BookSnapshot>>;
  /** The newest `limit`, oldest first. */
  readonly readTrades?: (
    symbolId: string,
    limit: number,
  ) => Promise<ReadOutcome<readonly Trade[]>>;
  /** Oldest first, from `since` on; the newest `limit` where it is null. */
  readonly readOhlcv?: (
    symbolId: string,
    query: CandleQuery,
  ) => Promise<ReadOutcome<readonly Ohlcv[]>>;
  /** Lengths of candles the venue has; absent: all there are. */
  readonly timeframes?: readonly Timeframe[];
  /** Absent where everything has to be polled. */
  readonly stream?: MarketStream;
}

/** Which candles are read. */
export interface CandleQuery {
  /** How long each is. */
  readonly timeframe: Timeframe;
  /** Opening time of the first one wanted, by the venue's clock. */
  readonly since: EpochMs | null;
  /** At most so many. */
  readonly limit: number;
}

/** How a topic reaches us: over one of the sockets, from the adapter itself, or not at all. */
export type TopicRoute =
  | {
    readonly kind: "socket";
    readonly socketId: string;
    /** A second one, which tells `prices` beside the quotes of a ticker. */
    readonly besideId?: string;
  }
  | { readonly kind: "adapter" }
  | { readonly kind: "none" };

/** The market as the venue streams it; what comes is told as facts. */
export interface MarketStream {
  /** Opened by the kernel while a topic needs them, and watched like the others. */
  readonly sockets: readonly ExchangeSocket[];
  /** Asked once for each topic. */
  route(topic: Topic): TopicRoute;
  /**
   * Asked while the socket of the topics is open, and again whenever it was opened anew. With
   * `over` only what that socket has to tell of them is meant.
   */
  subscribe(topics: readonly Topic[], over?: string): void;
  /** What comes of these topics afterwards is ignored. */
  unsubscribe(topics: readonly Topic[], over?: string): void;
  /** How snapshots and deltas of this book fit together. */
  bookRules(topic: BookTopic): BookRules;
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
   * @throws {ExchangeError} when the venue cannot be reached or refuses the account. With the code
   * `CONNECT_REFUSED` it is not tried again: the exchange is parked, with the message as reason.
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
  /**
   * What the key may do, read from the venue after each connect; a key that may withdraw is refused
   * unless that was allowed. Null where the venue does not say; absent where it never does.
   */
  permissions?(): Promise<ReadOutcome<KeyPermissions | null>>;
  /** Measures the offset again. */
  syncClock(): Promise<ReadOutcome<ClockReading>>;
  /** Told before `connect` how to ask for further requests; for adapters whose reads have pages. */
  useLimits?(limits: RequestLimits): void;
  /** One listener, set by the exchange actor before `connect`. */
  onFact(listener: (fact: VenueFact) => void): void;
}
