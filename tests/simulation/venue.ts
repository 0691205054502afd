/**
 * The venue of a simulated world: the paper engine, which survives every crash, with a clock of its
 * own, a gateway that checks validity, and reads that show the past. It is the truth of the checks.
 *
 * I1 It keeps what it declares: a request is admitted within its validity only, takes effect within
 *    the engine bound, and is seen by reads within the settle time.
 */
import type { VenueTiming } from "../../src/exchanges/exchange.ts";
import type { Fill } from "../../src/model/fill.ts";
import type { VenueOrder } from "../../src/model/venue.ts";
import { venueOrderOf } from "../../src/exchanges/paper/venue_view.ts";
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
import { Budgets } from "./budgets.ts";
import type { Decisions } from "./decisions.ts";
import { Gateway, type GatewayRequest } from "./gateway.ts";

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
export interface WireRequest extends GatewayRequest {
  readonly clientOrderId: string;
  /** The network delivers this request once more, this being the other time; null of a first one. */
  readonly copyOf: WireRequest | null;
  /** Executed, refused or lost: nothing comes of it any more. */
  isDone: boolean;
  /** The gateway has let it in: it will take effect whatever its validity says by then. */
  isAdmitted: boolean;
  /** The gateway turned it away, with a word against the order. */
  isRefused: boolean;
}

/** `at` is monotonic: the venue's clock may be set. */
interface Version {
  readonly at: number;
  readonly order: PaperOrder;
}

interface DatedTrade {
  readonly at: number;
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
  readonly gateway: Gateway;
  readonly budgets: Budgets;
  /** Orders that a second delivery of a request made beside the first one's. */
  readonly secondOrders = new Set<number>();
  /** Client order ids of orders whose first delivery was refused. */
  readonly lateCopies = new Set<string>();
  /** Intents by the client order ids under which they were sent. */
  readonly intentOf = new Map<string, string>();
  readonly requests: WireRequest[] = [];
  /** Told of every change of the account, in the engine's order. */
  onReport: (report: ExecutionReport) => void = () => {};
  readonly #clock: VirtualClock;
  readonly #expired = new Set<number>();
  readonly #doubled = new Map<string, number[]>();
  #offsetMs: number;
  readonly #versions = new Map<number, Version[]>();
  readonly #byClientId = new Map<string, number[]>();
  readonly #trades: DatedTrade[] = [];
  readonly #filled = new Map<string, Decimal>();

  constructor(clock: VirtualClock, decisions: Decisions) {
    this.#clock = clock;
    this.#offsetMs = decisions.between("venue:offset", [-250, 250]);
    const terms = { quote: "USD", tickSize: "0.01", stepSize: "0.01", minNotional: "1" };
    const instruments = ["AAA", "BBB"].map((base) => spotInstrument({ base, ...terms }));
    this.gateway = new Gateway({ monotonic: () => clock.monotonic(), instruments });
    this.budgets = new Budgets(decisions);
    this.engine = new MatchingEngine({
      clock: { now: () => this.now() },
      instruments,
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

  /** Its clock is set; what it has dated already keeps its date. */
  stepClock(ms: number): void {
    this.#offsetMs += ms;
  }

  /** It ends an order by itself. */
  expire({ symbolId, orderId }: PaperOrder): void {
    this.#expired.add(orderId);
    this.engine.cancel(ACCOUNT, { symbolId, orderId });
  }

  /** An order as the venue tells it. */
  shown(order: PaperOrder, fills: readonly Fill[] = []): VenueOrder {
    const view = venueOrderOf(order, fills);
    const isExpired = order.status === "CANCELED" && this.#expired.has(order.orderId);
    return isExpired ? { ...view, status: "EXPIRED", cause: null } : view;
  }

  /** What a read shows that is this stale. */
  asOf(lagMs: number): View {
    const until = this.#clock.monotonic() - lagMs;
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

  /** Open orders of an intent, now, but for those that a second delivery made. */
  liveOf(intentId: string): readonly PaperOrder[] {
    return this.ownOpen().filter(({ clientOrderId, orderId }) =>
      this.intentOf.get(clientOrderId) === intentId && !this.secondOrders.has(orderId)
    );
  }

  secondsOf(intentId: string): readonly PaperOrder[] {
    return this.ownOpen().filter(({ clientOrderId, orderId }) =>
      this.intentOf.get(clientOrderId) === intentId && this.secondOrders.has(orderId)
    );
  }

  /** A request of this intent was delivered twice, and became two orders. */
  hasSecond(intentId: string): boolean {
    return this.#doubled.has(intentId);
  }

  /** The orders of it that share a client order id, open or not. */
  doubledOf(intentId: string): readonly number[] {
    return this.#doubled.get(intentId) ?? [];
  }

  /** An order of this intent came where the kernel could not count on one. */
  hasDoubt(intentId: string): boolean {
    if (this.hasSecond(intentId)) return true;
    for (const id of this.lateCopies) if (this.intentOf.get(id) === intentId) return true;
    return false;
  }

  ownOpen(): readonly PaperOrder[] {
    const open = this.engine.openOrders(ACCOUNT);
    return open.filter((order) => this.intentOf.has(order.clientOrderId));
  }

  /**
   * Submits of an intent that may still become its order. A second copy counts when the first was
   * refused: else one of the two finds the order there, or makes one that is told apart.
   */
  pendingOf(intentId: string): readonly WireRequest[] {
    return this.requests.filter((request) =>
      request.kind === "submit" && this.intentOf.get(request.clientOrderId) === intentId &&
      this.mayStillHappen(request) && request.copyOf?.isRefused !== false &&
      !this.#byClientId.has(request.clientOrderId)
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
    const at = this.#clock.monotonic();
    const versions = this.#versions.get(order.orderId);
    if (versions === undefined) {
      this.#versions.set(order.orderId, [{ at, order }]);
      const ids = this.#byClientId.get(order.clientOrderId) ?? [];
      if (ids.length > 0) {
        this.secondOrders.add(order.orderId);
        const intentId = this.intentOf.get(order.clientOrderId) ?? "";
        this.#doubled.set(intentId, [...this.doubledOf(intentId), ...ids, order.orderId]);
      }
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

function lastUntil(versions: readonly Version[], until: number): Version | undefined {
  return versions.findLast(({ at }) => at <= until);
}

export function isOpen(order: PaperOrder): boolean {
  return order.status === "OPEN" || order.status === "PARTIALLY_FILLED";
}
