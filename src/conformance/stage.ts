/**
 * What a case works with: one connected adapter, what it told, and orders sized for its market.
 * Prices keep off the market by a fifth, so that nothing trades unless the case wants it to.
 */
import type {
  ExchangeAdapter,
  OrderRef,
  SendGate,
  SubmitOutcome,
  SubmitRequest,
  VenueFact,
} from "../exchanges/exchange.ts";
import type { Clock } from "../model/clock.ts";
import {
  absolute,
  add,
  compare,
  type Decimal,
  decimal,
  divide,
  floorToStep,
  isNegative,
  max,
  multiply,
  subtract,
  ZERO,
} from "../model/decimal.ts";
import type { Fill } from "../model/fill.ts";
import type { SymbolMetadata } from "../model/instrument.ts";
import { type StandardOrder, StandardOrderSchema } from "../model/order.ts";
import { roundToGrid, tickSizeAt } from "../model/price_grid.ts";
import type { VenueOrder } from "../model/venue.ts";
import { capabilitiesOf, type ClaimedCapabilities } from "./capabilities.ts";
import { Breach, holds, NotShown, only, valueOf } from "./expect.ts";
import type { ConformanceTarget, LedgerEntry } from "./target.ts";

const PATIENCE_MS = 3_000;
const POLL_MS = 5;
const BELOW = decimal("0.8");
const ABOVE = decimal("1.2");
/** What is bought must also be worth the least notional a fifth below. */
const MARGIN = decimal("1.3");

/** A gate that counts. */
export interface CountingGate extends SendGate {
  readonly checks: { readonly signedAt: number; readonly validForMs: number }[];
  sentCount: number;
}

/** An order that was handed over, and what was said. */
export interface Placed {
  readonly request: SubmitRequest;
  readonly outcome: SubmitOutcome;
  readonly gate: CountingGate;
  /** By client id alone. */
  readonly ref: OrderRef;
}

export class Stage implements AsyncDisposable {
  readonly target: ConformanceTarget;
  readonly adapter: ExchangeAdapter;
  readonly clock: Clock;
  readonly facts: VenueFact[] = [];
  /** Why sockets closed, in order. */
  readonly closes: string[] = [];
  frames = 0;
  readonly metadata: SymbolMetadata;
  readonly capabilities: ClaimedCapabilities;
  /** The last one when the case began. */
  readonly price: Decimal;
  readonly #nextId: () => string;
  readonly #placed: OrderRef[] = [];

  private constructor(
    adapter: ExchangeAdapter,
    parts: {
      readonly target: ConformanceTarget;
      readonly clock: Clock;
      readonly nextId: () => string;
      readonly metadata: SymbolMetadata;
      readonly price: Decimal;
    },
  ) {
    this.adapter = adapter;
    this.target = parts.target;
    this.clock = parts.clock;
    this.metadata = parts.metadata;
    this.price = parts.price;
    this.#nextId = parts.nextId;
    this.capabilities = capabilitiesOf(
      adapter.capabilities,
      this.metadata.capabilities,
      this.target.lacks,
    );
    adapter.onFact((fact) => void this.facts.push(fact));
  }

  /** @throws {Breach} when the adapter does not connect, or does not list the symbol. */
  static async open(
    target: ConformanceTarget,
    by: { readonly clock: Clock; readonly nextId: () => string },
  ): Promise<Stage> {
    await target.faults?.clear();
    await target.reset?.();
    const adapter = await target.open();
    try {
      adapter.onFact(() => {});
      await adapter.connect(new AbortController().signal);
      holds(adapter.isConnected, "an adapter whose connect has resolved is connected");
      const metadata = adapter.instruments.get(target.symbolId);
      holds(metadata !== undefined, `${target.symbolId} is listed`);
      const { readTicker } = adapter.marketData;
      holds(readTicker !== undefined, "the ticker can be read");
      const ticker = valueOf(
        await readTicker.call(adapter.marketData, target.symbolId),
        "ticker",
      );
      const price = ticker.last ?? ticker.mark ?? ticker.bid;
      holds(price !== null, "the ticker shows a price", ticker);
      return new Stage(adapter, { target, metadata, price, ...by });
    } catch (error) {
      await adapter.disconnect();
      throw error;
    }
  }

  nextId(): string {
    return this.#nextId();
  }

  gate(reason: string | null = null): CountingGate {
    const gate: CountingGate = {
      checks: [],
      sentCount: 0,
      check: (wire) => {
        gate.checks.push(wire);
        return reason;
      },
      sent: () => void gate.sentCount++,
    };
    return gate;
  }

