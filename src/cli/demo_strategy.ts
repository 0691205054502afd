/**
 * A sample strategy, to have something to watch: brackets (an entry, and once it fills an exit that
 * takes the profit or, when it takes too long, gets out), and a resting ladder that is moved and
 * canceled. Everything it does is the public library.
 */
import type { Clock, Random } from "../model/clock.ts";
import { ConflictError, KernelError } from "../model/errors.ts";
import type { ExchangeKernel } from "../model/facade.ts";
import type { IntentId } from "../model/scalars.ts";

export interface StrategyOptions {
  readonly exchange: ExchangeKernel;
  /** Default: BTC/USDT. */
  readonly symbolId?: string;
  readonly clock: Clock;
  readonly random: Random;
  /** The market's last price as text; null when it is not known. */
  readonly price: () => Promise<string | null>;
  readonly signal: AbortSignal;
  /** Between two steps; the default is for people who watch. */
  readonly stepMs?: number;
  /** Told as soon as an order is acknowledged. */
  readonly onAcknowledged?: (id: IntentId) => void;
}

const SYMBOL_DEFAULT = "BTC/USDT";
const AMOUNT = "0.002";
const APP = "demo";
/** A step every so often keeps a page lively without hiding anything in a blur. */
const STEP_MS = 250;
/** How long an exit may wait for its price. */
const EXIT_PATIENCE_MS = 3_000;
const LADDER_MAX = 8;
/** More than one run ever leaves open. */
const ADOPTED_MAX = 500;

export class DemoStrategy {
  /** Every id that was acknowledged. */
  readonly acknowledged = new Set<IntentId>();
  readonly #o: StrategyOptions;
  readonly #symbolId: string;
  readonly #ladder: IntentId[] = [];
  readonly #brackets: Promise<void>[] = [];

  constructor(options: StrategyOptions) {
    this.#o = options;
    this.#symbolId = options.symbolId ?? SYMBOL_DEFAULT;
  }

  /** Trades until the signal aborts, then cancels what rests and waits for its brackets. */
  async run(): Promise<void> {
    const { signal, random, stepMs = STEP_MS } = this.#o;
    await this.#adopt();
    while (!signal.aborted) {
      const price = Number(await this.#o.price());
      // A strategy may think in floats; what it orders is text, rounded to the venue's tick.
      if (price > 0) {
        const turn = random.next();
        if (turn < 0.4) this.#brackets.push(this.#bracket(price));
        else if (turn < 0.7) await this.#ladderUp(price);
        else await this.#ladderMove(price);
      }
      await this.#pause(stepMs);
    }
    await this.#o.exchange.cancelAllOrders();
    await Promise.allSettled(this.#brackets);
  }

  /** What an earlier run of this strategy left: its ladder goes on, its brackets are given up. */
  async #adopt(): Promise<void> {
    for (const { intent } of this.#o.exchange.getAllIntents({ limit: ADOPTED_MAX }).items) {
      if (intent.labels["app"] !== APP || intent.desired === "CANCELED") continue;
      const { intentId, labels } = intent;
      if (labels["role"] === "ladder" && this.#ladder.length < LADDER_MAX) {
        this.#ladder.push(intentId);
      } else await this.#cancel(intentId);
    }
  }

  async #bracket(price: number): Promise<void> {
    const entry = await this.#place("BUY", price * 1.0005, { role: "entry" });
    if (entry === null || !(await this.#ended(entry, EXIT_PATIENCE_MS))) return;
    const filled = this.#o.exchange.getOrderState(entry).filledAmount;
    if (filled === "0") return;
    const exit = await this.#place("SELL", price * 1.001, { role: "take-profit" });
    if (exit === null || await this.#ended(exit, EXIT_PATIENCE_MS)) return;
    await this.#cancel(exit);
    await this.#place("SELL", price * 0.99, { role: "stop", of: exit }, "IOC");
  }

  async #ladderUp(price: number): Promise<void> {
    const depth = 0.97 - this.#ladder.length * 0.002;
    const id = await this.#place("BUY", price * depth, { role: "ladder" });
    if (id !== null) this.#ladder.push(id);
    if (this.#ladder.length > LADDER_MAX) await this.#cancel(this.#ladder.shift()!);
  }

  async #ladderMove(price: number): Promise<void> {
    const id = this.#ladder[Math.floor(this.#o.random.next() * this.#ladder.length)];
    if (id === undefined) return;
    const limitPrice = asText(price * (0.96 + this.#o.random.next() / 100));
    const { exchange } = this.#o;
    const order = {
      symbolId: this.#symbolId,
      side: "BUY",
      amount: AMOUNT,
      limitPrice,
      round: true,
    };
    await this.#attempt(() => exchange.modifyOrder(id, order));
  }

  async #place(
    side: "BUY" | "SELL",
    price: number,
    labels: Readonly<Record<string, string>>,
    timeInForce = "GTC",
  ): Promise<IntentId | null> {
    const order = {
      symbolId: this.#symbolId,
      side,
      amount: AMOUNT,
      limitPrice: asText(price),
      timeInForce,
      round: true,
    };
    const options = { labels: { app: APP, ...labels } };
    const id = await this.#attempt(() => this.#o.exchange.placeOrder(order, options));
    if (id === null) return null;
    this.acknowledged.add(id);
    this.#o.onAcknowledged?.(id);
    return id;
  }

  async #cancel(id: IntentId): Promise<void> {
    await this.#attempt(() => this.#o.exchange.cancelOrder(id));
  }

  /** What a fault refuses is part of the show; a mistake in this file is not. */
  async #attempt<T>(act: () => Promise<T>): Promise<T | null> {
    try {
      return await act();
    } catch (error) {
      if (error instanceof ConflictError || error instanceof KernelError) return null;
      throw error;
    }
  }

  async #ended(id: IntentId, patienceMs: number): Promise<boolean> {
    const until = this.#o.clock.monotonic() + patienceMs;
    for (;;) {
      const { reconciliationStatus: state } = this.#o.exchange.getOrderState(id);
      if (state === "COMPLETED" || state === "CANCELED" || state === "FAILED") return true;
      if (this.#o.clock.monotonic() > until || this.#o.signal.aborted) return false;
      await this.#pause(50);
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#o.clock.setTimer(resolve, ms));
  }
}

/** Without the digits that a float makes up. */
function asText(price: number): string {
  return price.toFixed(2);
}
