/** The paper exchange behind the venue port: one account on a matching engine of its own. */
import type { Clock } from "../../model/clock.ts";
import type { RequestCost } from "../../model/rate_limits.ts";
import type { EpochMs } from "../../model/scalars.ts";
import type { ClockReading, ReadOutcome } from "../../model/venue.ts";
import type {
  ExchangeAdapter,
  ExchangeCapabilities,
  ExchangeSocket,
  Instruments,
  VenueFact,
} from "../exchange.ts";
import { PAPER_DEAD_MANS_SWITCH } from "./dead_man.ts";
import type { MatchingEngine, Unsubscribe } from "./engine.ts";
import { PaperExecution } from "./execution.ts";
import { playInto, type PriceFeed } from "./feed.ts";
import type { BalanceReport, ExecutionReport, PositionReport } from "./messages.ts";
import { PrivateSocket } from "./private_socket.ts";
import { PublicMarket } from "./public_market.ts";
import { balanceView, fillOf, positionView, venueOrderOf } from "./venue_view.ts";
import { Wire } from "./wire.ts";

/** Keeps the engine's changes on disk; null where they may die with the process. */
export interface EngineKeeper {
  /** From now on every change is written before it is told. */
  attach(engine: MatchingEngine): void;
  close(): void;
}

export interface PaperAdapterOptions {
  readonly id: string;
  readonly clock: Clock;
  /** May be shared: it is the venue, and outlives an adapter. */
  readonly engine: MatchingEngine;
  /** Opened in the engine already. */
  readonly accountId: string;
  readonly feed?: PriceFeed | null;
  readonly keeper?: EngineKeeper | null;
  /** There and back; default 0. */
  readonly latencyMs?: number;
}

/** As Binance's default recvWindow: long enough for a slow line, short enough to prove absence. */
const VALIDITY_MS = 5_000;
/** The engine is synchronous, so an admitted order is visible at once; this is safety alone. */
const ENGINE_BOUND_MS = 50;
/** Final orders stay findable for a week, as long as the bounded history holds. */
const RETENTION_MS = 7 * 24 * 3_600_000;
/** Paper has no quota; far above what one process can send. Per minute. */
const UNLIMITED = { kind: "window", capacity: 100_000_000, intervalMs: 60_000 } as const;
const REQUEST: RequestCost = [{ budget: "weight", amount: 1 }];
const ORDER: RequestCost = [{ budget: "weight", amount: 1 }, { budget: "orders", amount: 1 }];

export class PaperAdapter implements ExchangeAdapter {
  readonly id: string;
  readonly type = "CEX";
  readonly capabilities: ExchangeCapabilities;
  readonly execution: PaperExecution;
  readonly marketData: PublicMarket;
  readonly instruments: Instruments;
  readonly sockets: readonly ExchangeSocket[];
  /** The venue itself, for whoever plays its other side. */
  readonly engine: MatchingEngine;
  readonly accountId: string;
  readonly #clock: Clock;
  readonly #feed: PriceFeed | null;
  readonly #keeper: EngineKeeper | null;
  readonly #wire: Wire;
  readonly #socket: PrivateSocket;
  #listening: readonly Unsubscribe[] = [];
  #listener: (fact: VenueFact) => void = () => {};
  #isConnected = false;