  /** A buy at this price rests. */
  get low(): Decimal {
    return roundToGrid(multiply(this.price, BELOW), this.metadata.price, "FLOOR");
  }

  /** A buy at this price takes. */
  get high(): Decimal {
    return roundToGrid(multiply(this.price, ABOVE), this.metadata.price, "FLOOR");
  }

  /** So many times the least amount the market takes, and at least four steps. */
  amount(times = 1): Decimal {
    const { min, step, minNotional } = this.metadata.amount;
    const worth = minNotional === null
      ? min
      : multiply(divide(minNotional, this.low, "UP"), MARGIN, "UP");
    const least = max(max(min, worth), multiply(step, decimal(4)));
    const floor = floorToStep(least, step);
    const one = compare(floor, least) < 0 ? add(floor, step) : floor;
    return multiply(one, decimal(times));
  }

  order(fields: Readonly<Record<string, unknown>> = {}): StandardOrder {
    const { symbolId } = this.target;
    return StandardOrderSchema.parse({
      symbolId,
      side: "BUY",
      amount: this.amount(),
      limitPrice: this.low,
      ...fields,
    });
  }

  request(
    fields: Readonly<Record<string, unknown>> = {},
    clientOrderId = this.#nextId(),
  ): SubmitRequest {
    const order = this.order(fields);
    return { clientOrderId, order, amount: order.amount, deadline: Number.MAX_SAFE_INTEGER };
  }

  async submit(request: SubmitRequest, gate = this.gate()): Promise<Placed> {
    const { clientOrderId, order: { symbolId } } = request;
    const ref = { symbolId, clientOrderId, exchangeOrderId: null };
    this.#placed.push(ref);
    const outcome = await this.adapter.execution.submit(request, gate);
    return { request, outcome, gate, ref };
  }

  /** Places an order that is taken. @throws {Breach} when it is not. */
  async place(fields: Readonly<Record<string, unknown>> = {}): Promise<Accepted> {
    const placed = await this.submit(this.request(fields));
    const { order } = only(placed.outcome, "accepted", "submit");
    return { ...placed, order, both: { ...placed.ref, exchangeOrderId: order.exchangeOrderId } };
  }

  /** Of an order that takes at once: none, or where there are no market orders a limit. */
  taking(side: "BUY" | "SELL"): Decimal | null {
    if (this.metadata.capabilities.market !== "NO") return null;
    return side === "BUY" ? this.high : this.low;
  }

  /** An order that has taken and filled. */
  async buy(times = 1): Promise<Accepted & { readonly filled: VenueOrder }> {
    const placed = await this.place({
      limitPrice: this.taking("BUY"),
      amount: this.amount(times),
    });
    return { ...placed, filled: await this.reads(placed.ref, "FILLED") };
  }

  /** The order once reads show it like this. @throws {Breach} when they never do. */
  reads(ref: OrderRef, ...statuses: readonly VenueOrder["status"][]): Promise<VenueOrder> {
    return this.sees(ref, ({ status }) => statuses.includes(status), statuses.join(" or "));
  }

