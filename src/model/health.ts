/** How an exchange is doing, for people, probes and metrics. */
import type { ExchangeMode } from "./risk.ts";
import type { EpochMs } from "./scalars.ts";

/** One WebSocket to the venue. */
export interface SocketHealth {
  /** Unique within its exchange, given by the adapter, e.g. `private`. */
  readonly id: string;
  /** `idle`, `dialing`, `authenticating`, `open`, `stale`, `backoff` or `stopped`. */
  readonly state: string;
  /** When the last frame arrived, by our wall clock; null before the first. */
  readonly lastFrameAt: EpochMs | null;
  /** How often it was opened again since the exchange started. */
  readonly reconnects: number;
}

/** The venue's own dead-man's switch, where one was asked for. */
export interface DeadMansSwitchHealth {
  /**
   * `disarmed`: no order of ours is live; `armed`; `failing`: the last refresh did not succeed, and
   * the venue may cancel every order in its scope once `timeoutMs` have passed since the last.
   */
  readonly state: "disarmed" | "armed" | "failing";
  /** After this silence the venue cancels. */
  readonly timeoutMs: number;
  /** When it was last armed, wound up or disarmed, by our clock. */
  readonly lastRefreshAt: EpochMs | null;
  /** Refreshes in a row that did not succeed. */
  readonly failures: number;
}

/** Why an exchange takes no new orders now. */
export interface NotReadyReason {
  /** Since when that is so, by our clock; null where it is not known. */
  readonly since: EpochMs | null;
  /** In words, e.g. `the key may withdraw: …`; never a key, never what a venue answered. */
  readonly why: string;
  /** What ends it: a command, a setting, or that waiting does. */
  readonly nextStep: string;
}

/** How one exchange is doing, counted since it last started. */
export interface ExchangeHealth {
  /** The key of the exchange in `openKernel({ exchanges })`. */
  readonly exchangeId: string;
  /** `connecting`, `syncing`, `ready`, `degraded`, `draining`, `stopped` or `parked`. */
  readonly state: string;
  /** Why new submits may not leave, and what ends that; null while they may. */
  readonly reason: NotReadyReason | null;
  /** Why it is parked; absent in every other state. `reason` tells of every state. */
  readonly parkedBecause?: string;
  /** `observe`: everything is read and nothing is sent, so it is never `ready`. */
  readonly mode: ExchangeMode;
  /** True when new submits may leave. */
  readonly ready: boolean;
  /** Empty where the adapter has none; the order is the adapter's. */
  readonly sockets: readonly SocketHealth[];
  /** Round trips of the newest 512 accepted submits, ms; null before the first. */
  readonly latencyMs: { readonly p50: number | null; readonly p99: number | null };
  /** Troubles by kind (a fixed vocabulary) and how often each came. */
  readonly errors: Readonly<Record<string, number>>;
  /** The venue's clock less ours, ms; null before it was measured. */
  readonly clockOffsetMs: number | null;
  /** `weight` (requests) and `orders`: how much of the venue's limit is spent, by our own count. */
  readonly budgets: Readonly<Record<string, { readonly used: number; readonly capacity: number }>>;
  /** What the venue keeps refusing, so that no more of it is sent for a while; usually empty. */
  readonly circuits: readonly CircuitHealth[];
  /** Orders and requests that wait for a budget or for a place on the wire. */
  readonly queued: number;
  /** What comes of the market to those who listen. */
  readonly market: MarketHealth;
  /** When orders, fills and balances were last all read back; null while not connected. */
  readonly lastSyncAt: EpochMs | null;
  /** Absent where none was configured. */
  readonly deadMansSwitch?: DeadMansSwitchHealth;
}

/**
 * `streaming`; `resyncing`: a book that is being put together again; `polling`: there is no stream,
 * it is read instead; `waiting`: the socket is not open.
 */
export type MarketTopicState = "streaming" | "resyncing" | "polling" | "waiting";

/** The market data of one exchange. Its troubles hold no order back. */
export interface MarketHealth {
  /** Public sockets that are open or on their way; none while nobody listens. */
  readonly sockets: readonly SocketHealth[];
  /** Listeners, whatever they listen to. */
  readonly subscriptions: number;
  /** Topics that somebody listens to, by how they are served. */
  readonly topics: Readonly<Record<MarketTopicState, number>>;
  /** Those that are not streaming, 50 at most. */
  readonly troubled: readonly {
    readonly channel: string;
    readonly symbolId: string;
    readonly state: MarketTopicState;
    readonly listeners: number;
  }[];
  /** How often a book had to be put together again since the exchange started. */
  readonly resyncs: number;
  /** Gaps in the trades that could not be filled whole. */
  readonly incompleteBackfills: number;
  /** Updates that slow readers have lost. */
  readonly dropped: number;
  /** Callbacks of subscribers that threw. */
  readonly failedCallbacks: number;
}

/** A circuit breaker that is not closed: the venue refused the same again and again. */
export interface CircuitHealth {
  /** What the refusals mean, e.g. `FILTER` or `AUTHENTICATION`. */
  readonly code: string;
  /** The symbol whose submits are held; null for all of the account. */
  readonly symbolId: string | null;
  /** `open`: nothing is sent before `until`; `halfOpen`: one order at a time tries. */
  readonly state: "open" | "halfOpen";
  /** When the next order may be tried, or the answer to the one under way is given up; epoch ms. */
  readonly until: EpochMs;
}

/** How far what is wanted and what is known lie apart, for one exchange. */
export interface ReconciliationMetrics {
  /** Intents with a submit of unknown outcome, now. */
  readonly inDoubt: number;
  /** Intents whose order was live and is being read back, now. */
  readonly resolving: number;
  /** Facts of the venue that match no intent yet and are kept until they do, now. */
  readonly parked: number;
  /** Disagreements with the venue that nobody has settled, now. */
  readonly openDrift: number;
  /** Orders looked up by id since the exchange started. */
  readonly lookups: number;
  /**
   * Attempts after an intent's first, since the start: replacements, and retries after an attempt
   * was proven never to have arrived.
   */
  readonly resubmissions: number;
  /** Complete readings of the account since the exchange started. */
  readonly syncs: number;
  /** How long the last of them took, ms; null before the first. */
  readonly lastSyncMs: number | null;
}