  constructor(options: PaperAdapterOptions) {
    const latencyMs = options.latencyMs ?? 0;
    this.id = options.id;
    this.engine = options.engine;
    this.accountId = options.accountId;
    this.#clock = options.clock;
    this.#feed = options.feed ?? null;
    this.#keeper = options.keeper ?? null;
    this.#wire = new Wire(options.clock, latencyMs);
    const isConnected = () => this.#isConnected;
    this.#socket = new PrivateSocket(this.#wire, isConnected);
    this.sockets = [this.#socket];
    this.capabilities = capabilitiesAt(latencyMs);
    this.execution = new PaperExecution({
      engine: options.engine,
      accountId: options.accountId,
      clock: options.clock,
      wire: this.#wire,
      isConnected,
      validityMs: VALIDITY_MS,
      retentionMs: RETENTION_MS,
    });
    this.instruments = {
      load: () => this.#read(() => [...this.engine.instruments.values()]),
      get: (symbolId) => this.engine.instruments.get(symbolId),
      list: () => [...this.engine.instruments.values()],
    };
    this.marketData = new PublicMarket({
      engine: options.engine,
      clock: options.clock,
      wire: this.#wire,
      isConnected,
      read: (value) => this.#read(value),
      tell: (fact) => this.#listener(fact),
    });
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  // deno-lint-ignore require-await -- async turns an abort into a rejection, as the port says
  async connect(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#isConnected) return;
    this.#keeper?.attach(this.engine);
    this.#isConnected = true;
    this.#listening = [
      this.engine.onExecution((report) => this.#onExecution(report)),
      this.engine.onBalance((report) => this.#onBalance(report)),
      this.engine.onPosition((report) => this.#onPosition(report)),
      ...this.marketData.listen(),
    ];
    this.#feed?.start({
      onPrint: playInto(this.engine),
      onEnd: (failure) => {
        if (failure === null) return;
        this.#listener({ kind: "malformed", where: "feed", message: failure.message });
      },
    });
  }

  disconnect(): Promise<void> {
    if (this.#isConnected) {
      this.#isConnected = false;
      this.#feed?.stop();
      for (const stop of this.#listening) stop();
      this.#listening = [];
      this.#wire.cut();
      this.#socket.drop("the adapter was disconnected");
    }
    this.#keeper?.close();
    return Promise.resolve();
  }

  venueNow(): EpochMs | null {
    return this.#isConnected ? this.engine.now() : null;
  }

  /** One clock serves both sides: nothing about it is uncertain, however long the answer takes. */
  async syncClock(): Promise<ReadOutcome<ClockReading>> {
    const read = await this.#read(() => 0);
    if (read.kind === "failed") return read;
    return { kind: "read", value: { offsetMs: 0, roundTripMs: 0 }, venueTime: read.venueTime };
  }

  onFact(listener: (fact: VenueFact) => void): void {
    this.#listener = listener;
  }

  #onExecution(report: ExecutionReport): void {
    if (report.accountId !== this.accountId) return;
    this.#tell(() => {
      const receivedAt = this.#clock.now();
      const fills = report.trade === null ? [] : [fillOf(report.trade, receivedAt)];
      return { kind: "order", order: venueOrderOf(report.order, fills), receivedAt };
    });
  }

  #onBalance({ accountId, balances, time }: BalanceReport): void {
    if (accountId !== this.accountId) return;
    const views = balances.map((balance) =>
      balanceView(balance, time, this.engine.margin(accountId, balance.asset))
    );
    this.#tell(() => ({ kind: "balances", balances: views, receivedAt: this.#clock.now() }));
  }

  #onPosition({ accountId, positions, time }: PositionReport): void {
    if (accountId !== this.accountId) return;
    const views = positions.map((position) => positionView(position, this.engine, time));
    this.#tell(() => ({ kind: "positions", positions: views, receivedAt: this.#clock.now() }));
  }

  #tell(fact: () => VenueFact): void {
    this.#socket.send(() => this.#listener(fact()));
  }

  #read<T>(value: () => T): Promise<ReadOutcome<T>> {
    if (!this.#isConnected) {
      return Promise.resolve(unread("NOT_CONNECTED", "the adapter is closed"));
    }
    return this.#wire.request<ReadOutcome<T>>(
      () => ({ kind: "read", value: value(), venueTime: this.engine.now() }),
      {
        cut: () => unread("CONNECTION_RESET", "the connection was cut"),
        failed: (error) => unread("SERVER_ERROR", error.message),
      },
    );
  }
}

function unread(code: string, message: string): Extract<ReadOutcome<never>, { kind: "failed" }> {
  return { kind: "failed", cause: { code, message } };
}

function capabilitiesAt(latencyMs: number): ExchangeCapabilities {
  return {
    timing: {
      validityMs: VALIDITY_MS,
      engineBoundMs: ENGINE_BOUND_MS + latencyMs,
      // Reads see the engine itself, so they are as stale as the way back is long.
      settleMs: latencyMs,
      retentionMs: RETENTION_MS,
    },
    rateLimits: {
      budgets: {
        weight: { ...UNLIMITED, scope: "ip" },
        orders: { ...UNLIMITED, scope: "account" },
      },
    },
    cost: (kind) => kind === "submit" ? ORDER : REQUEST,
    cancelByClientOrderId: true,
    amendInPlace: true,
    deadMansSwitch: PAPER_DEAD_MANS_SWITCH,
  };
}
