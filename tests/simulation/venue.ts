/**
 * The venue of a simulated world: the paper engine, which survives every crash, with a clock of its
 * own, a gateway that checks validity, and reads that show the past. It is the truth of the checks.
 *
 * I1 It keeps what it declares: a request is admitted within its validity only, takes effect within
 *    the engine bound, and is seen by reads within the settle time.
 */
import type { VenueTiming } from "../../src/exchanges/exchange.ts";
import { spotInstrument } from "../../src/exchanges/paper/catalogue.ts";
import { MatchingEngine } from "../../src/exchanges/paper/engine.ts";
import type {
  ExecutionReport,
  PaperOrder,
  PaperTrade,
} from "../../src/exchanges/paper/messages.ts";
import { add, type Decimal, decimal, ZERO } from "../../src/model/decimal.ts";
import type { EpochMs } from "../../src/model/scalars.ts";
import type { VirtualClock } from "../../src/system/virtual_clock.ts";
import type { Decisions } from "./decisions.ts";

/** Small, so that a quarantine fits into a short world; the retention outlasts every world. */
export const TIMING: VenueTiming = {
  validityMs: 5_000,
  engineBoundMs: 500,
  settleMs: 1_000,
  retentionMs: 3_600_000,
};

export const SYMBOLS = ["AAA/USD", "BBB/USD"] as const;
export const ACCOUNT = "kernel";

/** A mutation under way, as the network knows it. */
export interface WireRequest {
  readonly kind: "submit" | "cancel" | "amend";
  readonly clientOrderId: string;
  /** By the venue's clock. */
  readonly validUntil: EpochMs;
  /** Executed, refused or lost: nothing comes of it any more. */
  isDone: boolean;
  /** The gateway has let it in: it will take effect whatever its validity says by then. */
  isAdmitted: boolean;
}

interface Version {
  readonly at: EpochMs;
  readonly order: PaperOrder;
}

interface DatedTrade {
  readonly at: EpochMs;
  readonly trade: PaperTrade;
}

/** What reads saw at one moment of the past. */
export interface View {
  order(key: { readonly clientOrderId?: string; readonly orderId?: number }):
    | PaperOrder
    | undefined;
  openOrders(): readonly PaperOrder[];
  trades(): readonly PaperTrade[];
}

export class SimulatedVenue {
  readonly engine: MatchingEngine;
  /** Intents by the client order ids under which they were sent. */
  readonly intentOf = new Map<string, string>();
  readonly requests: WireRequest[] = [];
  /** Told of every change of the account, in the engine's order. */
  onReport: (report: ExecutionReport) => void = () => {};
  readonly #clock: VirtualClock;
  readonly #offsetMs: number;
  readonly #versions = new Map<number, Version[]>();
  readonly #byClientId = new Map<string, number[]>();
  readonly #trades: DatedTrade[] = [];
  readonly #filled = new Map<string, Decimal>();

  constructor(clock: VirtualClock, decisions: Decisions) {
    this.#clock = clock;
    this.#offsetMs = decisions.between("venue:offset", [-250, 250]);
    const terms = { quote: "USD", tickSize: "0.01", stepSize: "0.01", minNotional: "1" };
    this.engine = new MatchingEngine({
      clock: { now: () => this.now() },
      instruments: ["AAA", "BBB"].map((base) => spotInstrument({ base, ...terms })),
      fees: { maker: decimal("0.001"), taker: decimal("0.001") },
      ladder: { levels: 3, notionalPerLevel: decimal("150"), gap: decimal("0.0005") },
    });
    const rich = { USD: decimal("10000000"), AAA: decimal("100000"), BBB: decimal("100000") };
    this.engine.openAccount(ACCOUNT, rich);
    this.engine.onExecution((report) => this.#record(report));
    for (const symbolId of SYMBOLS) {
      const print = { price: decimal("100"), quantity: ZERO, takerSide: "BUY" as const };
      this.engine.trade(symbolId, print);
    }
  }

  now(): EpochMs {
    return this.#clock.now() + this.#offsetMs;
  }

  /** What a read shows that is this stale. */
  asOf(lagMs: number): View {
    const until = this.now() - lagMs;
    const version = (orderId: number) => lastUntil(this.#versions.get(orderId) ?? [], until)?.order;
    return {
      order: ({ orderId, clientOrderId }) => {
        if (orderId !== undefined) return version(orderId);
        const ids = this.#byClientId.get(clientOrderId ?? "") ?? [];
        for (const id of [...ids].reverse()) {
          const found = version(id);
          if (found !== undefined) return found;
        }
        return undefined;
      },
      openOrders: () => {
        const orders = [...this.#versions.keys()].map(version);
        return orders.filter((order) => order !== undefined).filter(isOpen);
      },
      trades: () => this.#trades.filter(({ at }) => at <= until).map(({ trade }) => trade),
    };
  }

  /** Open orders of an intent, now. */
  liveOf(intentId: string): readonly PaperOrder[] {
    return this.ownOpen().filter((order) => this.intentOf.get(order.clientOrderId) === intentId);
  }

  ownOpen(): readonly PaperOrder[] {
    const open = this.engine.openOrders(ACCOUNT);
    return open.filter((order) => this.intentOf.has(order.clientOrderId));
  }

  /** Submits of an intent that may still become an order. */
  pendingOf(intentId: string): readonly WireRequest[] {
    return this.requests.filter((request) =>
      request.kind === "submit" && this.intentOf.get(request.clientOrderId) === intentId &&
      this.mayStillHappen(request)
    );
  }

  mayStillHappen(request: WireRequest): boolean {
    if (request.isDone) return false;
    return request.isAdmitted || this.now() <= request.validUntil;
  }

  filledOf(intentId: string): Decimal {
    return this.#filled.get(intentId) ?? ZERO;
  }

  /** Keeps the list of requests as long as what is under way. */
  forgetDone(): void {
    if (this.requests.length < 32) return;
    const open = this.requests.filter((request) => this.mayStillHappen(request));
    this.requests.splice(0, this.requests.length, ...open);
  }

  #record(report: ExecutionReport): void {
    if (report.accountId !== ACCOUNT) return;
    const { order, trade } = report;
    const at = this.now();
    const versions = this.#versions.get(order.orderId);
    if (versions === undefined) {
      this.#versions.set(order.orderId, [{ at, order }]);
      const ids = this.#byClientId.get(order.clientOrderId) ?? [];
      this.#byClientId.set(order.clientOrderId, [...ids, order.orderId]);
    } else versions.push({ at, order });
    if (trade !== null) {
      this.#trades.push({ at, trade });
      const intentId = this.intentOf.get(trade.clientOrderId);
      if (intentId !== undefined) {
        this.#filled.set(intentId, add(this.filledOf(intentId), trade.quantity));
      }
    }
    this.onReport(report);
  }
}

function lastUntil(versions: readonly Version[], until: EpochMs): Version | undefined {
  return versions.findLast(({ at }) => at <= until);
}

export function isOpen(order: PaperOrder): boolean {
  return order.status === "OPEN" || order.status === "PARTIALLY_FILLED";
}
