/** Engines, adapters and orders with defaults, so that a test says only what it is about. */
import { spotInstrument } from "../../../src/exchanges/paper/catalogue.ts";
import { type EngineOptions, MatchingEngine } from "../../../src/exchanges/paper/engine.ts";
import type {
  Accepted,
  EngineResult,
  NewOrder,
  Rejection,
} from "../../../src/exchanges/paper/messages.ts";
import { type Decimal, decimal } from "../../../src/model/decimal.ts";
import { VirtualClock } from "../../../src/system/virtual_clock.ts";

export const BTC_USDT = "BTC/USDT";

export const BTC = spotInstrument({
  base: "BTC",
  quote: "USDT",
  tickSize: "0.01",
  stepSize: "0.001",
});

export function amounts(balances: Readonly<Record<string, string>>): Record<string, Decimal> {
  return Object.fromEntries(Object.entries(balances).map(([key, value]) => [key, decimal(value)]));
}

export interface Scene {
  readonly engine: MatchingEngine;
  readonly clock: VirtualClock;
}

/** Accounts `alice` and `bob`, rich, no fees, no house: only what the test puts on the book. */
export function scene(options: Partial<EngineOptions> = {}): Scene {
  const clock = new VirtualClock();
  const engine = new MatchingEngine({
    clock,
    instruments: [BTC],
    fees: { maker: decimal("0"), taker: decimal("0") },
    ladder: { levels: 0 },
    ...options,
  });
  engine.openAccount("alice", amounts({ USDT: "1000000", BTC: "100" }));
  engine.openAccount("bob", amounts({ USDT: "1000000", BTC: "100" }));
  return { engine, clock };
}

type Short = Omit<Partial<NewOrder>, "price" | "quantity" | "quoteQuantity"> & {
  readonly price?: string;
  readonly quantity?: string;
  readonly quoteQuantity?: string;
};

function newOrder(side: "BUY" | "SELL", short: Short): NewOrder {
  const { price, quantity, quoteQuantity, ...rest } = short;
  return {
    symbolId: BTC_USDT,
    side,
    type: price === undefined ? "MARKET" : "LIMIT",
    ...(price === undefined ? {} : { price: decimal(price) }),
    ...(quoteQuantity === undefined
      ? { quantity: decimal(quantity ?? "1") }
      : { quoteQuantity: decimal(quoteQuantity) }),
    ...rest,
  };
}

export function buy(short: Short = {}): NewOrder {
  return newOrder("BUY", short);
}

export function sell(short: Short = {}): NewOrder {
  return newOrder("SELL", short);
}

export function accepted(result: EngineResult): Accepted {
  if (result.kind === "accepted") return result;
  throw new Error(`expected the engine to accept, but ${result.code}: ${result.message}`);
}

export function refused(result: EngineResult): Rejection["code"] {
  if (result.kind === "rejected") return result.code;
  throw new Error(`expected the engine to reject, but it accepted order ${result.order.orderId}`);
}

export function print(
  engine: MatchingEngine,
  price: string,
  by: { readonly quantity?: string; readonly takerSide?: "BUY" | "SELL" } = {},
): void {
  engine.trade(BTC_USDT, {
    price: decimal(price),
    quantity: decimal(by.quantity ?? "1"),
    takerSide: by.takerSide ?? "BUY",
  });
}