  /** The order once it is as wanted. @throws {Breach} when it never is. */
  async sees(
    ref: OrderRef,
    isIt: (order: VenueOrder) => boolean,
    wanted: string,
  ): Promise<VenueOrder> {
    let seen: unknown = null;
    const found = await this.#within(async () => {
      const outcome = await this.adapter.execution.lookup(ref);
      seen = outcome;
      return outcome.kind === "found" && isIt(outcome.order) ? outcome.order : undefined;
    });
    holds(found !== undefined, `a look-up shows the order ${wanted}`, seen);
    return found;
  }

  /** The fills once they add up to this. @throws {Breach} when they never do. */
  async fillsOf(ref: OrderRef, quantity: Decimal): Promise<readonly Fill[]> {
    let seen: unknown = null;
    const found = await this.#within(async () => {
      const outcome = await this.adapter.execution.fillsOf(ref);
      seen = outcome;
      if (outcome.kind === "failed") return undefined;
      return totalOf(outcome.value) === quantity ? outcome.value : undefined;
    });
    holds(found !== undefined, `the trades of the order add up to ${quantity}`, seen);
    return found;
  }

  /** Opens every socket of the account that is not open. */
  async listen(): Promise<void> {
    for (const socket of this.adapter.sockets) {
      await socket.open({
        onFrame: () => void this.frames++,
        onClose: (reason) => void this.closes.push(reason),
      }, new AbortController().signal);
    }
  }

  async deafen(): Promise<void> {
    for (const socket of this.adapter.sockets) await socket.close();
  }

  /** What the stream told of an order of ours. */
  told(clientOrderId: string): readonly VenueOrder[] {
    return this.facts.flatMap((fact) =>
      fact.kind === "order" && fact.order.clientOrderId === clientOrderId ? [fact.order] : []
    );
  }

  /** Fills the stream told of an order, each once, by either kind of fact. */
  toldFills(exchangeOrderId: string): readonly Fill[] {
    const fills = this.facts.flatMap((fact) =>
      fact.kind === "order" ? fact.order.fills : fact.kind === "fill" ? [fact.fill] : []
    ).filter((fill) => fill.exchangeOrderId === exchangeOrderId);
    return [...new Map(fills.map((fill) => [fill.tradeId, fill])).values()];
  }

  async until(condition: () => boolean, rule: string): Promise<void> {
    const came = await this.#within(() => condition() ? true : undefined);
    if (came === undefined) throw new Breach(`${rule}: it never came to be`);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.clock.setTimer(resolve, ms));
  }

  /** Past every bound after which the venue can no longer surprise. */
  rest(): Promise<void> {
    const { validityMs, engineBoundMs, settleMs } = this.adapter.capabilities.timing;
    return this.sleep(this.target.proofAfterMs ?? validityMs + engineBoundMs + settleMs);
  }

  /** Orders of this client id in the venue's own books. */
  async ledger(clientOrderId: string): Promise<readonly LedgerEntry[]> {
    const { ledger } = this.target;
    if (ledger === undefined) throw new NotShown("needs ledger");
    return (await ledger()).orders.filter((each) => each.clientOrderId === clientOrderId);
  }

  /** A print just below `low`, so that what rests there fills up to this, and nothing else. */
  async fill(quantity: Decimal): Promise<void> {
    const { market } = this.target;
    if (market === undefined) throw new NotShown("needs market");
    const { price } = this.metadata;
    const tick = tickSizeAt(this.low, price) ?? price.tickSize;
    await market.trade(roundToGrid(subtract(this.low, tick), price, "FLOOR"), quantity);
  }

  /** The next of these meets the fault. */
  async arm(...[fault, place]: Parameters<NonNullable<ConformanceTarget["faults"]>["arm"]>) {
    const { faults } = this.target;
    if (faults === undefined) throw new NotShown("needs faults");
    await faults.arm(fault, place);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.target.faults?.clear();
    if (this.target.reset === undefined) await this.#cleanUp();
    await this.deafen();
    await this.adapter.disconnect();
  }

  /** A real venue forgets nothing: what rests is canceled, and what was bought is sold. */
  async #cleanUp(): Promise<void> {
    const { execution, isConnected } = this.adapter;
    if (!isConnected) return;
    const open = await execution.openOrders(this.target.symbolId);
    const resting = open.kind === "read" ? open.value : [];
    for (const ref of this.#placed) {
      const found = resting.find(({ clientOrderId }) => clientOrderId === ref.clientOrderId);
      if (found === undefined) continue;
      await execution.cancel({ ...ref, exchangeOrderId: found.exchangeOrderId }, this.gate());
    }
    const left = await this.#bought();
    const amount = floorToStep(absolute(left), this.metadata.amount.step);
    if (compare(amount, this.metadata.amount.min) < 0) return;
    const side = isNegative(left) ? "BUY" : "SELL";
    await this.submit(this.request({ side, amount, limitPrice: null }));
  }

  /** By the trades of this case; what the venue took as a fee is no longer there to be sold. */
  async #bought(): Promise<Decimal> {
    const { baseCurrency } = this.metadata.instrument;
    let left = ZERO;
    for (const ref of this.#placed) {
      const read = await this.adapter.execution.fillsOf(ref);
      for (const { side, quantity, fee } of read.kind === "read" ? read.value : []) {
        left = side === "BUY" ? add(left, quantity) : subtract(left, quantity);
        if (fee?.asset === baseCurrency) left = subtract(left, fee.amount);
      }
    }
    return left;
  }

  async #within<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T | undefined> {
    const end = this.clock.monotonic() + (this.target.patienceMs ?? PATIENCE_MS);
    for (;;) {
      const found = await look();
      if (found !== undefined || this.clock.monotonic() > end) return found;
      await this.sleep(POLL_MS);
    }
  }
}

/** Taken by the venue. */
export interface Accepted extends Placed {
  readonly order: VenueOrder;
  /** By both ids. */
  readonly both: OrderRef;
}

/** Base units. */
export function totalOf(fills: readonly Fill[]): Decimal {
  return fills.reduce((total, { quantity }) => add(total, quantity), decimal(0));
}
